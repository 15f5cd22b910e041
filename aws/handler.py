"""Whether Lambda finds a version's handler in its package: by what importing its module certainly does, read from the source.

Nothing of a package is run here. Where only a run decides between branches, what each of them binds counts, and an error counts
if each of them ends with it.
"""

import ast
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import PurePosixPath
from threading import Lock

from aws.kind.description import value_of
from aws.kinds.function import Function, HandlerFlaw
from aws.release import PackageModules
from aws.words import Words

PYTHON = re.compile(r"python3\.(\d+)")
MODULES = 400
"""Modules of one package that are followed; what lies behind more of them is taken for sound."""
EXITS = frozenset({"sys.exit", "os._exit", "os.abort", "exit", "quit"})
HIDDEN = frozenset(
    {
        "exec",
        "globals",
        "locals",
        "vars",
        "setattr",
        "modules",
        "__getattr__",
        "__dict__",
        "global_enum",
    }
)
"""By which a module may have names that no statement of it binds."""
SEARCHING = frozenset({"addsitedir", "__path__", "extend_path"})
"""By which modules are found in other folders than the package's own, as by sys.path."""
PERHAPS = ast.Pass()
"""Stands for what binds a name on one path alone."""
_PARSING = Lock()
"""CPython 3.11 miscounts recursion when two threads parse at once, and raises SystemError."""


class ImportEnds(Exception):  # noqa: N818 - it stands for the error of the module that is read
    """What the import of a module ends with."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.words = Words(en=en, ja=ja)


def handler_flaw(files: Mapping[str, bytes], version: Function) -> HandlerFlaw | None:
    """Return why Lambda would not find a version's handler in the files of a package; None where it would.

    Of another language than Python only the handler's file is looked for.
    """
    path, _, name = (version.handler or "").rpartition(".")
    absent = HandlerFlaw(Words(en=f"no file {path}", ja=f"{path}というファイルがない"))
    runtime = PYTHON.fullmatch(version.runtime or "")
    if runtime is None:
        there = any(str(PurePosixPath(file).with_suffix("")) == path for file in files)
        return None if there else absent
    variables = value_of(version, "environment")
    path_set = isinstance(variables, Mapping) and "PYTHONPATH" in variables
    importing = Importing(
        PackageModules(files), layered=bool(version.layers or version.file_systems or path_set)
    )
    module = path.replace("/", ".")
    if (file := importing.modules.source_of(module)) is None:
        return None if path in importing.modules.compiled else absent
    try:
        importing.imported(module, version.handler or module)
        bound = importing.load(module)
    except ImportEnds as end:
        return HandlerFlaw(end.words, certain=int(runtime[1]) <= sys.version_info.minor)
    return _unbound(file, name, bound) or next(iter(importing.doubts), None)


def _unbound(file: str, name: str, bound: Mapping[str, ast.AST]) -> HandlerFlaw | None:
    """Return why a name of a module that was imported is no handler."""
    match bound.get(name):
        case None:
            words = Words(en=f"{file} defines no {name}", ja=f"{file}に{name}の定義がない")
            return HandlerFlaw(words, certain="*" not in bound)
        case ast.Pass():
            en, ja = (
                f"{file} defines {name} under a condition only",
                f"{file}の{name}は条件を満たす場合にのみ定義される",
            )
            return HandlerFlaw(Words(en=en, ja=ja), certain=False)
        case ast.AsyncFunctionDef(decorator_list=[]) | ast.Constant() | ast.Import():
            pass
        case ast.Dict() | ast.List() | ast.Tuple() | ast.Set() | ast.JoinedStr():
            pass
        case ast.FunctionDef(decorator_list=[], args=args) | ast.Lambda(args=args) if not (
            _takes_a_call(args)
        ):
            pass
        case _:
            return None
    en = f"{name} in {file} cannot be called with an event and a context"
    ja = f"{file}の{name}はイベントとコンテキストで呼び出せない"
    return HandlerFlaw(Words(en=en, ja=ja))


def _takes_a_call(arguments: ast.arguments) -> bool:
    """Whether a function can be called with an event and a context."""
    positional = len(arguments.posonlyargs) + len(arguments.args)
    required = positional - len(arguments.defaults)
    enough = positional >= 2 or arguments.vararg is not None
    return required <= 2 and enough and None not in arguments.kw_defaults


@lru_cache(maxsize=1024)
def _parsed(source: bytes, file: str) -> ast.Module:
    """Parse a module once, since functions share modules."""
    try:
        with _PARSING:
            tree = ast.parse(source)
            compile(tree, file, "exec", dont_inherit=True)  # refuses more than parsing does
            return tree
    except (SyntaxError, ValueError):
        en, ja = f"{file} is no Python", f"{file}がPythonとして読めない"
        raise ImportEnds(en, ja) from None


Bound = dict[str, ast.AST]
"""Name of a module -> the node that binds it, or the node of its value."""


class Importing:
    """The import of a package's modules, one statement after the other."""

    def __init__(self, modules: PackageModules, *, layered: bool) -> None:
        self.modules, self.layered = modules, layered
        self.loaded: dict[str, Bound] = {}
        self.doubts: list[HandlerFlaw] = []
        """What is missing in the package, and may come from where its code looks as well."""

    def load(self, module: str) -> Bound:
        """Return what a module binds; all that it may where that is not known: compiled, or in the making."""
        file = self.modules.source_of(module)
        if file is None or (module not in self.loaded and len(self.loaded) >= MODULES):
            return {"*": PERHAPS}
        if module not in self.loaded:
            self.loaded[module] = {"*": PERHAPS}
            try:
                self.loaded[module] = ModuleImport(self, module, file).whole()
            except ImportEnds:
                del self.loaded[module]
                raise
        return self.loaded[module]

    def imported(self, module: str, at: str) -> None:
        """Import a module with the packages that it lies in; ``at``: the file and line that ask for it."""
        parts = module.split(".")
        if self.modules.is_of_runtime(module):
            return
        for depth in range(1, len(parts) + 1):
            step = ".".join(parts[:depth])
            if self.modules.has(step):
                self.load(step)
            elif depth == 1 or "*" not in self.loaded.get(".".join(parts[: depth - 1]), {"*"}):
                self._missing(step, at)
                return

    def _missing(self, module: str, at: str) -> None:
        """Note that a module may be elsewhere; a layer or a file system is a difference of its own."""
        en = f"{at} imports {module}, which neither the package nor Lambda's runtime has"
        ja = f"{at}でインポートする{module}がパッケージにもLambdaのランタイムにもない"
        if self.modules.elsewhere:
            self.doubts.append(HandlerFlaw(Words(en=en, ja=ja), certain=False))
        elif not self.layered:
            raise ImportEnds(en, ja)


class ModuleImport(ast.NodeVisitor):
    """One module's statements in their order, as its import executes them."""

    def __init__(self, importing: Importing, module: str, file: str) -> None:
        self.importing, self.module, self.file = importing, module, file
        self.bound: Bound = {}

    def whole(self) -> Bound:
        tree = _parsed(self.importing.modules.files[self.file], self.file)
        for node in ast.walk(tree):
            match node:
                case ast.Global(names=names):
                    self.bound |= dict.fromkeys(names, PERHAPS)
                case (
                    ast.Attribute(value=ast.Name(id="sys"), attr="path")
                    | ast.alias(name="sys", asname=str())
                ):
                    self.importing.modules.elsewhere = True
                case ast.ImportFrom(module="sys", names=taken) if "path" in {
                    alias.name for alias in taken
                }:
                    self.importing.modules.elsewhere = True
                case ast.Name(id=name) | ast.Attribute(attr=name) if name in SEARCHING:
                    self.importing.modules.elsewhere = True
                case ast.Name(id=name) | ast.Attribute(attr=name) | ast.FunctionDef(name=name) if (
                    name in HIDDEN
                ):
                    self.bound["*"] = PERHAPS
        self.run(tree.body)
        return self.bound

    def run(self, body: Sequence[ast.stmt]) -> None:
        for node in body:
            self.visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        """Bind what any other statement binds at its own level."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.bound[node.name] = node
            case ast.Name(id=name, ctx=ast.Store()):
                self.bound[name] = node
            case ast.Lambda():
                pass
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                for named in ast.walk(node):
                    if isinstance(named, ast.NamedExpr):
                        self.bound[named.target.id] = named
            case (
                ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                self.bound[name] = node
                super().generic_visit(node)
            case _:
                super().generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        value = node.value
        for target in node.targets:
            if isinstance(target, ast.Name):
                same = isinstance(value, ast.Name) and self.bound.get(value.id)
                self.bound[target.id] = same or value

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self.bound.pop(ast.unparse(target), None)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.importing.imported(alias.name, f"{self.file}:{node.lineno}")
            self.bound[alias.asname or alias.name.partition(".")[0]] = node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        parts = self.module.split(".")
        up = node.level - self.file.endswith("/__init__.py") if node.level else len(parts)
        if node.level and up >= len(parts):
            self.end(node, "ImportError")
        source = ".".join((*parts[: len(parts) - up], *filter(None, (node.module,))))
        self.importing.imported(source, f"{self.file}:{node.lineno}")
        names = self.importing.load(source)
        for alias in node.names:
            if alias.name == "*":
                self.bound |= names
            else:
                self.bound[alias.asname or alias.name] = self._member(
                    source, names, alias.name, node
                )

    def _member(self, source: str, names: Bound, name: str, node: ast.stmt) -> ast.AST:
        """Return what binds a name in another module; stop where that certainly has none of that name."""
        modules = self.importing.modules
        if name not in names and modules.has(f"{source}.{name}"):
            self.importing.imported(f"{source}.{name}", f"{self.file}:{node.lineno}")
            return ast.Import(names=[])
        if not {name, "*", "__getattr__"} & names.keys() and not name.startswith("__"):
            file = modules.source_of(source)
            at = f"{self.file}:{node.lineno}"
            en = f"{at} imports {name}, which {file} does not define"
            raise ImportEnds(en, f"{at}でインポートする{name}が{file}にない")
        return names.get(name, node)

    def visit_Raise(self, node: ast.Raise) -> None:
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        self.end(node, ast.unparse(error) if error else "its error")

    def visit_Expr(self, node: ast.Expr) -> None:
        called = ast.unparse(node.value.func) if isinstance(node.value, ast.Call) else ""
        if called in EXITS - self.bound.keys():
            self.end(node, "SystemExit")
        self.generic_visit(node)

    def end(self, node: ast.stmt, error: str) -> None:
        """Stop at a statement that raises an error."""
        at = f"{self.file}:{node.lineno}"
        en, ja = f"{at} raises {error} during the import", f"{at}のインポート時に{error}が発生する"
        raise ImportEnds(en, ja)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        match _decided(node.test):
            case None:
                self.either(node.body, node.orelse)
            case holds:
                self.run(node.body if holds else node.orelse)

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.target)
        self.either(node.body, node.orelse)

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self.either(node.body, node.orelse)

    def visit_Match(self, node: ast.Match) -> None:
        for part in (node.subject, *(case.pattern for case in node.cases)):
            self.visit(part)
        self.either(*(case.body for case in node.cases), [])

    def visit_With(self, node: ast.With) -> None:
        for item in node.items:
            self.visit(item)
        doubts = len(self.importing.doubts)
        with suppress(ImportEnds):  # a context manager may catch any error
            self.run(node.body)
        del self.importing.doubts[doubts:]

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        """Execute what is tried; where that ends with an error, what handles errors.

        Else a name that only a handler binds may be there, and what the others are is not in doubt.
        """
        doubts, handling = len(self.importing.doubts), [each.body for each in node.handlers]
        try:
            self.run([*node.body, *node.orelse])
        except ImportEnds:
            if not handling:
                raise
            self.either(*handling)
        else:
            tried = dict(self.bound)
            self.either(*handling, [])
            self.bound = dict.fromkeys(self.bound, PERHAPS) | tried
        if handling:
            del self.importing.doubts[doubts:]
        self.run(node.finalbody)

    visit_TryStar = visit_Try  # noqa: N815 - the name that ast.NodeVisitor looks for

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
        del self.importing.doubts[doubts:]
        if not live:
            raise ends[0]
        names = set[str]().union(*live)
        self.bound = {
            name: live[0][name] if all(name in bound for bound in live) else PERHAPS
            for name in names
        }


def _decided(test: ast.expr) -> bool | None:
    """Return what a condition is in every run; None where only a run decides it."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _decided(operand)
            return None if inner is None else not inner
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return False
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()]):
            return False
        case ast.Constant(value=value):
            return bool(value)
    return None
