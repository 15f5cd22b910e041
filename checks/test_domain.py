"""DEP-40 to DEP-43: the custom domain, where the environment has one."""

from datetime import datetime

from aws.difference import unallowed
from checks.deployed import Deployed
from checks.domain_name import (
    RENEWAL,
    certificate_of,
    covers,
    days_left,
    leads_there,
    mapping_of,
    refuses_old_tls,
    region_of,
    resolution_of,
)
from signoff.checklist import expectation
from signoff.decisions import Decided
from signoff.environment import Domain, Environment
from signoff.observations import Observations


@expectation("DEP-40", ja="カスタムドメインが利用可能である")
def test_domain_is_available(
    deployed: Deployed, custom_domain: Domain, observe: Observations
) -> None:
    domain = observe(deployed.domain(custom_domain.name), "status")

    assert domain.status == "AVAILABLE", f"{domain.name} is {domain.status}"


@expectation("DEP-40", ja="カスタムドメインがリージョン型である")
def test_domain_is_regional(
    deployed: Deployed, custom_domain: Domain, observe: Observations
) -> None:
    domain = observe(deployed.domain(custom_domain.name), "endpoint_types")

    kinds = domain.endpoint_types
    assert kinds == ("REGIONAL",), f"{domain.name} is {' and '.join(kinds) or 'of no type'}"


@expectation("DEP-40", ja="カスタムドメインがTLS 1.2未満を拒否する")
def test_domain_refuses_tls_before_1_2(
    deployed: Deployed, custom_domain: Domain, observe: Observations
) -> None:
    domain = observe(deployed.domain(custom_domain.name), "security_policy")

    policy = domain.security_policy
    assert refuses_old_tls(policy), f"{domain.name} has the security policy {policy!r}"


@expectation("DEP-40", ja="カスタムドメインに計画外の設定がない")
def test_domain_has_nothing_unplanned(
    deployed: Deployed, custom_domain: Domain, decided: Decided, observe: Observations
) -> None:
    domain = observe(deployed.domain(custom_domain.name), "unplanned")

    decided(unallowed(domain.unplanned), observe)


@expectation("DEP-41", ja="証明書が発行済みである")
def test_certificate_is_issued(
    deployed: Deployed, custom_domain: Domain, observe: Observations
) -> None:
    certificate = observe(certificate_of(deployed, custom_domain.name), "status")

    assert certificate.status == "ISSUED", f"{certificate.arn} is {certificate.status}"


@expectation("DEP-41", ja="証明書がドメインを対象に含む")
def test_certificate_covers_the_domain(
    deployed: Deployed, custom_domain: Domain, observe: Observations
) -> None:
    name = custom_domain.name
    certificate = observe(certificate_of(deployed, name), "names")

    covered = any(covers(one, name) for one in certificate.names)
    assert covered, f"{certificate.arn} is for {', '.join(certificate.names)}, not {name}"


@expectation("DEP-41", ja="証明書がAPIと同じリージョンにある")
def test_certificate_is_in_the_region_of_the_api(
    deployed: Deployed, custom_domain: Domain, environment: Environment, observe: Observations
) -> None:
    certificate = observe(certificate_of(deployed, custom_domain.name), "arn")

    region = region_of(certificate.arn)
    assert region == environment.region, f"{certificate.arn} is in {region}"


@expectation("DEP-41", ja="証明書の期限が迫っていない")
def test_certificate_does_not_expire_soon(
    deployed: Deployed, custom_domain: Domain, now: datetime, observe: Observations
) -> None:
    certificate = observe(certificate_of(deployed, custom_domain.name), "not_after")

    left = days_left(certificate, now)
    assert left >= RENEWAL.days, f"{certificate.arn} expires in {left} days"


@expectation("DEP-42", ja="カスタムドメインが計画したステージにつながる")
def test_domain_leads_to_the_stage(
    deployed: Deployed, custom_domain: Domain, observe: Observations
) -> None:
    domain = observe(deployed.domain(custom_domain.name), "mappings")
    mapping = mapping_of(domain, custom_domain)
    api, stage = deployed.rest_api(), deployed.stage()
    observe.note(api=api.id, stage=stage.name)

    there = (mapping.api_id, mapping.stage)
    assert there == (api.id, stage.name), f"{domain.name} leads to {'/'.join(there)}"


@expectation("DEP-43", ja="DNSがカスタムドメインのターゲットを返す")
def test_dns_answers_with_the_target_of_the_domain(
    deployed: Deployed, custom_domain: Domain, observe: Observations
) -> None:
    name = custom_domain.name
    resolution = observe(resolution_of(deployed, name), "addresses", "target_addresses")

    found = ", ".join(resolution.addresses) or "nothing"
    assert leads_there(resolution), f"DNS answers {found} for {name}, which is not its target"
