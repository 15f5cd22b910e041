"""Nothing that AWS can answer about our resources is undecided: the ledgers against botocore's own models."""

import re
from dataclasses import replace

import botocore.session
import pytest

from aws.door.sessions import SERVICES
from aws.kinds import LEDGERS, topic
from aws.ledger import Closed
from tests.aws.closed_world import COVERAGE, undecided
from tests.aws.fake_aws import HEALTHY
from tests.aws.known_without import UNREAD
from tests.recorded.documented import ANSWERS

WRITTEN = {
    "tests/aws/answers/": HEALTHY,
    "UNREAD of tests/aws/known_without.py": UNREAD,
    "tests/recorded/documentation/": {answer["call"] for answer in ANSWERS},
}
"""Where a call is written down once more, since a second opinion can't be derived from the first."""

NOT_ASKED_THERE = {
    "apigateway:GetRequestValidators": "of methods that name one",
    "apigatewayv2:GetDomainNames": "of domains that route by rules",
    "apigatewayv2:ListRoutingRules": "likewise",
    "route53:ListResourceRecordSets": "of a hosted zone, which has tests of its own",
}


@pytest.mark.parametrize("call", sorted(LEDGERS.keys() - NOT_ASKED_THERE))
def test_call_of_a_reader_stands_in_every_table_of_the_tests(call):
    missing = [place for place, calls in WRITTEN.items() if call not in calls]

    assert not missing, f"{call} is missing in {', '.join(missing)}; docs/changes.md: a call"


def test_each_service_that_is_asked_says_what_of_it_is_never_asked():
    assert {call.partition(":")[0] for call in LEDGERS} == COVERAGE.keys(), (
        "tests/aws/closed_world.toml and what is asked differ; docs/changes.md: a service"
    )


def test_each_service_that_is_asked_is_known_by_its_endpoint_setting():
    """Of another, an endpoint that is not AWS's own would go unseen."""
    unknown = {call.partition(":")[0] for call in LEDGERS} - SERVICES.keys()

    assert not unknown, f"SERVICES of aws/door/sessions.py lacks {', '.join(sorted(unknown))}"


@pytest.mark.parametrize("service", COVERAGE)
def test_every_member_value_and_operation_is_decided(service):
    model = botocore.session.get_session().get_service_model(service)
    ledger = {call: one for call, one in LEDGERS.items() if call.startswith(f"{service}:")}

    left = list(undecided(model, ledger, COVERAGE[service]))
    assert ledger
    assert not left, "\n".join(left)


def test_a_member_or_value_or_operation_that_is_new_is_told():
    model = botocore.session.get_session().get_service_model("dynamodb")
    table = LEDGERS["dynamodb:DescribeTable"]
    members = {**table.members}
    del members["Table.StreamSpecification"]
    without = {
        **LEDGERS,
        "dynamodb:DescribeTable": type(table)(members=members, resources={}),
    }
    del without["dynamodb:DescribeTimeToLive"]

    known = {"DescribeTable Table.TableStatus": ["ACTIVE"]}
    left = list(undecided(model, without, replace(COVERAGE["dynamodb"], values=known)))

    assert any("StreamSpecification.StreamEnabled is neither" in one for one in left)
    assert any("TableStatus can be ARCHIVED" in one for one in left)
    assert any(name.startswith("dynamodb:DescribeTimeToLive: neither") for name in left)


FACTS = {fact.at.removeprefix("Attributes.") for fact in topic.TOPIC.facts.values()}
"""Attributes of a topic that are facts."""


@pytest.mark.parametrize(
    ("operation", "judged"), [("GetTopicAttributes", FACTS), ("GetSubscriptionAttributes", set())]
)
def test_every_attribute_that_sns_documents_is_decided(operation, judged):
    """Its model has one map of texts; only its documentation names them."""
    model = botocore.session.get_session().get_service_model("sns")
    described = model.operation_model(operation).output_shape.members["Attributes"].documentation
    named = set(re.findall(r"<li> <p> ?<code>(\w+)</code> ", described))

    scopes = {"MessageAttributes", "MessageBody"}  # values of FilterPolicyScope, listed alike
    decided = {name for names in COVERAGE["sns"].attributes[operation].values() for name in names}
    assert len(named) > 5
    assert named - scopes <= decided | judged


def test_facts_of_one_kind_have_one_name():
    facts = [
        entry.fact
        for operation in LEDGERS.values()
        for entry in operation.members.values()
        if isinstance(entry, Closed)
    ]

    assert all(fact.en and fact.ja for fact in facts)
