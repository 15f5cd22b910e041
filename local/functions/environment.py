"""Runs one call in an execution environment: a worker with its role's credentials and its own variables only."""

import os
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.functions.deployed import DeployedFunction, DeployedFunctions, NotDeployed, Packages
from local.functions.invocation import Invocation, InvokeCall, not_found, refused
from local.functions.logs import Line, LogStream, LogWriter
from local.functions.pool import ExecutionEnvironment, Pool, RunOutcome, Throttled, Worker
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
        log = LogStream(
            group=function.log_group, name=stream_name(function), credentials=credentials
        )
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


def stream_name(function: DeployedFunction) -> str:
    return f"{datetime.now(UTC):%Y/%m/%d}/[{function.version}]{uuid.uuid4().hex}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Keeps a pool per function. ``workers`` bounds each; ``wait_seconds`` how long a call waits."""

    deployments: DeployedFunctions
    environments: Environments
    logs: LogWriter
    workers: int
    wait_seconds: float
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pools: dict[str, Pool] = field(default_factory=dict)

    def run(self, call: InvokeCall) -> Invocation:
        """Run it, and answer anything that comes of it: nothing that Lambda would answer is raised."""
        try:
            function, pool = self.deployments.find(call.name, call.qualifier), self._pool(call.name)
            header = {
                "requestId": call.request_id,
                "arn": self.environments.arn(call.qualified_name),
                "seconds": function.timeout,
            }
            with pool.environment(function, call.qualifier, self.wait_seconds) as environment:
                outcome = environment.worker.invoke(header, call.event)
                lines = lines_of(function, call.request_id, outcome)
                self.logs.put(*((environment.log, line) for line in lines))
            return answered(call, function, outcome)
        except NotDeployed as error:
            return not_found(call, error)
        except Throttled as error:
            reason = str(error)
            return refused(call, 429, "TooManyRequestsException", "Rate Exceeded.", Reason=reason)
        except ClientError as error:  # its role does not exist, or does not let Lambda assume it
            message = f"The role defined for the function cannot be assumed by Lambda: {error}"
            return refused(call, 403, "AccessDeniedException", message)
        except BotoCoreError as error:
            return refused(call, 500, "ServiceException", f"the local AWS API failed: {error}")

    def warm(self, name: str, qualifier: str) -> None:
        """Start an environment behind an alias, as provisioned concurrency does; what comes of it the first call finds."""
        with suppress(NotDeployed, Throttled, BotoCoreError, ClientError):
            function = self.deployments.find(name, qualifier)
            with self._pool(name).environment(function, qualifier, self.wait_seconds):
                pass

    def close(self) -> None:
        with self._lock:
            pools = tuple(self._pools.values())
        for pool in pools:
            pool.close()

    def _pool(self, name: str) -> Pool:
        with self._lock:
            if name not in self._pools:
                environments = self.environments
                self._pools[name] = Pool(self.workers, environments.start, environments.now)
            return self._pools[name]


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
