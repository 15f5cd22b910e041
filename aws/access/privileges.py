"""What a role's policies lack of its plan, in view of what is known of any call that a function's role makes.

Checks and repairs both ask this module.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import product

from aws import desired
from aws.bounds import within
from aws.difference import Difference
from aws.iam.actions import expand
from aws.iam.condition import CALLED_ALONE, IF_ANY, PUBLIC, Context, context, over_time
from aws.iam.evaluation import EvaluationResult, evaluate_from
from aws.iam.permissions import MissingPermission, missing
from aws.iam.statement import Statement, only, parse
from aws.kinds.role import ROLE, Role
from aws.words import Words

SECRETS, TABLES = "secretsmanager", "dynamodb"
"""Services that use a KMS key on behalf of their callers."""
NOT_CARRIED = (
    *("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths"),
    *("aws:MultiFactorAuthAge", "aws:username"),
    *("aws:FederatedProvider", "aws:SourceIdentity", "aws:AssumedRoot", "aws:ChatbotSourceArn"),
    *("aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"),
    *("aws:Ec2InstanceSourceVpc", "aws:Ec2InstanceSourcePrivateIPv4", "ec2:SourceInstanceARN"),
)
"""Condition keys that no call of a function has: a condition that requires one never holds."""
OF_A_NETWORK = (
    *("aws:SourceVpc", "aws:SourceVpcArn", "aws:SourceVpce", "aws:VpcSourceIp"),
    *("aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths"),
)
"""Condition keys that only calls through a VPC endpoint have: a permission that requires one is not there for all calls."""
OF_KMS = ("kms:CallerAccount", "kms:ViaService")
"""Condition keys that only calls of KMS have."""
NO_NETWORK = context(dict.fromkeys(OF_A_NETWORK, ()))
UNTAGGING = context(dict.fromkeys(("aws:Referer", "aws:RequestTag/", "aws:TagKeys"), ()))
"""Of the calls that a function needs: none sends a Referer, as browsers do, or tags anything."""
DETAILS = "iam:GetAccountAuthorizationDetails"
LACKING = Words(en="permissions that are missing", ja="不足している権限")
DECRYPT = "kms:Decrypt"
OBSERVING = frozenset({"cloudwatch", "logs", "xray"})
"""Services by whose actions a function only shows what it does."""
FREE = parse('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}', "AWS")
"""What an AWS managed key grants to all principals that may use what it encrypts."""
DIRECT = context(
    dict.fromkeys(
        ("aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:SourceIp" + PUBLIC), ()
    )
)
"""Of a call that the function makes itself: no service stands between, and it comes over the internet."""


def context_of_calls(want: desired.Role, role: Role | None = None) -> Context:
    """Return what is known of any call that the role makes itself. An existing ``role`` may have a path in its ARN.

    Only KMS has the keys of ``kms:``, and it is not what a function calls by itself.
    """
    region, account = place_of(want)
    return context(
        {
            "aws:RequestedRegion": region,
            "aws:ResourceAccount": account,
            "aws:PrincipalAccount": account,
            "aws:PrincipalArn": role.arn if role else want.arn,
            "aws:MultiFactorAuthPresent" + IF_ANY: "false",
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalType": "AssumedRole",
            "aws:SecureTransport": "true",
            "aws:ViaAWSService": "false",
            **dict.fromkeys((*OF_KMS, CALLED_ALONE), ()),
            "lambda:SourceFunctionArn": want.function_arn,
            **dict.fromkeys(NOT_CARRIED, ()),
        }
    )


def needed_of(want: desired.Role, role: Role | None = None, *, via: str = "") -> Context:
    """Return the same of the calls that the function needs: it runs in no network, so that none goes through an endpoint.

    ``via`` is the service that calls KMS for it; without one, the function calls by itself.
    """
    by = by_service(want, via) if via else DIRECT
    session = context(_session_of(role, want)) if role else {}
    return {**context_of_calls(want, role), **NO_NETWORK, **UNTAGGING, **session, **by}


def _session_of(role: Role, want: desired.Role) -> dict[str, str | tuple[str, ...]]:
    """Return the keys by which a call says whose it is: Lambda names a session for its function, and gives it no tags."""
    name = want.function_arn.rpartition(":")[2]
    tags = {f"aws:PrincipalTag/{tag}": value.text for tag, value in role.tags.items()}
    shown = {key: text for key, text in tags.items() if text is not None}
    return {
        **({"aws:PrincipalTag/": ()} if len(shown) == len(tags) else {}),
        **({"aws:userid": f"{role.unique_id}:{name}"} if role.unique_id else {}),
        **shown,
    }


def by_service(want: desired.Role, via: str) -> Context:
    """Return what is known of the call of KMS that a service makes for the role (a forward access session).

    Which services are in ``aws:CalledVia`` is not documented of all.
    """
    region, account = place_of(want)
    service = f"{via}.{region}.amazonaws.com"
    return context(
        {"aws:ViaAWSService": "true", "kms:CallerAccount": account, "kms:ViaService": service}
    )


def place_of(want: desired.Role) -> tuple[str, str]:
    """Return Region and account, as the function's ARN has them."""
    _, _, _, region, account, *_ = want.function_arn.split(":")
    return region, account


def short(
    role: Role, want: desired.Role, arns: Iterable[str], now: datetime
) -> tuple[MissingPermission, ...]:
    """Return required pairs that IAM would not, or might not, allow. ``arns`` are the real ARNs of secrets.

    What a date took away by ``now`` is surely missing; what it takes away later is unknown.
    """
    real, own, boundary = (*arns, *parts(want)), statements(role), boundary_of(role)
    limits = () if boundary is None else (boundary,)
    of_keys = {permission for permission in want.required if permission.action.startswith("kms:")}
    of_tables = {permission for permission in of_keys if permission.resource in want.table_keys}
    by_itself, of_secrets = want.required - of_keys, of_keys - of_tables
    lost: list[MissingPermission] = []
    for needed, service in ((by_itself, ""), (of_secrets, SECRETS), (of_tables, TABLES)):
        times = over_time(needed_of(want, role, via=service), now)
        evaluated = partial(evaluate_from, own, times=times, limits=limits)
        pairs = [(permission.action, permission.resource) for permission in needed]
        lost += missing(evaluated, pairs, real)
    return tuple(lost)


def uses(role: Role, want: desired.Role, key: str, service: str, now: datetime) -> EvaluationResult:
    """Return whether the role may use an AWS managed key by a service: only a Deny of its own takes that away."""
    own = [*FREE, *statements(role), *only("Deny", boundary_of(role) or ())]
    return evaluate_from(own, DECRYPT, key, over_time(needed_of(want, role, via=service), now))


def denied_secrets(role: Role, want: desired.Role, now: datetime) -> bool:
    """Whether it is not certain that the role can use the AWS managed key of its secrets."""
    key = f"arn:aws:kms:{':'.join(place_of(want))}:key/managed"
    return bool(want.secrets) and not uses(role, want, key, SECRETS, now).allowed


def lacking(
    role: Role, want: desired.Role, arns: Iterable[str], now: datetime
) -> list[MissingPermission]:
    """Return required pairs that IAM would not allow. ``arns`` are the real ARNs of secrets."""
    certain = (missing for missing in short(role, want, arns, now) if not missing.unknown)
    return sorted(certain, key=lambda missing: (missing.action, missing.resource))


def only_observes(role: Role) -> bool:
    """Whether a role's policies allow nothing but to show what its function does."""
    allowing = only("Allow", statements(role))
    actions = (action for statement in allowing for action in statement.actions or ("*",))
    return {action.partition(":")[0].lower() for action in actions} <= OBSERVING


def lacks(role: Role, lost: Iterable[MissingPermission]) -> Iterator[Difference]:
    """Yield that a role lacks what its function needs: no decision allows what is granted and taken away again."""
    by_taken: dict[bool, list[Words]] = {}
    for lack in lost:
        by_taken.setdefault(lack.taken, []).append(lack.words)
    for taken, words in by_taken.items():
        yield Difference(
            ROLE.words,
            role.name,
            LACKING,
            words,
            within(()),
            call=DETAILS,
            loosens=True,
            decidable=not taken,
            stops_calls=taken,
        )


def statements(role: Role, without: frozenset[str] = frozenset()) -> tuple[Statement, ...]:
    """Return every statement of the role's policies. Raises PolicySyntaxError if one can't be read."""
    policies = (policy for policy in role.policies if policy.arn not in without)
    return tuple(statement for policy in policies for statement in policy.statements)


def split(statement: Statement) -> Iterator[Statement]:
    """Yield a statement for each action and resource as written; what is excluded stays whole."""
    for action, resource in product(statement.actions or (None,), statement.resources or (None,)):
        yield replace(
            statement,
            actions=(action,) if action else (),
            resources=(resource,) if resource else (),
        )


def pair(action: Words, resource: Words) -> Words:
    return Words(en=f"{action.en} on {resource.en}", ja=f"{resource.ja}への{action.ja}")


def parts(want: desired.Role) -> tuple[str, ...]:
    """Return the ARN of a plausible log stream or object in each log group and bucket that the role needs."""
    ends = {"logs": "log-stream:2026/11/25/[2]0a1b2c", "s3": "2026/a.png"}
    needed = {(each.action.partition(":")[0], each.resource) for each in want.required}
    return tuple(f"{whole.removesuffix('*')}{ends[of]}" for of, whole in needed if of in ends)


def boundary_of(role: Role) -> tuple[Statement, ...] | None:
    """Return what a role's boundary says, None without one; one that has no statement still has its name."""
    if role.boundary is None:
        return None
    name = role.boundary.name
    silent = Statement(effect="Deny", not_actions=("*",), resources=("*",), policy=name)
    return role.boundary.statements or (silent,)


def expanding(want: desired.Role) -> Callable[[str], tuple[str, ...]]:
    """Expand actions of planned services only: every action of another service is surplus, and there are hundreds."""
    planned = {action.partition(":")[0] for action, _ in want.allowed}

    def expanded(pattern: str) -> tuple[str, ...]:
        return expand(pattern) if pattern.partition(":")[0].lower() in planned else ()

    return expanded
