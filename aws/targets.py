"""What of ours somebody could act on: our resources, what watches them, and whoever may change both."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws.acting import acting
from aws.assuming import taking
from aws.iam.pattern import text_pattern
from aws.reading import Scope
from aws.role import Details, attached
from aws.section import Section, Unreadable

INVOCATION = "invocation"
OF_ROLES = (
    *("iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"),
    *("iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary"),
    *("iam:DeleteRolePermissionsBoundary", "iam:DeleteRole", "iam:PassRole"),
)
RIGHTS = "rights"
ADMINISTRATOR = "administrator"
WIDENING: Mapping[str, tuple[str, ...]] = {
    "role": ("iam:AttachRolePolicy", "iam:PutRolePolicy"),
    "user": ("iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:AddUserToGroup"),
    "group": ("iam:AttachGroupPolicy", "iam:PutGroupPolicy"),
    "policy": ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"),
}
"""Kind of what a principal's rights come from -> the actions on it by which it takes whatever it wants."""
BECOMING = ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile")
"""What gives somebody the password or a key of a user."""
OF_API = (
    *("apigateway:PATCH", "apigateway:PUT", "apigateway:POST", "apigateway:DELETE"),
    "apigateway:UpdateRestApiPolicy",
)
"""What changes routes, guards, stages and mappings, or deploys them."""
OF_ZONE = ("route53:ChangeResourceRecordSets", "route53:DeleteHostedZone")
"""What leads the domain's callers elsewhere."""
OF_ALARMS = (
    *("cloudwatch:DeleteAlarms", "cloudwatch:DisableAlarmActions"),
    *("cloudwatch:PutAlarmMuteRule", "cloudwatch:SetAlarmState"),
)
"""What silences an alarm; PutMetricAlarm is left to whoever has alarms of its own."""
OF_KEYS = ("kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy")
"""What makes all that a key encrypts unreadable for us, or readable for others."""
OF_EVIDENCE = (
    *("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutBucketPolicy"),
    *("s3:DeleteBucket", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration"),
    *("s3:BypassGovernanceRetention", "s3:PutObjectRetention", "s3:PutReplicationConfiguration"),
)
INVOKE = ("lambda:InvokeFunction", "lambda:InvokeAsync", "lambda:InvokeFunctionUrl")


BY_AWS = "arn:aws:iam::aws:"
"""Beginning of the policies that AWS writes, which nobody else changes."""
ALARMS = ("alarm", "alarm-mute-rule")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A resource of ours, its ARNs (its aliases or indexes as well), and what acting on it is."""

    kind: str
    """table, secret, function, invocation (of a function), topic, role, evidence, API, alarm, key, policy,
    administrator, rights (its own)."""
    name: str
    arns: tuple[str, ...]
    actions: tuple[str, ...]
    """The gravest first."""


def targets_of(
    scope: Scope, secrets: Section[Any], apis: Section[Any], found: Details
) -> Iterator[Target]:
    """Yield what of ours somebody could act on, by the names of the scope and the real ids of secrets and API."""
    yield from _resources(scope, secrets)
    yield from _ways_in(scope, apis)
    yield from _watching(scope)
    yield from _people(scope, found)


def _arn(scope: Scope, service: str, resource: str) -> str:
    return f"arn:aws:{service}:{scope.region}:{scope.account}:{resource}"


def _resources(scope: Scope, secrets: Section[Any]) -> Iterator[Target]:
    for name in scope.tables:
        table = _arn(scope, "dynamodb", f"table/{name}")
        of_table = (table, f"{table}/index/any")
        yield Target(kind="table", name=name, arns=of_table, actions=acting("dynamodb"))
    for name in scope.secrets:
        real = None if isinstance(secrets, Unreadable) else getattr(secrets.get(name), "arn", None)
        of_secret = (real or _arn(scope, "secretsmanager", f"secret:{name}-AbCdEf"),)
        yield Target(kind="secret", name=name, arns=of_secret, actions=acting("secretsmanager"))
    managing = tuple(one for one in acting("lambda") if one not in INVOKE)
    for name in scope.functions:
        function = _arn(scope, "lambda", f"function:{name}")
        arns = (function, f"{function}:{scope.alias}")
        yield Target(kind="function", name=name, arns=arns, actions=managing)
        yield Target(kind=INVOCATION, name=name, arns=arns, actions=INVOKE)
    if scope.topic:
        name = scope.topic.rpartition(":")[2]
        yield Target(kind="topic", name=name, arns=(scope.topic,), actions=acting("sns"))
    for name in scope.roles:
        of_role = (f"arn:aws:iam::{scope.account}:role/{name}",)
        yield Target(kind="role", name=name, arns=of_role, actions=OF_ROLES)
    if scope.evidence_bucket:
        bucket = f"arn:aws:s3:::{scope.evidence_bucket}"
        arns = (bucket, f"{bucket}/any")
        yield Target(kind="evidence", name=scope.evidence_bucket, arns=arns, actions=OF_EVIDENCE)


def _ways_in(scope: Scope, apis: Section[Any]) -> Iterator[Target]:
    """Yield the API with what stands below it, the domain and its zone; an API that nobody read has any id."""
    found = {} if isinstance(apis, Unreadable) else apis
    same = found.get(scope.api, ())
    known = [] if isinstance(same, Unreadable) else [one.id for one in same]
    at = f"arn:aws:apigateway:{scope.region}::"
    for id_ in known[:1] or ["any"]:
        parts = (f"stages/{scope.stage}", "deployments", "resources/any/methods/GET")
        more = ("authorizers/any", "gatewayresponses/any", "policy")
        root = f"{at}/restapis/{id_}"
        arns = (root, *(f"{root}/{part}" for part in (*parts, *more)))
        yield Target(kind="API", name=scope.api, arns=arns, actions=OF_API)
    if scope.domain:
        root = f"{at}/domainnames/{scope.domain}"
        arns = (root, *(f"{root}/{part}/any" for part in ("basepathmappings", "apimappings")))
        yield Target(kind="API", name=scope.domain, arns=arns, actions=OF_API)
    if scope.hosted_zone:
        zone, change = f"arn:aws:route53:::hostedzone/{scope.hosted_zone}", OF_ZONE
        yield Target(kind="API", name=scope.hosted_zone, arns=(zone,), actions=change)


def _watching(scope: Scope) -> Iterator[Target]:
    """Yield the alarms, any of our prefix for all, and the keys of customers that were decided."""
    any_name = f"{scope.prefix}-any"
    arns = tuple(_arn(scope, "cloudwatch", f"{kind}:{any_name}") for kind in ALARMS)
    yield Target(kind="alarm", name=scope.prefix, arns=arns, actions=OF_ALARMS)
    for key in scope.keys:
        yield Target(kind="key", name=key.rpartition("/")[2], arns=(key,), actions=OF_KEYS)


def _people(scope: Scope, found: Details) -> Iterator[Target]:
    """Yield the named administrators, whom nobody else may become, and the policies that say what they and we may do."""
    named = [text_pattern(one) for one in scope.administrators]
    for kind, arn, raw in everybody(found):
        administers = any(one.matches(arn) for one in named)
        if administers:
            actions = taking(raw, scope.account) if kind == "role" else BECOMING
            yield Target(
                kind=ADMINISTRATOR, name=arn.rpartition("/")[2], arns=(arn,), actions=actions
            )
        if administers or raw.get("RoleName") in scope.roles:
            yield from (
                Target(
                    kind="policy",
                    name=one.rpartition("/")[2],
                    arns=(one,),
                    actions=WIDENING["policy"],
                )
                for one in attached(raw)
                if not one.startswith(BY_AWS)
            )


def own_rights(kind: str, arn: str, raw: Mapping[str, Any], found: Details) -> Iterator[Target]:
    """Return what a principal's rights come from: who may change that may act on anything of ours."""
    groups = [one["Arn"] for one in found.groups if one["GroupName"] in raw.get("GroupList", ())]
    policies = [one["PolicyArn"] for one in raw.get("AttachedManagedPolicies", ())]
    own = [one for one in policies if not one.startswith(BY_AWS)]
    sources = {kind: [arn], "group": groups, "policy": own}
    for source, arns in sources.items():
        for one in arns:
            yield Target(
                kind=RIGHTS, name=one.rpartition("/")[2], arns=(one,), actions=WIDENING[source]
            )


def everybody(found: Details) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield kind, ARN and details of every role and user."""
    yield from (("role", one["Arn"], one) for one in found.roles)
    yield from (("user", one["Arn"], one) for one in found.users)
