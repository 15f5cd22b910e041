"""Starts an execution environment, a worker with its role's credentials and its own variables only, and words what a call of it came to."""

import os
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.functions.deployed import DeployedFunction, Packages
from local.functions.invocation import Invocation, InvokeCall
from local.functions.logs import Line, LogStream
from local.functions.pool import ExecutionEnvironment, RunOutcome, Worker
from local.functions.starting import Starter, WorkerProgram


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
        assumed = self.sts.assume_role(RoleArn=function.role, RoleSessionName=function.name)
        credentials: Mapping[str, Any] = assumed["Credentials"]
        name = f"{datetime.now(UTC):%Y/%m/%d}/[{function.version}]{uuid.uuid4().hex}"
        log = LogStream(group=function.log_group, name=name, credentials=credentials)
        task_root = self.packages.unpacked(function.code_sha256, function.package)
        variables = self._variables(function, log, task_root)
        arguments = (str(task_root), str(self.packages.runtime), function.handler)
        worker = Worker(self.starter, WorkerProgram(arguments, variables))
        expires = credentials["Expiration"].timestamp()
        return ExecutionEnvironment(
            function=function, qualifier=qualifier, worker=worker, log=log, expires=expires
        )

    def _variables(
        self, function: DeployedFunction, log: LogStream, task_root: Path
    ) -> dict[str, str]:
        """Nothing of this process's own environment: a handler must not work by luck."""
        return {
            "LANG": "en_US.UTF-8",
            "PATH": os.defpath,
            "TZ": ":UTC",
            **function.variables,
            # Names that a function's configuration cannot set (Lambda developer guide).
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


def answered(call: InvokeCall, function: DeployedFunction, outcome: RunOutcome) -> Invocation:
    return Invocation(
        status=200,
        payload=outcome.payload,
        function_error="Unhandled" if outcome.failed else None,
        executed_version=function.version,
        request_id=call.request_id,
    )


def lines_of(function: DeployedFunction, request_id: str, outcome: RunOutcome) -> list[Line]:
    """Frame the output: START, every line, END, REPORT."""
    ended = int(time.time() * 1000)
    began = ended - int(outcome.seconds * 1000)
    output = outcome.output.decode(errors="replace").splitlines()
    return [
        (began, f"START RequestId: {request_id} Version: {function.version}"),
        *((ended, line) for line in output if line.strip()),  # empty messages are refused
        (ended, f"END RequestId: {request_id}"),
        (ended, report(function, request_id, outcome)),
    ]


def report(function: DeployedFunction, request_id: str, outcome: RunOutcome) -> str:
    milliseconds = outcome.seconds * 1000
    facts = {
        "RequestId": request_id,
        "Duration": f"{milliseconds:.2f} ms",
        "Billed Duration": f"{int(milliseconds) + 1} ms",
        "Memory Size": f"{function.memory_mb} MB",
    }
    if outcome.init_seconds is not None:
        facts["Init Duration"] = f"{outcome.init_seconds * 1000:.2f} ms"
    return "REPORT " + "\t".join(f"{name}: {value}" for name, value in facts.items())
