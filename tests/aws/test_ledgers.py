"""Nothing that AWS can answer about our resources is undecided: the ledgers against botocore's own models."""

import re
from collections import Counter
from dataclasses import replace

import botocore.session
import pytest

from aws.door.sessions import SERVICES
from aws.kinds import KINDS, LEDGERS, topic
from aws.ledger import Closed, Effect, Harmless, Judged
from tests.aws.closed_world import COVERAGE, undecided
from tests.aws.fake_aws import HEALTHY
from tests.aws.known_without import UNREAD
from tests.documented.session import ANSWERS

WRITTEN = {
    "tests/aws/answers/": HEALTHY,
    "UNREAD of tests/aws/known_without.py": UNREAD,
    "tests/documented/answers/": {answer["call"] for answer in ANSWERS},
}
"""Where a call is written down once more, since a second opinion can't be derived from the first."""

NOT_ASKED_THERE = {
    "apigateway:GetRequestValidators": "of methods that name one",
    "apigatewayv2:GetDomainNames": "of domains that route by rules",
    "apigatewayv2:ListRoutingRules": "likewise",
    "route53:ListResourceRecordSets": "of a hosted zone, which has tests of its own",
}

DECIDED = {
    "acm": (13, 0, 21),
    "apigateway": (109, 11, 78),
    "apigatewayv2": (7, 0, 9),
    "application-autoscaling": (8, 3, 18),
    "cloudwatch": (48, 16, 40),
    "dynamodb": (27, 9, 25),
    "events": (10, 0, 16),
    "iam": (22, 1, 23),
    "kms": (4, 4, 24),
    "lambda": (32, 19, 31),
    "logs": (12, 6, 19),
    "pipes": (15, 0, 13),
    "route53": (1, 0, 7),
    "s3": (8, 6, 5),
    "scheduler": (12, 0, 11),
    "secretsmanager": (12, 6, 18),
    "sns": (5, 1, 2),
}
"""Service -> members that are judged, closed and harmless. One more that is harmless is one that no row sees any more."""
LOOSENING = {
    "cloudwatch:DescribeAlarms CompositeAlarms.ActionsSuppressor",
    "dynamodb:DescribeKinesisStreamingDestination KinesisDataStreamDestinations",
    "iam:GetAccountAuthorizationDetails RoleDetailList.InstanceProfileList",
    "kms:DescribeKey KeyMetadata.MultiRegionConfiguration.ReplicaKeys",
    "kms:ListGrants Grants",
    "lambda:GetRuntimeManagementConfig ",
    "lambda:ListFunctionEventInvokeConfigs FunctionEventInvokeConfigs.DestinationConfig.OnSuccess",
    "logs:DescribeLogGroups logGroups.bearerTokenAuthenticationEnabled",
    "logs:DescribeSubscriptionFilters subscriptionFilters",
    "s3:GetBucketAcl ",
    "s3:GetBucketReplication ReplicationConfiguration",
    "secretsmanager:DescribeSecret CrossAccountPrimary",
    "secretsmanager:DescribeSecret CrossAccountReplicas",
}
"""Closed members by which others get access or our data, or an alarm is silent: to allow one is never a plain GO."""
OBSERVING = {"logs:DescribeMetricFilters metricFilters.metricTransformations"}
"""Closed members that only watch, so that their row is less grave."""
CALLED_OTHERWISE = {
    "action other than a notification",
    "copied from another account",
    "data protection",
    "edge replica of",
    "expires",
    "grants of its ACL",
    "key of the code package",
    "key out of reach since",
    "log lines in its notifications",
    "replicas in other accounts",
    "runtime updates",
    "scaled by a metric of its own",
    "SnapStart",
    "status",
    "suppressor",
    "who pays for requests",
}
"""Names of closed members that do not have the first word of AWS's name, which would say less."""
RENAMED = {
    "beyond the plan",
    "metrics of the expression",
    "point-in-time recovery",
    "policy",
    "Regions that hold it as well",
    "restorable from",
    "restorable until",
    "taken off the first period",
    "traffic sent to other versions",
    "valid from",
    "valid until",
    "variables",
    "what browsers refuse",
}
"""Names of facts that share no word with their field."""


def words_in(name):
    """Return the first letters of the words of a name of AWS's, of a field or of ours: `LocalSecondaryIndexes`."""
    return [word[:4].lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def closed():
    """Return every closed member by its call and path."""
    return {
        f"{call} {path}": entry
        for call, operation in LEDGERS.items()
        for path, entry in operation.members.items()
        if isinstance(entry, Closed)
    }


def test_as_many_members_as_were_decided_are_judged_closed_and_harmless():
    counted = Counter(
        (call.partition(":")[0], type(entry))
        for call, operation in LEDGERS.items()
        for entry in operation.members.values()
    )

    assert {
        service: tuple(counted[service, kind] for kind in (Judged, Closed, Harmless))
        for service, _ in counted
    } == DECIDED


def test_what_a_closed_member_can_do_is_as_decided():
    assert {name for name, entry in closed().items() if entry.loosens} == LOOSENING
    assert {
        name for name, entry in closed().items() if entry.effect is Effect.OBSERVES
    } == OBSERVING


def test_closed_member_is_called_as_aws_calls_it():
    otherwise = {
        entry.fact.en
        for name, entry in closed().items()
        if words_in(re.split(r"[ .]", name)[-1])[:1] not in [[w] for w in words_in(entry.fact.en)]
    }

    assert otherwise == CALLED_OTHERWISE


def test_fact_is_called_as_its_field_is():
    renamed = {
        fact.words.en
        for kind in KINDS
        for name, fact in kind.facts.items()
        if not {*words_in(name)} & {*words_in(fact.words.en)}
    }

    assert renamed == RENAMED


@pytest.mark.parametrize("place", WRITTEN)
def test_calls_of_readers_stand_in_every_table_of_the_tests(place):
    missing = LEDGERS.keys() - NOT_ASKED_THERE - {*WRITTEN[place]}

    assert not missing, f"{', '.join(missing)} is missing in {place}; docs/changes.md: a call"


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
