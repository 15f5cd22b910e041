"""What an expression of a module is in every run: a constant, or None for lack of a variable."""

import ast
import operator
from collections.abc import Callable, Mapping

Bound = dict[str, ast.AST]
"""Name of a module -> the node that binds it, or the node of its value."""
COMPARING: Mapping[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}


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

    def known(self, node: ast.expr) -> ast.Constant | None:  # noqa: C901, PLR0911 - a case for each expression
        """Return the constant that an expression is; its ``kind`` names the variable for lack of which it is None."""
        match node:
            case ast.Constant():
                return node
            case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
                return ast.Constant(value=False)
            case ast.Name(id="__name__"):
                return ast.Constant(self.module)
            case ast.Name(id=name) if name in self.once:
                bound = self.bound.get(name)
                return bound if isinstance(bound, ast.Constant) else None
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
            case ast.Call(func=called, args=[given, *more], keywords=[]) if self._asks(called):
                if variable := self.lacking(given):
                    return self.known(more[0]) if more else ast.Constant(None, kind=variable)
        return None

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
        first, last = self.known(left), self.known(right)
        match how, right:
            case (ast.In() | ast.NotIn(), _) if self.of(right, "os") == "environ":
                return ast.Constant(isinstance(how, ast.NotIn)) if self.lacking(left) else None
            case (ast.In() | ast.NotIn(), ast.Tuple(elts=listed)) if first:
                values = [each.value for each in listed if isinstance(each, ast.Constant)]
                is_in = (first.value in values) is isinstance(how, ast.In)
                return ast.Constant(is_in) if len(values) == len(listed) else None
        compare = COMPARING.get(type(how))
        both = compare and first and last and ast.Constant(compare(first.value, last.value))
        return both or None
