"""What evaluating an expression of a module certainly does: the names that it binds, and those that are not there."""

import ast
import builtins
from collections.abc import Sequence

from aws.handler.importing import PERHAPS, Bound, ImportEnds, Importing

BUILTINS = frozenset({*dir(builtins), "_", "WindowsError", "copyright", "credits", "license"})
"""What each module has: those of site and gettext too, and of other systems."""
SOME = ast.Expr(ast.Constant(None))
"""Stands for a value where only a run decides which of several it is."""


class Evaluation(ast.NodeVisitor):
    """The expressions of one module, and the branches that only a run decides between."""

    def __init__(self, importing: Importing, module: str, file: str) -> None:
        self.importing, self.module, self.file = importing, module, file
        self.is_package = file.endswith("/__init__.py")
        self.bound: Bound = {}
        self.once: frozenset[str] = frozenset()
        self.rebound: set[str] = set()
        """Names that a function may bind again, or no statement at all."""

    def generic_visit(self, node: ast.AST) -> None:
        """Bind what any other statement or expression binds at its own level."""
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                self.bound[name] = node
            case ast.Name(id=name, ctx=ast.Load()) if self._is_undefined(name):
                self.end(node, f"NameError ({name})")
            case ast.Lambda():
                pass
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                for walrus in ast.walk(node):
                    if isinstance(walrus, ast.NamedExpr):
                        self.bound[walrus.target.id] = walrus
            case (
                ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                self.bound[name] = node
                super().generic_visit(node)
            case _:
                super().generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        self.perhaps(*node.values[1:])

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self.perhaps(node.body)
        self.perhaps(node.orelse)

    def visit_Compare(self, node: ast.Compare) -> None:
        self.visit(node.left)
        self.visit(node.comparators[0])
        self.perhaps(*node.comparators[1:])

    def perhaps(self, *values: ast.expr) -> None:
        """Evaluate what is evaluated in some runs only."""
        self.either([ast.copy_location(ast.Expr(value), value) for value in values], [])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.visit(node.value)
        self._needed(node.value)
        source, importing = self._module_of(node.value), self.importing
        if source and not {node.attr, "*"} & importing.assigned and isinstance(node.ctx, ast.Load):
            self.member(source, importing.loaded.get(source, {"*": PERHAPS}), node.attr, node)

    def _module_of(self, value: ast.expr) -> str | None:
        """Return the module that an expression certainly is."""
        match value:
            case ast.Name(id=name) if name not in self.rebound:
                bound = self.bound.get(name)
                return bound.names[0].name if isinstance(bound, ast.Import) else None
            case ast.Attribute(value=inner, attr=name) if parent := self._module_of(inner):
                module = f"{parent}.{name}"
                return module if module in self.importing.loaded else None
        return None

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id="int" | "float" | "len" as name), args=[value]) if (
                name not in self.bound
            ):
                self._needed(value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.generic_visit(node)
        self._needed(node.value)
        if self._is_environment(node.value) and isinstance(node.ctx, ast.Load):
            self._variable(node.slice, node)

    def _needed(self, value: ast.expr) -> None:
        """Stop where an expression that must be something is None, as a variable that is not there."""
        match value:
            case ast.Call(func=asked, args=[name], keywords=[]):
                if self._asks_for_a_variable(asked):
                    self._variable(name, value)

    def _variable(self, name: ast.expr, node: ast.expr) -> None:
        """Stop at a node that needs a variable, named by a text or by a name for it, which is not there."""
        match self._binding(name.id) if isinstance(name, ast.Name) else name:
            case ast.Constant(value=str(text)) if self.importing.lacks(text):
                at = f"{self.file}:{node.lineno}"
                en = f"{at} needs the variable {text}, which the function does not have"
                raise ImportEnds(en, f"{at}で必要とする環境変数{text}が関数にない")

    def _binding(self, name: str) -> ast.AST | None:
        """Return what binds a name, where nothing else in its module or of another can have bound it since."""
        again = name not in self.once or {name, "*"} & self.importing.assigned
        return None if again else self.bound.get(name)

    def _asks_for_a_variable(self, called: ast.expr) -> bool:
        match called:
            case ast.Attribute(value=read, attr="get"):
                return self._is_environment(read)
            case ast.Attribute(value=ast.Name() as module, attr="getenv"):
                return self._module_of(module) == "os"
            case ast.Name(id="getenv"):
                return getattr(self.bound.get("getenv"), "module", None) == "os"
        return False

    def _is_environment(self, value: ast.expr) -> bool:
        match value:
            case ast.Attribute(value=ast.Name() as module, attr="environ"):
                return self._module_of(module) == "os"
            case ast.Name(id="environ"):
                return getattr(self.bound.get("environ"), "module", None) == "os"
        return False

    def _is_undefined(self, name: str) -> bool:
        """Whether no statement and nothing beside the package can have bound a name that is read."""
        if name in self.bound or name in BUILTINS or name.startswith("__"):
            return False
        own = self.importing.modules.within(self.module) if self.is_package else {}
        return not ({name, "*"} & (self.bound.keys() | self.importing.assigned) or name in own)

    def member(self, source: str, names: Bound, name: str, node: ast.stmt | ast.expr) -> ast.AST:
        """Return what binds a name in another module; stop where that certainly has none of that name."""
        modules = self.importing.modules
        if name not in names and modules.has(f"{source}.{name}"):
            self.importing.imported(f"{source}.{name}", f"{self.file}:{node.lineno}")
            return module_named(f"{source}.{name}")
        if not {name, "*", "__getattr__"} & names.keys() and not name.startswith("__"):
            file = modules.source_of(source)
            at = f"{self.file}:{node.lineno}"
            en = f"{at} uses {name}, which {file} does not define"
            raise ImportEnds(en, f"{at}で使う{name}が{file}にない")
        return names.get(name, node)

    def end(self, node: ast.stmt | ast.expr, error: str) -> None:
        """Stop at a statement that raises an error."""
        at = f"{self.file}:{node.lineno}"
        en, ja = f"{at} raises {error} during the import", f"{at}のインポート時に{error}が発生する"
        raise ImportEnds(en, ja)

    def run(self, body: Sequence[ast.stmt]) -> None:
        for node in body:
            self.visit(node)

    def either(self, *branches: Sequence[ast.stmt]) -> None:
        """Execute what only a run decides between: a name is bound where each branch binds it that does not end."""
        before, doubts = self.bound, len(self.importing.doubts)
        live: list[Bound] = []
        ends: list[ImportEnds] = []
        for branch in branches:
            self.bound = dict(before)
            try:
                self.run(branch)
                live.append(self.bound)
            except ImportEnds as end:
                ends.append(end)
                if _may_be_left(branch):
                    live.append(self.bound)
        del self.importing.doubts[doubts:]
        if not live:
            raise ends[0]
        names = set[str]().union(*live)
        self.bound = {name: _of_all([bound.get(name) for bound in live]) for name in names}


def _may_be_left(branch: Sequence[ast.stmt]) -> bool:
    """Whether a loop may go on, or end, before the error that a branch of it ends with."""
    nodes = (node for statement in branch for node in ast.walk(statement))
    return any(isinstance(node, ast.Break | ast.Continue) for node in nodes)


def _of_all(nodes: Sequence[ast.AST | None]) -> ast.AST:
    """Return what binds a name after branches, each of which bound it by that node or not at all."""
    if None in nodes:
        return PERHAPS
    return nodes[0] if len({*nodes}) == 1 and nodes[0] else SOME


def module_named(name: str) -> ast.Import:
    """Stand for the module that a name is bound to."""
    return ast.Import(names=[ast.alias(name=name)])
