"""What is on a function's disk: the package that was uploaded, and what Lambda's runtime brings."""

import base64
import io
import shutil
import tempfile
import threading
import zipfile
from importlib import metadata
from pathlib import Path

from local.functions.deployed import DeployedFunction

RUNTIME_DISTRIBUTIONS = (
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "six",
    "urllib3",
)
"""All that a Python runtime of Lambda has beside the standard library: the SDK and its needs."""


class Packages:
    """One temporary folder with the runtime, an empty home, and a folder per CodeSha256."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="local-functions-"))
        self._lock = threading.Lock()
        self.runtime = self._folder / "runtime"
        self.runtime.mkdir()
        for path in distribution_paths():
            (self.runtime / path.name).symlink_to(path)
        self.home = self._folder / "home"
        self.home.mkdir()

    def unpacked(self, code_sha256: str, package: bytes) -> Path:
        """Unpack a zip once, and return its folder. ``code_sha256`` is Base64, as Lambda has it."""
        digest = base64.b64decode(code_sha256).hex()
        target = self._folder / digest
        with self._lock:
            if not target.exists():
                partial = target.with_suffix(".partial")
                zipfile.ZipFile(io.BytesIO(package)).extractall(partial)
                partial.rename(target)
        return target

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def uploaded(account: str, region: str, function: DeployedFunction) -> bytes:
    """Return the zip that was uploaded for this version.

    Straight from moto, which lives in this process: the Code.Location that GetFunction answers
    points at a bucket of the service, which moto does not have.
    """
    from moto.awslambda.utils import get_backend  # noqa: PLC0415 - moto costs a second of imports

    backend = get_backend(account, region)
    package: bytes = backend.get_function(function.name, function.version).code_bytes
    return package


def distribution_paths() -> list[Path]:
    """Folders and modules that the runtime's distributions installed into site-packages."""
    paths = set[Path]()
    for name in RUNTIME_DISTRIBUTIONS:
        distribution = metadata.distribution(name)
        tops = {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}
        paths |= {Path(str(distribution.locate_file(top))) for top in tops}
    return sorted(paths)
