"""``--record DIR``: what AWS answered to a run, and the outcome of each row, fit to be passed on and judged again.

One file, ``recording.json``: the environment, every call with its answer, the addresses that names led to, and the
outcome of each row. Secrets, ids and addresses are replaced by stand-ins (``aws.redaction.stand_ins``). ``--replay`` takes it like an
inventory, but decodes and judges anew. Put into ``tests/recorded/NAME/`` it is a test.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from pydantic import ValidationError

from aws.dns import resolve
from aws.door.recording import BYTES, RecordedCall, Recorder, Replay
from aws.door.sessions import RetryPolicy
from aws.inventory import ReadOptions
from aws.redaction.stand_ins import StandIns
from signoff.environment import Environment
from signoff.environment.schema import ADAPTER
from signoff.judge.errors import UnusableFileError, unreadable

FILE = "recording.json"
SCHEMA = 1
SECRET = "secretsmanager:GetSecretValue"  # noqa: S105 - the name of an operation
TEXT, BINARY = "SecretString", "SecretBinary"


@dataclass(slots=True)
class Recording:
    """Notes what a run reads; ``save`` writes it."""

    environment: Environment
    caller: str
    read_at: datetime
    public: Collection[str] = ()
    """Values of the plan, which are not replaced in free text."""
    recorder: Recorder = field(default_factory=Recorder)
    addresses: dict[str, list[str]] = field(default_factory=dict)

    @property
    def options(self) -> ReadOptions:
        """How to read: with one fixed time, which a replay reuses, since some requests contain it."""
        return ReadOptions(resolve=self._resolve, now=lambda: self.read_at)

    def of(self, session: boto3.Session) -> boto3.Session:
        """Return the session, whose calls are noted from now on."""
        self.recorder.attach(session)
        return session

    def _resolve(self, name: str) -> tuple[str, ...]:
        """Ask DNS as a reading does, and note the addresses."""
        found = resolve(name)
        self.addresses[name] = list(found)
        return found

    def save(self, folder: Path, rows: Mapping[str, str]) -> Path:
        """Write the recording with stand-ins; ``rows`` are outcomes by row. Returns the file."""
        content = {
            "environment": ADAPTER.dump_python(replace(self.environment, birth=None), mode="json"),
            "caller": self.caller,
            "addresses": self.addresses,
            "calls": [asdict(call) for call in self.recorder.calls],
        }
        stand_ins = StandIns(_private(self.environment), public=self.public)
        stand_ins.look_through(content)
        for secret in _secrets(content["calls"]):
            stand_ins.look_at_secret(secret)
        known = {"schema": SCHEMA, "read_at": self.read_at.isoformat(), "rows": dict(rows)}
        file = folder / FILE
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(
            known | stand_ins.replaced(content), indent=1, ensure_ascii=False, sort_keys=True
        )
        file.write_text(text + "\n", encoding="utf-8")
        return file


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording that was read back."""

    environment: Environment
    caller: str
    read_at: datetime
    rows: Mapping[str, str]
    _calls: tuple[RecordedCall, ...]
    _addresses: Mapping[str, list[str]]

    @classmethod
    def load(cls, file: Path) -> "Recorded":
        """Read a recording. Raises UnusableFileError."""
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            if content["schema"] != SCHEMA:
                raise UnusableFileError(
                    en=f"{file} has schema {content['schema']}, and this version reads {SCHEMA}",
                    ja=f"{file}の形式は{content['schema']}ですが、このバージョンが読めるのは{SCHEMA}です",
                )
            return cls(
                environment=ADAPTER.validate_json(json.dumps(content["environment"])),
                caller=content["caller"],
                read_at=datetime.fromisoformat(content["read_at"]),
                rows=content["rows"],
                _calls=tuple(RecordedCall(**call) for call in content["calls"]),
                _addresses=content["addresses"],
            )
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            why = unreadable(error)
            raise UnusableFileError(
                en=f"{file} can't be read as a recording of a run ({why.en})",
                ja=f"{file}を実行の記録として読み取れません（{why.ja}）",
            ) from None

    def session(self) -> boto3.Session:
        return Replay(self._calls).session(self.environment.region)

    @property
    def options(self) -> ReadOptions:
        """How to read it: at the recorded time, without waiting between calls."""
        retry = RetryPolicy(rates={}, attempts=1)
        return ReadOptions(retry=retry, resolve=self._resolve, now=lambda: self.read_at)

    def _resolve(self, name: str) -> tuple[str, ...]:
        if name not in self._addresses:
            raise OSError(f"{name} is not in the recording")
        return tuple(self._addresses[name])


def is_recording(file: Path) -> bool:
    """Whether a file of ``--replay`` is a recording, by its name."""
    return file.name == FILE


def _secrets(calls: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for call in calls:
        answer = call["answer"] or {}
        if call["call"] == SECRET and TEXT in answer:
            yield answer[TEXT]
        elif call["call"] == SECRET and BINARY in answer:
            yield answer[BINARY][BYTES]


def _private(environment: Environment) -> Iterator[str]:
    """Yield the values of private kinds: hosts, addresses, channels, buckets."""
    line, front, domain = environment.line, environment.front_end, environment.domain
    texts = (
        *(environment.account, environment.alert_email, environment.bucket),
        *(line.channel_id, line.bot_user_id, line.liff_id, environment.smoke.test_user),
        *(domain.name if domain else None, domain.hosted_zone if domain else None),
        urlsplit(environment.origin).hostname,
        *(urlsplit(front.url).hostname if front else None,),
    )
    yield from filter(None, texts)
