"""Where visitors stand: the GPS stamps of the target's own table that can be awarded during a run."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.rally.domain.spots import SPELLINGS
from load.engine.gate import Refused
from load.engine.pool import Spot
from load.sessions import reason
from load.target import Aws, Target
from plan.masters import FIRST_SECOND, LAST_SECOND, epoch_s

LONGEST_S = 3 * 3600
"""A spot that closes within this time could close during the run."""


def spots_of(
    target: Target, aws: Aws, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> tuple[Spot, ...]:
    """Read the places of GPS stamps that are valid now; `Refused` where there is none."""
    try:
        pages = aws("dynamodb").get_paginator("scan").paginate(TableName=target.stamp_masters)
        items = [item for page in pages for item in page["Items"]]
    except (ClientError, BotoCoreError) as error:
        raise Refused(
            f"{target.stamp_masters} can't be read ({reason(error)}); let this caller read it, or "
            "give users and spots with --pool"
        ) from None
    spots = tuple(spot for item in items if _is_open(item, now()) and (spot := _spot(item)))
    if not spots:
        raise Refused(f"{target.stamp_masters} holds no GPS stamp that is valid now; load it first")
    return spots


def _spot(item: dict[str, Any]) -> Spot | None:
    """Read a stamp master's location; None where it is not awarded by GPS."""
    place = item.get("Location", {}).get("M", {})
    numbers = [
        next((float(place[name]["N"]) for name in names if name in place), None)
        for names in SPELLINGS.values()
    ]
    if item.get("Type", {}).get("S") != "GPS" or None in numbers:
        return None
    lat, lon, radius_m = (number for number in numbers if number is not None)
    return Spot(item["StampId"]["S"], lat, lon, radius_m)


def _is_open(item: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether a stamp is valid now and for hours; one whose span can't be read is not."""
    try:
        begins = _bound(item.get("ValidFrom"), FIRST_SECOND)
        ends = _bound(item.get("ValidTo"), LAST_SECOND)
    except (KeyError, ValueError):
        return False
    at = now.timestamp()
    return (begins is None or begins <= at) and (ends is None or ends >= at + LONGEST_S)


def _bound(bound: Mapping[str, str] | None, of_day: time) -> float | None:
    """Read epoch seconds or ISO 8601; None where there is no bound."""
    if bound is None:
        return None
    return float(bound["N"]) if "N" in bound else epoch_s(bound["S"], of_day)
