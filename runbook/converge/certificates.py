"""The certificate of the custom domain (guide step 5-2), in the API's own Region, proven by DNS."""

from collections.abc import Iterable
from typing import Any

from aws.change import Changes
from runbook.converge import dns
from runbook.converge.clear import tag_list
from runbook.engine import Change, StepContext, wait_until
from signoff.environment import Domain

EVERY_S, WITHIN_S = 15, 45 * 60
USABLE = ("ISSUED", "PENDING_VALIDATION")
KEY_TYPES = (
    *("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096"),
    *("EC_prime256v1", "EC_secp384r1", "EC_secp521r1"),
)
"""All that there are: unless they are named, ACM lists RSA of 1024 and 2048 bits only."""


def converge(context: StepContext, domain: Domain) -> Changes:
    """Request a certificate where none is there, and set or tell the record that proves the name."""
    found = find(context, domain)
    name = f"certificate {domain.name}"
    if found is None:
        made = context.settle(
            (Change(name, "status", None, "PENDING_VALIDATION"),), lambda: _request(context, domain)
        )
        found = find(context, domain) if context.go else None
    else:
        made = ()
    return made + (_proof(context, domain, found) if found else ())


def issued(context: StepContext, domain: Domain) -> Changes:
    """Wait until the certificate is issued: minutes after its record is to be seen in DNS."""
    found = find(context, domain)
    if found and found["Status"] == "ISSUED":
        return ()

    def ready() -> bool:
        return (find(context, domain) or {}).get("Status") == "ISSUED"

    what = f"the certificate of {domain.name} is issued"
    change = Change(f"certificate {domain.name}", "status", found and found["Status"], "ISSUED")
    return context.settle(
        (change,),
        lambda: wait_until(
            ready, what=what, every_s=EVERY_S, within_s=WITHIN_S, sleep=context.sleep
        ),
    )


def find(context: StepContext, domain: Domain) -> dict[str, Any] | None:
    """Return the best certificate that covers the name; None where there is none."""
    return next(iter(fitting(context, domain)), None)


def fitting(context: StepContext, domain: Domain) -> list[dict[str, Any]]:
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


def _request(context: StepContext, domain: Domain) -> None:
    token = "".join(filter(str.isalnum, domain.name))[:32]
    context.client("acm").request_certificate(
        DomainName=domain.name,
        ValidationMethod="DNS",
        IdempotencyToken=token,  # asked twice within an hour, ACM gives the same one
        Tags=tag_list(context.plan.tags),
    )
    what = f"ACM tells how to prove {domain.name}"
    wait_until(
        lambda: bool(_records(find(context, domain))),
        what=what,
        every_s=2,
        within_s=60,
        sleep=context.sleep,
    )


def _records(found: dict[str, Any] | None) -> list[dict[str, str]]:
    """Return the records that prove the names; ACM makes them some seconds after the request."""
    options = (found or {}).get("DomainValidationOptions", [])
    return [one["ResourceRecord"] for one in options if "ResourceRecord" in one]


def _proof(context: StepContext, domain: Domain, found: dict[str, Any]) -> Changes:
    if found["Status"] == "ISSUED":
        return ()
    wanted = [
        dns.Record(name=one["Name"], kind=one["Type"], value=one["Value"])
        for one in _records(found)
    ]
    return tuple(change for one in wanted for change in dns.converge(context, domain, one))
