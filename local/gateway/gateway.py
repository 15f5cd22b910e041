"""The local API Gateway data plane: serves deployed APIs over HTTP on loopback, judging each request in AWS's order."""

import base64
import hashlib
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from local.aws.request import READERS_WAIT_S, Request
from local.functions.functions import Functions
from local.gateway.access_log import AccessLog
from local.gateway.authorizer import Authorizers
from local.gateway.call import ApiCall, Owner, new_context, new_ids
from local.gateway.control import MotoControl
from local.gateway.directory import Deployments, Directory
from local.gateway.invoke import Invoker
from local.gateway.proxy import proxy
from local.gateway.refusal import RESPONSE_TYPES, GatewayRefusal
from local.gateway.responses import forbidden, mock, refuse
from local.gateway.snapshot import Method, Route
from local.gateway.throttle import TokenBuckets, admit
from local.http import HttpReply, HttpRequest, LoopbackServer

LARGEST_REQUEST_BYTES = 10 * 1024 * 1024
"""API Gateway's payload quota for REST APIs."""
_log = logging.getLogger(__name__)


class Pipeline:
    """Takes a request to its reply. Holds what outlives a request: buckets and verdicts."""

    def __init__(
        self,
        directory: Directory,
        invoker: Invoker,
        access_log: AccessLog,
        owner: Owner,
        now: Callable[[], float],
    ) -> None:
        self._directory = directory
        self._invoker = invoker
        self._access_log = access_log
        self._owner = owner
        self._now = now
        self._throttle = TokenBuckets(now)
        self._authorizers = Authorizers(invoker, now)

    def answer(self, request: HttpRequest) -> HttpReply:
        """Judge, invoke and log one request. Every reply carries the ids that logs are searched by."""
        began = time.perf_counter()
        call = self._call(request)
        if call is None:
            return _with_ids(forbidden(), new_ids())
        try:
            reply = self._judged(call)
        except GatewayRefusal as refusal:
            level = logging.WARNING if refusal.status >= 500 else logging.DEBUG
            _log.log(level, "%s %s: %s", request.verb, request.path, refusal)
            reply = refuse(refusal, call)
        call.outcome |= {
            "status": reply.status,
            "responseLength": len(reply.body),
            "responseLatency": round((time.perf_counter() - began) * 1000),
        }
        self._access_log.note(call)
        return _with_ids(reply, call.context)

    def _call(self, request: HttpRequest) -> ApiCall | None:
        served, path = self._directory.find(request.path)
        if served is None:
            return None
        owner = self._owner
        context = new_context(request, path, served, owner.account, self._now())
        return ApiCall(request=request, path=path, served=served, owner=owner, context=context)

    def _judged(self, call: ApiCall) -> HttpReply:
        """Route, throttle, authorizer, API key with its plan, integration: the first to object answers.

        The authorizer comes before the usage plan (AWS re:Post, "How can I use API Gateway logs for
        troubleshooting?": the plan is verified after the authorizer's log lines). For stage and account
        limits AWS states no place. They come first here, since AWS logs nothing of what they reject.
        """
        if call.request.length > LARGEST_REQUEST_BYTES:
            raise GatewayRefusal("REQUEST_TOO_LARGE", why=f"{call.request.length} bytes")
        method = call.take(_route(call)).method
        self._admit(call, method)
        self._authorize(call, method)
        self._identify(call, method)
        return self._integrate(call, method)

    def _admit(self, call: ApiCall, method: Method) -> None:
        served = call.served
        bucket = ("method", served.api_id, served.stage, method.path, method.verb)
        limit = served.settings.limit_of(method.path, method.verb)
        if not (
            self._throttle.admits(bucket, limit)
            and self._throttle.admits("account", served.account_limit)
        ):
            raise GatewayRefusal(
                "THROTTLED", why=f"{limit} of {method.verb} {method.path}, or the account's"
            )

    def _authorize(self, call: ApiCall, method: Method) -> None:
        if method.authorization == "NONE":
            return
        if method.authorization == "AWS_IAM":
            # Signatures are not verified here, so no signature is good enough.
            raise GatewayRefusal(
                "MISSING_AUTHENTICATION_TOKEN", why="AWS_IAM is not served locally"
            )
        authorizer = call.served.snapshot.authorizers.get(method.authorizer_id or "")
        if method.authorization != "CUSTOM" or authorizer is None:
            why = f"no Lambda authorizer for {method.authorization} {method.authorizer_id}"
            raise GatewayRefusal("AUTHORIZER_CONFIGURATION_ERROR", why=why)
        self._authorizers.judge(call, authorizer)

    def _identify(self, call: ApiCall, method: Method) -> None:
        if not method.api_key_required:
            return
        served = call.served
        by_authorizer = served.snapshot.key_by_authorizer
        value = call.usage_identifier_key if by_authorizer else call.request.header("x-api-key")
        stage, asked = (served.api_id, served.stage), (method.path, method.verb)
        key = admit(self._throttle, served.plans, stage, asked, value or "")
        call.context["identity"] |= {"apiKey": key.value, "apiKeyId": key.id}

    def _integrate(self, call: ApiCall, method: Method) -> HttpReply:
        integration = method.integration
        kind = integration.kind if integration else "no integration"
        if integration and kind == "MOCK":
            return mock(call, method, integration)
        if integration is None or kind != "AWS_PROXY":
            raise GatewayRefusal("API_CONFIGURATION_ERROR", why=f"{kind} is not served locally")
        began = time.perf_counter()
        try:
            return proxy(call, integration, self._invoker)
        finally:
            call.outcome["integrationLatency"] = round((time.perf_counter() - began) * 1000)


def _route(call: ApiCall) -> Route:
    """Find the method. If there is none, AWS reads the Authorization header as a signature."""
    try:
        return call.served.routes.match(call.request.verb, call.path)
    except GatewayRefusal as unknown:
        header = call.request.header("Authorization")
        if not header or "=" in header:
            raise
        hashed = base64.b64encode(hashlib.sha256(header.encode()).digest()).decode()
        message = RESPONSE_TYPES["INVALID_SIGNATURE"].message or ""
        raise GatewayRefusal(
            "INVALID_SIGNATURE", message=message.format(hashed), why=unknown.why
        ) from unknown


def _with_ids(reply: HttpReply, ids: dict[str, str]) -> HttpReply:
    headers = (
        ("x-amzn-RequestId", ids["requestId"]),
        ("x-amz-apigw-id", ids["extendedRequestId"]),
        *reply.headers,
    )
    return HttpReply(status=reply.status, headers=headers, body=reply.body)


INTEGRATION_LIMIT_S = 29.0
"""API Gateway's default integration time-out; a function's own 30 s never get their last second."""


class Gateway:
    """Serves from entry to exit. Not served: WAF, resource policies, caches, canaries, Velocity.

    Stage settings, plans and deployments are read again when `observe` or `changed` is told of a change.
    ``now``: seconds since the epoch, for buckets and TTLs.
    """

    def __init__(  # noqa: PLR0913 - three neighbours, and seams that have defaults
        self,
        deployments: Deployments,
        functions: Functions,
        control: MotoControl,
        *,
        account: str,
        region: str,
        port: int = 0,
        now: Callable[[], float] = time.time,
        integration_limit_s: float = INTEGRATION_LIMIT_S,
    ) -> None:
        self._directory = Directory(deployments, control)
        self._invoker = Invoker(functions, limit_s=integration_limit_s)
        self._access_log = AccessLog(control)
        owner = Owner(account=account, region=region)
        self._server = LoopbackServer(
            Pipeline(self._directory, self._invoker, self._access_log, owner, now).answer,
            port,
            largest=LARGEST_REQUEST_BYTES,
            chunked=False,
        )

    def __enter__(self) -> Self:
        self._access_log.start()
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        self._invoker.close()
        self._access_log.close()

    @property
    def port(self) -> int:
        """Return the port on 127.0.0.1."""
        return self._server.server_port

    def observe(self, request: Request, _: object) -> None:
        """Take note of a call that the AWS API has carried out; give this to its list of observers."""
        # Not every call: the gateway's own readings would make it read again before each request.
        if request.service == "apigateway" and not request.operation.startswith("Get"):
            self.changed()

    def extension(self, request: Request) -> None:
        """Answer no call of the AWS API, but write the access log before log lines are read there."""
        if request.reads_log_lines:
            with suppress(TimeoutError):  # the reader asks again
                self._access_log.flush(READERS_WAIT_S)

    def changed(self) -> None:
        """Note that something in the control plane changed: the next request reads it again."""
        self._directory.changed()
