"""DNS records (guide step 5): set in the environment's hosted zone, or printed for the person who manages the DNS."""

from dataclasses import dataclass
from typing import Any

from aws.change.gate import ChangeContext, Changes, Refused, difference
from aws.desired import CustomDomain
from aws.dns import plain
from aws.kind.description import VALUE
from aws.words import Words

TTL_S = 300
RECORD = Words(en="DNS record", ja="DNSレコード")


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord:
    """``zone`` is the hosted zone of an alias's target; None for a plain record."""

    name: str
    kind: str
    value: str
    zone: str | None = None


def converge(context: ChangeContext, domain: CustomDomain, record: DnsRecord) -> Changes:
    """Set the record in the environment's hosted zone; without one, print what has to be set by hand.

    A record that points elsewhere is in use there: it is replaced only after a person agreed.
    """
    if domain.hosted_zone is None:
        kind = "CNAME" if record.zone else record.kind
        context.say(
            en=f"set in DNS, by hand: {record.name} {kind} {record.value}",
            ja=f"DNSに手動で設定します: {record.name} {kind} {record.value}",
        )
        return ()
    name = RECORD.named(f"{record.name} {record.kind}")
    current = _current_record(context, domain.hosted_zone, record)
    desired = {VALUE: plain(record.value)}
    changes = difference(name, {VALUE: current}, desired, destroying=(VALUE,))
    return context.settle(changes, lambda: _upsert(context, str(domain.hosted_zone), record))


def _current_record(context: ChangeContext, zone: str, record: DnsRecord) -> str | None:
    answer = context.client("route53").list_resource_record_sets(
        HostedZoneId=zone, StartRecordName=record.name, StartRecordType=record.kind, MaxItems="1"
    )
    sets = answer["ResourceRecordSets"]
    for record_set in (entry for entry in sets if plain(entry["Name"]) == plain(record.name)):
        values = [plain(each["Value"]) for each in record_set.get("ResourceRecords", [])]
        value = ", ".join(values) or plain(record_set.get("AliasTarget", {}).get("DNSName", ""))
        if record_set["Type"] == record.kind:
            return value
        if record_set["Type"] == "CNAME":
            return _beside_a_cname(record, value)
    return None


def _beside_a_cname(record: DnsRecord, target: str) -> str:
    """Return the target of a CNAME, as the guide sets it, if it is ours. Refused else: DNS allows no record beside it."""
    if target != plain(record.value):
        raise Refused(
            en=f"{record.name} is a CNAME to {target}, beside which DNS takes no {record.kind} record:"
            f" find out who uses it, then set it to {record.value} by hand or delete it, then run it again",
            ja=f"{record.name}は{target}へのCNAMEで、{record.kind}レコードと併用できません。利用者を確認し、手動で{record.value}に変えるか削除してから再実行してください",
        )
    return target


def _upsert(context: ChangeContext, zone: str, record: DnsRecord) -> None:
    answer: dict[str, Any] = {"TTL": TTL_S, "ResourceRecords": [{"Value": record.value}]}
    if record.zone:
        target = {"DNSName": record.value, "HostedZoneId": record.zone}
        answer = {"AliasTarget": {**target, "EvaluateTargetHealth": False}}
    record_set = {"Name": record.name, "Type": record.kind, **answer}
    change = {"Action": "UPSERT", "ResourceRecordSet": record_set}
    context.client("route53").change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [change]}
    )
