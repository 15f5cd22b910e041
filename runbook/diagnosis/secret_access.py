"""Why a function cannot read its secret: name, Region, state, key, policy and variable, each looked at."""

import json
from collections.abc import Iterator
from typing import Any

from plan.model import Function, Secret
from runbook.converge.absent import unless_absent
from runbook.diagnosis.cause import Cause, cause
from runbook.rollback.versions import described
from signoff.policy.condition import context
from signoff.policy.evaluation import evaluate
from signoff.policy.statement import Statement, parse
from signoff.procedure import Work

READ = "secretsmanager:GetSecretValue"


def causes(work: Work, function: Function, secret: Secret) -> Iterator[Cause]:
    """Yield what is wrong; nothing where everything is right."""
    found = unless_absent(work.client("secretsmanager").describe_secret, SecretId=secret.name)
    if found is None:
        region = work.environment.region
        yield cause(
            f"there is no secret {secret.name} in {region}",
            f"シークレット{secret.name}が{region}にありません",
            "python -m runbook secrets",
        )
        return
    if found.get("DeletedDate"):
        yield cause(
            f"secret {secret.name} is being deleted",
            f"シークレット{secret.name}は削除待ちです",
            f"aws secretsmanager restore-secret --secret-id {secret.name}",
        )
    yield from _key(work, secret, found.get("KmsKeyId"))
    live = described(work, function, function.alias)
    if secret.name not in live.get("Environment", {}).get("Variables", {}).values():
        yield cause(
            f"no variable of version {live['Version']} of {function.name} names {secret.name}",
            f"{function.name}のバージョン{live['Version']}に{secret.name}を指す環境変数がありません",
            "python -m runbook functions",
        )
    decision = evaluate(_statements(work, live["Role"]), READ, found["ARN"], context({}))
    if not decision.allowed:
        role = live["Role"].rpartition("/")[2]
        yield cause(
            f"{role} may not read {found['ARN']}: {decision.reason}",
            f"{role}には{found['ARN']}を読み取る権限がありません: {decision.reason}",
            "python -m runbook least_privilege",
        )


def _key(work: Work, secret: Secret, key: str | None) -> Iterator[Cause]:
    if key is None:
        return
    answer = unless_absent(work.client("kms").describe_key, KeyId=key)
    state = answer["KeyMetadata"]["KeyState"] if answer else "absent"
    if state != "Enabled":
        yield cause(
            f"the key of {secret.name} is {state}",
            f"{secret.name}の暗号化キーの状態が{state}です",
            f"aws kms enable-key --key-id {key}",
        )


def _statements(work: Work, role_arn: str) -> list[Statement]:
    iam, role = work.client("iam"), role_arn.rpartition("/")[2]
    found: list[Statement] = []
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=role):
        for name in page["PolicyNames"]:
            answer = iam.get_role_policy(RoleName=role, PolicyName=name)
            found += parse(_text(answer["PolicyDocument"]))
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=role):
        for one in page["AttachedPolicies"]:
            found += parse(_text(_managed(iam, one["PolicyArn"])))
    return found


def _managed(iam: Any, arn: str) -> Any:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)
