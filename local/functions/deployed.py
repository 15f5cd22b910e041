"""What is deployed under a function's name, and its disk."""

import base64
import io
import json
import re
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from aws.iam.condition import context
from aws.iam.evaluation import evaluate
from aws.iam.statement import Statement, parse
from local.aws.moto import Moto

_NAME = re.compile(
    r"^(?:arn:aws[\w-]*:lambda:[\w-]+:)?(?:\d{12}:function:)?(?P<name>[\w-]+)(?::(?P<qualifier>\$?[\w-]+))?$"
)
KEPT = "kept_configuration"
"""Attribute of moto's function, copied into each version, under which what moto loses of a configuration is kept."""


class NotDeployed(LookupError):  # noqa: N818 - a state of affairs, not a fault of ours
    """Nothing is deployed under that name, or name and qualifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedFunction:
    """A version of a function, as an invocation finds it. Two that are equal can share a worker."""

    name: str
    version: str
    """``$LATEST``, or a number."""
    runtime: str
    handler: str
    timeout: float
    """Seconds."""
    memory_mb: int
    role: str
    """ARN."""
    variables: Mapping[str, str] = field(repr=False)
    log_group: str
    code_sha256: str
    created: str
    """When; one that is deleted and created again is another."""
    package: bytes = field(repr=False, compare=False)
    """The zip that was uploaded."""
    reserved_concurrency: int | None = field(default=None, compare=False)
    """Of the function, regardless of the version."""


def split_name(name_or_arn: str) -> tuple[str, str | None]:
    """``name``, ``name:alias``, a full or a partial ARN -> (name, qualifier)."""
    if not (match := _NAME.match(name_or_arn)):
        raise NotDeployed(f"{name_or_arn} is neither a function's name nor its ARN")
    return match["name"], match["qualifier"]


_parsed = lru_cache(maxsize=512)(parse)


class DeployedFunctions:
    """Finds functions and their policies where moto holds them, which lives in this process."""

    def __init__(self, moto: Moto, region: str) -> None:
        self._moto, self._region = moto, region

    def find(self, name: str, qualifier: str | None) -> DeployedFunction:
        """Return what an invocation of that version or alias runs now, or raise ``NotDeployed``."""
        from moto.awslambda.exceptions import UnknownFunctionException  # noqa: PLC0415 - moto is imported late

        with self._moto.lock("lambda"):
            backend = self._moto.backend("lambda", self._region)
            try:
                reserved = backend.get_function(name).reserved_concurrency
                return deployed(backend.get_function(name, qualifier), reserved)
            except UnknownFunctionException as error:
                unknown = f"Function not found: {name}:{qualifier or '$LATEST'}"
                raise NotDeployed(unknown) from error

    def aliases(self) -> list[tuple[str, str]]:
        """Return (function, alias) of all that there are."""
        with self._moto.lock("lambda"):
            backend = self._moto.backend("lambda", self._region)
            names = [function.function_name for function in backend.list_functions()]
            return [(name, alias.name) for name in names for alias in backend.list_aliases(name)]

    def policy(self, name: str, qualifier: str | None) -> tuple[Statement, ...]:
        """Return the statements of the policy on the function, version or alias; maybe none."""
        with self._moto.lock("lambda"):
            noted = self._moto.notes("lambda", self._region).get("policies", {})
            document = policy_document(noted, name, qualifier or "")
        return _parsed(document) if document else ()


def policy_document(policies: Mapping[Any, Any], name: str, qualifier: str) -> str:
    """Return the policy of a qualifier among those that are noted; empty where it has none."""
    statements = policies.get((name, "" if qualifier == "$LATEST" else qualifier))
    document = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
    return json.dumps(document) if statements else ""


def permits(policy: Iterable[Statement], function: str, principal: str, source_arn: str) -> bool:
    """Whether a policy lets a service invoke exactly the ARN ``function`` on behalf of a source.

    Permission on an alias says nothing of the function, nor the other way round.
    """
    principals = {("*", "*"), ("AWS", "*"), ("Service", principal)}
    about = [statement for statement in policy if not principals.isdisjoint(statement.principals)]
    account = (source_arn.split(":") + [""] * 5)[4]
    request = context({"aws:SourceArn": source_arn, "aws:SourceAccount": account})
    return evaluate(about, "lambda:InvokeFunction", function, request).allowed


def deployed(function: Any, reserved: str | None) -> DeployedFunction:
    """Take what matters from moto's function, or a version of it."""
    name = str(function.function_name)
    return DeployedFunction(
        name=name,
        version=str(function.version),
        runtime=function.run_time,
        handler=function.handler,
        timeout=float(function.timeout),
        memory_mb=int(function.memory_size),
        role=function.role,
        variables=dict(function.environment_vars),
        log_group=lost_of(function).get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}"),
        code_sha256=function.code_sha_256,
        created=function.last_modified,
        package=function.code_bytes,
        reserved_concurrency=None if reserved is None else int(reserved),
    )


def lost_of(function: Any) -> Mapping[str, Any]:
    """Return what moto lost of a function's configuration."""
    lost: Mapping[str, Any] = getattr(function, KEPT, {})
    return lost


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


def distribution_paths(
    distribution: Callable[[str], metadata.Distribution] = metadata.distribution,
) -> list[Path]:
    """Folders and modules that the runtime's distributions installed into site-packages.

    One of Debian's lists no files: then what is named like it is taken.
    """
    paths = set[Path]()
    for name in RUNTIME_DISTRIBUTIONS:
        installed = distribution(name)
        folder, like = Path(str(installed.locate_file(""))), f"{name.removeprefix('python-')}*"
        tops = {file.parts[0] for file in installed.files or ()} - {"..", "__pycache__"}
        paths |= {folder / top for top in tops} or {*folder.glob(like)}
    return sorted(paths)
