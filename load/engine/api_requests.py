"""The requests of the load, and what a right answer to each must say about the user who asked."""

from collections.abc import Iterator, Mapping
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson

from load.engine.plan import AWARD, LIST, RANKING, VERIFY
from load.engine.session_pool import GpsSpot, SessionPool, SyntheticUser

ACCURACY_M = 5.0
PLACES = ((0.0, True), (0.0, True), (0.9, True), (60.0, False))
"""Where a user stands, in radii from the spot, and whether that is within: 2 inside, 1 at the
edge, 1 outside. Sixty radii are outside for any accuracy that the application may accept."""


class PairsUsedUpError(LookupError):
    """Every pair of user and spot is awarded: another award would only measure a refusal."""


class ApiRequest(NamedTuple):
    """One request. ``expect`` is what the answer must say: another user's data never passes as ours."""

    endpoint: str
    path: str
    token: str
    body: bytes | None = None
    expect: Mapping[str, Any] = MappingProxyType({})

    @property
    def method(self) -> str:
        return self.endpoint.partition(" ")[0]


class RequestFactory:
    """Makes requests for one worker's part of the pool; ``used`` collects the pairs it may have written.

    ``bodies`` are those of an application of which the contract alone is known.
    """

    def __init__(
        self, pool: SessionPool, rng: Random, bodies: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._bodies = bodies
        self._pool = pool
        self._rng = rng
        self._pairs: Iterator[tuple[SyntheticUser, GpsSpot]] = pool.pairs()
        self.used: list[tuple[str, str]] = []

    def make(
        self, endpoint: str, visitor: SyntheticUser | None = None, spot: GpsSpot | None = None
    ) -> ApiRequest:
        """Make the request; PairsUsedUpError if there is no pair left to award."""
        if endpoint == AWARD and not self._bodies:
            return self._award(*self._next_pair())
        visitor = visitor or self._rng.choice(self._pool.visitors)
        if endpoint in self._bodies:
            body = self._bodies[endpoint].encode() or None
            return ApiRequest(endpoint, endpoint.partition(" ")[2], visitor.token, body)
        if endpoint == LIST:
            return ApiRequest(
                LIST,
                f"/stamps?userId={quote(visitor.id, safe='')}",
                visitor.token,
                expect={"user_id": visitor.id},
            )
        if endpoint == RANKING:
            return ApiRequest(
                RANKING, f"/ranking/weekly?user_id={quote(visitor.id, safe='')}", visitor.token
            )
        return self._verify(visitor, spot or self._rng.choice(self._pool.spots))

    def visit(self) -> Iterator[ApiRequest]:
        """Yield the requests of a whole visit: list, verify, award, and list again."""
        visitor, spot = self._next_pair()
        yield self.make(LIST, visitor)
        yield self._verify(visitor, spot, PLACES[:1])
        yield self._award(visitor, spot)
        yield self.make(LIST, visitor)

    def _next_pair(self) -> tuple[SyntheticUser, GpsSpot]:
        try:
            return next(self._pairs)
        except StopIteration:
            raise PairsUsedUpError from None

    def _award(self, visitor: SyntheticUser, spot: GpsSpot) -> ApiRequest:
        self.used.append((visitor.id, spot.id))
        lat, lon = spot.north(0)
        position = {"lat": lat, "lon": lon, "accuracy": ACCURACY_M}
        asked = {"user_id": visitor.id, "stamp_id": spot.id, "method": "GPS"}
        return ApiRequest(
            AWARD, "/stamps/award", visitor.token, orjson.dumps(asked | position), expect=asked
        )

    def _verify(
        self, visitor: SyntheticUser, spot: GpsSpot, places: tuple[tuple[float, bool], ...] = PLACES
    ) -> ApiRequest:
        radii, within = self._rng.choice(places)
        lat, lon = spot.north(radii * spot.radius_m)
        asked = {"userId": visitor.id, "spotId": spot.id}
        position = {"lat": lat, "lon": lon, "accuracy": ACCURACY_M}
        expect = {"spotId": spot.id, "within": within}
        return ApiRequest(
            VERIFY, "/gps/verify", visitor.token, orjson.dumps(asked | position), expect=expect
        )
