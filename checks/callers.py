"""Whom a function's own policy lets invoke it: the API in question, and nobody beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from aws import desired
from aws.function import FunctionPolicy
from aws.iam import Condition, Statement, covers, parse
from checks.outsiders import is_gone
from plan import Plan
from signoff.environment import Environment

GATEWAY = ("Service", "apigateway.amazonaws.com")
INVOKE = "lambda:InvokeFunction"
ONLY_INVOKE = {INVOKE.lower()}
NOBODY = '{"Statement": []}'
EXACT = frozenset({"ArnLike", "ArnEquals", "StringLike", "StringEquals"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """Who may call one function: the API of this id, and, for notify, the role of award."""

    function: desired.Function
    api_id: str
    plan: Plan
    environment: Environment

    @property
    def api(self) -> str:
        """ARN pattern of all that this one API sends: its methods, stages and authorizers."""
        region, account = self.environment.region, self.environment.account
        return f"arn:aws:execute-api:{region}:{account}:{self.api_id}/*"

    @property
    def role(self) -> str | None:
        """ARN of the role that may invoke this function directly."""
        callers = (one.role for one in self.plan.functions)
        arns = {self.function.arn, self.function.alias_arn}
        accepted = (r.arn for r in callers for one in r.accepted if one.resource in arns)
        return next(accepted, None)


def strangers(policies: tuple[FunctionPolicy, ...], callers: Callers) -> list[str]:
    """Return whom statements let in besides, wherever they stand, each with its Sid and its place."""
    return [
        f"{one.sid or 'a statement'} on {policy.qualifier or 'the function'} lets in {who}"
        for policy in policies
        for one in parse(policy.document or NOBODY, callers.function.name)
        if one.effect == "Allow"
        for who in _strangers(one, callers)
    ]


def _strangers(one: Statement, callers: Callers) -> Iterator[str]:
    if one.not_principals:
        yield "everyone but a few"
    if {action.lower() for action in one.actions} != ONLY_INVOKE:
        yield f"more than {INVOKE}: {', '.join(one.actions or one.not_actions)}"
    for kind, who in one.principals:
        if (kind, who) == GATEWAY:
            yield from _other_apis(one, callers)
        elif (kind, who) != ("AWS", callers.role) and not is_gone(kind, who):
            yield "everyone" if who == "*" else f"{kind} {who}"


def _other_apis(one: Statement, callers: Callers) -> Iterator[str]:
    """API Gateway calls for every API of every account: only the source's ARN names ours."""
    sources = [c for c in one.conditions if c.key.lower() == "aws:sourcearn" and _binds(c)]
    if not sources:
        yield "every API of AWS that names it (no aws:SourceArn)"
    for value in (value for source in sources for value in source.values):
        if not covers(callers.api, value):
            yield f"another API: {value}"


def _binds(condition: Condition) -> bool:
    return condition.operator in EXACT and not (condition.if_exists or condition.quantifier)
