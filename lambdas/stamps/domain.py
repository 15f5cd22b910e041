"""A collected stamp as the front end shows it. No AWS, no clock, no I/O."""

import contextlib
from collections.abc import Mapping
from typing import Any

from lambdas.rally.domain.members import legible
from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.domain.spots import location_of, picture_of

METHODS = ("GPS", "IMAGE")
_LATEST_S = 9_999_999_999
"""The last second of the contract."""


def shown(collected: Mapping[str, Any], master: Mapping[str, Any]) -> dict[str, Any]:
    """Return the contract's `CollectedStamp`.

    A stamp stays collected when its master is missing or broken: unknown members are left out, or
    taken from the collected item.
    """
    method = _one_of(METHODS, collected.get("Method"), master.get("Type"))
    stamp = {
        "stamp_id": collected["StampId"],
        "name": legible(master.get("Name")) or collected["StampId"],
        "description": _text(master.get("Description")),
        "type": _one_of(METHODS, master.get("Type"), method),
        "collected_at": _epoch_s(collected.get("CollectedAt")),
        "method": method,
    }
    if image_url := picture_of(master):
        stamp["image_url"] = image_url
    # An IMAGE stamp has no location; gps-verify reports a broken one.
    with contextlib.suppress(Refusal):
        stamp["location"] = location_of(master).answer()
    return stamp


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _epoch_s(value: object) -> int:
    return int(value) if isinstance(value, int | float) and 0 <= value <= _LATEST_S else 0


def _one_of(choices: tuple[str, ...], *values: object) -> str:
    allowed = (value for value in values if isinstance(value, str) and value in choices)
    return next(allowed, choices[0])
