"""Whether a package has the handler that a version of a function names: without it the version does not start."""

import ast
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from threading import Lock

from aws.kinds.function import Function

PYTHON = re.compile(r"python3\.\d+")
_PARSING = Lock()
"""CPython 3.11 miscounts recursion when two threads parse at once, and raises SystemError."""


def unpacked(content: bytes) -> Mapping[str, bytes]:
    """Return the files of a package; none where it is no zip, so that no handler is in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return {
                name: package.read(name) for name in package.namelist() if not name.endswith("/")
            }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return {}


def runs(files: Mapping[str, bytes], version: Function) -> bool:
    """Whether a package has the handler that a version names: the file, and, in Python, the name in it."""
    path, _, name = (version.handler or "").rpartition(".")
    module = path.replace(".", "/") if PYTHON.fullmatch(version.runtime or "") else path
    if not PYTHON.fullmatch(version.runtime or ""):
        return any(str(PurePosixPath(file).with_suffix("")) == module for file in files)
    source = files.get(f"{module}.py", files.get(f"{module}/__init__.py"))
    return source is not None and not {name, "*"}.isdisjoint(_names(source))


def _names(source: bytes) -> set[str]:
    """Return the names that a module binds at its top; none where it is no Python, and would not start."""
    try:
        with _PARSING:
            body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return set()
    return {name for node in body for name in _bound(node)}


def _bound(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name
        case ast.Import() | ast.ImportFrom():
            yield from (name.asname or name.name.partition(".")[0] for name in statement.names)
        case _:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id
                elif isinstance(node, ast.FunctionDef):
                    yield node.name
