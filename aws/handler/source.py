"""What the text of a module says anywhere: in a function, too, which the import may call.

It is read once of each text, since functions share modules and each package is read twice in a run.
"""

import __future__

import ast
import re
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import PurePosixPath
from threading import Lock

from aws.words import Words

HIDING = frozenset(
    {
        *("exec", "globals", "locals", "vars", "modules", "setattr", "global_enum", "_convert_"),
        *("__getattr__", "__dict__"),
    }
)
"""By which a module may have names that no statement of it binds."""
SEARCHING = re.compile(
    rb"\bsys\.(path|modules)\b|\bsys as\b|from sys import|addsitedir|__path__|extend_path|meta_path|path_hooks"
)
"""By which modules are found elsewhere than in the package's own folder."""
MOCKING = frozenset({"mock", "unittest.mock"})
"""Modules that bind anything anywhere, variables too, by names that are text."""
EVALUATING = frozenset({"exec", "eval"})
BY_TEXT = EVALUATING | {
    *("import_module", "__import__", "exec_module", "load_module", "run_path", "run_module"),
    *("resolve_name", "entry_points", "dictConfig", "fileConfig"),
}
"""By which a module may import another one that no statement of it names."""
READING = frozenset({"get", "copy", "items", "keys", "values"})
"""Attributes of the variables by which nothing is set."""
ASKED = frozenset({"get", "getenv", "__getitem__", "__contains__"})
"""Attributes by which a variable is read: setting one may give a variable that is not there."""
_PARSING = Lock()
"""CPython 3.11 miscounts recursion when two threads parse at once, and raises SystemError."""


class ImportEnds(Exception):  # noqa: N818 - it stands for the error of the module that is read
    """What the import of a module ends with."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.words = Words(en=en, ja=ja)


@dataclass(frozen=True, slots=True)
class ParsedModule:
    body: list[ast.stmt]
    may_bind: frozenset[str]
    """Names of the module that a function may bind; ``*`` where it may be any."""
    imports: frozenset[str]
    """Modules that any statement imports, or would if the name were one, with their packages; ``*`` where it may be any."""
    searches: bool
    """Modules may be looked for in other folders."""
    writes_variables: bool
    """The environment's variables may be set."""
    once: frozenset[str]
    """Names that one statement binds, and nothing can bind again."""
    unchanged: frozenset[str]
    """Names that no expression changes in place, or hands on."""
    patches: frozenset[str]
    """Names that it binds in other modules; ``*`` where it may be any."""
    assigned: frozenset[str]
    """Attributes that it sets, of whichever object; ``*`` where it may be any."""
    defers: bool
    """Annotations are not evaluated."""


@lru_cache(maxsize=1024)
def parsed(source: bytes, file: str, minor: int) -> ParsedModule:
    """Parse a module, by the grammar of an older Python if need be. Raises ImportEnds where it is no Python."""
    try:
        with _PARSING:
            tree = ast.parse(source, feature_version=minor)
            code = compile(tree, file, "exec", dont_inherit=True)  # refuses more than parsing does
    except (SyntaxError, ValueError):
        en, ja = f"{file} is no Python 3.{minor}", f"{file}がPython 3.{minor}として読めない"
        raise ImportEnds(en, ja) from None
    nodes = [each for each in ast.walk(tree) if not isinstance(each, ast.expr_context)]
    used = {getattr(node, key, None) for node in nodes for key in ("id", "attr", "name")}
    shared = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
    taken, given = _imported(nodes), {getattr(each, "arg", None) for each in nodes}
    once = bound_once(nodes)
    reads = Counter(each.id for each in nodes if isinstance(each, ast.Name)) - Counter(
        each.id for node in nodes for each in _looked_at(node) if isinstance(each, ast.Name)
    )
    assigned = frozenset(map(_assigned, nodes)) - {""}
    mocks = MOCKING & (used | {getattr(each, "module", None) for each in nodes})
    anything = {"*"} if mocks else set[str]()
    return ParsedModule(
        body=tree.body,
        once=frozenset() if HIDING & used else once - shared - given,
        unchanged=once - {name for name, times in reads.items() if times > 1},
        patches=frozenset(name for each in nodes for name in _patched(each, taken)) | anything,
        assigned=assigned | anything,
        defers=bool(code.co_flags & __future__.annotations.compiler_flag),
        may_bind=frozenset(shared | (set() if HIDING.isdisjoint(used) else {"*"})),
        imports=frozenset(
            each for node in nodes for name in _imports(node, file) for each in with_packages(name)
        )
        | ({"*"} if BY_TEXT & used else set()),
        searches=SEARCHING.search(source) is not None,
        writes_variables=bool(mocks | EVALUATING & used | ASKED & assigned)
        or sum(_hands_on(node, taken) for node in nodes) > 0,
    )


def _imports(node: ast.AST, file: str) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(names=names) if source := origin(node, file):
            yield from (f"{source}.{alias.name}" for alias in names)


def origin(node: ast.ImportFrom, file: str) -> str | None:
    """Return the module from which a module imports names; None beyond the package that it lies in."""
    folder = PurePosixPath(file).parent.parts
    within = folder[: len(folder) + 1 - node.level] if node.level else ()
    named = (*within, *filter(None, [node.module]))
    return ".".join(named) if node.level <= len(folder) else None


def with_packages(module: str) -> Iterable[str]:
    """Return a module and the packages that it lies in."""
    return accumulate(module.split("."), "{}.{}".format)


def _hands_on(node: ast.AST, imported: Collection[str]) -> int:
    """Count a use of os or of its variables, and take away one that only reads: what remains may set variables."""
    match node:
        case ast.alias(name="os" | "environ", asname=str()) | ast.Constant("os" | "environ"):
            return 1
        case (
            ast.Subscript(value=read, ctx=ast.Load())
            | ast.Compare(comparators=[read])
            | ast.comprehension(iter=read)
            | ast.For(iter=read)
            | ast.Dict(keys=[None, *_], values=[read, *_])
        ):
            return -_is_of_system(read, imported)
        case ast.Attribute(value=read, attr=name) if name in READING or _name(read) == "os":
            return _is_of_system(node, imported) - _is_of_system(read, imported)
    return int(_is_of_system(node, imported))


def _is_of_system(node: ast.AST, imported: Collection[str]) -> bool:
    """Whether an expression is the module os, or its variables: an ``environ`` of anything but a module was handed on."""
    match name := _name(node), node:
        case "os", _:
            return True
        case "environ" | "environb", ast.Attribute(value=owner):
            return _name(owner) == "os" or _root(owner) in imported
        case "environ" | "environb", _:
            return not {name, "*"}.isdisjoint(imported)
    return False


def _name(node: ast.AST) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def _patched(node: ast.AST, modules: Container[str]) -> Iterator[str]:
    match node:
        case ast.Name(id="__builtins__"):
            yield "*"
        case ast.Attribute(value=ast.Name(id=module), attr="__dict__") if module in modules:
            yield "*"
        case ast.Attribute(value=value, attr=name, ctx=ast.Store()) if _root(value) in modules:
            yield name
        case ast.Call(func=ast.Name(id="setattr" | "vars"), args=[ast.Name(id=module), *_]) if (
            module in modules
        ):
            yield "*"


def _looked_at(node: ast.AST) -> Iterable[ast.AST]:
    """Return what a node reads, and neither changes nor hands on to what might."""
    match node:
        case (
            ast.Raise(exc=ast.Call(args=read))
            | ast.Call(func=ast.Attribute(attr="join"), args=read)
        ):
            return read
        case ast.For() | ast.comprehension() | ast.If() | ast.Assert() | ast.FormattedValue():
            return ast.iter_child_nodes(node)
        case ast.UnaryOp() | ast.Compare():
            return ast.iter_child_nodes(node)
    return []


def _root(node: ast.expr) -> str:
    """Return the name that an expression begins with."""
    match node:
        case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Call(func=inner):
            return _root(inner)
    return node.id if isinstance(node, ast.Name) else ""


def _assigned(node: ast.AST) -> str:
    match node:
        case ast.Attribute(attr=name, ctx=ast.Store()):
            return name
        case ast.Name(id="setattr") | ast.Attribute(attr="__dict__"):
            return "*"
    return ""


def bound_once(nodes: Collection[ast.AST]) -> frozenset[str]:
    """Return the names that one of the nodes binds, of whichever scope, which is no import."""
    counted = Counter(name for node in nodes for name in _binds(node))
    return frozenset(name for name, times in counted.items() if times == 1) - _imported(nodes)


def _imported(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that nodes import."""
    return {name for node in nodes if isinstance(node, ast.alias) for name in _binds(node)}


def names_bound(node: ast.AST) -> Iterator[str]:
    """Yield each name that a statement, or one within it, may bind; ``*`` where it may be any."""
    return (name for each in ast.walk(node) for name in _binds(each))


def _binds(node: ast.AST) -> Iterable[str]:
    match node:
        case (
            ast.Name(id=name, ctx=ast.Store())
            | ast.FunctionDef(name=name)
            | ast.AsyncFunctionDef(name=name)
            | ast.ClassDef(name=name)
            | ast.ExceptHandler(name=str(name))
            | ast.MatchAs(name=str(name))
            | ast.MatchStar(name=str(name))
            | ast.MatchMapping(rest=str(name))
        ):
            return (name,)
        case ast.alias(name=name, asname=asname):
            return (asname or name.partition(".")[0],)
    return ()


def generates(function: ast.FunctionDef | ast.Lambda) -> bool:
    """Whether calling a function returns a generator, and runs nothing of it at once."""
    pending = [*ast.iter_child_nodes(function)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            pending += ast.iter_child_nodes(node)
    return False


def evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is evaluated each time that a statement or an expression is."""
    yield node
    inner: Iterable[ast.AST]
    match node:
        case ast.BoolOp(values=[first, *_]) | ast.IfExp(test=first):
            inner = [first]
        case ast.Compare(left=left, comparators=[first, *_]):
            inner = [left, first]
        case ast.For(iter=first) | ast.While(test=first) | ast.Match(subject=first):
            inner = [first]
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            inner = []
        case _:
            inner = ast.iter_child_nodes(node)
    for each in inner:
        yield from evaluated(each)
