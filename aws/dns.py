"""DNS: what the hosted zone answers for the domain's name, and the addresses behind it and its target."""

import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aws.door.failures import ReadFailure
from aws.door.sessions import within
from aws.kinds.domain import CustomDomain, configured
from aws.reading import Reader, Reading, required
from aws.section import Section
from aws.words import words_of

ADDRESSING = frozenset({"A", "AAAA", "CNAME", "HTTPS", "SVCB"})
"""Types of records by which a caller finds a server."""
POLICIES = (
    *("Weight", "Region", "Failover"),
    *("GeoLocation", "GeoProximityLocation", "CidrRoutingConfig"),
)
"""Members that say which callers a record of several is for."""
BY_PLACE = {"GeoLocation": "CountryCode", "CidrRoutingConfig": "LocationName"}
"""Those of which one is for all other callers -> what then is ``*``."""
OF_ITSELF = re.compile(r"[1-9]\d* \.( (no-default-)?alpn(=\S+)?)*")
"""What an HTTPS record says of the name's own addresses: which protocols they speak (RFC 9460)."""
DEADLINE_S = 5.0
NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


def leading_elsewhere(reading: Reading, name: str, target: str | None) -> tuple[str, ...]:
    """Return the records of a name that lead callers elsewhere than to the target; none without a hosted zone.

    DNS itself shows one answer at a time: a record for a tenth of the callers, or for those of one country, stays unseen.
    """
    zone = reading.scope.hosted_zone
    if zone is None:
        return ()
    answer = reading.aws.call(
        "route53", "list_resource_record_sets", HostedZoneId=zone, StartRecordName=name
    )
    records = (
        record_set
        for record_set in answer["ResourceRecordSets"]
        if plain(record_set["Name"]) == plain(name)
    )
    addressing = [record for record in records if record["Type"] in ADDRESSING]
    astray = (_described(entry) for entry in addressing if _leads_to(entry) - {plain(target or "")})
    return (*astray, *_unanswered(addressing))


def _unanswered(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the records by place or network that lack the one for all others, whose callers get no answer (Route 53)."""
    places: dict[tuple[str, str], set[str | None]] = {}
    for record in records:
        for how, member in BY_PLACE.items():
            if place := record.get(how):
                places.setdefault((record["Type"], how), set()).add(place.get(member))
    yield from (
        f"{kind} -> nowhere ({how} without default)"
        for (kind, how), of in places.items()
        if "*" not in of
    )


def _leads_to(record: Mapping[str, Any]) -> set[str]:
    answers = [entry["Value"] for entry in record.get("ResourceRecords", ())]
    values = [value for value in answers if not OF_ITSELF.fullmatch(value)]
    alias = record.get("AliasTarget", {}).get("DNSName")
    return {plain(value) for value in (*values, *((alias,) if alias else ()))}


def _described(record: Mapping[str, Any]) -> str:
    to = ", ".join(sorted(_leads_to(record)))
    policy = [f"{name} {record[name]}" for name in POLICIES if name in record]
    return " ".join((record["Type"], "->", to, *(f"({name})" for name in policy)))


def plain(name: str) -> str:
    """Return a name as DNS compares it: Route 53 and ACM write a final dot, people do not."""
    return name.rstrip(".").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Addresses behind the custom name and behind its target; equal sets mean the record is right."""

    addresses: tuple[str, ...]
    target_addresses: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()
    """Records of its hosted zone that lead callers elsewhere, where the zone is known."""


def resolutions(reading: Reading) -> Section[Resolution]:
    # Read here: items must not wait for sections (see aws.reading).
    domains = reading.section("domains")
    return reading.each(configured(reading), lambda name: _resolution(reading, domains, name))


def _resolution(reading: Reading, domains: Section[CustomDomain], name: str) -> Resolution:
    target = required(domains, "domains", name).target
    return Resolution(
        addresses=_addresses(reading, name),
        target_addresses=_addresses(reading, target) if target else (),
        elsewhere=leading_elsewhere(reading, name, target),
    )


def _addresses(reading: Reading, name: str) -> tuple[str, ...]:
    try:
        return within(DEADLINE_S, partial(reading.resolve, name))
    except OSError as error:
        kind, words = type(error).__name__, words_of(error)
        raise ReadFailure.of(f"DNS: {name}", f"{kind}: {error}", f"{kind}: {words.ja}") from None


def resolve(name: str) -> tuple[str, ...]:
    """Return the sorted addresses behind a name, empty if it has none. Raises OSError if DNS gives no answer."""
    try:
        records = socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in NO_SUCH_NAME:
            return ()
        raise
    return tuple(sorted({str(address[0]) for *_, address in records}))


READERS = {"resolutions": Reader(resolutions, ("route53:ListResourceRecordSets",))}
