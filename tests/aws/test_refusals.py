"""Every read refused in turn: exactly what it would have told is unreadable, and nothing else.

Compared with the healthy reading, of which nothing is unread: a hole in one answer is red there, once.
"""

import io
import json
from dataclasses import replace

import pytest

from aws.inventory import READERS
from aws.saved import from_json, to_json
from tests.aws.answers import SCOPE
from tests.aws.fake_aws import HEALTHY, RefusedCall
from tests.aws.known_without import (
    LOST,
    NOTHING_SET,
    empty_listings,
    of,
    unread_without,
)
from tests.aws.unread import is_unread, items, missing, unread
from tests.unread import unreadable

SEARCHED = {
    "secretsmanager:GetSecretValue",
    *(name for name, lost in LOST.items() if "leaks account" in lost),
}
"""Operations that tell what is searched for in all answers, or where it is found: all is read without them."""
SERVICES = sorted({name.partition(":")[0] for name in HEALTHY})


@pytest.fixture
def instead(read_again, healthy, fake, inventory_of):
    """Read once for each operation of a service what it feeds, with that one answered so: operation -> inventory."""

    def anew(operation, answer):
        if operation in SEARCHED:
            fake.answers = {**HEALTHY, operation: answer}
            return inventory_of()
        fresh, _ = read_again(operation, {operation: answer}, healthy.sections)
        return replace(healthy, sections=replace(healthy.sections, **fresh))

    def read(service, answer):
        asked = [operation for operation in sorted(HEALTHY) if operation.startswith(f"{service}:")]
        return {operation: anew(operation, answer) for operation in asked}

    return read


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
@pytest.mark.parametrize("service", SERVICES)
def test_refused_operation_leaves_unread_what_it_tells_and_no_more(service, code, instead, healthy):
    found = instead(service, RefusedCall(code, "injected"))

    assert {name: unread(value) for name, value in found.items()} == {
        name: unread_without(name, healthy.sections) for name in found
    }
    assert {name: missing(value, healthy) for name, value in found.items()} == {
        name: LOST.get(name, set()) for name in found
    }
    reasons = {(name, reason) for name, value in found.items() for reason in unreadable(value)}
    assert all(f"{name}: {code}: injected" in reason for name, reason in reasons)


@pytest.mark.parametrize("service", SERVICES)
def test_answer_without_content_is_unread_or_nothing_but_never_good(service, instead, healthy):
    found = instead(service, {})

    assert {
        name for name, value in found.items() if value.sections == healthy.sections
    } <= NOTHING_SET
    assert {name: unread(value) for name, value in found.items()} == {
        name: set() if name in NOTHING_SET else unread_without(name, healthy.sections)
        for name in found
    }


def test_every_call_refused_still_gives_an_inventory_of_reasons(fake, inventory_of):
    for operation in HEALTHY:
        fake.refuse(operation, "AccessDeniedException")

    inventory = inventory_of()

    assert all(is_unread(getattr(inventory.sections, reader)) for reader in READERS)
    assert from_json(to_json(inventory)) == inventory


def test_empty_account_is_known_to_be_empty(fake, inventory_of):
    for operation in HEALTHY:
        fake.refuse(operation, "ResourceNotFoundException")
    fake.answers |= dict(empty_listings())

    inventory = inventory_of()

    assert unread(inventory) == {"lambda_account", "gateway_account"}
    of_no_resource = of("account_log_policies", *inventory.sections.account_log_policies)
    assert set(items(inventory)) == {
        *of("names", *inventory.sections.names),
        *of_no_resource,
        *of("role_users", *SCOPE.roles),
        "leaks account",
    }
    assert {name.names for name in inventory.sections.names.values()} == {()}


HALF_A_SCHEME = json.dumps(
    {
        "paths": {},
        "components": {
            "securitySchemes": {"s": {"x-amazon-apigateway-authorizer": {"authorizerUri": "u"}}}
        },
    }
).encode()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>sorry</html>", "is garbled"),
        (b"[" * 100_000, "is garbled"),
        (b"[]", "is garbled"),
        (b'{"paths": "none"}', "is garbled"),
        (b"{}", "has no paths"),
        (HALF_A_SCHEME, "has no components.securitySchemes.s.name"),
    ],
    ids=str,
)
def test_export_that_is_none_is_told_by_its_call_and_member(fake, inventory_of, body, said):
    fake.answers["apigateway:GetExport"] = lambda _: {"body": io.BytesIO(body)}

    told = inventory_of().sections.served["prod"].words.en
    assert told == f"apigateway:GetExport: the answer {said}"


@pytest.mark.usefixtures("healthy")
def test_body_that_is_no_json_is_unread(fake, inventory_of):
    fake.answers["apigateway:GetExport"] = lambda _: {"body": io.BytesIO(b"<html>sorry</html>")}
    fake.answers["cloudwatch:GetDashboard"] = {"DashboardBody": "{"}

    broken = of("served", "prod") | of("dashboards", "rally-dashboard")
    assert unread(inventory_of()) == broken
