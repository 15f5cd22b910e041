"""Reads slo.toml; a wrong file is told by its key and what to write."""

import tomllib
from pathlib import Path

from load.engine.gate import Refused
from load.engine.objectives import Objectives
from load.engine.plan import ENDPOINTS

FILE = Path(__file__).parent / "slo.toml"


def read_objectives(path: Path = FILE) -> Objectives:
    """Return the objectives of every endpoint; `Refused` where one is missing or misspelt."""
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
        raise Refused(
            f"{path.name} can't be read: {error}; compare it with load/slo.toml of the project"
        ) from None
    if missing := sorted(set(ENDPOINTS) - objectives.endpoints.keys()):
        raise Refused(f'{path.name} has no [endpoints."{missing[0]}"]; give it its limits')
    return objectives
