"""Pages of runs that were judged for these tests: one for each verdict, by the real checks on broken stacks."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache, reduce
from pathlib import Path

from aws.words import Words
from checks.environment_values import notices
from signoff.environment.accountability import Decision, Waiver
from signoff.evidence import Record
from signoff.judge.checklist import Checklist
from signoff.judge.observations import AppliedDecision
from signoff.judge.outcome import Finding, Outcome, row_verdict
from signoff.judge.result import Result
from signoff.judge.run import Exhibit
from signoff.judge.verdict import VerdictWord, decide
from signoff.report.history import as_json
from signoff.report.page import page
from signoff.report.supporting import Supporting, supporting_of
from signoff.report.verify import RESULT
from smoke.calls import Answer, Call, Session
from smoke.sessions import LIVE
from tests.defects import DEFECTS
from tests.healthy import healthy
from tests.judging import judge
from tests.provenance import PROD_RUN

BROKEN = {
    "GO": (),
    "CONDITIONAL": ("MON-07:composite",),
    "NO-GO": (
        *("DEP-04:off", "DEP-08:users-expire", "SEC-24:user-reads-a-secret", "MON-07:composite"),
        *(
            "DEP-16:no-permission",
            "SEC-05:unread",
            "DEP-06:of-dev",
            "DEP-20:only-the-office-gets-in",
        ),
    ),
    "NO VERDICT": ("DEP-04:off",),
}
"""Verdict -> the defects of the stack; waivers and decisions make the CONDITIONAL."""
CALL = Call(
    verb="OPTIONS",
    path="/stamps",
    session=Session(kind=LIVE, user_id="Usmoke-1", token="t"),
)
PREFLIGHT = {
    "access-control-allow-origin": "https://rally.example.jp",
    "access-control-allow-methods": "GET,OPTIONS",
}
DECISION = Decision(
    what="table Users-prod: time to live",
    value="ExpiresAt",
    by="Hanako",
    why="users who left are deleted after a year",
    until=date(2026, 12, 20),
)


@cache
def result(name: str) -> Result:
    """Return the judged run that ends in this verdict."""
    snapshot = reduce(lambda so_far, defect: defect.breaks(so_far), _defects(name), healthy())
    found = judge(snapshot)
    by_row: dict[str, list[Finding]] = {}
    for finding in found:
        by_row.setdefault(finding.row, []).append(replace(finding, calls=("lambda:GetFunction",)))
    rows = [row_verdict(row, by_row.get(row.id) or [_smoke(row.id)]) for row in Checklist.load()]
    conditional = name == "CONDITIONAL"
    red = [row.row.id for row in rows if row.outcome is Outcome.FAIL]
    waivers = [_waiver(id_, snapshot.today) for id_ in red] if conditional else []
    verdict = decide(rows, waivers, today=snapshot.today, problems=())
    if conditional:
        verdict = replace(verdict, rows=(*verdict.rows[:-1], _decided(verdict.rows[-1])))
    if name == "NO VERDICT":
        verdict = replace(verdict, decision=VerdictWord.NONE)
    assert verdict.decision == name, (verdict.decision, verdict.problems, red)
    return Result(
        provenance=_provenance(snapshot),
        verdict=verdict,
        notices=tuple(notices(replace(snapshot.environment, api_key=False))),
    )


def enlarged(name: str, times: int) -> Result:
    """Return the run of a stack with so many times the resources of which the proofs found something."""
    judged = result(name)
    rows = tuple(
        replace(row, findings=tuple(copy for f in row.findings for copy in _copies(f, times)))
        for row in judged.verdict.rows
    )
    return replace(judged, verdict=replace(judged.verdict, rows=rows))


def shortened(judged: Result, rows: int) -> Result:
    """Return the same run with all of its red rows and so many others: every kind of markup in a tenth of the page."""
    others = [row for row in judged.verdict.rows if not row.outcome.red][:rows]
    left = tuple(row for row in judged.verdict.rows if row.outcome.red or row in others)
    return replace(judged, verdict=replace(judged.verdict, rows=left))


def all_red(judged: Result) -> Result:
    """Return the same run with every row red, by facts of which no two are alike."""
    rows = tuple(
        replace(row, outcome=Outcome.FAIL, findings=tuple(map(_red, row.findings)))
        for row in judged.verdict.rows
    )
    return replace(judged, verdict=replace(judged.verdict, rows=rows))


def supporting(name: str, folder: Path) -> Supporting:
    """Return what stands beside the rows, as if an earlier run of two red rows were on record."""
    judged, snapshot = result(name), healthy()
    rows = {row.row.id: str(row.outcome) for row in judged.verdict.rows}
    before = {**rows, "DEP-04": "pass", "MON-01": "fail"}
    runs = tuple(
        _record(snapshot, "run", {"decision": "NO-GO", "rows": before, "run": "r"}, hours)
        for hours in (50, 30, 4)
    )
    drill = _record(snapshot, "drill", {"part": "functions", "state": "done", "seconds": 4.1}, 5)
    signature = _record(snapshot, "signature", {"by": "Hanako", "step": "cutover#security_test"}, 3)
    load = _record(snapshot, "load", {"plan": "baseline", "verdict": "pass"}, 20)
    added = (*runs, load, drill, signature)
    records = replace(snapshot.records, entries=(*snapshot.records.entries, *added))
    (folder / RESULT).write_bytes(as_json(judged))
    found = supporting_of(judged, replace(snapshot, records=records), folder, folder, None)
    return replace(found, files={"signoff.json": "ab" * 32, "summary.md": "cd" * 32})


def shown(name: str, lang: str, folder: Path) -> str:
    """Return the page of a judged run."""
    plot, cell = Words.same('<svg viewBox="0 0 9 9"><text>rate</text></svg>'), Words.same("p95")
    shown_of_a_run = Exhibit(sentences=(cell,), head=(cell,), rows=((cell,),), pictures=(plot,))
    return page(result(name), lang, {"PREP-02": shown_of_a_run}, supporting(name, folder))


def _copies(found, times):
    for number in range(times):
        compared = (
            replace(
                comparison,
                resource=f"{comparison.resource}-{number}",
                found=f"{comparison.found}{number}",
            )
            for comparison in found.compared
        )
        looked_at = Words.same(f"{found.looked_at}-{number}")
        yield replace(found, looked_at=looked_at, compared=tuple(compared))


def _red(found):
    words = Words(en=f"{found.subject} is not as planned", ja=f"{found.subject}が計画と異なります")
    compared = tuple(replace(one, holds=False) for one in found.compared)
    return replace(found, outcome=Outcome.FAIL, words=words, compared=compared)


def _defects(name):
    wanted = BROKEN[name]
    found = [defect for defect in DEFECTS if defect.id in wanted]
    assert len(found) == len(wanted), wanted
    return found


def _waiver(row, today):
    return Waiver(
        row=row,
        until=today + timedelta(days=9),
        reason="fixed in the next sprint",
        by="Taro",
    )


def _decided(row):
    applied = AppliedDecision(DECISION, loosens=True)
    return replace(
        row, findings=tuple(replace(finding, decided=(applied,)) for finding in row.findings)
    )


def _smoke(row):
    answer = Answer(call=CALL, status=200, headers=PREFLIGHT, text='{"ok": true}', at=1764000000.0)
    return Finding(
        row=row,
        outcome=Outcome.PASS,
        subject="test_answer_is_for_the_front_end_alone",
        looked_at=Words.same(row),
        evidence=(answer.facts,),
        proof=Words(
            en="answer is for the front end alone", ja="応答はフロントエンドにだけ許可される"
        ),
    )


def _record(snapshot, kind, body, hours):
    return Record(
        kind=kind,
        environment="prod",
        release="ab12",
        caller="arn:aws:iam::444455556666:user/hanako",
        created=snapshot.now - timedelta(hours=hours),
        expires=None,
        body=body,
    )


def _provenance(snapshot):
    inventory = snapshot.inventory
    return replace(
        PROD_RUN,
        account=inventory.account,
        region=inventory.region,
        caller=inventory.caller,
        api_url="https://abc.execute-api.ap-northeast-1.amazonaws.com/prod",
        release="64b6efa248b2081c",
        started=snapshot.now,
        read_at=snapshot.now,
    )
