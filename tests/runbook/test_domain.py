"""The custom domain, from nothing to its record in DNS; done again, it finds nothing to do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aws.converge import custom_domain
from aws.words import kind_of
from runbook.engine import Declined, Procedure, Refused
from runbook.procedures import domain
from tests.runbook.desk import ONCE

NAME = "api.rally.example.jp"


@pytest.fixture(scope="module")
def finished(planned):
    return planned.desk()


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
        for answer in backend._certificates.values():  # noqa: SLF001 - a CA's part
            answer.status = "ISSUED"

    def act(zone_id=zone["HostedZone"]["Id"], sleep=issue, *, go=True, agrees=False):
        named = replace(finished.environment.domain, hosted_zone=zone_id)
        environment = replace(finished.environment, domain=named)
        context = finished.context(go=go, environment=environment, permit=lambda _: agrees)
        steps = Procedure.of(domain).steps
        return [
            c
            for step in steps
            for c in step.action(replace(context, sleep=sleep, tell=told.append))
        ]

    told = []
    act.told, act.zone = told, zone["HostedZone"]["Id"]
    yield act
    gateway = finished.client("apigateway")
    for item in gateway.get_domain_names().get("items", []):
        gateway.delete_domain_name(domainName=item["domainName"])
    finished.aws.moto.backend("acm", finished.aws.region).reset()
    finished.aws.moto.backend("route53", "aws").reset()


def test_from_nothing_to_the_record_and_then_nothing_more(acting, finished):
    made = {kind_of(change.resource).en for change in acting()}
    found = finished.client("apigateway").get_domain_name(domainName=NAME)

    assert made == {"certificate", "DNS record", "custom domain", "mapping"}
    assert found["securityPolicy"] == "TLS_1_2"
    assert found["endpointConfiguration"]["types"] == ["REGIONAL"]
    assert acting() == []


def test_without_a_zone_the_records_are_told(acting):
    acting(zone_id=None)

    assert [words for words in acting.told if f"{NAME} CNAME d-" in words.en]


def test_a_record_that_somebody_else_sets_is_no_change_of_a_rehearsal(acting):
    shown = acting(zone_id=None, go=False)

    assert [change for change in shown if change.resource.en.startswith("DNS record ")] == []


def test_waiting_for_a_certificate_has_an_end(acting):
    with pytest.raises(Refused, match="is issued: timed out after 2700 s"):
        acting(sleep=lambda _: None)


def test_a_rehearsal_reads_only(acting, finished):
    with finished.reads_only():
        shown = acting(go=False)

    assert {kind_of(change.resource).en for change in shown if change.creates} == {
        *("certificate", "custom domain", "mapping", "DNS record")
    }
    assert finished.client("apigateway").get_domain_names().get("items", []) == []


def test_a_rehearsal_of_a_finished_domain_reads_only_and_shows_nothing(acting, finished):
    acting()
    with finished.reads_only():
        assert acting(go=False) == []


def set_record(finished, acting, kind, value):
    record = {"Name": NAME, "Type": kind, "TTL": 300, "ResourceRecords": [{"Value": value}]}
    change = {"Action": "UPSERT", "ResourceRecordSet": record}
    finished.client("route53").change_resource_record_sets(
        HostedZoneId=acting.zone, ChangeBatch={"Changes": [change]}
    )


def test_a_name_that_leads_elsewhere_is_led_here_only_after_asking(acting, finished):
    set_record(finished, acting, "A", "192.0.2.1")
    with pytest.raises(Declined, match=f"DNS record {NAME} A: value"):
        acting()
    made = acting(agrees=True)

    assert [(change.before, change.destroys) for change in made] == [("192.0.2.1", True)]
    assert acting() == []


@pytest.mark.parametrize("spelt", ["{}", "{}.", "D-{}"])
def test_a_cname_to_the_target_is_as_good_as_an_alias_however_it_is_spelt(acting, finished, spelt):
    acting(zone_id=None)
    target = finished.client("apigateway").get_domain_name(domainName=NAME)["regionalDomainName"]
    set_record(finished, acting, "CNAME", spelt.format(target).replace("D-d-", "D-"))

    assert [
        change for change in acting() if change.resource.en.startswith(f"DNS record {NAME}")
    ] == []


def test_a_cname_to_something_else_is_left_to_people(acting, finished):
    set_record(finished, acting, "CNAME", "old.example.jp")
    with pytest.raises(
        Refused, match=r"is a CNAME to old\.example\.jp, beside which DNS takes no A"
    ):
        acting()


def test_a_mapping_to_another_api_is_repointed_only_after_asking(acting, finished):
    acting()
    gateway = finished.client("apigateway")
    other = gateway.create_rest_api(name="another")["id"]
    resource = gateway.get_resources(restApiId=other)["items"][0]["id"]
    at = {"restApiId": other, "resourceId": resource, "httpMethod": "GET"}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="MOCK")
    gateway.create_deployment(restApiId=other, stageName="prod")
    patch = [{"op": "replace", "path": "/restapiId", "value": other}]
    gateway.update_base_path_mapping(domainName=NAME, basePath="(none)", patchOperations=patch)
    with pytest.raises(Declined, match=f"mapping {NAME}/: REST API"):
        acting()
    made = acting(agrees=True)
    gateway.delete_rest_api(restApiId=other)

    assert [(change.field.en, change.before) for change in made] == [("REST API", other)]


def test_an_edge_domain_is_refused_with_the_way_to_a_regional_one(acting, finished):
    finished.client("apigateway").create_domain_name(
        domainName=NAME,
        certificateArn="arn:aws:acm:us-east-1:777788889999:certificate/edge",
        endpointConfiguration={"types": ["EDGE"]},
    )
    with pytest.raises(Refused, match=r"is EDGE, not REGIONAL, .*value=REGIONAL op=add"):
        acting()


def test_a_newer_security_policy_stays_when_the_certificate_changes(acting, finished):
    newer, gateway = "SecurityPolicy_TLS13_1_3_2025_09", finished.client("apigateway")
    gateway.create_domain_name(
        domainName=NAME,
        regionalCertificateArn="arn:aws:acm:ap-northeast-1:777788889999:certificate/expired",
        endpointConfiguration={"types": ["REGIONAL"]},
        securityPolicy=newer,
    )
    made = acting()
    found = gateway.get_domain_name(domainName=NAME)

    assert found["securityPolicy"] == newer
    assert [
        change.field.en for change in made if change.resource.en == f"custom domain {NAME}"
    ] == ["certificate"]


def test_an_edge_endpoint_beside_the_regional_one_is_told(acting, finished):
    acting()
    domains = finished.aws.moto.backend("apigateway", finished.aws.region).domain_names
    domains[NAME].endpoint_configuration = {"types": ["EDGE", "REGIONAL"]}
    acting()

    assert [words for words in acting.told if f"domain {NAME} is EDGE as well" in words.en]


def status_of(finished, *said):
    """Let API Gateway say these statuses of the domain, one after another, and then that it is AVAILABLE."""
    left = list(said)

    def told(parsed, **_):
        parsed["domainNameStatus"] = left.pop(0) if left else "AVAILABLE"
        parsed["domainNameStatusMessage"] = "as said"

    return finished.hooked("after-call.api-gateway.GetDomainName", told)


def test_a_domain_whose_change_is_under_way_is_waited_for(acting, finished):
    acting()
    naps = []
    with status_of(finished, *["UPDATING"] * 4):
        acting(sleep=naps.append)

    assert len(naps) == 3  # the first answer was the look at what is there


@pytest.mark.parametrize("status", ["FAILED", "PENDING_CERTIFICATE_REIMPORT"])
def test_a_domain_that_only_a_person_can_bring_on_is_told_at_once(acting, finished, status):
    acting()
    with (
        status_of(finished, *[status] * 9),
        pytest.raises(Refused, match=rf"domain {NAME} is {status} \(as said\): see it in"),
    ):
        acting()


def test_routing_rules_that_decide_before_the_mapping_are_told(acting, finished):
    def ruled(parsed, **_):
        parsed["routingMode"] = "ROUTING_RULE_THEN_BASE_PATH_MAPPING"

    acting()
    with finished.hooked("after-call.api-gateway.GetDomainName", ruled):
        acting()

    assert [
        words for words in acting.told if "routing rules decide before its mappings" in words.en
    ]


def test_a_certificate_that_is_about_to_end_is_told(acting, finished):
    acting()
    told, later = [], datetime.now(UTC) + timedelta(days=350)
    context = finished.context(tell=told.append)
    made = custom_domain.converge(context, context.plan.domain, now=lambda: later)

    assert made == ()
    assert "and ACM has not renewed it" in told[0].en


class Acm:
    """Lists as ACM does: RSA of at most 2048 bits, unless other keys are asked for."""

    def __init__(self, *known):
        self.known = {str(number): one for number, one in enumerate(known)}

    def get_paginator(self, _):
        return self

    def paginate(self, CertificateStatuses, Includes=None):  # noqa: N803 - as AWS names them
        kinds = (Includes or {}).get("keyTypes", ["RSA_1024", "RSA_2048"])
        found = [
            {"CertificateArn": arn, "DomainName": value["DomainName"]}
            for arn, value in self.known.items()
            if value["KeyAlgorithm"] in kinds and value["Status"] in CertificateStatuses
        ]
        return [{"CertificateSummaryList": found}]

    def describe_certificate(self, CertificateArn):  # noqa: N803 - as AWS names it
        return {"Certificate": {"CertificateArn": CertificateArn, **self.known[CertificateArn]}}


def certificate(name, key="RSA_2048", status="ISSUED"):
    return {"DomainName": name, "KeyAlgorithm": key, "Status": status}


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ([certificate(NAME, "EC_prime256v1")], NAME),
        ([certificate("*.rally.example.jp")], "*.rally.example.jp"),
        ([certificate("*.rally.example.jp"), certificate(NAME)], NAME),
        (
            [certificate("*.rally.example.jp"), certificate(NAME, status="PENDING_VALIDATION")],
            "*.rally.example.jp",
        ),
        ([certificate("*.example.jp")], None),
        ([certificate("*.rally.example.jp", status="PENDING_VALIDATION")], None),
        ([certificate(NAME, status="EXPIRED")], None),
    ],
    ids=["ec", "wildcard", "own-first", "issued-first", "two-labels", "another's", "expired"],
)
def test_a_certificate_that_covers_the_name_is_found(finished, there, found):
    context = replace(finished.context(), clients=lambda _: Acm(*there))
    chosen = custom_domain.find_certificate(context, finished.environment.domain)

    assert (chosen and chosen["DomainName"]) == found
