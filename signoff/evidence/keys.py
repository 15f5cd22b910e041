"""The key that signs records: an asymmetric KMS key, or, if none is configured, a file on this machine.

Signatures are ECDSA over P-256 with SHA-256, so that both kinds are verified by the same few lines,
offline, with the public key alone. Who may sign is decided by the KMS key's policy; every reader of a
file key can sign with it, which is why a production environment needs a KMS key (PREP-11).

EvidenceKeyError      the key can't sign or can't be read: what was asked, what was found, what to do
"""

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from aws.unreadable import Unreadable
from aws.words import Bilingual

OWNER_ONLY = 0o600
_SCHEME = ec.ECDSA(SHA256())


class EvidenceKeyError(Bilingual, OSError):
    """The key can't be used; an OSError, since a record that can't be signed can't be written."""


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
        """The public key, DER (SubjectPublicKeyInfo); EvidenceKeyError where there is none."""
        if self.pinned:
            return pinned(self.pinned)
        return _public(self._private())

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
        try:
            key = serialization.load_pem_private_key(self.path.read_bytes(), None)
        except FileNotFoundError:
            raise EvidenceKeyError(
                en=f"{self.path} is gone, the key that signed these records; restore it, or set "
                f"evidence_public_key in environments.toml",
                ja=f"記録に署名した鍵{self.path}がありません。復元するか、environments.tomlに"
                f"evidence_public_keyを設定してください",
            ) from None
        except (ValueError, TypeError):
            raise EvidenceKeyError(
                en=f"{self.path} is not a private key; restore it",
                ja=f"{self.path}は秘密鍵ではありません。復元してください",
            ) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise EvidenceKeyError(
                en=f"{self.path} is not an ECDSA key; restore it",
                ja=f"{self.path}はECDSAの鍵ではありません。復元してください",
            )
        return key


def signed_by(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the owner of this public key (DER) signed the message."""
    try:
        key = serialization.load_der_public_key(public)
    except ValueError:
        raise EvidenceKeyError(
            en="evidence_public_key is not a public key in DER form",
            ja="evidence_public_keyがDER形式の公開鍵ではありません",
        ) from None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise EvidenceKeyError(
            en="the evidence key is not an ECDSA key; name one of ECC_NIST_P256",
            ja="証跡の鍵がECDSAではありません。ECC_NIST_P256の鍵を指定してください",
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
        raise EvidenceKeyError(
            en="evidence_public_key is not base64; copy it again",
            ja="evidence_public_keyがBase64ではありません。コピーし直してください",
        ) from None


def _public(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


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
