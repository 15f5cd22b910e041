"""The calls of AWS that a module's source makes, as IAM calls them: what no run of a test makes is declared, too."""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from inspect import getsource
from pathlib import Path
from textwrap import dedent

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel

from aws.change.undo import Calling
from aws.iam import actions_for


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def actions_in(path: Path) -> set[str]:
    """Return the actions of all operations that are named in a module, of the services whose clients it asks for."""
    return _actions(path.read_text(encoding="utf-8"))


def actions_of_call(call: Callable[..., object]) -> set[str]:
    """Return the actions of what undoes a fact: one call that it names, or those of its source."""
    if not isinstance(call, Calling):
        return _actions(dedent(getsource(call)))
    (name,) = (name for name, method in _methods(call.service) if method == call.operation)
    return {*actions_for(call.service, name)}


def _actions(source: str) -> set[str]:
    return {
        action
        for one in _operations(source)
        for action in actions_for(
            one.service_model.service_name, one.name, one.http.get("method", "")
        )
    }


def operations_in(path: Path) -> Iterator[OperationModel]:
    """Yield all operations that are named in a module, of the services whose clients it asks for."""
    yield from _operations(path.read_text(encoding="utf-8"))


def _operations(source: str) -> Iterator[OperationModel]:
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    words = {one.attr for one in nodes if isinstance(one, ast.Attribute)} | set(_strings(tree))
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
    named = {one.id for one in asked if isinstance(one, ast.Name)}
    assigned = (
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id in named for target in one.targets)
    )
    found = {text for value in (*asked, *assigned) for text in _strings(value)}
    return found & known


def _strings(tree: ast.AST) -> Iterator[str]:
    for one in ast.walk(tree):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


@cache
def _methods(service: str) -> tuple[tuple[str, str], ...]:
    """Return each operation with the name of the client's method."""
    names = _session().get_service_model(service).operation_names
    return tuple((name, xform_name(name)) for name in names)
