"""MON-01 to MON-05: each planned alarm counts what it watches."""

from aws import desired
from aws.firing import shortfalls
from checks.alarms import alarm_for
from checks.delivery import Delivery
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge

JUDGED = (
    "metric",
    "dimensions",
    "statistic",
    "period_s",
    "evaluation_periods",
    "datapoints_to_alarm",
    "threshold",
    "comparison",
    "missing_data",
    "expressions",
)
COUNTED = {
    "function-errors": expectation(
        "MON-01", en="errors of every function are counted", ja="すべての関数のエラーを監視している"
    ),
    "api-4xx": expectation(
        "MON-02", en="client errors of the api are counted", ja="APIの4XXエラーを監視している"
    ),
    "api-5xx": expectation(
        "MON-03", en="server errors of the api are counted", ja="APIの5XXエラーを監視している"
    ),
    "throttle": expectation(
        "MON-04",
        en="throttling of every table and index is counted",
        ja="すべてのテーブルとインデックスのスロットリングを監視している",
    ),
    "function-faults": expectation(
        "MON-05", en="faults of every function are counted", ja="すべての関数の障害を監視している"
    ),
}
"""Kind of alarm -> the row that its alarms prove, and what they prove."""


def test_alarm_counts_what_it_watches(
    watched: desired.Alarm, delivery: Delivery, row: str, judge: Judge
) -> None:
    alarm = judge.observe(alarm_for(watched, delivery, row), *JUDGED)

    judge(shortfalls(alarm, watched))
