"""A cut-over rests on a good verdict, of today, whole, and of what is live; or it does not begin."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from runbook.cutover import verdict
from runbook.cutover.verdict import refusal
from runbook.engine import Refused
from signoff.environment.accountability import Acceptance
from signoff.evidence.facts import PartFact
from signoff.evidence.parts import Part
from signoff.judge.checklist import Checklist, Phase, Severity
from signoff.judge.outcome import Outcome, RowVerdict
from signoff.judge.result import Result
from signoff.judge.snapshot import Live
from signoff.judge.verdict import Verdict, VerdictWord
from signoff.report.history import newest
from tests.provenance import PROD_RUN
from tests.provenance import THEN as NOW

CHECKLIST = Checklist.load()
BEFORE = tuple(row for row in CHECKLIST if row.phase is Phase.BEFORE)
PROVENANCE = replace(PROD_RUN, release="a1")


def told(decision=VerdictWord.GO, rows=BEFORE, **provenance):
    """A verdict on these rows, with this of where it comes from."""
    judged = tuple(RowVerdict(row=row, outcome=Outcome.PASS, severity=row.severity) for row in rows)
    return Result(
        provenance=replace(PROVENANCE, **provenance),
        verdict=Verdict(decision=decision, rows=judged),
    )


LIVE = Live(release="a1")


def against(result, *, live=LIVE, now=NOW):
    return refusal(result, checklist=CHECKLIST, live=live, now=now).en


@pytest.mark.parametrize("decision", [VerdictWord.GO, VerdictWord.CONDITIONAL])
@pytest.mark.parametrize("rows", [BEFORE, tuple(CHECKLIST)], ids=["before", "after"])
def test_a_good_verdict_of_today_lets_it_begin(decision, rows):
    assert against(told(decision, rows), now=NOW + timedelta(hours=3)) == ""


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (told(VerdictWord.NO_GO), "the newest verdict is NO-GO"),
        (told(release="b2"), "is of release b2, and a1 is live"),
        (told(release=None), "is of release None, and a1 is live"),
        (told(replay="inventory.json"), r"judged something else (replay of inventory.json)"),
        (told(endpoint="http://127.0.0.1:1"), "AWS_ENDPOINT_URL=http://127.0.0.1:1"),
        (told(elsewhere=("--api-url=x",)), "(--api-url=x), not the environment"),
        (told(rows=BEFORE[1:]), f"is partial: it says nothing about {BEFORE[0].id}"),
        (told(rows=()), f"and {len(BEFORE) - 5} more"),
        (told(started=NOW - timedelta(hours=4, minutes=1)), "13:59 JST, more than 4 hours ago"),
    ],
    ids=["no-go", "release", "unknown", "replay", "endpoint", "elsewhere", "part", "empty", "old"],
)
def test_another_one_does_not(result, why):
    assert why in against(result)


def test_rows_that_only_the_cut_over_makes_true_do_not_keep_it_from_beginning():
    after = [row for row in CHECKLIST if row.phase is Phase.AFTER]
    red = [replace(row, outcome=Outcome.FAIL) for row in told(rows=after).verdict.rows]
    before = told(rows=BEFORE).verdict.rows
    undone = told(VerdictWord.NO_GO, phase="after")
    broken = (replace(before[0], outcome=Outcome.FAIL), *before[1:])

    assert against(replace(undone, verdict=replace(undone.verdict, rows=(*before, *red)))) == ""
    assert against(replace(undone, verdict=replace(undone.verdict, rows=(*broken, *red)))) == (
        "the newest verdict is NO-GO"
    )


@pytest.mark.parametrize(
    ("phase", "why"),
    [
        (
            Phase.BEFORE,
            "conditions of the newest verdict have no owner and no day ({}): `signoff accept` adds them",
        ),
        (Phase.AFTER, ""),
    ],
    ids=["before", "after"],
)
def test_a_condition_without_an_owner_does_not_unless_its_row_is_judged_after(phase, why):
    row = next(row for row in CHECKLIST if row.phase is phase and row.severity is Severity.MAJOR)
    red = RowVerdict(row=row, outcome=Outcome.FAIL, severity=row.severity)
    others = told(rows=[each for each in CHECKLIST if each is not row]).verdict.rows
    conditional = Verdict(decision=VerdictWord.CONDITIONAL, rows=(red, *others))
    owner = Acceptance(what=row.id, by="Hanako", until=NOW.date())

    run = told(phase="after")
    assert against(replace(run, verdict=conditional)) == why.format(row.id)
    assert against(replace(run, verdict=replace(conditional, accepted=(owner,)))) == ""


def test_a_part_that_changed_after_the_verdict_is_named():
    roles = Live(
        release="a1",
        parts={Part.CODE: {}, Part.PERMISSIONS: {"roles x: trust": PartFact("all", "all")}},
    )
    judged = {"code": roles.digests["code"], "permissions": "0123456789abcdef"}

    assert against(told(parts=roles.digests), live=roles) == ""
    assert against(told(parts=judged), live=roles) == "permissions changed since the newest verdict"
    assert against(told(), live=roles) == "code, permissions changed since the newest verdict"


def test_a_report_is_read_as_it_was_written(tmp_path):
    place = tmp_path / "report" / "prod" / "latest"
    place.mkdir(parents=True)
    (place / "signoff.json").write_bytes(TypeAdapter(Result).dump_json(told()))

    assert newest("prod", tmp_path) == told()


@pytest.mark.parametrize("text", ["", "{}", '{"verdict": {"decision": "GO"}}'])
def test_what_is_no_report_is_no_verdict(tmp_path, text):
    assert newest("prod", tmp_path) is None
    place = tmp_path / "report" / "prod" / "latest"
    place.mkdir(parents=True)
    (place / "signoff.json").write_text(text)

    assert newest("prod", tmp_path) is None


@pytest.mark.parametrize(
    ("found", "why"),
    [(None, "there is no verdict yet"), (told(started=datetime.now(UTC)), "b2 is live")],
    ids=["none", "other-release"],
)
def test_the_step_holds_it_against_what_is_live(empty, monkeypatch, found, why):
    monkeypatch.setattr(verdict, "newest", lambda *_: found)
    context = empty.context(live=lambda _: Live(release="b2"))
    shown = verdict.hold_the_verdict(context)
    with pytest.raises(Refused, match=f"{why}: run `pytest --env prod`"):
        verdict.hold_the_verdict(replace(context, go=True))

    assert [change.field.en for change in shown] == ["state"]
    assert why in shown[0].before.en
