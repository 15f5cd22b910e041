"""The only way to AWS for readers: each call is counted, rate-limited and bounded, each failure explained.

ReadFailure       what was asked and why there is no answer
├── Gone          AWS says that the thing does not exist
└── TimeIsUp      the whole reading took too long; nothing more is asked
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from aws.answers import UnreadableAnswerError, VerifyingTransport
from aws.dated import CallRate, call_rates
from aws.ledger import Ledger, Unplanned, unplanned
from aws.redaction.leak import Leak, Search
from aws.redaction.secret_text import Needles
from aws.visible import well_formed

GONE = frozenset(
    {
        "NoSuchBucket",
        "NoSuchEntity",
        "NotFound",
        "NotFoundException",
        "ResourceNotFound",
        "ResourceNotFoundException",
        "TableNotFoundException",
    }
)
"""Error codes that mean "there is no such thing"; a bare 404 is not one, since a proxy can answer it."""

MARKERS = (
    *("Marker", "NextMarker", "NextToken", "nextToken", "position"),
    *("LastEvaluatedKey", "LastEvaluatedTableName"),
)
MAX_MESSAGE = 300
SECRET_VALUE = "secretsmanager:GetSecretValue"  # noqa: S105 - the one call that may answer with a secret


class ReadFailure(Exception):  # noqa: N818 - it reads as the reason that a section is unreadable
    """``service:Action: code: message``, fit to be shown to anybody."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


class Gone(ReadFailure):
    """What was asked for does not exist."""


class TimeIsUp(ReadFailure):
    """The deadline of the reading passed before this call was made."""


class Answer(dict[str, Any]):
    """An answer, or a structure within it: to ask for a member that it lacks is a ReadFailure that names it.

    AWS's models require next to nothing of an answer, so that any member may be absent from any of them.
    """

    call: str = ""
    """``service:Operation``"""
    path: str = ""

    @classmethod
    def of(cls, call: str, value: Any, path: str = "") -> Any:
        """Return the value with every mapping in it as an Answer."""
        if isinstance(value, Mapping):
            made = cls(
                (name, cls.of(call, one, f"{path}.{name}".lstrip(".")))
                for name, one in value.items()
            )
            made.call, made.path = call, path
            return made
        if isinstance(value, list):
            return [cls.of(call, one, path) for one in value]
        return value

    def __missing__(self, member: str) -> Any:
        raise ReadFailure(f"{self.call}: the answer has no {f'{self.path}.{member}'.lstrip('.')}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How hard to try: attempts per call, and times in seconds."""

    attempts: int = 5
    connect_s: float = 3
    read_s: float = 10
    deadline_s: float = 120
    """The reading ends by then, whatever a service does."""
    at_once: int = 16
    """Calls under way at the same time."""
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


class Aws:
    """Clients of one session, each made once; safe to share between threads."""

    def __init__(
        self,
        session: boto3.Session,
        region: str,
        retry: RetryPolicy,
        ledger: Ledger | None = None,
    ) -> None:
        self.calls: Counter[str] = Counter()
        """``service:Action`` -> HTTP requests sent, retries included."""
        self.partition: str = session.get_partition_for_region(region)
        self.at_once = retry.at_once
        self._session, self._region, self._retry = session, region, retry
        self._clients: dict[str, BaseClient] = {}
        self._making, self._counting = threading.Lock(), threading.Lock()
        self._under_way = threading.BoundedSemaphore(retry.at_once)
        self._limiters = {
            what: RateLimiter(rate.per_second, burst=rate.burst, sleep=retry.sleep)
            for what, rate in retry.rates.items()
        }
        # Whatever is begun by then has ended by the deadline, even if nobody answers.
        self._last_start = time.monotonic() + retry.deadline_s - retry.connect_s - retry.read_s
        self._ledger, self._unplanned = ledger or {}, set[Unplanned]()
        self._search = Search({})

    def call(
        self, service: str, operation: str, *, empty_on: Collection[str] = (), **parameters: object
    ) -> dict[str, Any]:
        """Make one call; an error code in ``empty_on`` is the answer "nothing set", ``{}``."""
        client = self._client(service)
        try:
            with self._under_way, _read_failures(client, service, operation):
                answer: dict[str, Any] = getattr(client, operation)(**parameters)
        except ReadFailure as failure:
            if failure.code in empty_on:
                return {}
            raise
        return self._enter(client, service, operation, parameters, answer)

    def pages(self, service: str, operation: str, **parameters: object) -> Iterator[dict[str, Any]]:
        """Yield every page of a listing, in order."""
        client = self._client(service)
        pages = iter(client.get_paginator(operation).paginate(**parameters))
        while True:
            with self._under_way, _read_failures(client, service, operation):
                page = next(pages, None)
            if page is None:
                return
            if flaw := _short(page):
                raise ReadFailure(f"{_action(client, service, operation)}: {flaw}")
            yield self._enter(client, service, operation, parameters, page)

    def listed(self, service: str, operation: str, key: str, **parameters: object) -> list[Any]:
        """Return the entries under ``key`` of every page.

        A page without the key is no empty list but an answer that we do not understand; only API
        Gateway leaves it out when there is nothing.
        """
        entries: list[Any] = []
        for page in self.pages(service, operation, **parameters):
            if key not in page and service != "apigateway":
                action = _action(self._client(service), service, operation)
                raise ReadFailure(f"{action}: the answer has no {key}")
            entries += page.get(key, ())
        return entries

    def unplanned(self, kind: str, name: str) -> tuple[Unplanned, ...]:
        """Return what nobody planned of one resource, in all that was answered so far."""
        with self._counting:
            found = [one for one in self._unplanned if (one.kind.en, one.name) == (kind, name)]
        return tuple(sorted(found, key=lambda one: (one.fact.en, one.call, one.found)))

    def search_for(self, needles: Needles) -> None:
        """Replace the texts of these secrets in every answer from now on, and note where they stood."""
        self._search = Search(needles)

    @property
    def leaks(self) -> tuple[Leak, ...]:
        """Where secrets stood in what was answered so far."""
        return self._search.leaks

    def clean(self, call: str, parameters: Mapping[str, object], text: Any) -> Any:
        """Search what a reader took out of a stream; see ``search_for``."""
        return self._search.clean(call, parameters, well_formed(text))

    def _enter(
        self,
        client: BaseClient,
        service: str,
        operation: str,
        parameters: Mapping[str, object],
        answer: dict[str, Any],
    ) -> dict[str, Any]:
        """Let an answer in: without secrets, and held against the ledger, whichever reader asked."""
        call, answer = _action(client, service, operation), well_formed(answer)
        if call == SECRET_VALUE:
            return cast("Answer", Answer.of(call, answer))
        cleaned = cast("Answer", Answer.of(call, self._search.clean(call, parameters, answer)))
        if (entry := self._ledger.get(call)) is None:
            return cleaned
        if absent := {one for one in entry.needs if answer.get(one) in (None, {}, "")}:
            raise ReadFailure(f"{call}: the answer has no {', '.join(sorted(absent))}")
        model = client.meta.service_model.operation_model(call.partition(":")[2])
        found = [*unplanned(call, entry, model.output_shape, parameters, cleaned)]
        with self._counting:
            self._unplanned.update(found)
        return cleaned

    def _client(self, service: str) -> BaseClient:
        with self._making:  # clients are thread-safe, a session is not
            if service not in self._clients:
                self._clients[service] = self._made(service)
            return self._clients[service]

    def _made(self, service: str) -> BaseClient:
        retry = self._retry
        config = Config(
            retries={
                # Never adaptive: its own waiting knows no deadline.
                "mode": "standard",
                "total_max_attempts": retry.attempts,
            },
            connect_timeout=retry.connect_s,
            read_timeout=retry.read_s,
            max_pool_connections=retry.at_once,
        )
        client = self._session.client(service, region_name=self._region, config=config)

        def before_send(event_name: str, request: AWSPreparedRequest, **_: object) -> None:
            request.operation = event_name.rpartition(".")[2]
            self._admit(service, request.operation)

        client.meta.events.register_first("before-send", before_send)
        endpoint = client._endpoint  # noqa: SLF001 - botocore has no other way to its transport
        endpoint.http_session = VerifyingTransport(endpoint.http_session, client)
        return client

    def _admit(self, service: str, action: str) -> None:
        """Count a request just before it is sent; rate-limit it, or refuse it after the deadline."""
        name = f"{service}:{action}"
        self._refuse_late(name)
        if limiter := self._limiters.get(name) or self._limiters.get(service):
            with self._not_under_way():
                limiter.wait()
            self._refuse_late(name)
        with self._counting:
            self.calls[name] += 1

    def _refuse_late(self, name: str) -> None:
        if time.monotonic() > self._last_start:
            raise TimeIsUp(f"{name}: not asked, {self._retry.deadline_s:g} s were over")

    @contextmanager
    def _not_under_way(self) -> Iterator[None]:
        """Give the slot of a call away: whoever waits for the turn of one service holds up no other."""
        self._under_way.release()
        try:
            yield
        finally:
            self._under_way.acquire()


def _short(page: Mapping[str, Any]) -> str:
    """Say how a page is shorter than it says itself; empty where it says nothing of that.

    botocore ends a listing at a page without a token, whatever else that page says. Only IAM, KMS and DynamoDB say
    more: a token that somebody takes out of another service's answer is missed by nobody.
    """
    goes_on = page.get("IsTruncated") or page.get("Truncated")
    if goes_on and not any(map(page.get, MARKERS)):
        return "the answer is truncated, but has no marker of the next page"
    items, counted = page.get("Items"), page.get("Count")
    if items is not None and counted is not None and counted != len(items):
        return f"the answer counts {counted} items, but holds {len(items)}"
    return ""


@contextmanager
def _read_failures(client: BaseClient, service: str, operation: str) -> Iterator[None]:
    """Turn whatever botocore raises into a ReadFailure that repeats no parameter and no body."""
    action = _action(client, service, operation)
    try:
        yield
    except ClientError as error:
        code = error.response["Error"].get("Code", "Unknown")
        reason = f"{action}: {code}{_message(code, error)}"
        raise (Gone if code in GONE else ReadFailure)(reason, code) from None
    except UnreadableAnswerError as error:
        raise ReadFailure(f"{action}: {error}") from None
    except (HTTPClientError, NoConnectionError, NoCredentialsError) as error:
        raise ReadFailure(f"{action}: {type(error).__name__}: {error}") from None
    except (BotoCoreError, ResponseParserError) as error:
        # Its text may repeat the body of an answer (unparsable) or a parameter: class name only.
        raise ReadFailure(f"{action}: {type(error).__name__}") from None
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        # botocore's parsers raise whatever comes of text for an object, or of a word for a number.
        raise ReadFailure(f"{action}: the answer is garbled") from None


def _message(code: str, error: ClientError) -> str:
    """Repeat AWS's own words; under a bare HTTP status botocore puts the body there, whatever it is."""
    words = " ".join(error.response["Error"].get("Message", "").split())
    return f": {words[:MAX_MESSAGE]}" if words and not code.isdigit() else ""


def _action(client: BaseClient, service: str, operation: str) -> str:
    return f"{service}:{client.meta.method_to_api_mapping[operation]}"
