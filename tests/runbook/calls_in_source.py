"""The calls of AWS that a module's source makes, as IAM calls them: what no run of a test makes is declared, too."""

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from inspect import getclosurevars, getsource, isfunction, ismodule
from pathlib import Path
from textwrap import dedent

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel

from aws.change.undo import Calling, Undo
from aws.converge import undo
from aws.iam.actions import actions_for
from aws.kinds import UNDO as OF_KINDS


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def actions_in(path: Path) -> set[str]:
    """Return the actions of all operations that are named in a module, of the services whose clients it asks for."""
    return _actions(path.read_text(encoding="utf-8"))


@cache
def undoing() -> frozenset[str]:
    """Return the actions by which what is attached is taken away, also where moto can attach no such thing."""
    ways = [kind for kind in (*undo.UNDO.values(), *OF_KINDS.values()) if isinstance(kind, Undo)]
    calls = [call for way in ways for call in (way.remains, way.call)]
    return frozenset().union(*map(actions_of_call, calls))


def actions_of_call(call: Callable[..., object]) -> set[str]:
    """Return the actions of what undoes a fact: one call that it names, or those of its source and of what that uses."""
    if isinstance(call, Calling):
        (name,) = (name for name, method in _methods(call.service) if method == call.operation)
        verb = _session().get_service_model(call.service).operation_model(name).http["method"]
        return {*actions_for(call.service, name, verb)}
    functions = reached_from([call])
    named = [one for each in functions for one in _used_by(each) if isinstance(one, Calling)]
    source = "\n".join([*map(_source, functions), *_constants(functions)])
    return _actions(source).union(*map(actions_of_call, named))


def reached_from(calls: Iterable[Callable[..., object]]) -> set[Callable[..., object]]:
    """Return functions of ours, with all functions of ours that they use."""
    reached: set[Callable[..., object]] = set()
    waiting = [*calls]
    while waiting:
        new = waiting.pop()
        if isfunction(new) and new.__module__.startswith("aws.") and new not in reached:
            reached.add(new)
            waiting += _used_by(new)
    return reached


@cache
def _used_by(call: Callable[..., object]) -> tuple[Callable[..., object], ...]:
    names = getclosurevars(call)
    values = [*names.globals.values(), *names.nonlocals.values()]
    attributes = {
        one.attr for one in ast.walk(ast.parse(_source(call))) if isinstance(one, ast.Attribute)
    }
    there = [getattr(one, name, None) for one in values if ismodule(one) for name in attributes]
    return tuple(filter(callable, [*values, *there]))


def _source(call: Callable[..., object]) -> str:
    """Return a function's source; of a lambda, the line that it stands on is no statement of its own."""
    source = dedent(getsource(call))
    return source if call.__name__ != "<lambda>" else ""


def _constants(functions: Iterable[Callable[..., object]]) -> Iterator[str]:
    """Yield the texts, and the tables of texts, that functions use, as a module would assign them."""
    for call in functions:
        for name, value in getclosurevars(call).globals.items():
            if isinstance(value, str | dict):
                yield f"{name} = {[*_texts(value)]!r}"


def _texts(value: str | dict[object, object]) -> Iterator[str]:
    them = (value,) if isinstance(value, str) else value.values()
    return (one for one in them if isinstance(one, str))


def _actions(source: str) -> set[str]:
    return {
        action
        for operation in _operations(source)
        for action in actions_for(
            operation.service_model.service_name, operation.name, operation.http.get("method", "")
        )
    }


def operations_in(path: Path) -> Iterator[OperationModel]:
    """Yield all operations that are named in a module, of the services whose clients it asks for."""
    yield from _operations(path.read_text(encoding="utf-8"))


def _operations(source: str) -> Iterator[OperationModel]:
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    words = {node.attr for node in nodes if isinstance(node, ast.Attribute)} | set(_strings(tree))
    for service in _services(tree):
        model = _session().get_service_model(service)
        for name, method in _methods(service):
            if method in words:
                yield model.operation_model(name)


def _services(tree: ast.AST) -> set[str]:
    """Return what ``client(…)`` or ``listed(…)`` is asked for, or ``calling(…)`` says, by name or by a constant of the module."""
    asked = [
        one.args[0]
        for one in ast.walk(tree)
        if isinstance(one, ast.Call)
        and (
            getattr(one.func, "attr", "") in {"client", "listed"}
            or getattr(one.func, "id", "") == "calling"
        )
        and one.args
    ]
    known = set(_session().get_available_services())
    named = {difference.id for difference in asked if isinstance(difference, ast.Name)}
    assigned = (
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id in named for target in one.targets)
    )
    found = {text for value in (*asked, *assigned) for text in _strings(value)}
    return found & known


def _strings(tree: ast.AST) -> Iterator[str]:
    for difference in ast.walk(tree):
        if isinstance(difference, ast.Constant) and isinstance(difference.value, str):
            yield difference.value


@cache
def _methods(service: str) -> tuple[tuple[str, str], ...]:
    """Return each operation with the name of the client's method."""
    names = _session().get_service_model(service).operation_names
    return tuple((name, xform_name(name)) for name in names)
