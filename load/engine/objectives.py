"""How fast is fast enough, per endpoint, and how valid a run must be: the numbers that decide, from slo.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from load.engine.admission import LoadRefused
from load.engine.plan import ENDPOINTS


@dataclass(frozen=True, slots=True)
class Objective:
    """Of one endpoint in each step; latency from the intended start, in ms; ratios in parts of 1.

    ``errors`` is the most that may fail (429 and 409 are counted apart), ``achieved`` the least
    that must be answered as the contract says, of what the step planned and the throttle admits.
    """

    p95_ms: float
    p99_ms: float
    errors: float
    achieved: float


@dataclass(frozen=True, slots=True)
class ValidityLimits:
    """Below this the run says nothing of the target: it is invalid.

    ``achieved`` is the least part of the planned arrivals that must be made, ``lateness_p99_ms``
    the most that they may be late, ``conflicts`` the most of the awards that may meet a stamp
    that was there before.
    """

    achieved: float
    lateness_p99_ms: float
    conflicts: float


@dataclass(frozen=True, slots=True)
class Objectives:
    """``throttle_tolerance`` is the part by which the 429 ratio may leave its prediction."""

    endpoints: Mapping[str, Objective]
    soundness: ValidityLimits
    throttle_tolerance: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Objectives":
        return cls(
            {name: Objective(**numbers) for name, numbers in data["endpoints"].items()},
            ValidityLimits(**data["soundness"]),
            data["throttle_tolerance"],
        )


OBJECTIVES_FILE = Path(__file__).parents[1] / "slo.toml"


def read_objectives(path: Path = OBJECTIVES_FILE) -> Objectives:
    """Return the objectives of every endpoint; `LoadRefused` where one is missing or misspelt."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        objectives = Objectives.from_json(
            {
                "endpoints": data["endpoints"],
                "soundness": data["soundness"],
                "throttle_tolerance": data["throttle"]["tolerance"],
            }
        )
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise LoadRefused(
            f"{path.name} can't be read: {error}; compare it with load/slo.toml of the project"
        ) from None
    if missing := sorted(set(ENDPOINTS) - objectives.endpoints.keys()):
        raise LoadRefused(f'{path.name} has no [endpoints."{missing[0]}"]; give it its limits')
    return objectives
