"""What changed since an earlier run: rows that turned, and what was observed of a resource."""

import json
from types import SimpleNamespace

import pytest

from aws.words import Words
from signoff.judge.errors import UnusableFileError
from signoff.report.history import compared, left_out, readable_baseline

SINCE = Words.same("the run before")


def row(outcome, value):
    observed = {"table": "Users-prod", "found": value, "at": value}
    return {"row": {"id": "DEP-01"}, "outcome": outcome, "findings": [{"evidence": [observed]}]}


@pytest.mark.parametrize(
    ("before", "now", "gone", "new"),
    [
        (True, False, True, False),
        (["a", "b"], ["b", "c"], ["a"], ["c"]),
        (["a", "b"], ["b", "a"], ["a", "b"], ["b", "a"]),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, {"b": 2}, {"b": 3}),
    ],
    ids=["values", "parts of a list", "its order", "parts of a mapping"],
)
def test_of_what_was_observed_only_what_differs_is_told(before, now, gone, new):
    rows, left = {"DEP-01": row("fail", now)}, {"DEP-01": row("pass", before)}
    changes = compared(SINCE, {"DEP-01": "pass"}, rows, left)

    told = [(fact.subject, fact.key, fact.before, fact.now) for fact in changes.facts]
    assert told == [("Users-prod", "found", gone, new)]
    assert (changes.newly_red, changes.newly_green) == (("DEP-01",), ())


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ({"DEP-01": "pass", "TEAM-01": "pass"}, ["Earlier runs judged TEAM-01, and this one did"]),
        ({"DEP-01": "pass"}, []),
    ],
)
def test_rows_that_only_earlier_runs_judged_are_named(rows, says):
    run = SimpleNamespace(body={"rows": rows})
    records = SimpleNamespace(of={"run": (run, run)}.get)

    notices = left_out(records, {"DEP-01": None, "DEP-02": None})

    assert [notice.en[: len(said)] for notice, said in zip(notices, says, strict=True)] == says


def test_baseline_is_the_rows_of_a_result(tmp_path):
    path = tmp_path / "signoff.json"
    path.write_text(json.dumps({"verdict": {"rows": [row("pass", "x")]}}))

    assert readable_baseline(path) == {"DEP-01": row("pass", "x")}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"verdict": {"rows": [{}]}}'])
def test_baseline_that_no_run_left_is_refused(tmp_path, text):
    path = tmp_path / "signoff.json"
    path.write_text(text)

    with pytest.raises(UnusableFileError, match="of an earlier run"):
        readable_baseline(path)
