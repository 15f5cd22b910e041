"""Whom a function's own policy lets invoke it: the API in question, and nobody beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aws import desired
from aws.bounds import within
from aws.difference import Difference
from aws.function import FunctionPolicy, Version, spans
from aws.iam import Condition, Statement, covers, parse
from aws.iam.principal import is_gone
from aws.ledgers.lambda_ import FUNCTION
from aws.words import Words
from plan import Plan
from signoff.environment import Environment

GATEWAY = ("Service", "apigateway.amazonaws.com")
INVOKE = "lambda:InvokeFunction"
ONLY_INVOKE = {INVOKE.lower()}
NOBODY = '{"Statement": []}'
EXACT = frozenset({"ArnLike", "ArnEquals", "StringLike", "StringEquals"})
UNREAD = Words(
    en="versions whose own policy is not read", ja="自身のポリシーを読み取っていないバージョン"
)


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


def unread_versions(
    function: str, versions: Iterable[Version], policies: Iterable[FunctionPolicy]
) -> tuple[Difference, ...]:
    """Return that there are versions of whose own policy nobody knows whom it allows."""
    places = {one.qualifier for one in policies}
    found = spans(int(one.number) for one in versions if one.number not in places)
    one = Difference(
        kind=FUNCTION,
        name=function,
        fact=UNREAD,
        found=found,
        bound=within(()),
        call="lambda:ListFunctions",
        loosens=True,
    )
    return (one,) if found else ()


def strangers(policies: tuple[FunctionPolicy, ...], callers: Callers) -> list[Words]:
    """Return whom statements allow besides, wherever they stand, each with its Sid and its place."""
    return [
        _told(who, one, policy)
        for policy in policies
        for one in parse(policy.document or NOBODY, callers.function.name)
        if one.effect == "Allow"
        for who in _strangers(one, callers)
    ]


def _told(who: Words, one: Statement, policy: FunctionPolicy) -> Words:
    """Say who, and by which statement, on what."""
    statement, on = one.sid or one.number, policy.qualifier
    return Words(
        en=f"{who.en} (statement {statement} on {on or 'the function'})",
        ja=f"{who.ja}（{on or '関数本体'}のステートメント{statement}）",
    )


def _strangers(one: Statement, callers: Callers) -> Iterator[Words]:
    if one.not_principals:
        yield Words(en="everyone but a few", ja="一部を除く全員")
    if {action.lower() for action in one.actions} != ONLY_INVOKE:
        actions = ", ".join(one.actions or one.not_actions)
        yield Words(
            en=f"actions other than {INVOKE}: {actions}", ja=f"{INVOKE}以外のアクション: {actions}"
        )
    for kind, who in one.principals:
        if (kind, who) == GATEWAY:
            yield from _other_apis(one, callers)
        elif (kind, who) != ("AWS", callers.role) and not is_gone(kind, who):
            yield Words(en="everyone", ja="全員") if who == "*" else Words.same(f"{kind} {who}")


def _other_apis(one: Statement, callers: Callers) -> Iterator[Words]:
    """API Gateway calls for every API of every account: only the source's ARN names ours."""
    sources = [c for c in one.conditions if c.key.lower() == "aws:sourcearn" and _binds(c)]
    if not sources:
        yield Words(
            en="every API of AWS that names it (no aws:SourceArn)",
            ja="この関数を指定するAWS上の全API（aws:SourceArnなし）",
        )
    for value in (value for source in sources for value in source.values):
        if not covers(callers.api, value):
            yield Words(en=f"another API: {value}", ja=f"別のAPI: {value}")


def _binds(condition: Condition) -> bool:
    return condition.operator in EXACT and not (condition.if_exists or condition.quantifier)
