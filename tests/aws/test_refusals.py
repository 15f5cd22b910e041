"""Every read refused in turn: exactly what it would have told is unreadable, and nothing else.

Compared with the healthy reading, of which test_inventory says that nothing is unread: so a hole in
one answer fails the tests of that answer's kind, and not every test here.
"""

import io

import pytest

from aws.inventory import READERS
from aws.saved import from_json, to_json, unreadable
from tests.aws.fake_aws import HEALTHY
from tests.aws.known_without import EMPTY_LISTINGS, LOST, NOTHING_SET, UNREAD, of
from tests.aws.unread import is_unread, items, missing, unread


def test_every_operation_that_is_asked_has_its_line_in_the_table(fake, inventory_of):
    inventory_of()

    assert set(fake.asked) == set(HEALTHY) == set(UNREAD)


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
@pytest.mark.parametrize("operation", sorted(UNREAD))
def test_refused_operation_leaves_unread_what_it_tells_and_no_more(
    operation, code, fake, healthy, inventory_of
):
    fake.refuse(operation, code)

    inventory = inventory_of()

    assert unread(inventory) == unread(healthy) | UNREAD[operation]
    assert missing(inventory, healthy) == LOST.get(operation, set())
    reasons = set(unreadable(inventory)) - set(unreadable(healthy))
    assert all(f"{operation}: {code}: injected" in reason for reason in reasons)


@pytest.mark.parametrize("operation", sorted(UNREAD))
def test_answer_without_content_is_unread_or_nothing_but_never_good(
    operation, fake, healthy, inventory_of
):
    fake.answers[operation] = {}

    inventory = inventory_of()

    assert inventory.sections != healthy.sections or operation in NOTHING_SET
    unknown = set() if operation in NOTHING_SET else UNREAD[operation]
    assert unread(inventory) == unread(healthy) | unknown


def test_every_call_refused_still_gives_an_inventory_of_reasons(fake, inventory_of):
    for operation in HEALTHY:
        fake.refuse(operation, "AccessDeniedException")

    inventory = inventory_of()

    assert all(is_unread(getattr(inventory.sections, one)) for one in READERS)
    assert from_json(to_json(inventory)) == inventory


def test_empty_account_is_known_to_be_empty(fake, inventory_of):
    for operation in HEALTHY:
        fake.refuse(operation, "ResourceNotFoundException")
    for listing, key in EMPTY_LISTINGS.items():
        fake.answers[listing] = {key: []}
    fake.answers["iam:GetAccountAuthorizationDetails"] = {"RoleDetailList": [], "Policies": []}

    inventory = inventory_of()

    assert unread(inventory) == {"lambda_account", "gateway_account"}
    assert set(items(inventory)) == of("names", *inventory.sections.names)
    assert {one.names for one in inventory.sections.names.values()} == {()}


def test_body_that_is_no_json_is_unread(fake, inventory_of):
    fake.answers["apigateway:GetExport"] = lambda _: {"body": io.BytesIO(b"<html>sorry</html>")}
    fake.answers["cloudwatch:GetDashboard"] = {"DashboardBody": "{"}

    assert unread(inventory_of()) == of("served", "prod") | of("dashboards", "rally-dashboard")
