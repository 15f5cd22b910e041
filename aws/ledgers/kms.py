"""KMS: the keys under which something of ours is encrypted, and who else may use them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aws.ledger import Closed, Coverage, Harmless, Judged, Ledger, Operation, Resource
from aws.raw import Raw
from aws.words import Words

KEY = Words(en="key", ja="キー")
GRANTS = Words(en="grants", ja="グラント")

NEXT = Harmless("leads to the next page, which is read")
WHEN = Harmless("when something was made or changed decides nothing")
NAMES = Harmless("an id or ARN of what its name says already")
ALGORITHM = Harmless(
    "what the key can do follows from its kind; one that cannot encrypt is refused"
)


def _of_service(grant: Raw) -> bool:
    """Whether AWS made the grant for a service that stores something under the key."""
    return str(grant.get("GranteePrincipal", "")).endswith(".amazonaws.com") or (
        "GranteeServicePrincipal" in grant
    )


def _grantees(found: Any) -> tuple[str, ...]:
    return tuple(sorted(str(one.get("GranteePrincipal")) for one in found if not _of_service(one)))


def _grant_ids(found: Any) -> tuple[str, ...]:
    grants = (one.get("GrantId") for one in found if not _of_service(one))
    return tuple(filter(None, grants))


def _granted(found: Any) -> Iterator[str]:
    """Say what each grant of somebody else allows."""
    for one in found:
        if not _of_service(one):
            what = ", ".join(sorted(one.get("Operations", ())))
            within = json.dumps(one.get("Constraints") or {}, sort_keys=True)
            yield f"{one.get('GranteePrincipal')}: {what} {within}".removesuffix(" {}")


def _key_id(_: Raw, found: Raw) -> str:
    return str(found["KeyId"])


def _asked(parameters: Mapping[str, Any], _: Raw) -> str:
    return str(parameters["KeyId"]).rpartition("/")[2]


LEDGER: Ledger = {
    "kms:DescribeKey": Operation(
        resources={"KeyMetadata": Resource(kind=KEY, name=_key_id)},
        needs=frozenset({"KeyMetadata"}),
        members={
            "KeyMetadata.AWSAccountId": NAMES,
            "KeyMetadata.KeyId": NAMES,
            "KeyMetadata.Arn": Judged("arn"),
            "KeyMetadata.CreationDate": WHEN,
            "KeyMetadata.Enabled": Harmless("told by KeyState"),
            "KeyMetadata.Description": Harmless(
                "words for people; the door searches them for secrets"
            ),
            "KeyMetadata.KeyUsage": ALGORITHM,
            "KeyMetadata.KeyState": Judged(
                "state",
                values=frozenset(
                    {
                        "Creating",
                        "Enabled",
                        "Disabled",
                        "PendingDeletion",
                        "PendingImport",
                        "PendingReplicaDeletion",
                        "Unavailable",
                        "Updating",
                    }
                ),
            ),
            "KeyMetadata.DeletionDate": Harmless("told by KeyState, which is PendingDeletion then"),
            "KeyMetadata.ValidTo": Closed(Words(en="expires", ja="有効期限")),
            "KeyMetadata.Origin": Closed(
                Words(en="origin of its material", ja="キーマテリアルの生成元"),
                usual=lambda found: found == "AWS_KMS",
            ),
            "KeyMetadata.CustomKeyStoreId": Harmless("told by Origin"),
            "KeyMetadata.CloudHsmClusterId": Harmless("told by Origin"),
            "KeyMetadata.ExpirationModel": Harmless("told by ValidTo"),
            "KeyMetadata.KeyManager": Judged("manager", values=frozenset({"AWS", "CUSTOMER"})),
            "KeyMetadata.CustomerMasterKeySpec": ALGORITHM,
            "KeyMetadata.KeySpec": ALGORITHM,
            "KeyMetadata.EncryptionAlgorithms": ALGORITHM,
            "KeyMetadata.SigningAlgorithms": ALGORITHM,
            "KeyMetadata.KeyAgreementAlgorithms": ALGORITHM,
            "KeyMetadata.EncapsulationAlgorithms": ALGORITHM,
            "KeyMetadata.MultiRegion": Harmless("told by its replicas, which are closed"),
            "KeyMetadata.MultiRegionConfiguration.MultiRegionKeyType": Harmless(
                "told by its replicas, which are closed"
            ),
            "KeyMetadata.MultiRegionConfiguration.PrimaryKey": Harmless(
                "told by its replicas, which are closed"
            ),
            "KeyMetadata.MultiRegionConfiguration.ReplicaKeys": Closed(
                Words(en="replicas in other Regions", ja="他リージョンの複製キー"),
                shows="Region",
                loosens=True,
            ),
            "KeyMetadata.PendingDeletionWindowInDays": Harmless("told by KeyState"),
            "KeyMetadata.MacAlgorithms": ALGORITHM,
            "KeyMetadata.XksKeyConfiguration": Harmless("told by Origin"),
            "KeyMetadata.CurrentKeyMaterialId": NAMES,
        },
    ),
    "kms:GetKeyPolicy": Operation(
        resources={}, members={"Policy": Judged("policy"), "PolicyName": NAMES}
    ),
    "kms:ListGrants": Operation(
        resources={"": Resource(kind=KEY, name=_asked)},
        needs=frozenset({"Grants"}),
        members={
            "Grants": Closed(
                GRANTS,
                usual=lambda found: all(map(_of_service, found)),
                shows=_grantees,
                ids=_grant_ids,
                terms=_granted,
                loosens=True,
            ),
            "NextMarker": NEXT,
            "Truncated": NEXT,
        },
    ),
}

COVERAGE = Coverage(
    speaks_by=frozenset({"KeyId"}),
    ignored={
        "kms:DescribeCustomKeyStores": "where material is kept; the origin of ours is closed",
        "kms:GetKeyLastUsage": "when it was used last decides nothing",
        "kms:GetKeyRotationStatus": "rotation keeps the old material: nothing is lost by it, or without it",
        "kms:GetParametersForImport": "for importing material; the origin of ours is closed",
        "kms:GetPublicKey": "keys that encrypt at rest have no public part",
        "kms:ListAliases": "further names of a key; what refers to it is read by the name it uses",
        "kms:ListKeyPolicies": "there is one, named default, which GetKeyPolicy reads",
        "kms:ListKeyRotations": "rotation keeps the old material",
        "kms:ListKeys": "keys that nothing of ours refers to",
        "kms:ListResourceTags": "words for people and bills",
        "kms:ListRetirableGrants": "grants by who may end them; ListGrants tells all of a key",
    },
)
