"""Defects of alarms and of their way to a person: MON-01 to MON-09."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aws.kinds.alarm import Alarm
from aws.kinds.alarm_actions import MuteRule
from aws.kinds.key import Key
from aws.kinds.topic import Subscription, Topic
from signoff.judge.outcome import Outcome
from tests.defects.changes import absent, added, answering, both, edited, every, item
from tests.defects.defect import Break, Defect
from tests.healthy.watch import TOPIC
from tests.healthy.watch import alarms as healthy_alarms
from tests.unread import refused

CENTRAL = "arn:aws:sns:ap-northeast-1:111122223333:central-alerts"
ERRORS = "stamp-rally-prod-auth-errors-alarm"
AWARD_ERRORS = "stamp-rally-prod-award-errors-alarm"
FAULTS = "stamp-rally-prod-auth-faults-alarm"
READS = "stamp-rally-prod-users-read-throttle-alarm"
INDEX = "stamp-rally-prod-userstamps-write-throttle-PeriodRanking-alarm"
API_4XX = "stamp-rally-prod-api-4xx-alarm"
API_5XX = "stamp-rally-prod-api-5xx-alarm"
KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/1d3e9f0a-1111-2222-3333-444455556666"
UNHEARD = frozenset({"MON-06", "MON-07", "MON-08", "MON-09"})
"""Without an alarm nobody can say whether it is heard, in ALARM, muted or passed on."""


def _alarm(id_: str, name: str, **fields: object) -> Defect:
    return Defect(id=id_, breaks=item("alarms", name, **fields))


def _lost(id_: str, breaks: Break) -> Defect:
    return Defect(id=id_, breaks=breaks, follows=UNHEARD)


def _dead(id_: str, name: str, **fields: object) -> Defect:
    return _lost(id_, item("alarms", name, **fields))


def _exchanged(first: str, second: str) -> Break:
    """Let two alarms watch each other's metrics."""

    def watching(name: str, other: Alarm) -> Break:
        counted = {
            field: getattr(other, field)
            for field in ("namespace", "metric", "dimensions", "threshold", "period_s")
        }
        return item("alarms", name, **counted)

    alarms = healthy_alarms()
    return both(watching(first, alarms[second]), watching(second, alarms[first]))


def _topic(id_: str, **fields: object) -> Defect:
    return Defect(id=id_, breaks=item("topics", TOPIC, **fields))


def _policy(service: str, action: str, effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Principal": {"Service": service}, "Action": action}
    return json.dumps({"Statement": [{**statement, "Resource": TOPIC}]})


def _key_for_alarms(of: str) -> Break:
    """Encrypt the topic with a key that CloudWatch may use for these alarms alone."""
    return _key_where("aws:SourceArn", f"arn:aws:cloudwatch:{of}")


def _key_where(key: str, like: str) -> Break:
    """Encrypt the topic with a key that CloudWatch may use under this condition."""
    whole = json.loads(_policy("cloudwatch.amazonaws.com", "kms:*"))
    (statement,) = whole["Statement"]
    condition = {"ArnLike": {key: like}}
    return _key(json.dumps({"Statement": [{**statement, "Resource": "*", "Condition": condition}]}))


def _key(policy: str | None, state: str = "Enabled") -> Break:
    key = Key(arn=KEY, state=state, manager="CUSTOMER", policy=policy)
    return both(item("topics", TOPIC, kms_key=KEY), added("keys", KEY, key))


def _to_topic(arn: str) -> Break:
    return every("alarms", lambda alarm: replace(alarm, alarm_actions=(arn,)))


def _silenced(alarm: Alarm) -> Alarm:
    return replace(alarm, actions_enabled=False)


def _somebody_else(topic: Topic) -> Topic:
    """Let a stranger be told in the place of whom the environment names."""
    (person,) = topic.subscriptions
    return replace(topic, subscriptions=(replace(person, endpoint="s***@example.com (#00)"),))


def _pending(topic: Topic) -> Topic:
    waiting = Subscription(protocol="email", endpoint="o***@example.jp", confirmed=False)
    return replace(topic, subscriptions=(waiting,))


ENCRYPTED = "kms:EncryptionContext:aws:sns:topicArn"
ALARMS = (
    _lost("MON-01:absent", absent("alarms", ERRORS)),
    _dead("MON-01:wrong-function", ERRORS, dimensions={"FunctionName": "stamp-rally-auth"}),
    _dead("MON-01:no-dimension", ERRORS, dimensions={}),
    _dead(
        "MON-01:nearly-right-dimension", ERRORS, dimensions={"Function": "stamp-rally-prod-auth"}
    ),
    _dead("MON-01:other-metric", ERRORS, metric="Throttles"),
    Defect(id="MON-01:under-each-others-names", breaks=_exchanged(ERRORS, AWARD_ERRORS)),
    Defect(
        id="MON-03:under-each-others-names",
        breaks=_exchanged(API_5XX, FAULTS),
        also=frozenset({"MON-05"}),
    ),
    _alarm("MON-01:average", ERRORS, statistic="Average"),
    _alarm("MON-01:one-minute", ERRORS, period_s=60),
    _alarm("MON-01:ten-seconds", ERRORS, threshold=1.0, period_s=10),
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
    _alarm("MON-03:keeps-its-state", API_5XX, missing_data="ignore"),
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
    Defect(
        id="MON-06:topic-of-other-account",
        breaks=_to_topic(CENTRAL),
        also=frozenset({"MON-16"}),
    ),
    Defect(
        id="MON-16:another-account-is-told-as-well",
        breaks=item("alarms", ERRORS, alarm_actions=(TOPIC, CENTRAL)),
    ),
    replace(
        _topic(
            "MON-06:policy-for-other-service",
            policy=_policy("events.amazonaws.com", "sns:Publish"),
        ),
        also=frozenset({"SEC-24"}),
    ),
    _topic(
        "MON-06:policy-for-other-action",
        policy=_policy("cloudwatch.amazonaws.com", "sns:Subscribe"),
    ),
    _topic("MON-06:nobody-subscribed", subscriptions=()),
    Defect(
        id="MON-06:only-a-stranger-hears",
        breaks=edited("topics", TOPIC, _somebody_else),
        also=frozenset({"MON-16"}),
        leaves_a_go=True,
    ),
    Defect(id="MON-06:subscription-pending", breaks=edited("topics", TOPIC, _pending)),
    _topic("MON-06:silent-managed-key", kms_key="alias/aws/sns"),
    Defect(id="MON-06:key-does-not-grant", breaks=_key(policy=None)),
    Defect(id="MON-06:key-for-another-topic", breaks=_key_where(ENCRYPTED, f"{TOPIC}-2")),
    Defect(
        id="MON-06:key-for-another-Region",
        breaks=_key_for_alarms("us-east-1:444455556666:alarm:*"),
    ),
    Defect(
        id="MON-06:key-for-another-team",
        breaks=_key_for_alarms("ap-northeast-1:444455556666:alarm:orders-*"),
    ),
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
RULE = MuteRule(
    name="quiet-nights",
    status="SCHEDULED",
    alarms=(ERRORS,),
    schedule="cron(0 22 * * ? *) PT8H Asia/Tokyo",
)
COMPOSITE = "stamp-rally-prod-anything-alarm"


def _attached(alarm: str, of: str = "MetricAlarms", **members: Any) -> Break:
    answer = {of: [{"AlarmName": alarm, **members}]}
    return answering("alarm_attachments", alarm, "cloudwatch:DescribeAlarms", answer)


def _listener(**fields: object) -> Break:
    return edited(
        "topics",
        TOPIC,
        lambda topic: replace(
            topic,
            subscriptions=tuple(
                replace(subscription, **fields) for subscription in topic.subscriptions
            ),
        ),
    )


def _composite(rule: str, **fields: object) -> Alarm:
    return replace(
        next(alarm for alarm in healthy_alarms().values()),
        **{
            "name": COMPOSITE,
            "type": "CompositeAlarm",
            "rule": rule,
            "namespace": "",
            "metric": "",
            "dimensions": {},
            **fields,
        },
    )


def _through(rule: str, **fields: object) -> Break:
    """Let an alarm be heard through a composite alarm alone."""
    return both(
        item("alarms", ERRORS, alarm_actions=()),
        added("alarms", COMPOSITE, _composite(rule, **fields)),
        added("alarm_attachments", COMPOSITE, ()),
    )


MUTED = frozenset({"MON-06"})
"""A muted alarm reaches nobody, which MON-08 tells."""
UNPLANNED = (
    Defect(id="MON-08:mute-rule", breaks=added("mute_rules", RULE.name, RULE), follows=MUTED),
    Defect(
        id="MON-08:mute-rule-in-force",
        breaks=added("mute_rules", RULE.name, replace(RULE, status="ACTIVE")),
        follows=MUTED,
    ),
    Defect(
        id="MON-08:wall-clock",
        breaks=_attached(ERRORS, EvaluationWindow={"WallClockWindow": {"Timezone": "UTC"}}),
        follows=MUTED,
        leaves_a_go=True,
    ),
    Defect(
        id="MON-08:acts",
        breaks=_attached(API_5XX, OKActions=["arn:aws:lambda:ap-northeast-1:1:function:fix"]),
        follows=MUTED,
        leaves_a_go=True,
    ),
    Defect(
        id="MON-08:suppressed-composite",
        breaks=both(
            _through(f'ALARM("{ERRORS}")'),
            _attached(COMPOSITE, "CompositeAlarms", ActionsSuppressor="deployments"),
        ),
        follows=MUTED,
    ),
    Defect(
        id="MON-08:muted-composite",
        breaks=both(
            _through(f'ALARM("{ERRORS}") OR ALARM("{FAULTS}")'),
            added("mute_rules", RULE.name, replace(RULE, alarms=(COMPOSITE,))),
        ),
        follows=MUTED,
    ),
    Defect(id="MON-06:both-must-fire", breaks=_through(f'ALARM("{ERRORS}") AND ALARM("{FAULTS}")')),
    Defect(id="MON-06:but-not-at-night", breaks=_through(f'ALARM("{ERRORS}") AND NOT ALARM("x")')),
    Defect(id="MON-06:fires-when-it-is-well", breaks=_through(f'OK("{ERRORS}")')),
    Defect(
        id="MON-06:silent-composite",
        breaks=_through(f'ALARM("{ERRORS}")', actions_enabled=False),
    ),
    Defect(
        id="MON-07:composite",
        breaks=both(
            added("alarms", COMPOSITE, _composite(f'ALARM("{ERRORS}")', state="ALARM")),
            added("alarm_attachments", COMPOSITE, ()),
        ),
    ),
    Defect(
        id="MON-09:filtered",
        breaks=_listener(filter_policy='{"severity": ["high"]}'),
        follows=MUTED,
    ),
    Defect(
        id="MON-09:filtered-by-the-state-of-attributes",
        breaks=_listener(filter_policy='{"NewStateValue": ["ALARM"]}'),
        follows=MUTED,
    ),
    Defect(
        id="MON-09:only-good-news",
        breaks=_listener(filter_policy='{"NewStateValue": ["OK"]}', filter_scope="MessageBody"),
        follows=MUTED,
    ),
    Defect(
        id="MON-09:raw-for-a-pager",
        breaks=_listener(protocol="https", endpoint="https://pager.example/***", raw=True),
        also=frozenset({"MON-06", "MON-16"}),
        leaves_a_go=True,
    ),
    Defect(
        id="MON-09:few-tries",
        breaks=_listener(delivery_policy='{"healthyRetryPolicy": {"numRetries": 0}}'),
        follows=MUTED,
    ),
    Defect(
        id="MON-09:data-protection",
        breaks=item("topics", TOPIC, data_protection='{"Name": "deny-all"}'),
        follows=MUTED,
    ),
    Defect(
        id="MON-09:small-messages-only",
        breaks=item("topics", TOPIC, max_message_bytes=1024),
        follows=MUTED,
    ),
    Defect(id="MON-09:first-in-first-out", breaks=item("topics", TOPIC, fifo=True), follows=MUTED),
    Defect(
        id="MON-09:topic-delivers-slowly",
        breaks=item("topics", TOPIC, delivery_policy='{"http": {"defaultThrottlePolicy": {}}}'),
        follows=MUTED,
    ),
    Defect(
        id="MON-09:unreadable",
        breaks=_listener(unread=refused("sns:GetSubscriptionAttributes: AuthorizationError")),
        outcome=Outcome.NOT_TESTABLE,
        follows=MUTED,
    ),
)
DEFECTS = ALARMS + HEARD + UNPLANNED

STRANGER = "somebody's own"


def _stranger(**fields: object) -> Break:
    """Add an alarm of somebody else on the same metric as ours."""
    own = healthy_alarms()[ERRORS]
    return both(
        added("alarms", STRANGER, replace(own, name=STRANGER, **fields)),
        added("alarm_attachments", STRANGER, ()),
    )


def _policy_with(**deny: object) -> Break:
    def denying(topic: Topic) -> Topic:
        document = json.loads(topic.policy)
        statement = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": TOPIC}
        document["Statement"].append({**statement, **deny})
        return replace(topic, policy=json.dumps(document))

    return edited("topics", TOPIC, denying)


INSECURE = {"Bool": {"aws:SecureTransport": "false"}}
LOW = "TargetTracking-table/Users-prod-AlarmLow-0a1b"


def _scaling_in(**fields: Any) -> Break:
    """Let target tracking's own alarm on a table with few reads be in ALARM."""
    low = replace(
        healthy_alarms()[READS],
        name=LOW,
        metric="ConsumedReadCapacityUnits",
        comparison="LessThanThreshold",
        state="ALARM",
        alarm_actions=("arn:aws:autoscaling:ap-northeast-1:444455556666:scalingPolicy:1",),
        **fields,
    )
    return both(added("alarms", LOW, low), added("alarm_attachments", LOW, ()))


SOUND = {
    "an alarm that fires at the first error": item("alarms", ERRORS, threshold=1.0),
    "an alarm on more than no error": item(
        "alarms", ERRORS, threshold=0.0, comparison="GreaterThanThreshold"
    ),
    "an alarm on one error a minute": item("alarms", ERRORS, threshold=1.0, period_s=60),
    "an alarm on three errors in half the time": item(
        "alarms", ERRORS, threshold=3.0, period_s=150
    ),
    "an alarm on five errors an hour": item("alarms", ERRORS, period_s=3600),
    "an alarm on a half": item("alarms", ERRORS, threshold=4.5),
    "an alarm on any of three periods": item(
        "alarms", ERRORS, evaluation_periods=3, datapoints_to_alarm=1
    ),
    "the biggest count is one": item("alarms", ERRORS, statistic="Maximum", threshold=1.0),
    **{
        f"DynamoDB's missing data as {value}, which CloudWatch ignores": item(
            "alarms", READS, missing_data=value
        )
        for value in ("missing", "ignore", "breaching")
    },
    "missing data as the console has it": item("alarms", ERRORS, missing_data="missing"),
    "an alarm on what comes through the alias": item(
        "alarms",
        ERRORS,
        dimensions={
            "FunctionName": "stamp-rally-prod-auth",
            "Resource": "stamp-rally-prod-auth:live",
        },
    ),
    "a stranger's silent alarm on the same metric": _stranger(alarm_actions=()),
    "a stranger's slow alarm on the same metric": _stranger(threshold=500.0),
    "a stranger's alarm beside a silent one of ours": both(
        _stranger(), item("alarms", ERRORS, alarm_actions=())
    ),
    "a table that scales in": _scaling_in(),
    "a table that scales in since a load run of ours": _scaling_in(
        state_since=datetime(2026, 11, 24, 8, 51, tzinfo=UTC)
    ),
    "heard through a composite alarm": _through(f'ALARM("{ERRORS}") OR ALARM("{FAULTS}")'),
    "heard through a composite alarm, by its ARN": _through(
        f"(ALARM(arn:aws:cloudwatch:ap-northeast-1:444455556666:alarm:{ERRORS}))"
    ),
    "a mute rule for others": added(
        "mute_rules", RULE.name, replace(RULE, alarms=("billing-alarm",))
    ),
    "a filter that lets alarms through": _listener(
        filter_policy='{"NewStateValue": ["ALARM"]}', filter_scope="MessageBody"
    ),
    "no publishing without TLS": _policy_with(Condition=INSECURE),
    "nothing denied but what is not publishing": _policy_with(Action="sns:Subscribe"),
    "no publishing from another account": _policy_with(
        Condition={"StringNotEquals": {"aws:SourceAccount": "444455556666"}}
    ),
    "no publishing by people outside": _policy_with(
        Condition={
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        }
    ),
    "a key for this topic alone": _key_where(ENCRYPTED, TOPIC),
    "a key for our alarms alone": _key_for_alarms("*:444455556666:alarm:stamp-rally-prod-*"),
    "messages as large as AWS takes": item("topics", TOPIC, max_message_bytes=262_144),
    "one topic out of two is enough": item(
        "alarms", ERRORS, alarm_actions=(TOPIC.replace("ap-northeast-1", "us-east-1"), TOPIC)
    ),
}
