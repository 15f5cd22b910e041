"""A careful engineer set everything up by hand, in other words than ours, and is judged rightly."""

import ast
import re
from pathlib import Path

import pytest

from signoff.judge.outcome import Outcome
from signoff.judge.verdict import VerdictWord
from tests.foreign.account import with_evidence, without_evidence
from tests.foreign.hand import watch
from tests.foreign.judged import decision, outcomes, rows

HERE = Path(__file__).parent
HANDS = sorted([*HERE.glob("hand/*.py"), *HERE.glob("letter/*.py")])
GREEN = (
    *("PREP-04", "PREP-05", "PREP-06", "PREP-07", "PREP-08"),
    *("SEC-01", "SEC-02", "SEC-03", "SEC-05", "SEC-06", "SEC-07", "SEC-08", "SEC-09"),
    *("SEC-10", "SEC-11", "SEC-12", "SEC-13", "SEC-14", "SEC-15", "SEC-16", "SEC-17", "SEC-18"),
    *(
        "SEC-19",
        "SEC-20",
        "SEC-21",
        "SEC-22",
        "SEC-23",
        "SEC-24",
        "SEC-25",
        "SEC-26",
        "SEC-27",
        "SEC-28",
        "SEC-36",
    ),
    *("SEC-30", "SEC-31", "SEC-32", "SEC-34", "SEC-35"),
    *("DEP-01", "DEP-02", "DEP-03", "DEP-04", "DEP-05", "DEP-06", "DEP-07", "DEP-08"),
    *("DEP-10", "DEP-11", "DEP-12", "DEP-13", "DEP-14", "DEP-15", "DEP-16", "DEP-18", "DEP-44"),
    *("DEP-19", "DEP-20", "DEP-21", "DEP-22", "DEP-24", "DEP-25", "DEP-26"),
    *("DEP-27", "DEP-28", "DEP-29", "DEP-30", "DEP-31", "DEP-32", "DEP-33"),
    *("DEP-34", "DEP-35", "DEP-36", "DEP-37"),
    *("DEP-40", "DEP-41", "DEP-42", "DEP-43"),
    *("DATA-02", "DATA-03", "DATA-04", "DATA-06", "DATA-07", "DATA-08", "DATA-10", "DATA-11"),
    *("MON-01", "MON-02", "MON-03", "MON-04", "MON-05", "MON-06", "MON-07"),
    *("MON-08", "MON-09", "MON-10", "MON-11", "MON-12", "MON-13"),
    *("MON-15", "MON-16"),
    *("DEP-39", "ROLL-06", "ROLL-03"),
)
"""Rows that a machine sees in the account itself: all of them are kept."""
UNRECORDED = {
    "PREP-01": "there is no run against dev",
    "PREP-02": "the evidence store has no load test record",
    "PREP-10": "the evidence store has no proof record",
    "DATA-01": "the evidence store has no manifest record",
    "DATA-05": "the evidence store has no recount record",
    "DEP-17": "the evidence store has no release record",
    "ROLL-04": "the evidence store has no front-end record",
    "ROLL-05": "the evidence store has no rollback rehearsal record",
    "ROLL-07": "REST API stamp-rally-prod-api: deployment to go back to: found ID (apigateway:GetDeployment),"
    " expected one whose export a release record has, made while the stage served it",
}
"""Row -> its words: what was done by hand left no record, and is not taken on trust."""
UNREAD = dict.fromkeys(("PREP-09", "PREP-11"), "the evidence store was not read")
"""Whoever keeps no evidence has no store whose keeping could be judged."""
FOLLOWING = {
    **dict.fromkeys(("SEC-04", "DEP-23"), "follows from PREP-01: there is no run against dev"),
    "DEP-38": "follows from DEP-17: no record names the code of stamp-rally-prod-auth",
}


def test_each_row_is_judged_by_what_is_there_and_not_by_how_it_is_written(inventory):
    expected = {
        **dict.fromkeys(GREEN, Outcome.PASS),
        **dict.fromkeys(UNRECORDED, Outcome.FAIL),
        **dict.fromkeys(FOLLOWING, Outcome.FOLLOWS),
        **dict.fromkeys(UNREAD, Outcome.NOT_TESTABLE),
    }

    assert outcomes(without_evidence(inventory)) == expected


def test_red_rows_say_which_record_is_missing(inventory):
    judged = rows(without_evidence(inventory)).values()

    back = inventory.sections.deployments_back["stamp-rally-prod-api"].deployment.id
    said = {row.row.id: row.reason.en.replace(back, "ID") for row in judged if row.outcome.red}
    assert said == UNRECORDED | FOLLOWING | UNREAD


def test_without_its_evidence_it_may_not_go_live(inventory):
    assert decision(rows(without_evidence(inventory))) is VerdictWord.NO_GO


def test_with_its_evidence_it_may_go_live(inventory):
    assert decision(rows(with_evidence(inventory))) is VerdictWord.GO


@pytest.mark.parametrize("path", HANDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_hand_knows_nothing_of_ours(path):
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    imported = {node.module for node in tree if isinstance(node, ast.ImportFrom)}

    ours = {"plan", "runbook", "lambdas", "signoff", "checks", "smoke", "load", "tests"}
    beyond = {
        name
        for name in imported
        if name.split(".")[0] in ours and not name.startswith("tests.foreign.")
    }
    neutral = {"tests.second_opinion", "tests.packages"}  # which know nothing of ours, either
    assert beyond <= neutral


@pytest.mark.parametrize("procedure", ["secrets", "encryption", "throttling"])
def test_procedure_changes_nothing_of_what_is_green(operator, procedure):
    code, said = operator.run([procedure, "--env", "prod"])

    assert code == 0
    assert "0 to create, 0 to change, 0 to remove" in said


def test_log_groups_and_dashboard_that_are_there_are_left_as_they_are(operator):
    _, said = operator.run(["monitoring", "--env", "prod"])

    assert "log group /aws/" not in said
    assert (
        "dashboard stamp-rally-prod" not in said
    )  # it shows all five kinds, in four widgets of its own
    assert "+ log group API-Gateway-Execution-Logs_" in said  # which nobody made yet


def test_no_alarm_is_made_beside_one_that_fires_as_soon_and_is_heard(operator):
    code, said = operator.run(["monitoring", "--env", "prod"])

    assert code == 0
    assert "alarm stamp-rally-prod-" not in said
    assert "topic stamp-rally-prod-alerts" not in said  # the others tell people already
    assert (
        "+ log group API-Gateway-Execution-Logs_" in said
    )  # it did compare the account with the plan


def test_alarm_of_another_name_is_told_while_it_burns(operator):
    cloudwatch = operator.account.client("cloudwatch")
    cloudwatch.set_alarm_state(AlarmName="[P1] 5XXError", StateValue="ALARM", StateReason="test")
    _, said = operator.run(["troubleshoot", "--env", "prod"])

    assert re.search(r"\[P1\] 5XXError since .* JST: runbook/pages/alarms", said)
    assert "alarms do not exist" not in said


def test_alarm_is_made_where_the_other_one_fires_too_late(operator):
    watch.alarm(
        operator.account.client("cloudwatch"),
        "[P1] 5XXError",
        "AWS/ApiGateway",
        "5XXError",
        watch.API,
        above=99,
    )
    _, said = operator.run(["monitoring", "--env", "prod"])

    assert said.count("+ alarm ") == 1
    assert "+ alarm stamp-rally-prod-api-5xx-alarm" in said


def test_every_alarm_is_made_where_nobody_hears_the_others(operator):
    sns = operator.account.client("sns")
    (heard,) = sns.list_subscriptions_by_topic(TopicArn=watch.TOPIC)["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=heard["SubscriptionArn"])
    there = operator.account.client("cloudwatch").describe_alarms()["MetricAlarms"]
    _, said = operator.run(["monitoring", "--env", "prod"])

    assert said.count("+ alarm ") == len(there)
