"""An account of age, in pages of AWS's sizes: everything is followed to its end, within what AWS takes a second."""

from collections import Counter
from copy import deepcopy

import pytest

from aws.dated import call_rates
from aws.door.sessions import RetryPolicy
from aws.kinds.function_invocation import UNSERVED
from tests.aws.answers import ACCOUNT, LAMBDA, SCOPE
from tests.aws.fake_aws import HEALTHY
from tests.aws.unread import readable

VERSIONS, OTHERS, ALARMS, ROLES = 300, 120, 1_200, 1_200
QUICK_S = 10
"""Seconds in which all calls may be made: five times those of an account that is new."""


def least_seconds(calls):
    """Return, for each rate, how long so many calls of ``service:Operation`` take at the least."""
    rates, of = call_rates(), Counter()
    for operation, times in calls.items():
        of[operation if operation in rates else operation.partition(":")[0]] += times
    return {
        name: max(0.0, (times - rates[name].burst) / rates[name].per_second)
        for name, times in of.items()
        if name in rates
    }


def paged(operation, key, entries, *, size, ask, give):
    """Answer a listing in pages, ours on the last of them."""
    everything = [*entries, *HEALTHY[operation][key]]

    def answer(asked):
        start = int(asked.get(ask) or 0)
        left = start + size < len(everything)
        more = {give: str(start + size), "IsTruncated": True} if left else {}
        others = {name: value for name, value in HEALTHY[operation].items() if name != key}
        return {**others, key: everything[start : start + size], **more}

    return answer


def version(function, number):
    (latest,) = [
        entry
        for entry in HEALTHY["lambda:ListFunctions"]["Functions"]
        if entry["FunctionArn"] == f"{LAMBDA}{SCOPE.functions[0]}:$LATEST"
    ]
    return {
        **latest,
        "FunctionName": function,
        "FunctionArn": f"{LAMBDA}{function}:{number}",
        "Version": number,
    }


@pytest.fixture
def aged(fake, inventory_of):
    """The inventory of the account, and the calls that it took."""
    published = [
        version(name, str(number)) for name in SCOPE.functions for number in range(3, VERSIONS + 1)
    ]
    others = [version(f"other-{number}", "$LATEST") for number in range(OTHERS)]
    (alarm, *_) = HEALTHY["cloudwatch:DescribeAlarms"]["MetricAlarms"]
    silent = {**alarm, "Dimensions": []}
    alarms = [{**silent, "AlarmName": f"other-{number}"} for number in range(ALARMS)]
    (role, *_) = HEALTHY["iam:GetAccountAuthorizationDetails"]["RoleDetailList"]
    roles = [
        {
            **deepcopy(role),
            "RoleName": f"other-{n}",
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/other-{n}",
        }
        for n in range(ROLES)
    ]
    for operation, key, entries, size, ask, give in (
        ("lambda:ListFunctions", "Functions", [*others, *published], 50, "Marker", "NextMarker"),
        ("cloudwatch:DescribeAlarms", "MetricAlarms", alarms, 100, "NextToken", "NextToken"),
        (
            "iam:GetAccountAuthorizationDetails",
            "RoleDetailList",
            roles,
            1_000,
            "Marker",
            "Marker",
        ),
    ):
        fake.answers[operation] = paged(operation, key, entries, size=size, ask=ask, give=give)
    return inventory_of(), fake.asked


def test_every_page_is_followed_to_what_is_ours(aged):
    inventory, _ = aged
    sections = readable(inventory).sections

    assert {name: len(found) for name, found in sections.versions.items()} == dict.fromkeys(
        SCOPE.functions, VERSIONS
    )
    assert set(sections.roles) == set(SCOPE.roles)
    assert sections.alarms


def test_aws_takes_the_calls_within_seconds_and_long_before_the_deadline(aged):
    _, calls = aged
    slowest = max(least_seconds(calls).values())

    assert slowest <= QUICK_S < RetryPolicy().deadline_s
    assert calls["lambda:GetPolicy"] == len(SCOPE.functions) * (5 + UNSERVED)
