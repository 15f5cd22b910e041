"""Certificate Manager: the certificate of the custom domain."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from aws.kind.description import ARN, STATUS, LeftOut, ReadCall, fact
from aws.kind.engine import Kind
from aws.kinds.domain import ITS_CERTIFICATE
from aws.ledger import WHEN
from aws.raw import Raw, utc
from aws.reading import Reading, required
from aws.words import Words

VALID_FROM = Words(en="valid from", ja="有効期間の開始")
RENEWED = Words(en="renewal", ja="更新の状態")
DISTRUSTED = Words(en="what browsers refuse", ja="ブラウザが信頼しない点")
RENEWAL = timedelta(days=30)
"""ACM renews 60 days ahead; a certificate with less time left than this will not renew by itself."""
WEAK_KEYS = frozenset({"RSA_1024", "RSA-1024"})
BROKEN = re.compile(r"MD5|SHA1|SHA-1", re.IGNORECASE)
OF_SERVERS = frozenset({"TLS_WEB_SERVER_AUTHENTICATION", "ANY", "NONE"})
"""Uses of a certificate that let it prove a server's name."""


def _distrusted(raw: Raw) -> Iterator[str]:
    """Yield what no phone accepts (ACM user guide, "Certificate transparency logging"; Apple's and Chromium's root programs)."""
    logged = raw.get("Options", {}).get("CertificateTransparencyLoggingPreference")
    usages = [usage.get("Name") for usage in raw.get("ExtendedKeyUsages", ())]
    if raw.get("Type") == "PRIVATE":
        yield "Type PRIVATE"
    if logged == "DISABLED" and raw.get("Type") != "IMPORTED":  # the issuer of those logs them
        yield "CertificateTransparencyLoggingPreference DISABLED"
    if raw.get("KeyAlgorithm") in WEAK_KEYS:
        yield f"KeyAlgorithm {raw['KeyAlgorithm']}"
    if BROKEN.search(signed := raw.get("SignatureAlgorithm", "")):
        yield f"SignatureAlgorithm {signed}"
    if usages and not OF_SERVERS & {*usages}:
        yield f"ExtendedKeyUsages {', '.join(map(str, usages))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    arn: str = fact(ARN, "CertificateArn")
    status: str = fact(STATUS, "Status")
    names: tuple[str, ...] = fact(
        Words(en="names", ja="名前"),
        "",
        read=lambda raw: tuple(
            dict.fromkeys((raw["DomainName"], *raw.get("SubjectAlternativeNames", ())))
        ),
        covers="DomainName SubjectAlternativeNames",
    )
    not_before: datetime | None = fact(VALID_FROM, "NotBefore", absent=None, read=utc)
    not_after: datetime | None = fact(
        Words(en="valid until", ja="有効期限"), "NotAfter", absent=None, read=utc
    )
    renewal: str = fact(RENEWED, "RenewalSummary.RenewalStatus", absent="", covers="RenewalSummary")
    """State of its renewal; empty if none has begun."""
    renews: bool = fact(
        Words(en="renewed by ACM", ja="ACMによる更新"),
        "",
        absent=True,
        read=lambda raw: (
            raw.get("RenewalEligibility") != "INELIGIBLE"
            and not any(
                name.get("ValidationMethod") == "EMAIL"
                for name in raw.get("DomainValidationOptions", ())
            )
        ),
        covers="RenewalEligibility DomainValidationOptions.ValidationMethod",
    )
    """Whether ACM renews it by itself: not an imported one, nor where a person has to follow the link in a mail."""
    distrusted: tuple[str, ...] = fact(
        DISTRUSTED,
        "",
        absent=(),
        read=lambda raw: tuple(_distrusted(raw)),
        covers="KeyAlgorithm SignatureAlgorithm ExtendedKeyUsages Type"
        " Options.CertificateTransparencyLoggingPreference",
    )
    """Properties that make browsers and phones refuse it, in AWS's terms."""

    def days_left(self, now: datetime) -> int:
        """Return whole days until it expires; 0 if it has no expiry."""
        return (self.not_after - now).days if self.not_after else 0


CERTIFICATE = Kind[Certificate](
    words=ITS_CERTIFICATE,
    service="acm",
    section="certificates",
    type=Certificate,
    part=LeftOut("ACM renews them by itself, and rows judge them in each run"),
    calls={
        "certificate": ReadCall(
            operation="DescribeCertificate",
            asks={"CertificateArn": "{name}"},
            under="Certificate",
            needs=frozenset({"Certificate"}),
            harmless={
                WHEN: "CreatedAt IssuedAt ImportedAt",
                "whether it is exportable, and how it was validated": "Options",
                "which service renews it": "ManagedBy",
                "what else uses it takes nothing from the API": "InUseBy",
                "told by its type, which is judged": "CertificateAuthorityArn",
                "words beside a status, which is judged": "RevokedAt RevocationReason FailureReason",
                "how the name was proven; a certificate that is issued and renews has proven it": "DomainValidationOptions UpdateSummary AcmeEndpointArn AcmeAccountId",
                "who it was made for and how its key is used, which its names and uses say": "Serial Subject Issuer KeyUsages CertificateKeyPairOrigin CertificateUsage RootHierarchyType",
            },
        )
    },
)


def covers(pattern: str, name: str) -> bool:
    """Whether a certificate's name covers a host; ``*`` stands for exactly one label."""
    if not pattern.startswith("*."):
        return pattern.lower() == name.lower()
    return pattern[2:].lower() == name.lower().partition(".")[2]


def _of_domains(reading: Reading) -> list[str]:
    """Return the ARNs of the certificates that the domains have."""
    domains = reading.needed("domains")
    attached = (required(domains, "domains", name).certificate_arn for name in domains)
    return [arn for arn in attached if arn]


READERS = CERTIFICATE.readers(_of_domains)
