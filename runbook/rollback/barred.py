"""Routes of an earlier deployment that would answer 500: their functions no longer let the API invoke them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws.change import unless_absent
from aws.iam import Outcome, Statement, evaluate, parse
from aws.iam import context as request_context
from aws.words import Words
from runbook.converge import calls
from runbook.converge.deployments import by_hand
from runbook.converge.permissions import GATEWAY
from runbook.engine import StepContext

URI = re.compile(r".+:lambda:path/[\d-]+/functions/(?P<arn>arn:.+:function:[^$]+)/invocations")
"""One with a stage variable in it names no function yet, and is passed over."""
QUALIFIED = 8
"""Parts of a function's ARN with an alias or a version."""
ACTION = "lambda:InvokeFunction"
ANYBODY = {("*", "*"), ("AWS", "*"), ("Service", "*"), ("Service", GATEWAY)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """A function, with its qualifier, and the routes for which the API may not invoke it."""

    arn: str
    routes: tuple[str, ...]
    api: str
    """ARN by which API Gateway asks, without stage and route."""

    def told(self) -> Words:
        """Say what happens, and by which command it does not."""
        routes, function = ", ".join(self.routes), self.arn.split(":", 6)[6]
        command = (
            f"aws lambda add-permission --function-name {self.arn} --statement-id way-back"
            f" --action {ACTION} --principal {GATEWAY} --source-arn '{self.api}/*'"
        )
        return Words(
            en=f"{routes}: 500 after this, since the API may no longer invoke {function}; let it first:"
            f" {command}",
            ja=f"{routes}: APIが{function}を呼び出せなくなっているため、戻すと500になります。先に許可します: {command}",
        )


def barred(
    context: StepContext, api_id: str, stage: str, deployment: Mapping[str, Any]
) -> tuple[Barred, ...] | None:
    """Return what the API may not invoke for this deployment; None where nobody noted what it calls.

    Deployments by the procedure `api` call the aliases, which let the API in.
    """
    if not by_hand(deployment):
        return ()
    known = calls.noted(context, deployment["id"])
    if known is None:
        return None
    environment = context.environment
    api = f"arn:aws:execute-api:{environment.region}:{environment.account}:{api_id}"
    by_function: dict[str, list[str]] = {}
    for route, uri in sorted(known.items()):
        if match := URI.fullmatch(uri):
            by_function.setdefault(match["arn"], []).append(route)
    found = (
        Barred(arn=arn, routes=_barred(context, arn, routes, f"{api}/{stage}"), api=api)
        for arn, routes in sorted(by_function.items())
    )
    return tuple(one for one in found if one.routes)


def _barred(context: StepContext, arn: str, routes: list[str], stage: str) -> tuple[str, ...]:
    statements = _statements(context, arn)
    return tuple(one for one in routes if not _may(statements, arn, stage, one, context))


def _may(
    statements: tuple[Statement, ...], arn: str, stage: str, route: str, context: StepContext
) -> bool:
    """Whether the API may invoke it for a route; what nobody can say is no reason to warn."""
    source = f"{stage}/{route.replace('ANY ', '* ').replace(' ', '', 1)}"
    account = context.environment.account
    known = request_context({"aws:SourceArn": source, "aws:SourceAccount": account})
    decision = evaluate(statements, ACTION, arn, known)
    return decision.outcome in {Outcome.ALLOWED, Outcome.UNKNOWN}


def _statements(context: StepContext, arn: str) -> tuple[Statement, ...]:
    """Return the statements of the function's own policy that speak of API Gateway."""
    parts = arn.split(":")
    which = {"Qualifier": parts[-1]} if len(parts) == QUALIFIED else {}
    answer = unless_absent(context.client("lambda").get_policy, FunctionName=parts[6], **which)
    read = parse(json.loads(answer["Policy"])) if answer else ()
    return tuple(one for one in read if ANYBODY & set(one.principals))
