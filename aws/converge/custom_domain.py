"""The custom domain of the API (guide step 5): its certificate, its mapping, and the records of its zone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aws.change import (
    Change,
    ChangeContext,
    Changes,
    Refused,
    difference,
    unless_absent,
)
from aws.converge import rest_api
from aws.converge.tags import tag_list
from aws.desired import Api, Domain
from aws.words import Words

POLICY = "TLS_1_2"
ROOT = "(none)"
"""How API Gateway names the mapping of the empty path."""
UNKNOWN_ARN = "the certificate, once it is issued"


def converge(context: ChangeContext, domain: Domain) -> Changes:
    """Create the regional domain with its certificate, or attach the one it should have."""
    found = _found(context, domain)
    if found:
        _refuse_unless_regional(domain, found)
    arn = _certificate(context, domain, found)
    wanted = {"endpoint": "REGIONAL", "security policy": POLICY, "certificate": arn}
    have = found and {
        "endpoint": "REGIONAL",
        "security policy": _policy(found),
        "certificate": found.get("regionalCertificateArn"),
    }
    changes = difference(f"domain {domain.name}", have, wanted)
    return context.settle(changes, lambda: _apply(context, domain, changes, absent=found is None))


def converge_mapping(context: ChangeContext, domain: Domain, api: Api) -> Changes:
    """Lead the path of the domain to the stage; other paths are left alone.

    Where it leads elsewhere, callers get another API from one moment to the next: only after asking.
    """
    api_id = rest_api.needed(context, api)
    found = _mapping(context, domain)
    wanted = {"api": api_id, "stage": api.stage}
    have = found and {"api": found["restApiId"], "stage": found.get("stage")}
    name = f"mapping {domain.name}/{domain.base_path}"
    changes = difference(name, have, wanted, destroying=("api", "stage"))
    return context.settle(changes, lambda: _map(context, domain, wanted, absent=found is None))


def converge_record(context: ChangeContext, domain: Domain) -> Changes:
    """Lead the name to the domain's target; in Route 53 by an alias, which also works at a zone's apex."""
    found = _found(context, domain)
    if found is None:
        if context.go:
            raise Refused(
                Words(
                    en=f"domain {domain.name} does not exist: run the steps before this one",
                    ja=f"ドメイン{domain.name}が存在しません。これより前のステップを実行してください",
                )
            )
        return ()
    record = DnsRecord(
        name=domain.name,
        kind="A",
        value=found["regionalDomainName"],
        zone=found["regionalHostedZoneId"],
    )
    return _converge_dns(context, domain, record)


def _found(context: ChangeContext, domain: Domain) -> dict[str, Any] | None:
    return unless_absent(context.client("apigateway").get_domain_name, domainName=domain.name)


def _mapping(context: ChangeContext, domain: Domain) -> dict[str, Any] | None:
    if _found(context, domain) is None:
        return None
    pages = context.client("apigateway").get_paginator("get_base_path_mappings")
    found = [
        one for page in pages.paginate(domainName=domain.name) for one in page.get("items", [])
    ]
    path = domain.base_path or ROOT
    return next((one for one in found if one["basePath"] == path), None)


def _refuse_unless_regional(domain: Domain, found: dict[str, Any]) -> None:
    """An EDGE domain becomes a regional one only by way of both, with its name led over in between."""
    types = found.get("endpointConfiguration", {}).get("types", [])
    if "REGIONAL" in types:
        return
    command = f"aws apigateway update-domain-name --domain-name {domain.name} --patch-operations"
    kind = ", ".join(types) or "without an endpoint"
    raise Refused(
        Words(
            en=f"domain {domain.name} is {kind}, not REGIONAL, and is in use as it is: add the regional"
            f" endpoint beside it (`{command} op=add,path=/endpointConfiguration/types,value=REGIONAL"
            " op=add,path=/regionalCertificateArn,value=ARN`), run it again, which leads the name there,"
            f" and take the other away a day later (`{command}"
            " op=remove,path=/endpointConfiguration/types,value=EDGE`)",
            ja=f"ドメイン{domain.name}はREGIONALでなく{kind}で、使用中です。リージョンのエンドポイントを追加し（`{command} op=add,path=/endpointConfiguration/types,value=REGIONAL op=add,path=/regionalCertificateArn,value=ARN`）、再実行して名前を切り替え、一日後に他方を削除してください（`{command} op=remove,path=/endpointConfiguration/types,value=EDGE`）",
        )
    )


def _certificate(context: ChangeContext, domain: Domain, found: dict[str, Any] | None) -> str:
    """Return the certificate that it should have: the attached one, as long as that is issued."""
    fitting = certificates_of(context, domain)
    attached = found.get("regionalCertificateArn") if found else None
    issued = {one["CertificateArn"] for one in fitting if one["Status"] == "ISSUED"}
    if attached in issued:
        return str(attached)
    return str(fitting[0]["CertificateArn"]) if fitting else UNKNOWN_ARN


def _policy(found: dict[str, Any]) -> str | None:
    """A newer policy, whose least is 1.2 or more, is as good as ours and stays."""
    policy = found.get("securityPolicy")
    return POLICY if policy and policy != "TLS_1_0" else policy


def _apply(context: ChangeContext, domain: Domain, changes: Changes, *, absent: bool) -> None:
    client, wanted = context.client("apigateway"), {one.field: one.after for one in changes}
    if absent:
        client.create_domain_name(
            domainName=domain.name,
            regionalCertificateArn=wanted["certificate"],
            endpointConfiguration={"types": ["REGIONAL"]},
            securityPolicy=POLICY,
            tags=dict(domain.tags),
        )
        return
    # What is right stays unnamed: a newer security policy would be taken back to ours.
    paths = {"certificate": "/regionalCertificateArn", "security policy": "/securityPolicy"}
    patch = [
        {"op": "replace", "path": path, "value": wanted[field]}
        for field, path in paths.items()
        if field in wanted
    ]
    client.update_domain_name(domainName=domain.name, patchOperations=patch)


def _map(context: ChangeContext, domain: Domain, to: Mapping[str, str], *, absent: bool) -> None:
    client = context.client("apigateway")
    if absent:
        client.create_base_path_mapping(
            domainName=domain.name,
            basePath=domain.base_path,
            restApiId=to["api"],
            stage=to["stage"],
        )
        return
    values = {"/restapiId": to["api"], "/stage": to["stage"]}
    patch = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
    client.update_base_path_mapping(
        domainName=domain.name, basePath=domain.base_path or ROOT, patchOperations=patch
    )


EVERY_S, WITHIN_S = 15, 45 * 60
USABLE = ("ISSUED", "PENDING_VALIDATION")
KEY_TYPES = (
    *("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096"),
    *("EC_prime256v1", "EC_secp384r1", "EC_secp521r1"),
)
"""All that there are: unless they are named, ACM lists RSA of 1024 and 2048 bits only."""


def converge_certificate(context: ChangeContext, domain: Domain) -> Changes:
    """Request a certificate where none is there, and set or tell the record that proves the name."""
    found = find_certificate(context, domain)
    name = f"certificate {domain.name}"
    if found is None:
        made = context.settle(
            (Change(name, "status", None, "PENDING_VALIDATION"),), lambda: _request(context, domain)
        )
        found = find_certificate(context, domain) if context.go else None
    else:
        made = ()
    return made + (_proof(context, domain, found) if found else ())


def wait_for_certificate(context: ChangeContext, domain: Domain) -> Changes:
    """Wait until the certificate is issued: minutes after its record is to be seen in DNS."""
    found = find_certificate(context, domain)
    if found and found["Status"] == "ISSUED":
        return ()

    def ready() -> bool:
        return (find_certificate(context, domain) or {}).get("Status") == "ISSUED"

    what = Words(
        en=f"the certificate of {domain.name} is issued",
        ja=f"{domain.name}の証明書が発行されること",
    )
    change = Change(f"certificate {domain.name}", "status", found and found["Status"], "ISSUED")
    return context.settle(
        (change,),
        lambda: context.wait(ready, what=what, every_s=EVERY_S, within_s=WITHIN_S),
    )


def find_certificate(context: ChangeContext, domain: Domain) -> dict[str, Any] | None:
    """Return the best certificate that covers the name; None where there is none."""
    return next(iter(certificates_of(context, domain)), None)


def certificates_of(context: ChangeContext, domain: Domain) -> list[dict[str, Any]]:
    """Return the certificates that cover the name: issued ones first, and of those its very own."""
    acm = context.client("acm")
    pages = acm.get_paginator("list_certificates").paginate(
        CertificateStatuses=list(USABLE), Includes={"keyTypes": list(KEY_TYPES)}
    )
    listed = [one for page in pages for one in page["CertificateSummaryList"]]
    arns = [one["CertificateArn"] for one in listed if _may_cover(one, domain.name)]
    found = [acm.describe_certificate(CertificateArn=arn)["Certificate"] for arn in arns]
    return sorted(
        (one for one in found if _is_usable(one, domain.name)),
        key=lambda one: (USABLE.index(one["Status"]), one["DomainName"] != domain.name),
    )


def _may_cover(summary: dict[str, Any], name: str) -> bool:
    """Whether a certificate is worth a closer look: its summary leaves out names beyond a hundred."""
    names = [summary["DomainName"], *summary.get("SubjectAlternativeNameSummaries", [])]
    return _covers(names, name) or bool(summary.get("HasAdditionalSubjectAlternativeNames"))


def _is_usable(certificate: dict[str, Any], name: str) -> bool:
    """Another's certificate is one only once it is issued: its names are not ours to prove."""
    if certificate["Status"] == "PENDING_VALIDATION":
        return bool(certificate["DomainName"] == name)
    return certificate["Status"] == "ISSUED" and _covers(_names(certificate), name)


def _names(certificate: dict[str, Any]) -> list[str]:
    return [certificate["DomainName"], *certificate.get("SubjectAlternativeNames", [])]


def _covers(patterns: Iterable[str], name: str) -> bool:
    """Whether one of a certificate's names covers a host; ``*`` stands for exactly one label."""
    host = name.lower()
    return any(
        one.lower() == host or (one.startswith("*.") and one[2:].lower() == host.partition(".")[2])
        for one in patterns
    )


def _request(context: ChangeContext, domain: Domain) -> None:
    token = "".join(filter(str.isalnum, domain.name))[:32]
    context.client("acm").request_certificate(
        DomainName=domain.name,
        ValidationMethod="DNS",
        IdempotencyToken=token,  # asked twice within an hour, ACM gives the same one
        Tags=tag_list(domain.tags),
    )
    what = Words(
        en=f"ACM says how to prove {domain.name}",
        ja=f"{domain.name}の検証方法がACMから示されること",
    )
    context.wait(
        lambda: bool(_records(find_certificate(context, domain))),
        what=what,
        every_s=2,
        within_s=60,
    )


def _records(found: dict[str, Any] | None) -> list[dict[str, str]]:
    """Return the records that prove the names; ACM makes them some seconds after the request."""
    options = (found or {}).get("DomainValidationOptions", [])
    return [one["ResourceRecord"] for one in options if "ResourceRecord" in one]


def _proof(context: ChangeContext, domain: Domain, found: dict[str, Any]) -> Changes:
    if found["Status"] == "ISSUED":
        return ()
    wanted = [
        DnsRecord(name=_plain(one["Name"]), kind=one["Type"], value=one["Value"])
        for one in _records(found)
    ]
    return tuple(change for one in wanted for change in _converge_dns(context, domain, one))


TTL_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord:
    """``zone`` is the hosted zone of an alias's target; None for a plain record."""

    name: str
    kind: str
    value: str
    zone: str | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.kind} {self.value}"


def _converge_dns(context: ChangeContext, domain: Domain, record: DnsRecord) -> Changes:
    """Set the record in the zone of the environment; without one, say what somebody has to set.

    A record that leads elsewhere has its users there: it is replaced only after asking.
    """
    if domain.hosted_zone is None:
        kind = "CNAME" if record.zone else record.kind
        context.tell(
            Words(
                en=f"set in DNS, by hand: {record.name} {kind} {record.value}",
                ja=f"DNSに手作業で設定します: {record.name} {kind} {record.value}",
            )
        )
        return ()
    name = f"record {record.name} {record.kind}"
    found = _found_record(context, domain.hosted_zone, record)
    changes = difference(name, {"value": found}, {"value": record.value}, destroying=("value",))
    return context.settle(changes, lambda: _upsert(context, str(domain.hosted_zone), record))


def _found_record(context: ChangeContext, zone: str, record: DnsRecord) -> str | None:
    answer = context.client("route53").list_resource_record_sets(
        HostedZoneId=zone,
        StartRecordName=record.name,
        StartRecordType=record.kind,
        MaxItems="1",
    )
    named = [one for one in answer["ResourceRecordSets"] if _plain(one["Name"]) == record.name]
    for one in named:
        values = [value["Value"] for value in one.get("ResourceRecords", [])]
        found = ", ".join(values) or _plain(one.get("AliasTarget", {}).get("DNSName", ""))
        if one["Type"] == record.kind:
            return found
        if one["Type"] == "CNAME":
            return _beside_a_cname(record, _plain(found))
    return None


def _beside_a_cname(record: DnsRecord, target: str) -> str:
    """The guide sets a CNAME, which does as well; DNS allows no other record of its name."""
    if target != record.value:
        raise Refused(
            Words(
                en=f"{record.name} is a CNAME to {target}, beside which DNS takes no {record.kind} record:"
                f" see who uses it, set it to {record.value} by hand or delete it, then run it again",
                ja=f"{record.name}は{target}へのCNAMEで、{record.kind}レコードと併用できません。利用者を確認し、手動で{record.value}に変えるか削除してから再実行してください",
            )
        )
    return target


def _plain(name: str) -> str:
    return name.rstrip(".")


def _upsert(context: ChangeContext, zone: str, record: DnsRecord) -> None:
    change = {"Action": "UPSERT", "ResourceRecordSet": _record_set(record)}
    context.client("route53").change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [change]}
    )


def _record_set(record: DnsRecord) -> dict[str, Any]:
    named = {"Name": record.name, "Type": record.kind}
    if record.zone is None:
        return {**named, "TTL": TTL_S, "ResourceRecords": [{"Value": record.value}]}
    target = {
        "DNSName": record.value,
        "HostedZoneId": record.zone,
        "EvaluateTargetHealth": False,
    }
    return {**named, "AliasTarget": target}
