"""The custom domain of the API (guide step 5): its certificate, its mapping, and the records of its zone."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from aws import desired
from aws.bounds import exactly
from aws.change.gate import (
    Change,
    ChangeContext,
    Changes,
    Refused,
    difference,
    repairs,
    tag_list,
    unless_absent,
)
from aws.converge import dns_record, rest_api
from aws.converge.rest_api import replaced
from aws.dns import plain
from aws.kind.description import STATUS, VALUE
from aws.kinds.certificate import CERTIFICATE, RENEWAL, Certificate, covers
from aws.kinds.domain import (
    DOMAIN,
    EMPTY_PATH,
    ITS_CERTIFICATE,
    MAPPINGS_ONLY,
    NEW_TLS,
    TLS,
    BasePath,
    CustomDomain,
    decode_mapping,
)
from aws.kinds.rest_api import REST_API, STAGE
from aws.words import Words

AVAILABLE, UNDER_WAY = "AVAILABLE", ("UPDATING", "PENDING")
"""API Gateway's states of a domain: usable, or a change is in progress."""
UNKNOWN_ARN = Words(en="the certificate, once it is issued", ja="発行後の証明書")
TARGET = Words(en="the domain's target, once there is one", ja="作成後のドメインのターゲット")
ENDPOINT_TYPE = DOMAIN.facts["endpoint_types"].words
MAPPING = Words(en="mapping", ja="マッピング")


def converge(
    context: ChangeContext,
    domain: desired.CustomDomain,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Changes:
    """Create the regional domain with its certificate, or attach the certificate it should have."""
    current, name = _current(context, domain), DOMAIN.resource(domain.name)
    if current:
        _refuse_unless_regional(domain, current)
        _report_edge_endpoint(context, domain, current)
    arn = _certificate(context, domain, current, now())
    compared = {
        TLS: (current and current.security_policy, NEW_TLS),
        ITS_CERTIFICATE: (current and current.certificate_arn, exactly(arn)),
    }
    changes = repairs(name, compared, absent=current is None)
    if current is None:
        changes = (Change(name, ENDPOINT_TYPE, None, "REGIONAL", creates=True), *changes)
    made = context.settle(changes, lambda: _apply(context, domain, changes, absent=current is None))
    if context.go:  # also after an earlier run, or by another hand
        _wait_until_available(context, domain)
    return made


def converge_mapping(
    context: ChangeContext, domain: desired.CustomDomain, api: desired.Api
) -> Changes:
    """Map the domain's path to the stage; other paths are left alone.

    If it is mapped elsewhere, callers get another API at once, so a person has to agree first.
    """
    api_id = rest_api.needed(context, api)
    current = _mapping(context, domain)
    planned = {REST_API.words: api_id, STAGE.words: api.stage}
    before = {REST_API.words: current.api_id, STAGE.words: current.stage} if current else None
    name = MAPPING.named(f"{domain.name}/{domain.base_path}")
    changes = difference(name, before, planned, destroying=(REST_API.words, STAGE.words))
    return context.settle(
        changes, lambda: _map(context, domain, (api_id, api.stage), absent=current is None)
    )


def converge_record(context: ChangeContext, domain: desired.CustomDomain) -> Changes:
    """Point the DNS name to the domain's target; in Route 53 with an alias, which also works at a zone's apex."""
    raw = _described(context, domain)
    if raw is None:
        if context.go:
            raise Refused(
                en=f"domain {domain.name} does not exist: run the steps before this one",
                ja=f"ドメイン{domain.name}が存在しません。これより前のステップを実行してください",
            )
        foreseen = Change(
            dns_record.RECORD.named(f"{domain.name} A"), VALUE, None, TARGET, creates=True
        )
        return (foreseen,) if domain.hosted_zone else ()
    record = dns_record.DnsRecord(
        name=domain.name,
        kind="A",
        value=raw["regionalDomainName"],
        zone=raw["regionalHostedZoneId"],
    )
    return dns_record.converge(context, domain, record)


def _described(context: ChangeContext, domain: desired.CustomDomain) -> dict[str, Any] | None:
    return unless_absent(context.client("apigateway").get_domain_name, domainName=domain.name)


def _current(context: ChangeContext, domain: desired.CustomDomain) -> CustomDomain | None:
    raw = _described(context, domain)
    return DOMAIN.of(raw) if raw else None


def _mapping(context: ChangeContext, domain: desired.CustomDomain) -> BasePath | None:
    """Return the mapping of our path, and tell the person if routing rules take precedence over mappings."""
    current = _current(context, domain)
    if current is None:
        return None
    if current.routing != MAPPINGS_ONLY:
        context.say(
            en=f"domain {domain.name}: routing rules decide before its mappings ({current.routing}): see them in"
            " API Gateway console > Custom domain names > Routing rules, and remove them, so that mappings alone decide",
            ja=f"ドメイン{domain.name}: マッピングより先にルーティングルールが適用されます（{current.routing}）。API Gateway"
            "コンソール > カスタムドメイン名 > ルーティングルールを確認し、マッピングだけを使うようにしてください",
        )
    operation = "get_base_path_mappings"
    listed = context.listed("apigateway", operation, "items", domainName=domain.name)
    return next(
        (
            base_path
            for base_path in map(decode_mapping, listed)
            if base_path.path == domain.base_path
        ),
        None,
    )


def _report_edge_endpoint(
    context: ChangeContext, domain: desired.CustomDomain, current: CustomDomain
) -> None:
    """Tell of an edge endpoint beside the regional one: it is only for the days of moving the DNS name."""
    others = ", ".join(
        endpoint_type for endpoint_type in current.endpoint_types if endpoint_type != "REGIONAL"
    )
    if others:
        context.say(
            en=f"domain {domain.name} is {others} as well: once its name leads to the regional endpoint, take the"
            f" other away (`aws apigateway update-domain-name --domain-name {domain.name} --patch-operations"
            f" op=remove,path=/endpointConfiguration/types,value={others}`)",
            ja=f"ドメイン{domain.name}には{others}のエンドポイントもあります。名前がリージョンのエンドポイントを指すように"
            f"なったら、削除してください（`aws apigateway update-domain-name --domain-name {domain.name}"
            f" --patch-operations op=remove,path=/endpointConfiguration/types,value={others}`）",
        )


def _refuse_unless_regional(domain: desired.CustomDomain, current: CustomDomain) -> None:
    """Refuse an EDGE domain: it becomes regional by having both endpoints while its DNS name is moved."""
    types = current.endpoint_types
    if "REGIONAL" in types:
        return
    command = f"aws apigateway update-domain-name --domain-name {domain.name} --patch-operations"
    kind = ", ".join(types) or "without an endpoint"
    raise Refused(
        en=f"domain {domain.name} is {kind}, not REGIONAL, and is in use as it is: add the regional"
        f" endpoint beside it (`{command} op=add,path=/endpointConfiguration/types,value=REGIONAL"
        " op=add,path=/regionalCertificateArn,value=ARN`), run it again, which leads the name there,"
        f" and remove the other one a day later (`{command}"
        " op=remove,path=/endpointConfiguration/types,value=EDGE`)",
        ja=f"ドメイン{domain.name}はREGIONALでなく{kind}で、使用中です。リージョンのエンドポイントを追加し（`{command} op=add,path=/endpointConfiguration/types,value=REGIONAL op=add,path=/regionalCertificateArn,value=ARN`）、再実行して名前を切り替え、一日後に他方を削除してください（`{command} op=remove,path=/endpointConfiguration/types,value=EDGE`）",
    )


def _certificate(
    context: ChangeContext,
    domain: desired.CustomDomain,
    current: CustomDomain | None,
    now: datetime,
) -> str | Words:
    """Return the ARN of the certificate to use: the attached one while it is issued and not about to expire."""
    listed = certificates_of(context, domain)
    fitting = [CERTIFICATE.of({"Certificate": entry}) for entry in listed]
    attached = current.certificate_arn if current else None
    issued = [certificate for certificate in fitting if certificate.status == "ISSUED"]
    lasting = [
        certificate.arn for certificate in issued if certificate.days_left(now) >= RENEWAL.days
    ]
    if attached in lasting:
        return str(attached)
    if lasting:
        return lasting[0]
    if ending := next((certificate for certificate in issued if certificate.arn == attached), None):
        context.tell(_ending(domain, ending, now))
        return ending.arn
    return fitting[0].arn if fitting else UNKNOWN_ARN


def _ending(domain: desired.CustomDomain, certificate: Certificate, now: datetime) -> Words:
    days = certificate.days_left(now)
    return Words(
        en=f"certificate {certificate.arn} of {domain.name} ends in {days} days, and ACM has not renewed it: see why in ACM"
        " console > Certificates; a certificate that was imported has to be imported again",
        ja=f"{domain.name}の証明書{certificate.arn}は残り{days}日ですが、ACMによる更新が行われていません。ACMコンソール > 証明書で"
        "理由を確認してください。インポートした証明書は、再度インポートが必要です",
    )


def _apply(
    context: ChangeContext, domain: desired.CustomDomain, changes: Changes, *, absent: bool
) -> None:
    client = context.client("apigateway")
    after = {change.field: change.after for change in changes}
    if absent:
        client.create_domain_name(
            domainName=domain.name,
            regionalCertificateArn=after[ITS_CERTIFICATE],
            endpointConfiguration={"types": ["REGIONAL"]},
            securityPolicy=after[TLS],
            tags=dict(domain.tags),
        )
        return
    # Fields within their bounds are left out: naming them would reset a newer security policy to ours.
    paths = {ITS_CERTIFICATE: "/regionalCertificateArn", TLS: "/securityPolicy"}
    patch = [replaced(path, after[field]) for field, path in paths.items() if field in after]
    client.update_domain_name(domainName=domain.name, patchOperations=patch)


def _wait_until_available(context: ChangeContext, domain: desired.CustomDomain) -> None:
    """Wait until no change of the domain is in progress. Raises Refused if waiting cannot help."""

    def available() -> bool:
        description = _described(context, domain) or {}
        status = description.get("domainNameStatus", AVAILABLE)
        if status not in {AVAILABLE, *UNDER_WAY}:
            why = description.get("domainNameStatusMessage", "")
            raise Refused(
                en=f"domain {domain.name} is {status}{f' ({why})' if why else ''}: see it in API Gateway"
                " console > Custom domain names, then run it again",
                ja=f"ドメイン{domain.name}の状態は{status}です{f'（{why}）' if why else ''}。API Gatewayコンソール"
                " > カスタムドメイン名で確認してから再実行してください",
            )
        return bool(status == AVAILABLE)

    until = Words(
        en=f"domain {domain.name} is {AVAILABLE}",
        ja=f"ドメイン{domain.name}が{AVAILABLE}になること",
    )
    context.wait(available, until=until, every_s=EVERY_S, within_s=WITHIN_S)


def _map(
    context: ChangeContext, domain: desired.CustomDomain, to: tuple[str, str], *, absent: bool
) -> None:
    client, (api_id, stage) = context.client("apigateway"), to
    if absent:
        client.create_base_path_mapping(
            domainName=domain.name,
            basePath=domain.base_path,
            restApiId=api_id,
            stage=stage,
        )
        return
    patch = [replaced("/restapiId", api_id), replaced("/stage", stage)]
    client.update_base_path_mapping(
        domainName=domain.name, basePath=domain.base_path or EMPTY_PATH, patchOperations=patch
    )


EVERY_S, WITHIN_S = 15, 45 * 60
USABLE = ("ISSUED", "PENDING_VALIDATION")
KEY_TYPES = (
    *("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096"),
    *("EC_prime256v1", "EC_secp384r1", "EC_secp521r1"),
)
"""All key types: by default ACM lists RSA certificates of 1024 and 2048 bits only."""


def converge_certificate(context: ChangeContext, domain: desired.CustomDomain) -> Changes:
    """Request a certificate if there is none, and set or print the record that validates the name."""
    certificate = find_certificate(context, domain)
    name = CERTIFICATE.resource(domain.name)
    if certificate is None:
        made = context.settle(
            (Change(name, STATUS, None, "PENDING_VALIDATION", creates=True),),
            lambda: _request(context, domain),
        )
        certificate = find_certificate(context, domain) if context.go else None
    else:
        made = ()
    return made + (_proof(context, domain, certificate) if certificate else ())


def wait_for_certificate(context: ChangeContext, domain: desired.CustomDomain) -> Changes:
    """Wait until the certificate is issued, minutes after its record is visible in DNS."""
    certificate = find_certificate(context, domain)
    if certificate and certificate["Status"] == "ISSUED":
        return ()

    def ready() -> bool:
        return (find_certificate(context, domain) or {}).get("Status") == "ISSUED"

    until = Words(
        en=f"the certificate of {domain.name} is issued",
        ja=f"{domain.name}の証明書が発行されること",
    )
    change = Change(
        CERTIFICATE.resource(domain.name), STATUS, certificate and certificate["Status"], "ISSUED"
    )
    return context.settle(
        (change,), lambda: context.wait(ready, until=until, every_s=EVERY_S, within_s=WITHIN_S)
    )


def find_certificate(context: ChangeContext, domain: desired.CustomDomain) -> dict[str, Any] | None:
    """Return the best certificate that covers the name, or None."""
    return next(iter(certificates_of(context, domain)), None)


def certificates_of(context: ChangeContext, domain: desired.CustomDomain) -> list[dict[str, Any]]:
    """Return the certificates that cover the name: issued ones first, among them exact matches first."""
    acm = context.client("acm")
    which = {"CertificateStatuses": list(USABLE), "Includes": {"keyTypes": list(KEY_TYPES)}}
    listed = context.listed("acm", "list_certificates", "CertificateSummaryList", **which)
    arns = [entry["CertificateArn"] for entry in listed if _may_cover(entry, domain.name)]
    certificates = [acm.describe_certificate(CertificateArn=arn)["Certificate"] for arn in arns]
    return sorted(
        (entry for entry in certificates if _is_usable(entry, domain.name)),
        key=lambda entry: (USABLE.index(entry["Status"]), entry["DomainName"] != domain.name),
    )


def _may_cover(summary: dict[str, Any], name: str) -> bool:
    """Whether a certificate is worth a closer look: its summary leaves out names beyond a hundred."""
    names = [summary["DomainName"], *summary.get("SubjectAlternativeNameSummaries", [])]
    return _covers(names, name) or bool(summary.get("HasAdditionalSubjectAlternativeNames"))


def _is_usable(certificate: dict[str, Any], name: str) -> bool:
    """Whether a certificate is usable. One made for other names must be issued: we cannot validate those."""
    if certificate["Status"] == "PENDING_VALIDATION":
        return bool(certificate["DomainName"] == name)
    read = CERTIFICATE.of({"Certificate": certificate})
    return read.status == "ISSUED" and not read.distrusted and _covers(read.names, name)


def _covers(patterns: Iterable[str], name: str) -> bool:
    return any(covers(pattern, name) for pattern in patterns)


def _request(context: ChangeContext, domain: desired.CustomDomain) -> None:
    token = "".join(filter(str.isalnum, domain.name))[:32]
    context.client("acm").request_certificate(
        DomainName=domain.name,
        ValidationMethod="DNS",
        IdempotencyToken=token,  # requested twice within an hour, ACM returns the same one
        Tags=tag_list(domain.tags),
    )
    until = Words(
        en=f"ACM says how to prove {domain.name}",
        ja=f"{domain.name}の検証方法がACMから示されること",
    )
    context.wait(
        lambda: bool(_records(find_certificate(context, domain))),
        until=until,
        every_s=2,
        within_s=60,
    )


def _records(certificate: dict[str, Any] | None) -> list[dict[str, str]]:
    """Return the records that validate the names; ACM creates them some seconds after the request."""
    options = (certificate or {}).get("DomainValidationOptions", [])
    return [option["ResourceRecord"] for option in options if "ResourceRecord" in option]


def _proof(
    context: ChangeContext, domain: desired.CustomDomain, certificate: dict[str, Any]
) -> Changes:
    if certificate["Status"] == "ISSUED":
        return ()
    records = [
        dns_record.DnsRecord(name=plain(record["Name"]), kind=record["Type"], value=record["Value"])
        for record in _records(certificate)
    ]
    return tuple(
        change for record in records for change in dns_record.converge(context, domain, record)
    )
