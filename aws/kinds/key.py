"""KMS: each key by the name with which a resource refers to it, and who else may use it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import filterfalse
from typing import Any

from aws.change.undo import EACH, THIS, by_call, by_hand, calling
from aws.kind.description import (
    ARN,
    JUDGED_EACH_RUN,
    POLICY,
    STATE,
    Part,
    ReadCall,
    fact,
    tried,
    value_of,
)
from aws.kind.engine import Kind
from aws.ledger import LABELS, NAMES, WHEN, Closed, Unplanned, by_parameter, only
from aws.raw import Raw
from aws.reading import Reader, Reading, required
from aws.section import Section, Unreadable, readable
from aws.words import Words

GRANTS = Words(en="grants", ja="グラント")
EXPIRY = Words(en="expires", ja="有効期限")
ORIGIN = Words(en="origin of its material", ja="キーマテリアルの生成元")
REPLICAS = Words(en="replicas in other Regions", ja="他リージョンの複製キー")
REFERRING = {
    "tables": "sse_key_arn",
    "secrets": "kms_key",
    "functions": "kms_key_arn",
    "versions_back": "kms_key_arn",
    "topics": "kms_key",
    "log_groups": "kms_key",
    "buckets": "kms_key",
}
"""Section -> the field of its items that names a key."""


SECRETS_DEFAULT = "alias/aws/secretsmanager"
"""The key of a secret that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A KMS key under the name by which a resource refers to it (id, ARN or alias)."""

    arn: str = fact(ARN, "Arn")
    state: str = fact(STATE, "KeyState", part=JUDGED_EACH_RUN)
    manager: str = fact(Words(en="manager", ja="管理元"), "KeyManager")
    policy: str | None = fact(POLICY, "Policy", call="policy", absent=None, part=Part.PERMISSIONS)


def _of_service(grant: Raw) -> bool:
    """Whether AWS made the grant for a service that stores something under the key, or, in the key's account, for a service's role or a function."""
    grantee = str(grant.get("GranteePrincipal", ""))
    bound = (grant.get("Constraints") or {}).get("EncryptionContextEquals") or {}
    function = bound.get("aws:lambda:FunctionArn", "").rpartition(":")[2]
    made = ":role/aws-service-role/" in grantee or grantee.endswith(f"/{function}")
    here = grantee.split(":")[4:5] == str(grant.get("KeyId", "")).split(":")[4:5]
    of_aws = grantee.endswith(".amazonaws.com") or "GranteeServicePrincipal" in grant
    return of_aws or (made and here)


def _grantees(grants: Iterable[Raw]) -> list[str]:
    return sorted(str(grant.get("GranteePrincipal")) for grant in filterfalse(_of_service, grants))


def _granted(grants: Iterable[Raw]) -> Iterator[str]:
    """Say what each grant to another principal allows."""
    for grant in filterfalse(_of_service, grants):
        operations = ", ".join(sorted(grant.get("Operations", ())))
        within = json.dumps(grant.get("Constraints") or {}, sort_keys=True)
        yield f"{grant.get('GranteePrincipal')}: {operations} {within}".removesuffix(" {}")


KEY = Kind[Key](
    words=Words(en="key", ja="キー"),
    service="kms",
    section="keys",
    attached_section="key_attachments",
    type=Key,
    calls={
        "key": ReadCall(
            operation="DescribeKey",
            asks={"KeyId": "{name}"},
            under="KeyMetadata",
            named=lambda _, value: str(value["KeyId"]),
            needs=frozenset({"KeyMetadata"}),
            members={
                "ValidTo": Closed(EXPIRY),
                "Origin": Closed(ORIGIN, usual=only("AWS_KMS")),
                "MultiRegionConfiguration.ReplicaKeys": Closed(
                    REPLICAS, shows="Region", loosens=True
                ),
            },
            harmless={
                NAMES: "AWSAccountId KeyId CurrentKeyMaterialId",
                WHEN: "CreationDate",
                LABELS: "Description",
                "what the key can do follows from its kind; one that cannot encrypt is refused": (
                    "KeyUsage CustomerMasterKeySpec KeySpec MacAlgorithms EncryptionAlgorithms"
                    " SigningAlgorithms KeyAgreementAlgorithms EncapsulationAlgorithms"
                ),
                "told by KeyState": "Enabled PendingDeletionWindowInDays",
                "told by KeyState, which is PendingDeletion then": "DeletionDate",
                "told by Origin": "CustomKeyStoreId CloudHsmClusterId XksKeyConfiguration",
                "told by ValidTo": "ExpirationModel",
                "told by its replicas, which are closed": (
                    "MultiRegion MultiRegionConfiguration.MultiRegionKeyType"
                    " MultiRegionConfiguration.PrimaryKey"
                ),
            },
        ),
        "policy": ReadCall(
            operation="GetKeyPolicy", needs=frozenset({"Policy"}), members={"PolicyName": NAMES}
        ),
        "grants": ReadCall(
            operation="ListGrants",
            asks={"KeyId": "{name}"},
            pages="Grants",
            named=by_parameter("KeyId"),
            needs=frozenset({"Grants"}),
            members={
                "Grants": Closed(
                    GRANTS,
                    usual=lambda value: all(map(_of_service, value)),
                    shows=_grantees,
                    ids=lambda grants: filter(
                        None, (grant.get("GrantId") for grant in filterfalse(_of_service, grants))
                    ),
                    terms=_granted,
                    loosens=True,
                ),
            },
        ),
    },
    undo={
        GRANTS: by_call(
            calling("kms", "revoke_grant", KeyId=THIS, GrantId=EACH),
            en="those principals can no longer use the key, nor read what they encrypted under it",
            ja="該当のプリンシパルはキーを使えなくなり、このキーで暗号化したデータも読めなくなります",
            final=True,
        ),
        EXPIRY: by_hand(
            en="KMS console > Customer managed keys > {name} > Key material: import it again without an expiry",
            ja="KMSコンソール > カスタマー管理型のキー > {name} > キーマテリアルで、有効期限なしで再度インポートしてください",
        ),
        ORIGIN: by_hand(
            en="the origin of a key never changes. KMS console > Customer managed keys > Create key (origin KMS);"
            " name it in environments.toml, then run `encryption` and `secrets` in the runbook",
            ja="生成元は変更できません。KMSコンソール > カスタマー管理型のキー > キーの作成（オリジンはKMS）で新しいキーを作り、"
            "environments.tomlに記載してから、ランブックの`encryption`と`secrets`を実行してください",
        ),
        REPLICAS: by_hand(
            en="KMS console, in each Region that the row names > Customer managed keys > {name} > Key actions >"
            " Schedule key deletion",
            ja="この項目が示す各リージョンのKMSコンソール > カスタマー管理型のキー > {name} > キーのアクション > キーの削除をスケジュール",
        ),
    },
)


def same_key(decided: str, reference: str) -> bool:
    """Whether a resource's reference (id, ARN or alias) names the decided key, an ARN or an alias."""
    _, key, id_ = decided.partition(":key/")
    return decided in {reference, reference.rpartition(":")[2]} or bool(key and reference == id_)


def keys(reading: Reading) -> Section[Key]:
    sections = reading.sections(REFERRING)
    names = {key for name, section in sections.items() for key in _key_names(name, section)}
    by_name = reading.each(sorted(names), lambda name: _key(reading, name))
    return {**by_name, **dict(_unknown(sections))}


def _key_names(name: str, section: Section[Any]) -> Iterator[str]:
    for item in readable(section).values():
        key = value_of(item, REFERRING[name])
        if key is None and name == "secrets":
            key = SECRETS_DEFAULT
        if key and not isinstance(key, Unreadable):
            yield key


def _unknown(sections: Mapping[str, Section[Any]]) -> Iterator[tuple[str, Unreadable]]:
    """Stand in for the keys that cannot be named, because what would name them is not known."""
    for name, section in sections.items():
        if isinstance(section, Unreadable):
            yield f"(of {name})", section.behind(name)
            continue
        for item, read in section.items():
            why = read if isinstance(read, Unreadable) else value_of(read, REFERRING[name])
            if isinstance(why, Unreadable):
                yield f"(of {name} {item})", why.behind(name)


def _key(reading: Reading, name: str) -> Key:
    answer = reading.aws.call("kms", "describe_key", KeyId=name)
    metadata = answer["KeyMetadata"]
    # Policies of AWS managed keys are AWS's business, and not shown to every caller.
    own = metadata["KeyManager"] == "CUSTOMER"
    parameters = {"KeyId": metadata["KeyId"], "PolicyName": "default"} if own else {}
    policy = tried(partial(reading.aws.call, "kms", "get_key_policy", **parameters)) if own else {}
    return KEY.decode({"key": answer, "policy": policy}, name)


def attachments(reading: Reading) -> Section[tuple[Unplanned, ...]]:
    """Read the grants of customer managed keys; AWS managed keys are granted to services only."""
    keys_read = reading.needed("keys")

    def read(name: str) -> tuple[Unplanned, ...]:
        key = required(keys_read, "keys", name)
        key_id = key.arn.rpartition("/")[2]
        if key.manager == "CUSTOMER":
            reading.aws.listed("kms", "list_grants", "Grants", KeyId=key_id)
        return reading.aws.unplanned(KEY.words, key_id)

    return reading.each(keys_read, read)


READERS = {
    KEY.section: Reader(keys, KEY.actions),
    KEY.attached_section: Reader(attachments, ("kms:ListGrants",)),
}
