"""The session pool: synthetic users with a session each, the spots where they stand, and the users who were used."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

USED_FILE = "used.txt"
"""In the folder of the artefacts: the users for whom something may have been written, one a line."""
METRES_PER_DEGREE = math.radians(1) * 6_371_000
"""Along a meridian, on the sphere that the haversine formula of the application uses."""


@dataclass(frozen=True, slots=True)
class GpsSpot:
    """A stamp that is awarded by position; in degrees and metres."""

    id: str
    lat: float
    lon: float
    radius_m: float

    def north(self, metres: float) -> tuple[float, float]:
        """Return (lat, lon) of the point at this distance due north or, near the pole, due south."""
        degrees = metres / METRES_PER_DEGREE
        return (self.lat + degrees if self.lat < 80 else self.lat - degrees), self.lon


class SyntheticUser(NamedTuple):
    """A synthetic user and its session, which is a secret and stays out of ``repr``."""

    id: str
    token: str

    def __repr__(self) -> str:
        return f"SyntheticUser({self.id!r})"


@dataclass(frozen=True, slots=True)
class SessionPool:
    """All users and spots of a run."""

    visitors: tuple[SyntheticUser, ...]
    spots: tuple[GpsSpot, ...]

    def part(self, worker: int, workers: int) -> "SessionPool":
        """Return the users of one worker, so that no two workers award the same pair."""
        return SessionPool(self.visitors[worker::workers], self.spots)

    def pairs(self) -> Iterator[tuple[SyntheticUser, GpsSpot]]:
        """Yield every user-spot pair once."""
        for spot in self.spots:
            for visitor in self.visitors:
                yield visitor, spot


def record_used(folder: Path, users: Iterable[str]) -> None:
    """Append users who may have been awarded to the list in ``folder``: a run that dies leaves it behind."""
    if lines := [f"{user}\n" for user in users]:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / USED_FILE).open("a") as file:
            file.writelines(lines)
