"""The custom domain: API Gateway's side of it, its certificate, and the answer of DNS."""

import json
import re
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from aws.bounds import Bound
from aws.dns_records import leading_elsewhere
from aws.door.failures import Gone, ReadFailure
from aws.door.limits import within
from aws.door.listing import every_page
from aws.ledger import Unplanned
from aws.ledgers.apigateway import DOMAIN
from aws.raw import Raw, utc
from aws.reading import Reader, Reading, required
from aws.rest_api import PAGE, api_id
from aws.section import Section
from aws.unreadable import Unreadable
from aws.words import Words, words_of

DEADLINE_S = 5.0


NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


MAPPINGS_ONLY = "BASE_PATH_MAPPING_ONLY"
RENEWAL = timedelta(days=30)
"""ACM renews 60 days ahead; a certificate with less time left than this will not renew by itself."""
TLS_1_2_OR_NEWER = re.compile(
    r"TLS_1_[23]"
    r"|SecurityPolicy_TLS13_1_[23]_\w+"  # minimum version after the newest one
    r"|SecurityPolicy_TLS1[23]_(?:PFS_)?\d{4}_EDGE"
)
"""Policies that refuse TLS 1.0 and 1.1 (API Gateway developer guide, "Supported security policies")."""
NEW_TLS = Bound(
    code="tls_1_2",
    value=None,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomDomain:
    name: str
    status: str
    endpoint_types: tuple[str, ...]
    security_policy: str
    certificate_arn: str | None
    target: str | None
    """Regional domain name: what DNS must answer with."""
    mappings: tuple[BasePath, ...] = ()
    routing: str = MAPPINGS_ONLY
    """Any other mode lets routing rules decide before the mappings, or instead of them."""
    rules: tuple[str, ...] = ()
    """The routing rules, by priority, as JSON text of their conditions and targets."""
    unplanned: tuple[Unplanned, ...] = ()


WEAK_KEYS = frozenset({"RSA_1024", "RSA-1024"})
BROKEN = re.compile(r"MD5|SHA1|SHA-1", re.IGNORECASE)
OF_SERVERS = frozenset({"TLS_WEB_SERVER_AUTHENTICATION", "ANY", "NONE"})
"""Uses of a certificate that let it prove a server's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    arn: str
    status: str
    names: tuple[str, ...]
    not_before: datetime | None
    not_after: datetime | None
    renewal: str = ""
    """State of its renewal; empty if none has begun."""
    renews: bool = True
    """Whether ACM renews it; imported certificates are not renewed."""
    distrusted: tuple[str, ...] = ()
    """Properties that make browsers and phones refuse it, in AWS's terms."""

    def days_left(self, now: datetime) -> int:
        """Return whole days until it expires; 0 if it has no expiry."""
        return (self.not_after - now).days if self.not_after else 0


def covers(pattern: str, name: str) -> bool:
    """Whether a certificate's name covers a host; ``*`` stands for exactly one label."""
    if not pattern.startswith("*."):
        return pattern.lower() == name.lower()
    return pattern[2:].lower() == name.lower().partition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Addresses behind the custom name and behind its target; equal sets mean the record is right."""

    addresses: tuple[str, ...]
    target_addresses: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()
    """Records of its hosted zone that lead callers elsewhere, where the zone is known."""


def domains(reading: Reading) -> Section[CustomDomain]:
    return reading.each(_configured(reading), lambda name: _domain(reading, name))


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
        by_rule = tuple(BasePath(path=one, api_id=ours, stage="") for one in rules if ours in one)
        return (*(one for one in _mappings(reading, name) if one.api_id == ours), *by_rule)

    mapped = reading.each(sorted(others), leading)
    return {name: one for name, one in mapped.items() if one}


def _all_domains(reading: Reading) -> list[Raw]:
    """Return every custom domain of the Region.

    API Gateway's first API leaves out an empty list (seen for base path mappings: aws/aws-sdk-js#1416), so
    an empty answer is compared with what else is known: the configured domain, and the second
    API, which always returns its list. Only edge-optimized domains cannot be compared.
    """
    pages = [*reading.aws.pages("apigateway", "get_domain_names", limit=PAGE)]
    listed = [one for page in pages for one in page.get("items", ())]
    domains = reading.needed("domains").values()
    _require(listed, (one.name for one in domains if isinstance(one, CustomDomain)))
    if not any("items" in page for page in pages):
        second = every_page(reading.aws, "apigatewayv2", "get_domain_names", "Items")
        _require(listed, (one["DomainName"] for one in second))
    return listed


def _require(listed: Iterable[Raw], known: Iterable[str]) -> None:
    if missing := set(known) - {one["domainName"] for one in listed}:
        names = ", ".join(sorted(missing))
        raise ReadFailure.of(
            "apigateway:GetDomainNames",
            f"{names} is not among the answer's items",
            f"応答のitemsに{names}がありません",
        )


def certificates(reading: Reading) -> Section[Certificate]:
    found = reading.needed("domains")
    for name, one in found.items():
        if isinstance(one, Unreadable):
            raise ReadFailure(one.behind(f"domains: {name}"))
    arns = [one.certificate_arn for one in found.values() if one.certificate_arn]
    return reading.each(arns, lambda arn: _certificate(reading, arn))


def resolutions(reading: Reading) -> Section[Resolution]:
    # Read here: items must not wait for sections (see aws.reading).
    known = reading.section("domains")
    return reading.each(_configured(reading), lambda name: _resolution(reading, known, name))


def _configured(reading: Reading) -> list[str]:
    return [reading.scope.domain] if reading.scope.domain else []


def _domain(reading: Reading, name: str) -> CustomDomain:
    found = decode(reading.aws.call("apigateway", "get_domain_name", domainName=name))
    return replace(
        found,
        rules=() if found.routing == MAPPINGS_ONLY else _rules(reading, name),
        mappings=_mappings(reading, name),
        unplanned=reading.aws.unplanned(DOMAIN.en, name),
    )


def decode(raw: Raw) -> CustomDomain:
    """Return the facts of GetDomainName, which has neither mappings nor rules."""
    return CustomDomain(
        name=raw["domainName"],
        status=raw.get("domainNameStatus", ""),
        endpoint_types=tuple(raw.get("endpointConfiguration", {}).get("types", ())),
        security_policy=raw.get("securityPolicy", ""),
        certificate_arn=raw.get("regionalCertificateArn") or raw.get("certificateArn"),
        routing=raw.get("routingMode", MAPPINGS_ONLY),
        target=raw.get("regionalDomainName") or raw.get("distributionDomainName"),
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
        first = _mappings_of_first(reading, name)
    except ReadFailure as failure:
        if second is None or failure.code != "BadRequestException":
            raise
        first = ()
    return tuple(dict.fromkeys((*first, *(second or ()))))


def _mappings_of_second(reading: Reading, name: str) -> tuple[BasePath, ...]:
    listed = every_page(reading.aws, "apigatewayv2", "get_api_mappings", "Items", DomainName=name)
    return tuple(
        BasePath(
            path=_path(one.get("ApiMappingKey", "")),
            api_id=one.get("ApiId", ""),
            stage=one.get("Stage", ""),
        )
        for one in listed
    )


def _rules(reading: Reading, name: str) -> tuple[str, ...]:
    listed = every_page(
        reading.aws, "apigatewayv2", "list_routing_rules", "RoutingRules", DomainName=name
    )
    told = ("Priority", "Conditions", "Actions")
    return tuple(
        json.dumps({key: one[key] for key in told if key in one}, sort_keys=True)
        for one in sorted(listed, key=lambda one: one.get("Priority", 0))
    )


def _mappings_of_first(reading: Reading, name: str) -> tuple[BasePath, ...]:
    listed = reading.aws.listed(
        "apigateway", "get_base_path_mappings", "items", domainName=name, limit=PAGE
    )
    return tuple(map(decode_mapping, listed))


def decode_mapping(raw: Raw) -> BasePath:
    """Return an entry of GetBasePathMappings."""
    return BasePath(
        path=_path(raw.get("basePath", "")),
        api_id=raw.get("restApiId", ""),
        stage=raw.get("stage", ""),
    )


def _path(base_path: str) -> str:
    return "" if base_path == "(none)" else base_path


def _certificate(reading: Reading, arn: str) -> Certificate:
    answer = reading.aws.call("acm", "describe_certificate", CertificateArn=arn)
    return decode_certificate(answer["Certificate"])


def decode_certificate(raw: Raw) -> Certificate:
    names = [raw["DomainName"], *raw.get("SubjectAlternativeNames", ())]
    return Certificate(
        arn=raw["CertificateArn"],
        status=raw["Status"],
        names=tuple(dict.fromkeys(names)),
        not_before=utc(raw.get("NotBefore")),
        not_after=utc(raw.get("NotAfter")),
        renewal=raw.get("RenewalSummary", {}).get("RenewalStatus", ""),
        renews=raw.get("RenewalEligibility") != "INELIGIBLE",
        distrusted=tuple(_distrusted(raw)),
    )


def _distrusted(raw: Raw) -> Iterator[str]:
    """Yield what no phone accepts (ACM user guide, "Certificate transparency logging"; Apple's and Chromium's root programs)."""
    logged = raw.get("Options", {}).get("CertificateTransparencyLoggingPreference")
    usages = [one.get("Name") for one in raw.get("ExtendedKeyUsages", ())]
    if raw.get("Type") == "PRIVATE":
        yield "Type PRIVATE"
    if logged == "DISABLED":
        yield "CertificateTransparencyLoggingPreference DISABLED"
    if raw.get("KeyAlgorithm") in WEAK_KEYS:
        yield f"KeyAlgorithm {raw['KeyAlgorithm']}"
    if BROKEN.search(signed := raw.get("SignatureAlgorithm", "")):
        yield f"SignatureAlgorithm {signed}"
    if usages and not OF_SERVERS & {*usages}:
        yield f"ExtendedKeyUsages {', '.join(map(str, usages))}"


def _resolution(reading: Reading, known: Section[CustomDomain], name: str) -> Resolution:
    target = required(known, "domains", name).target
    return Resolution(
        addresses=_addresses(reading, name),
        target_addresses=_addresses(reading, target) if target else (),
        elsewhere=leading_elsewhere(reading, name, target),
    )


def _addresses(reading: Reading, name: str) -> tuple[str, ...]:
    try:
        return within(DEADLINE_S, partial(reading.resolve, name))
    except OSError as error:
        raise _no_answer(name, error) from None


def _no_answer(name: str, error: OSError) -> ReadFailure:
    said, told = f"{type(error).__name__}: {error}", words_of(error)
    return ReadFailure.of(f"DNS: {name}", said, f"{type(error).__name__}: {told.ja}")


def resolve(name: str) -> tuple[str, ...]:
    """Return the sorted addresses behind a name, empty if it has none. Raises OSError if DNS gives no answer."""
    try:
        found = socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in NO_SUCH_NAME:
            return ()
        raise
    return tuple(sorted({str(address[0]) for *_, address in found}))


READERS = {
    "api_mappings": Reader(api_mappings, ("apigateway:GET", "apigateway:ListRoutingRules")),
    "domains": Reader(domains, ("apigateway:GET", "apigateway:ListRoutingRules")),
    "certificates": Reader(certificates, ("acm:DescribeCertificate",)),
    "resolutions": Reader(resolutions, ("route53:ListResourceRecordSets",)),
}
