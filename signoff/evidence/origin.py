"""Which commit a checkout is, and whether its files are the commit's.

The files themselves are compared, because git can be configured to overlook changes.
"""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

UNKNOWN = "unknown"
CHANGED = "+changes"
"""Appended to the commit if the tree differs from it."""
CODE = frozenset({".py", ".pyc", ".so", ".pth", ".toml", ".yaml", ".j2"})
"""Suffixes of files that decide how something is judged."""
LEFT_BY_RUNS = frozenset({"report", "build"})
"""Folders of the checkout's root that git ignores and that no module imports."""
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


def tracked(root: Path) -> list[str]:
    """Return the paths of the commit's files; none where there is no git."""
    return [path for _, _, path in _tree(root)]


def _unlike(root: Path) -> Iterator[str]:
    """Yield the files that differ from the commit's, are gone, or are code that it does not have."""
    entries = {path: (mode, digest) for mode, digest, path in _tree(root)}
    for path, (mode, digest) in entries.items():
        if mode != "160000" and _blob(root / path, len(digest)) != digest:
            yield path
    for path in _code(root):
        if path not in entries:
            yield path


def _code(root: Path) -> Iterator[str]:
    """Yield every file of code that a run from this checkout can import or read, regardless of its folder."""
    packages = Path(sys.prefix).resolve()
    for folder, below, files in os.walk(root):
        here = Path(folder)
        left = LEFT_BY_RUNS if here == root else frozenset()
        # A name with a dot can't be imported, and Python compares its cache with the source itself.
        below[:] = [
            child
            for child in below
            if not (child.startswith(".") or child == "__pycache__" or child in left)
            and (here / child).resolve() != packages
        ]
        for name in files:
            if Path(name).suffix in CODE:
                yield (here / name).relative_to(root).as_posix()


def _tree(root: Path) -> list[tuple[str, str, str]]:
    """Return mode, digest and path of each file of the commit."""
    listed = _git(root, "ls-tree", "-r", "-z", "HEAD") or ""
    found = (_ENTRY.fullmatch(part) for part in listed.split("\0"))
    return [(match[1], match[2], match[3]) for match in found if match]


def _blob(path: Path, length: int) -> str:
    """Return git's digest of a file, or of where a link leads; empty where there is none."""
    try:
        data = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
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
