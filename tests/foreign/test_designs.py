"""Legitimate designs other than ours: their keys of the environment file answer what is otherwise red, and nothing else."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from plan import plan_for
from signoff.judge.checklist import Checklist, Severity
from signoff.judge.collection import set_aside
from signoff.judge.outcome import Outcome
from signoff.report.remedy import OWN_CODE, remedy
from tests.defects.aliases import DEFECTS as OF_ALIASES
from tests.defects.api import DEFECTS as OF_APIS
from tests.defects.changes import absent, both, edited, item, rebound
from tests.defects.documents import document, everywhere
from tests.defects.stage import DEFECTS as OF_STAGES
from tests.defects.variables import DEFECTS as OF_VARIABLES
from tests.foreign.judged import rows, rows_of
from tests.healthy import healthy
from tests.judging import called, collected, judge, subjects_of
from tests.provenance import PROD_RUN

CHECKLIST = Checklist.load()
PROD = healthy().environment
API_LOGS = "/aws/apigateway/stamp-rally-prod-api"
FIREHOSE = "arn:aws:firehose:ap-northeast-1:444455556666:deliverystream/amazon-apigateway-rally"
ROLELESS = next(one.breaks for one in OF_STAGES if one.id == "DEP-29:no-role")
ALIASLESS = next(alias.breaks for alias in OF_ALIASES if alias.id == "DEP-15:absent")


def open_routes(snapshot):
    """Let no route ask an authorizer, and the API have none."""

    def bare(api):
        return replace(everywhere(authorizer=None)(api), authorizers={})

    return document(bare)(snapshot)


def unlogged(snapshot):
    """Let the stage write no access log, and its group not exist."""
    off = item("stages", "prod", access_log_arn=None, access_log_format=None)
    return both(off, absent("log_groups", API_LOGS))(snapshot)


def uncounted(snapshot):
    """Let no alarm count the metric that our own functions write, and no index serve the ranking."""
    faults = [alarm.name for alarm in healthy().plan.alarms if alarm.kind == "function-faults"]
    indexes = [name for name in healthy().inventory.sections.alarms if "PeriodRanking" in name]
    without = both(*(absent("alarms", fault) for fault in (*faults, *indexes)))
    return both(without, item("tables", "UserStamps-prod", indexes=()))(snapshot)


def masters_of_their_own(snapshot):
    """Let a stamp be of a kind that ours does not know."""
    return edited("contents", "StampMasters-prod", of_another_kind)(snapshot)


def of_another_kind(found):
    first, *others = found.items
    return replace(found, items=({**first, "Type": {"S": "QR"}}, *others))


def imaged(snapshot):
    """Let award be a container image, of which Lambda tells neither runtime nor handler."""
    return item("functions", "stamp-rally-prod-award", runtime=None, handler=None)(snapshot)


DESIGNS = {
    "sessions checked by the functions": (open_routes, {"sessions_checked_by": "functions"}),
    "no access log": (unlogged, {"access_log": False}),
    "code of your own": (uncounted, {"own_code": True}),
}


def judged(breaks, **keys):
    """Return the verdict of each row that is not set aside under these keys."""
    environment = replace(PROD, **keys)
    changed = replace(breaks(healthy()), environment=environment, plan=plan_for(environment))
    snapshot = rebound(healthy())(changed)
    choice = SimpleNamespace(environment=environment, embedded=False)
    aside = {row.id for row in CHECKLIST if set_aside(row, choice)}
    checks = [
        finding
        for finding in collected()
        if finding.row not in aside and planned(finding, snapshot)
    ]
    return rows_of(check.judge(snapshot) for check in checks)


def planned(check, snapshot):
    """Whether what a check runs over is in the plan of this snapshot."""
    there = subjects_of(check.params, snapshot)
    return all(called(check.params[name]) in some for name, some in there.items())


def red(found):
    return {row for row, finding in found.items() if finding.outcome.red}


@pytest.mark.parametrize("design", DESIGNS)
def test_design_is_green_under_its_key_and_red_without(design):
    breaks, keys = DESIGNS[design]

    assert red(judged(breaks, **keys)) == set()
    assert red(judged(breaks)) != set()


def test_role_for_logs_is_needed_where_something_is_logged_into_cloudwatch_alone():
    stream = item("stages", "prod", access_log_arn=FIREHOSE, settings={})
    red = [one for one in judge(both(stream, ROLELESS)(healthy()), ["DEP-29"]) if one.outcome.red]

    assert red
    assert [one.words.en for one in red if not one.tables] == []


def test_access_log_in_cloudwatch_needs_the_role_without_any_other_log():
    quiet = item("stages", "prod", settings={})
    found = judge(both(quiet, ROLELESS)(healthy()), ["DEP-29"])

    assert [one for one in found if one.outcome.red and not one.tables]


def test_code_of_your_own_may_go_on_using_our_index():
    assert red(judged(lambda snapshot: snapshot, own_code=True)) == set()


@pytest.mark.parametrize(("breaks", "row"), [(masters_of_their_own, "DATA-02"), (imaged, "DEP-10")])
def test_what_code_of_your_own_alone_can_read_is_asked(breaks, row):
    found = judged(breaks, own_code=True)[row].findings
    asked = [finding for finding in found if finding.outcome.red]

    assert asked
    assert [finding.words.en for finding in asked if not finding.tables] == []


@pytest.mark.parametrize(
    ("design", "row"),
    [
        ("sessions checked by the functions", "SEC-34"),
        ("no access log", "DEP-29"),
        ("code of your own", "MON-05"),
    ],
)
def test_row_that_a_design_leaves_out_says_which_way_holds(design, row):
    environment = replace(PROD, **DESIGNS[design][1])
    aside = set_aside(CHECKLIST[row], SimpleNamespace(environment=environment, embedded=False))

    assert aside.outcome is Outcome.EXCLUDED
    assert "prod" in aside.reason.en
    assert "prod" in aside.reason.ja


def test_headers_in_an_access_log_that_nobody_planned_are_red_all_the_same():
    leaking = item("stages", "prod", access_log_format="$context.requestId $input.body")

    assert "DEP-30" in red(judged(leaking, access_log=False))


def test_stack_without_aliases_is_conditional_and_one_whose_routes_call_a_missing_one_is_not():
    on_functions = {"DEP-15", "DEP-44"}
    found = rows(ALIASLESS(healthy()))

    assert found["DEP-16"].blocks
    assert {CHECKLIST[row].severity for row in on_functions} == {Severity.MAJOR}
    assert [finding.root for finding in found["ROLL-06"].findings if finding.outcome.red] == [
        "DEP-15"
    ]


@pytest.mark.parametrize("defect", ["DEP-13:absent", "DEP-13:no-channel"])
def test_table_or_channel_that_no_variable_names_stops_our_code_alone(defect):
    breaks = next(one.breaks for one in OF_VARIABLES if one.id == defect)

    assert judged(breaks)["DEP-13"].stops_calls
    assert not judged(breaks, own_code=True)["DEP-13"].stops_calls


def test_fault_in_code_of_your_own_is_diagnosed_by_the_same_procedure():
    failed = next(iter(rows_of(judge(healthy())).values()))
    broken = replace(failed, row=CHECKLIST["SMOKE-02"], outcome=Outcome.FAIL, findings=())

    told = remedy(broken, replace(PROD_RUN, own_code=True))
    assert told.command.startswith("python -m runbook troubleshoot --env")
    assert told.by_hand[0].en.startswith("the functions are code of your own")


@pytest.mark.parametrize("row", ["DEP-10", "DEP-11", "SEC-47"])
def test_no_remedy_uploads_our_functions_over_code_of_your_own(row):
    failed = next(iter(rows_of(judge(healthy())).values()))
    broken = replace(failed, row=CHECKLIST[row], outcome=Outcome.FAIL, findings=())
    ours, theirs = (remedy(broken, replace(PROD_RUN, own_code=own)) for own in (False, True))

    assert ours.command
    assert theirs.command == ""
    assert theirs.by_hand[0].en == OWN_CODE.en.replace("{env}", PROD_RUN.environment)


def test_function_url_in_place_of_an_api_is_named_as_out_of_scope():
    breaks = next(api.breaks for api in OF_APIS if api.id == "DEP-20:function-url-in-its-place")
    (told,) = {finding.words.en for finding in judge(breaks(healthy()), ["DEP-20"])}

    assert told.endswith("is out of scope: this project judges REST APIs alone, as the guide does")
