"""API Gateway: who may call how often: usage plans and API keys, and the throttle of the whole account (guide step 2-4)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from aws.bounds import exactly
from aws.change.undo import EACH, ITS_ID, UndoTarget, by_call, calling
from aws.door.failures import ReadFailure
from aws.kind.description import ID, IDENTITY, NAME, PLANNED_BY, Part, ReadCall, fact
from aws.kind.engine import Kind
from aws.kinds.rest_api import PAGE, api_id
from aws.ledger import LABELS, NAMES, WHEN, Harmless, by_member
from aws.ledgers import TAGS
from aws.raw import Raw
from aws.reading import Reader, Reading, ours
from aws.section import Section
from aws.words import Words

RATE = Words(en="rate", ja="レート")
BURST = Words(en="burst", ja="バースト")
QUOTA = Words(en="quota", ja="クォータ")
PERIOD = Words(en="period of the quota", ja="クォータの期間")
OFFSET = Words(en="taken off the first period", ja="最初の期間から差し引く件数")
PLAN_STAGES = Words(en="stages of the API", ja="このAPIのステージ")
PLAN_KEYS = Words(en="further API keys", ja="計画外のAPIキー")
STAGES = Words(en="stages", ja="ステージ")
KEYS = Words(en="API keys", ja="APIキー")
ENABLED = Words(en="enabled", ja="有効")

VALUE = Harmless("never asked for: a key's value is as good as a password")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLimit:
    """What a usage plan allows on one method of a stage in place of its own limits."""

    method: str
    """``api-id:stage /path/VERB``."""
    rate: float | None
    burst: int | None
    """None: the plan's own burst applies."""


def _stage(raw: Raw) -> str:
    return f"{raw.get('apiId', '')}:{raw.get('stage', '')}"


def _own_limits(stages: Sequence[Raw]) -> Iterator[OwnLimit]:
    for stage in stages:
        for method, limit in (stage.get("throttle") or {}).items():
            yield OwnLimit(
                method=f"{_stage(stage)} {method}",
                rate=limit.get("rateLimit"),
                burst=limit.get("burstLimit"),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePlan:
    """``stages`` are ``api-id:stage``; ``keys`` are ids of API keys, read where one is planned."""

    id: str = fact(ID, "id", part=IDENTITY)
    name: str = fact(NAME, "name", absent="", part=PLANNED_BY)
    rate: float | None = fact(RATE, "throttle.rateLimit", absent=None)
    burst: int | None = fact(BURST, "throttle.burstLimit", absent=None)
    quota: int | None = fact(QUOTA, "quota.limit", absent=None)
    period: str | None = fact(PERIOD, "quota.period", absent=None)
    stages: tuple[str, ...] = fact(
        STAGES, "apiStages", absent=(), read=lambda stages: tuple(sorted(map(_stage, stages)))
    )
    keys: tuple[str, ...] = fact(
        KEYS,
        "items",
        call="keys",
        absent=(),
        covers="items.id",
        read=lambda keys: tuple(sorted(key["id"] for key in keys if "id" in key)),
        part=Part.PERMISSIONS,
    )
    own_limits: tuple[OwnLimit, ...] = fact(
        Words(en="limits of their own", ja="個別の制限"),
        "apiStages",
        absent=(),
        covers="apiStages",
        read=lambda stages: tuple(_own_limits(stages)),
    )
    offset: int = fact(OFFSET, "quota.offset", absent=0)
    """Requests subtracted from the quota in the first period, which is the day of the go-live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """Its value is never read."""

    id: str = fact(ID, "id", part=IDENTITY)
    name: str = fact(NAME, "name", absent="", part=PLANNED_BY)
    enabled: bool = fact(
        ENABLED, "enabled", absent=False, part=Part.PERMISSIONS, always=exactly(value=True)
    )


def _leave(target: UndoTarget) -> None:
    patch = [{"op": "remove", "path": "/apiStages", "value": stage} for stage in target.ids]
    target.context.client("apigateway").update_usage_plan(
        usagePlanId=target.id, patchOperations=patch
    )


USAGE_PLAN = Kind[UsagePlan](
    words=Words(en="usage plan", ja="使用量プラン"),
    service="apigateway",
    section="usage_plans",
    type=UsagePlan,
    part=Part.CAPACITY,
    calls={
        "plan": ReadCall(
            operation="GetUsagePlans",
            under="items",
            pages="items",
            named=by_member("name"),
            # Where our API is, neither listing that a plan needs is empty: without it, it is not understood.
            needs=frozenset({"items"}),
            members={"tags": TAGS},
            harmless={
                LABELS: "description",
                "for what is sold on AWS Marketplace": "productCode",
            },
        ),
        "keys": ReadCall(
            operation="GetUsagePlanKeys",
            asks={"usagePlanId": "{id}"},
            pages="items",
            harmless={
                "there is one type of key": "items.type",
                VALUE: "items.value",
                NAMES: "items.name",
            },
        ),
    },
    undo={
        PLAN_STAGES: by_call(
            _leave,
            en="the keys of that plan no longer open this API",
            ja="このプランのAPIキーでは、本APIを呼び出せなくなります",
        ),
        PLAN_KEYS: by_call(
            calling("apigateway", "delete_usage_plan_key", usagePlanId=ITS_ID, keyId=EACH),
            en="callers with one of those keys get 403",
            ja="該当のAPIキーによる呼び出しには403を返します",
        ),
    },
)
API_KEY = Kind[ApiKey](
    words=Words(en="API key", ja="APIキー"),
    service="apigateway",
    section="api_keys",
    type=ApiKey,
    calls={
        "key": ReadCall(
            operation="GetApiKeys",
            under="items",
            pages="items",
            members={"tags": TAGS},
            harmless={
                VALUE: "value",
                "a number of AWS Marketplace": "customerId",
                LABELS: "description",
                WHEN: "createdDate lastUpdatedDate",
                "an older way to say what usage plans say, which are judged": "stageKeys",
            },
            outside={"warnings": Harmless("what an import complained of")},
        )
    },
)


def usage_plans(reading: Reading) -> Section[UsagePlan]:
    """Read the planned one, those of our prefix, and anything else that names our API."""
    entries = reading.aws.listed("apigateway", "get_usage_plans", "items", limit=PAGE)
    api = api_id(reading)
    by_name = _by_name(
        reading,
        entries,
        reading.scope.usage_plan,
        lambda raw: any(stage.get("apiId") == api for stage in raw.get("apiStages", ())),
    )

    def read(name: str) -> UsagePlan:
        raw = _only(by_name[name])
        query = {"usagePlanId": raw["id"], "limit": PAGE}
        listed = partial(reading.aws.listed, "apigateway", "get_usage_plan_keys", "items", **query)
        return decode(raw, listed() if reading.scope.api_key else ())

    return reading.each(by_name, read)


def api_keys(reading: Reading) -> Section[ApiKey]:
    if reading.scope.api_key is None:
        return {}
    # includeValues stays False: a key's value is as good as a password.
    entries = reading.aws.listed("apigateway", "get_api_keys", "items", limit=PAGE)
    by_name = _by_name(reading, entries, reading.scope.api_key)
    return reading.each(by_name, lambda name: decode_key(_only(by_name[name])))


def _by_name(
    reading: Reading,
    entries: list[Raw],
    expected: str | None,
    reaches_us: Callable[[Raw], bool] = lambda _: False,
) -> dict[str, list[Raw]]:
    """Return ours by their names; one without a name goes by its id."""
    by_name: dict[str, list[Raw]] = {}
    for raw in entries:
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


def decode(raw: Raw, keys: Sequence[Raw] = ()) -> UsagePlan:
    """Return the facts of a usage plan; ``keys`` is what AWS lists of its API keys. Without a name it goes by its id."""
    return USAGE_PLAN.decode({"plan": {**raw, "name": _name(raw)}, "keys": {"items": keys}})


def decode_key(raw: Raw) -> ApiKey:
    return API_KEY.of({**raw, "name": _name(raw)})


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAccount:
    """Account-level throttle, requests a second and burst, and the role that writes logs."""

    log_role_arn: str | None = fact(
        Words(en="role for logs", ja="ログ用ロール"),
        "cloudwatchRoleArn",
        absent=None,
        read=lambda arn: arn or None,
    )
    rate: float = fact(RATE, "throttleSettings.rateLimit", part=Part.CAPACITY)
    burst: int = fact(BURST, "throttleSettings.burstLimit", part=Part.CAPACITY)


GATEWAY_ACCOUNT = Kind[GatewayAccount](
    words=Words(en="API Gateway of this", ja="API Gateway"),
    service="apigateway",
    section="gateway_account",
    type=GatewayAccount,
    calls={
        "account": ReadCall(
            operation="GetAccount",
            needs=frozenset({"throttleSettings"}),
            harmless={
                "lets the account use usage plans, as every account does": "features",
                "how keys were stored once": "apiKeyVersion",
            },
        )
    },
)


def account(reading: Reading) -> Section[GatewayAccount]:
    return {"account": GATEWAY_ACCOUNT.read(reading.aws, "account")}


READERS = {
    USAGE_PLAN.section: Reader(usage_plans, USAGE_PLAN.actions),
    API_KEY.section: Reader(api_keys, API_KEY.actions),
    GATEWAY_ACCOUNT.section: Reader(account, GATEWAY_ACCOUNT.actions),
}


def key_value(apigateway: Any, name: str) -> str | None:
    """Return the value of the API key of a name, for callers that send it; None where there is none.

    AWS takes a name for the beginning of names.
    """
    pages = apigateway.get_paginator("get_api_keys").paginate(nameQuery=name, includeValues=True)
    keys = (key for page in pages for key in page["items"])
    return next((str(key["value"]) for key in keys if key["name"] == name), None)
