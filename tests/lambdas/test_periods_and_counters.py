"""Weeks and months in Japan, and the order that a counter's rank stands for."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rally.domain.counters import SHARDS, Counter, count_in, rank_of, shard_of
from lambdas.rally.domain.periods import month, month_of, week, week_of
from lambdas.rally.domain.refusals import Refusal
from tests.lambdas.events import SYNTHETIC, USER

COUNTS = st.integers(1, 10**6)
TIMES = st.integers(0, 10**10 - 1)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2025-11-09T14:59:59", "2025-W45"),
        ("2025-11-09T15:00:00", "2025-W46"),
        ("2024-12-29T15:00:00", "2025-W01"),
        ("2026-12-31T15:00:00", "2026-W53"),
    ],
)
def test_week_begins_on_monday_at_midnight_in_japan(moment, expected):
    assert week_of(utc(moment)) == expected


@pytest.mark.parametrize(
    ("moment", "expected"), [("2025-11-30T14:59:59", "2025-11"), ("2025-11-30T15:00:00", "2025-12")]
)
def test_month_begins_at_midnight_in_japan(moment, expected):
    assert month_of(utc(moment)) == expected


@given(st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_every_moment_lies_in_periods_that_can_be_asked_for(moment):
    epoch_s = moment.replace(tzinfo=UTC).timestamp()

    assert week(week_of(epoch_s)) == week_of(epoch_s)
    assert month(month_of(epoch_s)) == month_of(epoch_s)


@pytest.mark.parametrize("text", ["2025-W53", "2025-W00", "0000-W01", "2025-45", "2025-W45\n", "x"])
def test_week_that_does_not_exist_is_refused(text):
    with pytest.raises(Refusal) as refusal:
        week(text)

    assert refusal.value.code == "VALIDATION_ERROR"


@pytest.mark.parametrize("text", ["2025-13", "2025-00", "0000-01", "2025-1", "2025-W01", ""])
def test_month_that_does_not_exist_is_refused(text):
    with pytest.raises(Refusal) as refusal:
        month(text)

    assert refusal.value.code == "VALIDATION_ERROR"


@given(COUNTS, TIMES)
def test_count_can_be_read_from_its_rank(count, latest_at):
    assert count_in(rank_of(count, latest_at)) == count


@given(COUNTS, TIMES, TIMES)
def test_one_more_stamp_outranks_any_time(count, early, late):
    assert rank_of(count + 1, late) > rank_of(count, early)


@given(COUNTS, TIMES)
def test_of_equal_counts_the_earlier_ranks_higher(count, time):
    assert rank_of(count, time) > rank_of(count, time + 1)


def test_counter_of_a_person_is_in_the_index():
    item = Counter(USER, "2025-W45", 4, 1762300000).after(1762400000).item()

    assert item == {
        "UserId": USER,
        "StampId": "#2025-W45",
        "StampCount": 5,
        "LatestAt": 1762400000,
        "PeriodShard": "2025-W45#1",
        "Rank": 5 * 10**10 - 1762400000,
    }


def test_counter_of_a_synthetic_user_stays_out_of_the_index():
    item = Counter(SYNTHETIC, "2025-W45").after(1762400000).item()

    assert item.keys() == {"UserId", "StampId", "StampCount", "LatestAt"}


def test_a_clock_that_goes_back_does_not_improve_a_tie():
    assert Counter(USER, "2025-11", 1, 200).after(100).latest_at == 200


def test_users_spread_over_all_shards():
    shards = [shard_of(f"U{number:032x}") for number in range(4000)]

    assert all(shards.count(shard) > 400 for shard in range(SHARDS))
