"""The custom domain: which security policies, certificates, mappings and DNS answers will do."""

import re
from datetime import datetime, timedelta

from aws.domain import BasePath, Certificate, CustomDomain, Resolution
from aws.section import Follows, Missing, NotTestable, lookup
from checks.deployed import Deployed
from signoff.environment import Domain

TLS_1_2_OR_NEWER = re.compile(
    r"TLS_1_[23]"
    r"|SecurityPolicy_TLS13_1_[23]_\w+"  # minimum version after the newest one
    r"|SecurityPolicy_TLS1[23]_(?:PFS_)?\d{4}_EDGE"
)
"""Policies that refuse TLS 1.0 and 1.1 (API Gateway developer guide, "Supported security policies")."""
MAPPINGS_ONLY = "BASE_PATH_MAPPING_ONLY"
RENEWAL = timedelta(days=30)
"""ACM renews 60 days ahead; what is left with less will not be renewed by itself."""


def refuses_old_tls(policy: str) -> bool:
    return TLS_1_2_OR_NEWER.fullmatch(policy) is not None


def certificate_of(deployed: Deployed, name: str) -> Certificate:
    """Return the certificate of a domain; Missing where none is attached or it does not exist."""
    arn = deployed.domain(name).certificate_arn
    if arn is None:
        raise Missing(f"no certificate is attached to {name}")
    found = lookup(deployed.found.certificates, arn)
    if found is None:
        raise Missing(f"{arn}, attached to {name}, does not exist in the API's Region")
    return found


def covers(pattern: str, name: str) -> bool:
    """Whether a certificate's name covers a host; ``*`` stands for exactly one label."""
    if not pattern.startswith("*."):
        return pattern.lower() == name.lower()
    return pattern[2:].lower() == name.lower().partition(".")[2]


def days_left(certificate: Certificate, now: datetime) -> int:
    """Return whole days until the certificate expires; one without an expiry has none left."""
    return (certificate.not_after - now).days if certificate.not_after else 0


def region_of(arn: str) -> str:
    return arn.split(":")[3]


def mapping_of(found: CustomDomain, domain: Domain) -> BasePath:
    """Return the mapping at the planned base path; Missing where there is none.

    NotTestable where routing rules may lead the calls elsewhere.
    """
    if found.routing != MAPPINGS_ONLY:
        raise NotTestable(
            f"{found.name} goes by routing rules ({found.routing}), which are not read"
        )
    planned = domain.base_path.strip("/")
    by_path = {one.path.strip("/"): one for one in found.mappings}
    if planned not in by_path:
        raise Missing(f"{found.name} maps nothing at /{planned}")
    return by_path[planned]


def resolution_of(deployed: Deployed, name: str) -> Resolution:
    """Return what DNS answers for a domain; Follows where the domain itself is absent."""
    deployed.domain(name)
    found = lookup(deployed.found.resolutions, name)
    if found is None:
        raise Follows("DEP-40", f"{name} was not looked up")
    return found


def leads_there(resolution: Resolution) -> bool:
    """Whether the name leads to its target: one address in common, as API Gateway rotates them."""
    return bool({*resolution.addresses} & {*resolution.target_addresses})
