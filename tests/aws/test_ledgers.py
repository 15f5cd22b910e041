"""Nothing that AWS can answer about our resources is undecided: the ledgers against botocore's own models."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, replace

import botocore.session
import pytest

from aws.door.sessions import SERVICES
from aws.inventory import READERS, Sections
from aws.kind.description import NEEDED
from aws.kinds import KINDS, LEDGERS, topic
from aws.ledger import Closed, Effect, Unplanned
from tests.aws.closed_world import COVERAGE, undecided
from tests.aws.fake_aws import HEALTHY
from tests.aws.known_without import NOTHING_SET, OF_KINDS, TOLD, declared_by
from tests.aws.test_kinds import ANSWERS as LITERAL
from tests.defects import DEFECTS
from tests.documented.session import ANSWERS
from tests.healthy import healthy

NOT_ASKED_THERE = {
    "apigateway:GetRequestValidators": "of methods that name one",
    "apigatewayv2:GetDomainNames": "of domains that route by rules",
    "apigatewayv2:ListRoutingRules": "likewise",
    "route53:ListResourceRecordSets": "of a hosted zone, which has tests of its own",
}

UNSHOWN = {
    "apigateway:GetDomainName endpointAccessMode",
    "apigateway:GetDomainNames items.endpointAccessMode",
    "apigateway:GetDomainNames items.mutualTlsAuthentication",
    "apigateway:GetRestApis items.apiKeySource",
    "apigateway:GetRestApis items.apiStatus",
    "apigateway:GetRestApis items.endpointAccessMode",
    "apigateway:GetRestApis items.endpointConfiguration.vpcEndpointIds",
    "apigateway:GetRestApis items.minimumCompressionSize",
    "application-autoscaling:DescribeScalingPolicies ScalingPolicies.PolicyType",
    "application-autoscaling:DescribeScalingPolicies ScalingPolicies.TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification",
    "application-autoscaling:DescribeScheduledActions ScheduledActions",
    "cloudwatch:DescribeAlarms CompositeAlarms.AlarmActions",
    "cloudwatch:DescribeAlarms CompositeAlarms.InsufficientDataActions",
    "cloudwatch:DescribeAlarms CompositeAlarms.OKActions",
    "cloudwatch:DescribeAlarms LogAlarms.ActionLogLineCount",
    "cloudwatch:DescribeAlarms LogAlarms.AlarmActions",
    "cloudwatch:DescribeAlarms LogAlarms.EvaluationState",
    "cloudwatch:DescribeAlarms LogAlarms.InsufficientDataActions",
    "cloudwatch:DescribeAlarms LogAlarms.OKActions",
    "cloudwatch:DescribeAlarms LogAlarms.WarmUpConfiguration",
    "cloudwatch:DescribeAlarms MetricAlarms.AlarmActions",
    "cloudwatch:DescribeAlarms MetricAlarms.EvaluationState",
    "cloudwatch:DescribeAlarms MetricAlarms.InsufficientDataActions",
    "cloudwatch:DescribeAlarms MetricAlarms.OKActions",
    "cloudwatch:DescribeAlarms MetricAlarms.WarmUpConfiguration",
    "dynamodb:DescribeTable Table.ArchivalSummary",
    "dynamodb:DescribeTable Table.GlobalTableWitnesses",
    "dynamodb:DescribeTable Table.LocalSecondaryIndexes",
    "dynamodb:DescribeTable Table.RestoreSummary",
    "dynamodb:DescribeTable Table.SSEDescription.InaccessibleEncryptionDateTime",
    "dynamodb:DescribeTable Table.VectorIndexes",
    "kms:DescribeKey KeyMetadata.Origin",
    "kms:DescribeKey KeyMetadata.ValidTo",
    "lambda:GetFunction Code.ImageUri",
    "lambda:GetFunction Code.RepositoryType",
    "lambda:GetFunction Code.SourceKMSKeyArn",
    "lambda:GetFunction Configuration.AcceleratorConfig",
    "lambda:GetFunction Configuration.CapacityProviderConfig",
    "lambda:GetFunction Configuration.DurableConfig",
    "lambda:GetFunction Configuration.ImageConfigResponse",
    "lambda:GetFunction Configuration.LoggingConfig.SystemLogLevel",
    "lambda:GetFunction Configuration.MasterArn",
    "lambda:GetFunction Configuration.PackageType",
    "lambda:GetFunction Configuration.SnapStart.ApplyOn",
    "lambda:GetFunction Configuration.TenancyConfig",
    "lambda:ListFunctionEventInvokeConfigs FunctionEventInvokeConfigs.DestinationConfig.OnFailure",
    "logs:DescribeLogGroups logGroups.dataProtectionStatus",
    "logs:DescribeLogGroups logGroups.inheritedProperties",
    "logs:DescribeLogGroups logGroups.retentionPolicyName",
    "s3:GetBucketWebsite RedirectAllRequestsTo",
    "s3:GetBucketWebsite RoutingRules",
    "secretsmanager:DescribeSecret OwningService",
    "secretsmanager:DescribeSecret Type",
    "secretsmanager:DescribeSecret VersionIdsToStages",
    "sns:GetDataProtectionPolicy DataProtectionPolicy",
}
"""Closed members of which no defect is: that one of them became harmless, only this list would tell."""
LOOSENING = {
    "cloudwatch:DescribeAlarms CompositeAlarms.ActionsSuppressor",
    "dynamodb:DescribeKinesisStreamingDestination KinesisDataStreamDestinations",
    "iam:GetAccountAuthorizationDetails RoleDetailList.InstanceProfileList",
    "kms:DescribeKey KeyMetadata.MultiRegionConfiguration.ReplicaKeys",
    "kms:ListGrants Grants",
    "lambda:GetFunction Configuration.LoggingConfig.ApplicationLogLevel",
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


def settings(item):
    """Return the unplanned settings of an item of a section, or those that are the item."""
    entries = item if isinstance(item, tuple) else (item,)
    return [
        one
        for entry in entries
        for one in ([entry] if isinstance(entry, Unplanned) else getattr(entry, "unplanned", ()))
    ]


def shown(defect):
    """Return the call and the fact of each unplanned setting that a defect brings."""
    before, after = healthy().inventory.sections, defect.breaks(healthy()).inventory.sections
    named = [(getattr(before, each.name), getattr(after, each.name)) for each in fields(before)]
    changed = [now for was, now in named if now is not was and isinstance(now, Mapping)]
    return {
        (one.call, one.fact)
        for section in changed
        for item in section.values()
        for one in settings(item)
    }


def test_closed_member_is_shown_by_a_defect_or_named_here():
    """Else it could become harmless, so that no row sees it any more, and nothing would fail."""
    by_defects = set().union(*map(shown, DEFECTS))
    facts = {name: (name.partition(" ")[0], entry.fact) for name, entry in closed().items()}
    times = Counter(facts.values())
    left = {name for name, one in facts.items() if one not in by_defects or times[one] > 1}

    assert left - LOOSENING == UNSHOWN


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

    assert renamed == RENAMED, "name the field by a word of its fact, or write the fact in RENAMED"


def may_be_empty(kind, key):
    """Whether ``{}`` is an answer of a call: nothing is needed of it, and no fact of it is one that AWS always returns."""
    call, facts = kind.calls[key], kind.facts.values()
    listed = bool(call.pages)
    always = any(fact.call == key and fact.absent is NEEDED for fact in facts if not listed)
    return not (call.needs or always or (listed and kind.service != "apigateway"))


def lacking():
    """Yield each place that says something a second time, which can't be derived, with what it says nothing of."""
    asked, of_kinds = LEDGERS.keys() - NOT_ASKED_THERE, OF_KINDS.items()
    services = {call.partition(":")[0] for call in LEDGERS}
    sections = {kind.section for kind in KINDS}
    for place, names in {
        "Sections of aws/inventory.py": sections - {field.name for field in fields(Sections)},
        "READERS of its module": sections - READERS.keys(),
        # Of another service, an endpoint that is not AWS's own would go unseen.
        "SERVICES of aws/door/sessions.py": services - SERVICES.keys(),
        "tests/aws/closed_world.toml": services - COVERAGE.keys(),
        "tests/documented/answers/": asked - {answer["call"] for answer in ANSWERS},
        # Without it the reader policy would not allow the call.
        "Reader, or readers(…) of a kind, of its module": {
            call for call in asked if not declared_by(call)
        },
        "needs of the ReadCall (or NOTHING_SET of tests/aws/known_without.py)": {
            call for call, (kind, key) in of_kinds if may_be_empty(kind, key)
        }
        - NOTHING_SET,
        "ANSWERS of tests/aws/test_kinds.py": {kind.words.en for kind in KINDS} - LITERAL.keys(),
    }.items():
        yield from [f"{place} lacks {', '.join(sorted(names))}"] if names else []


def test_call_service_and_kind_stand_wherever_they_are_written_twice():
    assert not (left := [*lacking()]), "\n".join(("docs/changes.md, a call and a service:", *left))


def test_every_call_that_is_described_is_made_and_no_other(fake, inventory_of):
    """A call that no reader makes would leave its facts at what their absence means."""
    inventory_of()

    described = (LEDGERS.keys() - NOT_ASKED_THERE.keys()) | TOLD.keys()
    differing = (described ^ fake.asked.keys()) | (described ^ HEALTHY.keys())
    assert not differing, (
        f"{', '.join(sorted(differing))}: described, made and answered differ; where a kind has a reader of its own,"
        " that makes the call (docs/changes.md: a call)"
    )


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
    gone = next(path for path, entry in table.members.items() if isinstance(entry, Closed))
    members = {path: entry for path, entry in table.members.items() if path != gone}
    without = {
        **LEDGERS,
        "dynamodb:DescribeTable": type(table)(members=members, resources={}),
    }
    del without["dynamodb:DescribeTimeToLive"]

    known = {"DescribeTable Table.TableStatus": ["ACTIVE"]}
    left = list(undecided(model, without, replace(COVERAGE["dynamodb"], values=known)))

    assert f"dynamodb:DescribeTable: {gone} is neither judged nor closed nor harmless" in left
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
