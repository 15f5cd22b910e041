"""Is a person at a spot? No AWS, no clock, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.rally.domain import members
from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.domain.spots import Position, distance_m, is_within, location_of, position_in


@dataclass(frozen=True)
class Question:
    """Who asks, about which spot, from where."""

    user_id: str
    spot_id: str
    position: Position


def question_in(body: Mapping[str, Any]) -> Question:
    """Read the request body. Raises VALIDATION_ERROR, which names the invalid member."""
    return Question(
        members.user_id(body, "userId"), members.stamp_id(body, "spotId"), position_in(body)
    )


def judged(question: Question, master: Mapping[str, Any] | None, cap_m: float) -> dict[str, Any]:
    """Return the contract's `Position`; distances are metres with two decimals.

    Raises STAMP_NOT_FOUND, STAMP_TYPE_MISMATCH, LOCATION_NOT_FOUND or INVALID_LOCATION,
    depending on the master.
    """
    if master is None:
        raise Refusal("STAMP_NOT_FOUND")
    if master.get("Type") != "GPS":
        raise Refusal("STAMP_TYPE_MISMATCH", "The stamp is not collected by GPS")
    location = location_of(master)
    return {
        "spotId": question.spot_id,
        "name": members.legible(master.get("Name")) or question.spot_id,
        **location.answer(),
        "distanceM": round(distance_m(question.position, location), 2),
        "within": is_within(question.position, location, cap_m),
        "accuracy": question.position.accuracy_m,
    }
