"""When a stamp may be awarded. No AWS, no clock, no I/O."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from lambdas.rally.domain import members
from lambdas.rally.domain.line import image_url
from lambdas.rally.domain.periods import JST
from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.domain.spots import ACCURACY_CAP_M, Position, is_within, location_of, position_in

METHODS = ("GPS", "IMAGE")
_FIRST_SECOND, _LAST_SECOND = time.min, time(23, 59, 59)


@dataclass(frozen=True)
class Claim:
    """Who claims which stamp, by which method, and the phone's position if it sent one."""

    user_id: str
    stamp_id: str
    method: str
    position: Position | None


@dataclass(frozen=True)
class Rules:
    """What the environment decides: whether a position is required, and the accuracy cap in metres."""

    position_required: bool = False
    accuracy_cap_m: float = ACCURACY_CAP_M


def claim_in(body: Mapping[str, Any]) -> Claim:
    """Read the request body. Raises VALIDATION_ERROR, which names the invalid member."""
    located = any(name in body for name in ("lat", "lon", "accuracy"))
    return Claim(
        members.user_id(body, "user_id"),
        members.stamp_id(body, "stamp_id"),
        members.choice(body, "method", METHODS),
        position_in(body) if located else None,
    )


def judge(
    claim: Claim, master: Mapping[str, Any] | None, now: int, rules: Rules
) -> Mapping[str, Any]:
    """Return the master, or raise the Refusal that keeps this claim from its stamp."""
    if master is None:
        raise Refusal("STAMP_NOT_FOUND")
    if master.get("Type") != claim.method:
        raise Refusal("STAMP_TYPE_MISMATCH")
    _judge_time(master, now)
    if claim.method == "GPS":
        _judge_position(claim.position, master, rules)
    return master


def _judge_time(master: Mapping[str, Any], now: int) -> None:
    """Both ends are inclusive, and a date covers its whole day. An unreadable bound keeps the stamp closed."""
    begins, ends = master.get("ValidFrom"), master.get("ValidTo")
    if begins is not None and not now >= _epoch_s(begins, _FIRST_SECOND, unreadable=float("inf")):
        raise Refusal("STAMP_NOT_VALID_YET")
    if ends is not None and not now <= _epoch_s(ends, _LAST_SECOND, unreadable=float("-inf")):
        raise Refusal("STAMP_EXPIRED")


def _epoch_s(bound: object, of_day: time, *, unreadable: float) -> float:
    """Return epoch seconds from a number or from ISO 8601 text (Japan time if it has no zone).

    A bare date means the time `of_day` on that day.
    """
    if isinstance(bound, int | float) and not isinstance(bound, bool):
        return bound
    try:
        moment = _moment(str(bound), of_day)
    except ValueError:
        return unreadable
    return (moment if moment.tzinfo else moment.replace(tzinfo=JST)).timestamp()


def _moment(text: str, of_day: time) -> datetime:
    with contextlib.suppress(ValueError):
        return datetime.combine(date.fromisoformat(text), of_day)
    return datetime.fromisoformat(text)


def _judge_position(position: Position | None, master: Mapping[str, Any], rules: Rules) -> None:
    if position is None:
        if rules.position_required:
            raise Refusal("POSITION_REQUIRED")
        return
    if not is_within(position, location_of(master), rules.accuracy_cap_m):
        raise Refusal("OUT_OF_RANGE")


def notification(claim: Claim, master: Mapping[str, Any], collected_at: int) -> dict[str, Any]:
    """Return the event with which notify tells the winner, within the limits that notify validates.

    Its retry key is the award's: however often notify is invoked for it, LINE sends one message.
    """
    name = members.legible(master.get("Name")) or claim.stamp_id
    data = {"stamp_id": claim.stamp_id, "stamp_name": name}
    if url := image_url(master.get("ImageUrl")):
        data["image_url"] = url
    award = f"{claim.user_id} {claim.stamp_id} {collected_at}"
    key = str(uuid5(NAMESPACE_OID, award))
    return {"user_id": claim.user_id, "type": "stamp_awarded", "data": data, "retry_key": key}
