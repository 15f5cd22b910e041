"""The requests of the load, and whether an answer is right: its schema, compiled once, and what it says about the user who asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote

import jsonschema_rs
import orjson

from load.engine.plan import AWARD, LIST, RANKING, VERIFY, Examples
from load.engine.session_pool import GpsSpot, SessionPool, SyntheticUser

ACCURACY_M = 5.0
PLACES = ((0.0, True), (0.0, True), (0.9, True), (60.0, False))
"""Where a user stands, in radii from the spot, and whether that is within: 2 inside, 1 at the
edge, 1 outside. Sixty radii are outside for any accuracy that the application may accept."""


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
    """Makes requests for one worker's part of the pool; ``used`` collects the users for whom it may have written."""

    def __init__(
        self, pool: SessionPool, rng: Random, examples: Examples = MappingProxyType({})
    ) -> None:
        self._examples = examples
        self._pool = pool
        self._rng = rng
        self._pairs: Iterator[tuple[SyntheticUser, GpsSpot]] = pool.pairs()
        self.used: list[str] = []

    def make(self, endpoint: str) -> ApiRequest | None:
        """Make the request; None if there is no pair left to award: another award would only measure a refusal."""
        if endpoint == AWARD and not self._examples:
            return self._award(*pair) if (pair := next(self._pairs, None)) else None
        visitor = self._rng.choice(self._pool.visitors)
        if endpoint in self._examples:
            url, body = self._examples[endpoint]
            return ApiRequest(endpoint, url, visitor.token, body.encode() or None)
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
        return self._verify(visitor, self._rng.choice(self._pool.spots))

    def _award(self, visitor: SyntheticUser, spot: GpsSpot) -> ApiRequest:
        self.used.append(visitor.id)
        lat, lon = spot.north(0)
        position = {"lat": lat, "lon": lon, "accuracy": ACCURACY_M}
        body = {"user_id": visitor.id, "stamp_id": spot.id, "method": "GPS"}
        return ApiRequest(
            AWARD, "/stamps/award", visitor.token, orjson.dumps(body | position), expect=body
        )

    def _verify(self, visitor: SyntheticUser, spot: GpsSpot) -> ApiRequest:
        radii, within = self._rng.choice(PLACES)
        lat, lon = spot.north(radii * spot.radius_m)
        body = {"userId": visitor.id, "spotId": spot.id}
        position = {"lat": lat, "lon": lon, "accuracy": ACCURACY_M}
        expect = {"spotId": spot.id, "within": within}
        return ApiRequest(
            VERIFY, "/gps/verify", visitor.token, orjson.dumps(body | position), expect=expect
        )


@dataclass(frozen=True, slots=True)
class ContractValidator:
    """Schemas by (endpoint, status), compiled with jsonschema-rs: 0.6 us an answer, where jsonschema takes 50 us."""

    schemas: Mapping[tuple[str, int], jsonschema_rs.Draft202012Validator | None]
    """None: this answer promises no JSON."""

    def fault(self, endpoint: str, status: int, answer: Any) -> str | None:
        """Point at the member that breaks the schema, without its value: the words of a user stay out of reports."""
        schema = self.schemas.get((endpoint, status))
        if schema is None or schema.is_valid(answer):
            return None
        path = next(iter(schema.iter_errors(answer))).instance_path
        return "/" + "/".join("*" if isinstance(part, int) else str(part) for part in path)


def compiled(answers: Mapping[str, Mapping[str, Any]]) -> ContractValidator:
    """Compile ``answers`` (endpoint -> status -> schema, None where no JSON is promised)."""
    return ContractValidator(
        {
            (endpoint, int(status)): schema and jsonschema_rs.Draft202012Validator(dict(schema))
            for endpoint, by_status in answers.items()
            for status, schema in by_status.items()
        }
    )


MULTIPLE, CONFLICT, TOO_MANY = 300, 409, 429


@dataclass(frozen=True, slots=True)
class RequestResult:
    """``what`` is answered, failed, throttled or conflict; ``kind`` names a failure in a few words.

    A kind never contains content of the answer.
    """

    what: str
    kind: str | None = None

    @property
    def timed(self) -> bool:
        """Whether latency counts: a 429 is quick and would flatter the application."""
        return self.what in ("answered", "failed")


ANSWERED, THROTTLED, REPEATED = (
    RequestResult("answered"),
    RequestResult("throttled"),
    RequestResult("conflict"),
)


def classify(  # noqa: PLR0911 - one line for each way an answer can go
    call: ApiRequest,
    status: int,
    content: bytes,
    error: Exception | None,
    contract: ContractValidator,
) -> RequestResult:
    """Classify one answer. A success counts only if it keeps the contract and is about the caller.

    A 409 is a regular answer to an award of a stamp that was there before; elsewhere it is an error.
    """
    if error is not None:
        return RequestResult("failed", f"network: {type(error).__name__}")
    if status == TOO_MANY:
        return THROTTLED
    success = status < MULTIPLE and (call.endpoint, status) in contract.schemas
    if not success and (status, call.endpoint) != (CONFLICT, AWARD):
        return RequestResult("failed", f"HTTP {status}")
    if not call.expect and contract.schemas.get((call.endpoint, status), contract) is None:
        return ANSWERED
    try:
        answer = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        return RequestResult("failed", f"HTTP {status} without JSON")
    if (pointer := contract.fault(call.endpoint, status, answer)) is not None:
        return RequestResult("failed", f"contract: {pointer}")
    if status == CONFLICT:
        return REPEATED
    if call.expect and not isinstance(answer, dict):
        return RequestResult("failed", "no JSON object")
    wrong = next((name for name, value in call.expect.items() if answer.get(name) != value), None)
    if wrong is None:
        return ANSWERED
    return RequestResult("failed", f"{'no' if answer.get(wrong) is None else 'wrong'} {wrong}")
