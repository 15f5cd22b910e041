"""Starts an execution environment: a worker with its role's credentials and its own variables only."""

import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.functions.deployed import DeployedFunction
from local.functions.logs import LogStream
from local.functions.package import Packages, uploaded
from local.functions.pool import ExecutionEnvironment
from local.functions.process import Worker
from local.functions.starting import Asked, Starter


class RoleNotAssumed(Exception):  # noqa: N818 - a state of affairs, not a fault of ours
    """The function's role does not exist, or does not let Lambda assume it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environments:
    """Where functions run: on whose account, against which endpoint, and by which clock."""

    account: str
    region: str
    endpoint: str
    sts: Any
    packages: Packages
    starter: Starter
    now: Callable[[], float]
    """Seconds since the epoch, by which credentials expire."""

    def arn(self, qualified_name: str) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{qualified_name}"

    def start(self, function: DeployedFunction, qualifier: str | None) -> ExecutionEnvironment:
        credentials = self._assume(function)
        log = LogStream(
            group=function.log_group, name=stream_name(function), credentials=credentials
        )
        package = uploaded(self.account, self.region, function)
        task_root = self.packages.unpacked(function.code_sha256, package)
        variables = self._variables(function, log, task_root)
        arguments = (str(task_root), str(self.packages.runtime), function.handler)
        worker = Worker(self.starter, Asked(arguments, variables))
        expires = credentials["Expiration"].timestamp()
        return ExecutionEnvironment(
            function=function, qualifier=qualifier, worker=worker, log=log, expires=expires
        )

    def _assume(self, function: DeployedFunction) -> Mapping[str, Any]:
        try:
            answer = self.sts.assume_role(RoleArn=function.role, RoleSessionName=function.name)
        except ClientError as error:
            raise RoleNotAssumed(f"{function.role}: {error}") from error
        credentials: Mapping[str, Any] = answer["Credentials"]
        return credentials

    def _variables(
        self, function: DeployedFunction, log: LogStream, task_root: Path
    ) -> dict[str, str]:
        """Nothing of this process's own environment: a handler must not work by luck."""
        defaults = {"LANG": "en_US.UTF-8", "PATH": os.defpath, "TZ": ":UTC"}
        return {**defaults, **function.variables, **self._reserved(function, log, task_root)}

    def _reserved(
        self, function: DeployedFunction, log: LogStream, task_root: Path
    ) -> dict[str, str]:
        """Names that a function's configuration cannot set (Lambda developer guide)."""
        return {
            "AWS_ACCESS_KEY_ID": log.credentials["AccessKeyId"],
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": function.version,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": log.group,
            "AWS_LAMBDA_LOG_STREAM_NAME": log.name,
            "AWS_REGION": self.region,
            "AWS_SECRET_ACCESS_KEY": log.credentials["SecretAccessKey"],
            "AWS_SESSION_TOKEN": log.credentials["SessionToken"],
            # An empty one: without it boto3 asks the system for the home folder of the person who runs
            # this, and finds that person's profile and credentials there.
            "HOME": str(self.packages.home),
            "LAMBDA_TASK_ROOT": str(task_root),
            "_HANDLER": function.handler,
        }


def stream_name(function: DeployedFunction) -> str:
    return f"{datetime.now(UTC):%Y/%m/%d}/[{function.version}]{uuid.uuid4().hex}"
