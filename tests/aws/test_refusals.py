"""Every read refused in turn: exactly what it would have told is unreadable, and nothing else."""

import io
from dataclasses import replace

import pytest

from aws.inventory import READERS
from aws.saved import from_json, to_json, unreadable
from tests.aws.answers import SCOPE
from tests.aws.fake_aws import HEALTHY, OPTIONS, Refusal
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

    assert unread(inventory) == UNREAD[operation]
    assert missing(inventory, healthy) == LOST.get(operation, set())
    assert all(f"{operation}: {code}: injected" in reason for reason in unreadable(inventory))


@pytest.mark.parametrize("operation", sorted(UNREAD))
def test_answer_without_content_is_unread_or_nothing_but_never_good(
    operation, fake, healthy, inventory_of
):
    fake.answers[operation] = {}

    inventory = inventory_of()

    assert inventory.sections != healthy.sections or operation in NOTHING_SET
    assert unread(inventory) == (set() if operation in NOTHING_SET else UNREAD[operation])


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


def test_function_without_the_alias_is_read_unqualified(fake, inventory_of):
    def without_alias(asked):
        answer = HEALTHY["lambda:GetFunction"]({"Qualifier": "none", **asked})
        return Refusal("ResourceNotFoundException", "alias") if "Qualifier" in asked else answer

    fake.answers["lambda:GetFunction"] = without_alias

    assert inventory_of().sections.functions["rally-auth"].name == "rally-auth"
    assert fake.asked["lambda:GetFunction"] == 4


def test_function_without_a_policy_has_none_at_any_place(fake, inventory_of):
    fake.refuse("lambda:GetPolicy", "ResourceNotFoundException")

    places = inventory_of().sections.function_policies["rally-auth"]

    assert [one.qualifier for one in places] == [None, "live", "trial", "1", "2"]
    assert {one.document for one in places} == {None}


def test_table_without_a_policy_has_none_and_an_absent_table_is_absent(fake, inventory_of):
    fake.refuse("dynamodb:GetResourcePolicy", "PolicyNotFoundException")
    assert inventory_of().sections.table_policies["Users-prod"].document is None

    fake.refuse("dynamodb:GetResourcePolicy", "ResourceNotFoundException")
    assert inventory_of().sections.table_policies == {}


def test_environment_hidden_behind_a_key_makes_the_function_unread(fake, inventory_of):
    answer = HEALTHY["lambda:GetFunction"]
    hidden = {"Error": {"ErrorCode": "AccessDeniedException", "Message": "KMS"}}
    fake.answers["lambda:GetFunction"] = lambda asked: {
        "Configuration": answer(asked)["Configuration"] | {"Environment": hidden}
    }

    reason = inventory_of().sections.functions["rally-auth"].unreadable

    assert reason == "lambda:GetFunction: environment: AccessDeniedException"


def test_body_that_is_no_json_is_unread(fake, inventory_of):
    fake.answers["apigateway:GetExport"] = lambda _: {"body": io.BytesIO(b"<html>sorry</html>")}
    fake.answers["cloudwatch:GetDashboard"] = {"DashboardBody": "{"}

    assert unread(inventory_of()) == of("served", "prod") | of("dashboards", "rally-dashboard")


def test_two_usage_plans_of_one_name_are_unread(fake, inventory_of):
    plan = HEALTHY["apigateway:GetUsagePlans"]["items"][0]
    fake.answers["apigateway:GetUsagePlans"] = {"items": [plan, plan | {"id": "u9"}]}

    reason = inventory_of().sections.usage_plans["rally-plan"].unreadable

    assert reason == "apigateway: 2 of the name rally-plan: u1, u9"


@pytest.mark.usefixtures("fake")
def test_unresolved_name_is_unread_but_a_name_that_leads_nowhere_is_known(inventory_of):
    def fails(_name):
        raise OSError(-3, "Temporary failure in name resolution")

    failing = inventory_of(options=replace(OPTIONS, resolve=fails))
    nowhere = inventory_of(options=replace(OPTIONS, resolve=lambda _: ()))

    assert "Temporary failure" in failing.sections.resolutions[SCOPE.domain].unreadable
    assert nowhere.sections.resolutions[SCOPE.domain].addresses == ()
