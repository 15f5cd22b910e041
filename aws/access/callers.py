"""Whom a function's own policy allows to invoke it: API Gateway for this API alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aws import desired
from aws.iam import Condition, EvalDecision, Statement, context, covers, evaluate, parse
from aws.iam.evaluation import is_gone, is_same
from aws.kinds.function_beside import FunctionPolicy
from aws.words import Words

GATEWAY = "apigateway.amazonaws.com"
BY_GATEWAY = ("Service", GATEWAY)
INVOKE = "lambda:InvokeFunction"
ONLY_INVOKE = {INVOKE.lower()}
NO_STATEMENTS = '{"Statement": []}'
EXACT = frozenset({"ArnLike", "ArnEquals", "StringLike", "StringEquals"})
NOT_ALLOWED = Words(en="none", ja="なし")
CALLERS = Words(en="other callers that its policies allow", ja="ポリシーが許可する他の呼び出し元")


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """Who may call one function: an API, and the role of a function that invokes it directly, if there is one."""

    function: desired.Function
    api: str
    """ARN pattern of everything this API calls from: its methods, stages and authorizers."""
    role: str | None


def callers_of(function: desired.Function, api_id: str, roles: Iterable[desired.Role]) -> Callers:
    """Return who may call a function, by the ids of the API and what the planned roles may do."""
    region, account = function.arn.split(":")[3:5]
    arns = {function.arn, function.alias_arn}
    accepted = (
        role.arn for role in roles for permission in role.accepted if permission.resource in arns
    )
    return Callers(
        function=function,
        api=f"arn:aws:execute-api:{region}:{account}:{api_id}/*",
        role=next(accepted, None),
    )


def refusal(policies: Iterable[FunctionPolicy], alias_arn: str, source_arn: str) -> Words | None:
    """Return what keeps API Gateway from invoking the alias for this source, None if nothing does.

    A permission on the function does not cover its alias, so the statement's resource is compared as well.
    A condition that cannot be evaluated counts as not met.
    """
    statements = [
        statement
        for policy in policies
        for statement in parse(
            policy.document or NO_STATEMENTS, f"on {policy.qualifier or 'the function'}"
        )
        if _speaks_of_gateway(statement)
    ]
    account = source_arn.split(":")[4]
    known = context({"aws:SourceArn": source_arn, "aws:SourceAccount": account})
    decision = evaluate(statements, "lambda:InvokeFunction", alias_arn, known)
    if decision.allowed:
        return None
    known_reason = decision.taken or decision.outcome is EvalDecision.UNKNOWN
    return decision.reason if known_reason else NOT_ALLOWED


def strangers(policies: tuple[FunctionPolicy, ...], callers: Callers) -> list[Words]:
    """Return everybody else whom a statement allows, each with the statement's Sid and its policy."""
    return [
        _described(who, statement, policy)
        for policy in policies
        for statement in parse(policy.document or NO_STATEMENTS, callers.function.name)
        if statement.effect == "Allow"
        for who in _strangers(statement, callers)
    ]


def _described(who: Words, allowing: Statement, policy: FunctionPolicy) -> Words:
    """Say who, and by which statement, on what."""
    statement, on = allowing.sid or allowing.number, policy.qualifier
    said = Words(
        en=f"{who.en} (statement {statement} on {on or 'the function'})",
        ja=f"{who.ja}（{on or '関数本体'}のステートメント{statement}）",
    )
    return allowing.told(said)


def _strangers(statement: Statement, callers: Callers) -> Iterator[Words]:
    if statement.not_principals:
        yield Words(en="everyone except a few", ja="一部を除く全員")
    if {action.lower() for action in statement.actions} != ONLY_INVOKE:
        actions = ", ".join(statement.actions or statement.not_actions)
        yield Words(
            en=f"actions other than {INVOKE}: {actions}", ja=f"{INVOKE}以外のアクション: {actions}"
        )
    for kind, who in statement.principals:
        if (kind, who) == BY_GATEWAY:
            yield from _other_apis(statement, callers)
        elif not _notifies(kind, who, callers) and not is_gone(kind, who):
            yield Words(en="everyone", ja="全員") if who == "*" else Words.same(f"{kind} {who}")


def _notifies(kind: str, who: str, callers: Callers) -> bool:
    return kind == "AWS" and callers.role is not None and is_same(who, callers.role)


def _other_apis(statement: Statement, callers: Callers) -> Iterator[Words]:
    """Yield the other APIs that a statement allows: only the source ARN tells one API from another."""
    sources = [c for c in statement.conditions if c.key.lower() == "aws:sourcearn" and _binds(c)]
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


def _speaks_of_gateway(statement: Statement) -> bool:
    anybody = {("*", "*"), ("Service", "*"), ("Service", GATEWAY)}
    return bool(anybody & set(statement.principals)) or bool(statement.not_principals)
