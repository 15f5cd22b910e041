"""What importing the modules of a package certainly does: the names that they bind, and what the import ends with.

Only what each run does counts: of statements that a run chooses between, that each of them ends the import; of a
function that is called, what stands before it may return. So an import that ends here certainly fails, and one that does not may fail all the same.
"""

import ast
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import takewhile

from aws.handler.source import ImportEnds, bound_once, evaluated, names_bound, parsed
from aws.handler.values import Bound, Values
from aws.kinds.function import HandlerFlaw
from aws.release import PackageModules
from aws.words import Words

MODULES = 400
"""Modules of one package that are followed; what lies behind more of them is taken for sound."""
OF_LAMBDA = re.compile(
    r"(AWS|LAMBDA|LC|LD|PYTHON|_)\w*|HOME|HOSTNAME|LANG|PATH|PWD|SHLVL|TMPDIR|TZ|USER"
)
"""Variables that Lambda's runtime may set itself."""
PERHAPS = ast.Pass()
"""Stands for what binds a name in some runs only."""
SOME = ast.Expr(ast.Constant(None))
"""Stands for a value of which nothing is known."""


class Returned(Exception):  # noqa: N818 - the function that is executed may have returned
    """What stands behind a ``return`` is executed in some runs only, if in any."""


class Importing:
    """The import of a package's modules."""

    def __init__(
        self, modules: PackageModules, *, layered: bool, variables: frozenset[str] | None
    ) -> None:
        """``variables``: names of the function's, None where more may be set."""
        self.modules, self.layered, self.variables = modules, layered, variables
        self.loaded: dict[str, ModuleImport] = {}
        """Modules that are imported, or in the making."""
        self.patched: set[str] = set()
        """Names that some module binds in others; ``*`` where it may be any."""
        self.owners: dict[ast.AST, ModuleImport] = {}
        """Function -> the module that defines it."""
        self.doubts: list[HandlerFlaw] = []
        """What is missing in the package, and may come from where its code looks as well."""

    def load(self, module: str) -> Bound:
        """Return what a module binds, so far if it is in the making; all that it may where it is compiled."""
        if self.modules.is_of_runtime(module):
            return {"*": PERHAPS}
        if (file := self.modules.source_of(module)) is None:
            if self.modules.hides(module):
                self.variables = None
            return {"*": PERHAPS}
        if module not in self.loaded:
            if len(self.loaded) >= MODULES:
                self.variables = None  # it may set any
                return {"*": PERHAPS}
            self.loaded[module] = ModuleImport(self, module, file)
            try:
                self.loaded[module].whole()
            except ImportEnds:
                del self.loaded[module]
                raise
        return self.loaded[module].bound

    def imported(self, module: str, at: str) -> None:
        """Import a module with the packages that it lies in; ``at``: the file and line that ask for it."""
        parts = module.split(".")
        if self.modules.is_of_runtime(module):
            return
        for depth in range(1, len(parts) + 1):
            step = ".".join(parts[:depth])
            if self.modules.has(step):
                self.load(step)
            elif depth == 1 or "*" not in self._names_of(".".join(parts[: depth - 1])):
                self._missing(step, at)
                return

    def _names_of(self, module: str) -> Bound:
        return self.loaded[module].bound if module in self.loaded else {"*": PERHAPS}

    def lacks(self, variable: str) -> bool:
        """Whether a variable is certainly not there."""
        names = self.variables
        return names is not None and variable not in names and not OF_LAMBDA.fullmatch(variable)

    def _missing(self, module: str, at: str) -> None:
        """Note that a module may be elsewhere; a layer or a file system is a difference of its own."""
        en = f"{at} imports {module}, which neither the package nor Lambda's runtime has"
        ja = f"{at}でインポートする{module}がパッケージにもLambdaのランタイムにもない"
        en, ja = f"{en} ({self.modules.platform})", f"{ja}（{self.modules.platform}）"
        if self.modules.elsewhere:
            self.variables = None  # it may set any
            self.doubts.append(HandlerFlaw(Words(en=en, ja=ja), certain=False))
        elif not self.layered:
            raise ImportEnds(en, ja)


class ModuleImport(Values):
    """One module's statements in their order, as its import executes them."""

    def __init__(self, importing: Importing, module: str, file: str) -> None:
        super().__init__(module, importing.lacks)
        self.importing, self.file = importing, file
        self.running: list[ast.AST] = []
        """Functions that are executed."""
        self.sound = set[tuple[object, ...]]()
        """Functions that were, and what they were given: each call of a call again would take for ever."""

    def whole(self) -> None:
        """Execute all of them. Raises ImportEnds."""
        importing, modules = self.importing, self.importing.modules
        source = parsed(
            modules.files[self.file], self.file, min(modules.minor, sys.version_info[1])
        )
        modules.elsewhere |= source.searches
        if source.writes_variables:
            importing.variables = None
        importing.patched |= source.patches
        self.settled = self.once = source.once
        self.bound |= dict.fromkeys(source.may_bind, PERHAPS)
        self.run(source.body)

    def run(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            self.visit(statement)

    def generic_visit(self, node: ast.AST) -> None:
        """Bind what any other statement may bind, also one that repeats or chooses what is in it."""
        self._evaluate(node)
        self.bound |= dict.fromkeys(names_bound(node), SOME)
        if self.running and any(isinstance(each, ast.Return) for each in ast.walk(node)):
            raise Returned

    def _evaluate(self, node: ast.AST) -> None:
        """Stop where an expression needs a variable that is not there; execute what it calls."""
        for each in evaluated(node):
            match each:
                case ast.Subscript(value=read, slice=name, ctx=ast.Load()) if self.of(
                    read, "os"
                ) == "environ" and (variable := self.lacking(name)):
                    self._lacks(variable, each)
                case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.For(iter=value):
                    self._needed(value)
                case ast.Call(func=ast.Name(id="int" | "float" | "len" as name), args=[value]) if (
                    name not in self.bound
                ):
                    self._needed(value)
                case ast.Call(func=ast.Name(id=name)):
                    self._call(self.bound.get(name), each)

    def _needed(self, value: ast.expr) -> None:
        """Stop where a value that must be something is None for lack of a variable."""
        match self.known(value):
            case ast.Constant(value=None, kind=str(variable)):
                self._lacks(variable, value)

    def _lacks(self, variable: str, node: ast.expr) -> None:
        at = f"{self.file}:{node.lineno}"
        en = f"{at} needs the variable {variable}, which the function does not have"
        raise ImportEnds(en, f"{at}で必要とする環境変数{variable}が関数にない")

    def _call(self, function: ast.AST | None, call: ast.Call) -> None:
        """Execute a function of the package, if a call of it runs at once what is written, or a cache of that."""
        if isinstance(function, ast.FunctionDef) and not _generates(function):
            owner, args = self.importing.owners[function], function.args
            by = {
                owner.of(getattr(each, "func", each), "functools")
                for each in function.decorator_list
            }
            if function.name in owner.settled and by <= {"cache", "lru_cache"}:
                plain = takewhile(lambda each: not isinstance(each, ast.Starred), call.args)
                names = (each.arg for each in (*args.posonlyargs, *args.args))
                passed = dict(zip(names, plain, strict=False))
                passed |= {each.arg: each.value for each in call.keywords if each.arg}
                values = {name: self.known(value) for name, value in passed.items()}
                owner.execute(function, {name: it for name, it in values.items() if it})

    def execute(self, function: ast.FunctionDef, values: Mapping[str, ast.Constant]) -> None:
        """Execute what a function of this module certainly does when it is called with these values."""
        way = (function, *((name, value.value) for name, value in values.items()))
        if function in self.running or way in self.sound:
            return
        outer, own = (self.bound, self.once), bound_once(function.body)
        parameters = {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
        fixed = parameters.difference(*(names_bound(each) for each in function.body))
        shared = {
            name
            for each in ast.walk(function)
            if isinstance(each, ast.Global | ast.Nonlocal)
            for name in each.names
        }
        self.once = (self.settled | own - parameters | fixed) - shared
        self.bound = {**self.bound, **dict.fromkeys(parameters, SOME), **values}
        self.running.append(function)
        try:
            with suppress(Returned):
                self.run(function.body)
        finally:
            self.bound, self.once = outer
            self.running.remove(function)
        self.sound.add(way)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.bound[node.name] = node
        self.importing.owners[node] = self

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the name that ast.NodeVisitor looks for

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Execute the body, whose names are the class's own."""
        outer, self.bound = self.bound, dict(self.bound)
        try:
            self.run(node.body)
        finally:
            self.bound = outer
        self.bound[node.name] = node

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        value = node.value
        for target in node.targets:
            if isinstance(target, ast.Name):
                same = isinstance(value, ast.Name) and self.bound.get(value.id)
                self.bound[target.id] = same or self.known(value) or value

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.importing.imported(alias.name, f"{self.file}:{node.lineno}")
            name = alias.name.partition(".")[0]
            self.bound[alias.asname or name] = _module(alias.name if alias.asname else name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        parts = self.module.split(".")
        up = node.level - self.file.endswith("/__init__.py") if node.level else len(parts)
        if node.level and up >= len(parts):
            self._end(node, "ImportError")
        source = ".".join((*parts[: len(parts) - up], *filter(None, (node.module,))))
        self.importing.imported(source, f"{self.file}:{node.lineno}")
        names = self.importing.load(source)
        for alias in node.names:
            if alias.name == "*":
                every = "__all__" in names
                self.bound |= {key: names[key] for key in names if every or key[0] != "_"}
            else:
                self.bound[alias.asname or alias.name] = self._member(source, alias.name, node)

    def _member(self, source: str, name: str, node: ast.ImportFrom) -> ast.AST:
        """Return what binds a name in another module; stop where that certainly has none of that name."""
        modules, names = self.importing.modules, self.importing.load(source)
        if name not in names and modules.has(f"{source}.{name}"):
            self.importing.imported(f"{source}.{name}", f"{self.file}:{node.lineno}")
            return _module(f"{source}.{name}")
        patched = {name, "*"} & (self.importing.patched | names.keys())
        if not patched and not name.startswith("__"):
            at, file = f"{self.file}:{node.lineno}", modules.source_of(source)
            en = f"{at} uses {name}, which {file} does not define by then"
            raise ImportEnds(en, f"{at}で使う{name}がその時点で{file}にない")
        return names.get(name, node)

    def _end(self, node: ast.stmt, error: str) -> None:
        at = f"{self.file}:{node.lineno}"
        en, ja = f"{at} raises {error} during the import", f"{at}のインポート時に{error}が発生する"
        raise ImportEnds(en, ja)

    def visit_Raise(self, node: ast.Raise) -> None:
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        self._end(node, ast.unparse(error) if error else "its error")

    def visit_If(self, node: ast.If) -> None:
        self.generic_visit(node.test)
        if test := self.known(node.test):
            self.run(node.body if test.value else node.orelse)
        else:
            self._either(node.body, node.orelse)

    def visit_Assert(self, node: ast.Assert) -> None:
        self.generic_visit(node)
        test = self.known(node.test)
        if test and not test.value and self.importing.variables is not None:
            self._end(node, "AssertionError")

    def visit_Expr(self, node: ast.Expr) -> None:
        self.generic_visit(node)
        if isinstance(node.value, ast.Call) and self.of(node.value.func, "sys") == "exit":
            self._end(node, "SystemExit")

    def visit_With(self, node: ast.With) -> None:
        """Execute the body; a context manager may catch any error."""
        doubts = len(self.importing.doubts)
        for item in node.items:
            self.generic_visit(item)
        with suppress(ImportEnds):
            self.run(node.body)
        del self.importing.doubts[doubts:]

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        """Execute what is tried; where that ends with an error, what handles errors.

        In the end its last block is executed: what that returns goes before an error.
        """
        try:
            self._tried(node)
        finally:
            self.run(node.finalbody)

    def _tried(self, node: ast.Try | ast.TryStar) -> None:
        doubts = len(self.importing.doubts)
        try:
            self.run([*node.body, *node.orelse])
        except ImportEnds:
            if not node.handlers:
                raise
            self._either(*(handler.body for handler in node.handlers))
        rescued = (name for handler in node.handlers for name in names_bound(handler))
        self.bound = dict.fromkeys(rescued, PERHAPS) | self.bound
        if node.handlers:
            del self.importing.doubts[doubts:]

    visit_TryStar = visit_Try  # noqa: N815 - the name that ast.NodeVisitor looks for

    def _either(self, *branches: Sequence[ast.stmt]) -> None:
        """Execute what only a run chooses between: it ends where each branch does, and binds what the others bind.

        Raises Returned if one of them may return.
        """
        before, doubts = self.bound, len(self.importing.doubts)
        live: list[Bound] = []
        ends: list[ImportEnds] = []
        returned: Returned | None = None
        for branch in branches:
            self.bound = dict(before)
            try:
                self.run(branch)
                live.append(self.bound)
            except Returned as found:
                returned = found
            except ImportEnds as end:
                ends.append(end)
        del self.importing.doubts[doubts:]
        if returned:
            raise returned
        if not live:
            raise ends[0]
        names = set[str]().union(*live)
        self.bound = {name: _of_all([bound.get(name) for bound in live]) for name in names}


def _generates(function: ast.FunctionDef) -> bool:
    """Whether calling a function may run nothing of it at once."""
    return any(isinstance(each, ast.Yield | ast.YieldFrom) for each in ast.walk(function))


def _of_all(nodes: Sequence[ast.AST | None]) -> ast.AST:
    """Return what binds a name after branches, each of which bound it by that node or not at all."""
    if None in nodes:
        return PERHAPS
    return nodes[0] if len({*nodes}) == 1 and nodes[0] else SOME


def _module(name: str) -> ast.Import:
    """Stand for the module that a name is bound to."""
    return ast.Import(names=[ast.alias(name=name)])
