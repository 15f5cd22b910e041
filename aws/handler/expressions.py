"""What evaluating an expression of a module certainly does: names and variables that it lacks, what it calls of the package."""

import ast
import builtins
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import takewhile
from typing import NoReturn

from aws.handler.importing import Importing
from aws.handler.source import ImportEnds, bound_once, evaluated, generates, names_bound
from aws.handler.values import Values

BUILTINS = frozenset({*dir(builtins), "_", "WindowsError"})
"""What each module has: those of site and gettext too, and of other systems."""
MAKING = frozenset({"__new__", "__class__", "__getattribute__"})
"""Names by which an instance may be another one's, or have other attributes than its class."""
SOME = ast.Expr(ast.Constant(None))
"""Stands for a value of which nothing is known."""


class Instance(ast.expr):
    """Stands for an instance of the class that is its ``value``."""

    def __init__(self, value: ast.ClassDef) -> None:
        super().__init__()
        self.value = value


class Returned(Exception):  # noqa: N818 - the function that is executed may have returned
    """What stands behind a ``return`` is executed in some runs only, if in any."""


class Evaluation(Values):
    """The expressions of one module, and the functions that they call."""

    def __init__(self, importing: Importing, module: str, file: str) -> None:
        super().__init__(module, importing.lacks)
        self.importing, self.file = importing, file
        self.settled: frozenset[str] = frozenset()
        """Names of the module whose value nothing changes."""
        self.running: list[ast.AST] = []
        """Functions that are executed."""
        self.sound = set[tuple[object, ...]]()
        """Functions that were, and what they were given: each call of a call again would take for ever."""

    def run(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            self.visit(statement)

    def evaluate(self, node: ast.AST, *named: str) -> None:  # noqa: C901 - a case for each expression
        """Stop where an expression needs a name or a variable that is not there; execute what it calls.

        ``named``: names that the expression itself may bind.
        """
        for each in evaluated(node):
            self._need(each)
            match each:
                case ast.Name(id=name, ctx=ast.Load()):
                    if name not in named and self._is_undefined(name):
                        self.end(each, f"NameError ({name})")
                case ast.Subscript(value=read, slice=name, ctx=ast.Load()) if self.of(
                    read, "os"
                ) == "environ" and (variable := self.lacking(name)):
                    self._lacks(variable, each)
                case ast.Attribute(value=value, attr=name, ctx=ast.Load()):
                    if (module := self._package_module(value)) and not self._may_be_set(name):
                        self.member(module, name, each)
                case ast.BoolOp(op=op, values=[first, *rest]) if rest and (it := self.known(first)):
                    if bool(it.value) is isinstance(op, ast.And):
                        self.evaluate(ast.BoolOp(op, rest), *named)
                case ast.IfExp(test=test, body=body, orelse=orelse) if it := self.known(test):
                    self.evaluate(body if it.value else orelse, *named)
                case ast.ListComp() | ast.SetComp() | ast.DictComp():
                    self._comprehension(each, *named)
                case ast.Call():
                    self._call(each)

    def _need(self, node: ast.AST) -> None:
        """Stop where an expression can do nothing with None, and is given it for lack of a variable."""
        match node:
            case ast.Attribute(value=value, attr=name):
                self._needed(value, name)
            case ast.Call(
                func=ast.Name(
                    id="int" | "float" | "len" | "list" | "set" | "sorted" | "tuple" as name
                ),
                args=[value],
            ) if name not in self.bound:
                self._needed(value)
            case (
                ast.Subscript(value=value)
                | ast.For(iter=value)
                | ast.Starred(value=value)
                | ast.Assign(targets=[ast.Tuple() | ast.List()], value=value)
                | ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[value])
                | ast.BinOp(left=ast.Constant() | ast.JoinedStr(), op=ast.Add(), right=value)
                | ast.BinOp(left=value, right=ast.Constant() | ast.JoinedStr())
            ):
                self._needed(value)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp, *named: str) -> None:
        """Evaluate what it runs over, and what it makes of each element that it certainly takes."""
        loop, *inner = node.generators
        self.evaluate(loop.iter, *named)
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for parts in () if inner else self.taken(loop, *made) or ():
            self.evaluate(ast.Tuple(parts), *named)

    def _is_undefined(self, name: str) -> bool:
        """Whether no statement, and nothing beside the package, can have bound a name that is read."""
        there = {name, "*"} & self.bound.keys() or name in BUILTINS
        return not (
            there
            or name.startswith("__")
            or self.importing.modules.has(f"{self.module}.{name}")  # an attribute of its package
        )

    def _may_be_set(self, name: str) -> bool:
        return not {name, "*"}.isdisjoint(self.importing.assigned)

    def _package_module(self, value: ast.expr) -> str | None:
        """Return the module of the package that an expression certainly is."""
        bound: ast.AST | None = None
        match value:
            case ast.Name(id=name) if name not in self.rebound:
                bound = self.bound.get(name)
            case ast.Attribute(value=inner, attr=name) if (
                parent := self._package_module(inner)
            ) and not self._may_be_set(name):
                own = self.importing.loaded[parent].bound
                bound = own.get(name, module_named(f"{parent}.{name}"))
        match bound:
            case ast.Import(names=[ast.alias(name=module)]) if module in self.importing.loaded:
                return module
        return None

    def _needed(self, value: ast.expr, attribute: str = "") -> None:
        """Stop where a value that must be something, or have an attribute, is None for lack of a variable."""
        match self.known(value):
            case ast.Constant(value=None, kind=str(variable)) if not hasattr(None, attribute):
                self._lacks(variable, value)

    def _lacks(self, variable: str, node: ast.expr) -> None:
        at = f"{self.file}:{node.lineno}"
        en = f"{at} needs the variable {variable}, which the function does not have"
        raise ImportEnds(en, f"{at}で必要とする環境変数{variable}が関数にない")

    def _call(self, call: ast.Call) -> None:
        """Execute what a call runs at once of the package: a function, also behind a cache, or a constructor or a method."""
        if self.of(call.func, "sys") == "exit" and not self._may_be_set("exit"):
            self.end(call, "SystemExit")
        function = defined = self._definition(call.func)
        given = call.args
        match call.func, defined:
            case _, ast.ClassDef():
                function, given = self._method(defined, "__init__"), [call, *given]
            case ast.Attribute(value=value, attr=name), None if made := self._instance(value):
                defined, given = made.value, [value, *given]
                function = self._method(defined, name)
        owner = self.importing.owners.get(defined) if defined else None
        if (
            isinstance(owner, Evaluation)
            and isinstance(function, ast.FunctionDef | ast.Lambda)
            and not generates(function)
        ):
            by = {
                owner.of(getattr(each, "func", each), "functools")
                for each in getattr(function, "decorator_list", ())
            }
            if by <= {"cache", "lru_cache"}:
                owner.execute(function, self._passed(function.args, given, call))

    def _instance(self, value: ast.expr) -> Instance | None:
        """Return what stands for an expression that certainly is an instance of a class of the package."""
        match value:
            case ast.Name(id=name) if name in self.once:
                bound = self.bound.get(name)
                return bound if isinstance(bound, Instance) else None
            case ast.Call(func=called) if isinstance(
                made := self._definition(called), ast.ClassDef
            ):
                return Instance(made)
        return None

    def _method(self, made: ast.ClassDef, name: str) -> ast.FunctionDef | None:
        """Return the function that a name of an instance certainly is: written in its class, and set nowhere."""
        names = [getattr(each, "name", getattr(each, "id", "")) for each in ast.walk(made)]
        derived = made.bases or made.keywords or made.decorator_list
        if derived or names.count(name) != 1 or not MAKING.isdisjoint(names):
            return None
        if any(map(self._may_be_set, (name, *MAKING))):
            return None
        functions = (each for each in made.body if isinstance(each, ast.FunctionDef))
        return next((each for each in functions if each.name == name), None)

    def _definition(self, called: ast.expr) -> ast.AST | None:
        """Return what an expression that is called was defined as, in this module or another one."""
        match called:
            case ast.Name(id=name) if {name, "*"}.isdisjoint(self.rebound):
                return self.bound.get(name)
            case ast.Attribute(value=value, attr=name) if module := self._package_module(value):
                there = self.importing.loaded[module]
                again = name in there.rebound or self._may_be_set(name)
                return None if again else there.bound.get(name)
            case ast.Lambda():
                self.importing.owners[called] = self
                return called
        return None

    def _passed(
        self, parameters: ast.arguments, given: Sequence[ast.expr], call: ast.Call
    ) -> dict[str, ast.Constant | Instance]:
        """Return the parameters that a call gives what is the same in each run."""
        plain = takewhile(lambda each: not isinstance(each, ast.Starred), given)
        names = (each.arg for each in (*parameters.posonlyargs, *parameters.args))
        passed = dict(zip(names, plain, strict=False))
        passed |= {each.arg: each.value for each in call.keywords if each.arg}
        values = {
            name: self.known(value) or self._instance(value) for name, value in passed.items()
        }
        return {name: value for name, value in values.items() if value}

    def execute(
        self, function: ast.FunctionDef | ast.Lambda, values: Mapping[str, ast.Constant | Instance]
    ) -> None:
        """Execute what a function of this module certainly does when it is called with these values."""
        way = (function, *((name, value.value) for name, value in values.items()))
        if function in self.running or way in self.sound:
            return
        body: list[ast.stmt]
        match function:
            case ast.Lambda(body=value):
                body = [ast.copy_location(ast.Expr(value), value)]
            case ast.FunctionDef():
                body = function.body
        outer, within = (self.bound, self.once), [x for each in body for x in ast.walk(each)]
        parameters = {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
        fixed = parameters.difference(*(names_bound(each) for each in body))
        shared = {
            name
            for each in within
            if isinstance(each, ast.Global | ast.Nonlocal)
            for name in each.names
        }
        self.once = (self.settled | bound_once(within) - parameters | fixed) - shared
        self.bound = {**self.bound, **dict.fromkeys(parameters, SOME), **values}
        self.running.append(function)
        try:
            with suppress(Returned):
                self.run(body)
        finally:
            self.bound, self.once = outer
            self.running.remove(function)
        self.sound.add(way)

    def member(self, source: str, name: str, node: ast.ImportFrom | ast.Attribute) -> ast.AST:
        """Return what binds a name in another module; stop where that certainly has none of that name."""
        modules, names = self.importing.modules, self.importing.load(source)
        if name not in names and modules.has(f"{source}.{name}"):
            self.importing.imported(f"{source}.{name}", f"{self.file}:{node.lineno}")
            return module_named(f"{source}.{name}")
        if {name, "*"}.isdisjoint(names) and not name.startswith("__"):
            at, file = f"{self.file}:{node.lineno}", modules.source_of(source)
            en = f"{at} uses {name}, which {file} does not define by then"
            raise ImportEnds(en, f"{at}で使う{name}がその時点で{file}にない")
        return names.get(name, node)

    def end(self, node: ast.stmt | ast.expr, error: str) -> NoReturn:
        at = f"{self.file}:{node.lineno}"
        en, ja = f"{at} raises {error} during the import", f"{at}のインポート時に{error}が発生する"
        raise ImportEnds(en, ja)


def module_named(name: str) -> ast.Import:
    """Stand for the module that a name is bound to."""
    return ast.Import(names=[ast.alias(name=name)])
