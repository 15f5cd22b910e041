"""The custom domain, from nothing to its record in DNS; done again, it finds nothing to do."""

from dataclasses import replace

import pytest

from runbook import domain
from signoff.procedure import Procedure, Refused
from tests.runbook.desk import ONCE
from tests.runbook.rollback.operator import account

NAME = "api.rally.example.jp"


@pytest.fixture(scope="module")
def finished():
    with account("999900001111") as made:
        yield made.desk


@pytest.fixture
def acting(finished):
    """Runs the steps on the finished stack, where the certificate is issued as soon as it is waited for."""
    for service in ("acm", "route53"):
        finished._clients[service] = finished.session.client(  # noqa: SLF001 - two more services
            service, endpoint_url=finished.aws.endpoint, config=ONCE
        )
    zone = finished.client("route53").create_hosted_zone(Name="example.jp", CallerReference=NAME)

    def issue(*_):
        backend = finished.aws.moto.backend("acm", finished.aws.region)
        for one in backend._certificates.values():  # noqa: SLF001 - a CA's part
            one.status = "ISSUED"

    def act(zone_id=zone["HostedZone"]["Id"], sleep=issue):
        named = replace(finished.environment.domain, hosted_zone=zone_id)
        work = finished.work(go=True, environment=replace(finished.environment, domain=named))
        steps = Procedure.of(domain).steps
        return [
            c for one in steps for c in one.action(replace(work, sleep=sleep, tell=told.append))
        ]

    told = []
    act.told = told
    yield act
    gateway = finished.client("apigateway")
    for one in gateway.get_domain_names().get("items", []):
        gateway.delete_domain_name(domainName=one["domainName"])
    finished.aws.moto.backend("acm", finished.aws.region).reset()
    finished.aws.moto.backend("route53", "aws").reset()


def test_from_nothing_to_the_record_and_then_nothing_more(acting, finished):
    made = {one.resource.split()[0] for one in acting()}
    found = finished.client("apigateway").get_domain_name(domainName=NAME)

    assert made == {"certificate", "record", "domain", "mapping"}
    assert found["securityPolicy"] == "TLS_1_2"
    assert found["endpointConfiguration"]["types"] == ["REGIONAL"]
    assert acting() == []


def test_without_a_zone_the_records_are_told(acting):
    acting(zone_id=None)

    assert [one for one in acting.told if f"{NAME} CNAME d-" in one.en]


def test_waiting_for_a_certificate_has_an_end(acting):
    with pytest.raises(Refused, match="is issued: not so after 2700 s"):
        acting(sleep=lambda _: None)
