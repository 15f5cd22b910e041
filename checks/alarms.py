"""When an alarm watches what it should, fires when it should, and is heard by somebody."""

from collections.abc import Iterator, Mapping

from aws import desired
from aws.alarm import Alarm
from aws.inventory import Sections
from aws.section import Follows, Missing, known, lookup
from checks.deployed import ALARM_ROWS
from checks.publishing import lets_publish, lets_use

REACHES_PEOPLE = frozenset({"email", "email-json", "sms", "https", "application"})
"""Protocols at whose end somebody is told; a queue or a function tells nobody by itself."""
SILENT_KEY = "alias/aws/sns"
"""The AWS managed key of SNS, whose policy CloudWatch is not in and nobody can change."""
LISTED_METRICS: Mapping[str, frozenset[frozenset[str]]] = {
    "AWS/DynamoDB UserErrors": frozenset({frozenset()}),
    "AWS/DynamoDB ThrottledRequests": frozenset({frozenset({"TableName", "Operation"})}),
}
"""Metrics that are mistaken for others, with the only dimensions under which AWS publishes them."""


def alarm_for(want: desired.Alarm, found: Sections, row: str) -> Alarm:
    """Return the alarm on that metric; absent is Missing at the row of its kind, else Follows."""
    alarms = [known(alarm) for alarm in known(found.alarms).values()]
    watching = [one for one in alarms if _watches(one, want)]
    if watching:
        return min(watching, key=lambda one: len(list(flaws(one, want))))
    why = f"no alarm watches {want.metric} of {want.subject} with {dict(want.dimensions)}"
    if near := [one for one in alarms if one.name == want.name or _near(one, want)]:
        why += f"; {near[0].name} watches {near[0].metric} with {dict(near[0].dimensions)}"
        why += "; AWS never publishes that" if _dead(near[0]) else ""
    owner = ALARM_ROWS[want.kind]
    raise Missing(why) if row == owner else Follows(owner, why)


def flaws(alarm: Alarm, want: desired.Alarm) -> Iterator[str]:
    """Say what keeps the alarm from firing at ``threshold`` in ``period_s`` (facts on alarms)."""
    if alarm.statistic != "Sum":
        yield f"statistic is {alarm.statistic}, which never reaches a count"
    if alarm.period_s != want.period_s:
        yield f"period is {alarm.period_s} s"
    if alarm.evaluation_periods != 1 or (alarm.datapoints_to_alarm or 1) != 1:
        yield f"needs {alarm.datapoints_to_alarm or alarm.evaluation_periods} periods in a row"
    if _fires_at(alarm) != want.threshold:
        yield f"threshold is {alarm.comparison} {alarm.threshold:g}"
    if alarm.unit not in {None, "Count"}:
        yield f"unit is {alarm.unit}, in which nothing is counted"
    if alarm.missing_data != "notBreaching":
        yield f"missing data is {alarm.missing_data}"


def deaf(alarm: Alarm, found: Sections, region: str, account: str) -> str | None:
    """Say why nobody hears this alarm, or None if at least one topic reaches a person."""
    if not alarm.actions_enabled:
        return "its actions are off"
    topics = [arn for arn in alarm.alarm_actions if arn.split(":")[2] == "sns"]
    if not topics:
        return "it notifies no topic"
    reasons = [_mute(arn, found, region, account) for arn in topics]
    if all(reasons):
        return "; ".join(filter(None, reasons))
    return f"its newest action failed: {alarm.failed_action}" if alarm.failed_action else None


def _mute(arn: str, found: Sections, region: str, account: str) -> str | None:
    if arn.split(":")[3] != region:
        return f"{arn} is in another Region"
    topic = lookup(found.topics, arn)
    if topic is None:
        return f"{arn} does not exist"
    if not lets_publish(topic, account):
        return f"{arn} does not let CloudWatch publish"
    if topic.kms_key and (why := _locked(topic.kms_key, found)):
        return why
    if not any(one.confirmed and one.protocol in REACHES_PEOPLE for one in topic.subscriptions):
        return f"{arn} has no confirmed subscription of a person"
    return None


def _locked(key_id: str, found: Sections) -> str | None:
    if key_id.endswith(SILENT_KEY):
        return f"its topic is encrypted with {SILENT_KEY}, which CloudWatch can't use"
    key = lookup(found.keys, key_id)
    if key is None or key.state != "Enabled":
        return f"the topic's key {key_id} is {key.state if key else 'absent'}"
    return None if lets_use(key) else f"the topic's key {key_id} does not let CloudWatch use it"


def _watches(alarm: Alarm, want: desired.Alarm) -> bool:
    accepted = [dict(one) for one in (want.dimensions, *want.also_accepted)]
    same = (alarm.namespace, alarm.metric) == (want.namespace, want.metric)
    return same and dict(alarm.dimensions) in accepted


def _near(alarm: Alarm, want: desired.Alarm) -> bool:
    return alarm.namespace == want.namespace and want.subject in alarm.dimensions.values()


def _dead(alarm: Alarm) -> bool:
    listed = LISTED_METRICS.get(f"{alarm.namespace} {alarm.metric}")
    return listed is not None and frozenset(alarm.dimensions) not in listed


def _fires_at(alarm: Alarm) -> float | None:
    """Smallest count that fires it; counts are whole, so ``> 4`` is ``>= 5``."""
    match alarm.comparison:
        case "GreaterThanOrEqualToThreshold":
            return alarm.threshold
        case "GreaterThanThreshold":
            return alarm.threshold + 1
    return None
