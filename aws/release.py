"""What a release is made of: packages that the judged commit builds, their modules, what records say was live, the closed release."""

import ast
import base64
import hashlib
import io
import re
import stat
import sys
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any

from aws.words import Words

PATH = "/{closed+}"
"""The greedy path of the closed API: API Gateway allows any name for the variable, and no other name is like this one."""
_CLOSED = re.compile(r".+: closed: every path answers 503, draft sha256:[0-9a-f]{64}")
"""The description of a closed deployment: the whole of it, since a person may write any part about a release."""

RELEASE = Words(en="release", ja="リリース")
OPEN = Words(en="an open release", ja="公開版")
CLOSED = Words(
    en="the closed release, by which every route answers 503",
    ja="メンテナンス版（全ルートが503を返す）",
)
SERVED_EXPORT = "export"
"""Field of a record with a deployment as API Gateway exports it, of which ``as_recorded`` leaves out texts: no person can read it once the stage has left it."""
CLOSED_PACKAGE = "closed"
"""Key of the package that answers 503: every function's before its first release."""
CLOSED_VERSION = "closed: answers 503 until the first release"
"""Description of the version that is published of that package, for people who have to choose one."""


def closed_description(api: str, draft: str) -> str:
    """Describe the closed deployment of an API by the digest of its draft."""
    return f"{api}: closed: every path answers 503, draft sha256:{draft}"


def is_closed(description: str | None) -> bool:
    """Whether a deployment of this description is a closed one."""
    return _CLOSED.fullmatch(description or "") is not None


def closed_for(share: float) -> Words:
    """Say what callers get where a weight or a canary sends them a closed release: from 0 to 1."""
    percent = f"{share * 100:.3g}%"
    return Words(
        en=f"the closed release for {percent} of the calls, which are answered 503",
        ja=f"呼び出しの{percent}でメンテナンス版（503を返す）",
    )


def is_closed_version(code: str | None, description: str | None, closed: str) -> bool:
    """Whether a version is a closed release: of the code ``closed``, which this commit builds, or published as such by an earlier one."""
    return code == closed or description == CLOSED_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """``content`` is the zip."""

    code_sha256: str
    content: bytes = field(repr=False)

    @classmethod
    def of(cls, content: bytes) -> "Package":
        return cls(code_sha256=code_sha256(content), content=content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Builds:
    """What the judged commit builds: a package per function, and the closed one."""

    functions: Mapping[str, Package]
    """Name of the function -> its package."""
    closed: Package


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRelease:
    """What one release record says was live."""

    functions: Mapping[str, tuple[str, str]]
    """Name of a function -> its version and CodeSha256."""
    deployment: str | None = None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "RecordedRelease":
        """Read the body of a release record; a function that it does not describe is left out."""
        described = body.get("functions", {}).items()
        return cls(
            functions={
                name: (str(entry.get("version")), str(entry.get("code_sha256")))
                for name, entry in described
                if entry
            },
            deployment=body.get("deployment"),
        )


def exports_on_record(bodies: Iterable[Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    """Return deployment -> its export; one that no record has is absent."""
    return {
        str(body["deployment"]): body[SERVED_EXPORT] for body in bodies if body.get(SERVED_EXPORT)
    }


def code_sha256(content: bytes) -> str:
    """Digest a package as Lambda's CodeSha256 does: SHA-256 in Base64."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


SDK = "boto3 botocore s3transfer jmespath dateutil six urllib3"
"""The AWS SDK and what it depends on: Lambda brings them, as its developer guide says of the Python runtimes."""
REMOVED: Mapping[int, str] = {
    11: "binhex",
    12: "asynchat asyncore distutils imp smtpd",
    13: (
        "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib ossaudiodev pipes sndhdr spwd sunau"
        " telnetlib uu xdrlib"
    ),
}
"""Minor version of Python 3 -> what the standard library has no more since then (PEP 594, PEP 632)."""
ADDED: Mapping[int, str] = {11: "tomllib", 14: "annotationlib compression"}
"""Minor version of Python 3 -> what it has since then."""
NEVER = 99
"""A minor version beyond all of them."""
BESIDE = frozenset(
    {
        *SDK.split(),
        *(
            "awslambdaric",
            "snapshot_restore_py",
            "simplejson",
            "pip",
            "setuptools",
            "pkg_resources",
        ),
    }
)
"""What Lambda's runtime has beside the standard library."""
LOADED = frozenset({"builtins", "importlib", "json", "logging", "os", "sys", "time", "traceback"})
"""What Lambda's runtime has imported before a handler (awslambdaric's bootstrap): no file of a package takes its place."""
CLOSED_IMPORTS = frozenset({"import json", "import os"})
CLOSED_NAMES = frozenset({"__future__", "collections.abc", "typing"})
"""What the closed release imports, in every commit so far: modules, and modules of whose types it takes some."""
OPENING = re.compile(r"__\w+|eval|exec|compile|open|getattr|globals|locals|vars")
"""Names of Python itself by which code could reach more than it imports."""
ARCHIVES = frozenset({".zip", ".whl", ".egg"})
MACHINES = {"x86_64": ("x86_64", b"\x3e\0"), "arm64": ("aarch64", b"\xb7\0")}
"""Architecture of a function -> how the name of a compiled module tells it, and how ELF does."""


def runtime_modules(minor: int) -> frozenset[str]:
    """Return the modules of Lambda's runtime of Python 3.``minor``, which need not be the Python that judges."""
    every = frozenset(sys.stdlib_module_names) | BESIDE | _until(REMOVED, NEVER)
    return (every - _until(ADDED, NEVER) - _until(REMOVED, minor)) | _until(ADDED, minor)


def _until(changes: Mapping[int, str], minor: int) -> frozenset[str]:
    return frozenset(
        name for since, names in changes.items() if since <= minor for name in names.split()
    )


def unpacked(content: bytes) -> Mapping[str, bytes]:
    """Return the files of a package, also by the links to them; none where it is no zip, so that no handler is in it."""
    modes, files = _modes_and_files(content)
    links = {path: files.pop(path) for path, mode in modes.items() if stat.S_ISLNK(mode)}
    for link, target in links.items():
        led_to = normpath(f"{PurePosixPath(link).parent}/{target.decode(errors='replace')}")
        below = [name for name in files if f"{name}/".startswith(f"{led_to}/")]
        files |= {link + name.removeprefix(led_to): files[name] for name in below}
    return files


def unreadable(content: bytes) -> frozenset[str]:
    """Return the files of a package that only their owner may read, or reach in a folder: Lambda runs as another user."""
    modes, files = _modes_and_files(content)
    need = {path: stat.S_IROTH if path in files else stat.S_IXOTH for path in modes}
    shut = tuple(f"{path}/" for path, mode in modes.items() if mode and not mode & need[path])
    return frozenset(path for path in files if f"{path}/".startswith(shut))


def _modes_and_files(content: bytes) -> tuple[dict[str, int], dict[str, bytes]]:
    """Return by its path the mode of each file and folder in a zip that was made on Unix, and what each file holds."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            listed = [each for each in package.infolist() if not each.is_dir()]
            files = {str(PurePosixPath(each.filename)): package.read(each) for each in listed}
            unix = (each for each in package.infolist() if each.create_system == 3)
            modes = {str(PurePosixPath(each.filename)): each.external_attr >> 16 for each in unix}
            return modes, files
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return {}, {}


def calls_nothing(files: Mapping[str, bytes]) -> bool:
    """Whether a package is one module that imports nothing by which it could reach AWS, as the closed release is."""
    if [*files] != ["handler.py"]:
        return False
    try:
        nodes = [*ast.walk(ast.parse(files["handler.py"]))]
    except (SyntaxError, ValueError):
        return False
    names = [node.id for node in nodes if isinstance(node, ast.Name)]
    used = [ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)]
    taken = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    types = {alias.name for node in taken for alias in node.names} - {"annotations"}
    return (
        {ast.unparse(node) for node in nodes if isinstance(node, ast.Import)} <= CLOSED_IMPORTS
        and {node.module for node in taken} <= CLOSED_NAMES
        and all(name[0].isupper() for name in types)
        and names.count("json") == used.count("json.dumps")
        and names.count("os") == used.count("os.environ")
        and not any(map(OPENING.fullmatch, (*names, *(each.rpartition(".")[2] for each in used))))
    )


class PackageModules:
    """The files of a package, as Python imports them."""

    def __init__(self, files: Mapping[str, bytes], minor: int, architecture: str) -> None:
        """``minor``: of the runtime's Python 3; ``architecture``: of the function."""
        self.files, self.minor, self.of_runtime = files, minor, runtime_modules(minor)
        self.machine, self.elf = MACHINES[architecture]
        self.platform = f"Python 3.{minor}, {architecture}"
        self.folders = {str(folder) for file in files for folder in PurePosixPath(file).parents}
        compiled = filter(self._is_extension, map(PurePosixPath, files))
        self.extensions = {str(path.parent / path.name.partition(".")[0]) for path in compiled}
        bytecode = {file.removesuffix(".pyc") for file in files if file.endswith(".pyc")}
        self.compiled = self.extensions | bytecode
        archives = [files[file] for file in files if PurePosixPath(file).suffix in ARCHIVES]
        self.archived = {file for content in archives for file in unpacked(content)}
        self.elsewhere = bool(archives)
        """Modules may lie in another folder than the package's own, or in an archive."""

    def _is_extension(self, path: PurePosixPath) -> bool:
        """Whether it is a compiled module of this Python and machine: of any other one, Python sees nothing."""
        tag = path.name.partition(".")[2]
        there = {"so", "abi3.so", f"cpython-3{self.minor}-{self.machine}-linux-gnu.so"}
        return tag in there and self.files[str(path)][18:20] in {b"", self.elf}

    def source_of(self, module: str) -> str | None:
        """Return the file of a module's source, as Python chooses it: an extension beside it goes first."""
        path = module.replace(".", "/")
        paths = (f"{path}/__init__", path)
        there = (each for each in paths if f"{each}.py" in self.files or each in self.extensions)
        chosen = next(there, None)
        return None if chosen is None or chosen in self.extensions else f"{chosen}.py"

    def has(self, module: str) -> bool:
        """Whether a module is there: its source, a folder, compiled, or anywhere in the package or an archive in it."""
        path = module.replace(".", "/")
        if self.source_of(module) or path in self.folders | self.compiled:
            return True
        ends = (f"/{path}.py", f"/{path}/__init__.py")
        anywhere = (*self.files, *self.archived) if self.elsewhere else ()
        return any(f"/{file}".endswith(ends) for file in anywhere)

    def is_compiled(self, module: str) -> bool:
        path = module.replace(".", "/")
        return not self.compiled.isdisjoint({path, f"{path}/__init__"})

    def hides(self, module: str) -> bool:
        """Whether a module that has no source here is Python that is compiled."""
        path = module.replace(".", "/")
        return not {path, f"{path}/__init__"}.isdisjoint(self.compiled - self.extensions)

    def is_of_runtime(self, module: str) -> bool:
        """Whether Python's or Lambda's own library has a module that no file of the package replaces."""
        top = module.partition(".")[0]
        return top in LOADED or (top in self.of_runtime and self.source_of(top) is None)
