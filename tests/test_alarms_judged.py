"""Of several alarms on one metric, one that surely reaches a person is judged, not one about which nothing is known."""

from dataclasses import replace

import pytest

from checks.alarms import ROWS
from checks.test_monitoring import COUNTED
from signoff.judge.outcome import Outcome
from signoff.report.remedy import remedy
from tests.defects import DEFECTS
from tests.defects.changes import added, both, item
from tests.foreign.judged import as_printed, red_of, rows
from tests.healthy import healthy
from tests.judging import judge
from tests.provenance import PROD_RUN
from tests.unread import refused

ELSEWHERE = "arn:aws:sns:ap-northeast-1:444455556666:another-team"
PROVEN = {kind: mark.args[0] for kind, mark in COUNTED.items()}
FOUND = healthy().inventory.sections.alarms


def test_every_kind_of_alarm_that_is_planned_has_the_row_that_judges_it():
    kinds = {alarm.kind for alarm in healthy().plan.alarms}

    assert kinds == PROVEN.keys(), "COUNTED of checks/test_monitoring.py names the row of each kind"
    assert ROWS == PROVEN, "ROWS of checks/alarms.py names the same rows"


def test_alarm_whose_topic_is_not_readable_gives_way_to_another_on_the_same_metric():
    name = next(key for key, alarm in FOUND.items() if alarm.metric == "Errors")
    second = replace(FOUND[name], name="a-second-alarm")
    unknown = both(
        item("alarms", name, alarm_actions=(ELSEWHERE,)),
        added("topics", ELSEWHERE, refused("sns:GetTopicAttributes: AccessDeniedException")),
    )
    alone = unknown(healthy())
    beside = both(unknown, added("alarms", second.name, second))(healthy())

    assert rows(alone)["MON-06"].outcome is Outcome.NOT_TESTABLE
    assert rows(beside)["MON-06"].outcome is Outcome.PASS


def test_decision_that_another_account_hears_as_well_does_not_let_it_hear_alone():
    beside, alone = (
        next(each for each in DEFECTS if each.id == id_).breaks(healthy())
        for id_ in ("MON-16:another-account-is-told-as-well", "MON-06:topic-of-other-account")
    )
    decided = as_printed(beside, judge(beside, ["MON-16"])).environment.decisions
    agreed = replace(alone, environment=replace(alone.environment, decisions=decided))

    assert decided
    assert set(red_of(judge(agreed, ["MON-06", "MON-16"]))) == {"MON-06"}


@pytest.mark.parametrize(
    ("defect", "by_mail"),
    [
        ("MON-06:subscription-pending", True),
        ("MON-06:denied-after-all", False),
        ("MON-06:actions-off", False),
        ("MON-06:topic-absent", False),
    ],
)
def test_confirm_the_mail_is_said_only_where_a_confirmation_is_missing(defect, by_mail):
    broken = next(difference for difference in DEFECTS if difference.id == defect)
    verdict = rows(broken.breaks(healthy()))["MON-06"]
    told = remedy(verdict, PROD_RUN).by_hand

    assert any("mail from AWS Notifications" in words.en for words in told) == by_mail
