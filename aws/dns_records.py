"""Route 53: what the environment's hosted zone answers for a name, to everybody or to a share of the callers."""

from collections.abc import Mapping
from typing import Any

from aws.reading import Reading

ADDRESSING = frozenset({"A", "AAAA", "CNAME", "HTTPS", "SVCB"})
"""Types of records by which a caller finds a server."""
POLICIES = (
    "Weight",
    "Region",
    "Failover",
    "GeoLocation",
    "GeoProximityLocation",
    "CidrRoutingConfig",
)
"""Members that say which callers a record of several is for."""


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
    addressing = (record for record in records if record["Type"] in ADDRESSING)
    return tuple(_told(entry) for entry in addressing if _leads_to(entry) != {plain(target or "")})


def _leads_to(record: Mapping[str, Any]) -> set[str]:
    values = [entry["Value"] for entry in record.get("ResourceRecords", ())]
    alias = record.get("AliasTarget", {}).get("DNSName")
    return {plain(value) for value in (*values, *((alias,) if alias else ()))}


def _told(record: Mapping[str, Any]) -> str:
    to = ", ".join(sorted(_leads_to(record))) or "nowhere"
    policy = [f"{name} {record[name]}" for name in POLICIES if name in record]
    return " ".join((record["Type"], "->", to, *(f"({name})" for name in policy)))


def plain(name: str) -> str:
    """Return a name as DNS compares it: Route 53 and ACM write a final dot, people do not."""
    return name.rstrip(".").lower()
