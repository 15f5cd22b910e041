"""The certificate of the custom domain (guide step 5-2), in the API's own Region, proven by DNS."""

from typing import Any

from runbook.converge import dns
from runbook.converge.clear import tag_list
from signoff.environment import Domain
from signoff.procedure import Change, Work, until
from signoff.procedure.work import Changes

EVERY_S, WITHIN_S = 15, 45 * 60
USABLE = ("ISSUED", "PENDING_VALIDATION")


def converge(work: Work, domain: Domain) -> Changes:
    """Request a certificate where none is there, and set or tell the record that proves the name."""
    found = find(work, domain)
    name = f"certificate {domain.name}"
    if found is None:
        made = work.settle(
            (Change(name, "status", None, "PENDING_VALIDATION"),), lambda: _request(work, domain)
        )
        found = find(work, domain) if work.go else None
    else:
        made = ()
    return made + (_proof(work, domain, found) if found else ())


def issued(work: Work, domain: Domain) -> Changes:
    """Wait until the certificate is issued: minutes after its record is to be seen in DNS."""
    found = find(work, domain)
    if found and found["Status"] == "ISSUED":
        return ()

    def ready() -> bool:
        return (find(work, domain) or {}).get("Status") == "ISSUED"

    what = f"the certificate of {domain.name} is issued"
    change = Change(f"certificate {domain.name}", "status", found and found["Status"], "ISSUED")
    return work.settle(
        (change,),
        lambda: until(ready, what=what, every_s=EVERY_S, within_s=WITHIN_S, sleep=work.sleep),
    )


def find(work: Work, domain: Domain) -> dict[str, Any] | None:
    """Return the certificate of exactly this name, an issued one first; None where there is none."""
    acm = work.client("acm")
    pages = acm.get_paginator("list_certificates").paginate(CertificateStatuses=list(USABLE))
    arns = [
        one["CertificateArn"]
        for page in pages
        for one in page["CertificateSummaryList"]
        if one["DomainName"] == domain.name
    ]
    found = [acm.describe_certificate(CertificateArn=arn)["Certificate"] for arn in arns]
    usable = [one for one in found if one["Status"] in USABLE]
    return min(usable, key=lambda one: USABLE.index(one["Status"]), default=None)


def _request(work: Work, domain: Domain) -> None:
    token = "".join(filter(str.isalnum, domain.name))[:32]
    work.client("acm").request_certificate(
        DomainName=domain.name,
        ValidationMethod="DNS",
        IdempotencyToken=token,  # asked twice within an hour, ACM gives the same one
        Tags=tag_list(work.plan.tags),
    )
    what = f"ACM tells how to prove {domain.name}"
    until(
        lambda: bool(_records(find(work, domain))),
        what=what,
        every_s=2,
        within_s=60,
        sleep=work.sleep,
    )


def _records(found: dict[str, Any] | None) -> list[dict[str, str]]:
    """Return the records that prove the names; ACM makes them some seconds after the request."""
    options = (found or {}).get("DomainValidationOptions", [])
    return [one["ResourceRecord"] for one in options if "ResourceRecord" in one]


def _proof(work: Work, domain: Domain, found: dict[str, Any]) -> Changes:
    if found["Status"] == "ISSUED":
        return ()
    wanted = [
        dns.Record(name=one["Name"], kind=one["Type"], value=one["Value"])
        for one in _records(found)
    ]
    return tuple(change for one in wanted for change in dns.converge(work, domain, one))
