"""Of several alarms on one metric, one that surely reaches a person is judged, not one about which nothing is known."""

from dataclasses import replace

from signoff.judge.outcome import Outcome
from tests.defects.changes import added, both, item
from tests.foreign.judged import rows
from tests.healthy import healthy
from tests.unread import refused

ELSEWHERE = "arn:aws:sns:ap-northeast-1:444455556666:another-team"
FOUND = healthy().inventory.sections.alarms


def test_alarm_whose_topic_is_not_readable_gives_way_to_another_on_the_same_metric():
    name = next(one for one, alarm in FOUND.items() if alarm.metric == "Errors")
    second = replace(FOUND[name], name="a-second-alarm")
    unknown = both(
        item("alarms", name, alarm_actions=(ELSEWHERE,)),
        added("topics", ELSEWHERE, refused("sns:GetTopicAttributes: AccessDeniedException")),
    )
    alone = unknown(healthy())
    beside = both(unknown, added("alarms", second.name, second))(healthy())

    assert rows(alone)["MON-06"].outcome is Outcome.NOT_TESTABLE
    assert rows(beside)["MON-06"].outcome is Outcome.PASS
