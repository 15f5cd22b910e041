"""What a statement of Python needs, binds, catches and decides, as its source says it."""

import ast
import builtins
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from threading import Lock
from typing import Any

COMPARED: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_PARSING = Lock()
"""CPython 3.11 miscounts recursion when two threads parse at once, and raises SystemError."""


@lru_cache(maxsize=1024)
def parsed(source: bytes) -> ast.Module:
    """Parse a module once, since functions share modules."""
    with _PARSING:
        return ast.parse(source)


def own(node: ast.AST) -> Iterator[ast.Name]:
    """Yield the names of a statement at its own level."""
    if isinstance(node, ast.Name):
        yield node
    if not isinstance(node, ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from own(child)


def needed(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement certainly looks up."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            yield name
        case ast.Lambda():
            return
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            yield from needed(node.generators[0].iter)
        case ast.IfExp(test=first) | ast.BoolOp(values=[first, *_]):
            yield from needed(first)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from needed(child)


def takes_a_call(arguments: ast.arguments) -> bool:
    """Whether a function can be called with an event and a context."""
    positional = len(arguments.posonlyargs) + len(arguments.args)
    required = positional - len(arguments.defaults)
    enough = positional >= 2 or arguments.vararg is not None
    return required <= 2 and enough and None not in arguments.kw_defaults


def catches(handler: ast.expr | None, kind: type[BaseException]) -> bool:
    """Whether an ``except`` catches an error; one of an unknown class may."""
    if isinstance(handler, ast.Tuple):
        return any(catches(element, kind) for element in handler.elts)
    known = errors(ast.unparse(handler)) if handler else ()
    return not known or issubclass(kind, known)


def errors(name: str) -> tuple[type[BaseException], ...]:
    """Return Python's own error of that name; none where it is no such."""
    error = getattr(builtins, name, None)
    return (error,) if isinstance(error, type) and issubclass(error, BaseException) else ()


def texts(node: ast.expr) -> Sequence[str] | None:
    with suppress(ValueError, TypeError):
        return [str(text) for text in ast.literal_eval(node)]
    return None


def decided(test: ast.expr, known: Mapping[str, object]) -> bool | None:
    """Return what a condition is in every run; None where only a run decides it. ``known``: expression -> its value."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = decided(operand, known)
            return None if inner is None else not inner
        case ast.BoolOp(op=op, values=values):
            ends = isinstance(op, ast.Or)
            each = [decided(value, known) for value in values]
            return ends if ends in each else None if None in each else not ends
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARED:
            with suppress(ValueError, TypeError):
                return bool(COMPARED[type(op)](_constant(left, known), _constant(right, known)))
            return None
    with suppress(ValueError):
        return bool(_constant(test, known))
    return None


def _constant(node: ast.expr, known: Mapping[str, object]) -> Any:
    """Return what an expression is in every run; ValueError where only a run knows it."""
    text = ast.unparse(node).removeprefix("typing.")
    return known[text] if text in known else ast.literal_eval(node)
