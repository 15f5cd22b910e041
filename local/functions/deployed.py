"""What is deployed under a function's name: the state of the AWS endpoint, read as seldom as is safe, and its disk."""

import base64
import hashlib
import io
import json
import re
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar, cast

from botocore.exceptions import ClientError

from aws.iam.condition import context
from aws.iam.evaluation import evaluate
from aws.iam.statement import Statement, parse

_NAME = re.compile(
    r"^(?:arn:aws[\w-]*:lambda:[\w-]+:)?(?:\d{12}:function:)?(?P<name>[\w-]+)(?::(?P<qualifier>\$?[\w-]+))?$"
)
T = TypeVar("T")


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
    fingerprint: str
    """Over the whole configuration: after any update, Lambda starts new environments."""
    reserved_concurrency: int | None = field(default=None, compare=False)
    """Of the function, regardless of the version."""


def split_name(name_or_arn: str) -> tuple[str, str | None]:
    """``name``, ``name:alias``, a full or a partial ARN -> (name, qualifier)."""
    if not (found := _NAME.match(name_or_arn)):
        raise NotDeployed(f"{name_or_arn} is neither a function's name nor its ARN")
    return found["name"], found["qualifier"]


class DeployedFunctions:
    """Reads functions and their policies through the Lambda API, and keeps them between changes.

    Nothing is kept before the first ``observe``: as long as no change is reported, any reading
    may be an old one.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, ...], Any] = {}
        self._changes: int | None = None
        """How many changes were seen; None before anything was."""

    def observe(self, service: str, operation: str) -> None:
        """Take note of a call that has just succeeded."""
        with self._lock:
            self._changes = self._changes or 0
            if service == "lambda" and not operation.startswith(("Get", "List", "Invoke")):
                self._changes += 1
                self._kept.clear()

    def find(self, name: str, qualifier: str | None) -> DeployedFunction:
        """Return what an invocation of that version or alias runs now, or raise ``NotDeployed``."""
        return self._remembered(
            ("function", name, qualifier or ""), lambda: self._read(name, qualifier)
        )

    def aliases(self) -> Iterator[tuple[str, str]]:
        """Yield (function, alias) of all that there are."""
        for page in self._client.get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                name = function["FunctionName"]
                for alias in self._client.list_aliases(FunctionName=name)["Aliases"]:
                    yield name, alias["Name"]

    def policy(self, name: str, qualifier: str | None) -> tuple[Statement, ...]:
        """Return the statements of the policy on the function, version or alias; maybe none."""
        return self._remembered(
            ("policy", name, qualifier or ""), lambda: self._read_policy(name, qualifier)
        )

    def _remembered(self, key: tuple[str, ...], read: Callable[[], T]) -> T:
        with self._lock:
            changes = self._changes
            if key in self._kept:
                return cast("T", self._kept[key])
        found = read()
        with self._lock:
            if changes is not None and changes == self._changes:
                self._kept[key] = found
        return found

    def _read(self, name: str, qualifier: str | None) -> DeployedFunction:
        which = {"FunctionName": name} | ({"Qualifier": qualifier} if qualifier else {})
        try:
            configuration = self._client.get_function_configuration(**which)
            # Asked for by itself: moto keeps a version's as it was when that was published.
            reserved = self._client.get_function_concurrency(FunctionName=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            raise NotDeployed(f"Function not found: {name}:{qualifier or '$LATEST'}") from error
        return deployed(configuration, reserved.get("ReservedConcurrentExecutions"))

    def _read_policy(self, name: str, qualifier: str | None) -> tuple[Statement, ...]:
        which = {"FunctionName": name} | ({"Qualifier": qualifier} if qualifier else {})
        try:
            return parse(self._client.get_policy(**which)["Policy"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return ()


def permits(policy: Iterable[Statement], function: str, principal: str, source_arn: str) -> bool:
    """Whether a policy lets a service invoke exactly the ARN ``function`` on behalf of a source.

    Permission on an alias says nothing of the function, nor the other way round.
    """
    named = {("*", "*"), ("AWS", "*"), ("Service", principal)}
    about = [statement for statement in policy if not named.isdisjoint(statement.principals)]
    account = (source_arn.split(":") + [""] * 5)[4]
    known = context({"aws:SourceArn": source_arn, "aws:SourceAccount": account})
    return evaluate(about, "lambda:InvokeFunction", function, known).allowed


def deployed(configuration: Mapping[str, Any], reserved: int | None) -> DeployedFunction:
    """Take what matters from the answer of GetFunctionConfiguration."""
    stable = {k: v for k, v in configuration.items() if k != "ResponseMetadata"}
    canonical = json.dumps(stable, sort_keys=True, default=str)
    name = configuration["FunctionName"]
    return DeployedFunction(
        name=name,
        version=configuration["Version"],
        runtime=configuration["Runtime"],
        handler=configuration["Handler"],
        timeout=float(configuration["Timeout"]),
        memory_mb=configuration["MemorySize"],
        role=configuration["Role"],
        variables=configuration.get("Environment", {}).get("Variables", {}),
        log_group=configuration.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}"),
        code_sha256=configuration["CodeSha256"],
        fingerprint=hashlib.sha256(canonical.encode()).hexdigest(),
        reserved_concurrency=reserved,
    )


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
    """Return the zip that was uploaded for this version, straight from moto, which lives in this process."""
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
