"""Why a function cannot read its secret: name, Region, state, key, policy and variable, each looked at."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aws.access.reach import known_of
from aws.change.gate import unless_absent
from aws.desired import Function, Secret
from aws.iam.evaluation import EvalDecision, evaluate
from aws.iam.statement import Statement, parse
from aws.words import Words
from runbook.diagnosis.cause import Cause, cause
from runbook.engine import StepContext
from runbook.rollback.versions import described

REFUSED = frozenset({EvalDecision.EXPLICITLY_DENIED, EvalDecision.NOT_ALLOWED})
"""Decisions that are reported: one that depends on a condition of which nothing is known is not."""
READ, DECRYPT = "secretsmanager:GetSecretValue", "kms:Decrypt"
ENABLE = "aws kms enable-key --key-id {key}"
REVIVAL = {
    "Disabled": ENABLE,
    "PendingDeletion": "aws kms cancel-key-deletion --key-id {key} && " + ENABLE,
}
"""State of a key -> the command that makes it usable again."""
LOOK = "aws kms describe-key --key-id {key}"
"""In any other state only whoever owns the key can tell what brings it back."""


def report(context: StepContext, function: Function, name: str) -> None:
    """Report what is wrong, or that the settings show nothing wrong."""
    secret = next(one for one in context.plan.secrets if one.name == name)
    found = list(causes(context, function, secret))
    for one in found:
        context.tell(one.told(context.environment.name))
    if not found:
        context.tell(
            Words(
                en=f"{function.name} can read {name}, as far as its settings show",
                ja=f"設定上、{function.name}は{name}を読み取れます",
            )
        )


def causes(context: StepContext, function: Function, secret: Secret) -> Iterator[Cause]:
    """Yield what is wrong; nothing where everything is right."""
    found = unless_absent(context.client("secretsmanager").describe_secret, SecretId=secret.name)
    if found is None:
        region = context.environment.region
        yield cause(
            f"there is no secret {secret.name} in {region}",
            f"シークレット{secret.name}が{region}にありません",
            "python -m runbook secrets --env {env} --go",
        )
        return
    key = _key(context, found.get("KmsKeyId"))
    yield from _state(secret, found, key)
    live = unless_absent(described, context=context, function=function, qualifier=function.alias)
    if live is None:
        yield cause(
            f"there is no alias {function.alias} of function {function.name}",
            f"関数{function.name}またはそのエイリアス{function.alias}がありません",
            f"python -m runbook functions --env {{env}} --only {function.key} --go",
        )
        return
    yield from _variable(function, secret, live, found["ARN"])
    yield from _permissions(context, live["Role"], found["ARN"], key)


def _state(
    secret: Secret, found: Mapping[str, Any], key: Mapping[str, Any] | None
) -> Iterator[Cause]:
    if found.get("DeletedDate"):
        yield cause(
            f"secret {secret.name} is being deleted",
            f"シークレット{secret.name}は削除待ちです",
            f"aws secretsmanager restore-secret --secret-id {secret.name}",
        )
    if key and key["KeyState"] != "Enabled":
        yield cause(
            f"the key of {secret.name} is {key['KeyState']}",
            f"{secret.name}の暗号化キーの状態が{key['KeyState']}です",
            REVIVAL.get(key["KeyState"], LOOK).format(key=key["KeyId"]),
        )


def _variable(
    function: Function, secret: Secret, live: Mapping[str, Any], arn: str
) -> Iterator[Cause]:
    environment = live.get("Environment", {})
    spelt = {secret.name, arn, arn.rpartition("-")[0]}
    # Under a key that this caller may not use, Lambda shows no variables.
    if "Error" not in environment and spelt.isdisjoint(environment.get("Variables", {}).values()):
        yield cause(
            f"no variable of version {live['Version']} of {function.name} names {secret.name}",
            f"{function.name}のバージョン{live['Version']}に{secret.name}を指す環境変数がありません",
            "python -m runbook functions --env {env} --row DEP-13 --go",
        )


def _permissions(
    context: StepContext, role_arn: str, secret_arn: str, key: Mapping[str, Any] | None
) -> Iterator[Cause]:
    """Yield what the role lacks. AWS's own key for secrets allows whoever may read the secret."""
    role, remedy = role_arn.rpartition("/")[2], "python -m runbook least_privilege --env {env} --go"
    if unless_absent(context.client("iam").get_role, RoleName=role) is None:
        yield cause(f"there is no role {role}", f"ロール{role}がありません", remedy)
        return
    statements = _statements(context, role)
    decision = evaluate(statements, READ, secret_arn, known_of(role_arn, secret_arn))
    if decision.outcome in REFUSED:
        yield cause(
            f"{role} may not read {secret_arn} (unless the secret's own policy allows it):"
            f" {decision.reason.en}",
            f"{role}には{secret_arn}を読み取る権限がありません（シークレットのポリシーで許可されている場合を除く）:"
            f" {decision.reason.ja}",
            remedy,
        )
    if key is None or key.get("KeyManager") != "CUSTOMER":
        return
    decision = evaluate(statements, DECRYPT, key["Arn"], known_of(role_arn, key["Arn"]))
    if decision.outcome in REFUSED:
        yield cause(
            f"{role} may not decrypt with {key['Arn']} (unless the key's own policy allows it):"
            f" {decision.reason.en}; name that key as secret_key in environments.toml",
            f"{role}には{key['Arn']}で復号する権限がありません（キーポリシーで許可されている場合を除く）:"
            f" {decision.reason.ja}。environments.tomlのsecret_keyにこのキーを指定します",
            remedy,
        )


def _key(context: StepContext, key: str | None) -> Mapping[str, Any] | None:
    """Return what KMS says of a key; None where the secret names none, and so has AWS's own."""
    if key is None:
        return None
    answer = unless_absent(context.client("kms").describe_key, KeyId=key)
    if answer is None:
        return {"KeyId": key, "KeyState": "absent"}
    found: Mapping[str, Any] = answer["KeyMetadata"]
    return found


def _statements(context: StepContext, role: str) -> list[Statement]:
    iam = context.client("iam")
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
