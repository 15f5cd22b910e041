"""What is new: this run compared with earlier runs, with the last signed one, and with a chosen one."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from aws.visible import visible_json
from aws.words import Words, unreadable
from signoff import home_of
from signoff.environment import EnvironmentFileError, in_japan, names
from signoff.environment.loading import no_environment
from signoff.evidence import Record, Records
from signoff.judge.drift import VOLATILE, WHOLE
from signoff.judge.errors import UnusableFileError
from signoff.judge.observations import SUBJECTS
from signoff.judge.outcome import Outcome
from signoff.judge.result import Result
from signoff.judge.run import REPORTS
from signoff.report.verify import RESULT

MOST = 12
"""Runs that the strip shows."""
REMEMBERED = 19
"""Earlier runs through which a red row is followed: twenty with this run."""
MOST_FACTS = 40
RED = frozenset(outcome.value for outcome in Outcome if outcome.red)
MOVING = {field for _, field in VOLATILE if field != WHOLE} | {
    "at",
    "request",
    "searched",
    "answers",
}
"""Facts that change with the clock or with each run: the ids of its requests, and what was answered to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedEvidence:
    """``before`` and ``now`` are None where the fact was not there."""

    row: str
    subject: str
    key: str
    before: Any
    now: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesSince:
    """What changed since an earlier run. ``facts`` is None where that run left only its rows."""

    since: Words
    newly_red: tuple[str, ...]
    newly_green: tuple[str, ...]
    facts: tuple[ChangedEvidence, ...] | None
    more: int = 0
    """Changed facts that are left out; the signoff.json of both runs has them."""

    @property
    def unchanged(self) -> bool:
        """Whether rows and facts are as they were; facts that were not compared may have changed."""
        return self.facts == () and not (self.newly_red or self.newly_green)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowHistory:
    """How a row that is red now stood in the last runs on record."""

    since: datetime | None
    """The earliest of the runs, up to the last, in which it was red without a break; None: red for the first time."""
    red: int
    runs: int

    @property
    def words(self) -> Words:
        times = Words(
            en=f"red in {self.red} of the last {self.runs} runs",
            ja=f"直近{self.runs}回のうち{self.red}回不合格",
        )
        if self.since is None:
            return Words(en=f"newly red, {times.en}", ja=f"今回新たに不合格、{times.ja}")
        since = in_japan(self.since)
        return Words(en=f"red since {since}, {times.en}", ja=f"{since}から不合格、{times.ja}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHistory:
    """Earlier runs, oldest first, and what is new since the last, the last signed and the chosen one."""

    runs: tuple[Record, ...] = ()
    """Those of the strip."""
    rows: Mapping[str, RowHistory] = field(default_factory=dict)
    """Red row -> how it stood before; empty without an earlier run."""
    since_last: ChangesSince | None = None
    since_signed: ChangesSince | None = None
    baseline: ChangesSince | None = None


def history_of(
    now: Mapping[str, Mapping[str, Any]],
    records: Records,
    reports: Path,
    baseline: Path | None = None,
) -> RunHistory:
    """Compare a run's rows with the runs on record, whose folders lie in ``reports``, and with a file if one is given."""
    past = [entry for entry in records.entries if entry.kind == "run" and "rows" in entry.body]
    return RunHistory(
        runs=tuple(past[-MOST:]),
        rows={id_: _of_row(id_, past[-REMEMBERED:]) for id_ in red_rows(now)} if past else {},
        since_last=_since(past[-1], now, reports) if past else None,
        since_signed=_signed(past, records, now, reports),
        baseline=_chosen(baseline, now) if baseline else None,
    )


def left_out(records: Records, rows: Mapping[str, Any]) -> Iterator[Words]:
    """Name the rows that runs of the strip judged, and that are not among those of this run."""
    judged = {id_ for run in islice(records.of("run"), MOST) for id_ in run.body.get("rows", ())}
    if missing := ", ".join(sorted(judged - rows.keys())):
        yield Words(
            en=f"Earlier runs judged {missing}, and this one did not: if these are rows of your own, add --checks and their folder.",
            ja=f"以前の実行で判定した{missing}を、今回は判定していない。独自の項目であれば、--checksでそのフォルダを指定すること。",
        )


@cache
def _results() -> TypeAdapter[Result]:
    """Return what writes and reads results; made at import, it would be made for every test run."""
    return TypeAdapter(Result)


def as_json(result: Result) -> bytes:
    """Return a result as signoff.json holds it."""
    plain = _results().dump_python(result, mode="json")
    return visible_json(json.dumps(plain, indent=2, ensure_ascii=False)).encode()


def newest(environment: str, home: Path) -> Result | None:
    """Read the newest report that is no replay's; None where none is finished, or none that this version could have written."""
    reports = home / REPORTS / environment
    if (latest := _readable(reports / "latest" / RESULT)) is None or not latest.provenance.replay:
        return latest
    older = map(_readable, sorted(reports.glob(f"*Z/{RESULT}"), reverse=True))
    return next((result for result in older if result and not result.provenance.replay), None)


def newest_of(name: str, file: Path) -> Result | None:
    """Read the newest report of an environment; EnvironmentFileError where the file has none of that name."""
    if name not in names(file):
        raise EnvironmentFileError([no_environment(name, file)])
    return newest(name, home_of(file))


def _readable(file: Path) -> Result | None:
    try:
        return _results().validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None


def rows_of(result: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return the rows of a signoff.json by their id."""
    return {row["row"]["id"]: row for row in result["verdict"]["rows"]}


def readable_baseline(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return the rows of a chosen signoff.json; UnusableFileError if it is not one."""
    try:
        return rows_of(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = unreadable(error)
        raise UnusableFileError(
            en=f"{path} can't be read as the result of a run ({why.en}); "
            "give the signoff.json of an earlier run",
            ja=f"{path}を実行結果として読み取れません（{why.ja}）。"
            "以前の実行のsignoff.jsonを指定してください",
        ) from None


def red_rows(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [id_ for id_, row in rows.items() if row["outcome"] in RED]


def _of_row(id_: str, past: list[Record]) -> RowHistory:
    """Follow a row that is red now through earlier runs, oldest first."""
    was_red = [(run.created, run.body["rows"].get(id_) in RED) for run in past]
    unbroken = list(takewhile(lambda run: run[1], reversed(was_red)))
    return RowHistory(
        since=unbroken[-1][0] if unbroken else None,
        red=sum(red for _, red in was_red) + 1,
        runs=len(was_red) + 1,
    )


def _chosen(path: Path, now: Mapping[str, Mapping[str, Any]]) -> ChangesSince:
    before = readable_baseline(path)
    outcomes = {id_: value["outcome"] for id_, value in before.items()}
    return compared(Words(en=f"the baseline {path}", ja=f"比較対象{path}"), outcomes, now, before)


def _signed(
    past: list[Record], records: Records, now: Mapping[str, Any], reports: Path
) -> ChangesSince | None:
    """Compare with the newest run at the time of the newest signature."""
    signature = records.newest("signature")
    before = [record for record in past if signature and record.created <= signature.created]
    if signature is None or not before:
        return None
    by, at = signature.body.get("by", ""), in_japan(signature.created)
    return _since(
        before[-1], now, reports, Words(en=f"signed by {by} on {at}", ja=f"{at}に{by}が署名")
    )


def _since(
    record: Record, now: Mapping[str, Any], reports: Path, note: Words | None = None
) -> ChangesSince:
    at = in_japan(record.created)
    since = Words(
        en=f"the run of {at}" + (f" ({note.en})" if note else ""),
        ja=f"{at}の実行" + (f"（{note.ja}）" if note else ""),
    )
    return compared(since, record.body["rows"], now, _rows_left_by(record, reports))


def _rows_left_by(record: Record, reports: Path) -> Mapping[str, Any] | None:
    """Return the rows of the file that a run left, if its digest is still the one in the record."""
    recorded = record.body.get("files", {}).get(RESULT)
    try:
        data = (reports / str(record.body.get("run")) / RESULT).read_bytes()
        return rows_of(json.loads(data)) if hashlib.sha256(data).hexdigest() == recorded else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def compared(
    since: Words,
    outcomes: Mapping[str, str],
    now: Mapping[str, Mapping[str, Any]],
    before: Mapping[str, Mapping[str, Any]] | None,
) -> ChangesSince:
    """Compare this run's rows with earlier outcomes, and with the earlier facts if they are known."""
    red = set(red_rows(now))
    was_red = {id_ for id_, outcome in outcomes.items() if outcome in RED}
    facts = None if before is None else tuple(_changes(_facts(before), _facts(now)))
    return ChangesSince(
        since=since,
        newly_red=tuple(id_ for id_ in now if id_ in red - was_red),
        newly_green=tuple(id_ for id_ in now if id_ in was_red - red),
        facts=facts and facts[:MOST_FACTS],
        more=len((facts or ())[MOST_FACTS:]),
    )


def _changes(before: Mapping[Any, Any], now: Mapping[Any, Any]) -> Iterator[ChangedEvidence]:
    paths = [entry for entry in {**before, **now} if before.get(entry) != now.get(entry)]
    for row, subject, key in paths:
        was, is_ = (side.get((row, subject, key)) for side in (before, now))
        gone, new = _apart(was, is_)
        yield ChangedEvidence(row=row, subject=subject, key=key, before=gone, now=new)


def _apart(was: Any, now: Any) -> tuple[Any, Any]:
    """Return what each of two lists or mappings has and the other lacks; anything else, and lists that differ in order only, whole."""
    if isinstance(was, list) and isinstance(now, list):
        gone, new = ([entry for entry in a if entry not in b] for a, b in ((was, now), (now, was)))
        return (gone, new) if gone or new else (was, now)
    if isinstance(was, dict) and isinstance(now, dict):
        alike = {key for key in was if key in now and was[key] == now[key]}
        then, since = ({key: a[key] for key in a if key not in alike} for a in (was, now))
        return then, since
    return was, now


def _facts(rows: Mapping[str, Mapping[str, Any]]) -> Mapping[tuple[str, str, str], Any]:
    """Return what was observed of resources: (row, resource, fact) -> value. Answers to calls differ each time."""
    by_path: dict[tuple[str, str, str], Any] = {}
    for id_, row in rows.items():
        for item in (item for each in row["findings"] for item in each["evidence"]):
            subject = str(next((item[key] for key in SUBJECTS if item.get(key)), ""))
            if "request" not in item:
                facts = {(id_, subject, key): item[key] for key in item if key not in MOVING}
                by_path |= {path: fact for path, fact in facts.items() if path[2] != "resource"}
    return by_path
