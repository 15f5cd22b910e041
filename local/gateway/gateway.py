"""The local API Gateway data plane: serves deployed APIs over HTTP on loopback, judging each request in AWS's order."""

import logging
import time
import uuid
from collections.abc import Callable
from typing import Any, Self

from local.aws.moto import Moto
from local.functions.functions import Functions
from local.gateway.authorizer import Authorizers
from local.gateway.call import ApiCall, new_context, new_ids, render
from local.gateway.deployment import Route, served_at
from local.gateway.invoke import Invoker
from local.gateway.proxy import proxy
from local.gateway.refusal import GatewayRefusal
from local.gateway.responses import forbidden, mock, refuse
from local.gateway.throttle import TokenBuckets, admit, limit, limit_of
from local.http import HttpReply, HttpRequest, LoopbackServer

LARGEST_REQUEST_BYTES = 10 * 1024 * 1024
"""API Gateway's payload quota for REST APIs."""
INTEGRATION_LIMIT_S = 29.0
"""API Gateway's default integration time-out; a function's own 30 s never get their last second."""
_log = logging.getLogger(__name__)


class Gateway:
    """Serves from entry to exit. Not served: WAF, resource policies, caches, canaries, signatures, Velocity.

    ``now``: seconds since the epoch, for buckets and TTLs.
    """

    def __init__(
        self,
        functions: Functions,
        moto: Moto,
        region: str,
        *,
        now: Callable[[], float] = time.time,
        integration_limit_s: float = INTEGRATION_LIMIT_S,
    ) -> None:
        self._invoker = Invoker(functions, limit_s=integration_limit_s)
        self._log_stream = f"access/{uuid.uuid4().hex}"
        self._moto, self._region = moto, region
        self._now = now
        self._throttle = TokenBuckets(now)
        self._authorizers = Authorizers(self._invoker, now)
        self._server = LoopbackServer(self.answer, largest=LARGEST_REQUEST_BYTES)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        self._invoker.close()

    @property
    def port(self) -> int:
        return self._server.server_port

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
        self._log_access(call)
        return _with_ids(reply, call.context)

    def _call(self, request: HttpRequest) -> ApiCall | None:
        served, path = served_at(request.path, self._moto, self._region)
        if served is None:
            return None
        context = new_context(request, path, served, self._now())
        return ApiCall(request=request, path=path, served=served, context=context)

    def _log_access(self, call: ApiCall) -> None:
        """Write the line of an answered call in its stage's format; empty values read ``-``."""
        settings = call.served.settings.access_log_settings or {}
        # Firehose, the other destination, is not served.
        _, _, group = (settings.get("destinationArn") or "").partition(":log-group:")
        if not (group := group.removesuffix(":*")):
            return
        line = render(settings.get("format") or "", call, missing="-")
        event = {"timestamp": call.context["requestTimeEpoch"], "message": line}
        with self._moto.lock("logs"):
            logs = self._moto.backend("logs", self._region)
            if group in logs.groups:
                logs.ensure_log_stream(group, self._log_stream)
                logs.put_log_events(group, self._log_stream, [event])
            else:
                _log.warning("a line of the access log is lost: %s does not exist", group)

    def _judged(self, call: ApiCall) -> HttpReply:
        """Route, throttle, authorizer, API key with its plan, integration: the first to object answers.

        The authorizer comes before the usage plan (AWS re:Post, "How can I use API Gateway logs for
        troubleshooting?": the plan is verified after the authorizer's log lines). For stage and account
        limits AWS states no place. They come first here, since AWS logs nothing of what they reject.
        """
        if call.request.length > LARGEST_REQUEST_BYTES:
            raise GatewayRefusal("REQUEST_TOO_LARGE", why=f"{call.request.length} bytes")
        route = call.take(call.served.deployment.routes.match(call.request.verb, call.path))
        self._admit(call, route)
        self._authorize(call, route.method)
        self._identify(call, route)
        return self._integrate(call, route.method)

    def _admit(self, call: ApiCall, route: Route) -> None:
        served = call.served
        bucket = ("method", served.api_id, served.stage, route.path, route.verb)
        own = limit_of(served.settings, route.path, route.verb)
        all_methods = limit(served.backend.account.throttle_settings)
        if not (
            self._throttle.admits(bucket, own) and self._throttle.admits("account", all_methods)
        ):
            raise GatewayRefusal(
                "THROTTLED", why=f"{own} of {route.verb} {route.path}, or the account's"
            )

    def _authorize(self, call: ApiCall, method: Any) -> None:
        if method.authorization_type in {"NONE", None}:
            return
        if method.authorization_type == "AWS_IAM":
            # Signatures are not verified here, so no signature is good enough.
            raise GatewayRefusal(
                "MISSING_AUTHENTICATION_TOKEN", why="AWS_IAM is not served locally"
            )
        authorizer = call.served.deployment.api.authorizers.get(method.authorizer_id or "")
        if method.authorization_type != "CUSTOM" or authorizer is None:
            why = f"no Lambda authorizer for {method.authorization_type} {method.authorizer_id}"
            raise GatewayRefusal("AUTHORIZER_CONFIGURATION_ERROR", why=why)
        self._authorizers.judge(call, authorizer)

    def _identify(self, call: ApiCall, route: Route) -> None:
        if not route.method.api_key_required:
            return
        by_authorizer = call.served.deployment.api.api_key_source == "AUTHORIZER"
        value = call.usage_identifier_key if by_authorizer else call.request.header("x-api-key")
        key = admit(self._throttle, call.served, (route.path, route.verb), value or "")
        call.context["identity"] |= {"apiKey": key.value, "apiKeyId": key.id}

    def _integrate(self, call: ApiCall, method: Any) -> HttpReply:
        integration = method.method_integration
        kind = integration.integration_type if integration else "no integration"
        if kind == "MOCK":
            return mock(call, method)
        if kind != "AWS_PROXY":
            raise GatewayRefusal("API_CONFIGURATION_ERROR", why=f"{kind} is not served locally")
        began = time.perf_counter()
        try:
            return proxy(call, integration, self._invoker)
        finally:
            call.outcome["integrationLatency"] = round((time.perf_counter() - began) * 1000)


def _with_ids(reply: HttpReply, ids: dict[str, str]) -> HttpReply:
    headers = (
        ("x-amzn-RequestId", ids["requestId"]),
        ("x-amz-apigw-id", ids["extendedRequestId"]),
        *reply.headers,
    )
    return HttpReply(status=reply.status, headers=headers, body=reply.body)
