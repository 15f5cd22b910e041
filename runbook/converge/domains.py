"""The custom domain of the API and its mapping (guide steps 5-1 and 5-3)."""

from typing import Any

from aws.change import Changes, unless_absent
from runbook.converge import certificates, dns, rest_api
from runbook.engine import Refused, StepContext, difference
from signoff.environment import Domain

POLICY = "TLS_1_2"
ROOT = "(none)"
"""How API Gateway names the mapping of the empty path."""
UNKNOWN_ARN = "the certificate, once it is issued"


def converge(context: StepContext, domain: Domain) -> Changes:
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


def converge_mapping(context: StepContext, domain: Domain) -> Changes:
    """Lead the path of the domain to the stage; other paths are left alone.

    Where it leads elsewhere, callers get another API from one moment to the next: only after asking.
    """
    api_id = rest_api.needed(context, context.plan.api)
    found = _mapping(context, domain)
    wanted = {"api": api_id, "stage": context.plan.api.stage}
    have = found and {"api": found["restApiId"], "stage": found.get("stage")}
    name = f"mapping {domain.name}/{domain.base_path}"
    changes = difference(name, have, wanted, destroying=("api", "stage"))
    return context.settle(changes, lambda: _map(context, domain, api_id, absent=found is None))


def converge_record(context: StepContext, domain: Domain) -> Changes:
    """Lead the name to the domain's target; in Route 53 by an alias, which also works at a zone's apex."""
    found = _found(context, domain)
    if found is None:
        if context.go:
            raise Refused(f"domain {domain.name} does not exist: run the steps before this one")
        return ()
    record = dns.Record(
        name=domain.name,
        kind="A",
        value=found["regionalDomainName"],
        zone=found["regionalHostedZoneId"],
    )
    return dns.converge(context, domain, record)


def _found(context: StepContext, domain: Domain) -> dict[str, Any] | None:
    return unless_absent(context.client("apigateway").get_domain_name, domainName=domain.name)


def _mapping(context: StepContext, domain: Domain) -> dict[str, Any] | None:
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
        f"domain {domain.name} is {kind}, not REGIONAL, and is in use as it is: add the regional"
        f" endpoint beside it (`{command} op=add,path=/endpointConfiguration/types,value=REGIONAL"
        " op=add,path=/regionalCertificateArn,value=ARN`), run it again, which leads the name there,"
        f" and take the other away a day later (`{command}"
        " op=remove,path=/endpointConfiguration/types,value=EDGE`)"
    )


def _certificate(context: StepContext, domain: Domain, found: dict[str, Any] | None) -> str:
    """Return the certificate that it should have: the attached one, as long as that is issued."""
    fitting = certificates.fitting(context, domain)
    attached = found.get("regionalCertificateArn") if found else None
    issued = {one["CertificateArn"] for one in fitting if one["Status"] == "ISSUED"}
    if attached in issued:
        return str(attached)
    return str(fitting[0]["CertificateArn"]) if fitting else UNKNOWN_ARN


def _policy(found: dict[str, Any]) -> str | None:
    """A newer policy, whose least is 1.2 or more, is as good as ours and stays."""
    policy = found.get("securityPolicy")
    return POLICY if policy and policy != "TLS_1_0" else policy


def _apply(context: StepContext, domain: Domain, changes: Changes, *, absent: bool) -> None:
    client, wanted = context.client("apigateway"), {one.field: one.after for one in changes}
    if absent:
        client.create_domain_name(
            domainName=domain.name,
            regionalCertificateArn=wanted["certificate"],
            endpointConfiguration={"types": ["REGIONAL"]},
            securityPolicy=POLICY,
            tags=dict(context.plan.tags),
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


def _map(context: StepContext, domain: Domain, api_id: str, *, absent: bool) -> None:
    client, stage = context.client("apigateway"), context.plan.api.stage
    if absent:
        client.create_base_path_mapping(
            domainName=domain.name, basePath=domain.base_path, restApiId=api_id, stage=stage
        )
        return
    values = {"/restapiId": api_id, "/stage": stage}
    patch = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
    client.update_base_path_mapping(
        domainName=domain.name, basePath=domain.base_path or ROOT, patchOperations=patch
    )
