"""Lambda authorizers: who asks, whether its policy allows the method, how long the answer is cached."""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws.iam.condition import context
from aws.iam.evaluation import EvalDecision, evaluate
from aws.iam.statement import parse
from local.functions.invocation import Invocation
from local.gateway.call import ApiCall, text_of
from local.gateway.export import DEFAULT_TIMEOUT_MS, ttl_seconds
from local.gateway.invoke import Invoker, request_authorizer_event
from local.gateway.refusal import GatewayRefusal

_NO_ANSWER = frozenset({"INTEGRATION_TIMEOUT", "DEFAULT_5XX"})
"""How an integration fails whose function is there and may be called."""
_REMEMBERED = 10_000
_EXPLICIT = "User is not authorized to access this resource with an explicit deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """What an authorizer returned. The policy is judged anew for each method that it is used on."""

    policy: Mapping[str, Any]
    context: Mapping[str, str]
    usage_identifier_key: str


class Authorizers:
    """Asks authorizers, and remembers each verdict for the authorizer's TTL, refusals too."""

    def __init__(self, invoker: Invoker, now: Callable[[], float]) -> None:
        self._invoker = invoker
        self._now = now
        self._verdicts: dict[tuple[str, ...], tuple[float, _Verdict]] = {}
        self._lock = threading.Lock()

    def judge(self, call: ApiCall, authorizer: Any) -> None:
        """Let the call pass by an authorizer of moto's, with ``requestContext.authorizer`` filled, or raise `GatewayRefusal`.

        A verdict is remembered by identity source, not by method: a policy for one route alone refuses
        the next route until it expires (AWS: Configure a Lambda authorizer, caching).
        """
        identity = _identity(call, authorizer)
        served = call.served
        key = (served.api_id, served.stage, authorizer.id, authorizer.authorizer_uri, *identity)
        (expires, verdict), latency_ms = self._verdicts.get(key, (0.0, None)), 0
        if verdict is None or expires <= self._now():
            began = self._now()
            verdict = self._ask(call, authorizer, identity)
            latency_ms = round((self._now() - began) * 1000)
            self._remember(key, verdict, ttl_seconds(authorizer) if identity else 0)
        call.context["authorizer"] = {**verdict.context, "integrationLatency": latency_ms}
        call.usage_identifier_key = verdict.usage_identifier_key
        decision = _decision(verdict.policy, call.method_arn)
        if decision is not EvalDecision.ALLOWED:
            message = _EXPLICIT if decision is EvalDecision.EXPLICITLY_DENIED else ""
            why = f"{call.method_arn} is {decision.value}"
            raise GatewayRefusal("ACCESS_DENIED", message=message, why=why)

    def _ask(self, call: ApiCall, authorizer: Any, identity: tuple[str, ...]) -> _Verdict:
        event = (
            request_authorizer_event(call)
            if authorizer.type == "REQUEST"
            else {"type": "TOKEN", "authorizationToken": identity[0], "methodArn": call.method_arn}
        )
        source = call.execute_api_arn(f"authorizers/{authorizer.id}")
        try:
            invocation = self._invoker.invoke(
                call,
                authorizer.authorizer_uri,
                event,
                source_arn=source,
                timeout_ms=DEFAULT_TIMEOUT_MS,
            )
        except GatewayRefusal as failed:
            unanswered = failed.kind in _NO_ANSWER
            kind = "AUTHORIZER_FAILURE" if unanswered else "AUTHORIZER_CONFIGURATION_ERROR"
            raise GatewayRefusal(kind, why=failed.why) from failed
        return _verdict(invocation, call.method_arn)

    def _remember(self, key: tuple[str, ...], verdict: _Verdict, ttl_s: int) -> None:
        if ttl_s <= 0:
            return
        with self._lock:
            if len(self._verdicts) >= _REMEMBERED:
                self._verdicts.clear()
            self._verdicts[key] = (self._now() + ttl_s, verdict)


def _identity(call: ApiCall, authorizer: Any) -> tuple[str, ...]:
    """Return the values of the identity sources; a missing one is a 401 without asking anyone."""
    sources = [
        source.strip() for source in (authorizer.identity_source or "").split(",") if source.strip()
    ]
    values = tuple(text_of(source, call) for source in sources)
    # A REQUEST authorizer that remembers nothing is asked even without its identity sources.
    required = authorizer.type == "TOKEN" or ttl_seconds(authorizer) > 0
    if required and not (values and all(values)):
        raise GatewayRefusal("UNAUTHORIZED", why=f"no value for {authorizer.identity_source}")
    expression = authorizer.identity_validation_expression
    if expression and authorizer.type == "TOKEN" and not re.fullmatch(expression, values[0]):
        raise GatewayRefusal(
            "UNAUTHORIZED", why="the token does not match the validation expression"
        )
    return values if all(values) else ()


def _verdict(invocation: Invocation, method_arn: str) -> _Verdict:
    try:
        answer = json.loads(invocation.payload)
        if invocation.function_error:
            raise _raised(answer)
        principal, policy = answer["principalId"], answer["policyDocument"]
        _decision(policy, method_arn)  # only a policy that can be judged is remembered
        context = _flat(answer.get("context") or {})
    except (ValueError, KeyError, TypeError, AttributeError) as malformed:
        why = f"the authorizer's answer is malformed: {malformed!r}"
        raise GatewayRefusal("AUTHORIZER_CONFIGURATION_ERROR", why=why) from malformed
    return _Verdict(
        policy=policy,
        context={**context, "principalId": str(principal)},
        usage_identifier_key=str(answer.get("usageIdentifierKey") or ""),
    )


def _raised(error: Mapping[str, Any]) -> GatewayRefusal:
    # The one message with a meaning; any other error is the authorizer's fault, a 500.
    message = error.get("errorMessage")
    if message == "Unauthorized":
        return GatewayRefusal("UNAUTHORIZED", why="the authorizer raised Unauthorized")
    return GatewayRefusal("AUTHORIZER_CONFIGURATION_ERROR", why=f"the authorizer failed: {message}")


def _flat(context: Mapping[str, Any]) -> dict[str, str]:
    """Functions get every value as a string; AWS accepts no object and no list here."""
    if any(isinstance(value, dict | list) for value in context.values()):
        raise TypeError("context holds an object or a list")
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in context.items()
        if value is not None
    }


def _decision(policy: Mapping[str, Any], method_arn: str) -> EvalDecision:
    """Decide by the policy alone: a statement with a condition, which is not known here, allows no caller."""
    statements = parse(policy, "authorizer")
    if not statements:
        raise ValueError("no Statement")
    return evaluate(statements, "execute-api:Invoke", method_arn, context({})).outcome
