"""The evidence store: a chain of records that runs and people leave, in a folder or in S3."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter, ValidationError

from aws.visible import visible_json, well_formed
from aws.words import Bilingual, Words, joined, words_of
from signoff.environment import in_japan
from signoff.evidence.backends import RECORD, Backend, Retention, S3Prefix
from signoff.evidence.facts import Facts, digest_of, to_body
from signoff.evidence.head import Head, line, with_remedy
from signoff.evidence.keys import EvidenceError, SigningKey, fingerprint, signed_by
from signoff.evidence.parts import Part
from signoff.evidence.record import FACTS, Custody, Record, Records

SKEW = timedelta(minutes=5)
"""How far a writer's clock may be ahead of ours: AWS refuses requests from a clock that is further off."""
_RECORD = TypeAdapter(Record)
FOLDER = Words(en="a folder", ja="フォルダ")


class _NotBelievedError(Bilingual):
    """A record can't be trusted; the message is printed after the record's name."""


@dataclass(frozen=True, slots=True)
class Store:
    """Records numbered from 000001.json; each carries the digest of the one before."""

    backend: Backend
    environment: str
    key: SigningKey
    head: Head
    emulated: bool = False
    """Calls of this process go to an emulator: then only emulated records count, otherwise none of them does."""
    account: str | None = None
    """The account that every record must be about; None where it is not known (dev's, read from prod)."""
    birth: str | None = None
    """The embedded stack that records are about; None for AWS."""
    location: str = ""

    def load(self, now: datetime | None = None) -> Records:
        """Return the records that count here, oldest first.

        A record that is missing or changed, unsigned or signed by another key, dated in the future, of
        another environment or account, or a broken chain is reported in ``problem``, never skipped.
        """
        files = {name: self.backend.read(name) for name in self._files()}
        digest_of = {name: _digest(data) for name, data in files.items()}
        entries, broken = self._chained(files, (now or datetime.now(UTC)) + SKEW)
        made = {name: entry.created for name, entry in zip(files, entries, strict=False)}
        history = self.backend.history(made)
        problem = self.head.problem(lambda name: digest_of.get(name) or self._digest_of(name))
        problem = problem or broken or history.problem
        unseen = bool(files) and not (history.kept or self.head.noted)
        newest = next(reversed(files), None)
        if newest and not problem:
            self.head.note(newest, digest_of[newest])
        return Records(
            tuple(entry for entry in entries if self._counts(entry)),
            problem=problem,
            newest_file=newest and line(newest, digest_of[newest]),
            custody=self._custody(history, len(entries), unseen=unseen),
        )

    def _counts(self, record: Record) -> bool:
        """Whether a record is about this stack: an embedded stack ignores records of any other."""
        return record.birth == self.birth and record.emulated == self.emulated

    def _custody(self, history: Retention, signed: int, *, unseen: bool) -> Custody:
        return Custody(
            location=self.location,
            key=self.key.name,
            in_s3=isinstance(self.backend, S3Prefix),
            in_kms=self.key.in_kms,
            history=history,
            signed=signed,
            unseen=unseen,
        )

    def append(  # noqa: PLR0913 - what every record carries
        self,
        kind: str,
        body: Mapping[str, Any],
        *,
        caller: str,
        release: str | None,
        api: str | None = None,
        parts: Mapping[Part, Facts] | None = None,
        days: int | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Record:
        """Append one record to the chain; if another writer was faster, retry after its record.

        The facts of the ``parts`` on which it rests are kept in records of their own, each state once, so
        that a later change of one can be named.
        """
        self._keep(parts or {}, caller, now)
        while True:
            files, created = self._files(), now()
            newest = self.backend.read(files[-1]) if files else None
            self._require_own(files[-1:], newest)
            record = Record(
                kind=kind,
                environment=self.environment,
                release=well_formed(release),
                caller=well_formed(caller),
                created=created,
                expires=created + timedelta(days=days) if days else None,
                body=well_formed(body),
                parts={part.value: digest_of(facts) for part, facts in (parts or {}).items()},
                emulated=self.emulated,
                previous=_digest(newest) if newest else None,
                account=self.account,
                api=api,
                birth=self.birth,
                store=self.backend.address,
            )
            number = int(files[-1].partition(".")[0]) + 1 if files else 1
            name, data = _numbered(number), self._signed(record)
            try:
                self.backend.create(name, data)
            except FileExistsError:
                continue
            if not self.head.problem(self._digest_of):  # else what is missing would be forgotten
                self.head.note(name, _digest(data))
            return record

    def _require_own(self, name: list[str], newest: bytes | None) -> None:
        """Refuse to write after a record of another key: whichever key is right, the store would be whole under neither."""
        with suppress(ValueError):  # what is no record at all is told by what reads it
            if newest and (problem := self._forged(_content(newest))):
                raise EvidenceError(joined((Words.same(*name), problem), ""))

    def _keep(self, parts: Mapping[Part, Facts], caller: str, now: Callable[[], datetime]) -> None:
        records = self.load() if parts else Records()
        for part, facts in parts.items():
            digest = digest_of(facts)
            if records.facts(digest) is None:
                body = {"part": part.value, "digest": digest, **to_body(facts)}
                self.append(FACTS, body, caller=caller, release=None, now=now)

    def _signed(self, record: Record) -> bytes:
        """Return the file of a record; EvidenceError if its signature would not be accepted when it is read."""
        self.key.ready()
        content = json.loads(_RECORD.dump_json(record))
        content["key"] = fingerprint(self.key.public)
        signature = self.key.sign(_message(content))
        if not signed_by(self.key.public, _message(content), signature):
            raise EvidenceError(
                en=f"{self.key.name} is not the key of evidence_public_key; correct environments.toml",
                ja=f"{self.key.name}がevidence_public_keyの鍵ではありません。environments.tomlを修正してください",
            )
        content["signature"] = base64.b64encode(signature).decode()
        return _written(content)

    def _chained(
        self, files: Mapping[str, bytes], latest: datetime
    ) -> tuple[list[Record], Words | None]:
        """Return the records before the first that can't be trusted, and what is wrong with that one."""
        entries: list[Record] = []
        before: str | None = None
        for number, (name, data) in enumerate(files.items(), 1):
            if name != _numbered(number):
                gone = Words(
                    en=f"{_numbered(number)} is gone from the chain",
                    ja=f"連鎖から{_numbered(number)}が失われています",
                )
                return entries, with_remedy(gone)
            try:
                entries.append(self._believed(data, before, latest))
            except _NotBelievedError as error:
                return entries, joined((Words.same(name), error.words), "")
            before = _digest(data)
        return entries, None

    def _believed(self, data: bytes, before: str | None, latest: datetime) -> Record:
        """Return the record of a file, or raise _NotBelievedError with what is wrong with it."""
        try:
            content = _content(data)
            record = _RECORD.validate_json(_canonical(_unsigned(content)))
        except ValidationError as error:
            raise _not_a_record(error.errors()[0]["msg"]) from None
        except (ValueError, RecursionError) as error:
            raise _not_a_record(error) from None
        if problem := self._forged(content):
            raise _NotBelievedError(problem)
        if record.previous != before:
            raise _NotBelievedError(
                en=": the chain is broken before this record",
                ja=": この記録の直前で連鎖が切れています",
            )
        if problem := self._replayed(record):
            raise _NotBelievedError(with_remedy(joined((Words.same(""), problem), ": ")))
        if record.created > latest:
            at, caller = in_japan(record.created), record.caller
            future = Words(
                en=f": dated {at}, which is in the future; correct the clock of {caller} or of this machine",
                ja=f": 日時が未来です（{at}）。{caller}とこのマシンの時計を確認し、ずれている方を合わせてください",
            )
            wait = Words(en="wait until then", ja="その日時まで待つか")
            raise _NotBelievedError(with_remedy(future, wait))
        if visible_json(data.decode()).encode() != _written(content):
            # It parses to what was signed: spaces, escapes, the form of a number, a repeated member.
            problem = with_remedy(
                en=": its text was edited: another parser may read something else than what was signed",
                ja=": テキストが編集されています（別のパーサーでは署名した内容と異なって読まれる可能性があります）",
            )
            raise _NotBelievedError(problem)
        return record

    def _forged(self, content: Mapping[str, Any]) -> Words | None:
        """Return why the signature of a record can't be trusted, or None."""
        signature, key = content.get("signature"), content.get("key")
        if not signature or not key:
            return with_remedy(
                en=" is not signed, so its writer is unknown",
                ja="に署名がなく、誰でも書ける状態でした",
            )
        try:
            public = self.key.public
            decoded = base64.b64decode(signature, validate=True)
            if key != fingerprint(public):
                own = f"{self.key.name} ({fingerprint(public)})"
                return with_remedy(
                    en=f" is signed by key {key}, which may not sign here: {own} may",
                    ja=f"の署名は鍵{key}によるものです。ここで署名できるのは{own}だけです",
                )
            if base64.b64encode(decoded).decode() != signature:
                raise ValueError(signature)  # noqa: TRY301 - as what is no base64 at all
            if not signed_by(public, _message(content), decoded):
                return with_remedy(
                    en=f" is not what {self.key.name} signed: it was changed after that, or forged",
                    ja=f"は{self.key.name}で署名した内容と異なります（署名後の変更または偽造）",
                )
        except (OSError, ClientError, BotoCoreError) as error:
            why = words_of(error)
            return Words(en=f" can't be verified: {why.en}", ja=f"を検証できません: {why.ja}")
        except (TypeError, ValueError):
            return with_remedy(
                en=" has a signature that can't be read: it was changed, or forged",
                ja="の署名を読み取れません（変更または偽造）",
            )
        return None

    def _replayed(self, record: Record) -> Words | None:
        """Return why a correctly signed record does not belong here, or None."""
        if record.environment != self.environment:
            return Words(
                en=f"a record of {record.environment}, which needs another store than {self.environment}",
                ja=f"{record.environment}の記録です（{self.environment}とは別のストアが必要です）",
            )
        if self.account is not None and record.account != self.account:
            return Words(
                en=f"a record of account {record.account}, and {self.environment} is account {self.account}",
                ja=f"アカウント{record.account}の記録です（{self.environment}は{self.account}）",
            )
        if record.store != self.backend.address:
            of, here = (
                Words.same(name) if name else FOLDER
                for name in (record.store, self.backend.address)
            )
            return Words(
                en=f"a record of {of.en}, and this is {here.en}: a copy may lack what the original has",
                ja=f"{of.ja}の記録です（ここは{here.ja}）。コピーには元の記録が欠けている可能性があります",
            )
        if any(
            moment.tzinfo is None for moment in (record.created, record.expires or record.created)
        ):
            return Words(en="dated without a time zone", ja="日時にタイムゾーンがありません")
        return None

    def _digest_of(self, name: str) -> str | None:
        with suppress(FileNotFoundError):
            return _digest(self.backend.read(name))
        return None

    def _files(self) -> list[str]:
        return [name for name in self.backend.names() if RECORD.fullmatch(name)]


def _not_a_record(why: object) -> _NotBelievedError:
    return _NotBelievedError(en=f": not a record: {why}", ja=f": 記録として読み取れません（{why}）")


def _content(data: bytes) -> dict[str, Any]:
    content = json.loads(data.decode())
    if not isinstance(content, dict):
        raise ValueError("no object")  # noqa: TRY004 - told as any other text that is no record
    return content


def _unsigned(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name != "signature"}


def _written(content: Mapping[str, Any]) -> bytes:
    """Return the file of a signed record: the same content always gives the same bytes."""
    return visible_json(json.dumps(content, indent=2, ensure_ascii=False)).encode()


def _canonical(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _message(content: Mapping[str, Any]) -> bytes:
    """Return what is signed: a digest of all that a record says, short enough for KMS."""
    return f"stamp-rally-signoff evidence {_digest(_canonical(_unsigned(content)))}".encode()


def _numbered(number: int) -> str:
    return f"{number:06}.json"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
