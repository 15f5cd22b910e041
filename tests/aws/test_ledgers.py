"""Nothing that AWS can answer about our resources is undecided: the ledgers against botocore's own models."""

import importlib
import pkgutil
import re

import botocore.session
import pytest

from aws import ledgers
from aws.attachments import LEDGERS
from aws.kinds import topic
from aws.ledger import Closed, undecided

SERVICES = {
    name: importlib.import_module(f"aws.ledgers.{name}")
    for _, name, _ in pkgutil.iter_modules(ledgers.__path__)
}


@pytest.mark.parametrize("name", SERVICES)
def test_every_member_value_and_operation_is_decided(name):
    service = name.removesuffix("_").replace("_", "-")
    model = botocore.session.get_session().get_service_model(service)
    ledger = {call: one for call, one in LEDGERS.items() if call.startswith(f"{service}:")}

    left = list(undecided(model, ledger, SERVICES[name].COVERAGE))
    assert ledger
    assert not left, "\n".join(left)


def test_a_member_or_value_or_operation_that_is_new_is_told():
    ledger = SERVICES["dynamodb"]
    model = botocore.session.get_session().get_service_model("dynamodb")
    table = ledger.LEDGER["dynamodb:DescribeTable"]
    members = {**table.members}
    del members["Table.StreamSpecification"]
    members["Table.TableStatus"] = type(members["Table.TableStatus"])(
        "status", frozenset({"ACTIVE"})
    )
    without = {
        **ledger.LEDGER,
        "dynamodb:DescribeTable": type(table)(members=members, resources={}),
    }
    del without["dynamodb:DescribeTimeToLive"]

    left = list(undecided(model, without, ledger.COVERAGE))

    assert any("StreamSpecification.StreamEnabled is neither" in one for one in left)
    assert any("TableStatus can be ARCHIVED" in one for one in left)
    assert any(one.startswith("dynamodb:DescribeTimeToLive: neither") for one in left)


@pytest.mark.parametrize(
    ("operation", "decided"),
    [
        ("GetTopicAttributes", topic.TOPIC_ATTRIBUTES),
        ("GetSubscriptionAttributes", topic.SUBSCRIPTION_ATTRIBUTES),
    ],
)
def test_every_attribute_that_sns_documents_is_decided(operation, decided):
    """Its model has one map of texts; only its documentation names them."""
    model = botocore.session.get_session().get_service_model("sns")
    described = model.operation_model(operation).output_shape.members["Attributes"].documentation
    named = set(re.findall(r"<li> <p> ?<code>(\w+)</code> ", described))

    scopes = {"MessageAttributes", "MessageBody"}  # values of FilterPolicyScope, listed alike
    assert len(named) > 5
    assert named - scopes <= decided.keys()


def test_facts_of_one_kind_have_one_name():
    facts = [
        entry.fact
        for operation in LEDGERS.values()
        for entry in operation.members.values()
        if isinstance(entry, Closed)
    ]

    assert all(one.en and one.ja for one in facts)
