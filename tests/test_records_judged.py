"""Records count while what they prove is fresh, whenever it was recorded and by whatever clock."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aws.section import Missing
from aws.words import Words
from checks.deployed import Deployed
from checks.records import RowRecords, exhibits
from signoff.judge.checklist import Checklist
from signoff.judge.outcome import Outcome
from signoff.judge.run import Exhibit
from signoff.judge.staleness import Stale
from signoff.report.remedy import remedy
from tests.defects.evidence import DEFECTS
from tests.foreign.judged import rows_of
from tests.healthy import healthy
from tests.judging import judge
from tests.provenance import PROD_RUN

WORLD = healthy()
CHECKLIST = Checklist.load()
MINUTE = timedelta(minutes=1)
AGES = [timedelta(0), -2 * MINUTE, -5 * MINUTE, timedelta(days=7)]


def of(kind, **fields):
    """The healthy record of a kind, changed."""
    (found,) = [entry for entry in WORLD.records.entries if entry.kind == kind]
    return replace(found, **fields)


def run_of(age, **body):
    """A load record whose run ended so long ago; it is recorded now."""
    window = [(WORLD.now - age - MINUTE).isoformat(), (WORLD.now - age).isoformat()]
    load = of("load", created=WORLD.now)
    return replace(load, body={**load.body, "window": window, **body})


def of_row(*entries):
    records = replace(WORLD.records, entries=entries)
    deployed = Deployed(WORLD.inventory.sections, WORLD.plan, "PREP-02", records)
    return RowRecords(snapshot=WORLD, deployed=deployed, row=CHECKLIST["PREP-02"])


def counted(*entries):
    """Return the newest of these records, if it counts for seven days."""
    return of_row(*entries).counting(entries[0].kind, days=7)


@pytest.mark.parametrize("age", AGES, ids=str)
def test_record_of_these_days_counts_be_its_clock_minutes_off(age):
    assert counted(of("rehearsal", created=WORLD.now - age)).kind == "rehearsal"


@pytest.mark.parametrize("age", [-6 * MINUTE, timedelta(days=7) + MINUTE], ids=str)
def test_record_of_the_future_or_of_last_week_does_not_count(age):
    with pytest.raises(Missing, match="not within the last 7 days"):
        counted(of("rehearsal", created=WORLD.now - age))


def test_run_against_dev_counts_be_its_clock_minutes_off():
    entries = (replace(entry, created=WORLD.now + 2 * MINUTE) for entry in WORLD.dev.entries)
    ahead = replace(WORLD, dev=replace(WORLD.dev, entries=tuple(entries)))

    assert {finding.outcome for finding in judge(ahead, {"PREP-01"})} == {Outcome.PASS}


@pytest.mark.parametrize("age", AGES, ids=str)
def test_run_of_these_days_counts(age):
    assert counted(run_of(age)).kind == "load"


def test_run_of_last_week_does_not_count_however_late_it_was_recorded():
    with pytest.raises(Missing, match="not within the last 7 days"):
        counted(run_of(timedelta(days=7) + MINUTE))


def test_run_that_ended_last_counts_in_whatever_order_they_were_recorded():
    older, newer = run_of(timedelta(days=2)), run_of(timedelta(days=1))

    assert counted(newer, older) is newer
    assert counted(older, newer) is newer


def test_of_two_records_of_one_moment_the_last_one_counts():
    first, second = run_of(MINUTE, verdict="fail"), run_of(MINUTE)

    assert counted(first, second) is second


def judged(*entries):
    """Return the load run that counts among these records."""
    return of_row(*entries).load()


BUSY = {"verdict": "invalid", "sentence": "INVALID: this machine is too busy to generate load"}


def test_run_of_another_plan_is_no_reason_to_say_that_there_is_none_at_all():
    with pytest.raises(Missing, match=r"no load test record \(plan: baseline\)"):
        judged(run_of(MINUTE, plan="smoke"))


def test_invalid_load_run_hides_no_verdict_on_the_target():
    valid, invalid = run_of(timedelta(days=1)), run_of(MINUTE, **BUSY)

    assert judged(valid, invalid) is valid


def test_failed_load_run_outranks_an_older_pass():
    older, failed = run_of(timedelta(days=1)), run_of(MINUTE, verdict="fail")

    assert judged(older, failed) is failed


@pytest.mark.parametrize(
    "changed",
    [{"parts": {}}, {"api": "another"}, {"expires": WORLD.now - MINUTE}],
    ids=["stale", "of-another-api", "expired"],
)
def test_failed_load_run_stays_until_a_newer_one_passes_be_it_stale(changed):
    failed = replace(run_of(timedelta(days=3), verdict="fail"), **changed)
    passing = run_of(MINUTE)

    assert judged(failed) is failed
    assert judged(run_of(timedelta(days=4)), failed) is failed
    assert judged(failed, passing) is passing


def test_failed_load_run_for_another_rate_and_of_last_month_is_still_failed():
    failed = run_of(timedelta(days=31), verdict="fail", target_rate=1)

    assert judged(failed) is failed


ASKED = WORLD.environment.target_rate


def test_pass_at_a_higher_rate_than_is_asked_is_as_good_and_at_a_lower_one_is_none():
    stricter = run_of(MINUTE, target_rate=2 * ASKED)

    assert judged(stricter) is stricter
    with pytest.raises(Missing, match=f"is for {ASKED / 2:g} requests a second"):
        judged(run_of(MINUTE, target_rate=ASKED // 2))
    with pytest.raises(Missing, match="is for 0 requests a second"):
        judged(run_of(MINUTE, target_rate=None))


def test_failure_at_a_higher_rate_than_is_asked_undoes_no_pass():
    passing = run_of(timedelta(days=1))
    above = run_of(MINUTE, verdict="fail", target_rate=2 * ASKED)

    assert judged(passing, above) is passing
    assert judged(above) is above
    assert judged(run_of(timedelta(days=1), plan="smoke"), above) is above


@pytest.mark.parametrize("rate", [ASKED, ASKED // 2], ids=["asked", "lower"])
def test_failure_at_or_below_the_asked_rate_stays_beside_one_at_a_higher_rate(rate):
    passing = run_of(timedelta(days=1))
    failed = run_of(2 * MINUTE, verdict="fail", target_rate=rate)
    above = run_of(MINUTE, verdict="fail", target_rate=2 * ASKED)

    assert judged(passing, failed, above) is failed


def test_failure_above_the_asked_rate_outranks_a_pass_below_it():
    passing = run_of(timedelta(days=1), target_rate=ASKED // 2)
    above = run_of(MINUTE, verdict="fail", target_rate=2 * ASKED)

    assert judged(passing, above) is above


def test_stale_run_that_passed_is_as_good_as_none():
    with pytest.raises(Stale):
        judged(replace(run_of(MINUTE), parts={}))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("rehearsal", {"complete": False}),
        ("rehearsal", {"equal": False}),
        ("recount", {"agree": False}),
    ],
)
def test_failed_rehearsal_or_recount_counts_however_stale_it_is(kind, body):
    healthy_record = of(kind)
    failed = replace(healthy_record, parts={}, body={**healthy_record.body, **body})

    assert counted(failed) is failed


FAILED = {
    "load": ("PREP-02", {"verdict": "fail"}),
    "rehearsal": ("ROLL-05", {"equal": False}),
    "recount": ("DATA-05", {"agree": False, "drifted": 2}),
    "proof": ("PREP-10", {"tests": "failed"}),
}
"""Kind of record -> the row that it makes green, and what a failed one says."""


def red_with(kind, *of_kind):
    """Judge the row of a kind, where these are its records."""
    others = [entry for entry in WORLD.records.entries if entry.kind != kind]
    records = replace(WORLD.records, entries=(*others, *of_kind))
    row, _ = FAILED[kind]
    return [
        finding.outcome
        for finding in judge(replace(WORLD, records=records), (row,))
        if finding.outcome.red
    ]


def taken(kind, minutes_ago, **body):
    """A record of a kind that was taken so long ago, of what is live."""
    if kind == "load":
        return run_of(minutes_ago * MINUTE, **body)
    found = of(kind, created=WORLD.now - minutes_ago * MINUTE)
    return replace(found, body={**found.body, **body})


@pytest.mark.parametrize("kind", FAILED)
def test_failed_record_is_red_until_a_newer_one_of_its_kind_passes(kind):
    _, failing = FAILED[kind]
    before, failed, after = taken(kind, 9), taken(kind, 6, **failing), taken(kind, 3)

    assert red_with(kind, before) == []
    assert red_with(kind, failed) == [Outcome.FAIL]
    assert red_with(kind, before, failed) == [Outcome.FAIL]
    assert red_with(kind, before, failed, after) == []


def test_invalid_load_run_alone_is_as_good_as_none():
    """On an embedded stack what is Missing is not verifiable there, and never red."""
    with pytest.raises(Missing, match=r"no load test record; an invalid run .* too busy"):
        judged(run_of(MINUTE, **BUSY))


def showing(*texts):
    """Return the exhibit of a run's record: these sentences and pictures."""
    said = [{"en": text, "ja": f"{text}（日本語）"} for text in texts]
    return {"sentences": said, "head": said, "rows": [said], "pictures": said}


def test_row_shows_what_the_run_that_it_judges_brought_along():
    older = run_of(timedelta(days=2), exhibit=showing("old"))
    newer = run_of(timedelta(days=1), exhibit=showing("a", "b"))
    smoke = run_of(MINUTE, plan="smoke", exhibit=showing("smoke"))
    invalid = run_of(MINUTE, exhibit=showing("invalid"), **BUSY)
    records = replace(WORLD.records, entries=(newer, older, smoke, invalid))

    shown = exhibits(replace(WORLD, records=records))["PREP-02"]

    said = (Words("a", "a（日本語）"), Words("b", "b（日本語）"))
    assert shown == Exhibit(sentences=said, head=said, rows=(said,), pictures=said)


def test_row_without_a_record_shows_nothing():
    assert exhibits(replace(WORLD, records=replace(WORLD.records, entries=()))) == {}


@pytest.mark.parametrize(
    ("defect", "right"),
    [
        ("PREP-11:versions-not-told", "s3:GetBucketVersioning"),
        ("PREP-11:key-not-told", "kms:GetKeyPolicy"),
        ("PREP-09:not-read", "s3:ListBucket"),
    ],
)
def test_remedy_names_the_right_that_the_evidence_store_lacks(defect, right):
    breaks = next(one.breaks for one in DEFECTS if one.id == defect)
    found = rows_of(judge(breaks(WORLD), [defect.partition(":")[0]]))

    assert right in remedy(found[defect.partition(":")[0]], PROD_RUN).note.en
