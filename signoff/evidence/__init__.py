"""The evidence store: where runs and people leave signed records in a chain, in a folder or in S3."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws.door.sessions import boto_session, custom_endpoints
from aws.door.verifying_transport import verify_answers
from aws.words import Words
from signoff.environment import Environment, peek
from signoff.environment.value_types import in_s3
from signoff.evidence.backends import Backend, Folder, S3Prefix
from signoff.evidence.head import Head
from signoff.evidence.keys import FileKey, KmsKey, SigningKey
from signoff.evidence.record import Record, Records, kind_of
from signoff.evidence.store import Store

__all__ = ["Record", "Records", "Store", "StoreSettings", "kind_of", "not_read", "open_store"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where an environment's store is, and what its records must be: from the environment file."""

    environment: str
    location: str
    """``s3://bucket/prefix``, or a folder relative to the project's root."""
    account: str | None = None
    birth: str | None = None
    key: str | None = None
    """ARN of the KMS key; None is a file key."""
    public_key: str | None = None

    @classmethod
    def of(cls, environment: Environment) -> "StoreSettings":
        return cls(
            environment=environment.name,
            location=environment.evidence,
            account=environment.account,
            birth=environment.birth,
            key=environment.evidence_key,
            public_key=environment.evidence_public_key,
        )

    @classmethod
    def of_table(cls, name: str, file: Path) -> "StoreSettings":
        """Return those of another environment as its table has them; without a location where it names none."""
        keys = ("account", "evidence_key", "evidence_public_key")
        account, key, public_key = (peek(name, field, file) for field in keys)
        location = peek(name, "evidence", file) or ""
        return cls(
            environment=name, location=location, account=account, key=key, public_key=public_key
        )


def open_store(settings: StoreSettings, *, client: Callable[[str], Any], root: Path) -> Store:
    """Open the store; ``client`` makes the client of a service (``s3``, ``kms``).

    The local environment is always emulated, and its store has no other records. Each embedded stack has
    a folder of its own, so that records of a stopped one never interfere.
    """
    name, location, client = settings.environment, settings.location, _believing(client)
    emulated = name != "local" and custom_endpoints(boto_session()) is not None
    folder = root / location
    backend: Backend = Folder(folder / settings.birth if settings.birth else folder)
    place = folder.with_name(folder.name)
    if there := in_s3(location):
        backend = S3Prefix(client("s3"), *there)
        place = (
            root / "report" / name / f"evidence-{hashlib.sha256(location.encode()).hexdigest()[:8]}"
        )
    ending = f".{settings.birth}.head" if settings.birth else ".head"
    return Store(
        backend,
        name,
        key=_key(settings, place.with_name(f"{place.name}.key"), client),
        head=Head(place.with_name(f"{place.name}{ending}")),
        emulated=emulated,
        account=settings.account,
        birth=settings.birth,
        location=location,
    )


def not_read(settings: StoreSettings, why: Words) -> Words:
    """Say that a store can't be read, and why."""
    return Words(
        en=f"the evidence store {settings.location} can't be read: {why.en}",
        ja=f"証跡ストア{settings.location}を読み取れません: {why.ja}",
    )


def _believing(client: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return what makes clients that take no answer which is cut, garbled, or of other types than AWS's."""

    def made(service: str) -> Any:
        entry = client(service)
        verify_answers(entry, lambda _: ())
        return entry

    return made


def _key(settings: StoreSettings, path: Path, client: Callable[[str], Any]) -> SigningKey:
    if settings.key:
        return KmsKey(settings.key, lambda: client("kms"), settings.public_key)
    return FileKey(path, settings.public_key)
