"""The modules of a function's package, beside those of Python and of Lambda's runtime."""

import io
import sys
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

SDK = "boto3 botocore s3transfer jmespath dateutil six urllib3"
"""The AWS SDK and what it depends on: Lambda brings them, as its developer guide says of the Python runtimes."""
FORMER = (
    "aifc asynchat asyncore audioop cgi cgitb chunk crypt distutils imghdr imp lib2to3 mailcap msilib nis nntplib"
    " ossaudiodev pipes smtpd sndhdr spwd sunau telnetlib uu xdrlib"
)
"""What the standard library had in a supported Python and has no more (PEP 594, PEP 632)."""
LATER = "annotationlib compression"
"""What it has in a newer Python than the oldest that judges."""
RUNTIME = sys.stdlib_module_names | {
    *f"{SDK} {FORMER} {LATER}".split(),
    *("awslambdaric", "snapshot_restore_py", "simplejson", "pip", "setuptools", "pkg_resources"),
}
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


class PackageModules:
    """The files of a package, as Python imports them."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.folders = {str(folder) for file in files for folder in PurePosixPath(file).parents}
        self.compiled = {file.partition(".")[0] for file in files if file.endswith((".so", ".pyc"))}
        archives = [files[file] for file in files if PurePosixPath(file).suffix in ARCHIVES]
        self.archived = {file for content in archives for file in unpacked(content)}
        self.elsewhere = bool(archives)
        """Modules may lie in another folder than the package's own, or in an archive."""

    def source_of(self, module: str) -> str | None:
        """Return the file of a module's source, as Python chooses it."""
        path = module.replace(".", "/")
        names = (f"{path}/__init__.py", f"{path}.py")
        return next((file for file in names if file in self.files), None)

    def has(self, module: str) -> bool:
        """Whether a module is there: its source, a folder, compiled, or anywhere in the package or an archive in it."""
        path = module.replace(".", "/")
        if self.source_of(module) or path in self.folders | self.compiled:
            return True
        ends = (f"/{path}.py", f"/{path}/__init__.py")
        anywhere = (*self.files, *self.archived) if self.elsewhere else ()
        return any(f"/{file}".endswith(ends) for file in anywhere)

    def is_of_runtime(self, module: str) -> bool:
        """Whether Python's or Lambda's own library has a module that no file of the package replaces."""
        top = module.partition(".")[0]
        return top in RUNTIME and self.source_of(top) is None
