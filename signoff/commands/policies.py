"""The rights of each reader of an environment as IAM policies, scoped to its names: the judge, CI, and the trust of CI's role."""

import json
import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from aws.iam.statement import allowing, policy_of
from aws.reader_policy import DECRYPT, ENCRYPTED, EVIDENCE, actions
from aws.reading import Scope
from signoff.commands.command_line import CommandLineError
from signoff.environment import Environment, EnvironmentFileError, load, peek
from signoff.environment.value_types import in_s3
from signoff.judge.exit_codes import Exit

GITHUB = "token.actions.githubusercontent.com"
"""GitHub's issuer of OIDC tokens, as its documentation names it ("Configuring OpenID Connect in AWS", read 2026-11-29)."""
PLAN, SMOKE = "plan", "smoke.policy"
"""Named, not imported: the judge knows neither."""
NOWHERE = ("",)
"""Of actions on what this environment does not have."""
WHOLE_ACCOUNT = frozenset({"dynamodb:ListTables", "secretsmanager:ListSecrets"}) | {
    "sns:GetSubscriptionAttributes",
    *("lambda:ListFunctions", "lambda:ListEventSourceMappings", "lambda:GetAccountSettings"),
}
"""Actions for which IAM knows no narrower resource."""
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


def reader(environment: Environment, scope: Scope, before: str = "") -> dict[str, Any]:
    """Return what reading takes, on the resources of this environment where IAM knows a narrower one than the account.

    ``before``: the evidence store of the environment before, whose records are read as well.
    """
    resources = _resources(environment, scope)
    narrow: dict[tuple[str, ...], list[str]] = {}
    for action in actions():
        if action == DECRYPT:
            continue
        service = action.partition(":")[0]
        arns = resources.get(action) or resources.get(service, ("*",))
        narrow.setdefault(("*",) if action in WHOLE_ACCOUNT else arns, []).append(action)
    granted = [allowing(several, [*arns]) for arns, several in narrow.items() if arns != NOWHERE]
    return policy_of([*granted, *_store(environment.evidence, before), *_via(scope)])


def ci(environment: Environment, scope: Scope, before: str = "") -> dict[str, Any]:
    """Return what CI's role takes: reading, the smoke calls, a load test, and recording the run."""
    name = environment.name
    store = in_s3(environment.evidence)
    if store is None:
        raise EnvironmentFileError(
            en=f"{name}.evidence is a folder, which CI does not reach: run python -m runbook evidence --env {name} --go, and add the lines that it prints",
            ja=f"{name}.evidenceがフォルダのため、CIから使えません。python -m runbook evidence --env {name} --goを実行し、表示された行を追加してください",
        )
    if not environment.evidence_key:
        raise EnvironmentFileError(
            en=f"{name}.evidence_key names no KMS key: run python -m runbook evidence --env {name} --go, and add the lines that it prints",
            ja=f"{name}.evidence_keyにKMSキーがありません。python -m runbook evidence --env {name} --goを実行し、表示された行を追加してください",
        )
    read = reader(environment, scope, before)
    plan = import_module(PLAN).plan_for(environment)
    smoke = import_module(SMOKE)
    calls: Sequence[Any] = smoke.policy(environment, plan)["Statement"]
    cleaning = [each for each in smoke.clean_up_of_load(environment, plan) if each not in calls]
    recorded = [
        # A load test asks how much of today's quota is spent; CI has no ledger of earlier runs.
        allowing(["cloudwatch:GetMetricStatistics"], ["*"]),
        allowing(["s3:PutObject"], [f"arn:aws:s3:::{store[0]}/*"]),
        allowing(["kms:Sign", "kms:GetPublicKey"], [environment.evidence_key]),
    ]
    return policy_of([*read["Statement"], *calls, *cleaning, *recorded])


def trust(environment: Environment, repository: str) -> dict[str, Any]:
    """Return the trust policy of CI's role: jobs of one repository, in the GitHub environment of this name alone."""
    provider = f"arn:aws:iam::{environment.account}:oidc-provider/{GITHUB}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{GITHUB}:aud": "sts.amazonaws.com",
                f"{GITHUB}:sub": f"repo:{repository}:environment:{environment.name}",
            }
        },
    }
    return policy_of([statement])


def _resources(environment: Environment, scope: Scope) -> Mapping[str, tuple[str, ...]]:
    """Return service, or one of its actions, -> ARNs; what is not here is read of the whole account."""
    at = f"{environment.region}:{environment.account}"
    bucket = (f"arn:aws:s3:::{scope.bucket}", f"arn:aws:s3:::{scope.bucket}/*")
    return {
        # A table that was restored has the planned name and an ending.
        "dynamodb": tuple(f"arn:aws:dynamodb:{at}:table/{table}*" for table in scope.tables),
        "secretsmanager": tuple(
            f"arn:aws:secretsmanager:{at}:secret:{secret}-??????" for secret in scope.secrets
        ),
        "lambda": tuple(
            f"arn:aws:lambda:{at}:function:{function}*" for function in scope.functions
        ),
        "logs:FilterLogEvents": tuple(
            f"arn:aws:logs:{at}:log-group:{group}:*" for group in scope.log_groups
        ),
        "apigateway": (f"arn:aws:apigateway:{environment.region}::/*",),
        # Of all resources of API Gateway, routing rules alone have the account in their ARN.
        "apigateway:ListRoutingRules": (f"arn:aws:apigateway:{at}:/domainnames/*",),
        "sns": (f"arn:aws:sns:{at}:*",),
        "s3": bucket if scope.bucket else NOWHERE,
    }


def _store(*stores: str) -> list[dict[str, Any]]:
    """Return what reading the records takes, of this environment and of the one before."""
    buckets = dict.fromkeys(there[0] for store in stores if (there := in_s3(store)))
    arns = [f"arn:aws:s3:::{bucket}{part}" for bucket in buckets for part in ("", "/*")]
    # S3 shows a bucket's policy to its own account alone, so `runbook evidence` lets no other account ask for it.
    return [allowing([*EVIDENCE, "s3:GetBucketPolicy"], arns)] if arns else []


def _via(scope: Scope) -> list[dict[str, Any]]:
    keys = [f"{service}.{scope.region}.amazonaws.com" for service in ENCRYPTED]
    arns = [*scope.keys] or [f"arn:aws:kms:{scope.region}:{scope.account}:key/*"]
    return [allowing([DECRYPT], arns, Condition={"StringEquals": {"kms:ViaService": keys}})]


def print_policy(
    *, kind: str, env: str, repository: str | None, environments: Path, **_: str
) -> int:
    if kind != "trust" and repository:
        raise CommandLineError(
            en="--repository is an option of policy trust; leave it out",
            ja="--repositoryはpolicy trustのオプションです。外してください",
        )
    environment = load(env, environments).environment
    plan = import_module(PLAN)
    scope: Scope = plan.scope_of(plan.plan_for(environment), environment)
    before = peek(environment.before, "evidence", environments) or ""
    print(json.dumps(_made(kind, environment, scope, before, repository), indent=2))
    return Exit.DONE


def _made(
    kind: str, environment: Environment, scope: Scope, before: str, repository: str | None
) -> dict[str, Any]:
    match kind:
        case "reader":
            return reader(environment, scope, before)
        case "ci":
            return ci(environment, scope, before)
        case "smoke":
            plan = import_module(PLAN).plan_for(environment)
            calls: dict[str, Any] = import_module(SMOKE).policy(environment, plan)
            return calls
    if repository is None or not REPOSITORY.fullmatch(repository):
        raise CommandLineError(
            en="add --repository OWNER/NAME, whose jobs may take the role",
            ja="ロールを使用するリポジトリを--repository 所有者/名前で指定してください",
        )
    return trust(environment, repository)
