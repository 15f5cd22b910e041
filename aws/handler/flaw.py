"""Why Lambda would not find the handler that a version names."""

import re
import sys
from collections.abc import Mapping
from pathlib import PurePosixPath

from aws.handler.finder import ModuleFinder
from aws.handler.importing import imported
from aws.handler.module import HandlerFlaw, Module, NameBinding, Stops
from aws.kind.description import value_of
from aws.kinds.function import Function
from aws.words import Words

PYTHON = re.compile(r"python3\.(\d+)")


def handler_flaw(files: Mapping[str, bytes], version: Function) -> HandlerFlaw | None:
    """Return why Lambda would not find a version's handler in the files of a package; None where it would.

    Of another language than Python only the handler's file is looked for.
    """
    path, _, name = (version.handler or "").rpartition(".")
    runtime = PYTHON.fullmatch(version.runtime or "")
    if runtime is None:
        there = any(str(PurePosixPath(file).with_suffix("")) == path for file in files)
        return None if there else _absent(path)
    variables = value_of(version, "environment")
    path_set = isinstance(variables, Mapping) and "PYTHONPATH" in variables
    layered = bool(version.layers or version.file_systems or path_set)
    finder = ModuleFinder(files, int(runtime[1]), layered=layered)
    module = path.replace("/", ".")
    if finder.source_of(module) is None:
        return _absent(path)
    try:
        loaded = imported(finder, module, version.handler or module)
    except Stops as stop:
        newer = stop.kind is SyntaxError and finder.minor > sys.version_info.minor
        return HandlerFlaw(stop.words, certain=not newer)
    unbound = _unbound(loaded, name) if loaded else None
    return unbound or next(iter(finder.doubts), None)


def _absent(path: str) -> HandlerFlaw:
    return HandlerFlaw(Words(en=f"no file {path}", ja=f"{path}というファイルがない"))


def _unbound(module: Module, name: str) -> HandlerFlaw | None:
    """Return why a name of a module that was imported is no handler."""
    match module.bound.get(name):
        case NameBinding.VALUE:
            return None
        case NameBinding.PERHAPS:
            en = f"{module.file} defines {name} under a condition only"
            words = Words(en=en, ja=f"{module.file}の{name}は条件を満たす場合にのみ定義される")
            return HandlerFlaw(words, certain=False)
        case NameBinding.UNCALLABLE:
            en = f"{name} in {module.file} cannot be called with an event and a context"
            ja = f"{module.file}の{name}はイベントとコンテキストで呼び出せない"
            return HandlerFlaw(Words(en=en, ja=ja))
        case None:
            en, ja = f"{module.file} defines no {name}", f"{module.file}に{name}の定義がない"
            return HandlerFlaw(Words(en=en, ja=ja), certain="*" not in module.bound)
