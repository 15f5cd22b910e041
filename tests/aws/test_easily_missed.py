"""Settings that stand beside the usual ones in an answer, and turn their meaning round."""

import pytest

from aws.usage_plan import OwnLimit
from tests.aws.answers import SCOPE
from tests.aws.fake_aws import HEALTHY


@pytest.fixture
def changed(fake, inventory_of):
    """Read with more fields in one answer: at its top, or in the first entry under ``within``."""

    def read(operation, within=None, **more):
        answer = HEALTHY[operation]
        answer = (
            answer({"SecretId": SCOPE.secrets[0], "TableName": "Spots-prod"})
            if callable(answer)
            else answer
        )
        if within is None:
            fake.answers[operation] = answer | more
        elif isinstance(answer[within], list):
            first, *others = answer[within]
            fake.answers[operation] = answer | {within: [first | more, *others]}
        else:
            fake.answers[operation] = answer | {within: answer[within] | more}
        return inventory_of().sections

    return read


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


def test_copies_of_a_table_in_other_regions_are_seen(changed):
    found = changed("dynamodb:DescribeTable", "Table", Replicas=[{"RegionName": "us-west-2"}])

    assert found.tables["Spots-prod"].replicas == ("us-west-2",)


def test_copies_of_a_secret_in_other_regions_are_seen(changed):
    copies = [{"Region": "us-west-2", "Status": "InSync"}]

    found = changed("secretsmanager:DescribeSecret", ReplicationStatus=copies)

    assert found.secrets[SCOPE.secrets[0]].replicas == ("us-west-2",)


def test_routing_rules_of_a_domain_are_seen(changed):
    found = changed("apigateway:GetDomainName", routingMode="ROUTING_RULE_ONLY")

    assert found.domains[SCOPE.domain].routing == "ROUTING_RULE_ONLY"
