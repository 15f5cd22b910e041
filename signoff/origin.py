"""What judges: whether the code of this run is a commit's, and whether pytest was given other code as well.

Whoever can start a process can make it do anything. What is reported here is what a person does by mistake or in a hurry: a change
that git was told to ignore, a plugin or a conftest from elsewhere, a package of the same name found first.
"""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from aws.words import Words

UNKNOWN = "unknown"
CHANGED = "+changes"
"""Appended to the commit if the tree differs from it."""
CODE = frozenset({".py", ".toml", ".yaml", ".j2"})
"""Suffixes of files that decide how something is judged."""
LOCK = "requirements.lock"
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
_ENTRY = re.compile(r"(\d{6}) \w+ ([0-9a-f]+)\t(.+)", re.DOTALL)


def commit_of(root: Path) -> str:
    """Return the commit of the working tree, with ``+changes`` where it differs, or ``unknown``.

    The files themselves are compared: git can be told to ignore changes (assume-unchanged, filters, excludes, replaced objects).
    """
    head = _git(root, "rev-parse", "--short=12", "HEAD")
    if head is None:
        return UNKNOWN
    clean = _git(root, "status", "--porcelain") == "" and not any(_unlike(root))
    return head if clean else f"{head}{CHANGED}"


def foreign(config: pytest.Config, root: Path) -> Iterator[Words]:
    """Yield plugins, and modules under our names, that are neither the commit's files nor from the locked packages."""
    ours = {(root / path).resolve() for path in tracked(root)}
    known = {"_pytest", "pytest", *_locked_plugins(config, root)}
    folders = {one.relative_to(root).parts[0] for one in ours if one.suffix == ".py"}
    named = {one for name, one in sys.modules.items() if name.partition(".")[0] in folders}
    plugins = {_module(one) for one in config.pluginmanager.get_plugins()} - named
    beside = {one for one in plugins if one and one.__name__.split(".")[0] not in known}
    for one in sorted(named | beside, key=lambda module: module.__name__):
        path = getattr(one, "__file__", None)
        # One of our names without a file is a namespace: a folder without code of its own.
        if (path or one in beside) and not (path and Path(path).resolve() in ours):
            where = path or "?"
            yield Words(
                en=f"judged with {one.__name__} ({where}), which neither the commit nor {LOCK} has: run without it",
                ja=f"コミットにも{LOCK}にもない{one.__name__}（{where}）とともに判定しました。外して実行してください",
            )


def tracked(root: Path) -> list[str]:
    """Return the paths of the commit's files; none where there is no git."""
    return [path for _, _, path in _tree(root)]


def _unlike(root: Path) -> Iterator[str]:
    """Yield the files that differ from the commit's, are gone, or are code that it does not have."""
    entries = {path: (mode, digest) for mode, digest, path in _tree(root)}
    for path, (mode, digest) in entries.items():
        if mode != "160000" and _blob(root / path, len(digest)) != digest:
            yield path
    folders = {path.partition("/")[0] for path in entries if path.endswith(".py")}
    for found in _code(root, folders):
        path = found.relative_to(root).as_posix()
        if path not in entries:
            yield path


def _code(root: Path, folders: Iterable[str]) -> Iterator[Path]:
    for name in folders:
        there = root / name
        found = there.rglob("*") if there.is_dir() else iter((there,))
        yield from (one for one in found if one.suffix in CODE and one.is_file())
    yield from (one for one in root.glob("*.py") if one.is_file())


def _tree(root: Path) -> list[tuple[str, str, str]]:
    """Return mode, digest and path of each file of the commit."""
    listed = _git(root, "ls-tree", "-r", "-z", "HEAD") or ""
    found = (_ENTRY.fullmatch(one) for one in listed.split("\0"))
    return [(one[1], one[2], one[3]) for one in found if one]


def _blob(path: Path, length: int) -> str:
    """Return git's digest of a file, or of where a link leads; empty where there is none."""
    try:
        data = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
    except OSError:
        return ""
    name = "sha1" if length == 40 else "sha256"
    return hashlib.new(name, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _locked_plugins(config: pytest.Config, root: Path) -> Iterator[str]:
    """Yield the packages of the plugins that the lock installs."""
    try:
        locked = {_normal(one) for one in _LOCKED.findall((root / LOCK).read_text("utf-8"))}
    except OSError:
        locked = set()
    for plugin, dist in config.pluginmanager.list_plugin_distinfo():
        if _normal(dist.metadata["Name"]) in locked and (module := _module(plugin)):
            yield module.__name__.split(".")[0]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _module(plugin: object) -> ModuleType | None:
    return plugin if isinstance(plugin, ModuleType) else sys.modules.get(type(plugin).__module__)


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
