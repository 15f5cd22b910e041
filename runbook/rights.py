"""The IAM policy that a procedure needs, made from the actions that its recorded runs take and the names of an environment.

``rights.json`` holds procedure -> place -> actions (place empty: the resources of each action's own service; else a
key of ``PLACES``). ``python -m tests.runbook.recorded_runs`` records it, and a test compares it.
``python -m runbook NAME --env ENV --policy`` prints the policy for an environment. To prove rows as well, or to sign, the
reader's policy is needed beside it (``docs/reader-policy.json``).
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from aws.iam.statement import allowing, policy_of
from plan import plan_for
from runbook.engine import Procedure
from runbook.engine.step import DescribedEnvironment
from runbook.procedures.provision import ORDER
from signoff.environment import ENVIRONMENTS, Environment, option_of, peek, tables_of
from signoff.environment.value_types import in_s3

ANYWHERE = ("*",)
UNSCOPED = frozenset(
    {
        *("lambda:ListFunctions", "lambda:GetAccountSettings", "lambda:ListEventSourceMappings"),
        "dynamodb:ListTables",
        *("logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:DeleteAccountPolicy"),
        *("logs:DeleteResourcePolicy", "cloudwatch:GetMetricData", "kms:CreateKey"),
        *("sns:ListTopics", "sns:ListSubscriptions", "sns:Unsubscribe"),
        *("sns:SetSubscriptionAttributes", "sns:GetSubscriptionAttributes"),
        *("iam:GetPolicy", "iam:GetPolicyVersion", "iam:RemoveRoleFromInstanceProfile"),
        *("secretsmanager:ListSecrets", "acm:ListCertificates", "acm:RequestCertificate"),
    }
)
"""Actions that take no resource, or that AWS evaluates on a resource other than ours."""


def _resources(scope: DescribedEnvironment, place: str, action: str) -> tuple[str, ...]:
    """Return the ARNs of an action; none where this environment has no such thing.

    ``place`` names a resource that is not among those of the action's service; else it is empty.
    """
    if place:
        return tuple(PLACES[place](scope))
    find = _OF_SERVICES.get(action.partition(":")[0])
    return ANYWHERE if find is None or action in UNSCOPED else tuple(find(scope.environment))


def _log_groups(environment: Environment) -> Iterable[str]:
    base = f"arn:aws:logs:{environment.region}:{environment.account}:log-group:"
    prefix = environment.prefix
    names = (f"/aws/lambda/{prefix}-", f"/aws/apigateway/{prefix}-", "API-Gateway-Execution-Logs_")
    own = (
        group.name for group in plan_for(environment).log_groups if not group.name.startswith(names)
    )
    return (f"{base}{name}*" for name in (*names, *own))


def _cloudwatch(environment: Environment) -> Iterable[str]:
    region, account = environment.region, environment.account
    return (
        f"arn:aws:cloudwatch:{region}:{account}:alarm:*",
        f"arn:aws:cloudwatch:{region}:{account}:alarm-mute-rule:*",
        *_name_patterns(
            environment, "*", f"arn:aws:cloudwatch::{account}:dashboard/", ("dashboard",)
        ),
    )


def _name_patterns(
    environment: Environment, ending: str, base: str, keys: Iterable[str]
) -> tuple[str, ...]:
    """Return what begins as all names do, and what the environment file names otherwise."""
    others = (environment.names[key] for key in keys if key in environment.names)
    return (f"{base}{environment.prefix}{ending}", *(f"{base}{other}" for other in others))


def _functions(environment: Environment) -> Iterable[str]:
    base = f"arn:aws:lambda:{environment.region}:{environment.account}"
    patterns = _name_patterns(
        environment, "-*", f"{base}:function:", environment.application.functions
    )
    versions = (f"{name}:*" for name in patterns if not name.endswith("*"))
    return (*patterns, *versions, f"{base}:event-source-mapping:*")


def _buckets(environment: Environment) -> Iterable[str]:
    bucket = plan_for(environment).bucket
    names = ([bucket.name] if bucket else []) + [f"{environment.prefix}-evidence-*"]
    return (f"arn:aws:s3:::{name}{within}" for name in names for within in ("", "/*"))


def _keys(environment: Environment) -> Iterable[str]:
    """The id of a key is unknown before it is made."""
    base = f"arn:aws:kms:{environment.region}:{environment.account}"
    return (f"{base}:key/*", f"{base}:alias/{environment.prefix}-*")


_OF_SERVICES: Mapping[str, Callable[[Environment], Iterable[str]]] = {
    "acm": lambda scope: (f"arn:aws:acm:{scope.region}:{scope.account}:certificate/*",),
    "apigateway": lambda scope: (f"arn:aws:apigateway:{scope.region}::/*",),
    "cloudwatch": _cloudwatch,
    # A restored table has the name of its source, with a time behind it.
    "dynamodb": lambda scope: (f"{table.arn}*" for table in plan_for(scope).tables),
    "iam": lambda scope: _name_patterns(
        scope, "-*", f"arn:aws:iam::{scope.account}:role/", scope.application.roles
    ),
    "kms": _keys,
    "lambda": _functions,
    "logs": _log_groups,
    "route53": lambda scope: (
        (f"arn:aws:route53:::hostedzone/{scope.domain.hosted_zone}",)
        if scope.domain and scope.domain.hosted_zone
        else ()
    ),
    "s3": _buckets,
    "secretsmanager": lambda scope: (secret.arn_pattern for secret in plan_for(scope).secrets),
    "sns": lambda scope: (f"{plan_for(scope).topic.arn}*",),
}


def _sources(scope: DescribedEnvironment) -> Iterable[str]:
    """Tables of the environment before, from which a migration reads; in its own account, if it names one."""
    before = scope.environment.before
    region = peek(before, "region", scope.file)
    tables = tables_of(before, scope.file).values() if region else ()
    account = peek(before, "account", scope.file) or scope.environment.account
    return (f"arn:aws:dynamodb:{region}:{account}:table/{table}*" for table in tables)


def _key(key: str | None) -> Iterable[str]:
    """A customer's key is named by its ARN; AWS's own, by an alias, need no rights."""
    return (key,) if key and key.startswith("arn:") else ()


def _aliased_key(scope: DescribedEnvironment) -> Iterable[str]:
    """AWS's own key of tables is looked up by its alias, and has an id that is unknown before."""
    key = scope.environment.table_key
    return _keys(scope.environment) if key and not key.startswith("arn:") else ()


def _evidence_bucket(scope: DescribedEnvironment) -> Iterable[str]:
    if (store := in_s3(scope.environment.evidence)) is None:
        return ()
    bucket, prefix = store
    return (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/{prefix and f'{prefix}/'}*")


PLACES: Mapping[str, Callable[[DescribedEnvironment], Iterable[str]]] = {
    "source_tables": _sources,
    "aliased_table_key": _aliased_key,
    "table_key": lambda scope: _key(scope.environment.table_key),
    "secret_key": lambda scope: _key(scope.environment.secret_key),
    "evidence_bucket": _evidence_bucket,
    "evidence_key": lambda scope: _key(scope.environment.evidence_key),
}
"""Resources that are not among those of an action's service, by the name of their place in rights.json."""


RECORDED = Path(__file__).with_name("rights.json")
Actions = Mapping[str, Sequence[str]]
"""Place -> actions."""


@cache
def recorded() -> Mapping[str, Actions]:
    """Return procedure -> actions, as they are recorded."""
    read: Mapping[str, Actions] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return read


@cache
def declared() -> Mapping[str, Actions]:
    """Return the same with provision, which takes what its parts take."""
    whole: dict[str, set[str]] = defaultdict(set)
    for part in map(Procedure.of, ORDER):
        for place, actions in recorded().get(part.name, {}).items():
            whole[place].update(actions)
    return {**recorded(), "provision": {place: sorted(them) for place, them in whole.items()}}


def command(procedure: str, environment: str, file: Path = ENVIRONMENTS) -> str:
    """Return what prints the policy, as a message shows it; empty if none is declared."""
    printing = f"python -m runbook {procedure} --env {environment} --policy {option_of(file)}"
    return printing.rstrip() if procedure in declared() else ""


def policy(procedure: str, scope: DescribedEnvironment) -> dict[str, Any]:
    """Return the policy of one procedure, a statement a place and its resources; KeyError without a declaration."""
    statements: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for place, actions in declared()[procedure].items():
        for action in actions:
            if resources := _resources(scope, place, action):
                sid = _sid(place, action, resources)
                statements.setdefault((sid, resources), []).append(action)
    return policy_of(
        {"Sid": sid, **allowing(sorted(actions), [*resources])}
        for (sid, resources), actions in sorted(statements.items())
    )


def _sid(place: str, action: str, resources: tuple[str, ...]) -> str:
    if place:
        return _title(place)
    service = _title(action.partition(":")[0])
    return f"{service}Anywhere" if resources == ANYWHERE else f"{service}OfTheEnvironment"


def _title(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").title().replace(" ", "")


def text(procedure: str, scope: DescribedEnvironment) -> str:
    return json.dumps(policy(procedure, scope), indent=2) + "\n"
