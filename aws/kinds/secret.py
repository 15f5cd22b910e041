"""Secrets Manager: that each secret is there, under which key, and who else holds it; values are read in aws/secret_value.py."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aws.change.undo import (
    EACH,
    THIS,
    UndoTarget,
    by_call,
    by_hand,
    calling,
    no_longer_denied,
    without_statements,
)
from aws.kind.description import (
    ARN,
    COPIES,
    DENIED,
    HELD_IN,
    IDENTITY,
    JUDGED_EACH_RUN,
    KMS_KEY,
    NAME,
    OPENED,
    PLANNED_BY,
    POLICY,
    Part,
    ReadCall,
    fact,
    tags_at,
)
from aws.kind.engine import Kind
from aws.ledger import LABELS, NAMES, WHEN, Closed, Ledger, operation
from aws.raw import Raw, utc
from aws.reading import Reading
from aws.redaction.secret_text import MaskedValue
from aws.words import Words

ROTATION = Words(en="rotation", ja="自動ローテーション")
FURTHER_LABELS = Words(en="further version labels", ja="追加のバージョンラベル")
EXTERNAL_TYPE = Words(en="type of an external secret", ja="外部シークレットの種類")
OWNING_SERVICE = Words(en="owning service", ja="所有サービス")
COPIED_FROM = Words(en="copied from another account", ja="別アカウントからの複製")
COPIED_TO = Words(en="replicas in other accounts", ja="別アカウントへの複製")
HOW_IT_ROTATES = (
    *("RotationLambdaARN", "RotationRules"),
    *("ExternalSecretRotationMetadata", "ExternalSecretRotationRoleArn"),
)
CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
"""Labels of the version that functions read, and of the one before it."""
ITS_NAME = {"SecretId": "{name}"}


def _labels(versions: Mapping[str, Iterable[str]] | None) -> set[str]:
    return {label for labels in (versions or {}).values() for label in labels}


def _further_labels(versions: Raw) -> tuple[str, ...]:
    """Return the labels that no secret has unless a label was moved or the secret rotated."""
    return tuple(sorted(_labels(versions) - {CURRENT, PREVIOUS}))


def _replaced(secret: Raw) -> datetime | None:
    had_another = PREVIOUS in _labels(secret.get("VersionIdsToStages"))
    return utc(secret.get("LastChangedDate")) if had_another else None


def _regions(secret: Raw) -> tuple[str, ...]:
    copies = {entry["Region"] for entry in secret.get("ReplicationStatus", ())}
    return tuple(
        sorted(copies | {secret["PrimaryRegion"]} if "PrimaryRegion" in secret else copies)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """``kms_key`` None is the AWS managed key aws/secretsmanager; ``policy`` is JSON text."""

    name: str = fact(NAME, "Name", part=PLANNED_BY)
    arn: str = fact(ARN, "ARN", part=IDENTITY)
    kms_key: str | None = fact(KMS_KEY, "KmsKeyId", absent=None)
    deleted: datetime | None = fact(
        Words(en="scheduled for deletion", ja="削除予定"),
        "DeletedDate",
        absent=None,
        read=utc,
        part=JUDGED_EACH_RUN,
    )
    current: bool = fact(
        Words(en="has a current value", ja="現在の値あり"),
        "VersionIdsToStages",
        absent=False,
        read=lambda versions: CURRENT in _labels(versions),
        part=JUDGED_EACH_RUN,
    )
    policy: str | None = fact(
        POLICY, "ResourcePolicy", call="policy", absent=None, part=Part.PERMISSIONS
    )
    tags: Mapping[str, MaskedValue] = tags_at("Tags")
    replicas: tuple[str, ...] = fact(
        HELD_IN,
        "",
        absent=(),
        read=_regions,
        covers="PrimaryRegion ReplicationStatus",
        part=Part.PERMISSIONS,
    )
    """Those to which it is replicated, and its primary's."""
    replaced: datetime | None = fact(
        Words(en="replaced", ja="値の変更日時"),
        "",
        absent=None,
        read=_replaced,
        covers="LastChangedDate",
        part=JUDGED_EACH_RUN,
    )
    """When it was last changed, where it had another value before: people who copied the old value still have it."""


def _end_replicas(target: UndoTarget) -> None:
    """Take the copies away; what is a copy itself becomes a secret of its own, which is done where it is."""
    client = target.context.client("secretsmanager")
    if client.describe_secret(SecretId=target.name).get("PrimaryRegion") in target.ids:
        client.stop_replication_to_replica(SecretId=target.name)
        return
    client.remove_regions_from_replication(
        SecretId=target.name, RemoveReplicaRegions=list(target.ids)
    )


def _remove_labels(target: UndoTarget) -> None:
    client = target.context.client("secretsmanager")
    versions = client.describe_secret(SecretId=target.name)["VersionIdsToStages"]
    for version, labels in versions.items():
        for label in set(labels) & set(target.ids):
            client.update_secret_version_stage(
                SecretId=target.name, VersionStage=label, RemoveFromVersionId=version
            )


def _policy(target: UndoTarget) -> None:
    """Take statements off the secret's own policy; without any, the policy goes."""
    client, secret = target.context.client("secretsmanager"), {"SecretId": target.name}
    document = client.get_resource_policy(**secret)["ResourcePolicy"]
    if policy := without_statements(document, target.ids):
        client.put_resource_policy(**secret, ResourcePolicy=policy)
    else:
        client.delete_resource_policy(**secret)


_ELSEWHERE = by_hand(
    en="the service that owns {name}, or the account that it is copied from, decides: ask there to release"
    " it (Secrets Manager console > Secrets > {name} shows which), then run `secrets` in the runbook",
    ja="{name}を所有するサービス、または複製元のアカウントの管理下にあります。Secrets Managerコンソール > シークレット > {name}で"
    "所有元を確認し、管理を解除したあと、ランブックの`secrets`を実行してください",
)
SECRET = Kind[Secret](
    words=Words(en="secret", ja="シークレット"),
    service="secretsmanager",
    section="secrets",
    attached_section="secret_attachments",
    type=Secret,
    calls={
        "secret": ReadCall(
            operation="DescribeSecret",
            asks=ITS_NAME,
            named=lambda parameters, _: str(parameters["SecretId"]),
            needs=frozenset({"ARN"}),
            members={
                "Type": Closed(EXTERNAL_TYPE),
                "RotationEnabled": Closed(ROTATION, siblings=HOW_IT_ROTATES),
                "VersionIdsToStages": Closed(
                    FURTHER_LABELS,
                    usual=lambda value: not _further_labels(value),
                    shows=_further_labels,
                ),
                "OwningService": Closed(OWNING_SERVICE),
                "CrossAccountPrimary": Closed(COPIED_FROM, shows="PrimarySecretARN", loosens=True),
                "CrossAccountReplicas": Closed(COPIED_TO, shows="ReplicaSecretARN", loosens=True),
            },
            harmless={
                LABELS: "Description",
                WHEN: "LastRotatedDate LastAccessedDate CreatedDate",
                "says how rotation runs, and stays when it is off; that it runs is closed, and a decision repeats how": (
                    f"NextRotationDate {' '.join(HOW_IT_ROTATES)}"
                ),
            },
        ),
        "policy": ReadCall(
            operation="GetResourcePolicy",
            asks=ITS_NAME,
            # A secret without a policy has an ARN all the same: nothing at all is no answer.
            needs=frozenset({"ARN"}),
            harmless={NAMES: "ARN Name PolicyName"},
        ),
    },
    undo={
        ROTATION: by_call(
            calling("secretsmanager", "cancel_rotate_secret", SecretId=THIS),
            en="the secret keeps its value until you replace it",
            ja="値は、手動で置き換えるまで変わらなくなります",
        ),
        COPIES: by_call(
            _end_replicas,
            en="anything that reads a copy in that Region no longer finds it; a secret that is itself a copy from"
            " there becomes one of its own, and gets no new value from there any more",
            ja="そのリージョンの複製は読めなくなります。そのリージョンからの複製である場合は独立したシークレットになり、"
            "新しい値は届かなくなります",
        ),
        COPIED_TO: by_call(
            calling(
                "secretsmanager",
                "disassociate_cross_account_replica",
                SecretId=THIS,
                CrossAccountReplicaARN=EACH,
            ),
            en="the copies there get no new value; what was copied may still be read there, so that a new"
            " value (`secrets` in the runbook) is worth it",
            ja="複製先に新しい値は届かなくなります。すでに複製された値は読めるため、ランブックの`secrets`で値を替えることも"
            "検討してください",
        ),
        FURTHER_LABELS: by_call(
            _remove_labels,
            en="requests for the secret by that label are refused, and Secrets Manager may delete the"
            " version behind it",
            ja="このラベルでの取得はできなくなり、該当バージョンは削除されることがあります",
            final=True,
        ),
        **dict.fromkeys((EXTERNAL_TYPE, OWNING_SERVICE, COPIED_FROM), _ELSEWHERE),
        DENIED: no_longer_denied(_policy),
        OPENED: by_call(
            _policy,
            en="the principals that those statements allow can no longer read the secret by them; if one was a"
            " stranger, give it a new value as well (`secrets` in the runbook)",
            ja="該当ステートメントで許可された相手は読めなくなります。部外者だった場合は、ランブックの`secrets`で値も替えてください",
            final=True,
        ),
    },
)
LEDGER: Ledger = {
    "secretsmanager:GetSecretValue": operation(
        judged="SecretBinary SecretString",
        harmless={
            NAMES: "ARN Name VersionId",
            "told by DescribeSecret": "VersionStages",
            WHEN: "CreatedDate",
        },
    ),
    "secretsmanager:ListSecrets": operation(
        judged="SecretList.Name",
        # Of the planned ones DescribeSecret tells the same; others are known by their names.
        harmless={"told by DescribeSecret": "SecretList"},
    ),
}


def names(reading: Reading) -> list[str]:
    listed = reading.aws.listed(
        "secretsmanager", "list_secrets", "SecretList", IncludePlannedDeletion=True
    )
    return [entry["Name"] for entry in listed]


READERS = SECRET.readers(lambda reading: reading.scope.secrets)
