"""How many calls the whole plan takes: a number that AWS's rate limits make matter."""

from copy import deepcopy

import pytest

from plan import plan_for, scope_of
from signoff.environments import ENVIRONMENTS, load
from tests.inventory.answers import role
from tests.inventory.fake_aws import HEALTHY


@pytest.fixture
def planned(fake):
    """The plan of the local environment, all there, with no key, domain or bucket of its own."""
    environment = load("local", ENVIRONMENTS, {}).environment
    scope = scope_of(plan_for(environment), environment, salts=("own",))
    table, topic, alarms, listing = (
        HEALTHY["dynamodb:DescribeTable"],
        HEALTHY["sns:GetTopicAttributes"],
        deepcopy(HEALTHY["cloudwatch:DescribeAlarms"]["MetricAlarms"]),
        HEALTHY["iam:GetAccountAuthorizationDetails"],
    )
    for one in alarms:
        one["AlarmActions"] = [scope.topic]
        one["AlarmName"] = f"{scope.prefix}-{one['AlarmName']}"
    fake.answers |= {
        "apigateway:GetRestApis": {
            "items": [HEALTHY["apigateway:GetRestApis"]["items"][0] | {"name": scope.api}]
        },
        "apigateway:GetUsagePlans": {"items": [{"id": "u1", "name": scope.usage_plan}]},
        "cloudwatch:DescribeAlarms": {"MetricAlarms": alarms},
        "dynamodb:DescribeTable": lambda asked: {
            "Table": table(asked)["Table"] | {"SSEDescription": {}}
        },
        "iam:GetAccountAuthorizationDetails": listing
        | {"RoleDetailList": [role(name) for name in scope.roles]},
        "lambda:ListFunctions": {"Functions": [{"FunctionName": name} for name in scope.functions]},
        "sns:GetTopicAttributes": lambda asked: {
            "Attributes": {**topic(asked)["Attributes"], "KmsMasterKeyId": ""}
        },
    }
    return scope


def test_whole_plan_takes_ninety_eight_calls(planned, fake, inventory_of):
    inventory_of(planned)

    assert fake.asked.total() == 98


def test_few_of_them_are_of_the_control_plane_that_allows_ten_a_second(planned, fake, inventory_of):
    inventory_of(planned)

    assert sum(n for name, n in fake.asked.items() if name.startswith("apigateway:")) == 11


def test_ten_times_the_roles_are_the_same_three_calls(planned, fake, inventory_of):
    fake.answers["iam:GetAccountAuthorizationDetails"] |= {
        "RoleDetailList": [role(f"{planned.prefix}-{n}-role") for n in range(70)]
    }

    inventory_of(planned)

    assert sum(n for name, n in fake.asked.items() if name.startswith("iam:")) == 3
