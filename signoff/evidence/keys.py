"""The key that signs records, a file on this machine or in KMS, and how it is kept: every principal that may use it could have written any record."""

import base64
import binascii
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from aws.door.failures import UNPARSED, code_of, failed, message_of
from aws.iam.statement import parse
from aws.section import Unreadable
from aws.words import Bilingual, Words, words_of

OWNER_ONLY = 0o600
_SCHEME = ec.ECDSA(SHA256())
ALGORITHM = "ECDSA_SHA_256"
SIGNING = frozenset({"Sign", "CreateGrant"})
"""Operations of a grant that let the grantee sign, or let others sign."""


class EvidenceError(Bilingual, OSError):
    """A key, a file or an answer can't be used; an OSError, since what it is for can't be read, or written."""


def garbled(service: str, why: Words) -> EvidenceError:
    return EvidenceError(
        en=f"an answer of {service} is garbled ({why.en}); ask again",
        ja=f"{service}の応答が壊れています（{why.ja}）。再実行してください",
    )


@contextmanager
def reporting_garbled(service: str) -> Iterator[None]:
    """Raise EvidenceError for an answer that can't be parsed, or lacks a member that is needed."""
    try:
        yield
    except (ClientError, BotoCoreError):
        raise
    except (ResponseParserError, *UNPARSED) as error:
        raise garbled(service, Words.same(type(error).__name__)) from None


def unread(error: Exception) -> Unreadable:
    """Return why S3 or KMS does not say how something is kept, with the right that is lacking."""
    if isinstance(error, ClientError):
        code, message = code_of(error), message_of(error)
        service = "kms" if code.endswith("Exception") else "s3"  # as their codes are written
        return failed(f"{service}:{error.operation_name}", code, f": {message}")
    return Unreadable(words_of(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCustody:
    """How KMS keeps a key, and whom its policy and its grants allow to use it."""

    state: str
    """``Enabled``, ``Disabled``, ``PendingDeletion`` …; empty where it is unknown."""
    policy: str = ""
    """JSON text."""
    grantees: tuple[str, ...] = ()
    """Principals whom grants allow to sign or to grant that to others; services by name."""
    unread: Unreadable | None = None
    """Why AWS does not say, where it does not."""


@dataclass(frozen=True)
class FileKey:
    """A private key in a file that only its owner can read, created when the first record is signed."""

    path: Path
    pinned: str | None = None
    in_kms: bool = False
    """Whether a policy decides who may sign."""

    @property
    def name(self) -> str:
        """The key as a reader knows it: its ARN or its file."""
        return self.path.name

    @cached_property
    def public(self) -> bytes:
        """The public key, DER (SubjectPublicKeyInfo); EvidenceError where there is none."""
        if self.pinned:
            return pinned(self.pinned)
        of_der = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._private().public_key().public_bytes(serialization.Encoding.DER, of_der)

    def ready(self) -> None:
        """Create the key, if this kind is created on first use."""
        if not self.path.exists():
            _make(self.path)

    def sign(self, message: bytes) -> bytes:
        """Return the DER signature; the message has at most 4096 bytes (KMS's limit)."""
        return self._private().sign(message, _SCHEME)

    def custody(self) -> None:
        """A file has no policy."""

    def _private(self) -> ec.EllipticCurvePrivateKey:
        key: object = None
        try:
            with suppress(ValueError, TypeError):
                key = serialization.load_pem_private_key(self.path.read_bytes(), None)
        except FileNotFoundError:
            raise EvidenceError(
                en=f"{self.path} is gone, the key that signed these records; restore it, or set "
                f"evidence_public_key in environments.toml",
                ja=f"記録に署名した鍵{self.path}がありません。復元するか、environments.tomlに"
                f"evidence_public_keyを設定してください",
            ) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise EvidenceError(
                en=f"{self.path} is not an ECDSA private key; restore it",
                ja=f"{self.path}はECDSAの秘密鍵ではありません。復元してください",
            )
        return key


def signed_by(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the owner of this public key (DER) signed the message."""
    key: object = None
    with suppress(ValueError):
        key = serialization.load_der_public_key(public)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise EvidenceError(
            en="the evidence key, or evidence_public_key, is not an ECDSA key in DER form; name one of ECC_NIST_P256",
            ja="証跡の鍵またはevidence_public_keyが、DER形式のECDSAの鍵ではありません。ECC_NIST_P256の鍵を指定してください",
        )
    try:
        key.verify(signature, message, _SCHEME)
    except InvalidSignature:
        return False
    return True


def fingerprint(public: bytes) -> str:
    """Return the short name of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def pinned(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise EvidenceError(
            en="evidence_public_key is not base64; copy it again",
            ja="evidence_public_keyがBase64ではありません。コピーし直してください",
        ) from None


def _make(path: Path) -> None:
    """Write a new key, complete or not at all; if another writer was faster, its key stays."""
    key, unlocked = ec.generate_private_key(ec.SECP256R1()), serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked)
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{uuid4().hex}")
    staged.touch(OWNER_ONLY, exist_ok=False)
    try:
        staged.write_bytes(pem)
        os.link(staged, path)
    except FileExistsError:
        return
    finally:
        staged.unlink()


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
        """Ask KMS how the key is kept; what it refuses to say is unknown."""
        kms, which = self.client(), {"KeyId": self.arn}
        try:
            with reporting_garbled("KMS"):
                pages = kms.get_paginator("list_grants").paginate(**which)
                grants = [grant for page in pages for grant in page["Grants"]]
                policy = kms.get_key_policy(**which, PolicyName="default")["Policy"]
                parse(policy, self.arn)
                return KeyCustody(
                    state=kms.describe_key(**which)["KeyMetadata"]["KeyState"],
                    policy=policy,
                    grantees=_grantees(grants),
                )
        except (ClientError, BotoCoreError, OSError) as error:
            return KeyCustody(state="", unread=unread(error))

    def _in(self, answer: Mapping[str, bytes], member: str) -> bytes:
        """Return a member of KMS's answer; EvidenceError if it is missing, since botocore parses a garbled answer as an empty one."""
        if value := answer.get(member):
            return value
        raise EvidenceError(
            en=f"the answer of KMS about {self.arn} has no {member}; ask again",
            ja=f"{self.arn}についてのKMSの応答に{member}がありません。再実行してください",
        )


SigningKey = FileKey | KmsKey
"""Signs records, and says with which public key they are verified."""


def _grantees(grants: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return whom grants let sign; one that lists no operations may give any."""
    giving = (grant for grant in grants if SIGNING & {*grant.get("Operations", SIGNING)})
    of = (grant.get("GranteePrincipal") or grant.get("GranteeServicePrincipal") for grant in giving)
    return tuple(sorted(map(str, of)))
