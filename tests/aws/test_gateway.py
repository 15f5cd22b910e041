"""What is read of the API, its stage, who may call it how often, and its domain, literally."""

import socket
import threading
from dataclasses import replace
from functools import partial

import pytest

from aws.dns import resolve
from aws.door.sessions import within
from aws.kinds.domain import BasePath
from aws.kinds.rest_api import MethodSetting
from aws.kinds.usage_plan import OwnLimit
from tests.aws.answers import SCOPE
from tests.aws.answers.gateway import GATEWAY
from tests.aws.fake_aws import OPTIONS


def test_policy_of_the_api_is_json(found):
    assert found.rest_apis["rally-api"][0].policy == '{"Statement": []}'


def test_stage_settings_are_keyed_by_path_and_a_limit_of_minus_one_is_none(found):
    assert found.stages["prod"].settings == {
        "*/*": MethodSetting(rate=1000.0, burst=2000, logging_level="ERROR"),
        "spots/{id}/GET": MethodSetting(),
    }


def test_deployments_stand_newest_first(found):
    assert [difference.id for difference in found.deployments["rally-api"]] == ["d2", "d1"]


@pytest.mark.parametrize(
    ("settings", "percent"), [({"percentTraffic": 10.0}, 10.0), ({"deploymentId": "d9"}, 0.0)]
)
def test_canary_is_seen_whatever_its_share(settings, percent, changed):
    found = changed("apigateway:GetStages", "item", canarySettings=settings)

    assert found.stages["prod"].canary_percent == percent


def test_limit_of_one_method_in_a_usage_plan_is_seen(changed):
    limit = {"/stamps/GET": {"rateLimit": 9000.0, "burstLimit": 9}}
    stage = {"apiId": "abc123", "stage": "prod", "throttle": limit}

    found = changed("apigateway:GetUsagePlans", "items", apiStages=[stage])

    wide = OwnLimit(method="abc123:prod /stamps/GET", rate=9000.0, burst=9)
    assert found.usage_plans["rally-plan"].own_limits == (wide,)


def test_two_usage_plans_of_one_name_are_unread(fake, sections):
    plan = GATEWAY["apigateway:GetUsagePlans"]["items"][0]
    fake.answers["apigateway:GetUsagePlans"] = {"items": [plan, plan | {"id": "u9"}]}

    reason = sections().usage_plans["rally-plan"].words.en

    assert reason == "apigateway: 2 of the name rally-plan: u1, u9"


def test_domain_is_mapped_at_its_root(found):
    domain = found.domains[SCOPE.domain]

    assert BasePath(path="", api_id="abc123", stage="prod") in domain.mappings
    assert found.certificates[domain.certificate_arn].status == "ISSUED"
    assert found.resolutions[SCOPE.domain].addresses == ("192.0.2.1",)


def test_routing_rules_of_a_domain_are_seen(fake, changed):
    fake.answers["apigatewayv2:ListRoutingRules"] = {"RoutingRules": []}
    found = changed("apigateway:GetDomainName", routingMode="ROUTING_RULE_ONLY")

    assert found.domains[SCOPE.domain].routing == "ROUTING_RULE_ONLY"


def test_unresolved_name_is_unread_but_a_name_that_leads_nowhere_is_known(sections):
    def fails(_name):
        raise OSError(-3, "Temporary failure in name resolution")

    failing = sections(options=replace(OPTIONS, resolve=fails))
    nowhere = sections(options=replace(OPTIONS, resolve=lambda _: ()))

    assert "Temporary failure" in failing.resolutions[SCOPE.domain].words.en
    assert nowhere.resolutions[SCOPE.domain].addresses == ()


def test_name_that_does_not_exist_has_no_addresses(monkeypatch):
    def unknown(*_args, **_more):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert resolve("nowhere.example") == ()


def test_resolver_in_trouble_is_an_error(monkeypatch):
    def troubled(*_args, **_more):
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    monkeypatch.setattr(socket, "getaddrinfo", troubled)

    with pytest.raises(OSError, match="try again"):
        within(5, partial(resolve, "somewhere.example"))


def test_resolver_that_hangs_is_left_behind():
    ever = threading.Event()

    with pytest.raises(TimeoutError, match=r"no answer within 0\.05 s"):
        within(0.05, ever.wait)
    ever.set()


NO_DOMAIN = replace(SCOPE, domain=None)
SECOND = "apigatewayv2:GetDomainNames"


def test_listing_of_domains_that_says_nothing_is_held_against_the_second_api(fake, sections):
    fake.answers |= {"apigateway:GetDomainNames": {}, SECOND: {"Items": [{"DomainName": "old"}]}}

    found = sections(NO_DOMAIN).api_mappings

    assert found.words.en == "apigateway:GetDomainNames: old is not among the answer's items"


def test_account_without_domains_is_known_to_have_none(fake, sections):
    fake.answers |= {"apigateway:GetDomainNames": {}, SECOND: {"Items": []}}

    assert sections(NO_DOMAIN).api_mappings == {}


def test_second_api_is_not_asked_where_the_first_answers_its_list(fake, sections):
    fake.answers |= {"apigateway:GetDomainNames": {"items": []}}

    assert sections(NO_DOMAIN).api_mappings == {}
    assert SECOND not in fake.asked


def test_page_that_leads_to_itself_ends_the_reading_of_its_domain(fake, sections):
    fake.answers["apigatewayv2:GetApiMappings"] = {"Items": [], "NextToken": "again"}

    found = sections().domains[SCOPE.domain]

    assert found.words.en == "apigatewayv2: get_api_mappings: the same page is answered again"


@pytest.mark.parametrize("operation", ["GetResources", "GetGatewayResponses"])
def test_draft_that_says_nothing_is_no_empty_draft(operation, fake, sections):
    fake.answers[f"apigateway:{operation}"] = {}

    assert sections().draft.words.en == f"apigateway:{operation}: the answer has no items"
