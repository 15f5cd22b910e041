"""Which services a resource's own policy allows: API Gateway for this API alone to invoke a function, CloudWatch to publish to a topic."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from aws import desired
from aws.access.assuming import ALL_BUT_A_FEW, SERVICE, of_service
from aws.iam.condition import Context, over_time
from aws.iam.evaluation import EvaluationResult, evaluate_from, is_gone, is_same, names_action
from aws.iam.pattern import covers
from aws.iam.statement import Condition, Statement, of_resource, only
from aws.kinds.bucket import CDN, cdns
from aws.kinds.function_invocation import FunctionPolicy
from aws.kinds.key import Key
from aws.kinds.topic import Topic
from aws.words import Words

CLOUDWATCH = "cloudwatch.amazonaws.com"
ANYONE = (("AWS", "*"), ("*", "*"))
ENCRYPTING = ("kms:Decrypt", "kms:GenerateDataKey")
SILENT_KEY = "alias/aws/sns"
"""The AWS managed key of SNS. Its policy does not allow CloudWatch, and it can't be changed."""
GATEWAY = "apigateway.amazonaws.com"
BY_GATEWAY = ("Service", GATEWAY)
INVOKE = "lambda:InvokeFunction"
ONLY_INVOKE = {INVOKE.lower()}
EXACT = frozenset({"ArnLike", "ArnEquals", "StringLike", "StringEquals"})
INVOKED_BY = Words(en="permission for the API to invoke it", ja="APIからの呼び出しの許可")
CALLERS = Words(en="other callers that its policies allow", ja="ポリシーが許可する他の呼び出し元")


def allows_publishing(topic: Topic, alarm: str, now: datetime) -> EvaluationResult:
    """Return whether the topic's policy lets this alarm (an ARN) publish from now on."""
    return _decided(topic.policy, ("sns:Publish",), topic.arn, _of_service(CLOUDWATCH, alarm), now)


def alarm_beside(topic: str, name: str) -> str:
    """Return the ARN of an alarm in the Region and account of a topic (an ARN)."""
    region, account = topic.split(":")[3:5]
    return f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"


def usable(topic: Topic, look: Callable[[str], Key | None], alarm: str, now: datetime) -> bool:
    """Whether CloudWatch can encrypt for an alarm with the topic's key; ``look`` reads the key if that matters."""
    if not topic.kms_key or topic.kms_key.endswith(SILENT_KEY):
        return not topic.kms_key
    key = look(topic.kms_key)
    if key is None or key.state != "Enabled":
        return False
    call = _of_service(CLOUDWATCH, alarm, ("sns:topicArn", topic.arn))
    return _decided(key.policy or "", ENCRYPTING, key.arn, call, now).allowed


def encrypts_lines(key: Key, group: str, now: datetime) -> EvaluationResult:
    """Return whether a key's policy lets CloudWatch Logs write lines of a group (an ARN) from now on."""
    call = _of_service(f"logs.{group.split(':')[3]}.amazonaws.com", group, ("logs:arn", group))
    return _decided(key.policy or "", ENCRYPTING, key.arn, call, now)


def shows_images(key: Key | None, bucket: str | None, now: datetime) -> bool:
    """Whether a key's policy lets CloudFront read what a bucket's policy opens to it: not for identities, nor distributions that it leaves out."""
    readers = cdns(bucket, "s3:GetObject")
    if key is None or not readers <= cdns(key.policy, "kms:Decrypt") & {("Service", CDN[0])}:
        return not readers
    distributions = (
        source
        for statement in only("Allow", of_resource(bucket))
        if _speaks_of(statement, CDN[0]) and names_action(statement, "s3:GetObject")
        for condition in statement.conditions
        if condition.key.lower() == "aws:sourcearn" and names_exactly(condition)
        for source in condition.values
        if covers("arn:aws:cloudfront::*:distribution/*", source) and not {*source} & {*"*?"}
    )
    calls = (of_service(CDN[0], source, {}) for source in distributions)
    return all(_decided(key.policy or "", ENCRYPTING[:1], key.arn, c, now).allowed for c in calls)


def _decided(
    document: str, actions: Iterable[str], arn: str, request: Context, now: datetime
) -> EvaluationResult:
    """Return what a policy decides of a service's call, by an action that it surely does not allow, else by one that it may not."""
    about = [
        statement for statement in of_resource(document) if _speaks_of(statement, *request[SERVICE])
    ]
    times = over_time(request, now)
    decided = [evaluate_from(about, action, arn, times) for action in actions]
    return min(decided, key=lambda each: (each.allowed, each.unknown is not None))


@cache
def _of_service(service: str, source: str, encrypting: tuple[str, str] = ("", "")) -> Context:
    """Return the same with the encryption context of the request."""
    name, value = encrypting
    more = {f"kms:EncryptionContext:aws:{name}": value, "aws:SourceOwner": source.split(":")[4]}
    return of_service(service, source, {**more, "sns:Protocol": (), "sns:Endpoint": ()})


def _speaks_of(statement: Statement, service: str) -> bool:
    """Whether a service is among the statement's principals, by its name in the Region or everywhere."""
    everywhere = f"{service.partition('.')[0]}.amazonaws.com"
    named = {("Service", service), ("Service", everywhere)}
    if statement.not_principals:
        return named.isdisjoint(statement.not_principals)
    return bool({*named, *ANYONE} & set(statement.principals))


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


def invocation(
    policies: Iterable[FunctionPolicy], alias_arn: str, source_arn: str, now: datetime
) -> EvaluationResult:
    """Return whether API Gateway may invoke the alias for this source.

    A permission on the function does not cover its alias, so the statement's resource is compared as well.
    """
    statements = [
        statement
        for policy in policies
        for statement in of_resource(policy.document, f"on {policy.qualifier or 'the function'}")
        if _speaks_of_gateway(statement)
    ]
    request = of_service(GATEWAY, source_arn, {"aws:TokenIssueTime": ()})
    return evaluate_from(statements, INVOKE, alias_arn, over_time(request, now))


def strangers(policies: tuple[FunctionPolicy, ...], callers: Callers) -> list[Words]:
    """Return all other principals that a statement allows, each with the statement's Sid and its policy."""
    return [
        _described(stranger, statement, policy)
        for policy in policies
        for statement in only("Allow", of_resource(policy.document, callers.function.name))
        for stranger in _strangers(statement, callers)
    ]


def _described(stranger: Words, allowing: Statement, policy: FunctionPolicy) -> Words:
    statement, on = allowing.sid or allowing.number, policy.qualifier
    caller = Words(
        en=f"{stranger.en} (statement {statement} on {on or 'the function'})",
        ja=f"{stranger.ja}（{on or '関数本体'}のステートメント{statement}）",
    )
    return allowing.under_conditions(caller)


def _strangers(statement: Statement, callers: Callers) -> Iterator[Words]:
    if statement.not_principals:
        yield ALL_BUT_A_FEW
    if {action.lower() for action in statement.actions} != ONLY_INVOKE:
        actions = ", ".join(statement.actions or statement.not_actions)
        yield Words(
            en=f"actions other than {INVOKE}: {actions}", ja=f"{INVOKE}以外のアクション: {actions}"
        )
    for kind, name in statement.principals:
        notifies = kind == "AWS" and callers.role is not None and is_same(name, callers.role)
        if (kind, name) == BY_GATEWAY:
            yield from _other_apis(statement, callers)
        elif not notifies and not is_gone(kind, name):
            yield Words(en="everyone", ja="全員") if name == "*" else Words.same(f"{kind} {name}")


def _other_apis(statement: Statement, callers: Callers) -> Iterator[Words]:
    """Yield the other APIs that a statement allows: only the source ARN tells one API from another."""
    sources = [
        c for c in statement.conditions if c.key.lower() == "aws:sourcearn" and names_exactly(c)
    ]
    if not sources:
        yield Words(
            en="every API of AWS that names it (no aws:SourceArn)",
            ja="この関数を指定するAWS上の全API（aws:SourceArnなし）",
        )
    for value in (value for source in sources for value in source.values):
        if not covers(callers.api, f"{value}/"):  # an API's own ARN, without a route, lets none in
            yield Words(en=f"another API: {value}", ja=f"別のAPI: {value}")


def names_exactly(condition: Condition) -> bool:
    """Whether a condition holds for its values and for no others."""
    return condition.operator in EXACT and not (condition.if_exists or condition.quantifier)


def _speaks_of_gateway(statement: Statement) -> bool:
    public = {("*", "*"), ("Service", "*"), ("Service", GATEWAY)}
    return bool(public & set(statement.principals)) or bool(statement.not_principals)
