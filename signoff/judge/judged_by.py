"""What judges production: a commit alone, or with code, packages and addresses from elsewhere.

A person who can start a process can make it do anything. What is reported here happens by mistake or in a hurry: a change that
git was configured to overlook, a plugin from elsewhere, a package of another version, start-up code on PYTHONPATH, compiled code of an image built before, a proxy that was left in the environment.
"""

import hashlib
import os
import re
import site
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import MAGIC_NUMBER
from io import FileIO
from pathlib import Path
from shlex import quote
from stat import S_ISLNK
from types import ModuleType
from urllib.parse import urlsplit

import botocore
import botocore.session
import pytest
from botocore.loaders import create_loader

from signoff.judge import installed
from signoff.judge.run import CHOICE
from signoff.judge.verdict import RunCondition

UNKNOWN = "unknown"
BY_HASH_UNCHECKED = MAGIC_NUMBER + b"\x01\x00\x00\x00"
"""How compiled code begins that Python runs without a look at its source (PEP 552)."""
CHANGED = "+changes"
"""Appended to the commit if the tree differs from it."""
CODE = (".py", ".pyc", ".so", ".pth", ".toml", ".yaml", ".j2")
"""Suffixes of files that decide how something is judged."""
NOT_READ = frozenset({"report", "build", "node_modules", "venv"})
"""Folders of a checkout's root that git ignores and from which no run imports or reads."""
_ENTRY = re.compile(r"(\d{6}) \w+ ([0-9a-f]+)\t(.+)", re.DOTALL)
START_UP = ("sitecustomize", "usercustomize")
"""Modules that Python imports at its start, before the first line of a program."""
MODELS = ("*.json*", "*/*/*.json*")
"""Files of botocore's loader: of every service (endpoints.json has their hosts), and of one."""
PLUGINS = "BOTOCORE_EXPERIMENTAL__PLUGINS"
"""Variable that names modules which each of botocore's clients is given to."""
_PROXY = re.compile(r"(?:https?|all)_proxy", re.IGNORECASE)
_CERTIFICATES = re.compile(r"\w+_CA_BUNDLE|SSL_CERT_(?:FILE|DIR)", re.IGNORECASE)


def commit_of(root: Path) -> str:
    """Return the commit of the working tree, with ``+changes`` where it differs, or ``unknown``.

    The files themselves are compared: git can be told to ignore changes (assume-unchanged, filters, excludes, replaced objects).
    """
    head = _git(root, "rev-parse", "--short=12", "HEAD")
    if head is None:
        return UNKNOWN
    clean = _status(root) == "" and not any(_unlike(root))
    return head if clean else f"{head}{CHANGED}"


def _status(root: Path) -> str | None:
    """Return what git says of a folder: in a repository of many, what others change beside it decides nothing."""
    return _git(root, "-c", "core.quotePath=false", "status", "--porcelain", "--", ".")


@cache
def commit_of_run(root: Path) -> str:
    """Return it as it was when this process first asked: to compare all files takes 0.1 s."""
    return commit_of(root)


def commits_of_run(root: Path, home: Path) -> tuple[str, ...]:
    """Return the commit of this software, and that of an application elsewhere."""
    return tuple(dict.fromkeys(map(commit_of_run, (root, home))))


def _unlike(root: Path) -> Iterator[str]:
    """Yield the files that differ from the commit's, are gone, or are code that it does not have."""
    entries = {path: (mode, digest) for mode, digest, path in _tree(root)}
    for path, (mode, digest) in entries.items():
        if mode != "160000" and _blob(f"{root}/{path}", len(digest)) != digest:
            yield path
    yield from (path for path in _code(root) if path not in entries)


def _code(root: Path) -> Iterator[str]:
    """Yield every file of code that a run from this checkout can import or read; caches and installed packages are left out."""
    packages = Path(sys.prefix).resolve()
    for name, below, files in os.walk(root):
        folder, inside = Path(name), Path(name).relative_to(root)
        read = (child for child in below if _is_read(inside / child))
        below[:] = [child for child in read if (folder / child).resolve() != packages]
        yield from ((inside / file).as_posix() for file in files if file.endswith(CODE))
        for led_to in (folder / child for child in below if (folder / child).is_symlink()):
            code = (file for file in led_to.resolve().iterdir() if file.suffix in CODE)
            yield from (os.path.relpath(file, root.resolve()) for file in code)


def _is_read(inside: Path) -> bool:
    """Whether a run imports from a folder of a checkout by its name; what Python compiled is looked at where it ran (unchecked_caches)."""
    left_out = installed.CACHE in inside.parts or NOT_READ & {*inside.parts[:1]}
    return not (left_out or "." in "".join(inside.parts))  # such a name can't be imported


def _tree(root: Path) -> list[tuple[str, str, str]]:
    """Return mode, digest and path of each file of the commit; none where there is no git."""
    listed = _git(root, "ls-tree", "-r", "-z", "HEAD") or ""
    matches = (_ENTRY.fullmatch(part) for part in listed.split("\0"))
    return [(match[1], match[2], match[3]) for match in matches if match]


def _blob(path: str, length: int) -> str:
    """Return git's digest of a file, or of where a link leads; empty where there is none. A Path takes longer than the file."""
    try:
        if S_ISLNK(os.lstat(path).st_mode):
            data = os.fsencode(Path(path).readlink())
        else:
            with FileIO(path) as file:
                data = file.readall()
    except OSError:
        return ""
    name = "sha1" if length == 40 else "sha256"
    return hashlib.new(name, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _git(root: Path, *arguments: str) -> str | None:
    """Return what git prints, None where it fails."""
    plain = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", "-C", str(root), *arguments],  # noqa: S607 - git of the operator's PATH
            capture_output=True,
            text=True,
            check=True,
            timeout=5,
            env={**plain, "GIT_NO_REPLACE_OBJECTS": "1"},
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip()


def judged_by(config: pytest.Config) -> Iterator[RunCondition]:
    """Yield in a sentence each why this run is not the judgement of a commit alone."""
    root, home, own = config.rootpath, config.stash[CHOICE].options.root, config.option.checks
    folders = (*filter(None, [own]), home, root)
    for commit, folder in {commit_of_run(folder): folder for folder in folders}.items():
        yield from of_the_commit(commit, folder)
    app = config.stash[CHOICE].environment.application
    yield from contract_elsewhere(app.folder / app.contract, (root, app.folder))
    yield from foreign(config, root)
    yield from start_up_code(root)
    yield from installed.other_versions(root, sys.path)
    brought = (name for each in app.functions.values() for name in each.distributions)
    packed = {*map(installed.normal, brought)}
    yield from installed.changed_packages(sys.path, sys.modules.values(), packed)
    yield from folders_of_imports(root)
    yield from unchecked_caches(root, [*sys.modules.values()])
    yield from models()
    yield from addresses()


def of_the_commit(commit: str, folder: Path) -> Iterator[RunCondition]:
    """Yield why what judged is not a commit."""
    if commit == UNKNOWN:
        trusting = f"git config --global --add safe.directory {quote(str(folder))}"
        yield RunCondition.of(
            "unknown commit",
            en=f"which commit judged this is unknown: run it in a checkout, with git, which reads that of another user after `{trusting}`",
            ja=f"どのコミットで判定したか不明です。gitのあるチェックアウトで実行してください（所有者が異なる場合は`{trusting}`が必要です）",
        )
    elif commit.endswith(CHANGED):
        shown = (line.split(None, 1)[1].strip('"') for line in (_status(folder) or "").splitlines())
        files = sorted({*shown, *_unlike(folder)})
        more = ", …" if len(files) > installed.NAMED else ""
        names = f"{', '.join(files[: installed.NAMED])}{more}"
        yield RunCondition.of(
            "uncommitted changes",
            en=f"judged by {commit}: commit the changes of {names}, or revert them; git may be set to overlook them",
            ja=f"{commit}で判定しました。{names}の変更をコミットするか、元に戻してください（gitの設定により表示されない変更もあります）",
        )


def contract_elsewhere(contract: Path, commits: Iterable[Path]) -> Iterator[RunCondition]:
    """Yield a contract that is in no commit; whether the folders ``commits`` are as committed, or known to git, is told of the whole."""
    path = contract.resolve()
    digest = {name: digest for _, digest, name in _tree(path.parent)}.get(path.name, "")
    in_commits = any(path.is_relative_to(folder.resolve()) for folder in commits)
    if in_commits and (digest or _git(path.parent, "rev-parse", "HEAD") is None):
        return
    if _blob(str(path), len(digest)) != (digest or None):
        yield RunCondition.of(
            str(path),
            en=f"answers are judged by the contract {path}, which is in no commit: move it beside app.toml, and commit it",
            ja=f"コミットされていないAPI仕様{path}で応答を判定しています。app.tomlの横に移してコミットしてください",
        )


def foreign(config: pytest.Config, root: Path) -> Iterator[RunCondition]:
    """Yield plugins, and modules under our names, that are neither the commit's files nor from the locked packages."""
    ours = {(root / path).resolve() for _, _, path in _tree(root)}
    ours_or_locked = {"_pytest", "pytest", *_locked_plugins(config, root)}
    folders = {module.relative_to(root).parts[0] for module in ours if module.suffix == ".py"}
    by_name = {module for name, module in sys.modules.items() if name.partition(".")[0] in folders}
    plugins = {_module(plugin) for plugin in config.pluginmanager.get_plugins()} - by_name
    strange = {
        plugin
        for plugin in plugins
        if plugin and plugin.__name__.split(".")[0] not in ours_or_locked
    }
    for loaded in sorted(by_name | strange, key=lambda module: module.__name__):
        path = getattr(loaded, "__file__", None)
        # One of our names without a file is a namespace: a folder without code of its own.
        if (path or loaded in strange) and not (path and Path(path).resolve() in ours):
            yield installed.from_elsewhere(loaded.__name__, path or "?")


def start_up_code(root: Path) -> Iterator[RunCondition]:
    """Yield the code that Python ran at its start and that is neither the interpreter's nor a locked package's."""
    own = Path(sysconfig.get_path("stdlib"))
    for name in START_UP:
        path = getattr(sys.modules.get(name), "__file__", None)
        if path and Path(path).parent != own:
            yield installed.from_elsewhere(name, path)
    program = getattr(sys.modules["__main__"], "__file__", None) or sys.executable
    places = (Path(program), Path(program).resolve())  # a link to a command is that command
    if not any(path.is_relative_to(each) for path in places for each in (root, sys.prefix, own)):
        yield installed.from_elsewhere("__main__", program)
    user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    for folder in map(Path, (*site.getsitepackages(), *user)):
        yield from installed.foreign_start_files(folder, root)


def folders_of_imports(root: Path) -> Iterator[RunCondition]:
    """Yield the folders on ``sys.path`` beside those of the checkout that are compared, the interpreter's library and its installed packages."""
    library = sysconfig.get_path("stdlib")
    here, prefix, library = (os.path.realpath(each) for each in (root, sys.prefix, library))
    for entry in dict.fromkeys(sys.path):
        path = Path(entry).resolve()
        packages = path.name in {"bin", "dist-packages", "site-packages"}
        own = path.is_relative_to(library) or (packages and path.is_relative_to(prefix))
        compared = path.is_relative_to(here) and _is_read(path.relative_to(here))
        if path.exists() and not (own or compared):
            yield RunCondition.of(
                str(path),
                en=f"imports may come from {path}, which is neither the checkout nor an installed package's folder:"
                " take it out of PYTHONPATH",
                ja=f"チェックアウトでもパッケージのフォルダでもない{path}からもインポートされます。"
                "PYTHONPATHから外してください",
            )


def unchecked_caches(root: Path, loaded: Iterable[ModuleType]) -> Iterator[RunCondition]:
    """Yield the compiled modules of the checkout that ran without a look at their source: an image may hold them of an older commit."""
    specs = [spec for module in loaded if (spec := getattr(module, "__spec__", None))]
    compiled = {spec.cached: Path(spec.origin) for spec in specs if spec.cached and spec.origin}
    for path, source in sorted((Path(file), source) for file, source in compiled.items()):
        ours = source.is_relative_to(root) and not source.is_relative_to(sys.prefix)
        if ours and path.is_file() and path.read_bytes()[:8] == BY_HASH_UNCHECKED:
            name = os.path.relpath(path, root)  # PYTHONPYCACHEPREFIX puts it elsewhere
            yield RunCondition.of(
                name,
                en=f"{name} is compiled code that ran without being compared with its source (PEP 552): delete it",
                ja=f"ソースと照合せずに実行されるコンパイル済みコード{name}で判定しました（PEP 552）。削除してください",
            )


def models() -> Iterator[RunCondition]:
    """Yield what decides beside botocore's own files which host is asked, for what, and how that is read: folders of models, plugins."""
    if plugins := os.environ.get(PLUGINS):
        yield installed.from_elsewhere(PLUGINS, plugins)
    own = Path(botocore.__file__).parent
    searched = create_loader(botocore.session.get_session().get_config_variable("data_path"))
    for folder in map(Path, searched.search_paths):
        models = (file for files in MODELS for file in folder.glob(files))
        if not folder.is_relative_to(own) and any(models):
            yield RunCondition.of(
                str(folder),
                en=f"AWS's answers are read by the service models in {folder}, which are not botocore's: move them away",
                ja=f"AWSの応答を、botocoreのものではない{folder}のサービスモデルで読み取っています。移動してください",
            )


def addresses() -> Iterator[RunCondition]:
    """Yield the proxies and certificates that stand between this run and AWS, with the variables that name them."""
    proxies: dict[str, list[str]] = {}
    certificates: dict[str, list[str]] = {}
    for name, value in sorted(os.environ.items()):
        if value and _PROXY.fullmatch(name):
            proxies.setdefault(_host(value), []).append(name)
        elif value and _CERTIFICATES.fullmatch(name):
            certificates.setdefault(value, []).append(name)
    if configured := botocore.session.get_session().get_scoped_config().get("ca_bundle"):
        certificates.setdefault(configured, []).append("ca_bundle (~/.aws/config)")
    for host, names in proxies.items():
        variables = ", ".join(names)
        yield RunCondition.of(
            variables,
            en=f"calls go through the proxy {host} ({variables}): unset that, or sign for it",
            ja=f"呼び出しがプロキシ{host}を経由しています（{variables}）。設定を外すか、署名して承認してください",
        )
    for place, names in certificates.items():
        variables = ", ".join(names)
        yield RunCondition.of(
            variables,
            en=f"AWS and the API are verified against the certificates in {place} ({variables}): unset that, or sign for it",
            ja=f"AWSとAPIの検証に{place}の証明書を使用しています（{variables}）。設定を外すか、署名して承認してください",
        )


def _host(proxy: str) -> str:
    """Return the host and the port of a proxy, without the user and the password that may stand before them."""
    return urlsplit(proxy if "://" in proxy else f"//{proxy}").netloc.rpartition("@")[2]


def _locked_plugins(config: pytest.Config, root: Path) -> Iterator[str]:
    """Yield the packages of the plugins that the lock installs."""
    there = installed.locked(root)
    for plugin, dist in config.pluginmanager.list_plugin_distinfo():
        if installed.normal(dist.metadata["Name"]) in there and (module := _module(plugin)):
            yield module.__name__.split(".")[0]


def _module(plugin: object) -> ModuleType | None:
    return plugin if isinstance(plugin, ModuleType) else sys.modules.get(type(plugin).__module__)
