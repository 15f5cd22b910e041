"""API Gateway: the API by its name, its stages with their settings, and its deployments."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from aws.bounds import exactly, one_of
from aws.ledger import Unplanned
from aws.ledgers.apigateway import REST_API, STAGE
from aws.raw import Raw, utc
from aws.reading import Reader, Reading
from aws.redaction.secret_text import MaskedValue
from aws.section import Section
from aws.words import Words

PAGE = 500
DRAFT = re.compile(r"\bsha256:([0-9a-f]{64})\b")
"""The digest of the draft in a deployment's description: AWS lets nobody read what an earlier deployment would serve."""
NEVER = datetime.min.replace(tzinfo=UTC)
"""Of an API that does not say when it was made; only namesakes are put in order by it."""


ENDPOINT = Words(en="endpoint type", ja="エンドポイントタイプ")
REACHED = Words(en="public address", ja="公開アドレス")
PUBLIC = {ENDPOINT: one_of(("REGIONAL",), ("EDGE",)), REACHED: exactly(value=True)}
"""What everybody can reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestApi:
    id: str
    name: str
    created: datetime
    endpoint_types: tuple[str, ...] = ()
    execute_api_disabled: bool = False
    policy: str | None = None
    tags: Mapping[str, MaskedValue] = field(default_factory=dict)
    unplanned: tuple[Unplanned, ...] = ()
    """What nobody planned of the API itself; of its methods, the draft says it."""

    def facts(self, *, by_domain: bool) -> Mapping[Words, object]:
        """The facts that have a bound; ``by_domain``: it is called by a domain of its own."""
        closed = self.execute_api_disabled and not by_domain
        return {ENDPOINT: self.endpoint_types, REACHED: not closed}


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSetting:
    """Keyed ``*/*`` or ``path/VERB``. A rate or burst of None is not set here."""

    rate: float | None = None
    burst: int | None = None
    caching: bool = False
    data_trace: bool = False
    logging_level: str = "OFF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    name: str
    deployment_id: str
    description: str = ""
    variables: Mapping[str, MaskedValue] = field(default_factory=dict)
    settings: Mapping[str, MethodSetting] = field(default_factory=dict)
    cache_enabled: bool = False
    access_log_arn: str | None = None
    access_log_format: str | None = None
    tracing: bool = False
    canary_percent: float | None = None
    tags: Mapping[str, MaskedValue] = field(default_factory=dict)
    unplanned: tuple[Unplanned, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    id: str
    created: datetime
    description: str = ""

    @property
    def draft(self) -> str | None:
        """The digest of the draft that it froze, where the procedure `api` wrote it into the description."""
        found = DRAFT.search(self.description)
        return found[1] if found else None


def found(reading: Reading) -> list[Raw]:
    """Every REST API of the Region."""
    return reading.aws.listed("apigateway", "get_rest_apis", "items", limit=PAGE)


def names(reading: Reading) -> list[str]:
    return [raw["name"] for raw in reading.source(found) if "name" in raw]


def rest_apis(reading: Reading) -> Section[tuple[RestApi, ...]]:
    name = reading.scope.api
    same = [_rest_api(reading, raw) for raw in reading.source(found) if raw.get("name") == name]
    return {name: tuple(sorted(same, key=lambda one: (one.created, one.id)))} if same else {}


def api_id(reading: Reading) -> str | None:
    """Return the id of the planned API, the oldest of its name; None where there is none."""
    same = reading.needed("rest_apis").get(reading.scope.api, ())
    return same[0].id if same else None


def stages(reading: Reading) -> Section[Stage]:
    ours = api_id(reading)
    if ours is None:
        return {}
    listed = reading.aws.call("apigateway", "get_stages", restApiId=ours).get("item", ())
    return {raw["stageName"]: _stage(reading, raw) for raw in listed}


def deployments(reading: Reading) -> Section[tuple[Deployment, ...]]:
    ours = api_id(reading)
    if ours is None:
        return {}
    listed = reading.aws.listed(
        "apigateway", "get_deployments", "items", restApiId=ours, limit=PAGE
    )
    newest_first = sorted(listed, key=lambda raw: raw["createdDate"], reverse=True)
    return {reading.scope.api: tuple(decode_deployment(raw) for raw in newest_first)}


def _rest_api(reading: Reading, raw: Raw) -> RestApi:
    return replace(
        decode(raw),
        tags=reading.scope.described(raw.get("tags", {})),
        unplanned=reading.aws.unplanned(REST_API.en, raw["name"]),
    )


def decode(raw: Raw) -> RestApi:
    """Return an API's facts, but for its tags, whose values may be secrets."""
    return RestApi(
        id=raw["id"],
        name=raw["name"],
        created=utc(raw.get("createdDate")) or NEVER,
        endpoint_types=tuple(raw.get("endpointConfiguration", {}).get("types", ())),
        execute_api_disabled=raw.get("disableExecuteApiEndpoint", False),
        policy=_policy(raw.get("policy")),
    )


def _policy(text: str | None) -> str | None:
    """Undo what API Gateway does to a resource policy: its quotes come escaped once too often."""
    if not text:
        return None
    try:
        json.loads(text)
    except ValueError:
        return text.replace('\\"', '"')
    return text


def _stage(reading: Reading, raw: Raw) -> Stage:
    return replace(
        decode_stage(raw),
        variables=reading.scope.described(raw.get("variables", {})),
        tags=reading.scope.described(raw.get("tags", {})),
        unplanned=reading.aws.unplanned(STAGE.en, raw["stageName"]),
    )


def decode_stage(raw: Raw) -> Stage:
    """Return a stage's facts, but for variables and tags, whose values may be secrets."""
    log, canary = raw.get("accessLogSettings") or {}, raw.get("canarySettings")
    settings = raw.get("methodSettings") or {}
    return Stage(
        name=raw["stageName"],
        deployment_id=raw["deploymentId"],
        description=raw.get("description", ""),
        settings={_path(key): _setting(setting) for key, setting in settings.items()},
        cache_enabled=raw.get("cacheClusterEnabled", False),
        access_log_arn=log.get("destinationArn"),
        access_log_format=log.get("format"),
        tracing=raw.get("tracingEnabled", False),
        canary_percent=canary.get("percentTraffic", 0.0) if canary is not None else None,
    )


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


def decode_deployment(raw: Raw) -> Deployment:
    return Deployment(
        id=raw["id"], created=utc(raw["createdDate"]), description=raw.get("description", "")
    )


READERS = {
    "rest_apis": Reader(rest_apis, ("apigateway:GET",)),
    "stages": Reader(stages, ("apigateway:GET",)),
    "deployments": Reader(deployments, ("apigateway:GET",)),
}
