"""Facts that AWS may change say when they were looked up, and where."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from aws import dated
from aws.dated import CallRate, call_rates, last_days

TABLES = tomllib.loads(Path(dated.__file__).with_name("dated.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_its_day_and_its_source(name):
    table = TABLES[name]

    assert isinstance(table["as_of"], date)
    assert len(table["source"]) > 20


def test_rates_are_of_calls_alone():
    rates = call_rates()

    assert rates["lambda:GetPolicy"] == CallRate(14.0, burst=14)
    assert rates["lambda"] == CallRate(14.0, burst=14)
    assert {type(rate) for rate in rates.values()} == {CallRate}


def test_last_days_of_runtimes_are_days_after_their_first():
    as_of, last = last_days()

    assert as_of.year >= 2026
    assert list(last.values()) == sorted(last.values())
