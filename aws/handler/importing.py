"""The import of a package's modules as Lambda makes it, one statement after the other."""

import ast
import builtins
from collections.abc import Collection, Iterable, Mapping, Sequence

from aws.handler.finder import ModuleFinder
from aws.handler.module import Module, NameBinding, Stops
from aws.handler.statements import (
    catches,
    decided,
    errors,
    needed,
    own,
    parsed,
    takes_a_call,
    texts,
)
from aws.words import Words

MODULES = 400
"""Modules of one package that are followed; what lies behind more of them is taken for sound."""
EXITS = frozenset({"sys.exit", "os._exit", "os.abort", "exit", "quit"})
EVERYWHERE = frozenset(dir(builtins)) | {"__file__", "__path__", "__annotations__", "__builtins__"}
"""Names that every module has."""


def load(finder: ModuleFinder, name: str) -> Module | None:
    """Import a module of a package; None where its names are not known: one in the making, or compiled."""
    if name not in finder.loaded and len(finder.loaded) < MODULES:
        finder.loaded[name] = None
        if (file := finder.source_of(name)) is not None:
            module = Module(name, file)
            try:
                ModuleImport(finder, module).whole()
            except Stops:
                del finder.loaded[name]
                raise
            finder.loaded[name] = module
    return finder.loaded.get(name)


def imported(finder: ModuleFinder, name: str, at: str) -> Module | None:
    """Import a module with the packages that it lies in; ``at``: the file and line that ask for it."""
    parts = name.split(".")
    if finder.is_of_runtime(parts[0]):
        return None
    module = None
    for depth in range(1, len(parts) + 1):
        step = ".".join(parts[:depth])
        if not finder.has(step):
            if module is None or not module.loose:
                finder.missing(step, at)
            return None
        if (module := load(finder, step)) is None and not finder.is_namespace(step):
            return None
    return module


class ModuleImport(ast.NodeVisitor):
    """One module's statements in their order, as its import executes them."""

    def __init__(self, finder: ModuleFinder, module: Module) -> None:
        self.finder, self.module = finder, module
        self.handling: Stops | None = None
        known = {"__name__": module.name, "sys.platform": "linux", "os.name": "posix"}
        python = {"sys.version_info": (3, finder.minor, 99), "sys.version_info[0]": 3}
        self.known: Mapping[str, object] = (
            known | python | {"TYPE_CHECKING": False, "__debug__": True}
        )

    def whole(self) -> None:
        """Execute the module; raise Stops where that certainly ends with an error."""
        try:
            tree = parsed(self.finder.files[self.module.file])
        except (SyntaxError, ValueError):
            en, ja = f"{self.module.file} is no Python", f"{self.module.file}がPythonとして読めない"
            raise Stops(SyntaxError, Words(en=en, ja=ja)) from None
        for node in ast.walk(tree):
            match node:
                case ast.Global(names=names):
                    self.module.later |= set(names)
                case ast.Call(func=ast.Name(id="exec" | "globals" | "vars" | "locals")):
                    self.module.loose = True
                case ast.Attribute(value=ast.Name(id="sys"), attr="modules" | "meta_path"):
                    self.module.loose = True
                case ast.Attribute(value=ast.Name(id="sys"), attr="path"):
                    self.finder.elsewhere = True
                case ast.AugAssign(target=ast.Name(id="__all__")):
                    self.module.loose = True
                case ast.Attribute(value=ast.Name(id="__all__")):
                    self.module.loose = True
        self.run(tree.body)

    def run(self, body: Iterable[ast.stmt]) -> None:
        for node in body:
            self.visit(node)

    def at(self, node: ast.stmt) -> str:
        return f"{self.module.file}:{node.lineno}"

    def bind(self, name: str, bound: NameBinding = NameBinding.VALUE) -> None:
        self.module.bound[name] = bound

    def generic_visit(self, node: ast.AST) -> None:
        """Execute a statement whose values are not followed: it needs its names, and may bind others."""
        stored = {name.id for name in own(node) if isinstance(name.ctx, ast.Store)}
        self.needs(node, stored)
        for name in stored:
            self.bind(name)

    def needs(self, node: ast.AST, stored: Collection[str] = ()) -> None:
        """Stop where a statement needs a name that is bound nowhere."""
        module = self.module
        if module.loose or "*" in module.bound:
            return
        for name in needed(node):
            if not any(name in names for names in (module.bound, module.later, stored, EVERYWHERE)):
                en, ja = f"{module.file} uses {name}, which it does not define", "が未定義である"
                raise Stops(NameError, Words(en=en, ja=f"{module.file}で使う{name}{ja}"))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._define(node, NameBinding.VALUE)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._define(node, NameBinding.UNCALLABLE)

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef, bare: NameBinding) -> None:
        defaults = (*node.args.defaults, *filter(None, node.args.kw_defaults))
        for part in (*node.decorator_list, *defaults):
            self.needs(part)
        taken = bare if takes_a_call(node.args) else NameBinding.UNCALLABLE
        self.bind(node.name, NameBinding.VALUE if node.decorator_list else taken)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.needs(part)
        around = self.module.bound
        self.module.bound = {
            **around,
            "__module__": NameBinding.VALUE,
            "__qualname__": NameBinding.VALUE,
        }
        self.run(node.body)
        self.module.bound = around
        self.bind(node.name)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            imported(self.finder, alias.name, self.at(node))
            self.bind(alias.asname or alias.name.partition(".")[0], NameBinding.UNCALLABLE)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        name = self._absolute(node)
        source = imported(self.finder, name, self.at(node))
        for alias in node.names:
            if alias.name == "*":
                self.module.bound |= source.public() if source else {"*": NameBinding.PERHAPS}
            else:
                self.bind(alias.asname or alias.name, self._member(source, name, alias.name, node))

    def _absolute(self, node: ast.ImportFrom) -> str:
        """Return the name of the module from which names are imported."""
        if not node.level:
            return node.module or ""
        parts = self.module.name.split(".")
        up = node.level - self.module.file.endswith("/__init__.py")
        if up >= len(parts):
            en, ja = (
                f"{self.at(node)} imports from a parent package that it does not have",
                "がない",
            )
            raise Stops(ImportError, Words(en=en, ja=f"{self.at(node)}の相対インポートの親{ja}"))
        return ".".join((*parts[: len(parts) - up], *filter(None, (node.module,))))

    def _member(self, source: Module | None, module: str, name: str, node: ast.stmt) -> NameBinding:
        """Return what a name of a module is bound to; stop where it certainly has none of that name."""
        if source and name in source.bound:
            return source.bound[name]
        if name in EVERYWHERE:
            return NameBinding.UNCALLABLE
        if self.finder.has(f"{module}.{name}") and not self.finder.is_of_runtime(module):
            imported(self.finder, f"{module}.{name}", self.at(node))
            return NameBinding.UNCALLABLE
        if (
            source is None
            or source.loose
            or {"*", "__getattr__"} & source.bound.keys()
            or name in source.later
        ):
            return NameBinding.VALUE
        en, ja = f"{self.at(node)} imports {name}, which {source.file} does not define", "にない"
        raise Stops(
            ImportError,
            Words(en=en, ja=f"{self.at(node)}でインポートする{name}が{source.file}{ja}"),
        )

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            match target:
                case ast.Name(id="__all__"):
                    self.module.exports = texts(node.value)
                case ast.Name(id=name):
                    self.bind(name, self._value(node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(ast.copy_location(ast.Assign([node.target], node.value), node))

    def _value(self, node: ast.expr) -> NameBinding:
        match node:
            case (
                ast.Constant() | ast.JoinedStr() | ast.Tuple() | ast.List() | ast.Dict() | ast.Set()
            ):
                return NameBinding.UNCALLABLE
            case ast.Lambda(args=args) if not takes_a_call(args):
                return NameBinding.UNCALLABLE
            case ast.Name(id=name):
                return self.module.bound.get(name, NameBinding.VALUE)
        return NameBinding.VALUE

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.module.bound.pop(target.id, None)

    def visit_Raise(self, node: ast.Raise) -> None:
        if node.exc is None and self.handling:
            raise self.handling
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        self.stop(node, ast.unparse(error) if error else "")

    def visit_Assert(self, node: ast.Assert) -> None:
        if decided(node.test, self.known) is False:
            self.stop(node, "AssertionError")
        self.needs(node.test)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) in EXITS:
            self.stop(node, "SystemExit")
        self.generic_visit(node)

    def stop(self, node: ast.stmt, error: str) -> None:
        """Stop at a statement that raises an error, by the error's name."""
        en, ja = (
            f"{self.at(node)} raises {error} during the import",
            f"のインポート時に{error}が発生する",
        )
        kind = errors(error) or (Exception,)
        raise Stops(kind[0], Words(en=en, ja=f"{self.at(node)}{ja}"))

    def visit_If(self, node: ast.If) -> None:
        self.needs(node.test)
        match decided(node.test, self.known):
            case None:
                self.either(node.body, node.orelse)
            case holds:
                self.run(node.body if holds else node.orelse)

    def visit_For(self, node: ast.For) -> None:
        self.generic_visit(ast.Expr(node.iter))
        for name in own(node.target):
            self.bind(name.id, NameBinding.PERHAPS)
        self.either(node.body, node.orelse)

    def visit_While(self, node: ast.While) -> None:
        self.either(node.body, node.orelse)

    def visit_Match(self, node: ast.Match) -> None:
        for part in ast.walk(node):
            if isinstance(part, ast.MatchAs | ast.MatchStar) and part.name:
                self.bind(part.name, NameBinding.PERHAPS)
        self.either(*(case.body for case in node.cases), [])

    def either(self, *branches: Sequence[ast.stmt]) -> None:
        """Execute what only a run decides between: a name is bound where each branch binds it that does not stop."""
        before, doubts = self.module.bound, len(self.finder.doubts)
        ends, stops = [], []
        for branch in branches:
            self.module.bound = dict(before)
            try:
                self.run(branch)
            except Stops as stop:
                stops.append(stop)
            else:
                ends.append(self.module.bound)
        del self.finder.doubts[doubts:]
        if not ends:
            raise stops[0]
        bound = {name: {end.get(name) for end in ends} for name in set[str]().union(*ends)}
        self.module.bound = {
            name: kinds.pop() or NameBinding.PERHAPS if len(kinds) == 1 else NameBinding.PERHAPS
            for name, kinds in bound.items()
        }

    def visit_With(self, node: ast.With) -> None:
        caught = []
        for item in node.items:
            self.generic_visit(item)
            match item.context_expr:
                case ast.Call(
                    func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=args
                ):
                    caught += args
        try:
            self.guarded(node.body, caught)
        except Stops as stop:
            if not any(catches(error, stop.kind) for error in caught):
                raise

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        try:
            self.guarded(node.body, [handler.type for handler in node.handlers])
        except Stops as stop:
            self._handle(node, stop)
        else:
            self.run(node.orelse)
        self.run(node.finalbody)

    visit_TryStar = visit_Try  # noqa: N815 - the name that ast.NodeVisitor looks for

    def guarded(self, body: Sequence[ast.stmt], caught: Sequence[ast.expr | None]) -> None:
        """Execute what runs under handlers: what may be missing is no doubt where they catch it."""
        doubts = len(self.finder.doubts)
        self.run(body)
        if any(catches(error, ModuleNotFoundError) for error in caught):
            del self.finder.doubts[doubts:]

    def _handle(self, node: ast.Try | ast.TryStar, stop: Stops) -> None:
        for handler in node.handlers:
            if catches(handler.type, stop.kind):
                around, self.handling = self.handling, stop
                if handler.name:
                    self.bind(handler.name)
                self.run(handler.body)
                self.handling = around
                return
        self.run(node.finalbody)
        raise stop
