"""The signing key in KMS, and how it is kept: every principal that may use it could have written any record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from aws.iam import parse
from signoff.evidence.garbled import reporting_garbled, unread
from signoff.evidence.keys import EvidenceKeyError, FileKey, KeyCustody, pinned

ALGORITHM = "ECDSA_SHA_256"
SIGNING = frozenset({"Sign", "CreateGrant"})
"""Operations of a grant that let the grantee sign, or let others sign."""


@dataclass(frozen=True)
class KmsKey:
    """An asymmetric KMS key (ECC_NIST_P256, SIGN_VERIFY), by ARN."""

    arn: str
    client: Callable[[], Any]
    """Makes the KMS client, only where the key itself is needed."""
    pinned: str | None = None
    """The public key of the environment file (base64); None reads it from KMS, once."""
    in_kms: bool = True

    @property
    def name(self) -> str:
        return self.arn

    @cached_property
    def public(self) -> bytes:
        if self.pinned:
            return pinned(self.pinned)
        with reporting_garbled("KMS"):
            answer = self.client().get_public_key(KeyId=self.arn)
        return self._in(answer, "PublicKey")

    def ready(self) -> None:
        """Do nothing: ``runbook evidence`` creates a KMS key, its first use never does."""

    def sign(self, message: bytes) -> bytes:
        with reporting_garbled("KMS"):
            answer = self.client().sign(
                KeyId=self.arn, Message=message, MessageType="RAW", SigningAlgorithm=ALGORITHM
            )
        return self._in(answer, "Signature")

    def custody(self) -> KeyCustody:
        return _custody(self.client(), self.arn)

    def _in(self, answer: Mapping[str, bytes], member: str) -> bytes:
        """Return a member of KMS's answer; EvidenceKeyError if it is missing, since botocore parses a garbled answer as an empty one."""
        if found := answer.get(member):
            return found
        raise EvidenceKeyError(
            en=f"the answer of KMS about {self.arn} has no {member}; ask again",
            ja=f"{self.arn}についてのKMSの応答に{member}がありません。再実行してください",
        )


SigningKey = FileKey | KmsKey
"""Signs records, and says with which public key they are verified."""


def _custody(kms: Any, arn: str) -> KeyCustody:
    """Ask KMS how a key is kept; what it refuses to say is unknown."""
    try:
        with reporting_garbled("KMS"):
            pages = kms.get_paginator("list_grants").paginate(KeyId=arn)
            grants = [grant for page in pages for grant in page["Grants"]]
            policy = kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"]
            parse(policy, arn)
            return KeyCustody(
                state=kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"],
                policy=policy,
                grantees=tuple(sorted(map(_grantee, filter(_gives_signing, grants)))),
            )
    except (ClientError, BotoCoreError, OSError) as error:
        return KeyCustody(state="", unread=unread(error))


def _gives_signing(grant: Mapping[str, Any]) -> bool:
    return not SIGNING.isdisjoint(operation for operation in grant.get("Operations", SIGNING))


def _grantee(grant: Mapping[str, Any]) -> str:
    return str(grant.get("GranteePrincipal") or grant.get("GranteeServicePrincipal"))
