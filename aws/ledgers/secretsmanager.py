"""Secrets Manager: secrets, their versions and rotation, and where else they are copied to."""

from collections.abc import Mapping
from typing import Any

from aws.ledger import NAMES, Closed, Harmless, Judged, Ledger, Operation, Resource
from aws.raw import Raw
from aws.words import Words

SECRET = Words(en="secret", ja="シークレット")

WHEN = Harmless("when something was made, changed or read decides nothing")
ROTATES = Harmless(
    "says how rotation runs, and stays when it is off; that it runs is closed, and a decision repeats how"
)
LABELS = frozenset({"AWSCURRENT", "AWSPREVIOUS"})
"""Labels of the version that functions read, and of the one before it."""


def _further_labels(versions: Raw) -> tuple[str, ...]:
    """Return the labels that no secret has unless somebody moved or rotated something."""
    return tuple(sorted({label for one in versions.values() for label in one} - LABELS))


def _name(parameters: Mapping[str, Any], _: Raw) -> str:
    return str(parameters["SecretId"])


BY_SECRET_ID = {"": Resource(kind=SECRET, name=_name)}

LEDGER: Ledger = {
    "secretsmanager:DescribeSecret": Operation(
        resources=BY_SECRET_ID,
        members={
            "ARN": Judged("arn"),
            "Name": Judged("name"),
            "Type": Closed(Words(en="type of an external secret", ja="外部シークレットの種類")),
            "Description": Harmless("words for people; the door searches them for secrets"),
            "KmsKeyId": Judged("kms_key"),
            "RotationEnabled": Closed(
                Words(en="rotation", ja="自動ローテーション"),
                beside=(
                    *("RotationLambdaARN", "RotationRules"),
                    *("ExternalSecretRotationMetadata", "ExternalSecretRotationRoleArn"),
                ),
            ),
            "RotationLambdaARN": ROTATES,
            "RotationRules": ROTATES,
            "ExternalSecretRotationMetadata": ROTATES,
            "ExternalSecretRotationRoleArn": ROTATES,
            "LastRotatedDate": WHEN,
            "LastChangedDate": Judged("replaced"),
            "LastAccessedDate": WHEN,
            "DeletedDate": Judged("deleted"),
            "NextRotationDate": ROTATES,
            "Tags": Judged("tags"),
            "VersionIdsToStages": Closed(
                Words(en="further version labels", ja="追加のバージョンラベル"),
                usual=lambda found: not _further_labels(found),
                shows=_further_labels,
            ),
            "OwningService": Closed(Words(en="owning service", ja="所有サービス")),
            "CreatedDate": WHEN,
            "PrimaryRegion": Judged("replicas"),
            "ReplicationStatus": Judged("replicas"),
            "CrossAccountPrimary": Closed(
                Words(en="copied from another account", ja="別アカウントからの複製"),
                shows="PrimarySecretARN",
                loosens=True,
            ),
            "CrossAccountReplicas": Closed(
                Words(en="replicas in other accounts", ja="別アカウントへの複製"),
                shows="ReplicaSecretARN",
                loosens=True,
            ),
        },
    ),
    "secretsmanager:GetResourcePolicy": Operation(
        resources=BY_SECRET_ID,
        members={
            "ARN": NAMES,
            "Name": NAMES,
            "ResourcePolicy": Judged("policy"),
            "PolicyName": NAMES,
        },
    ),
    "secretsmanager:GetSecretValue": Operation(
        resources={},
        members={
            "ARN": NAMES,
            "Name": NAMES,
            "VersionId": NAMES,
            "SecretBinary": Judged("is_json_object"),
            "SecretString": Judged("fields"),
            "VersionStages": Harmless("told by DescribeSecret"),
            "CreatedDate": WHEN,
        },
    ),
    "secretsmanager:ListSecrets": Operation(
        resources={},
        members={
            "SecretList.Name": Judged("names"),
            # Of the planned ones DescribeSecret tells the same; others are known by their names.
            "SecretList": Harmless("told by DescribeSecret"),
        },
    ),
}
