"""Defects of the custom domain: DEP-40 to DEP-43."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aws.kinds.domain import BasePath
from signoff.judge.checklist import Severity
from signoff.judge.outcome import Outcome
from tests.defects import following
from tests.defects.changes import absent, added, both, item, unread
from tests.defects.defect import Break, Defect
from tests.healthy.edge import API_ID, CERTIFICATE, DOMAIN, certificates

OF_VIRGINIA = CERTIFICATE.replace("ap-northeast-1", "us-east-1")


def _domain(id_: str, **fields: Any) -> Defect:
    return Defect(id=id_, breaks=item("domains", DOMAIN, **fields))


def _certificate(id_: str, **fields: Any) -> Defect:
    return Defect(id=id_, breaks=item("certificates", CERTIFICATE, **fields))


def _dns(id_: str, *addresses: str) -> Defect:
    return Defect(id=id_, breaks=item("resolutions", DOMAIN, addresses=addresses))


def _mapped(id_: str, *mappings: tuple[str, str, str]) -> Defect:
    found = tuple(BasePath(path=p, api_id=api, stage=stage) for p, api, stage in mappings)
    return _domain(id_, mappings=found)


def _policy(name: str) -> Break:
    return item("domains", DOMAIN, security_policy=name)


RULE = '{"Actions": [{"InvokeApi": {"ApiId": "q8w2e5r1ty", "Stage": "prod"}}], "Priority": 1}'


DEFECTS: tuple[Defect, ...] = (
    Defect(
        id="DEP-40:absent",
        breaks=both(
            absent("domains", DOMAIN),
            absent("certificates", CERTIFICATE),
            absent("resolutions", DOMAIN),
        ),
        follows=following.A_DOMAIN,
    ),
    _domain("DEP-40:updating", status="UPDATING"),
    _domain("DEP-40:ownership-not-proven", status="PENDING_OWNERSHIP_VERIFICATION"),
    _domain("DEP-40:edge", endpoint_types=("EDGE",)),
    _domain("DEP-40:tls-1.0", security_policy="TLS_1_0"),
    _domain("DEP-40:policy-nobody-knows", security_policy="SecurityPolicy_TLS10_1_0_2030_01"),
    _domain("DEP-40:no-policy", security_policy=""),
    _domain("DEP-41:none-attached", certificate_arn=None),
    Defect(id="DEP-41:gone", breaks=absent("certificates", CERTIFICATE)),
    _certificate("DEP-41:pending", status="PENDING_VALIDATION"),
    _certificate("DEP-41:expired", status="EXPIRED", not_after=datetime(2026, 11, 20, tzinfo=UTC)),
    _certificate("DEP-41:no-expiry-known", not_after=None),
    _certificate("DEP-41:no-start-known", not_before=None),
    _certificate("DEP-41:valid-from-tomorrow", not_before=datetime(2026, 11, 26, tzinfo=UTC)),
    _certificate("DEP-41:29-days-left", not_after=datetime(2026, 12, 25, 8, 59, tzinfo=UTC)),
    _certificate("DEP-41:renewal-failed", renewal="FAILED"),
    _certificate("DEP-41:renewal-waits-for-somebody", renewal="PENDING_VALIDATION"),
    _certificate("DEP-41:of-a-private-authority", distrusted=("Type PRIVATE",)),
    _certificate(
        "DEP-41:in-no-public-log",
        distrusted=("CertificateTransparencyLoggingPreference DISABLED",),
    ),
    _certificate("DEP-41:for-the-parent", names=("rally.example.jp",)),
    _certificate("DEP-41:one-label-too-high", names=("*.example.jp",)),
    _certificate("DEP-41:one-label-too-deep", names=("*.api.rally.example.jp",)),
    _certificate("DEP-41:ends-alike", names=("xapi.rally.example.jp", "*.xrally.example.jp")),
    Defect(
        id="DEP-41:in-virginia",
        breaks=both(
            item("domains", DOMAIN, certificate_arn=OF_VIRGINIA),
            added(
                "certificates",
                OF_VIRGINIA,
                replace(certificates()[CERTIFICATE], arn=OF_VIRGINIA),
            ),
        ),
    ),
    _mapped("DEP-42:none"),
    _mapped("DEP-42:another-api", ("", "q8w2e5r1ty", "prod")),
    _mapped("DEP-42:another-stage", ("", API_ID, "dev")),
    _mapped("DEP-42:another-path", ("v1", API_ID, "prod")),
    Defect(
        id="DEP-42:routing-rules-decide",
        breaks=item(
            "domains", DOMAIN, routing="ROUTING_RULE_THEN_BASE_PATH_MAPPING", rules=(RULE,)
        ),
        outcome=Outcome.NOT_TESTABLE,
        at_most=Severity.MAJOR,
    ),
    Defect(
        id="DEP-42:rules-alone-and-none-there",
        breaks=item("domains", DOMAIN, routing="ROUTING_RULE_ONLY"),
    ),
    _mapped("DEP-42:another-api-beside", ("", API_ID, "prod"), ("stamps", "q8w2e5r1ty", "prod")),
    _mapped("DEP-42:deep-path-beside", ("", API_ID, "prod"), ("gps/verify", "q8w2e5r1ty", "prod")),
    _dns("DEP-43:nothing"),
    _dns("DEP-43:old-server", "203.0.113.80"),
    _dns("DEP-43:old-server-by-ipv6", "54.238.10.201", "2001:db8::80"),
    Defect(
        id="DEP-43:weighted-record",
        breaks=item("resolutions", DOMAIN, elsewhere=("A -> d-old.example (Weight 10)",)),
    ),
    Defect(id="DEP-43:target-unknown", breaks=item("resolutions", DOMAIN, target_addresses=())),
    Defect(
        id="DEP-43:unreadable",
        breaks=unread("resolutions", DOMAIN),
        outcome=Outcome.NOT_TESTABLE,
    ),
)
SOUND: dict[str, Break] = {
    "TLS 1.3 only": _policy("SecurityPolicy_TLS13_1_3_2025_09"),
    "TLS 1.2 after quantum computers": _policy("SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"),
    "one of the addresses rotated": item("resolutions", DOMAIN, addresses=("54.238.10.201",)),
    "one address rotated of each version of IP": item(
        "resolutions",
        DOMAIN,
        addresses=("54.238.10.201", "2001:db8::1"),
        target_addresses=("54.238.10.201", "54.238.10.202", "2001:db8::1", "2001:db8::2"),
    ),
    "a target that is reached by IPv4 alone": item(
        "resolutions",
        DOMAIN,
        addresses=("54.238.10.201",),
        target_addresses=("54.238.10.201", "2001:db8::1"),
    ),
    "a second mapping": item(
        "domains",
        DOMAIN,
        mappings=(
            BasePath(path="dev", api_id="q8w2e5r1ty", stage="dev"),
            BasePath(path="", api_id=API_ID, stage="prod"),
        ),
    ),
    "exactly the name": item("certificates", CERTIFICATE, names=(DOMAIN,)),
    "in upper case": item("certificates", CERTIFICATE, names=("*.Rally.Example.JP",)),
    "thirty days left": item(
        "certificates", CERTIFICATE, not_after=datetime(2026, 12, 25, 9, 0, tzinfo=UTC)
    ),
}
"""Other ways to be right: nothing may turn red."""
