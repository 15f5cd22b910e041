"""What importing a module of a package certainly does, read from its source.

Where only a run decides between branches, what each of them binds counts, and an error counts if each of them ends with it.
"""

import ast
import sys
from contextlib import suppress
from itertools import takewhile

from aws.handler.expressions import Evaluation, module_named
from aws.handler.importing import PERHAPS, Bound, ImportEnds, Importing
from aws.handler.outline import outlined

EXITS = frozenset({"sys.exit", "os._exit", "os.abort", "exit", "quit"})
CONSTRUCTING = frozenset({"__init__", "__new__"})
DEFERRING = 14
"""The minor version of Python 3 since which an annotation is evaluated when it is asked for (PEP 649)."""


def executed(importing: Importing, module: str, file: str) -> Bound:
    """Return what the import of a module binds. Raises ImportEnds."""
    return ModuleImport(importing, module, file).whole()


class ModuleImport(Evaluation):
    """One module's statements in their order, as its import executes them."""

    def whole(self) -> Bound:
        modules = self.importing.modules
        minor = min(modules.minor, sys.version_info.minor)
        outline = outlined(modules.files[self.file], self.file, minor)
        self.annotates = modules.minor < DEFERRING and not outline.defers
        self.own, self.once = {*outline.run_when_called}, outline.once
        self.importing.owners |= dict.fromkeys(outline.run_when_called, self)
        self.importing.once[self.module], self.rebound = outline.once, outline.bound
        self.sound = set[tuple[object, ...]]()
        self.bound |= dict.fromkeys(outline.bound, PERHAPS)
        self.importing.assigned |= outline.assigned
        modules.elsewhere |= outline.searches
        if outline.written:
            self.importing.variables = None
        self.run(outline.body)
        return self.bound

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Evaluate what a definition evaluates: decorators, defaults and annotations, not the body."""
        for expression in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            if expression is not None:
                self.visit(expression)
        if not getattr(node, "type_params", ()):  # which only the annotations know
            taken = (each for each in ast.walk(node.args) if isinstance(each, ast.arg))
            self._annotated(*(each.annotation for each in taken), node.returns)
        self.bound[node.name] = node

    def _annotated(self, *annotations: ast.expr | None) -> None:
        for annotation in annotations if self.annotates else ():
            if annotation is not None:
                self.visit(annotation)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the name that ast.NodeVisitor looks for

    def visit_Call(self, node: ast.Call) -> None:
        super().visit_Call(node)
        arguments = [*takewhile(lambda each: not isinstance(each, ast.Starred), node.args)]
        match self._named_by(node.func):
            case ast.FunctionDef() | ast.Lambda() as function:
                self._calls(function, arguments)
            case ast.ClassDef(bases=[], keywords=[], decorator_list=[]) as made:
                match [each for each in ast.walk(made) if _constructs(each)]:
                    case [ast.FunctionDef(name="__init__") as function] if function in made.body:
                        self._calls(function, [node.func, *arguments])

    def _named_by(self, called: ast.expr) -> ast.AST | None:
        """Return the definition of what is called, if it is known, in this module or another one."""
        match called:
            case ast.Name(id=name):
                return self._binding(name)
            case ast.Attribute(value=value, attr=name) if module := self._module_of(value):
                once = name in self.importing.once.get(module, ()) and not self._again(name)
                return self.importing.loaded.get(module, {}).get(name) if once else None
        return called

    def _calls(self, function: ast.FunctionDef | ast.Lambda, arguments: list[ast.expr]) -> None:
        owner, name = self.importing.owners.get(function), getattr(function, "name", "")
        if isinstance(owner, ModuleImport) and function in owner.own:
            once = owner is self or name in owner.once or name == "__init__"
            if once and not self._again(name):
                owner.called(function, arguments)

    def _again(self, name: str) -> bool:
        """Whether a statement may have set an attribute of that name, or a class's ``__new__`` beside its ``__init__``."""
        names = {name, "*"} | (CONSTRUCTING if name in CONSTRUCTING else set())
        return not names.isdisjoint(self.importing.assigned)

    def called(self, function: ast.FunctionDef | ast.Lambda, arguments: list[ast.expr]) -> None:
        """Execute what a function of this module certainly does when it is called: all before its first branch."""
        outer, annotates = self.bound, self.annotates
        positional = (*function.args.posonlyargs, *function.args.args)
        pairs = zip(positional, arguments, strict=False)
        values = {each.arg: value for each, value in pairs if isinstance(value, ast.Constant)}
        way = (function, *((name, value.value) for name, value in values.items()))
        if way in self.sound:  # each call of a call again would take for ever
            return
        names = (each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg))
        self.bound = outer | dict.fromkeys(names, PERHAPS) | values
        self.annotates = False  # a function's own variables are not
        self.own.remove(function)  # what calls itself ends by a branch
        try:
            body = function.body
            for statement in takewhile(
                _is_simple, body if isinstance(body, list) else [ast.Expr(body)]
            ):
                self.visit(statement)
                if isinstance(statement, ast.Return):
                    break
        finally:
            self.bound, self.annotates = outer, annotates
            self.own.add(function)
        self.sound.add(way)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Execute the body, whose names are the class's own; a metaclass may bring more of them."""
        self.bound |= {each.name: PERHAPS for each in getattr(node, "type_params", ())}
        for each in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(each)
        outer, derived = self.bound, node.bases or node.keywords
        self.bound = outer | ({"*": PERHAPS} if derived else {})
        try:
            self.run(node.body)
        finally:
            self.bound = outer
        self.bound[node.name] = node

    def visit_TypeAlias(self, node: ast.AST) -> None:
        """Bind the name: its value is evaluated when it is asked for."""
        self.visit(next(ast.iter_child_nodes(node)))

    def visit_Assert(self, node: ast.Assert) -> None:
        if _decided(node.test) is False and self.importing.variables is not None:
            self.end(node, "AssertionError")
        self.visit(node.test)

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
        self._annotated(node.annotation)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self.bound.pop(ast.unparse(target), None)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.importing.imported(alias.name, f"{self.file}:{node.lineno}")
            name = alias.name.partition(".")[0]
            self.bound[alias.asname or name] = module_named(alias.name if alias.asname else name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        parts = self.module.split(".")
        up = node.level - self.is_package if node.level else len(parts)
        if node.level and up >= len(parts):
            self.end(node, "ImportError")
        source = ".".join((*parts[: len(parts) - up], *filter(None, (node.module,))))
        self.importing.imported(source, f"{self.file}:{node.lineno}")
        names = self.importing.load(source)
        for alias in node.names:
            if alias.name == "*":
                self.bound |= self._exported(source, names)
            else:
                self.bound[alias.asname or alias.name] = self.member(
                    source, names, alias.name, node
                )

    def _exported(self, source: str, names: Bound) -> Bound:
        """Return what a star imports: what ``__all__`` lists, if nothing adds to it, else what begins with no underscore."""
        modules = self.importing.modules
        every = {**names, **modules.within(source)}
        text = modules.files.get(modules.source_of(source) or "", b"")
        match every.pop("__all__", None):
            case ast.List(elts=listed) | ast.Tuple(elts=listed) if text.count(
                b"__all__"
            ) == 1 and all(isinstance(each, ast.Constant) for each in listed):
                public = {"*", *map(ast.literal_eval, listed)}
            case None:
                public = {name for name in every if not name.startswith("_")}
            case _:
                return every
        return {name: node for name, node in every.items() if name in public}

    def visit_Raise(self, node: ast.Raise) -> None:
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        self.end(node, ast.unparse(error) if error else "its error")

    def visit_Expr(self, node: ast.Expr) -> None:
        called = ast.unparse(node.value.func) if isinstance(node.value, ast.Call) else ""
        if called in EXITS - self.bound.keys():
            self.end(node, "SystemExit")
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        match _decided(node.test):
            case None:
                self.either(node.body, node.orelse)
            case holds:
                self.run(node.body if holds else node.orelse)

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.iter)
        self.visit(node.target)
        self.either(node.body, node.orelse)

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self.either(node.body, node.orelse)

    def visit_MatchValue(self, node: ast.MatchValue) -> None:
        """Evaluate nothing: which patterns are tried depends on the subject."""

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        for pattern in (*node.patterns, *node.kwd_patterns):
            self.visit(pattern)

    def visit_Match(self, node: ast.Match) -> None:
        for part in (node.subject, *(case.pattern for case in node.cases)):
            self.visit(part)
        for guard in (case.guard for case in node.cases if case.guard):
            self.perhaps(guard)
        branches = [case.body for case in node.cases]
        match node.cases[-1]:
            case ast.match_case(pattern=ast.MatchAs(pattern=None), guard=None):
                pass  # takes what no other case does
            case _:
                branches.append([])
        self.either(*branches)

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
            self._handled(node)
            self.either(*handling)
        else:
            tried = dict(self.bound)
            self._handled(node)
            self.either(*handling, [])
            self.bound = dict.fromkeys(self.bound, PERHAPS) | tried
        if handling:
            del self.importing.doubts[doubts:]
        self.run(node.finalbody)

    def _handled(self, node: ast.Try | ast.TryStar) -> None:
        """Bind the names that handlers give to errors."""
        self.bound |= {each.name: PERHAPS for each in node.handlers if each.name}

    visit_TryStar = visit_Try  # noqa: N815 - the name that ast.NodeVisitor looks for


def _constructs(node: ast.AST) -> bool:
    """Whether a node of a class, or of a class within it, binds what makes an instance."""
    names = {getattr(node, "name", ""), getattr(node, "id", "")}
    return not CONSTRUCTING.isdisjoint(names)


def _is_simple(statement: ast.stmt) -> bool:
    """Whether a statement has no branches, of which a run chooses one."""
    return not isinstance(
        statement, ast.If | ast.For | ast.While | ast.Try | ast.TryStar | ast.With | ast.Match
    )


def _decided(test: ast.expr) -> bool | None:
    """Return what a condition is in every run; None where only a run decides it."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _decided(operand)
            return None if inner is None else not inner
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return False
        case ast.Compare(
            left=ast.Name(id="__name__"),
            ops=[ast.Eq()],
            comparators=[ast.Constant(value="__main__")],
        ):
            return False
        case ast.Constant(value=value):
            return bool(value)
    return None
