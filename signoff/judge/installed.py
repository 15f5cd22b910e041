"""Whether what judges runs the installed packages as the lock names them and as they were installed.

RECORD, in which pip lists what it installed, is compared with the files of what is imported. An edit of RECORD itself, or of what
Python compiled into ``__pycache__``, is not detected: neither happens by mistake.
"""

import base64
import csv
import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType

from aws.words import Words
from signoff.judge.verdict import RunCondition

LOCK = "requirements.lock"
PROJECT = "stamp-rally-signoff"
"""Name under which pyproject.toml installs this checkout."""
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)
_OF_AN_EXTRA = re.compile(r"([A-Za-z0-9._-]+).*extra == ['\"](\w+)['\"]")
CACHE = "__pycache__"
"""The folder in which Python keeps what it compiled."""
CERTIFICATES = ".pem"
IN_PACKAGES = (".py", ".pyc", ".so", ".json", ".gz")
"""Suffixes of the files by which a package works: code, and botocore's descriptions of AWS."""
NAMED = 5
"""Files that a sentence names; of more it gives the number."""


def foreign_start_files(folder: Path, root: Path) -> Iterator[RunCondition]:
    """Yield the .pth files of a folder of packages that no locked package brought, or that were changed since."""
    files = sorted(folder.glob("*.pth"))
    recorded = set(_recorded(folder, root)) if files else set()
    for path in files:
        if (path.name, digest_as_recorded(path)) not in recorded:
            yield from_elsewhere(path.name, path)


def other_versions(root: Path, folders: Iterable[str]) -> Iterator[RunCondition]:
    """Yield in one sentence the packages whose version the lock does not name; ``folders`` in the order of imports."""
    installed: dict[str, str] = {}
    for folder in map(Path, folders):
        for entry in sorted(folder.glob("*.dist-info")):
            name, _, version = entry.name.removesuffix(".dist-info").partition("-")
            installed.setdefault(normal(name), version)
    versions = locked(root)
    other = [
        f"{name} {version}"
        for name, version in sorted(installed.items())
        if version not in versions.get(name, {version})
    ]
    if other:
        yield RunCondition.of(
            f"packages beside {LOCK}",
            en=f"judged with {', '.join(other)}, of which {LOCK} has another version: install what it has",
            ja=f"{LOCK}と異なるバージョンの{'、'.join(other)}で判定しました。記載のバージョンを入れてください",
        )


def changed_packages(
    folders: Iterable[str], loaded: Iterable[ModuleType], packed: Collection[str] = ()
) -> Iterator[RunCondition]:
    """Yield, a sentence for each folder of packages, the files of imported or ``packed`` packages that are not as they were installed.

    What has no RECORD at all is named as a whole: Debian's own packages, or what was copied there. An editable installation has one,
    and its code is a checkout's.
    """
    files = [path for module in loaded if (path := getattr(module, "__file__", None))]
    for folder in dict.fromkeys(folders):
        if folder.endswith(("/site-packages", "/dist-packages")):
            below = (path[len(folder) + 1 :] for path in files if path.startswith(f"{folder}/"))
            brought = (path for name, path, *_ in _records(Path(folder)) if name in packed)
            paths = [*below, *(path for path in brought if path.endswith(".py"))]
            names = sorted(_changed(folder, {path.partition("/")[0] for path in paths} - {".."}))
            if code := [name for name in names if not name.endswith(CERTIFICATES)]:
                yield _as_installed(folder, code)
            yield from (_verified_by(folder, name) for name in names if name not in code)


def _changed(folder: str, tops: Collection[str]) -> Iterator[str]:
    """Yield what differs below some names of a folder of packages; a module that a .pth file imports is named with that file."""
    lines = _records(Path(folder))
    recorded = {path: line for _, path, *line in lines if path.partition("/")[0] in tops}
    tops_recorded = {path.partition("/")[0] for path in recorded}
    for path, (digest, size) in recorded.items():
        if digest and not _is_as_recorded(Path(folder, path), digest, size):
            yield path
    for top in tops:
        if top not in tops_recorded and not Path(folder, top).with_suffix(".pth").exists():
            yield top
    for top in tops_recorded:
        for file in _code_below(f"{folder}/{top}"):
            if (name := file.removeprefix(f"{folder}/")) not in recorded:
                yield name


def _code_below(top: str) -> Iterator[str]:
    """Yield the files of a package by which it works; what Python compiled is left out."""
    for folder, below, files in os.walk(top):
        below[:] = [name for name in below if name != CACHE]
        yield from (f"{folder}/{name}" for name in files if name.endswith(IN_PACKAGES))


def _is_as_recorded(path: Path, digest: str, size: str) -> bool:
    """Whether a file has its digest; of compressed ones, 15 MB of botocore's, the size has to do."""
    try:
        if path.name.endswith(".gz"):
            return str(path.stat().st_size) == size
        return digest_as_recorded(path) == digest
    except OSError:
        return False


def _verified_by(folder: str, name: str) -> RunCondition:
    """Tell certificates from code: a company that opens TLS adds its own, and without it no call gets out."""
    return RunCondition.of(
        name,
        en=f"AWS and the API are verified against the certificates in {folder}/{name}, which are not those of {LOCK}:"
        " install the package again, or sign for it",
        ja=f"AWSとAPIの検証に、{LOCK}のものと異なる{folder}/{name}の証明書を使用しています。パッケージを入れ直すか、署名して承認してください",
    )


def _as_installed(folder: str, names: list[str]) -> RunCondition:
    beyond = len(names) > NAMED
    more = f" and {len(names) - NAMED} more" if beyond else ""
    more_ja = f"など{len(names)}件" if beyond else ""
    listed, listed_ja = ", ".join(names[:NAMED]), "、".join(names[:NAMED])
    return RunCondition.of(
        f"packages in {folder}",
        en=f"judged with {listed}{more} in {folder}, not as a package's RECORD lists it: install what {LOCK} has again",
        ja=f"{folder}の{listed_ja}{more_ja}が、パッケージのRECORDと一致しません。{LOCK}のパッケージを入れ直してください",
    )


def from_elsewhere(name: str, path: str | Path) -> RunCondition:
    return RunCondition.of(
        name,
        en=f"judged with {name} ({path}), which neither the commit nor {LOCK} has: run without it",
        ja=f"コミットにも{LOCK}にもない{name}（{path}）とともに判定しました。外して実行してください",
    )


def _recorded(folder: Path, root: Path) -> Iterator[tuple[str, str]]:
    """Yield name and digest of each .pth file that a locked package, or this project's own installation, put there."""
    packages = {*locked(root), normal(PROJECT)}
    for package, path, digest, _ in _records(folder):
        if package in packages and path.endswith(".pth"):
            yield path, digest


@cache
def _records(folder: Path) -> tuple[tuple[str, str, str, str], ...]:
    """Return package, path, digest and size of each file that a package of a folder was installed with."""
    return tuple(
        (normal(record.parent.name.partition("-")[0]), path, digest, size)
        for record in folder.glob("*.dist-info/RECORD")
        for path, digest, size in csv.reader(record.read_text("utf-8").splitlines())
    )


def digest_as_recorded(path: Path) -> str:
    """Return a file's digest as the RECORD of a package writes it."""
    digest = hashlib.sha256(path.read_bytes()).digest()
    return f"sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def locked(root: Path) -> Mapping[str, set[str]]:
    """Return the packages that the lock installs -> their versions: another one for some Pythons."""
    versions: dict[str, set[str]] = {}
    try:
        for name, version in _LOCKED.findall((root / LOCK).read_text("utf-8")):
            versions.setdefault(normal(name), set()).add(version)
    except OSError:
        return {}
    return versions


def lacking(module: str) -> Words | None:
    """Say which extra brings a module that is not installed; None where none does, so that its absence is a fault of ours."""
    requirements: Iterable[str] = ()
    with suppress(metadata.PackageNotFoundError):  # where only the dependencies were installed
        requirements = metadata.requires(PROJECT) or ()
    brought = filter(None, map(_OF_AN_EXTRA.match, requirements))
    package = normal(module.partition(".")[0])
    extra = next((match[2] for match in brought if normal(match[1]) == package), None)
    if extra is None:
        return None
    return Words(
        en=f"{package} is not installed, which the extra {extra} brings: install {PROJECT}[{extra}], or in a checkout run `make`",
        ja=f"{package}がインストールされていません。{PROJECT}[{extra}]をインストールするか、チェックアウトでは`make`を実行してください",
    )


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
