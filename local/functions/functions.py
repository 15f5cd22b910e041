"""Lambda's data plane: runs what is deployed on the local AWS API, each function in its own processes.

Asynchronous invocations wait in a queue, with two retries, and are answered to no caller.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.aws.moto import Moto
from local.aws.request import Request, Response
from local.functions.deployed import DeployedFunctions, NotDeployed, Packages, permits, split_name
from local.functions.environment import Environments, answered, lines_of
from local.functions.invocation import (
    Invocation,
    InvokeCall,
    not_found,
    refusal_of,
    refused,
    response,
)
from local.functions.logs import LogWriter
from local.functions.pool import Pool, Throttled
from local.functions.starting import Starter

RETRIES = 2
"""Lambda's default after a function error. A throttled event is tried again without counting."""
AGE_SECONDS = 60.0
"""How long a throttled event stays. Lambda keeps it for six hours, and no caller waits for those here."""


class EventQueue:
    """Runs events on threads of its own, until ``close`` drops what is left."""

    def __init__(
        self, run: Callable[[InvokeCall], Invocation], *, threads: int, retry_seconds: float
    ) -> None:
        self._run = run
        self._retry_seconds = retry_seconds
        self._closed = threading.Event()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="function-events")

    def put(self, call: InvokeCall) -> None:
        self._threads.submit(self._handle, call)

    def close(self) -> None:
        """Start no further event."""
        self._closed.set()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _handle(self, call: InvokeCall) -> None:
        since, failures = time.monotonic(), 0
        while not self._closed.is_set():
            outcome = self._run(call)
            failures += bool(outcome.function_error)
            is_throttled = outcome.status == 429 and time.monotonic() - since < AGE_SECONDS
            if not is_throttled and not (outcome.function_error and failures <= RETRIES):
                return
            self._closed.wait(self._retry_seconds)


# proxies={}: a proxy of this machine's environment must not be asked for the loopback interface.
CONFIG = Config(
    connect_timeout=2,
    read_timeout=30,
    retries={"total_max_attempts": 2},
    max_pool_connections=32,
    proxies={},
)


def clients_at(endpoint: str, region: str) -> Callable[..., Any]:
    """Return what makes a client: neither profile nor credentials of the person who runs this are read."""
    session = boto3.session.Session(
        aws_access_key_id="local-functions",
        aws_secret_access_key="local",  # noqa: S106 - the local API checks no signature
        region_name=region,
    )
    return partial(session.client, endpoint_url=endpoint, config=CONFIG)


CLOSE_SECONDS = 5.0
READING_LINES = frozenset({"FilterLogEvents", "GetLogEvents"})
"""Operations whose answer is log lines: those that are still on their way are written before."""
READERS_WAIT_S = 5.0
"""How long such a call is held back at most."""


class Functions:
    """The functions of one account and Region, from ``with`` to its end, which leaves no process.

    ``endpoint`` is the local AWS API, whose state is in ``moto``. ``concurrency``
    bounds the workers of each function. That is a limit of this machine, not one of AWS: a call
    waits up to ``wait_seconds`` for a free worker before it is throttled, while a function's
    reserved concurrency throttles at once. ``retry_seconds`` stands for the minutes that Lambda
    leaves between the attempts of an event. ``now`` is the clock by which credentials expire, in
    seconds since the epoch.

    Give ``extension`` to the AWS API's own list of these: it serves Invoke.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of its own, and four have defaults
        self,
        endpoint: str,
        moto: Moto,
        region: str,
        *,
        concurrency: int = 4,
        wait_seconds: float = 30.0,
        retry_seconds: float = 0.1,
        now: Callable[[], float] = time.time,
    ) -> None:
        client = clients_at(endpoint, region)
        self._packages = Packages()
        self._starter = Starter(self._packages.runtime)
        self._deployments = DeployedFunctions(moto, region)
        self._environments = Environments(
            account=moto.account,
            region=region,
            endpoint=endpoint,
            sts=client("sts"),
            packages=self._packages,
            starter=self._starter,
            now=now,
        )
        self._logs = LogWriter(client)
        self._concurrency, self._wait_seconds = concurrency, wait_seconds
        self._lock, self._pools = threading.Lock(), dict[str, Pool]()
        self._events = EventQueue(self._run, threads=concurrency, retry_seconds=retry_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def prepare(self) -> None:
        """Begin the process that workers are copies of: the first call would wait half a second for it."""
        self._starter.server()

    def warm(self) -> None:
        """Start an environment behind each alias, as provisioned concurrency does; what comes of it the first call finds."""
        for name, alias in self._deployments.aliases():
            with suppress(NotDeployed, Throttled, BotoCoreError, ClientError):
                function = self._deployments.find(name, alias)
                with self._pool(name).environment(function, alias, self._wait_seconds):
                    pass

    def close(self) -> None:
        """End all workers, drop events that still wait, write the logs that are left."""
        self._events.close()
        with self._lock:
            pools = tuple(self._pools.values())
        for pool in pools:
            pool.close()
        self._logs.close(CLOSE_SECONDS)
        self._starter.close()
        self._packages.close()

    def invoke(
        self,
        name_or_arn: str,
        event: bytes | Mapping[str, Any],
        *,
        qualifier: str | None = None,
        kind: str = "RequestResponse",
    ) -> Invocation:
        """Invoke as Lambda's Invoke does; ``kind`` is its InvocationType. Refusals are not raised."""
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        call = InvokeCall(name=name_or_arn, qualifier=qualifier, event=payload)
        try:
            name, in_name = split_name(name_or_arn)
            call = replace(call, name=name, qualifier=qualifier or in_name)
            return refusal_of(call) or self._invoke(call, kind)
        except NotDeployed as error:
            return not_found(call, error)

    def allowed(self, arn: str, principal: str, source_arn: str) -> bool:
        """Whether the policy of exactly this function, version or alias lets the service invoke it."""
        return permits(self._deployments.policy(*split_name(arn)), arn, principal, source_arn)

    def extension(self, request: Request) -> Response | None:
        """Answer Invoke calls on the AWS API; let all others pass, those for log lines once these are written."""
        if request.service == "logs" and request.operation in READING_LINES:
            with suppress(TimeoutError):  # the reader asks again
                self._logs.flush(READERS_WAIT_S)
        if (request.service, request.operation) != ("lambda", "Invoke"):
            return None
        name, qualifier = request.labels["FunctionName"], request.labels.get("Qualifier")
        kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
        return response(
            self.invoke(name, request.body or b"{}", qualifier=qualifier or None, kind=kind)
        )

    def _invoke(self, call: InvokeCall, kind: str) -> Invocation:
        if kind == "RequestResponse":
            return self._run(call)
        self._deployments.find(call.name, call.qualifier)
        if kind == "Event":
            self._events.put(call)
        return Invocation(status=202 if kind == "Event" else 204, request_id=call.request_id)

    def _run(self, call: InvokeCall) -> Invocation:
        """Run it, and answer anything that comes of it: nothing that Lambda would answer is raised."""
        try:
            function = self._deployments.find(call.name, call.qualifier)
            pool = self._pool(call.name)
            header = {
                "requestId": call.request_id,
                "arn": self._environments.arn(call.qualified_name),
                "seconds": function.timeout,
            }
            with pool.environment(function, call.qualifier, self._wait_seconds) as environment:
                outcome = environment.worker.invoke(header, call.event)
                lines = lines_of(function, call.request_id, outcome)
                self._logs.put(*((environment.log, line) for line in lines))
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

    def _pool(self, name: str) -> Pool:
        with self._lock:
            if name not in self._pools:
                environments = self._environments
                self._pools[name] = Pool(self._concurrency, environments.start, environments.now)
            return self._pools[name]
