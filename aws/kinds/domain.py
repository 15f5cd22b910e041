"""API Gateway: the custom domain, its mappings, and other domains that lead to the API."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aws.bounds import Bound
from aws.door.clients import every_page
from aws.door.failures import Gone, ReadFailure
from aws.kind.description import (
    BEYOND_THE_PLAN,
    JUDGED_EACH_RUN,
    NAME,
    PLANNED_BY,
    ROUTING,
    STATUS,
    UNPLANNED,
    Part,
    ReadCall,
    fact,
)
from aws.kind.engine import Kind
from aws.kinds.rest_api import ENDPOINT, PAGE, api_id
from aws.ledger import LABELS, NAMES, WHEN, Closed, Ledger, Unplanned, by_member, only, operation
from aws.ledgers import ACCESS_MODE, TAGS
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.section import Section
from aws.words import Words

ITS_CERTIFICATE = Words(en="certificate", ja="証明書")
TLS = Words(en="security policy", ja="セキュリティポリシー")
MAPPINGS = Words(en="mappings to the API", ja="このAPIへのマッピング")
OTHER_MAPPINGS = Words(en="other mappings", ja="他のマッピング")
MUTUAL_TLS = Words(en="mutual TLS", ja="相互TLS認証")
MAPPINGS_ONLY = "BASE_PATH_MAPPING_ONLY"
EMPTY_PATH = "(none)"
"""How API Gateway names the mapping of the empty path."""
TLS_1_2_OR_NEWER = re.compile(
    r"TLS_1_[23]"
    r"|SecurityPolicy_TLS13_1_[23]_\w+"  # minimum version after the newest one
    r"|SecurityPolicy_TLS1[23]_(?:PFS_)?\d{4}_EDGE"
)
"""Policies that refuse TLS 1.0 and 1.1 (API Gateway developer guide, "Supported security policies")."""
NEW_TLS = Bound(
    holds=lambda policy: TLS_1_2_OR_NEWER.fullmatch(policy or "") is not None,
    words=Words(en="a policy that refuses TLS 1.0 and 1.1", ja="TLS 1.0と1.1を拒否するもの"),
    prefers="TLS_1_2",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePath:
    """``path`` is empty for the root."""

    path: str
    api_id: str
    stage: str


def _either(*names: str) -> Callable[[Raw], str | None]:
    """Return the first of these members that an answer has: of a regional domain, or of an edge-optimized."""
    return lambda raw: next((raw[name] for name in names if raw.get(name)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomDomain:
    name: str = fact(NAME, "domainName", part=PLANNED_BY)
    status: str = fact(STATUS, "domainNameStatus", absent="", part=JUDGED_EACH_RUN)
    endpoint_types: tuple[str, ...] = fact(
        ENDPOINT, "endpointConfiguration.types", absent=(), read=tuple
    )
    security_policy: str = fact(TLS, "securityPolicy", absent="")
    certificate_arn: str | None = fact(
        ITS_CERTIFICATE,
        "",
        absent=None,
        read=_either("regionalCertificateArn", "certificateArn"),
        covers="regionalCertificateArn certificateArn",
    )
    target: str | None = fact(
        Words(en="target", ja="ターゲット"),
        "",
        absent=None,
        read=_either("regionalDomainName", "distributionDomainName"),
        covers="regionalDomainName distributionDomainName",
    )
    """Regional domain name: what DNS must answer with."""
    mappings: tuple[BasePath, ...] = fact(
        Words(en="mappings", ja="マッピング"), "@mappings", absent=()
    )
    routing: str = fact(Words(en="routing", ja="ルーティング"), "routingMode", absent=MAPPINGS_ONLY)
    """Any other mode lets routing rules decide before the mappings, or instead of them."""
    rules: tuple[str, ...] = fact(ROUTING, "@rules", absent=())
    """The routing rules, by priority, as JSON text of their conditions and targets."""
    unplanned: tuple[Unplanned, ...] = fact(BEYOND_THE_PLAN, UNPLANNED, absent=())


DOMAIN = Kind[CustomDomain](
    words=Words(en="custom domain", ja="カスタムドメイン"),
    service="apigateway",
    section="domains",
    type=CustomDomain,
    part=Part.API,
    calls={
        "domain": ReadCall(
            operation="GetDomainName",
            named=by_member("domainName"),
            needs=frozenset({"domainName"}),
            members={
                "endpointAccessMode": Closed(ACCESS_MODE, usual=only("BASIC")),
                "mutualTlsAuthentication": Closed(MUTUAL_TLS, shows="truststoreUri"),
                "tags": TAGS,
            },
            harmless={
                NAMES: "domainNameId domainNameArn certificateName regionalHostedZoneId regionalCertificateName distributionHostedZoneId",
                WHEN: "certificateUploadDate",
                LABELS: "domainNameStatusMessage",
                "IPv6 is offered beside IPv4, or is not": "endpointConfiguration.ipAddressType",
                "of private domains, which are red as such": "endpointConfiguration.vpcEndpointIds",
                "proves to AWS whose name it is": "ownershipVerificationCertificateArn",
                "who may associate a private domain; ours is regional": "managementPolicy",
                "who may call a private domain; ours is regional": "policy",
            },
        )
    },
)
LEDGER: Ledger = {
    "apigateway:GetDomainNames": operation(
        "items", members=DOMAIN.ledger["apigateway:GetDomainName"].members
    ),
    "apigateway:GetBasePathMappings": operation("items", judged="basePath restApiId stage"),
}


def domains(reading: Reading) -> Section[CustomDomain]:
    return reading.each(configured(reading), lambda name: _domain(reading, name))


def api_mappings(reading: Reading) -> Section[tuple[BasePath, ...]]:
    """Read the mappings of other custom domains to our API; domains without one are left out."""
    ours = api_id(reading)
    if ours is None:
        return {}
    others = {
        raw["domainName"]: raw.get("routingMode", MAPPINGS_ONLY) for raw in _all_domains(reading)
    }
    others.pop(reading.scope.domain or "", None)

    def leading(name: str) -> tuple[BasePath, ...]:
        rules = () if others[name] == MAPPINGS_ONLY else _rules(reading, name)
        by_rule = tuple(
            BasePath(path=rule, api_id=ours, stage="") for rule in rules if ours in rule
        )
        return (
            *(mapping for mapping in _mappings(reading, name) if mapping.api_id == ours),
            *by_rule,
        )

    mapped = reading.each(sorted(others), leading)
    return {name: value for name, value in mapped.items() if value}


def _all_domains(reading: Reading) -> list[Raw]:
    """Return every custom domain of the Region.

    API Gateway's first API leaves out an empty list (seen for base path mappings: aws/aws-sdk-js#1416), so
    an empty answer is compared with what else is known: the configured domain, and the second
    API, which always returns its list. Only edge-optimized domains cannot be compared.
    """
    pages = [*reading.aws.pages("apigateway", "get_domain_names", limit=PAGE)]
    listed = [item for page in pages for item in page.get("items", ())]
    domains = reading.needed("domains").values()
    _require(listed, (domain.name for domain in domains if isinstance(domain, CustomDomain)))
    if not any("items" in page for page in pages):
        second = every_page(reading.aws, "apigatewayv2", "get_domain_names", "Items")
        _require(listed, (entry["DomainName"] for entry in second))
    return listed


def _require(listed: Iterable[Raw], planned: Iterable[str]) -> None:
    if missing := set(planned) - {entry["domainName"] for entry in listed}:
        names = ", ".join(sorted(missing))
        raise ReadFailure.of(
            "apigateway:GetDomainNames",
            f"{names} is not among the answer's items",
            f"応答のitemsに{names}がありません",
        )


def configured(reading: Reading) -> list[str]:
    return [reading.scope.domain] if reading.scope.domain else []


def _domain(reading: Reading, name: str) -> CustomDomain:
    raw = reading.aws.call("apigateway", "get_domain_name", domainName=name)
    by_rules = raw.get("routingMode", MAPPINGS_ONLY) != MAPPINGS_ONLY
    return DOMAIN.of(
        raw,
        rules=_rules(reading, name) if by_rules else (),
        mappings=_mappings(reading, name),
        unplanned=reading.aws.unplanned(DOMAIN.words, name),
    )


def _mappings(reading: Reading, name: str) -> tuple[BasePath, ...]:
    """Return the mappings from both APIs: the first lacks multi-level paths, the second edge-optimized domains."""
    # Where the first answers nothing, which means that there are none, the second still tells all but
    # those of edge-optimized domains.
    try:
        second: tuple[BasePath, ...] | None = _mappings_of_second(reading, name)
    except Gone:
        second = None
    try:
        query = {"domainName": name, "limit": PAGE}
        listed = reading.aws.listed("apigateway", "get_base_path_mappings", "items", **query)
        first = tuple(map(decode_mapping, listed))
    except ReadFailure as failure:
        if second is None or failure.code != "BadRequestException":
            raise
        first = ()
    return tuple(dict.fromkeys((*first, *(second or ()))))


def _mappings_of_second(reading: Reading, name: str) -> tuple[BasePath, ...]:
    listed = every_page(reading.aws, "apigatewayv2", "get_api_mappings", "Items", DomainName=name)
    return tuple(
        BasePath(
            path=_path(entry.get("ApiMappingKey", "")),
            api_id=entry.get("ApiId", ""),
            stage=entry.get("Stage", ""),
        )
        for entry in listed
    )


def _rules(reading: Reading, name: str) -> tuple[str, ...]:
    listed = every_page(
        reading.aws, "apigatewayv2", "list_routing_rules", "RoutingRules", DomainName=name
    )
    members = ("Priority", "Conditions", "Actions")
    return tuple(
        json.dumps({key: entry[key] for key in members if key in entry}, sort_keys=True)
        for entry in sorted(listed, key=lambda item: item.get("Priority", 0))
    )


def decode_mapping(raw: Raw) -> BasePath:
    """Return an entry of GetBasePathMappings."""
    return BasePath(
        path=_path(raw.get("basePath", "")),
        api_id=raw.get("restApiId", ""),
        stage=raw.get("stage", ""),
    )


def _path(base_path: str) -> str:
    return "" if base_path == EMPTY_PATH else base_path


_READ = (*DOMAIN.actions, "apigateway:ListRoutingRules")
READERS = {"api_mappings": Reader(api_mappings, _READ), DOMAIN.section: Reader(domains, _READ)}
