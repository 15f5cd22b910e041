"""API Gateway: usage plans and API keys, which limit how often a caller may call."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from aws.door.failures import ReadFailure
from aws.names import ours
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.rest_api import PAGE, api_id
from aws.section import Section
from aws.words import Words, known_as

RATE = Words(en="rate", ja="レート")
BURST = Words(en="burst", ja="バースト")
QUOTA = Words(en="quota", ja="クォータ")
PERIOD = Words(en="period of the quota", ja="クォータの期間")
OFFSET = Words(en="taken off the first period", ja="最初の期間から差し引く件数")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLimit:
    """What a usage plan allows on one method of a stage in place of its own limits."""

    method: str
    """``api-id:stage /path/VERB``."""
    rate: float | None
    burst: int | None
    """None: the plan's own burst applies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePlan:
    """``stages`` are ``api-id:stage``; ``keys`` are ids of API keys, read where one is planned."""

    id: str
    name: str
    rate: float | None
    burst: int | None
    quota: int | None = field(metadata=known_as(QUOTA))
    period: str | None = field(metadata=known_as(PERIOD))
    stages: tuple[str, ...]
    keys: tuple[str, ...]
    own_limits: tuple[OwnLimit, ...] = ()
    offset: int = 0
    """Requests subtracted from the quota in the first period, which is the day of the go-live."""

    @property
    def facts(self) -> Mapping[Words, object]:
        """The facts that have a bound, by their names."""
        limits = {RATE: self.rate, BURST: self.burst, QUOTA: self.quota}
        return {**limits, PERIOD: self.period, OFFSET: self.offset}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """Its value is never read."""

    id: str
    name: str
    enabled: bool


def usage_plans(reading: Reading) -> Section[UsagePlan]:
    """Read the planned one, those of our prefix, and whatever else names our API."""
    found = reading.aws.listed("apigateway", "get_usage_plans", "items", limit=PAGE)
    api = api_id(reading)
    by_name = _by_name(
        reading,
        found,
        reading.scope.usage_plan,
        lambda raw: any(one.get("apiId") == api for one in raw.get("apiStages", ())),
    )

    def read(name: str) -> UsagePlan:
        raw = _only(by_name[name])
        return decode(raw, _keys(reading, raw["id"]) if reading.scope.api_key else ())

    return reading.each(by_name, read)


def api_keys(reading: Reading) -> Section[ApiKey]:
    if reading.scope.api_key is None:
        return {}
    # includeValues stays False: a key's value is as good as a password.
    found = reading.aws.listed("apigateway", "get_api_keys", "items", limit=PAGE)
    by_name = _by_name(reading, found, reading.scope.api_key)
    return reading.each(by_name, lambda name: decode_key(_only(by_name[name])))


def _by_name(
    reading: Reading,
    found: list[Raw],
    expected: str | None,
    reaches_us: Callable[[Raw], bool] = lambda _: False,
) -> dict[str, list[Raw]]:
    """Return ours by their names; one without a name goes by its id."""
    by_name: dict[str, list[Raw]] = {}
    for raw in found:
        by_name.setdefault(_name(raw), []).append(raw)
    return {
        name: same
        for name, same in sorted(by_name.items())
        if name == expected or ours(name, reading.scope.prefix) or any(map(reaches_us, same))
    }


def _name(raw: Raw) -> str:
    return str(raw.get("name") or raw["id"])


def _only(same: list[Raw]) -> Raw:
    """Return the only entry of a name; API Gateway allows several of one name, and then none can be chosen."""
    if len(same) > 1:
        ids = ", ".join(sorted(raw["id"] for raw in same))
        name = _name(same[0])
        raise ReadFailure.of(
            "apigateway",
            f"{len(same)} of the name {name}: {ids}",
            f"{name}という名前のものが{len(same)}件あります: {ids}",
        )
    return same[0]


def decode(raw: Raw, keys: tuple[str, ...]) -> UsagePlan:
    """Return the facts of a usage plan; ``keys`` are ids of its API keys."""
    throttle, quota = raw.get("throttle") or {}, raw.get("quota") or {}
    return UsagePlan(
        id=raw["id"],
        name=_name(raw),
        rate=throttle.get("rateLimit"),
        burst=throttle.get("burstLimit"),
        quota=quota.get("limit"),
        period=quota.get("period"),
        stages=tuple(sorted(map(_stage, raw.get("apiStages", ())))),
        own_limits=tuple(_own_limits(raw.get("apiStages", ()))),
        keys=keys,
        offset=quota.get("offset", 0),
    )


def _own_limits(stages: Iterable[Raw]) -> Iterator[OwnLimit]:
    for one in stages:
        for method, limit in (one.get("throttle") or {}).items():
            yield OwnLimit(
                method=f"{_stage(one)} {method}",
                rate=limit.get("rateLimit"),
                burst=limit.get("burstLimit"),
            )


def _stage(raw: Raw) -> str:
    return f"{raw.get('apiId', '')}:{raw.get('stage', '')}"


def _keys(reading: Reading, plan: str) -> tuple[str, ...]:
    found = reading.aws.listed(
        "apigateway", "get_usage_plan_keys", "items", usagePlanId=plan, limit=PAGE
    )
    return tuple(sorted(one["id"] for one in found if "id" in one))


def decode_key(raw: Raw) -> ApiKey:
    return ApiKey(id=raw["id"], name=_name(raw), enabled=raw.get("enabled", False))


READERS = {
    "usage_plans": Reader(usage_plans, ("apigateway:GET",)),
    "api_keys": Reader(api_keys, ("apigateway:GET",)),
}
