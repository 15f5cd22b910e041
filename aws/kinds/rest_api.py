"""API Gateway: the REST API itself, and its stage (guide steps 2-1 and 2-3)."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aws.bounds import exactly, one_of
from aws.difference import Compared
from aws.kind.description import (
    BEYOND_THE_PLAN,
    DESCRIPTION,
    ID,
    IDENTITY,
    NAME,
    PLANNED_BY,
    POLICY,
    STATUS,
    TEXT,
    TRACING,
    UNPLANNED,
    LeftOut,
    Part,
    ReadCall,
    described,
    fact,
    tags_at,
)
from aws.kind.engine import Kind
from aws.ledger import LABELS, NAMES, WHEN, Closed, Unplanned, by_member, only
from aws.ledgers import ACCESS_MODE
from aws.raw import Raw, utc
from aws.reading import Reader, Reading
from aws.redaction.secret_text import MaskedValue
from aws.section import Section
from aws.words import Words

PAGE = 500
CANARY = Words(en="share of the canary (%)", ja="カナリアの割合（%）")
DRAFT = re.compile(r"\bdraft sha256:([0-9a-f]{64})\b")
"""The digest of the draft in a deployment's description: AWS has no call that reads what an earlier deployment would serve."""
NEVER = datetime.min.replace(tzinfo=UTC)
"""Of an API that does not say when it was made; only namesakes are put in order by it."""


DEPLOYMENT = Words(en="deployment", ja="デプロイ")
BINARY = Words(en="binary media types", ja="バイナリメディアタイプ")
COMPRESSION = Words(en="minimum compression size", ja="圧縮の最小サイズ")
KEY_SOURCE = Words(en="API key source", ja="APIキーの取得元")
VPC_ENDPOINTS = Words(en="VPC endpoints", ja="VPCエンドポイント")
OTHER_STAGES = Words(en="other stages", ja="他のステージ")
MORE_METHODS = Words(en="methods beyond the contract", ja="API仕様にないメソッド")
ENDPOINT = Words(en="endpoint type", ja="エンドポイントタイプ")
REACHED = Words(en="public address", ja="公開アドレス")
PUBLIC = one_of(("REGIONAL",), ("EDGE",))
"""The endpoint types that are public."""


def _policy(text: str | None) -> str | None:
    """Undo what API Gateway does to a resource policy: its quotes come escaped once too often."""
    if not text:
        return None
    try:
        json.loads(text)
    except ValueError:
        return text.replace('\\"', '"')
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class RestApi:
    id: str = fact(ID, "id", part=LeftOut("a record names the API that it is about"))
    name: str = fact(NAME, "name", part=PLANNED_BY)
    created: datetime = fact(
        Words(en="created", ja="作成日時"), "createdDate", absent=NEVER, read=utc, part=IDENTITY
    )
    endpoint_types: tuple[str, ...] = fact(
        ENDPOINT, "endpointConfiguration.types", absent=(), read=tuple
    )
    execute_api_disabled: bool = fact(
        Words(en="default endpoint disabled", ja="既定エンドポイント無効"),
        "disableExecuteApiEndpoint",
        absent=False,
    )
    policy: str | None = fact(POLICY, "policy", absent=None, read=_policy)
    tags: Mapping[str, MaskedValue] = tags_at("tags")
    unplanned: tuple[Unplanned, ...] = fact(BEYOND_THE_PLAN, UNPLANNED, absent=())
    """What is unplanned in the API itself; the draft shows it for its methods."""

    def public(self, *, by_domain: bool) -> Compared:
        """What makes it public, with its bounds; ``by_domain``: it is called by a domain of its own."""
        closed = self.execute_api_disabled and not by_domain
        return {ENDPOINT: (self.endpoint_types, PUBLIC), REACHED: (not closed, exactly(value=True))}


REST_API = Kind[RestApi](
    words=Words(en="REST API", ja="REST API"),
    service="apigateway",
    section="rest_apis",
    type=RestApi,
    part=Part.API,
    calls={
        "api": ReadCall(
            operation="GetRestApis",
            under="items",
            pages="items",
            named=by_member("name"),
            needs=frozenset({"items"}),
            members={
                "binaryMediaTypes": Closed(BINARY),
                "minimumCompressionSize": Closed(COMPRESSION, usual=lambda value: value < 0),
                "apiKeySource": Closed(KEY_SOURCE, usual=only("HEADER")),
                "endpointConfiguration.vpcEndpointIds": Closed(VPC_ENDPOINTS),
                "endpointAccessMode": Closed(ACCESS_MODE, usual=only("BASIC")),
                "apiStatus": Closed(STATUS, usual=only("AVAILABLE", "UPDATING", "PENDING")),
            },
            harmless={
                LABELS: "description version apiStatusMessage",
                NAMES: "rootResourceId",
                "what an import complained of; what it made is judged itself": "warnings",
                "IPv6 is offered beside IPv4, or is not": "endpointConfiguration.ipAddressType",
                "which old TLS is refused at AWS's own address: at least its default": "securityPolicy",
            },
        )
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    id: str
    created: datetime
    description: str = ""

    @property
    def draft(self) -> str | None:
        """The digest of the draft that it froze, where the procedure `api` wrote it into the description."""
        match = DRAFT.search(self.description)
        return match[1] if match else None


def all_apis(reading: Reading) -> list[Raw]:
    return reading.aws.listed("apigateway", "get_rest_apis", "items", limit=PAGE)


def names(reading: Reading) -> list[str]:
    return [raw["name"] for raw in reading.source(all_apis) if "name" in raw]


def rest_apis(reading: Reading) -> Section[tuple[RestApi, ...]]:
    name = reading.scope.api
    same = [_rest_api(reading, raw) for raw in reading.source(all_apis) if raw.get("name") == name]
    return (
        {name: tuple(sorted(same, key=lambda rest_api: (rest_api.created, rest_api.id)))}
        if same
        else {}
    )


def api_id(reading: Reading) -> str | None:
    """Return the id of the planned API, the oldest of its name; None where there is none."""
    same = reading.needed("rest_apis").get(reading.scope.api, ())
    return same[0].id if same else None


def deployments(reading: Reading) -> Section[tuple[Deployment, ...]]:
    ours = api_id(reading)
    if ours is None:
        return {}
    listed = reading.aws.listed(
        "apigateway", "get_deployments", "items", restApiId=ours, limit=PAGE
    )
    return {reading.scope.api: newest_first(listed)}


def newest_first(listed: Iterable[Raw]) -> tuple[Deployment, ...]:
    decoded = map(decode_deployment, listed)
    return tuple(sorted(decoded, key=lambda deployment: deployment.created, reverse=True))


def _rest_api(reading: Reading, raw: Raw) -> RestApi:
    unplanned = reading.aws.unplanned(REST_API.words, raw["name"])
    return REST_API.of(raw, scope=reading.scope, unplanned=unplanned)


def decode_deployment(raw: Raw) -> Deployment:
    return Deployment(
        id=raw["id"], created=utc(raw["createdDate"]), description=raw.get("description", "")
    )


CACHE = Words(en="cache enabled", ja="キャッシュ有効")
ACCESS_LOG = Words(en="access log", ja="アクセスログ")
ACCESS_LOG_FORMAT = Words(en="access log format", ja="アクセスログの形式")
TELLING = re.compile(
    r"\$input\b[^\s\"',}]*"
    r"|\$context\.(?:requestOverride|responseOverride)\b[\w.\-]*"
    r"|\$context\.identity\.(?:apiKey|accessKey)\b"
    r"|\$context\.identity\.(?:clientCert|cognito)[\w.]*"
    r"|\$context\.authorizer\.(?!(?:error|status|latency|requestId|integration\w+)\b)[\w.\-]+"
)
"""Variables that carry headers, query strings, bodies, or who the caller is.

``identity.caller`` and ``identity.user``, which stand in every format of AWS's documentation, name
AWS principals. Our callers are not principals, so the two are empty.
"""
REQUEST_ID = re.compile(r"\$context\.(?:requestId|extendedRequestId)\b")
WEB_ACL = Words(en="web ACL", ja="Web ACL")


def names_the_request(form: str | None) -> bool:
    """Whether a line can be found by the request id that its caller received."""
    return REQUEST_ID.search(form or "") is not None


def private_variables(form: str | None) -> list[str]:
    """Return the variables of a format that reveal something private."""
    return TELLING.findall(form or "")


def group_of(arn: str | None, planned: str) -> str:
    """Return the name of a log group that is where the planned ARN is, or the ARN of another destination.

    AWS writes it with and without ``:*`` at the end.
    """
    place, among, _ = planned.partition(":log-group:")
    return (arn or "").removesuffix(":*").removeprefix(place + among)


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSetting:
    """Keyed ``*/*`` or ``path/VERB``. A rate or burst of None is not set here."""

    rate: float | None = None
    burst: int | None = None
    caching: bool = False
    data_trace: bool = False
    logging_level: str = "OFF"


def _path(key: str) -> str:
    """``~1stamps~1award/POST`` (a JSON pointer) -> ``stamps/award/POST``; ``*/*`` stays."""
    return key.replace("~1", "/").replace("~0", "~").lstrip("/")


def _setting(raw: Raw) -> MethodSetting:
    return MethodSetting(
        rate=_limit(raw.get("throttlingRateLimit")),
        burst=_limit(raw.get("throttlingBurstLimit")),
        caching=raw.get("cachingEnabled", False),
        data_trace=raw.get("dataTraceEnabled", False),
        logging_level=raw.get("loggingLevel", "OFF"),
    )


def _limit(value: Any) -> Any:
    """Read -1 as API Gateway means it: no limit here."""
    return None if value is None or value < 0 else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    name: str = fact(NAME, "stageName", part=PLANNED_BY)
    deployment_id: str = fact(DEPLOYMENT, "deploymentId", part=IDENTITY)
    description: str = fact(DESCRIPTION, "description", absent="", part=TEXT)
    variables: Mapping[str, MaskedValue] = fact(
        Words(en="variables", ja="変数"), "variables", absent={}, read_in=described
    )
    settings: Mapping[str, MethodSetting] = fact(
        Words(en="settings", ja="設定"),
        "methodSettings",
        absent={},
        read=lambda value: {_path(key): _setting(raw) for key, raw in value.items()},
        covers="methodSettings.loggingLevel methodSettings.dataTraceEnabled"
        " methodSettings.throttlingBurstLimit methodSettings.throttlingRateLimit"
        " methodSettings.cachingEnabled",
        part=Part.API,
        inner={"rate": Part.CAPACITY, "burst": Part.CAPACITY},
    )
    cache_enabled: bool = fact(
        CACHE, "cacheClusterEnabled", absent=False, part=Part.API, always=exactly(value=False)
    )
    access_log_arn: str | None = fact(ACCESS_LOG, "accessLogSettings.destinationArn", absent=None)
    access_log_format: str | None = fact(ACCESS_LOG_FORMAT, "accessLogSettings.format", absent=None)
    tracing: bool = fact(TRACING, "tracingEnabled", absent=False, always=exactly(value=True))
    canary_percent: float | None = fact(
        CANARY,
        "canarySettings",
        absent=None,
        read=lambda canary: canary.get("percentTraffic", 0.0),
        part=Part.API,
    )
    canary_deployment: str | None = fact(
        Words(en="deployment of the canary", ja="カナリアのデプロイ"),
        "canarySettings.deploymentId",
        absent=None,
        part=IDENTITY,
    )
    updated: datetime = fact(
        Words(en="updated", ja="更新日時"), "lastUpdatedDate", absent=NEVER, read=utc, part=IDENTITY
    )
    """It alone shows another deployment there and back while a run judged."""
    tags: Mapping[str, MaskedValue] = tags_at("tags")
    unplanned: tuple[Unplanned, ...] = fact(BEYOND_THE_PLAN, UNPLANNED, absent=(), part=Part.API)

    @property
    def logs_to_cloudwatch(self) -> bool:
        """Whether API Gateway needs a role for its logs; into Firehose it writes by one of its own."""
        levels = {setting.logging_level for setting in self.settings.values()}
        return ":logs:" in (self.access_log_arn or "") or not levels <= {"OFF"}


STAGE = Kind[Stage](
    words=Words(en="stage", ja="ステージ"),
    service="apigateway",
    section="stages",
    type=Stage,
    calls={
        "stage": ReadCall(
            operation="GetStages",
            under="item",
            pages="item",
            named=by_member("stageName"),
            needs=frozenset({"item"}),
            members={"webAclArn": Closed(WEB_ACL)},
            harmless={
                WHEN: "createdDate",
                "shown to backends that ask for it; Lambda never does": "clientCertificateId",
                "says nothing while no answer is cached, which is judged by the cache's keys": (
                    "cacheClusterSize cacheClusterStatus methodSettings.cacheTtlInSeconds"
                    " methodSettings.cacheDataEncrypted"
                    " methodSettings.requireAuthorizationForCacheControl"
                    " methodSettings.unauthorizedCacheControlHeaderStrategy"
                ),
                "metrics of single methods: they observe, and cost": "methodSettings.metricsEnabled",
                "says which pages describe the API": "documentationVersion",
            },
        )
    },
)


def stages(reading: Reading) -> Section[Stage]:
    ours = api_id(reading)
    if ours is None:
        return {}
    listed = reading.aws.call("apigateway", "get_stages", restApiId=ours).get("item", ())
    aws = reading.aws
    return {
        name: STAGE.of(raw, scope=reading.scope, unplanned=aws.unplanned(STAGE.words, name))
        for raw in listed
        for name in (raw["stageName"],)
    }


READERS = {
    REST_API.section: Reader(rest_apis, REST_API.actions),
    "deployments": Reader(deployments, ("apigateway:GET",)),
    STAGE.section: Reader(stages, STAGE.actions),
}
