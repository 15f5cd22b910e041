"""Which modules a package has, beside those of Python and of Lambda's runtime."""

import io
import re
import sys
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from aws.handler.module import HandlerFlaw, Module, Stops
from aws.words import Words

SDK = frozenset({"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"})
"""The AWS SDK and what it depends on: Lambda brings them, as its developer guide says of the Python runtimes."""
RUNTIME = SDK | {
    "awslambdaric",
    "snapshot_restore_py",
    "simplejson",
    "pip",
    "setuptools",
    "pkg_resources",
}
REMOVED = {
    12: frozenset({"asynchat", "asyncore", "distutils", "imp", "smtpd"}),
    13: frozenset(
        [
            "aifc",
            "audioop",
            "cgi",
            "cgitb",
            "chunk",
            "crypt",
            "imghdr",
            "lib2to3",
            "mailcap",
            "msilib",
            "nis",
            "nntplib",
            "ossaudiodev",
            "pipes",
            "sndhdr",
            "spwd",
            "sunau",
            "telnetlib",
            "uu",
            "xdrlib",
        ]
    ),
}
"""Minor version of Python 3 -> the modules that its standard library has no more (PEP 594, PEP 632)."""
ADDED = {"zoneinfo": 9, "graphlib": 9, "tomllib": 11, "compression": 14, "annotationlib": 14}
COMPILED = re.compile(r"(.+?)(?:\.pyc|(?:\.abi3|\.cpython-3(\d+)-[\w-]+)?\.so)")
ARCHIVES = frozenset({".zip", ".whl", ".egg"})


def unpacked(content: bytes) -> Mapping[str, bytes]:
    """Return the files of a package; none where it is no zip, so that no handler is in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return {
                name: package.read(name) for name in package.namelist() if not name.endswith("/")
            }
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return {}


class ModuleFinder:
    """The files of a package, as Lambda would import them."""

    def __init__(self, files: Mapping[str, bytes], minor: int, *, layered: bool) -> None:
        self.files, self.minor, self.layered = files, minor, layered
        self.loaded: dict[str, Module | None] = {}
        self.doubts: list[HandlerFlaw] = []
        """What is missing in the package, and may come from where its code looks as well."""
        archives = [files[file] for file in files if PurePosixPath(file).suffix in ARCHIVES]
        self.elsewhere = bool(archives)
        """Modules may lie in another folder than the package's own, or in an archive."""
        self.anywhere = (*files, *(file for content in archives for file in unpacked(content)))
        self.folders = {str(folder) for file in files for folder in PurePosixPath(file).parents}
        compiled = [match for match in map(COMPILED.fullmatch, files) if match]
        self.compiled = {match[1] for match in compiled if match[2] in {None, str(minor)}}

    def source_of(self, module: str) -> str | None:
        """Return the file of a module's source, as Python chooses it."""
        path = module.replace(".", "/")
        return next(
            (file for file in (f"{path}/__init__.py", f"{path}.py") if file in self.files), None
        )

    def is_namespace(self, module: str) -> bool:
        """Whether a module is a folder alone."""
        return self.source_of(module) is None and module.replace(".", "/") in self.folders

    def is_of_runtime(self, top: str) -> bool:
        """Whether Python's or Lambda's own library has a module that no file of the package replaces."""
        if self.source_of(top) is not None:
            return False
        removed = any(top in gone for since, gone in REMOVED.items() if self.minor >= since)
        once = any(top in gone for gone in REMOVED.values())
        known = top in sys.stdlib_module_names | RUNTIME | ADDED.keys() or once
        return known and not removed and self.minor >= ADDED.get(top, 0)

    def has(self, module: str) -> bool:
        """Whether the package has a module: its source, a folder, or what is compiled for this Python."""
        path = module.replace(".", "/")
        return self.source_of(module) is not None or path in self.folders | self.compiled

    def missing(self, module: str, at: str) -> None:
        """Note that a module is not where Python looks; stop where it can come from nowhere else.

        A layer or a file system is a difference of its own.
        """
        words = Words(
            en=f"{at} imports {module}, which neither the package nor Lambda's runtime has",
            ja=f"{at}でインポートする{module}がパッケージにもLambdaのランタイムにもない",
        )
        if not self.elsewhere and not self.layered:
            raise Stops(ModuleNotFoundError, words)
        path = module.replace(".", "/")
        ends = (f"/{path}.py", f"/{path}/__init__.py")
        if not self.layered and not any(f"/{file}".endswith(ends) for file in self.anywhere):
            self.doubts.append(HandlerFlaw(words, certain=False))
