"""Defects of alarms and of their way to a person: MON-01 to MON-07."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from aws.alarm import Alarm
from aws.key import Key
from aws.topic import Subscription, Topic
from tests.defects.changes import absent, added, both, edited, every, item
from tests.defects.defect import Break, Defect
from tests.healthy.watch import TOPIC

ERRORS = "stamp-rally-prod-auth-errors-alarm"
FAULTS = "stamp-rally-prod-auth-faults-alarm"
READS = "stamp-rally-prod-users-read-throttle-alarm"
INDEX = "stamp-rally-prod-userstamps-write-throttle-PeriodRanking-alarm"
API_4XX = "stamp-rally-prod-api-4xx-alarm"
API_5XX = "stamp-rally-prod-api-5xx-alarm"
KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/1d3e9f0a-1111-2222-3333-444455556666"
UNHEARD = frozenset({"MON-06", "MON-07"})
"""Without an alarm nobody can say whether it is heard, or rings."""


def _alarm(id_: str, name: str, **fields: object) -> Defect:
    return Defect(id=id_, breaks=item("alarms", name, **fields))


def _lost(id_: str, breaks: Break) -> Defect:
    return Defect(id=id_, breaks=breaks, follows=UNHEARD)


def _dead(id_: str, name: str, **fields: object) -> Defect:
    return _lost(id_, item("alarms", name, **fields))


def _topic(id_: str, **fields: object) -> Defect:
    return Defect(id=id_, breaks=item("topics", TOPIC, **fields))


def _policy(service: str, action: str, effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Principal": {"Service": service}, "Action": action}
    return json.dumps({"Statement": [{**statement, "Resource": TOPIC}]})


def _key(policy: str | None, state: str = "Enabled") -> Break:
    key = Key(arn=KEY, state=state, manager="CUSTOMER", policy=policy)
    return both(item("topics", TOPIC, kms_key=KEY), added("keys", KEY, key))


def _to_topic(arn: str) -> Break:
    return every("alarms", lambda alarm: replace(alarm, alarm_actions=(arn,)))


def _silenced(alarm: Alarm) -> Alarm:
    return replace(alarm, actions_enabled=False)


def _pending(topic: Topic) -> Topic:
    waiting = Subscription(protocol="email", endpoint="o***@example.jp", confirmed=False)
    return replace(topic, subscriptions=(waiting,))


ALARMS = (
    _lost("MON-01:absent", absent("alarms", ERRORS)),
    _dead("MON-01:wrong-function", ERRORS, dimensions={"FunctionName": "stamp-rally-auth"}),
    _dead("MON-01:no-dimension", ERRORS, dimensions={}),
    _dead(
        "MON-01:nearly-right-dimension", ERRORS, dimensions={"Function": "stamp-rally-prod-auth"}
    ),
    _dead("MON-01:other-metric", ERRORS, metric="Throttles"),
    _alarm("MON-01:average", ERRORS, statistic="Average"),
    _alarm("MON-01:one-minute", ERRORS, period_s=60),
    _alarm("MON-01:three-periods", ERRORS, evaluation_periods=3),
    _alarm("MON-01:more-than-five", ERRORS, comparison="GreaterThanThreshold"),
    _alarm("MON-01:fifty", ERRORS, threshold=50.0),
    _alarm("MON-01:below", ERRORS, comparison="LessThanThreshold"),
    _alarm("MON-01:missing-is-breaching", ERRORS, missing_data="breaching"),
    _lost("MON-02:absent", absent("alarms", API_4XX)),
    _dead("MON-02:dev-api", API_4XX, dimensions={"ApiName": "stamp-rally-api", "Stage": "dev"}),
    _alarm("MON-02:hundred", API_4XX, threshold=100.0),
    _lost("MON-03:absent", absent("alarms", API_5XX)),
    _dead("MON-03:api-id-for-name", API_5XX, dimensions={"ApiId": "a1b2c3d4e5", "Stage": "prod"}),
    _alarm("MON-03:maximum", API_5XX, statistic="Maximum"),
    _lost("MON-04:absent", absent("alarms", READS)),
    _lost("MON-04:index-unwatched", absent("alarms", INDEX)),
    _dead("MON-04:user-errors-of-a-table", READS, metric="UserErrors"),
    _dead("MON-04:throttled-requests-of-a-table", READS, metric="ThrottledRequests"),
    _dead("MON-04:index-by-table-only", INDEX, dimensions={"TableName": "UserStamps-prod"}),
    _alarm("MON-04:ten", READS, threshold=10.0),
    _lost("MON-05:absent", absent("alarms", FAULTS)),
    _dead("MON-05:errors-for-faults", FAULTS, namespace="AWS/Lambda", metric="Errors"),
    _alarm("MON-05:two-of-three", FAULTS, evaluation_periods=3, datapoints_to_alarm=2),
)
HEARD = (
    Defect(id="MON-06:actions-off", breaks=edited("alarms", ERRORS, _silenced)),
    _alarm("MON-06:no-action", ERRORS, alarm_actions=()),
    _alarm("MON-06:action-failed", ERRORS, failed_action="sns: access denied"),
    Defect(id="MON-06:topic-absent", breaks=absent("topics", TOPIC)),
    Defect(
        id="MON-06:topic-of-other-region",
        breaks=_to_topic(TOPIC.replace("ap-northeast-1", "us-east-1")),
    ),
    _topic(
        "MON-06:policy-for-other-service", policy=_policy("events.amazonaws.com", "sns:Publish")
    ),
    _topic(
        "MON-06:policy-for-other-action",
        policy=_policy("cloudwatch.amazonaws.com", "sns:Subscribe"),
    ),
    _topic("MON-06:nobody-subscribed", subscriptions=()),
    Defect(id="MON-06:subscription-pending", breaks=edited("topics", TOPIC, _pending)),
    _topic("MON-06:silent-managed-key", kms_key="alias/aws/sns"),
    Defect(id="MON-06:key-does-not-grant", breaks=_key(policy=None)),
    Defect(
        id="MON-06:key-disabled",
        breaks=_key(_policy("cloudwatch.amazonaws.com", "kms:*"), "Disabled"),
    ),
    _alarm(
        "MON-07:ringing",
        ERRORS,
        state="ALARM",
        state_since=datetime(2026, 11, 25, 8, 0, tzinfo=UTC),
    ),
)
DEFECTS = ALARMS + HEARD
