"""Runs one call from its name to its answer: find what is deployed, lend a worker, write the log."""

import threading
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.functions.deployed import Deployed, Deployments, NotDeployed
from local.functions.environment import Environments, RoleNotAssumed
from local.functions.invocation import (
    ANSWER_LIMIT,
    TAIL,
    Call,
    Invocation,
    not_found,
    refused,
    too_large,
    trace_header,
)
from local.functions.log_lines import lines_of
from local.functions.logs import LogWriter
from local.functions.metrics import Metrics
from local.functions.pool import Pool, Throttled
from local.functions.process import Outcome


class Runner:
    """Keeps a pool per function. ``workers`` bounds each; ``wait_seconds`` how long a call waits."""

    def __init__(
        self,
        deployments: Deployments,
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
        self.metrics = Metrics()

    def run(self, call: Call) -> Invocation:
        """Run it, and answer whatever comes of it: nothing that Lambda would answer is raised."""
        try:
            function = self._deployments.find(call.name, call.qualifier)
            return self._run(call, function)
        except NotDeployed as error:
            return not_found(call, error)
        except Throttled as error:
            self.metrics.throttled(call.name)
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

    def _run(self, call: Call, function: Deployed) -> Invocation:
        pool = self._pool(call.name)
        with pool.environment(function, call.qualifier, self._wait_seconds) as environment:
            outcome = environment.worker.invoke(self._header(call, function), call.event)
            lines = lines_of(function, call.request_id, outcome)
            self._logs.write(environment.log, lines)
        self.metrics.ran(call.name, failed=outcome.failed, seconds=outcome.seconds)
        tail = "\n".join(text for _, text in lines)[-TAIL:]
        return answered(call, function, outcome, tail)

    def _header(self, call: Call, function: Deployed) -> Mapping[str, Any]:
        return {
            "requestId": call.request_id,
            "arn": self._environments.arn(call.qualified_name),
            "seconds": function.timeout,
            "trace": trace_header(),
            "clientContext": call.client_context,
        }

    def _pool(self, name: str) -> Pool:
        with self._lock:
            if name not in self._pools:
                environments = self._environments
                self._pools[name] = Pool(self._workers, environments.start, environments.now)
            return self._pools[name]


def answered(call: Call, function: Deployed, outcome: Outcome, tail: str) -> Invocation:
    fits = len(outcome.payload) <= ANSWER_LIMIT
    return Invocation(
        status=200,
        payload=outcome.payload if fits else too_large(),
        function_error="Unhandled" if outcome.failed or not fits else None,
        executed_version=function.version,
        request_id=call.request_id,
        log_tail=tail,
    )
