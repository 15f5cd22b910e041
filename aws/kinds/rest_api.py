"""API Gateway: the API by its name, and its deployments."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aws.bounds import exactly, one_of
from aws.kind import BEYOND_THE_PLAN, NAME, POLICY, UNPLANNED, Kind, ReadCall, fact
from aws.kinds.statements import ID, TAGS, described
from aws.ledger import LABELS, NAMES, Closed, Unplanned, answered, only
from aws.ledgers.apigateway import ACCESS_MODE
from aws.part import IDENTITY, PLANNED_BY, LeftOut, Part
from aws.raw import Raw, utc
from aws.reading import Reader, Reading
from aws.redaction.secret_text import MaskedValue
from aws.section import Section
from aws.words import Words

PAGE = 500
DRAFT = re.compile(r"\bsha256:([0-9a-f]{64})\b")
"""The digest of the draft in a deployment's description: AWS has no call that reads what an earlier deployment would serve."""
NEVER = datetime.min.replace(tzinfo=UTC)
"""Of an API that does not say when it was made; only namesakes are put in order by it."""


BINARY = Words(en="binary media types", ja="バイナリメディアタイプ")
COMPRESSION = Words(en="minimum compression size", ja="圧縮の最小サイズ")
KEY_SOURCE = Words(en="API key source", ja="APIキーの取得元")
VPC_ENDPOINTS = Words(en="VPC endpoints", ja="VPCエンドポイント")
OTHER_STAGES = Words(en="other stages", ja="他のステージ")
MORE_METHODS = Words(en="methods beyond the contract", ja="API仕様にないメソッド")
STATUS = Words(en="status", ja="状態")
DESCRIPTION = Words(en="description", ja="説明")
ENDPOINT = Words(en="endpoint type", ja="エンドポイントタイプ")
REACHED = Words(en="public address", ja="公開アドレス")
PUBLIC = {ENDPOINT: one_of(("REGIONAL",), ("EDGE",)), REACHED: exactly(value=True)}
"""The endpoint type that is public."""


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
    tags: Mapping[str, MaskedValue] = fact(
        TAGS, "tags", absent={}, read_in=described, part=Part.CONFIGURATION
    )
    unplanned: tuple[Unplanned, ...] = fact(BEYOND_THE_PLAN, UNPLANNED, absent=())
    """What is unplanned in the API itself; the draft shows it for its methods."""

    def facts(self, *, by_domain: bool) -> Mapping[Words, object]:
        """The facts that have a bound; ``by_domain``: it is called by a domain of its own."""
        closed = self.execute_api_disabled and not by_domain
        return {ENDPOINT: self.endpoint_types, REACHED: not closed}


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
            named=answered("name"),
            needs=frozenset({"items"}),
            members={
                "binaryMediaTypes": Closed(BINARY),
                "minimumCompressionSize": Closed(COMPRESSION, usual=lambda found: found < 0),
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
    newest_first = sorted(listed, key=lambda raw: raw["createdDate"], reverse=True)
    return {reading.scope.api: tuple(decode_deployment(raw) for raw in newest_first)}


def _rest_api(reading: Reading, raw: Raw) -> RestApi:
    unplanned = reading.aws.unplanned(REST_API.words.en, raw["name"])
    return decode(raw, scope=reading.scope, unplanned=unplanned)


def decode(raw: Raw, **place: Any) -> RestApi:
    return REST_API.decode({"api": raw}, **place)


def decode_deployment(raw: Raw) -> Deployment:
    return Deployment(
        id=raw["id"], created=utc(raw["createdDate"]), description=raw.get("description", "")
    )


READERS = {
    REST_API.section: Reader(rest_apis, REST_API.actions),
    "deployments": Reader(deployments, ("apigateway:GET",)),
}
