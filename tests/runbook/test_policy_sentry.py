"""The printed policies, read by AWS's own list of actions and resources as policy_sentry ships it, not by ours."""

import fnmatch
import json
from collections.abc import Iterator, Mapping
from functools import cache
from string import Template
from typing import Any

import botocore.session
import pytest
from policy_sentry.querying.actions import get_action_data, get_actions_for_service
from policy_sentry.querying.arns import does_arn_match

from aws.iam.condition import CARRIED, OF_OTHERS
from plan import plan_for, scope_of
from runbook.engine.step import DescribedEnvironment
from runbook.rights import declared, policy
from signoff.commands.policies import ci, reader
from smoke.policy import policy as of_smoke
from tests.runbook.example_production import example

PROD = example()
NAMES = (*sorted(declared()), "reader", "ci", "smoke")
NEWER = frozenset(
    {
        "cloudwatch:PutLogAlarm",
        "lambda:DeleteResourcePolicy",
        "lambda:PutResourcePolicy",
        "secretsmanager:DisassociateCrossAccountReplica",
    }
)
"""Actions that AWS added after the list of the pinned policy_sentry was made; botocore calls each."""


@cache
def policies() -> Mapping[str, Mapping[str, Any]]:
    plan = plan_for(PROD)
    scope = scope_of(plan, PROD)
    others = {"reader": reader(PROD, scope), "ci": ci(PROD, scope), "smoke": of_smoke(PROD, plan)}
    return {name: policy(name, DescribedEnvironment(PROD)) for name in declared()} | others


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def granted(name: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each action that a policy allows, with the resources that it names for it."""
    for entry in policies()[name]["Statement"]:
        yield from ((action, listed(entry["Resource"])) for action in listed(entry["Action"]))


def formats(action: str) -> frozenset[str]:
    """Return the ARNs that an action works on, as AWS documents them; ``*`` where it names none."""
    service, _, name = action.partition(":")
    data = get_action_data(service, name)
    return (
        frozenset(entry["resource_arn_format"] for entry in data[service]) if data else frozenset()
    )


def is_of(resource: str, arn: str) -> bool:
    """Whether a Resource may be of the kind of a documented ARN; API Gateway's paths are one tree."""
    tree = Template(arn).safe_substitute(Partition="aws", Region=PROD.region, Account=PROD.account)
    whole = resource.startswith("arn:aws:apigateway:") and fnmatch.fnmatchcase(tree, resource)
    return resource == "*" or does_arn_match(resource, arn) or whole


def unheard_of(name: str) -> set[str]:
    return {action for action, _ in granted(name) if not formats(action)} - NEWER


def of_another_kind(name: str) -> list[tuple[str, list[str]]]:
    """Return the actions that a policy allows on nothing that they work on."""
    return [
        (action, resources)
        for action, resources in granted(name)
        if (known := formats(action))
        and not any(is_of(resource, arn) for resource in resources for arn in known)
    ]


def keys_of_its_service(action: str) -> set[str]:
    """Return the condition keys that AWS lists for an action, without those of all services; of tags, what stands before the slash."""
    service, _, name = action.partition(":")
    listed = {
        key for entry in get_action_data(service, name)[service] for key in entry["condition_keys"]
    }
    parts = (key.lower().partition(":") for key in listed)
    return {key.partition("/")[0] for prefix, _, key in parts if prefix == service}


@pytest.mark.parametrize("action", CARRIED)
def test_call_of_a_function_carries_the_keys_that_aws_lists(action):
    assert keys_of_its_service(action) == CARRIED[action]


def services_of_keys(service: str) -> set[str]:
    """Return whose condition keys AWS lists for the calls of a service, without its own and those of all services."""
    keys = {
        key
        for action in get_actions_for_service(service)
        for entry in get_action_data(service, action.partition(":")[2])[service]
        for key in entry["condition_keys"]
    }
    return {key.partition(":")[0].lower() for key in keys} - {"aws", service}


@pytest.mark.parametrize("service", OF_OTHERS)
def test_calls_of_a_service_carry_the_keys_of_no_others_but_those(service):
    assert services_of_keys(service) == OF_OTHERS[service]


def test_call_that_assumes_a_role_carries_the_keys_of_other_services():
    assert services_of_keys("sts") >= {"iam", "saml"}


def test_aws_lists_every_action_of_each_policy():
    assert {name: unknown for name in NAMES if (unknown := unheard_of(name))} == {}


def test_every_action_is_allowed_on_a_resource_of_its_kind():
    assert {name: wrong for name in NAMES if (wrong := of_another_kind(name))} == {}


@pytest.mark.parametrize("action", sorted(NEWER))
def test_action_that_the_list_lacks_is_an_operation_of_aws_and_still_lacking(action):
    service, _, operation = action.partition(":")

    assert operation in botocore.session.get_session().get_service_model(service).operation_names
    assert not formats(action)


@pytest.mark.parametrize(
    ("action", "resource", "fits"),
    [
        ("dynamodb:GetItem", "arn:aws:dynamodb:ap-northeast-1:1:table/Users-prod", True),
        ("dynamodb:GetItem", "arn:aws:dynamodb:ap-northeast-1:1:tabel/Users-prod", False),
        ("s3:PutObject", "arn:aws:s3:::rally-evidence", False),
        ("apigateway:GET", "arn:aws:apigateway:ap-northeast-1::/*", True),
        ("apigateway:GET", "arn:aws:apigateway:eu-west-1::/*", False),
    ],
)
def test_a_resource_of_another_kind_would_be_seen(action, resource, fits):
    assert any(is_of(resource, arn) for arn in formats(action)) is fits


def test_every_policy_is_printed_as_json_that_allows_something():
    assert all(json.loads(json.dumps(policy))["Statement"] for policy in policies().values())
