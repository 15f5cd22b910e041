"""What an expression of a module is in every run: a constant, or None for lack of a variable."""

import ast
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, TypeVar

from aws.handler.source import names_bound

T = TypeVar("T", bound=ast.AST)
Bound = dict[str, ast.AST]
"""Name of a module -> the node that binds it, or the node of its value."""
LISTED = "list"
"""The ``kind`` of a tuple that stands for a list or a set, which may change."""
WIDE = re.compile(r"\{[^}]*:|\d{3}")
"""In a template: a format of its own, or a width, which may make a text of any length."""
DEFERRED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
"""What reads its names when it is called, and has names of its own."""


class _Filled(ast.NodeTransformer):
    """A constant in place of a name."""

    def __init__(self, name: str, constant: ast.Constant) -> None:
        self.name, self.constant = name, constant

    def visit_Name(self, node: ast.Name) -> ast.expr:
        is_read = node.id == self.name and isinstance(node.ctx, ast.Load)
        return ast.copy_location(deepcopy(self.constant), node) if is_read else node


def _as_it_is(part: ast.expr) -> ast.expr:
    """Return what an f-string shows as it is; of another form, the part itself."""
    match part:
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return value
    return part


class Values(ast.NodeVisitor):
    """The values of one module's names and expressions, as far as each run has the same."""

    def __init__(self, module: str, lacks: Callable[[str], bool]) -> None:
        """``lacks``: whether a variable is certainly not there."""
        self.module, self.lacks = module, lacks
        self.bound: Bound = {}
        self.once: frozenset[str] = frozenset()
        """Names of the scope that is executed whose value nothing changes."""
        self.rebound: frozenset[str] = frozenset()
        """Names of the module that a function may bind, too."""
        self.unchanged: frozenset[str] = frozenset()
        """Names of the module by which no list is changed in place, or handed on."""

    def known(self, node: ast.expr) -> ast.Constant | None:  # noqa: C901, PLR0911, PLR0912 - a case for each expression
        """Return the constant that an expression is; its ``kind`` names the variable for lack of which it is None."""
        match node:
            case ast.Constant():
                return node
            case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
                return ast.Constant(value=False)
            case ast.Name(id="__name__"):
                return ast.Constant(self.module)
            case ast.Name(id=name) if name in self.once:
                match self.bound.get(name):
                    case ast.Constant(kind=kind) as bound if (
                        kind != LISTED or name in self.unchanged
                    ):
                        return bound
            case ast.NamedExpr(value=value):
                return self.known(value)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.known(operand)
                return inner and ast.Constant(not inner.value)
            case ast.BoolOp(op=op, values=[*values, last]):
                for each in map(self.known, values):
                    if each is None or bool(each.value) is isinstance(op, ast.Or):
                        return each
                return self.known(last)
            case ast.Compare(left=left, ops=[how], comparators=[right]):
                return self._compared(left, how, right)
            case ast.JoinedStr(values=parts):
                return self._text([_as_it_is(part) for part in parts])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._text([left, right])
            case ast.BinOp(left=text, op=ast.Mod(), right=right):
                values = right.elts if isinstance(right, ast.Tuple) else [right]
                return self._formatted(lambda text, *values: text % values, text, *values)
            case ast.Call(
                func=ast.Attribute(value=text, attr="format" | "lower" | "upper" as method),
                args=given,
                keywords=[],
            ):
                return self._formatted(getattr(str, method), text, *given)
            case ast.Tuple(elts=elements):
                return self._together(elements)
            case ast.List(elts=elements) | ast.Set(elts=elements):
                return self._together(elements, LISTED)
            case ast.ListComp() | ast.SetComp():
                return self._gathered(node)
            case ast.Call(func=ast.Name(id="any" | "all" as name), args=[given]) if (
                name not in self.bound and (listed := self.listed(given)) is not None
            ):
                return ast.Constant({"any": any, "all": all}[name](each.value for each in listed))
            case ast.Call(func=called, args=[given, *more], keywords=[]) if self._asks(called):
                if variable := self.lacking(given):
                    return self.known(more[0]) if more else ast.Constant(None, kind=variable)
        return None

    def _text(self, parts: Sequence[ast.expr]) -> ast.Constant | None:
        """Return the text that parts make together; None where one of them is unknown, or no text."""
        known = [part.value for part in map(self.known, parts) if part]
        texts = [value for value in known if isinstance(value, str)]
        return ast.Constant("".join(texts)) if len(texts) == len(parts) else None

    def _formatted(self, fill: Callable[..., str], *parts: ast.expr) -> ast.Constant | None:
        """Return what becomes of a text with others in it; None where one of them is unknown, or they do not fit it."""
        known = [part.value for part in (self._text([part]) for part in parts) if part]
        if len(known) < len(parts) or WIDE.search(str(known[0])):
            return None
        try:
            return ast.Constant(fill(*known))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return None

    def listed(self, node: ast.expr) -> list[ast.Constant] | None:
        """Return the constants that a list has in every run; None where they are unknown."""
        match self._gathered(node) if isinstance(node, ast.GeneratorExp) else self.known(node):
            case ast.Constant(value=tuple() as elements):
                return [*map(ast.Constant, elements)]
        return None

    def _gathered(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> ast.Constant | None:
        """Return all that a comprehension makes, if each run makes the same."""
        loop, *inner = node.generators
        parts = None if inner else self.taken(loop, node.elt)
        return None if parts is None else self._together([each for (each,) in parts], LISTED)

    def _together(
        self, elements: Sequence[ast.expr], kind: str | None = None
    ) -> ast.Constant | None:
        known = [each for each in map(self.known, elements) if each and each.kind != LISTED]
        values: Any = tuple(each.value for each in known)
        return ast.Constant(values, kind=kind) if len(known) == len(elements) else None

    def taken(self, loop: ast.comprehension, *made: ast.expr) -> list[list[ast.expr]] | None:
        """Return what a comprehension makes of each element that it takes; None where that is unknown."""
        test = ast.BoolOp(ast.And(), [ast.Constant(value=True), *loop.ifs])
        rounds = self.rounds(loop, [test, *made])
        tests = [self.known(test) for test, *_ in rounds or ()]
        if rounds is None or None in tests:
            return None
        return [parts for it, (_, *parts) in zip(tests, rounds, strict=True) if it and it.value]

    def rounds(self, loop: ast.For | ast.comprehension, body: Sequence[T]) -> list[list[T]] | None:
        """Return the body for each element of a loop, with that in place of its name.

        None where they are unknown, or where something in the body may mean another by the name, then or later.
        """
        elements, target = self.listed(loop.iter), loop.target
        if elements is None or not isinstance(target, ast.Name):
            return None
        named = {"*", target.id} & {*self.rebound, *(x for each in body for x in names_bound(each))}
        if named or any(isinstance(each, DEFERRED) for node in body for each in ast.walk(node)):
            return None
        return [
            [_Filled(target.id, each).visit(deepcopy(node)) for node in body] for each in elements
        ]

    def of(self, value: ast.expr, library: str) -> str | None:
        """Return the name that an expression has in a module of Python's own library."""
        match value:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                module = self.bound.get(name)
                is_library = isinstance(module, ast.Import) and module.names[0].name == library
                return attribute if is_library else None
            case ast.Name(id=name):
                match self.bound.get(name):
                    case ast.ImportFrom(module=source, names=names) if source == library:
                        taken = {alias.asname or alias.name: alias.name for alias in names}
                        return taken.get(name)
        return None

    def lacking(self, name: ast.expr) -> str | None:
        """Return the variable that an expression names, if it is certainly not there."""
        match self.known(name):
            case ast.Constant(value=str(text)) if self.lacks(text):
                return text
        return None

    def _asks(self, called: ast.expr) -> bool:
        """Whether it returns a variable's value, or None."""
        match called:
            case ast.Attribute(value=read, attr="get") if self.of(read, "os") == "environ":
                return True
        return self.of(called, "os") == "getenv"

    def _compared(self, left: ast.expr, how: ast.cmpop, right: ast.expr) -> ast.Constant | None:
        if isinstance(how, ast.In | ast.NotIn) and self.of(right, "os") == "environ":
            return ast.Constant(isinstance(how, ast.NotIn)) if self.lacking(left) else None
        first, last = self.known(left), self.known(right)
        if first is None or last is None or first.kind == LISTED:
            return None
        match how, last:
            case ast.In() | ast.NotIn(), ast.Constant(value=tuple() as among):
                return ast.Constant((first.value in among) is isinstance(how, ast.In))
            case ast.Is() | ast.IsNot(), ast.Constant(value=None | True | False as it):
                return ast.Constant((first.value is it) is isinstance(how, ast.Is))
            case ast.Eq() | ast.NotEq(), _ if last.kind != LISTED:
                return ast.Constant((first.value == last.value) is isinstance(how, ast.Eq))
        return None
