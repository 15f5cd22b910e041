"""The custom domain: API Gateway's side of it, its certificate, and the answer of DNS."""

from aws.domain import BasePath, Certificate, CustomDomain, Resolution
from aws.door import ReadFailure
from aws.engine import Reader, Reading, taken
from aws.readers.api import PAGE
from aws.resolving import DEADLINE_S, within
from aws.section import Section, Unreadable
from aws.timestamps import utc


def domains(reading: Reading) -> Section[CustomDomain]:
    return reading.each(_configured(reading), lambda name: _domain(reading, name))


def certificates(reading: Reading) -> Section[Certificate]:
    found = reading.needed("domains")
    for name, one in found.items():
        if isinstance(one, Unreadable):
            raise ReadFailure(f"domains: {name}: {one.unreadable}")
    arns = [one.certificate_arn for one in found.values() if one.certificate_arn]
    return reading.each(arns, lambda arn: _certificate(reading, arn))


def resolutions(reading: Reading) -> Section[Resolution]:
    # Asked for here: items must not wait for sections (engine).
    known = reading.section("domains")
    return reading.each(_configured(reading), lambda name: _resolution(reading, known, name))


def _configured(reading: Reading) -> list[str]:
    return [reading.scope.domain] if reading.scope.domain else []


def _domain(reading: Reading, name: str) -> CustomDomain:
    raw = reading.aws.call("apigateway", "get_domain_name", domainName=name)
    mappings = reading.aws.listed(
        "apigateway", "get_base_path_mappings", "items", domainName=name, limit=PAGE
    )
    return CustomDomain(
        name=raw["domainName"],
        status=raw.get("domainNameStatus", ""),
        endpoint_types=tuple(raw.get("endpointConfiguration", {}).get("types", ())),
        security_policy=raw.get("securityPolicy", ""),
        certificate_arn=raw.get("regionalCertificateArn") or raw.get("certificateArn"),
        routing=raw.get("routingMode", "BASE_PATH_MAPPING_ONLY"),
        target=raw.get("regionalDomainName") or raw.get("distributionDomainName"),
        mappings=tuple(
            BasePath(path=_path(one["basePath"]), api_id=one["restApiId"], stage=one["stage"])
            for one in mappings
        ),
    )


def _path(base_path: str) -> str:
    return "" if base_path == "(none)" else base_path


def _certificate(reading: Reading, arn: str) -> Certificate:
    raw = reading.aws.call("acm", "describe_certificate", CertificateArn=arn)["Certificate"]
    names = [raw["DomainName"], *raw.get("SubjectAlternativeNames", ())]
    return Certificate(
        arn=raw["CertificateArn"],
        status=raw["Status"],
        names=tuple(dict.fromkeys(names)),
        not_after=utc(raw.get("NotAfter")),
    )


def _resolution(reading: Reading, known: Section[CustomDomain], name: str) -> Resolution:
    target = taken(known, "domains", name).target
    return Resolution(
        addresses=_addresses(reading, name),
        target_addresses=_addresses(reading, target) if target else (),
    )


def _addresses(reading: Reading, name: str) -> tuple[str, ...]:
    try:
        return within(DEADLINE_S, reading.resolve, name)
    except OSError as error:
        raise ReadFailure(f"DNS: {name}: {type(error).__name__}: {error}") from None


READERS = {
    "domains": Reader(domains, ("apigateway:GET",)),
    "certificates": Reader(certificates, ("acm:DescribeCertificate",)),
    "resolutions": Reader(resolutions, ()),
}
