"""Every closed member of AWS's answers, set to something unusual, turns the row of its kind red, and no other.

What `tests.defects` plants is chosen by hand: what people find in a console. Here a value is made of the
shape that botocore gives a member, so that one that is closed tomorrow is tried as well.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.model import Shape

from aws.kinds import KINDS, LEDGERS
from aws.ledger import Closed, Unplanned, unplanned
from tests.defects.changes import edited, rebound, shape_of
from tests.defects.defect import Break
from tests.healthy import healthy
from tests.judging import green
from tests.watching import healthy_again

REBOUND = rebound(healthy())
SECTIONS = {kind.words: kind.attached_section or kind.section for kind in KINDS}
"""Kind -> the section of its unplanned settings, or of the items that have them."""
IN_THEIR_ITEM = {"rest_apis", "stages", "domains"}
A_FACT = {"sns:GetDataProtectionPolicy DataProtectionPolicy"}
"""Judged as the topic's own fact: ``MON-06:data-protection`` of ``tests/defects`` has it."""
CLOSED = [
    (call, path)
    for call, operation in LEDGERS.items()
    for path, entry in operation.members.items()
    if isinstance(entry, Closed) and operation.resources and f"{call} {path}" not in A_FACT
]
UNUSUAL: Mapping[str, Any] = {
    "s3:GetBucketAcl ": {
        "Owner": {"ID": "us"},
        "Grants": [{"Grantee": {"ID": "them"}, "Permission": "READ"}],
    },
    "s3:GetBucketLifecycleConfiguration Rules": [{"Status": "Enabled", "Expiration": {"Days": 1}}],
    "s3:GetBucketRequestPayment Payer": "Requester",
    "kms:ListGrants Grants": [
        {"GranteePrincipal": "arn:aws:iam::999988887777:role/them", "Operations": ["Decrypt"]}
    ],
    "logs:DescribeLogGroups logGroups.dataProtectionStatus": "ACTIVATED",
    "lambda:GetFunction Configuration.SnapStart.ApplyOn": "PublishedVersions",
    "lambda:GetRuntimeManagementConfig ": {"UpdateRuntimeOn": "Manual"},
    "dynamodb:DescribeTimeToLive TimeToLiveDescription": {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": "ExpiresAt",
    },
}
"""Members of which the last value that AWS names, or any text, is a usual one."""
PLAIN = {
    "string": "text",
    "integer": 7,
    "long": 7,
    "float": 7.0,
    "double": 7.0,
    "boolean": True,
    "timestamp": datetime(2026, 1, 1, tzinfo=UTC),
}
ROWS = {
    "alarm": "MON-08",
    "bucket": "SEC-22",
    "custom domain": "DEP-40",
    "function": "DEP-19",
    "key": "SEC-05",
    "log group": "MON-15",
    "REST API": "DEP-34",
    "role": "SEC-23",
    "secret": "SEC-09",
    "stage": "DEP-35",
    "table": "DEP-08",
}
OF_ANOTHER_ROW = {"logs:DescribeMetricFilters metricFilters.metricTransformations": "MON-16"}
FOLLOWING = {"MON-08": {"MON-06"}}
"""Whether an alarm tells anybody cannot be known of one that may not work."""


def filled(shape: Shape) -> Any:
    match shape.type_name:
        case "structure":
            return {name: filled(inner) for name, inner in shape.members.items()}
        case "list":
            return [filled(shape.member)]
        case "map":
            return {"key": filled(shape.value)}
    return shape.enum[-1] if getattr(shape, "enum", None) else PLAIN[shape.type_name]


def member(shape: Shape, path: str) -> Shape:
    """Return the shape at a dotted path; lists are transparent."""
    if not path:
        return shape
    if shape.type_name == "list":
        return member(shape.member, path)
    name, _, below = path.partition(".")
    return member(shape.members[name], below)


def alone(shape: Shape, path: str, value: Any) -> Any:
    """Return an answer that has the member at this path, and nothing else."""
    if not path:
        return value
    if shape.type_name == "list":
        return [alone(shape.member, path, value)]
    name, _, below = path.partition(".")
    return {name: alone(shape.members[name], below, value)}


def planted(call: str, path: str) -> tuple[str, Break]:
    """Return the kind of a member, and what gives the first of its healthy resources an unusual value of it."""
    ledger, shape = LEDGERS[call], shape_of(call)
    (kind,) = {resource.kind for resource in ledger.resources.values()}
    section = SECTIONS[kind]
    name = min(getattr(healthy().inventory.sections, section))
    named = {at: replace(one, name=lambda *_: name) for at, one in ledger.resources.items()}
    value = UNUSUAL.get(f"{call} {path}") or filled(member(shape, path))
    answer = alone(shape, path, value)
    attached = (*unplanned(call, replace(ledger, resources=named), shape, {}, answer),)
    in_item = section in IN_THEIR_ITEM
    return kind.en, edited(section, name, within(attached) if in_item else lambda _: attached)


def within(attached: tuple[Unplanned, ...]) -> Any:
    def changed(item: Any) -> Any:
        match item:
            case (first, *others):
                return (changed(first), *others)
        return replace(item, unplanned=attached)

    return changed


@pytest.mark.parametrize(("call", "path"), CLOSED, ids=str)
def test_unusual_value_of_a_closed_member_turns_the_row_of_its_kind_red(call, path):
    kind, breaks = planted(call, path)
    row = OF_ANOTHER_ROW.get(f"{call} {path}", ROWS[kind])

    red = [one for one in healthy_again()(REBOUND(breaks(green()))) if one.outcome.red]

    assert {one.row for one in red} == {row} | FOLLOWING.get(row, set())
    assert all(LEDGERS[call].members[path].fact.en in one.words.en for one in red)
