"""How many calls the whole plan takes: a number that AWS's rate limits make matter."""

from copy import deepcopy
from dataclasses import replace

import pytest
from botocore.session import get_session

from plan import plan_for, scope_of
from signoff.environment import ENVIRONMENTS, load
from tests.aws.answers.compute import role
from tests.aws.fake_aws import HEALTHY

ON_DEMAND = {"BillingMode": "PAY_PER_REQUEST"}
OF_ITS_OWN = {"AttachedManagedPolicies": []}
"""What the plan gives its roles: all their policies stand in themselves."""

FUNCTIONS = len(load("local", ENVIRONMENTS, {}).environment.application.functions)
OF_EACH = {
    "dynamodb ResourceArn": 3,
    "dynamodb TableName": 3,
    "events Rule": 3,
    "lambda FunctionName": FUNCTIONS,
    "logs logGroupName": FUNCTIONS + 1,
    "logs policyType": 2,
    "secretsmanager SecretId": 2,
}
"""A member without which AWS answers nothing -> how many resources have such a name: one call for each."""
OTHERWISE = {
    "lambda:GetFunction": 3 * FUNCTIONS + 1,
    "lambda:GetPolicy": 4 * FUNCTIONS,
    "logs:DescribeLogGroups": 3,
    "logs:DescribeResourcePolicies": 2,
}
"""Calls that one reading makes more often; every other operation is asked once."""


def times(call):
    """Return how often a reading makes a call."""
    service, _, name = call.partition(":")
    shape = get_session().get_service_model(service).operation_model(name).input_shape
    needed = shape.required_members if shape else ()
    of_each = (OF_EACH[key] for key in (f"{service} {one}" for one in needed) if key in OF_EACH)
    return OTHERWISE.get(call) or next(of_each, 1)


def _published(functions, versions):
    """List every function as it is edited, and so many published versions of it."""
    for name in functions:
        for version in ("$LATEST", *map(str, range(1, versions + 1))):
            role = f"arn:aws:iam::444455556666:role/{name}-role"
            yield {
                "FunctionName": name,
                "Version": version,
                "CodeSha256": version,
                "Role": role,
            }


@pytest.fixture
def planned(fake):
    """The plan of the local environment, all there, with no key, domain or bucket of its own."""
    environment = load("local", ENVIRONMENTS, {}).environment
    scope = replace(scope_of(plan_for(environment), environment), salts=("own",))
    table, aliases, topic, alarms, listing = (
        HEALTHY["dynamodb:DescribeTable"],
        HEALTHY["lambda:ListAliases"],
        HEALTHY["sns:GetTopicAttributes"],
        deepcopy(HEALTHY["cloudwatch:DescribeAlarms"]["MetricAlarms"]),
        HEALTHY["iam:GetAccountAuthorizationDetails"],
    )
    for alarm in alarms:
        alarm["AlarmActions"] = [scope.topic]
        alarm["AlarmName"] = f"{scope.prefix}-{alarm['AlarmName']}"
    fake.answers |= {
        "apigateway:GetRestApis": {
            "items": [HEALTHY["apigateway:GetRestApis"]["items"][0] | {"name": scope.api}]
        },
        "apigateway:GetDomainNames": {"items": []},
        "apigateway:GetUsagePlans": {"items": [{"id": "u1", "name": scope.usage_plan}]},
        "cloudwatch:DescribeAlarms": {"MetricAlarms": alarms},
        "dynamodb:DescribeTable": lambda asked: {
            "Table": table(asked)["Table"] | {"SSEDescription": {}, "BillingModeSummary": ON_DEMAND}
        },
        "iam:GetAccountAuthorizationDetails": listing
        | {"RoleDetailList": [role(name) | OF_ITS_OWN for name in scope.roles]},
        "logs:DescribeLogGroups": lambda asked: {
            "logGroups": [
                {"logGroupName": name}
                for name in scope.log_groups
                if name.startswith(asked["logGroupNamePrefix"])
            ]
        },
        "lambda:ListAliases": lambda asked: {"Aliases": aliases(asked)["Aliases"][:1]},
        "lambda:ListFunctions": {"Functions": [*_published(scope.functions, 2)]},
        "sns:GetTopicAttributes": lambda asked: {
            "Attributes": {**topic(asked)["Attributes"], "KmsMasterKeyId": ""}
        },
    }
    return scope


def test_whole_plan_takes_a_bit_over_a_hundred_calls(planned, fake, inventory_of):
    inventory_of(planned)

    assert fake.asked == {call: times(call) for call in fake.asked}
    assert fake.asked.total() <= 76 + 12 * FUNCTIONS, (
        "a reading takes 160 calls of our seven functions at most"
    )


def test_each_further_version_is_one_more_place_to_look_for_a_policy(planned, fake, inventory_of):
    fake.answers["lambda:ListFunctions"] = {"Functions": [*_published(planned.functions, 5)]}

    inventory_of(planned)

    assert fake.asked["lambda:GetPolicy"] == FUNCTIONS * (2 + 5)
    assert fake.asked["lambda:ListFunctions"] == 1


def test_few_of_them_are_of_the_control_plane_that_allows_ten_a_second(planned, fake, inventory_of):
    inventory_of(planned)

    assert sum(n for name, n in fake.asked.items() if name.startswith("apigateway:")) == 10


def test_ten_times_the_roles_are_the_same_three_calls(planned, fake, inventory_of):
    fake.answers["iam:GetAccountAuthorizationDetails"] |= {
        "RoleDetailList": [role(f"{planned.prefix}-{n}-role") for n in range(70)]
    }

    inventory_of(replace(planned, roles=tuple(f"{planned.prefix}-{n}-role" for n in range(70))))

    assert sum(n for name, n in fake.asked.items() if name.startswith("iam:")) == 3
