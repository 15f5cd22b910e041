"""What importing the modules of a package certainly does: the names that they bind, and what the import ends with.

Only what each run does counts: of statements that a run chooses between, that each of them ends the import; of a
function that is called, what stands before it may return. So an import that ends here certainly fails, and one that does not may fail all the same.
"""

import ast
from collections.abc import Sequence
from contextlib import suppress

from aws.handler.expressions import SOME, Evaluation, Returned, module_named
from aws.handler.importing import PERHAPS, Importing
from aws.handler.source import ImportEnds, names_bound, origin
from aws.handler.values import Bound

DEFERRING = 14
"""The minor version of Python 3 since which an annotation is evaluated when it is asked for (PEP 649)."""


def execute(importing: Importing, module: str, file: str) -> None:
    """Add a module to those that are loaded, and execute it. Raises ImportEnds."""
    there = importing.loaded[module] = ModuleImport(importing, module, file)
    there.whole()


class ModuleImport(Evaluation):
    """One module's statements in their order, as its import executes them."""

    annotates = False
    """Whether annotations are evaluated."""

    def whole(self) -> None:
        """Execute all of them. Raises ImportEnds."""
        source = self.importing.parsed(self.file)
        self.annotates = self.importing.modules.minor < DEFERRING and not source.defers
        patched = self.importing.patched
        self.settled = self.once = frozenset() if "*" in patched else source.once - patched
        self.rebound, self.unchanged = source.may_bind | patched, source.unchanged
        self.bound |= dict.fromkeys(patched, SOME) | dict.fromkeys(source.may_bind, PERHAPS)
        self.run(source.body)
        self.unchanged = frozenset()  # from here on, other modules may change its lists

    def generic_visit(self, node: ast.AST) -> None:
        """Bind what any other statement may bind, also one that repeats or chooses what is in it."""
        named = dict.fromkeys(names_bound(node), SOME)
        self.evaluate(node, *named)
        self.bound |= named
        self._may_return(node)

    def _may_return(self, *nodes: ast.AST) -> None:
        """Leave the function that is executed, where what only some runs execute of it returns."""
        within = (each for node in nodes for each in ast.walk(node))
        if self.running and any(isinstance(each, ast.Return) for each in within):
            raise Returned

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Evaluate what a definition evaluates: decorators, defaults and annotations, not the body."""
        for given in (*node.args.defaults, *node.args.kw_defaults):
            if given is not None:
                self.evaluate(given)
        for decorator in node.decorator_list:
            self.evaluate(decorator)
            self._call(ast.copy_location(ast.Call(decorator, [], []), decorator))
        if not getattr(node, "type_params", ()):  # which only the annotations know
            taken = (each for each in ast.walk(node.args) if isinstance(each, ast.arg))
            self._annotated(*(each.annotation for each in taken), node.returns)
        self._define(node.name, node)

    def _define(self, name: str, node: ast.AST) -> None:
        self.bound[name] = node
        if name in self.settled:
            self.importing.owners[node] = self

    def _annotated(self, *annotations: ast.expr | None) -> None:
        for annotation in annotations if self.annotates and not self.running else ():
            if annotation is not None:
                self.evaluate(annotation)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the name that ast.NodeVisitor looks for

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Execute the body, whose names are the class's own; a metaclass may bring more of them."""
        outer, derived = self.bound, node.bases or node.keywords
        self.bound = outer | {each.name: SOME for each in getattr(node, "type_params", ())}
        try:
            for each in (*node.decorator_list, *node.bases, *node.keywords):
                self.evaluate(each)
            self.bound |= {"*": PERHAPS} if derived else {}
            self.run(node.body)
        finally:
            self.bound = outer
        self._define(node.name, node)

    def visit_TypeAlias(self, node: ast.AST) -> None:
        """Bind the name: its value is evaluated when it is asked for."""
        self.bound |= dict.fromkeys(names_bound(node), SOME)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self.bound.pop(ast.unparse(target), None)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        value = node.value
        for target in node.targets:
            if isinstance(target, ast.Name):
                same = isinstance(value, ast.Name) and self.bound.get(value.id)
                self.bound[target.id] = same or self.known(value) or self._instance(value) or value
                if isinstance(value, ast.Lambda):
                    self._define(target.id, value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(ast.copy_location(ast.Assign([node.target], node.value), node))
        self._annotated(node.annotation)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.importing.imported(alias.name, f"{self.file}:{node.lineno}")
            name = alias.name.partition(".")[0]
            self.bound[alias.asname or name] = module_named(alias.name if alias.asname else name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if (source := origin(node, self.file)) is None:
            self.end(node, "ImportError")
        self.importing.imported(source, f"{self.file}:{node.lineno}")
        names = self.importing.load(source)
        for alias in node.names:
            if alias.name == "*":
                self.bound |= self._exported(source, names)
            else:
                self.bound[alias.asname or alias.name] = self.member(source, alias.name, node)

    def _exported(self, source: str, names: Bound) -> Bound:
        """Return what a star imports: what ``__all__`` lists, if nothing adds to it, else what begins with no underscore."""
        modules = self.importing.modules
        text = modules.files.get(modules.source_of(source) or "", b"")
        match names.get("__all__"):
            case None:
                return {name: names[name] for name in names if not name.startswith("_")}
            case ast.Constant(value=tuple() as listed) if text.count(b"__all__") == 1:
                public = {"*", *listed}
                own = {name: SOME for name in public if modules.has(f"{source}.{name}")}
                return own | {name: node for name, node in names.items() if name in public}
        return {**names, "*": PERHAPS}

    def visit_Raise(self, node: ast.Raise) -> None:
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        self.end(node, ast.unparse(error) if error else "its error")

    def visit_If(self, node: ast.If) -> None:
        self.generic_visit(node.test)
        if test := self.known(node.test):
            self.run(node.body if test.value else node.orelse)
        else:
            self._either(node.body, node.orelse)

    def visit_Match(self, node: ast.Match) -> None:
        """Execute the conditions that it stands for, where its cases ask which constant it is."""
        chain: list[ast.stmt] = []
        for case in reversed(node.cases):
            if case.guard or (test := _asked(node.subject, case.pattern)) is None:
                self.generic_visit(node)
                return
            chain = [ast.If(test, case.body, chain)]
        self.run(chain)

    def visit_Assert(self, node: ast.Assert) -> None:
        self.generic_visit(node.test)
        test = self.known(node.test)
        if test and not test.value and self.importing.variables is not None:
            self.end(node, "AssertionError")

    def visit_For(self, node: ast.For) -> None:
        """Execute the body for each element that is the same in every run, unless it may leave the loop."""
        leaves, rounds = (ast.Break, ast.Continue, ast.Return), self.rounds(node, node.body)
        if rounds is None or any(isinstance(each, leaves) for each in ast.walk(node)):
            self.generic_visit(node)
            return
        self.evaluate(node.iter)
        for body in rounds:
            self.bound[ast.unparse(node.target)] = SOME
            self.run(body)
        self.run(node.orelse)

    def visit_With(self, node: ast.With) -> None:
        """Execute the body; a context manager may catch any error."""
        doubts = len(self.importing.doubts)
        for item in node.items:
            self.generic_visit(item)
        before = dict(self.bound)
        with suppress(ImportEnds):
            self.run(node.body)
        self._doubt(before)
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
        doubts, before = len(self.importing.doubts), dict(self.bound)
        try:
            self.run([*node.body, *node.orelse])
        except ImportEnds:
            if not node.handlers:
                raise
            self._doubt(before)
            self.bound |= {each.name: PERHAPS for each in node.handlers if each.name}
            self._either(*(handler.body for handler in node.handlers))
        else:
            self._rescued(node.handlers, before)
        if node.handlers:
            del self.importing.doubts[doubts:]

    visit_TryStar = visit_Try  # noqa: N815 - the name that ast.NodeVisitor looks for

    def _rescued(self, handlers: Sequence[ast.ExceptHandler], before: Bound) -> None:
        """Bind what a run binds that an error takes into one of the handlers."""
        if handlers:
            self._doubt(before)
            names = {name for handler in handlers for name in names_bound(handler)}
            self.bound |= {name: SOME if name in self.bound else PERHAPS for name in names}
            self._may_return(*handlers)

    def _doubt(self, before: Bound) -> None:
        """Take what a block binds again or deletes for either, since an error may end it before."""
        self.bound |= {
            name: SOME for name, node in before.items() if self.bound.get(name) is not node
        }

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
            except Returned as ended:
                returned = ended
            except ImportEnds as end:
                ends.append(end)
        del self.importing.doubts[doubts:]
        if returned:
            raise returned
        if not live:
            raise ends[0]
        names = set[str]().union(*live)
        self.bound = {name: _of_all([bound.get(name) for bound in live]) for name in names}


def _asked(subject: ast.expr, pattern: ast.pattern) -> ast.expr | None:
    """Return the condition that a pattern stands for; None where it asks for more than a constant."""
    match pattern:
        case ast.MatchValue(value=value):
            return ast.Compare(subject, [ast.Eq()], [value])
        case ast.MatchSingleton(value=value):
            return ast.Compare(subject, [ast.Is()], [ast.Constant(value)])
        case ast.MatchAs(pattern=None, name=None):
            return ast.Constant(value=True)
    return None


def _of_all(nodes: Sequence[ast.AST | None]) -> ast.AST:
    """Return what binds a name after branches, each of which bound it by that node or not at all."""
    if None in nodes:
        return PERHAPS
    return nodes[0] if len({*nodes}) == 1 and nodes[0] else SOME
