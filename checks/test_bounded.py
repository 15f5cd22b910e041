"""The tests of rows that are data: plain bounds (``checks/bounded.py``), and what each alarm counts (``checks/alarms.py``)."""

from typing import Any

from aws import desired
from aws.difference import differences
from aws.firing import shortfalls
from checks.alarms import alarm_for
from checks.bounded import SUBJECTS, Bounded
from checks.delivery import Delivery
from checks.deployed import Deployed
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


def test_resource_is_within_its_bounds(
    bounded: Bounded, planned: Any, deployed: Deployed, judge: Judge
) -> None:
    subjects = SUBJECTS[bounded.of]
    found = judge.observe(subjects.deployed(deployed, planned), *bounded.members)

    facts, bounds = bounded.values(found, planned), bounded.bounds(planned)
    about = {"call": subjects.call, **bounded.about}
    judge(differences(subjects.kind, found.name, facts, bounds, **about))


def test_alarm_counts_what_it_watches(
    watched: desired.Alarm, delivery: Delivery, row: str, judge: Judge
) -> None:
    alarm = judge.observe(alarm_for(watched, delivery, row), *JUDGED)

    judge(shortfalls(alarm, watched))
