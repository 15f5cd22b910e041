"""Runs one call from its name to its answer: find what is deployed, take a worker, write the log."""

import threading
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.functions.deployed import DeployedFunction, DeployedFunctions, NotDeployed
from local.functions.environment import Environments, RoleNotAssumed
from local.functions.invocation import (
    ANSWER_LIMIT,
    Invocation,
    InvokeCall,
    not_found,
    refused,
    too_large,
    trace_header,
)
from local.functions.logs import Line, LogWriter
from local.functions.pool import Pool, Throttled
from local.functions.process import RunOutcome


class Runner:
    """Keeps a pool per function. ``workers`` bounds each; ``wait_seconds`` how long a call waits."""

    def __init__(
        self,
        deployments: DeployedFunctions,
        environments: Environments,
        logs: LogWriter,
        *,
        workers: int,
        wait_seconds: float,
    ) -> None:
        self._deployments = deployments
        self._environments = environments
        self._logs = logs
        self._workers = workers
        self._wait_seconds = wait_seconds
        self._lock = threading.Lock()
        self._pools: dict[str, Pool] = {}

    def run(self, call: InvokeCall) -> Invocation:
        """Run it, and answer anything that comes of it: nothing that Lambda would answer is raised."""
        try:
            function = self._deployments.find(call.name, call.qualifier)
            return self._run(call, function)
        except NotDeployed as error:
            return not_found(call, error)
        except Throttled as error:
            reason = str(error)
            return refused(call, 429, "TooManyRequestsException", "Rate Exceeded.", Reason=reason)
        except RoleNotAssumed as error:
            message = f"The role defined for the function cannot be assumed by Lambda: {error}"
            return refused(call, 403, "AccessDeniedException", message)
        except (BotoCoreError, ClientError) as error:
            return refused(call, 500, "ServiceException", f"the local AWS API failed: {error}")

    def close(self) -> None:
        with self._lock:
            pools = tuple(self._pools.values())
        for pool in pools:
            pool.close()

    def _run(self, call: InvokeCall, function: DeployedFunction) -> Invocation:
        pool = self._pool(call.name)
        with pool.environment(function, call.qualifier, self._wait_seconds) as environment:
            outcome = environment.worker.invoke(self._header(call, function), call.event)
            self._logs.write(environment.log, lines_of(function, call.request_id, outcome))
        return answered(call, function, outcome)

    def _header(self, call: InvokeCall, function: DeployedFunction) -> Mapping[str, Any]:
        return {
            "requestId": call.request_id,
            "arn": self._environments.arn(call.qualified_name),
            "seconds": function.timeout,
            "trace": trace_header(),
        }

    def _pool(self, name: str) -> Pool:
        with self._lock:
            if name not in self._pools:
                environments = self._environments
                self._pools[name] = Pool(self._workers, environments.start, environments.now)
            return self._pools[name]


def answered(call: InvokeCall, function: DeployedFunction, outcome: RunOutcome) -> Invocation:
    fits = len(outcome.payload) <= ANSWER_LIMIT
    return Invocation(
        status=200,
        payload=outcome.payload if fits else too_large(),
        function_error="Unhandled" if outcome.failed or not fits else None,
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
        "Max Memory Used": f"{outcome.memory_mb} MB",
    }
    if outcome.init_seconds is not None:
        facts["Init Duration"] = f"{outcome.init_seconds * 1000:.2f} ms"
    return "REPORT " + "\t".join(f"{name}: {value}" for name, value in facts.items())
