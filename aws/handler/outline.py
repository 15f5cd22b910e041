"""What the text of a module says anywhere: in a function, too, which the import may call.

It is made once of each text, since functions share modules and each package is read twice in a run.
"""

import ast
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock

from aws.handler.importing import ImportEnds

HIDDEN = frozenset(
    {
        "exec",
        "globals",
        "locals",
        "vars",
        "modules",
        "__getattr__",
        "__dict__",
        "global_enum",
    }
)
"""By which a module may have names that no statement of it binds."""
SEARCHING = frozenset({"addsitedir", "__path__", "extend_path", "meta_path", "path_hooks"})
"""By which modules are found elsewhere than in the package's own folder, as by sys.path."""
_PARSING = Lock()
"""CPython 3.11 miscounts recursion when two threads parse at once, and raises SystemError."""


@dataclass(slots=True)
class Outline:
    """Names and attributes that may be any are ``*``."""

    body: list[ast.stmt]
    run_when_called: set[ast.AST] = field(default_factory=set)
    """Functions that a call runs at once, as they are written."""
    bound: set[str] = field(default_factory=set)
    """Names of the module that may be bound, by a function or by no statement at all."""
    bindings: Counter[str] = field(default_factory=Counter)
    """Name -> how many statements of any scope bind it, all parameters of that name as one."""
    parameters: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    """Attributes that a statement sets, of whichever object."""
    searches: bool = False
    """Modules may be looked for in other folders."""
    written: int = 0
    """The environment's variables may be set, unless it is zero."""

    @property
    def defers(self) -> bool:
        """Whether a statement keeps the annotations of the module from being evaluated."""
        return any(map(_defers, self.body))

    @property
    def once(self) -> frozenset[str]:
        """Names whose value is known where they are bound at all: two scopes may have one name, a branch or a call change it."""
        every = self.bindings + Counter(self.parameters)
        return frozenset(name for name, times in every.items() if times == 1)

    def note(self, node: ast.AST) -> None:
        """Add what one node says."""
        self.written += _writes_variables(node)
        if _runs_when_called(node):
            self.run_when_called.add(node)
        self._count(node)
        match node:
            case ast.Name(id="setattr"):
                self.assigned.add("*")
                self.bound.add("*")
            case ast.Global(names=names):
                self.bound.update(names)
            case (
                ast.Attribute(value=ast.Name(id="sys"), attr="path")
                | ast.Subscript(value=ast.Attribute(attr="modules"), ctx=ast.Store())
                | ast.alias(name="sys", asname=str())
            ):
                self.searches = True
            case ast.ImportFrom(module="sys", names=taken) if "path" in {
                alias.name for alias in taken
            }:
                self.searches = True
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in SEARCHING:
                self.searches = True
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.FunctionDef(name=name) if (
                name in HIDDEN
            ):
                self.bound.add("*")
            case ast.Attribute(attr=name, ctx=ast.Store()):
                self.assigned.add(name)

    def _count(self, node: ast.AST) -> None:
        match node:
            case ast.arg(arg=name):
                self.parameters.add(name)
            case (
                ast.Name(id=name, ctx=ast.Store() | ast.Del())
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                self.bindings[name] += 1
            case ast.alias(name=name, asname=taken):
                self.bindings[taken or name.partition(".")[0]] += 1


@lru_cache(maxsize=1024)
def outlined(source: bytes, file: str, minor: int) -> Outline:
    """Outline a module, by the grammar of an older Python if need be. Raises ImportEnds where it is no Python."""
    try:
        with _PARSING:
            tree = ast.parse(source, feature_version=minor)
            compile(tree, file, "exec", dont_inherit=True)  # refuses more than parsing does
    except (SyntaxError, ValueError):
        en, ja = f"{file} is no Python 3.{minor}", f"{file}がPython 3.{minor}として読めない"
        raise ImportEnds(en, ja) from None
    outline = Outline(tree.body)
    for node in ast.walk(tree):
        outline.note(node)
    return outline


def _writes_variables(node: ast.AST) -> int:
    """Count a use of the environment's variables, and take away one that only reads: what remains may set them."""
    match node:
        case ast.Name(id="environ") | ast.Attribute(attr="environ" | "environb" | "putenv"):
            return 1
        case ast.alias(name="environ" | "putenv", asname=str()):
            return 1
        case (
            ast.Subscript(value=read, ctx=ast.Load())
            | ast.Attribute(value=read, attr="get")
            | ast.Compare(comparators=[read])
        ):
            return -_writes_variables(read)
    return 0


def _defers(node: ast.stmt) -> bool:
    """Whether a statement keeps the annotations of its module from being evaluated."""
    match node:
        case ast.ImportFrom(module="__future__", names=names):
            return "annotations" in {alias.name for alias in names}
    return False


def _runs_when_called(node: ast.AST) -> bool:
    """Whether a node defines a function that a call runs at once, as it is written."""
    is_plain = isinstance(node, ast.Lambda) or (
        isinstance(node, ast.FunctionDef) and not node.decorator_list
    )
    return is_plain and not any(
        isinstance(each, ast.Yield | ast.YieldFrom) for each in ast.walk(node)
    )
