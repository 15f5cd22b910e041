"""Defects of what other runs leave behind: load verdict, rehearsal, recount."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from aws.words import Words
from signoff.evidence import Records, Retention
from signoff.outcome import Outcome
from tests.defects.changes import record, without_records
from tests.defects.defect import Break, Defect
from tests.healthy.store import LOAD, REHEARSAL

LONG_AGO = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
OTHER = "0123456789abcdef"
LAST_MONTH = {"window": ["2026-10-01T08:00:00+00:00", "2026-10-01T08:02:00+00:00"]}
AN_HOUR_LATER = {"window": ["2026-11-24T09:50:00+00:00", "2026-11-24T09:52:10+00:00"]}
THE_DAY_BEFORE = {"window": ["2026-11-23T08:00:00+00:00", "2026-11-23T08:02:00+00:00"]}


def failed_and_an_older_pass_recorded_after_it(snapshot):
    """Let the newest run be a fail, and yesterday's pass the newest record."""
    at, newest = next(
        (n, one) for n, one in enumerate(snapshot.records.entries) if one.kind == "load"
    )
    entries = list(snapshot.records.entries)
    entries[at] = replace(newest, body=LOAD | {"verdict": "fail"})
    entries.append(replace(newest, body=LOAD | THE_DAY_BEFORE))
    return replace(snapshot, records=replace(snapshot.records, entries=tuple(entries)))


def invalid_run_after_a_pass(snapshot):
    """Add a run on a machine that was too busy: it says nothing about the target."""
    (newest,) = [one for one in snapshot.records.entries if one.kind == "load"]
    busy = replace(newest, body=LOAD | AN_HOUR_LATER | {"verdict": "invalid"})
    return replace(
        snapshot, records=replace(snapshot.records, entries=(*snapshot.records.entries, busy))
    )


def store(problem=None, **fields):
    """Find the store otherwise than it must be: a problem of its records, or how it is kept."""

    def broken(snapshot):
        found = snapshot.records
        kept = replace(found.custody, **fields)
        return replace(snapshot, records=replace(found, problem=problem, custody=kept))

    return broken


def store_that_is_not_read(snapshot):
    said = Words(
        en="the evidence store s3://x can't be read: AccessDenied",
        ja="証跡ストアs3://xを読み取れません: AccessDenied",
    )
    return replace(snapshot, records=Records(problem=said, unread=True))


REST_ON_RECORDS = frozenset(
    {"DATA-01", "DATA-05", "DATA-07", "DEP-17", "PREP-02", "ROLL-04", "ROLL-05"}
)
DEFECTS = (
    Defect(
        id="PREP-09:forged-record",
        breaks=store(
            problem=Words(
                en="000007.json is not signed: anybody could have written it",
                ja="000007.jsonに署名がなく、誰でも書ける状態でした",
            )
        ),
        follows=REST_ON_RECORDS,
    ),
    Defect(
        id="PREP-09:not-read",
        breaks=store_that_is_not_read,
        follows=REST_ON_RECORDS,
        outcome=Outcome.NOT_TESTABLE,
    ),
    Defect(id="PREP-09:file-key", breaks=store(in_kms=False, key="file evidence.key")),
    Defect(
        id="PREP-09:in-a-folder",
        breaks=store(
            in_s3=False, location="report/prod/evidence", history=Retention(state="folder")
        ),
    ),
    Defect(id="PREP-09:no-versions", breaks=store(history=Retention(state="none"))),
    Defect(
        id="PREP-09:versions-not-told",
        breaks=store(history=Retention(state="unknown: GetBucketVersioning: AccessDenied")),
        outcome=Outcome.NOT_TESTABLE,
    ),
    Defect(id="DATA-05:never-recounted", breaks=without_records("recount")),
    Defect(id="DATA-05:old", breaks=record("recount", created=LONG_AGO)),
    Defect(
        id="DATA-05:drifted",
        breaks=record("recount", body={"agree": False, "counters": 9, "drifted": 2}),
    ),
    Defect(id="PREP-02:no-load-run", breaks=without_records("load")),
    Defect(id="PREP-02:old", breaks=record("load", body=LOAD | LAST_MONTH)),
    Defect(id="PREP-02:older-pass", breaks=failed_and_an_older_pass_recorded_after_it),
    Defect(id="PREP-02:other-rate", breaks=record("load", body=LOAD | {"target_rate": 100})),
    Defect(id="PREP-02:other-release", breaks=record("load", parts={"code": OTHER})),
    Defect(id="PREP-02:failed", breaks=record("load", body=LOAD | {"verdict": "fail"})),
    Defect(id="PREP-02:invalid", breaks=record("load", body=LOAD | {"verdict": "invalid"})),
    Defect(id="PREP-02:smoke-plan", breaks=record("load", body=LOAD | {"plan": "smoke"})),
    Defect(
        id="PREP-02:without-percentiles", breaks=record("load", body=LOAD | {"percentiles": False})
    ),
    Defect(id="ROLL-05:never-rehearsed", breaks=without_records("rehearsal")),
    Defect(id="ROLL-05:old", breaks=record("rehearsal", created=LONG_AGO)),
    Defect(id="ROLL-05:other-release", breaks=record("rehearsal", parts={"code": OTHER})),
    Defect(
        id="ROLL-05:one-way-left-out",
        breaks=record("rehearsal", body=REHEARSAL | {"complete": False}),
    ),
    Defect(
        id="ROLL-05:data-differed", breaks=record("rehearsal", body=REHEARSAL | {"equal": False})
    ),
)
SOUND: Mapping[str, Break] = {"an invalid load run after a pass": invalid_run_after_a_pass}
