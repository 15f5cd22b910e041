"""CloudWatch: alarms of all types, what mutes them, and the dashboard."""

from collections.abc import Mapping

from aws.ledger import (
    NAMES,
    WHEN,
    Closed,
    Entry,
    Harmless,
    Judged,
    Ledger,
    Operation,
    Resource,
    alike,
    answered,
    below,
    only,
)
from aws.words import Words

ALARM = Words(en="alarm", ja="アラーム")
MUTE_RULE = Words(en="mute rule", ja="ミュートルール")
SUPPRESSOR = Words(en="suppressor", ja="抑制アラーム")
OTHER_ACTION = Words(en="action other than a notification", ja="通知以外のアクション")

LABELS = Harmless("words for people; the door searches them for secrets")
REASON = Harmless("why the alarm is in its state; the state is judged")
TAGS = Harmless("tags of the alarm that its notifications carry; they reach the same people")

OF_QUERY = Harmless("about queries, which are judged as such")


def _others(actions: list[str]) -> list[str]:
    """Return what is done beside telling a topic, or a table's autoscaling, as our resources plan."""
    return [one for one in actions if one.split(":")[2:3] not in (["sns"], ["autoscaling"])]


OTHERS = Closed(OTHER_ACTION, usual=lambda found: not _others(found), shows=_others)
WARM_UP = Closed(
    Words(en="warm-up period", ja="ウォームアップ期間"), shows="WarmUpPeriodDurationInMinutes"
)
EVALUATION = Closed(Words(en="state of its evaluation", ja="評価の状態"))

_OF_ANY_TYPE: Mapping[str, Entry] = {
    "AlarmName": Judged("name"),
    "AlarmArn": Judged("arn"),
    "AlarmConfigurationUpdatedTimestamp": WHEN,
    "ActionsEnabled": Judged("actions_enabled"),
    **alike("AlarmActions OKActions InsufficientDataActions", OTHERS),
    "StateValue": Judged("state"),
    **alike("StateReason StateReasonData", REASON),
    **alike("StateUpdatedTimestamp StateTransitionedTimestamp", Judged("state_since")),
    "AlarmDescription": LABELS,
    "ActionConfiguration": TAGS,
}
_OF_A_METRIC: Mapping[str, Entry] = {
    "MetricName": Judged("metric"),
    "Namespace": Judged("namespace"),
    "Statistic": Judged("statistic"),
    "ExtendedStatistic": Judged("statistic"),
    "Dimensions": Judged("dimensions"),
    "Period": Judged("period_s"),
    "Unit": Judged("unit"),
    "EvaluationPeriods": Judged("evaluation_periods"),
    "DatapointsToAlarm": Judged("datapoints_to_alarm"),
    "Threshold": Judged("threshold"),
    "ComparisonOperator": Judged("comparison"),
    "TreatMissingData": Judged("missing_data"),
    "EvaluateLowSampleCountPercentile": Harmless("about percentiles, and the statistic is judged"),
    "Metrics": Judged("expressions"),
    "ThresholdMetricId": Harmless("about bands of anomalies, whose comparison is judged"),
    "EvaluationState": EVALUATION,
    "EvaluationWindow": Closed(
        Words(en="evaluation by the wall clock", ja="壁時計に合わせた評価"),
        usual=lambda found: "WallClockWindow" not in found,
    ),
    "WarmUpConfiguration": WARM_UP,
    "EvaluationCriteria": Judged("expressions"),
    "EvaluationInterval": OF_QUERY,
}
_OF_A_LOG: Mapping[str, Entry] = {
    "ScheduledQueryConfiguration": Judged("expressions"),
    **alike("QueryResultsToEvaluate QueryResultsToAlarm", OF_QUERY),
    "Threshold": Judged("threshold"),
    "ComparisonOperator": Judged("comparison"),
    "TreatMissingData": Judged("missing_data"),
    "EvaluationState": EVALUATION,
    "ActionLogLineCount": Closed(
        Words(en="log lines in its notifications", ja="通知に含まれるログ行数"), usual=only(0)
    ),
    "ActionLogLineRoleArn": Harmless("by which the log lines of notifications are read"),
    "WarmUpConfiguration": WARM_UP,
}
_OF_A_COMPOSITE: Mapping[str, Entry] = {
    "AlarmRule": Judged("rule"),
    "ActionsSuppressor": Closed(SUPPRESSOR, loosens=True),
    **alike(
        "ActionsSuppressedBy ActionsSuppressedReason",
        Harmless("told by the suppressor, which is red as such"),
    ),
    **alike(
        "ActionsSuppressorWaitPeriod ActionsSuppressorExtensionPeriod",
        Harmless("about the suppressor, which is red as such"),
    ),
}

FAILED = Judged("failed_action")
BY_NAME = Resource(kind=ALARM, name=answered("AlarmName"))

LEDGER: Ledger = {
    "cloudwatch:DescribeAlarms": Operation(
        needs=frozenset({"MetricAlarms"}),
        resources={"MetricAlarms": BY_NAME, "CompositeAlarms": BY_NAME, "LogAlarms": BY_NAME},
        members={
            **below("MetricAlarms", {**_OF_ANY_TYPE, **_OF_A_METRIC}),
            **below("CompositeAlarms", {**_OF_ANY_TYPE, **_OF_A_COMPOSITE}),
            **below("LogAlarms", {**_OF_ANY_TYPE, **_OF_A_LOG}),
        },
    ),
    "cloudwatch:DescribeAlarmHistory": Operation(
        needs=frozenset({"AlarmHistoryItems"}),
        resources={},
        members={
            "AlarmHistoryItems.AlarmName": Judged("name"),
            "AlarmHistoryItems.AlarmContributorId": NAMES,
            "AlarmHistoryItems.AlarmType": Harmless("told by the alarm"),
            "AlarmHistoryItems.Timestamp": Harmless("the newest comes first"),
            "AlarmHistoryItems.HistoryItemType": Harmless("only actions are asked for"),
            **alike("AlarmHistoryItems.HistorySummary AlarmHistoryItems.HistoryData", FAILED),
            "AlarmHistoryItems.AlarmContributorAttributes": LABELS,
        },
    ),
    "cloudwatch:ListAlarmMuteRules": Operation(
        needs=frozenset({"AlarmMuteRuleSummaries"}),
        resources={},
        members={
            "AlarmMuteRuleSummaries.AlarmMuteRuleArn": Judged("name"),
            "AlarmMuteRuleSummaries.Status": Judged("status"),
            "AlarmMuteRuleSummaries.ExpireDate": Harmless("told by the rule's status"),
            "AlarmMuteRuleSummaries.MuteType": Harmless("told by the rule's schedule"),
            "AlarmMuteRuleSummaries.LastUpdatedTimestamp": WHEN,
        },
    ),
    "cloudwatch:GetAlarmMuteRule": Operation(
        needs=frozenset({"Name"}),
        resources={},
        members={
            "Name": Judged("name"),
            "AlarmMuteRuleArn": NAMES,
            "Description": LABELS,
            "Rule": Judged("schedule"),
            "MuteTargets": Judged("alarms"),
            "StartDate": Harmless("a rule that is not over is red, whenever it begins"),
            "ExpireDate": Harmless("told by the rule's status"),
            "Status": Judged("status"),
            "LastUpdatedTimestamp": WHEN,
            "MuteType": Harmless("told by the rule's schedule"),
        },
    ),
}
