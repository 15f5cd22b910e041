"""The verdict as versioned JSON, with all that is needed to judge and show it again."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from aws.words import Words
from load.engine.admission import LoadRefused, unreadable
from load.engine.judge import Conditions, Judgement, judge
from load.engine.measurement import Measurement
from load.engine.objectives import ObjectiveResult

CONDITIONS, MEASUREMENT = TypeAdapter(Conditions), TypeAdapter(Measurement)
SCHEMA = 3
FILE_NAME = "verdict.json"
FRESH_DAYS = 14
"""How long a verdict counts, unless the environment says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadVerdict:
    """``about`` is the context of the run: environment, release, caller, host and so on."""

    conditions: Conditions
    measurement: Measurement
    about: Mapping[str, Any]
    began: datetime
    ended: datetime
    cleanup: Mapping[str, Any] | None = None

    @property
    def judgement(self) -> Judgement:
        return judge(self.conditions, self.measurement, self.cleanup)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON that `verdict.schema.json` describes."""
        judged, plan = self.judgement, self.conditions.plan
        days = self.about.get("fresh_days", FRESH_DAYS)
        return {
            "schema": SCHEMA,
            "kind": "load",
            "environment": self.about.get("environment"),
            "release": self.about.get("release"),
            "caller": self.about.get("caller"),
            "created": _text(self.ended),
            "expires": _text(self.ended + timedelta(days=days)),
            "plan": plan.name,
            "verdict": judged.outcome,
            "exit": int(judged.exit),
            "sentence": sentence(self, judged).en,
            "reasons": [reason.en for reason in judged.reasons],
            "window": [_text(self.began), _text(self.ended)],
            "percentiles": plan.percentiles,
            "checks": [_check(check) for check in judged.checks],
            "cleanup": self.cleanup,
            "about": dict(self.about),
            "conditions": CONDITIONS.dump_python(self.conditions, mode="json"),
            "measurement": MEASUREMENT.dump_python(self.measurement, mode="json"),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "LoadVerdict":
        """Read a verdict; ValueError if it is of another kind or schema."""
        if data.get("kind") != "load" or data.get("schema") != SCHEMA:
            actual = f"kind {data.get('kind')!r}, schema {data.get('schema')!r}"
            raise ValueError(f"this is not a load verdict of schema {SCHEMA}, but {actual}")
        return cls(
            conditions=CONDITIONS.validate_python(data["conditions"]),
            measurement=MEASUREMENT.validate_python(data["measurement"]),
            about=data["about"],
            began=datetime.fromisoformat(data["window"][0]),
            ended=datetime.fromisoformat(data["window"][1]),
            cleanup=data["cleanup"],
        )

    @classmethod
    def read(cls, path: Path) -> "LoadVerdict":
        """Read what `write` wrote; raises `LoadRefused` for any other file."""
        try:
            return cls.from_json(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            reason = unreadable(error)
            raise LoadRefused(
                en=f"{path} is not a load verdict ({reason}); pass the verdict.json of a run",
                ja=f"{path}は負荷試験の判定ではありません（{reason.ja}）。実行が残したverdict.jsonを指定してください",
            ) from None

    def write(self, folder: Path) -> Path:
        """Write ``verdict.json``; a reader sees the old file or the new one, never half of one."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILE_NAME
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps(self.to_json(), allow_nan=False, separators=(",", ":")))
        return draft.replace(path)


def sentence(verdict: LoadVerdict, judged: Judgement | None = None) -> Words:
    """Return the verdict in one line; ``judged`` saves judging it again."""
    judged, plan = judged or verdict.judgement, verdict.conditions.plan
    steps = verdict.measurement.steps
    answered = steps.total("answered")
    target = verdict.about.get("environment") or "the target"
    word, where_ja = judged.outcome.upper(), verdict.about.get("environment") or "対象"
    en = f"{word}: {plan.name} on {target}, {answered} requests answered"
    ja = f"{word}: {where_ja}の{plan.name}、{answered}件に応答"
    if judged.reasons:
        first, more = judged.reasons[0], len(judged.reasons) - 1
        others = (f" (and {more} more)", f"（ほか{more}件）") if more else ("", "")
        return Words(f"{en}; {first}{others[0]}", f"{ja}。{first.ja}{others[1]}")
    slowest = _slowest(judged.checks)
    return Words(en + slowest.en, ja + slowest.ja)


def _slowest(checks: tuple[ObjectiveResult, ...]) -> Words:
    tails = [check for check in checks if check.criterion == "p95"]
    if not tails:
        return Words("", "")
    worst = max(tails, key=lambda check: check.seen.value)
    ms = f"{worst.seen.value:g} ms"
    return Words(
        f", slowest p95 {ms} ({worst.endpoint})", f"、最も遅いp95は{ms}（{worst.endpoint}）"
    )


def _check(check: ObjectiveResult) -> dict[str, Any]:
    numbers = (None if math.isinf(number) else number for number in check.seen)
    return asdict(check) | {
        "seen": dict(zip(("low", "value", "high"), numbers, strict=True)),
        "limit": list(check.limit),
    }


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
