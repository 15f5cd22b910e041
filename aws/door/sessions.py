"""How AWS is asked: sessions that share its models, on AWS itself or not, and how often, how long and how hard."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from math import inf
from typing import Any, TypeVar

import boto3
from botocore.configprovider import ConfiguredEndpointProvider
from botocore.session import get_session

from aws.dated import CallRate, call_rates
from aws.iam.actions import loader
from aws.words import Bilingual

T = TypeVar("T")
SERVICES: Mapping[str, str] = {
    "acm": "acm",
    "apigateway": "api_gateway",
    "apigatewayv2": "apigatewayv2",
    "application-autoscaling": "application_auto_scaling",
    "cloudwatch": "cloudwatch",
    "dynamodb": "dynamodb",
    "events": "eventbridge",
    "iam": "iam",
    "kms": "kms",
    "lambda": "lambda",
    "logs": "cloudwatch_logs",
    "pipes": "pipes",
    "route53": "route_53",
    "s3": "s3",
    "scheduler": "scheduler",
    "secretsmanager": "secrets_manager",
    "sns": "sns",
    "sts": "sts",
}
"""Every service that judging, smoke or the evidence store asks -> its name in endpoint settings.

Written out, since to ask botocore would load the model of each service.
"""


class NoAnswerError(Bilingual, TimeoutError):
    """Nothing came in time, or not all of it."""

    def __init__(self, seconds: float) -> None:
        waited = f"{round(seconds, 2):g}"
        super().__init__(en=f"no answer within {waited} s", ja=f"{waited}秒以内に応答がありません")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How hard to try: attempts per call, and times in seconds."""

    attempts: int = 5
    connect_s: float = 3
    read_s: float = 10
    deadline_s: float = 120
    """The reading ends by then, even if a service does not answer."""
    at_once: int = 16
    """Calls under way at the same time; with one, there are no threads."""
    rates: Mapping[str, CallRate] = field(default_factory=call_rates)
    sleep: Callable[[float], None] = time.sleep
    """How a call waits for its turn."""


class RateLimiter:
    """Let callers through one after another, ``per_second`` at most, from any thread.

    After a pause ``burst`` of them go at once.
    """

    def __init__(
        self,
        per_second: float,
        *,
        burst: int = 1,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._step, self._clock, self._sleep = 1 / per_second, clock, sleep
        self._ahead = (burst - 1) * self._step
        self._next, self._lock = float("-inf"), threading.Lock()

    def wait(self) -> None:
        """Return when it is this caller's turn."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next - self._ahead)
            self._next = max(now, self._next) + self._step
        if (ahead := turn - self._clock()) > 0:
            self._sleep(ahead)


def within(seconds: float, ask: Callable[[], T]) -> T:
    """Return or raise what ``ask`` does within ``seconds``, or raise NoAnswerError and abandon its thread.

    A socket's own timeout restarts with each byte, so an answer that arrives in drips never reaches it.
    Without a limit (`math.inf`) there is nothing to abandon, and no thread.
    """
    if seconds == inf:
        return ask()
    ended = Future[T]()

    def run() -> None:
        try:
            ended.set_result(ask())
        except Exception as error:  # noqa: BLE001 - handed to the caller that asked
            ended.set_exception(error)

    threading.Thread(target=run, name="ask", daemon=True).start()
    if not wait([ended], seconds).done:
        raise NoAnswerError(seconds)
    return ended.result()


def boto_session(region: str | None = None, profile: str | None = None) -> boto3.Session:
    """Return a session of its own credentials; raises what ``boto3.Session`` does.

    Each session would read the files anew: a run has a dozen, and half a second of parsing JSON in each.
    """
    core = get_session()
    core.register_component("data_loader", loader())
    return boto3.Session(profile_name=profile, region_name=region, botocore_session=core)


def custom_endpoints(session: Any, environ: Mapping[str, str] = os.environ) -> str | None:
    """Name the endpoints that are not AWS's own, or return None.

    ``AWS_ENDPOINT_URL`` is only one of the ways: each service has a variable of its own, and a
    profile may have ``endpoint_url`` or a ``services`` section.
    """
    core = session._session  # noqa: SLF001 - boto3 shows its configuration nowhere else
    if core.get_config_variable("ignore_configured_endpoint_urls"):
        return None
    endpoints = {
        service: url
        for service, name in SERVICES.items()
        if (url := _configured(core, name, environ)) is not None
    }
    urls = sorted(set(endpoints.values()))
    if len(urls) == 1 and len(endpoints) == len(SERVICES):
        return urls[0]
    return ", ".join(f"{name}: {url}" for name, url in endpoints.items()) or None


def _configured(core: Any, name: str, environ: Mapping[str, str]) -> str | None:
    provider = ConfiguredEndpointProvider(
        full_config=core.full_config,
        scoped_config=core.get_scoped_config(),
        client_name=name,
        environ=environ,
    )
    url: str | None = provider.provide()
    return url
