"""A run that did not pass says first how much went wrong, since when, and whose fault it is."""

from dataclasses import replace

import pytest

from aws.words import Words
from load.engine.measurement import Counts
from load.engine.plan import LIST
from load.exhibit import diagnosis
from tests.load.measurements import SHORT, seen
from tests.load.test_verdict import verdict

DEAD = Words("stopped after 40 s", "40秒で中止")


def over_time(*milliseconds):
    """Make the bins of a run, a second each, in which every answer of a second took as long."""
    return Counts((second, "", "latency", ms, 100) for second, ms in enumerate(milliseconds))


def told(measurement, conditions=None):
    made = [conditions] if conditions else []
    return list(map(str, diagnosis(verdict(*made, measurement=measurement))))


def test_pass_needs_no_diagnosis_nor_what_it_left_behind():
    assert told(seen()) == []
    assert [*diagnosis(replace(verdict(measurement=seen()), cleanup={"left": 3}))] == []


def test_failures_are_counted_and_named_the_most_frequent_first():
    kinds = {"HTTP 500": 30, "network: TimeoutError": 400, "HTTP 502": 5, "HTTP 504": 4}
    rows = [(LIST, "failed", kind, count) for kind, count in kinds.items()]
    failed = seen(answered=1561, rows=[*rows, (LIST, "issued", None, 439)])

    assert told(failed)[0] == (
        "439 of 2000 requests failed (21.9 %): network: TimeoutError (400), HTTP 500 (30), "
        "HTTP 502 (5), and others."
    )


@pytest.mark.parametrize(
    ("bins", "sentence"),
    [
        (
            (9.0, 900.0, 9.0, 600.0, 700.0),
            "From 3 s after the start to the end p95 was over 500 ms.",
        ),
        ((900.0, 900.0), "From 0 s after the start to the end p95 was over 500 ms."),
        (
            (9.0, 900.0, 700.0, 9.0),
            "p95 was over 500 ms in 50 % of the time, at worst 900 ms, 1 s after the start.",
        ),
    ],
)
def test_slowness_is_told_with_its_moment(bins, sentence):
    assert sentence in told(seen(ms=900.0, bins=over_time(*bins)))


def test_smoke_says_nothing_of_slowness():
    failed = seen(rows=[(LIST, "failed", "HTTP 500", 1), (LIST, "issued", None, 1)])

    assert not [one for one in told(failed, SHORT) if "p95" in one]


def test_failed_run_is_the_target_s_fault_and_an_invalid_one_nobody_s_yet():
    assert told(seen(ms=900.0))[-1].endswith("it is the target that did not.")
    assert "this machine is too busy" in told(seen(ms=900.0, lateness=39.0, dead=DEAD))[-1]
    assert told(seen(ms=900.0, lost=("w",)))[-1].startswith(
        "This run says nothing about the target"
    )
