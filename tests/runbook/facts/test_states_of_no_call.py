"""States that no call makes, and what hangs on the rest of the environment."""

from dataclasses import replace

import pytest

from aws.change.gate import Refused
from signoff.environment.schema import TableSettings
from tests.runbook.facts import api, data
from tests.runbook.facts.answer import run


def deleting(parsed, **_):
    """Answer as AWS does of a table that goes: neither its key nor anything else of it."""
    parsed["Table"] = {"TableName": data.USERS, "TableStatus": "DELETING"}


def test_table_that_is_being_deleted_is_waited_for_by_a_person(desk):
    described = desk.hooked("after-call.dynamodb.DescribeTable", deleting)

    with described, pytest.raises(Refused, match="is being deleted: wait until it is gone"):
        run(desk, data.BY_TABLES)


def test_table_of_fixed_capacity_is_told_where_the_plan_has_no_figures(desk):
    desk.environment = replace(desk.environment, billing="PROVISIONED")
    data.provisioned(desk.client)
    told = []
    made = run(desk, data.BY_TABLES, tell=told.append)

    assert made == []
    said = " ".join(words.en for words in told)
    assert "StampMasters-prod does not scale to 200 units a second" in said


def test_closed_address_of_the_api_is_opened_where_nothing_else_leads_to_it(desk):
    desk.environment = replace(desk.environment, domain=None)
    gateway = desk.client("apigateway")
    api.patched(api.replaced("/disableExecuteApiEndpoint", "true"))(desk.client)
    run(desk, api.BY_ITSELF)

    found = gateway.get_rest_api(restApiId=api.id_of(gateway))
    assert found["disableExecuteApiEndpoint"] is False


def test_closed_address_of_the_api_stays_closed_behind_a_domain(desk):
    api.patched(api.replaced("/disableExecuteApiEndpoint", "true"))(desk.client)

    assert run(desk, api.BY_ITSELF) == []


def test_decided_stream_is_turned_on(desk):
    desk.environment = replace(
        desk.environment, table_settings={"stampmasters": TableSettings(stream="NEW_IMAGE")}
    )
    (made,) = run(desk, data.BY_TABLES)
    again = run(desk, data.BY_TABLES)

    found = desk.client("dynamodb").describe_table(TableName="StampMasters-prod")["Table"]
    assert (made.resource.en, made.field.en, made.after) == (
        "table StampMasters-prod",
        "stream",
        "NEW_IMAGE",
    )
    assert found["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert again == []


@pytest.mark.parametrize(
    ("decided", "said"),
    [
        ({"billing": "PROVISIONED"}, "is on demand, and billing is PROVISIONED, for which"),
        ({"replicas": ("ap-northeast-3",)}, "has no copy in ap-northeast-3, which was decided"),
    ],
)
def test_what_was_decided_and_a_person_has_to_make_is_told(desk, decided, said):
    settings = {"stampmasters": TableSettings(**decided)}
    desk.environment = replace(desk.environment, table_settings=settings)
    told = []
    made = run(desk, data.BY_TABLES, tell=told.append)

    assert made == []
    assert said in told[0].en
