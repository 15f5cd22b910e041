"""Where an evidence store keeps its files: a folder, or S3 so that a second operator and CI see the same."""

import re
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from aws.door.failures import code_of
from aws.iam.statement import parse
from aws.section import Unreadable
from aws.words import Words
from signoff.environment import in_japan
from signoff.evidence.head import with_remedy
from signoff.evidence.keys import EvidenceError, garbled, reporting_garbled, unread

NOT_CONFIGURED = frozenset(
    {
        "ObjectLockConfigurationNotFoundError",
        "NoSuchLifecycleConfiguration",
        "NoSuchObjectLockConfiguration",
    }
)
"""S3's error codes for a bucket without such a configuration."""
NO_POLICY = {"NoSuchBucketPolicy": "", "MethodNotAllowed": None}
"""S3's error codes where it shows no policy: there is none, or the caller is of another account, regardless of its rights."""
RECORD = re.compile(r"[0-9]{6}\.json")
"""Names of records."""
UNVERSIONED = "null"
"""S3's version id of what was written before versioning was enabled, or while it was suspended."""
WRITING = timedelta(hours=1)
"""How long after a record was made it may be written at most, also by a machine that sleeps in between."""
ANEW = Words(
    en="name another prefix in evidence, and prove everything again",
    ja="evidenceに別のプレフィックスを指定し、すべての記録を取り直してください",
)
LARGEST = 100_000_000
"""Bytes of a record: the facts of a large account are some megabytes."""
LOST_A_RACE = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
"""S3's error codes for a conditional write when another writer was first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Whether a store keeps what was overwritten or deleted in it, and what it has kept."""

    state: str
    """``folder``, ``versioning``, ``object lock (compliance)``, ``object lock (governance)``, or ``none``; empty where it is unknown.

    Governance refuses to delete a version, except to a principal that has ``s3:BypassGovernanceRetention``.
    """
    problem: Words | None = None
    """The first record that was overwritten or deleted, as a sentence."""
    policy: str | None = ""
    """The bucket's own policy, JSON text; empty where there is none, None for a bucket of another account, whose policy
    S3 shows to no other account."""
    unread: Unreadable | None = None
    """Why AWS does not say, where it does not."""
    archiving: tuple[str, ...] = ()
    """The lifecycle rules that move records, or old versions of them, to an archive."""

    @property
    def kept(self) -> bool:
        return self.state not in {"", "folder", "none"}


def _require_small(name: str, size: int) -> None:
    if size > LARGEST:
        raise EvidenceError(
            en=f"{name} has {size} bytes, which no record has; remove it",
            ja=f"{name}が{size}バイトあり、記録ではありません。削除してください",
        )


@dataclass(frozen=True, slots=True)
class Folder:
    """A directory, made on the first write."""

    path: Path
    address: None = None
    """Where records belong that are written here: a folder may be moved."""

    def names(self) -> list[str]:
        """Return the names that end in ``.json``, sorted."""
        with suppress(FileNotFoundError):  # a file in the folder's place is an error
            return sorted(path.name for path in self.path.iterdir() if path.suffix == ".json")
        return []

    def read(self, name: str) -> bytes:
        """Refuse what no store writes: a link leads out of it, a pipe never ends."""
        path = self.path / name
        status = path.lstat()
        _require_small(str(path), status.st_size)
        if not stat.S_ISREG(status.st_mode):
            raise EvidenceError(
                en=f"{path} is not a regular file; remove it",
                ja=f"{path}が通常のファイルではありません。削除してください",
            )
        return path.read_bytes()

    def create(self, name: str, data: bytes) -> None:
        """Write a whole file, or raise FileExistsError (atomically) if the name is taken."""
        with suppress(FileExistsError):  # a link to no folder is there: the write below says so
            self.path.mkdir(parents=True, exist_ok=True)
        staged = self.path / f".{uuid4().hex}"
        try:
            staged.write_bytes(data)
            # Complete or not at all, and never over an existing file.
            (self.path / name).hardlink_to(staged)
        finally:
            staged.unlink(missing_ok=True)

    def history(self, _: Mapping[str, datetime]) -> Retention:
        """Return whether the store keeps what is overwritten or deleted, and the first such change."""
        return Retention(state="folder")


@dataclass(frozen=True, slots=True)
class S3Prefix:
    """A prefix in S3, with the same methods as a folder."""

    s3: Any
    bucket: str
    prefix: str

    @property
    def address(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    @reporting_garbled("S3")
    def names(self) -> list[str]:
        # What lies in a folder below is another store's, however its files are named.
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}/", Delimiter="/"
        )
        keys = (content["Key"] for page in pages for content in page.get("Contents", ()))
        return sorted(_last(key) for key in keys if key.endswith(".json"))

    def read(self, name: str) -> bytes:
        try:
            with reporting_garbled("S3"):
                answer: Mapping[str, Any] = self.s3.get_object(
                    Bucket=self.bucket, Key=f"{self.prefix}/{name}"
                )
                _require_small(name, answer["ContentLength"])
                data: bytes = answer["Body"].read()
                return data
        except ClientError as error:
            if code_of(error) == "NoSuchKey":
                raise FileNotFoundError(name) from None
            raise

    def create(self, name: str, data: bytes) -> None:
        key = f"{self.prefix}/{name}"
        try:
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=data, IfNoneMatch="*")
        except ClientError as error:
            if code_of(error) in LOST_A_RACE:
                raise FileExistsError(name) from None
            raise

    def history(self, made: Mapping[str, datetime]) -> Retention:
        """``made``: name of a record -> when it says that it was made."""
        try:
            with reporting_garbled("S3"):
                state, rules = self._state(), self._rules()
                moved = tuple(rule.get("ID", "-") for rule in rules if _archives(rule))
                lost = self._deleting(rules) or (self._touched(made) if state != "none" else None)
                return Retention(state=state, problem=lost, policy=self._policy(), archiving=moved)
        except (ClientError, BotoCoreError, OSError) as error:
            return Retention(state="", unread=unread(error))

    def _policy(self) -> str | None:
        try:
            policy: str = self.s3.get_bucket_policy(Bucket=self.bucket)["Policy"]
        except ClientError as error:
            if code_of(error) not in NO_POLICY:
                raise
            return NO_POLICY[code_of(error)]
        parse(policy, self.bucket)
        return policy

    def _state(self) -> str:
        """Return what keeps old versions: Object Lock with a default retention, else versioning, else nothing."""
        try:
            answer = self.s3.get_object_lock_configuration(Bucket=self.bucket)
            lock = answer["ObjectLockConfiguration"]
            if lock.get("ObjectLockEnabled") == "Enabled" and "Rule" in lock:
                return f"object lock ({lock['Rule']['DefaultRetention']['Mode'].lower()})"
        except ClientError as error:
            if code_of(error) not in NOT_CONFIGURED:
                raise
        versioning = self.s3.get_bucket_versioning(Bucket=self.bucket)
        return "versioning" if versioning.get("Status") == "Enabled" else "none"

    def _rules(self) -> list[Mapping[str, Any]]:
        """Return the lifecycle rules that reach records, which have no tags."""
        try:
            rules = self.s3.get_bucket_lifecycle_configuration(Bucket=self.bucket)["Rules"]
        except ClientError as error:
            if code_of(error) in NOT_CONFIGURED:
                return []
            raise
        return [rule for rule in rules if rule.get("Status") == "Enabled" and self._reaches(rule)]

    def _reaches(self, rule: Mapping[str, Any]) -> bool:
        chosen = rule.get("Filter", {})
        both = chosen.get("And", {})
        tagged = "Tag" in chosen or both.get("Tags")
        prefix: str = chosen.get("Prefix", both.get("Prefix", rule.get("Prefix", "")))
        ours = f"{self.prefix}/"
        return not tagged and (ours.startswith(prefix) or prefix.startswith(ours))

    def _deleting(self, rules: Sequence[Mapping[str, Any]]) -> Words | None:
        """Return the lifecycle rule that would delete records, or the versions of changed ones."""
        if (rule := next(filter(_deletes, rules), None)) is None:
            return None
        name = rule.get("ID", "-")
        return Words(
            en=f"lifecycle rule {name} of bucket {self.bucket} deletes records; remove it",
            ja=f"バケット{self.bucket}のライフサイクルルール{name}が記録を削除します。ルールを削除してください",
        )

    def _touched(self, made: Mapping[str, datetime]) -> Words | None:
        """Return what happened to a record after it was written, which happens once."""
        pages = self.s3.get_paginator("list_object_versions").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}/", Delimiter="/"
        )
        seen: set[str] = set()
        for page in pages:
            for marker in page.get("DeleteMarkers", ()):
                name, at = _last(marker["Key"]), in_japan(marker["LastModified"])
                if RECORD.fullmatch(name):
                    return with_remedy(
                        Words(en=f"{name} was deleted at {at}", ja=f"{name}が{at}に削除されました"),
                        Words(en="delete that delete marker", ja="その削除マーカーを削除するか"),
                    )
            for version in page.get("Versions", ()):  # newest first for each key
                name = _last(version["Key"])
                if not RECORD.fullmatch(name):
                    continue
                if version["VersionId"] == UNVERSIONED:
                    return Words(
                        en=f"{name} was written while bucket {self.bucket} kept no versions, and could be replaced "
                        f"without a trace; {ANEW.en}",
                        ja=f"バケット{self.bucket}のバージョニングが無効の間に{name}が書き込まれ、痕跡なく差し替えられる状態でした。"
                        f"{ANEW.ja}",
                    )
                if name in seen:
                    return with_remedy(
                        Words(en=f"{name} was overwritten", ja=f"{name}が上書きされました"),
                        Words(
                            en="delete the versions after its first",
                            ja="最初のバージョンより後のものを削除するか",
                        ),
                    )
                seen.add(name)
                at = version["LastModified"]
                if at - made.get(name, at) > WRITING:
                    return Words(
                        en=f"{name} was put there at {in_japan(at)}, long after it was made: a copy may lack the newest records; {ANEW.en}",
                        ja=f"{name}は作成よりかなり後の{in_japan(at)}に書き込まれています。コピーには最新の記録が欠けている可能性があります。{ANEW.ja}",
                    )
        if odd := seen ^ {name for name in self.names() if RECORD.fullmatch(name)}:
            en, ja = f"its two lists differ in {min(odd)}", f"二つの一覧が{min(odd)}で不一致"
            raise garbled("S3", Words(en=en, ja=ja))
        return None


Backend = Folder | S3Prefix
"""The files of one store, by name."""


def _deletes(rule: Mapping[str, Any]) -> bool:
    expiry = rule.get("Expiration", {})
    return bool(rule.get("NoncurrentVersionExpiration") or expiry.keys() & {"Days", "Date"})


def _archives(rule: Mapping[str, Any]) -> bool:
    """Whether what a rule moves must be restored before it can be read."""
    moves = (*rule.get("Transitions", ()), *rule.get("NoncurrentVersionTransitions", ()))
    return any(move["StorageClass"] in {"GLACIER", "DEEP_ARCHIVE"} for move in moves)


def _last(key: str) -> str:
    return key.rpartition("/")[2]
