"""Whether an alarm surely fires whenever the planned one does: its settings are bounds, not values.

The planned alarm counts: it fires when the Sum of a period reaches a threshold. CloudWatch looks at
the last period every minute, so any longer period contains the planned one; of shorter ones, some
single period holds its share of the count, rounded up, since counts are whole.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import ceil, floor

from aws import desired
from aws.bounds import Bound, as_text, at_most, exactly, one_of, unset
from aws.difference import Certainty, Compared, Difference, differences, where
from aws.kinds.alarm import (
    ALARM,
    DATAPOINTS,
    EXPRESSION,
    MISSING_DATA,
    STATISTIC,
    THRESHOLD,
    UNIT,
    Alarm,
    WatchedMetric,
)
from aws.kinds.alarm_actions import MUTE_RULE, MuteRule
from aws.words import Words

WATCHED = Words(en="what the alarm of this name watches", ja="この名前のアラームが監視する対象")
LOOKS_BACK = Words(en="looks back (s)", ja="評価範囲（秒）")

COMPARED = {
    "GreaterThanOrEqualToThreshold": ">=",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
}
"""The operators that have a sign; those about bands of anomalies keep AWS's name."""
CALL = "cloudwatch:DescribeAlarms"
DECIDED_IN = where("alarms")

IGNORES_MISSING = "AWS/DynamoDB"
"""Namespace in which alarms ignore missing data, whichever treatment is set: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data"."""
LONGEST_S = 3600
RESOLUTION_S = 60
"""How often AWS and our functions publish (PutMetricAlarm, Period: shorter ones are for metrics of a finer resolution)."""
SINGLE = frozenset({"Maximum"})
"""Statistics of one event: what counts whole events reaches 1 as soon as one is there."""
IN_MINUTES = Words(
    en=f"a period of {RESOLUTION_S} s or more: the metric has one value a minute, and what comes"
    " late is never looked at in a shorter period",
    ja=f"{RESOLUTION_S}秒以上の期間（メトリクスの値は1分ごとで、短い期間では遅れて届いた値が評価されない）",
)
NO_EXPRESSION = replace(
    unset(),
    words=Words(
        en="a single metric: when an expression fires is not judged here, so that it needs a decision",
        ja="単一のメトリクス（式がいつ発報するかは判定対象外のため、判断が必要）",
    ),
)


def _because(bound: Bound, en: str, ja: str) -> Bound:
    words = Words(en=f"{bound.words.en}, {en}", ja=f"{bound.words.ja}（{ja}）")
    return replace(bound, words=words)


THAT_END = _because(
    one_of("notBreaching", "missing"),
    "so that it ends when no data come, and fires again",
    "データが途絶えたら発報が終わり、次の異常で再び発報する",
)
"""Treatments of missing data: an alarm that keeps its state misses the next outage."""
NOT_FAR = _because(
    at_most(LONGEST_S, " s"),
    "so that it ends, and fires again at the next fault",
    "発報が終わり、次の異常で再び発報する",
)
"""Until a fault is out of its range the alarm stays on, and the next fault sends no message."""


def watches(alarm: Alarm, want: desired.Alarm) -> bool:
    """Whether the alarm watches the planned alarm's metric, alone or within an expression."""
    metrics: tuple[Alarm | WatchedMetric, ...] = (alarm, *alarm.watched)
    return any(_is_of(metric, want) for metric in metrics)


def _is_of(alarm: Alarm | WatchedMetric, want: desired.Alarm) -> bool:
    if (alarm.namespace, alarm.metric) != (want.namespace, want.metric):
        return False
    accepted = [dict(dimensions) for dimensions in (want.dimensions, *want.also_accepted)]
    return dict(alarm.dimensions) in accepted


def misnamed(alarm: Alarm, planned: Iterable[desired.Alarm]) -> tuple[Difference, ...]:
    """Return that an alarm bears the name that is planned for another metric: people look at the wrong resource when it fires."""
    bearer = next((want for want in planned if want.name == alarm.name), None)
    if bearer is None or watches(alarm, bearer):
        return ()
    shown = f"{alarm.metric} ({as_text(alarm.dimensions)})"
    planned_metric = exactly(f"{bearer.metric} ({as_text(bearer.dimensions)})")
    return _loosening(alarm, {WATCHED: (shown, planned_metric)})


def _fires_at(alarm: Alarm) -> Words | None:
    if alarm.threshold is None:
        return None
    at = _compared(alarm)
    return Words(en=f"{at} in {alarm.period_s} s", ja=f"{alarm.period_s}秒間に{at}")


def shortfalls(alarm: Alarm, want: desired.Alarm) -> tuple[Difference, ...]:
    """Return what keeps the alarm from firing whenever the planned one does (facts on alarms)."""
    if alarm.expressions or not alarm.metric:
        made_of = " ".join(alarm.expressions) or "several metrics"
        computed = _loosening(alarm, {EXPRESSION: (made_of, NO_EXPRESSION)})
        terms = Words.same(_settings(alarm))
        return tuple(replace(each, certainty=Certainty.UNPARSED, terms=terms) for each in computed)
    compared: dict[Words, tuple[object, Bound]] = {
        STATISTIC: (alarm.statistic, _statistic(alarm)),
        THRESHOLD: (_fires_at(alarm), _threshold(alarm, want)),
        DATAPOINTS: (alarm.datapoints_to_alarm or alarm.evaluation_periods, one_of(1)),
        UNIT: (alarm.unit, one_of("Count", None)),
        LOOKS_BACK: (alarm.period_s * alarm.evaluation_periods, NOT_FAR),
    }
    if want.namespace != IGNORES_MISSING:
        compared[MISSING_DATA] = alarm.missing_data, THAT_END
    return _loosening(alarm, compared)


def _compared(alarm: Alarm) -> str:
    how = COMPARED.get(alarm.comparison, alarm.comparison)
    return how if alarm.threshold is None else f"{how} {alarm.threshold:g}"


def _settings(alarm: Alarm) -> str:
    """Return what an alarm on an expression compares how, in signs: a decision repeats it."""
    points = f"{alarm.datapoints_to_alarm or alarm.evaluation_periods}/{alarm.evaluation_periods}"
    metrics = (f"{each.statistic} {each.metric} {each.period_s} s" for each in alarm.watched)
    return ", ".join(dict.fromkeys((_compared(alarm), points, alarm.missing_data, *metrics)))


def _loosening(alarm: Alarm, compared: Compared) -> tuple[Difference, ...]:
    """Compare facts with bounds of the guide; a decision to differ loosens it, since fewer alarms are sent."""
    about = {"call": CALL, "decided_in": DECIDED_IN, "loosens": True}
    return differences(ALARM.words, alarm.name, compared, **about)


def muted_by(alarm: str, rules: Iterable[MuteRule]) -> tuple[Difference, ...]:
    """Return the mute rules that are not over and name the alarm."""
    return tuple(
        Difference(
            ALARM.words,
            alarm,
            MUTE_RULE.words,
            f"{rule.name}: {rule.schedule}",
            unset(),
            ids=(rule.name,),
            call="cloudwatch:GetAlarmMuteRule",
            loosens=True,
        )
        for rule in rules
        if alarm in rule.alarms and rule.status != "EXPIRED"
    )


def fires_at(alarm: Alarm) -> int | None:
    """Return the smallest count that fires it: counts are whole numbers, so ``> 4`` is ``>= 5``."""
    if alarm.threshold is None:
        return None
    match alarm.comparison:
        case "GreaterThanOrEqualToThreshold":
            return ceil(alarm.threshold)
        case "GreaterThanThreshold":
            return floor(alarm.threshold) + 1
    return None


def certainly_fires(want: desired.Alarm, period_s: int) -> int:
    """Return the count that some single period of this length reaches whenever the planned one fires."""
    return ceil(want.threshold / ceil(want.period_s / period_s))


def _statistic(alarm: Alarm) -> Bound:
    """A Sum counts; a Maximum tells a first event from none, and nothing more."""
    tells_one = fires_at(alarm) == 1
    return one_of("Sum", *(SINGLE if tells_one else ()))


def _threshold(alarm: Alarm, want: desired.Alarm) -> Bound:
    """Return the bound: at least one event, at most what one period surely reaches when the planned alarm fires."""
    most, at = certainly_fires(want, alarm.period_s or want.period_s), fires_at(alarm)
    period = alarm.period_s or want.period_s
    holds = at is not None and alarm.period_s >= RESOLUTION_S and 1 <= at <= most
    return Bound(
        holds=lambda _: holds,
        words=IN_MINUTES if 0 < alarm.period_s < RESOLUTION_S else _reached(most, period, want),
        prefers=want.threshold,
    )


def _reached(most: int, period: int, want: desired.Alarm) -> Words:
    return Words(
        en=f"1 to {most} in {period} s, which is reached whenever {want.threshold} come"
        f" within {want.period_s} s",
        ja=f"{period}秒間に1から{most}（{want.period_s}秒間に{want.threshold}件で必ず発報する値）",
    )
