"""Whether Lambda finds a version's handler in its package, and can call it."""

import ast
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from aws.handler.expressions import SOME
from aws.handler.importing import PERHAPS, Importing
from aws.handler.module_import import execute
from aws.handler.source import ImportEnds, generates, names_bound
from aws.kind.description import value_of
from aws.kinds.function import Function, HandlerFlaw
from aws.release import PackageModules, unpacked, unreadable
from aws.words import Words

PYTHON = re.compile(r"python3\.(\d+)")
BEFORE_THE_HANDLER = frozenset({"AWS_LAMBDA_EXEC_WRAPPER", "PYTHONOPTIMIZE"})
"""Variables by which more variables may be set, or assertions left out."""
A_CLASS = Words(en="an instance of its class", ja="クラスのインスタンス")
A_GENERATOR = Words(en="a generator", ja="ジェネレーター")


def handler_flaw(files: Mapping[str, bytes], version: Function) -> HandlerFlaw | None:
    """Return why Lambda would not find a version's handler in the files of a package; None where it would.

    Of another language than Python only the handler's file is looked for.
    """
    path, _, name = (version.handler or "").rpartition(".")
    runtime = PYTHON.fullmatch(version.runtime or "")
    if runtime is None:
        return _of_another_language(files, version)
    environment = value_of(version, "environment")
    variables = frozenset(environment) if isinstance(environment, Mapping) else None
    path_set = variables is not None and "PYTHONPATH" in variables
    layered = bool(version.layers or version.file_systems or path_set)
    settled = None if layered or variables is None or variables & BEFORE_THE_HANDLER else variables
    modules = PackageModules(files, int(runtime[1]), version.architectures[0])
    importing = Importing(modules, execute, layered=layered, variables=settled)
    module = path.replace("/", ".")
    if (file := importing.modules.source_of(module)) is None:
        there = importing.modules.is_compiled(module)
        return None if there else _absent(path, certain=not layered)
    importing.survey(module)
    try:
        importing.imported(module, version.handler or module)
        bound = importing.load(module)
    except ImportEnds as end:
        return HandlerFlaw(end.words, certain=int(runtime[1]) <= sys.version_info.minor)
    if name in importing.patched and bound.get(name) is SOME:
        bound = {**bound, name: PERHAPS}  # the name may be set elsewhere, and not here
    rebound = importing.loaded[module].rebound if module in importing.loaded else ()
    if (flaw := _unbound(file, name, bound)) and not {name, "*"}.isdisjoint(rebound):
        return replace(flaw, certain=False)
    return flaw or next(iter(importing.doubts), None)


def flaw_in(content: bytes, version: Function) -> HandlerFlaw | None:
    """Return the same of a package as it is zipped: Lambda may not read each of its files."""
    files, closed = unpacked(content), unreadable(content)
    readable = {name: files[name] for name in files.keys() - closed}
    flaw = handler_flaw(files, version)
    if flaw or not closed or not handler_flaw(readable, version):
        return flaw
    en = f"Lambda may not read {min(closed)}: files of a package need mode 644, folders 755"
    ja = f"{min(closed)}をLambdaが読み取れない。パッケージのモードはファイル644、フォルダ755が必要"
    return HandlerFlaw(Words(en=en, ja=ja))


def _of_another_language(files: Mapping[str, bytes], version: Function) -> HandlerFlaw | None:
    """Return that the file does not exist, whose name ends at the first dot; what a handler of Java or .NET names is no file."""
    kind, handler = version.runtime or "", PurePosixPath(version.handler or "")
    by_file = kind.startswith(("nodejs", "ruby", "provided"))
    name = handler.name.partition(".")[0] if by_file else handler.stem
    path = "bootstrap" if kind.startswith("provided") else str(handler.parent / name)
    if any(str(PurePosixPath(file).with_suffix("")) == path for file in files):
        return None
    return _absent(path, certain=by_file and not (version.layers or version.file_systems))


def _absent(path: str, *, certain: bool) -> HandlerFlaw:
    return HandlerFlaw(Words(en=f"no file {path}", ja=f"{path}というファイルがない"), certain)


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
        case ast.ClassDef(decorator_list=[], bases=[], keywords=[]) as kind if not _makes(kind):
            return _not_json(file, name, A_CLASS)
        case ast.FunctionDef(decorator_list=[]) as function if generates(function):
            return _not_json(file, name, A_GENERATOR)
        case ast.Dict() | ast.List() | ast.Tuple() | ast.Set() | ast.JoinedStr():
            pass
        case ast.DictComp() | ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
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


def _makes(kind: ast.ClassDef) -> bool:
    """Whether a class decides itself what calling it returns."""
    return "__new__" in {name for each in kind.body for name in names_bound(each)}


def _not_json(file: str, name: str, returned: Words) -> HandlerFlaw:
    en = f"{name} in {file} returns {returned.en}, of which Lambda can make no JSON"
    return HandlerFlaw(
        Words(en=en, ja=f"{file}の{name}は{returned.ja}を返し、LambdaがJSONに変換できない")
    )


def _takes_a_call(arguments: ast.arguments) -> bool:
    """Whether a function can be called with an event and a context."""
    positional = len(arguments.posonlyargs) + len(arguments.args)
    required = positional - len(arguments.defaults)
    enough = positional >= 2 or arguments.vararg is not None
    return required <= 2 and enough and None not in arguments.kw_defaults
