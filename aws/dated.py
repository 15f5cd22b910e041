"""Facts of AWS that change with time, from one file that says of each when and where it was looked up."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from aws.raw import Raw


@cache
def dated(table: str) -> Mapping[str, Any]:
    """Return one table of dated.toml: its values, ``as_of`` (a day) and ``source``."""
    text = Path(__file__).with_name("dated.toml").read_text(encoding="utf-8")
    values: Raw = tomllib.loads(text)[table]
    return values


def default(name: str) -> int:
    """Return what holds where nothing is set."""
    return int(dated("defaults")[name])


@dataclass(frozen=True, slots=True)
class CallRate:
    """Calls a second, after ``burst`` of them at once."""

    per_second: float
    burst: int = 1


def call_rates() -> Mapping[str, CallRate]:
    """Return service, or ``service:Operation`` -> how often it may be called.

    An operation with a rate of its own is not counted in that of its service.
    """
    bursts = dated("bursts")
    return {
        name: CallRate(float(rate), bursts.get(name, 1))
        for name, rate in dated("calls_per_second").items()
        if name not in {"as_of", "source"}
    }


def last_days() -> tuple[date, Mapping[str, date]]:
    """Return the day of the table of runtimes, and runtime -> the last day on which AWS patches it."""
    table = dated("runtimes")
    return table["as_of"], table["last_day"]
