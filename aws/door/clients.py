"""The only way to AWS for readers: calls are counted, rate-limited and bounded; answers are searched for secrets."""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSRequest
from botocore.client import BaseClient
from botocore.config import Config

from aws.door.failures import AwsAnswer, ReadFailure, action_of, lacking_member, read_failures
from aws.door.sessions import RateLimiter, RetryPolicy, within
from aws.door.verifying_transport import verify_answers
from aws.ledger import Ledger, Unplanned, unplanned
from aws.raw import Raw
from aws.redaction.leak import Leak, Search
from aws.redaction.secret_text import Needles
from aws.visible import well_formed
from aws.words import Words

OF_AWS = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
LARGEST = 262_144_000
"""Bytes that Lambda allows a package, unzipped."""
MARKERS = (
    *("Marker", "NextMarker", "NextToken", "nextToken", "position"),
    *("LastEvaluatedKey", "LastEvaluatedTableName"),
)
SECRET_VALUE = "secretsmanager:GetSecretValue"  # noqa: S105 - the one call that may answer with a secret


def downloaded(client: BaseClient, action: str, link: str) -> bytes:
    """Return what a link leads to; ReadFailure where that is no host of AWS, or not a package.

    It is sent without credentials, by the transport of the client, which knows proxies and certificates.
    """
    _require_host(client.meta.endpoint_url, action, link)
    transport: Any = client._endpoint.http_session  # noqa: SLF001 - botocore has no other way to it
    send = getattr(transport, "fetch", transport.send)
    response = send(AWSRequest(method="GET", url=link).prepare())
    if response.status_code != 200:
        raise ReadFailure.of(
            action,
            f"the link to the code answers {response.status_code}",
            f"コードへのリンクの応答が{response.status_code}です",
        )
    content: bytes = response.content
    if len(content) > LARGEST:
        raise ReadFailure.of(
            action, "the code is larger than Lambda allows", "コードがLambdaの上限を超えています"
        )
    return content


def _require_host(endpoint: str, action: str, link: str) -> None:
    there, own = urlsplit(link), urlsplit(endpoint)
    of_aws = there.scheme == "https" and OF_AWS.fullmatch(there.hostname or "")
    elsewhere = OF_AWS.fullmatch(own.hostname or "") is None and there.netloc == own.netloc
    if not of_aws and not elsewhere:
        raise ReadFailure.of(
            action,
            f"the link to the code leads to {there.hostname}, which is not AWS",
            f"コードへのリンク先が{there.hostname}で、AWSではありません",
        )


class Aws:
    """Clients of one session, each made once; safe to share between threads."""

    def __init__(
        self, session: boto3.Session, region: str, retry: RetryPolicy, ledger: Ledger | None = None
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
            api: RateLimiter(rate.per_second, burst=rate.burst, sleep=retry.sleep)
            for api, rate in retry.rates.items()
        }
        self._deadline = time.monotonic() + retry.deadline_s
        self._ledger, self._unplanned = ledger or {}, set[Unplanned]()
        self._search = Search({})

    def call(
        self, service: str, operation: str, *, empty_on: Collection[str] = (), **parameters: object
    ) -> dict[str, Any]:
        """Make one call. An error code in ``empty_on`` means "nothing set" and returns ``{}``."""
        client = self._client(service)
        try:
            with self._under_way, read_failures(client, service, operation):
                ask = partial(_whole, partial(getattr(client, operation), **parameters))
                answer: dict[str, Any] = within(self._seconds_left(), ask)
        except ReadFailure as failure:
            if failure.code in empty_on:
                return {}
            raise
        return self._enter(client, service, operation, parameters, answer)

    def pages(self, service: str, operation: str, **parameters: object) -> Iterator[dict[str, Any]]:
        """Yield every page of a listing, in order."""
        client = self._client(service)
        # Each thread that asks first would list the folders of all of botocore's services.
        with self._making:
            pages = iter(client.get_paginator(operation).paginate(**parameters))
        while True:
            with self._under_way, read_failures(client, service, operation):
                page = within(self._seconds_left(), partial(next, pages, None))
            if page is None:
                return
            if flaw := _short(page):
                raise ReadFailure.of(action_of(client, service, operation), flaw, flaw)
            yield self._enter(client, service, operation, parameters, page)

    def listed(self, service: str, operation: str, key: str, **parameters: object) -> list[Any]:
        """Return the entries under ``key`` of every page.

        A page without the key is not an empty list but an answer that we do not understand; only API
        Gateway leaves it out when there is nothing.
        """
        entries: list[Any] = []
        for page in self.pages(service, operation, **parameters):
            if key not in page and service != "apigateway":
                action = action_of(self._client(service), service, operation)
                raise lacking_member(action, key)
            entries += page.get(key, ())
        return entries

    def code_of(self, name: str, version: str) -> bytes:
        """Return the package of a version of a function, from the link that Lambda answers."""
        client, action = self._client("lambda"), "lambda:GetFunction"
        answer = self.call("lambda", "get_function", FunctionName=name, Qualifier=version)
        with self._under_way, read_failures(client, "lambda", "get_function"):
            return downloaded(client, action, str(answer.get("Code", {}).get("Location", "")))

    def unplanned(self, kind: Words, name: str) -> tuple[Unplanned, ...]:
        """Return the unplanned settings of one resource, from all answers so far."""
        with self._counting:
            own = [each for each in self._unplanned if (each.kind, each.name) == (kind, name)]
        return tuple(sorted(own, key=lambda each: (each.fact.en, each.call, each.found)))

    def search_for(self, needles: Needles) -> None:
        """Replace the texts of these secrets in every answer from now on, and record where they were."""
        self._search = Search(needles)

    @property
    def leaks(self) -> tuple[Leak, ...]:
        """Return where secrets were found in the answers so far."""
        return self._search.leaks

    def clean(self, call: str, parameters: Mapping[str, object], text: Any) -> Any:
        """Search the content that a reader took from a stream; see ``search_for``."""
        return self._search.clean(call, parameters, well_formed(text))

    def note_keys(self, call: str, place: str, text: str) -> None:
        self._search.note_keys(call, place, text)

    def _enter(
        self,
        client: BaseClient,
        service: str,
        operation: str,
        parameters: Mapping[str, object],
        answer: dict[str, Any],
    ) -> dict[str, Any]:
        """Accept an answer: remove secrets and compare it with the ledger, for every reader."""
        call, answer = action_of(client, service, operation), well_formed(answer)
        if call == SECRET_VALUE:
            return cast("AwsAnswer", AwsAnswer.of(call, answer))
        cleaned = cast(
            "AwsAnswer", AwsAnswer.of(call, self._search.clean(call, parameters, answer))
        )
        if (entry := self._ledger.get(call)) is None:
            return cleaned
        if absent := {need for need in entry.needs if answer.get(need) in (None, {}, "")}:
            raise lacking_member(call, ", ".join(sorted(absent)))
        model = client.meta.service_model.operation_model(call.partition(":")[2])
        settings = [*unplanned(call, entry, model.output_shape, parameters, cleaned)]
        with self._counting:
            self._unplanned.update(settings)
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
                # Never adaptive: its own waiting has no deadline.
                "mode": "standard",
                "total_max_attempts": retry.attempts,
            },
            connect_timeout=retry.connect_s,
            read_timeout=retry.read_s,
            max_pool_connections=retry.at_once,
        )
        client = self._session.client(service, region_name=self._region, config=config)

        def before_send(event_name: str, **_: object) -> None:
            self._admit(service, event_name.rpartition(".")[2])

        client.meta.events.register_first("before-send", before_send)
        verify_answers(client, partial(self._needed, service))
        return client

    def _needed(self, service: str, operation: str) -> Collection[str]:
        entry = self._ledger.get(f"{service}:{operation}")
        return entry.needs if entry else ()

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

    def _seconds_left(self) -> float:
        """Return the seconds until the deadline, 0.1 at least; ``_refuse_late`` refuses calls before they are sent."""
        return max(self._deadline - time.monotonic(), 0.1)

    def _refuse_late(self, name: str) -> None:
        if time.monotonic() > self._deadline:
            seconds = f"{self._retry.deadline_s:g}"
            raise ReadFailure.of(
                name,
                f"not asked, {seconds} s were over",
                f"{seconds}秒の期限を過ぎたため問い合わせていません",
            )

    @contextmanager
    def _not_under_way(self) -> Iterator[None]:
        """Release the slot of a call while it waits for its service's rate, so that other services proceed."""
        self._under_way.release()
        try:
            yield
        finally:
            self._under_way.acquire()


def _whole(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return the answer with the text of its stream, if it has one: a stream is as late, or as broken, as any answer."""
    answer = ask()
    return {
        name: value.read() if hasattr(value, "read") else value for name, value in answer.items()
    }


def _short(page: Raw) -> str:
    """Say how a page is shorter than it says itself; empty where it says nothing of that.

    botocore ends a listing at a page without a token, even if that page says that there is more. Only IAM, KMS and DynamoDB
    say that; in another service's answer, a missing token goes unnoticed.
    """
    goes_on = page.get("IsTruncated") or page.get("Truncated")
    if goes_on and not any(map(page.get, MARKERS)):
        return "the answer is truncated, but has no marker of the next page"
    items, counted = page.get("Items"), page.get("Count")
    if items is not None and counted is not None and counted != len(items):
        return f"the answer counts {counted} items, but holds {len(items)}"
    return ""


def every_page(aws: Aws, service: str, operation: str, key: str, **parameters: str) -> list[Any]:
    """Return the entries under ``key`` of every page that ``NextToken`` leads to."""
    entries: list[Any] = []
    tokens: list[str] = []
    while True:
        more: dict[str, str] = {"NextToken": tokens[-1]} if tokens else {}
        answer = aws.call(service, operation, **parameters, **more)
        entries += answer[key]
        if not (token := answer.get("NextToken")):
            return entries
        if token in tokens:
            raise ReadFailure.of(
                f"{service}: {operation}",
                "the same page is answered again",
                "同じページが繰り返し返されています",
            )
        tokens.append(token)
