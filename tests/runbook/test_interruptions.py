"""Something goes wrong in the middle of every procedure: it says what, and what is changed so far; the journal knows, it goes on."""

import pytest

from aws.change.gate import Change
from aws.words import Words
from local.aws.request import access_denied, refusal
from runbook.engine import Journal, Procedure, Stopped
from runbook.engine.change_lines import AppliedChanges
from runbook.procedures.provision import ORDER
from tests.runbook.desk import READS
from tests.runbook.striking import run

AT_ONCE = {"masters"}
"""Procedures with but one call that changes anything: it is that one that fails."""
ASK_NOTHING_OF_AWS = {"prepare"}
BROKEN = [one for one in map(Procedure.of, ORDER) if one.name not in ASK_NOTHING_OF_AWS]

FIRST = [
    one for one in BROKEN if one.name in {"secrets", "least_privilege", "tables", "monitoring"}
]
"""Procedures that need no other one before them."""


class Fault:
    """Refuses every change from a procedure's second one on, as long as it is armed."""

    def __init__(self, refuse):
        self.refuse = refuse
        self.left = None

    def __call__(self, request):
        if self.left is None or request.operation.startswith(READS):
            return None
        self.left -= 1
        return self.refuse(request) if self.left < 0 else None


def denial(request):
    return access_denied(request, "not authorized")


def failure(request):
    return refusal(request, "InternalFailure", "An internal error occurred", 500)


def test_a_refusal_in_the_middle_is_told_and_mended(empty, tmp_path):
    """A fault of AWS; `test_every_call.py` lets each kind of call be denied, `deep/` cuts the line there."""
    fault = Fault(failure)
    empty.aws.faults.append(fault)
    journal = Journal(tmp_path / "journal.jsonl")
    for procedure in BROKEN:
        fault.left = int(procedure.name not in AT_ONCE)
        with pytest.raises(Stopped, match="failed: InternalFailure: An internal error occurred"):
            run(empty, procedure, journal).perform()
        fault.left = None
        run(empty, procedure, journal).perform()

    assert_the_journal_knows(journal)
    assert len([entry for entry in journal if entry.what == "broken"]) >= len(BROKEN)


@pytest.mark.parametrize("procedure", FIRST, ids=lambda change: change.name)
def test_where_the_first_change_is_refused_nothing_is_said_to_be_changed(
    empty, tmp_path, procedure
):
    fault = Fault(denial)
    empty.aws.faults.append(fault)
    journal = Journal(tmp_path / "journal.jsonl")
    fault.left = 0
    stopped = run(empty, procedure, journal)
    with pytest.raises(Stopped, match="was denied"):
        stopped.perform()

    assert stopped.applied.in_words() is None
    assert [difference.what for difference in journal] == ["begin", "failed", "end"]


def assert_the_journal_knows(journal):
    """Each procedure failed, then ended well; whatever was changed stands there, by whom, from what."""
    entries = list(journal)
    ends = [(entry.procedure, entry.detail["result"]) for entry in entries if entry.what == "end"]
    assert ends == [(p.name, result) for p in BROKEN for result in ("failed", "done")]
    assert {entry.what for entry in entries} >= {"begin", "change", "failed", "done", "end"}
    changed = [
        (change["resource"], change["field"])
        for entry in entries
        if entry.what == "change"
        for change in entry.detail["changes"]
    ]
    assert ("table Users-prod", "key") in changed
    assert ("stage prod", "*/* throttle rate") in changed


RESUME = "The same command resumes from here"


def change(resource):
    return Change(Words.same(resource), Words.same("memory"), 128, 256)


@pytest.mark.parametrize(
    ("made", "broken", "said"),
    [
        (["alarm a"], [], f"changed so far: alarm a. {RESUME}"),
        ([], ["alarm b"], f"interrupted, so perhaps changed: alarm b. {RESUME}"),
        (
            ["alarm a"],
            ["alarm b"],
            f"changed so far: alarm a; interrupted, so perhaps changed: alarm b. {RESUME}",
        ),
    ],
)
def test_only_what_happened_is_said(made, broken, said):
    applied = AppliedChanges()
    applied.note([change(one) for one in made], whole=True)
    applied.note([change(one) for one in broken], whole=False)

    assert applied.in_words().en == said


def test_nothing_is_said_where_nothing_was_changed():
    assert AppliedChanges().in_words() is None
