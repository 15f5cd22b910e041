"""Every check is proven twice: green on a healthy production, red on the defects it is for."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields

import pytest

from aws.inventory import Sections
from aws.kinds import KINDS, LEDGERS
from aws.ledger import Unplanned
from signoff.judge.checklist import Checklist, Severity
from signoff.judge.outcome import Finding, Outcome, row_verdict
from signoff.report.remedy import Remedy, remedy
from tests.defects import DEFECTS, SOUND
from tests.defects.changes import rebound, unread
from tests.english import english_in
from tests.foreign.judged import asked_again, leaves_a_go, unanswered
from tests.healthy import healthy
from tests.judging import collected, green, judge
from tests.provenance import PROD_RUN
from tests.runbook.test_printed_remedies import COMMANDS, RUNBOOK
from tests.sentences import flaws_of
from tests.watching import healthy_again, readers

CHECKLIST = Checklist.load()
REBOUND = rebound(healthy())
CALLS = {"", *LEDGERS, "dynamodb:Scan", "sts:GetCallerIdentity"}
"""What a finding may say that it was read by: what readers call, where the ledger or nothing else describes the answer."""
READ_BY = {
    (kind.words.en.rpartition(" of ")[2], fact.words): kind.asked_as(kind.calls[fact.call])
    for kind in KINDS
    for fact in kind.facts.values()
}
"""Kind of resource, and a described fact -> the call that shows it."""
SHOWN_BY_ANOTHER = {
    ("stage", "apigateway:GetDeployments"),
    ("custom domain", "apigatewayv2:ListRoutingRules"),
    ("REST API", "apigateway:GetExport"),
}
"""Kind of resource, and a call by which a row found out more about its fact."""
UNKNOWN = {Outcome.NOT_TESTABLE, Outcome.FOLLOWS}
WORST_FIRST = (Outcome.FAIL, Outcome.NOT_TESTABLE, Outcome.FOLLOWS)
SECTIONS = [field.name for field in fields(Sections)]
ITEMS = [
    (section, name)
    for section in SECTIONS
    for name in sorted(getattr(healthy().inventory.sections, section))
]


GRADES = {
    **{defect.row: defect.grade for defect in DEFECTS if defect.grade != Severity.BLOCKER},
    **dict.fromkeys(("LINE-01", "LINE-02", "PERF-01", "CUT-07", "CUT-08"), "major"),
}
"""Row that is no blocker -> its grade, by its defect or, where it has none, here."""
AGAIN = "pytest --env prod"
"""The run that prints the remedies."""
RUNNABLE = {
    *(f"{RUNBOOK}{command}" for command in COMMANDS),
    *(
        "",
        "pytest --env dev",
        "python -m load run --env prod --plan baseline --unlock api.example.jp",
    ),
}
"""Commands that can be run while the verdict is NO-GO: rehearsed on a red stack, or a run of another thing."""


def printed(one: Finding) -> Remedy:
    """Return the remedy that a row prints for one finding."""
    return remedy(row_verdict(CHECKLIST[one.row], [one]), PROD_RUN)


def in_a_circle(one: Finding) -> bool:
    """Whether the remedy waits for another verdict, or is the same run again, and nothing is said to do before it."""
    told = printed(one)
    unknown = one.outcome is Outcome.NOT_TESTABLE and told.note is not None
    return not {*told.command.split(" && ")} <= RUNNABLE | ({AGAIN} if unknown else set())


def shown_by_its_call(difference: Unplanned) -> bool:
    """Whether the call that a difference names is the one that shows its fact, where a kind describes it."""
    kind, call = difference.kind.en, difference.call
    return READ_BY.get((kind, difference.fact), call) == call or (kind, call) in SHOWN_BY_ANOTHER


def by_row(red: Iterable[Finding]) -> Mapping[str, Outcome]:
    """Return every row with the outcome of its worst finding."""
    found: dict[str, list[Outcome]] = {}
    for finding in red:
        found.setdefault(finding.row, []).append(finding.outcome)
    return {row: min(outcomes, key=WORST_FIRST.index) for row, outcomes in found.items()}


@pytest.fixture(scope="module")
def all_green():
    """A healthy production is green; where it is not, that is what is red, and not each defect."""
    green()


@pytest.mark.usefixtures("all_green")
@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_defect_turns_its_own_rows_red_and_no_other(defect):
    broken = REBOUND(defect.breaks(healthy()))
    found = healthy_again()(broken)
    red = [finding for finding in found if finding.outcome.red]

    assert by_row(red) == defect.red
    assert [left for finding in red for left in english_in(finding.words.ja)] == []
    assert [flaw for finding in red for flaw in flaws_of(finding.words)] == []
    assert [finding.words.en for finding in red if not printed(finding)] == []
    assert [(finding.words.en, printed(finding)) for finding in red if in_a_circle(finding)] == []
    of_its_row = [finding.at_most for finding in red if finding.row == defect.row]
    assert min(of_its_row, key=list(Severity).index) is defect.at_most
    again = asked_again(broken, found)
    assert unanswered(found, again) == []
    assert leaves_a_go(again) is defect.leaves_a_go, (
        f"decisions on {defect}: its leaves_a_go and the loosens of its proof or Closed member disagree;"
        " docs/add-a-check.md"
    )
    different = [each for finding in red for each in finding.differences if each.call]
    assert {each.call for each in different} - CALLS == set()
    assert [each for each in different if not shown_by_its_call(each)] == []


@pytest.mark.usefixtures("all_green")
@pytest.mark.parametrize("sound", SOUND)
def test_what_is_unlike_ours_and_right_stays_green(sound):
    found = healthy_again()(REBOUND(SOUND[sound](healthy())))

    assert by_row(finding for finding in found if finding.outcome.red) == {}


@pytest.mark.parametrize("defect", DEFECTS[::40], ids=str)
def test_what_no_check_asked_for_changes_no_finding(defect):
    """Every defect is judged by the checks alone that ask for what it changes; these by all."""
    broken = REBOUND(defect.breaks(healthy()))

    assert healthy_again()(broken) == judge(broken)


@pytest.mark.parametrize(
    ("row", "name"), [(row.id, name) for row in CHECKLIST for name in row.remedies]
)
def test_remedy_beside_the_usual_one_is_asked_for_by_a_defect_of_its_row(row, name):
    broken = [defect.breaks(healthy()) for defect in DEFECTS if defect.row == row]
    found = [one for snapshot in broken for one in judge(snapshot, [row])]

    assert name in {each.remedy for finding in found for each in finding.differences}


@pytest.mark.parametrize(
    ("defect", "name"),
    [
        ("DEP-16:denied", "denied"),
        ("DEP-16:no-permission", ""),
        ("SEC-21:keys-of-s3", ""),
        ("SEC-21:keys-of-s3-behind-a-cdn", "cdn"),
    ],
)
def test_remedy_is_the_one_of_its_defect(defect, name):
    (made,) = (each for each in DEFECTS if each.id == defect)
    found = judge(made.breaks(healthy()), [made.row])

    assert {each.remedy for finding in found for each in finding.differences} == {name}


def test_every_row_that_a_check_proves_has_a_defect():
    assert {check.row for check in collected()} == {defect.row for defect in DEFECTS}


def test_row_is_as_grave_as_its_defect_says():
    lower = {row.id: row.severity for row in CHECKLIST if row.severity is not Severity.BLOCKER}

    assert lower == GRADES


def test_no_defect_has_the_name_of_another():
    assert [id_ for id_, times in Counter(map(str, DEFECTS)).items() if times > 1] == []


def red_without(*place):
    """Return what is red where a section, or one item of it, can't be read."""
    found = healthy_again()(unread(*place)(healthy()))
    return [finding for finding in found if finding.outcome.red]


@pytest.mark.usefixtures("all_green")
def test_section_that_is_not_readable_makes_every_row_that_reads_it_unknown():
    assert {section: by_row(red_without(section)) for section in SECTIONS} == {
        section: dict.fromkeys(readers()[section], Outcome.NOT_TESTABLE) for section in SECTIONS
    }


@pytest.mark.usefixtures("all_green")
def test_item_that_is_not_readable_is_told_by_some_row_that_reads_it():
    outcomes = {item: {finding.outcome for finding in red_without(*item)} for item in ITEMS}

    assert [item for item in ITEMS if Outcome.NOT_TESTABLE not in outcomes[item]] == []
    assert [item for item in ITEMS if outcomes[item] - UNKNOWN] == []
