"""Values of the environment file that follow from other keys of the same table, so that each is typed once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from aws.words import Words
from signoff.environment.schema import LEAST_RATE, Environment

UNDEMANDED = 200
"""The requests a second of an environment that says neither ``target_rate`` nor ``demand``."""
SOURCES = {"origin": "front_end.url", "target_rate": "demand", "go_live": "season.begins"}


def completed(environment: Environment) -> Environment:
    """Return the environment with the keys that follow from others where the file has none."""
    page = urlsplit(environment.front_end.url if environment.front_end else "")
    demand, season = environment.demand, environment.season
    rate = max(LEAST_RATE, demand.least_rate(environment.application)) if demand else UNDEMANDED
    return replace(
        environment,
        origin=environment.origin
        or (f"{page.scheme}://{page.netloc}".lower() if page.netloc else ""),
        target_rate=environment.target_rate or rate,
        go_live=environment.go_live or (season.begins if season else None),
    )


def derived(environment: Environment, table: Mapping[str, Any]) -> Words:
    """Say which values follow from which keys."""
    values = {
        key: getattr(environment, key)
        for key, source in SOURCES.items()
        if key not in table and source.partition(".")[0] in table
    }
    return Words(
        en=", ".join(f"{key} = {value} (from {SOURCES[key]})" for key, value in values.items()),
        ja="、".join(f"{key} = {value}（{SOURCES[key]}から）" for key, value in values.items()),
    )
