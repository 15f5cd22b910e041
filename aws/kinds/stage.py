"""API Gateway: the stages of the API, with the settings of their methods."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws.kind import BEYOND_THE_PLAN, NAME, UNPLANNED, Kind, ReadCall, fact
from aws.kinds.rest_api import DESCRIPTION, api_id
from aws.kinds.statements import TAGS, described
from aws.ledger import WHEN, Closed, Unplanned, answered
from aws.part import IDENTITY, PLANNED_BY, TEXT, Part
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.redaction.secret_text import MaskedValue
from aws.section import Section
from aws.words import Words

CACHE = Words(en="cache enabled", ja="キャッシュ有効")
TRACING = Words(en="tracing", ja="トレース")
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


def _settings(found: Mapping[str, Raw]) -> Mapping[str, MethodSetting]:
    return {_path(key): _setting(setting) for key, setting in found.items()}


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
    deployment_id: str = fact(Words(en="deployment", ja="デプロイ"), "deploymentId", part=IDENTITY)
    description: str = fact(DESCRIPTION, "description", absent="", part=TEXT)
    variables: Mapping[str, MaskedValue] = fact(
        Words(en="variables", ja="変数"), "variables", absent={}, read_in=described
    )
    settings: Mapping[str, MethodSetting] = fact(
        Words(en="settings", ja="設定"),
        "methodSettings",
        absent={},
        read=_settings,
        covers="methodSettings.loggingLevel methodSettings.dataTraceEnabled"
        " methodSettings.throttlingBurstLimit methodSettings.throttlingRateLimit"
        " methodSettings.cachingEnabled",
        part=Part.API,
        inner={"rate": Part.CAPACITY, "burst": Part.CAPACITY},
    )
    cache_enabled: bool = fact(
        CACHE,
        "cacheClusterEnabled",
        absent=False,
        part=Part.API,
    )
    access_log_arn: str | None = fact(ACCESS_LOG, "accessLogSettings.destinationArn", absent=None)
    access_log_format: str | None = fact(
        ACCESS_LOG_FORMAT,
        "accessLogSettings.format",
        absent=None,
    )
    tracing: bool = fact(TRACING, "tracingEnabled", absent=False)
    canary_percent: float | None = fact(
        Words(en="canary (%)", ja="カナリア（%）"),
        "canarySettings",
        absent=None,
        read=lambda canary: canary.get("percentTraffic", 0.0),
        part=Part.API,
    )
    tags: Mapping[str, MaskedValue] = fact(TAGS, "tags", absent={}, read_in=described)
    unplanned: tuple[Unplanned, ...] = fact(BEYOND_THE_PLAN, UNPLANNED, absent=(), part=Part.API)


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
            named=answered("stageName"),
            needs=frozenset({"item"}),
            members={"webAclArn": Closed(WEB_ACL)},
            harmless={
                WHEN: "createdDate lastUpdatedDate",
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


def decode(raw: Raw, **place: Any) -> Stage:
    return STAGE.decode({"stage": raw}, **place)


def stages(reading: Reading) -> Section[Stage]:
    ours = api_id(reading)
    if ours is None:
        return {}
    listed = reading.aws.call("apigateway", "get_stages", restApiId=ours).get("item", ())
    aws, words = reading.aws, STAGE.words.en
    return {
        name: decode(raw, scope=reading.scope, unplanned=aws.unplanned(words, name))
        for raw in listed
        for name in (raw["stageName"],)
    }


READERS = {STAGE.section: Reader(stages, STAGE.actions)}
