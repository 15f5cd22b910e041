"""Records count while they are fresh, by whatever clock they were dated."""

from dataclasses import replace
from datetime import timedelta

import pytest

from checks.deployed import Deployed
from checks.records import counting
from signoff.inventory.section import Missing
from tests.healthy import healthy

WORLD = healthy()
MINUTE = timedelta(minutes=1)


def counted(age):
    """Return the load record of that age, if it counts for seven days."""
    (load,) = [one for one in WORLD.records.entries if one.kind == "load"]
    records = replace(WORLD.records, entries=(replace(load, created=WORLD.now - age),))
    deployed = Deployed(WORLD.inventory.sections, WORLD.plan, "PREP-02", records)
    return counting(deployed, "load", release=None, days=7, now=WORLD.now)


@pytest.mark.parametrize(
    "age", [timedelta(0), -2 * MINUTE, -5 * MINUTE, timedelta(days=7)], ids=str
)
def test_record_of_these_days_counts_be_its_clock_minutes_off(age):
    assert counted(age).kind == "load"


@pytest.mark.parametrize("age", [-6 * MINUTE, timedelta(days=7) + MINUTE], ids=str)
def test_record_of_the_future_or_of_last_week_does_not_count(age):
    with pytest.raises(Missing, match="not within the last 7 days"):
        counted(age)
