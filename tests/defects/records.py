"""Defects of what other runs leave behind: load verdict, rehearsal, recount."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

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
        (n, entry) for n, entry in enumerate(snapshot.records.entries) if entry.kind == "load"
    )
    entries = list(snapshot.records.entries)
    entries[at] = replace(newest, body=LOAD | {"verdict": "fail"})
    entries.append(replace(newest, body=LOAD | THE_DAY_BEFORE))
    return replace(snapshot, records=replace(snapshot.records, entries=tuple(entries)))


def invalid_run_after_a_pass(snapshot):
    """Add a run on a machine that was too busy: it says nothing about the target."""
    (newest,) = [entry for entry in snapshot.records.entries if entry.kind == "load"]
    busy = replace(newest, body=LOAD | AN_HOUR_LATER | {"verdict": "invalid"})
    return replace(
        snapshot, records=replace(snapshot.records, entries=(*snapshot.records.entries, busy))
    )


def failed_at_a_higher_rate_after_a_pass(snapshot):
    """Add a run that tried for more than is asked, and failed."""
    (newest,) = [entry for entry in snapshot.records.entries if entry.kind == "load"]
    more = {"verdict": "fail", "target_rate": 400}
    tried = replace(newest, body=LOAD | AN_HOUR_LATER | more)
    return replace(
        snapshot, records=replace(snapshot.records, entries=(*snapshot.records.entries, tried))
    )


def judged_by(criterion: str, limit: list[float]) -> Break:
    """Let the load run have been judged by another objective."""
    checks = [
        check | ({"limit": limit} if check["criterion"] == criterion else {})
        for check in LOAD["checks"]
    ]
    return record("load", body=LOAD | {"checks": checks})


def counted_by(**limits: float | None) -> Break:
    """Let the load run have counted by other limits; None for a record that does not say which."""
    validity = LOAD["validity"] | {name.replace("_", "."): limit for name, limit in limits.items()}
    said = {name: value for name, value in validity.items() if value is not None}
    return record("load", body=LOAD | {"validity": said})


def proof(functions: Mapping[str, str | None] = MappingProxyType({}), **said: str) -> Break:
    """Change what the proof says; ``functions`` are digests, None of one that it does not name."""

    def broken(snapshot):
        (proven,) = [entry.body for entry in snapshot.records.entries if entry.kind == "proof"]
        tried = {k: v for k, v in {**proven["functions"], **functions}.items() if v}
        return record("proof", body={**proven, **said, "functions": tried})(snapshot)

    return broken


def manifest_of_users_stamps(since):
    """Let a migration of users' stamps end this long after the recount."""

    def broken(snapshot):
        (recount,) = [entry for entry in snapshot.records.entries if entry.kind == "recount"]
        scan = snapshot.inventory.sections.key_scans["UserStamps-prod"]
        body = {"table": "UserStamps-prod", "count": scan.real, "hash": "of stamps"}
        moved = replace(recount, kind="manifest", body=body, created=recount.created + since)
        entries = (moved, *snapshot.records.entries)
        return replace(snapshot, records=replace(snapshot.records, entries=entries))

    return broken


def drills(*states: str) -> Break:
    """Leave a record of each state of a drill of the tables, the oldest first."""

    def broken(snapshot):
        (held,) = [entry for entry in snapshot.records.entries if entry.kind == "rehearsal"]
        later = (
            replace(held, kind="drill", body={"part": "tables", "state": state}) for state in states
        )
        entries = (*snapshot.records.entries, *later)
        return replace(snapshot, records=replace(snapshot.records, entries=entries))

    return broken


def proven_again_after_a_failure(snapshot):
    """Let a first proof fail, and a later one of the same commit pass."""
    (proven,) = [entry for entry in snapshot.records.entries if entry.kind == "proof"]
    failed = replace(proven, body={**proven.body, "tests": "failed"})
    return replace(
        snapshot, records=replace(snapshot.records, entries=(failed, *snapshot.records.entries))
    )


DEFECTS = (
    Defect(id="DATA-05:never-recounted", grade="major", breaks=without_records("recount")),
    Defect(
        id="DATA-05:stamps-were-migrated-since",
        grade="major",
        breaks=manifest_of_users_stamps(since=timedelta(minutes=1)),
    ),
    Defect(id="DATA-05:old", breaks=record("recount", created=LONG_AGO)),
    Defect(
        id="DATA-05:drifted",
        breaks=record("recount", body={"agree": False, "counters": 9, "drifted": 2}),
    ),
    Defect(id="PREP-10:never-proven", grade="major", breaks=without_records("proof")),
    Defect(id="PREP-10:another-build", breaks=proof(functions={"stamp-rally-prod-award": OTHER})),
    Defect(
        id="PREP-10:without-one-function", breaks=proof(functions={"stamp-rally-prod-award": None})
    ),
    Defect(id="PREP-10:own-tests-failed", breaks=proof(tests="failed")),
    Defect(id="PREP-10:embedded-no-go", breaks=proof(embedded="NO-GO")),
    Defect(id="PREP-02:no-load-run", breaks=without_records("load")),
    Defect(id="PREP-02:old", breaks=record("load", body=LOAD | LAST_MONTH)),
    Defect(id="PREP-02:older-pass", breaks=failed_and_an_older_pass_recorded_after_it),
    Defect(id="PREP-02:other-rate", breaks=record("load", body=LOAD | {"target_rate": 100})),
    Defect(
        id="PREP-02:awards-left-out",
        breaks=record("load", body=LOAD | {"mix": {"GET /stamps": 1.0}}),
    ),
    Defect(id="PREP-02:routes-unsaid", breaks=record("load", body=LOAD | {"mix": {}})),
    Defect(id="PREP-02:other-release", breaks=record("load", parts={"code": OTHER})),
    Defect(id="PREP-02:failed", breaks=record("load", body=LOAD | {"verdict": "fail"})),
    Defect(id="PREP-02:invalid", breaks=record("load", body=LOAD | {"verdict": "invalid"})),
    Defect(id="PREP-02:smoke-plan", breaks=record("load", body=LOAD | {"plan": "smoke"})),
    Defect(
        id="PREP-02:without-percentiles", breaks=record("load", body=LOAD | {"percentiles": False})
    ),
    Defect(id="PREP-02:slow-objective", breaks=judged_by("p95", [0, 5000])),
    Defect(id="PREP-02:failing-objective", breaks=judged_by("errors", [0, 0.2])),
    Defect(id="PREP-02:unanswered-objective", breaks=judged_by("achieved", [0.5, 1])),
    Defect(id="PREP-02:idle-generator", breaks=counted_by(soundness_achieved=0.1)),
    Defect(id="PREP-02:awards-that-were-there", breaks=counted_by(soundness_conflicts=1.0)),
    Defect(id="PREP-02:any-throttling", breaks=counted_by(throttle_tolerance=1.0)),
    Defect(id="PREP-02:limits-unsaid", breaks=counted_by(soundness_achieved=None)),
    Defect(id="ROLL-05:never-rehearsed", grade="major", breaks=without_records("rehearsal")),
    Defect(id="ROLL-05:old", breaks=record("rehearsal", created=LONG_AGO)),
    Defect(id="ROLL-05:other-release", breaks=record("rehearsal", parts={"code": OTHER})),
    Defect(
        id="ROLL-05:one-way-left-out",
        breaks=record("rehearsal", body=REHEARSAL | {"complete": False, "part": "api"}),
    ),
    Defect(
        id="ROLL-05:data-differed", breaks=record("rehearsal", body=REHEARSAL | {"equal": False})
    ),
    Defect(id="ROLL-05:later-drill-killed", breaks=drills("done", "begun")),
)
SOUND: Mapping[str, Break] = {
    "an invalid load run after a pass": invalid_run_after_a_pass,
    "a recount after a migration of users' stamps": manifest_of_users_stamps(
        since=-timedelta(minutes=1)
    ),
    "a drill that was killed, and put back by the next": drills("begun", "brought back", "done"),
    "a proof that passed after one that failed": proven_again_after_a_failure,
    "a proof of another commit that builds the same": proof(commit="ba9876543210"),
    "a load run at a higher rate than is asked": record("load", body=LOAD | {"target_rate": 400}),
    "a load run that failed at a higher rate after a pass": failed_at_a_higher_rate_after_a_pass,
    "a load run that was judged by a stricter objective": judged_by("p95", [0, 200]),
    "a load run that was judged by the loosest objective": judged_by("p95", [0, 1000]),
    "a load run that counted by stricter limits": counted_by(soundness_achieved=0.999),
    "a proof that also tried a function that is gone": proof(functions={"removed": OTHER}),
}
