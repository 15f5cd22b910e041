"""AWS refuses part of the reading of a stack that may go live: unknown is red, and never a GO."""

from dataclasses import replace

import pytest

from aws.door.sessions import RetryPolicy
from aws.kinds import LEDGERS
from aws.reader_policy import actions
from aws.saved import from_json, to_json
from local.aws.request import json_response, refusal
from signoff.judge.verdict import VerdictWord
from tests.faults import denied, failing, throttled
from tests.foreign.account import OPTIONS, exported, with_evidence
from tests.foreign.hand import edge
from tests.foreign.judged import decision, rows, rows_of
from tests.unread import unreadable

NOT_ASKED = {
    "iam:GetPolicy": "asked only about a policy that the account's listing leaves out",
    "iam:GetPolicyVersion": "asked only about a policy that the account's listing leaves out",
    "application-autoscaling:DescribeScalableTargets": "asked where some table is not on demand",
    "application-autoscaling:DescribeScalingPolicies": "likewise",
    "application-autoscaling:DescribeScheduledActions": "likewise",
    "events:ListApiDestinations": "asked where a rule has one as its target",
    "events:ListTargetsByRule": "asked of rules, and this stack has none",
    "pipes:DescribePipe": "asked of pipes, and this stack has none",
    "scheduler:GetSchedule": "asked of schedules, and this stack has none",
    "cloudwatch:GetAlarmMuteRule": "asked of mute rules, and this stack has none",
    "kms:ListGrants": "asked of keys of the customer only, and this stack has none",
    "kms:GetKeyPolicy": "asked of keys of the customer only, and this stack has none",
    "route53:ListResourceRecordSets": "asked where a hosted zone is configured, and this stack has none",
    "apigatewayv2:GetDomainNames": "asked of domains that route by rules, and refused in a test of its own",
    "apigatewayv2:ListRoutingRules": "asked of domains that route by rules, and refused in a test of its own",
    "apigateway:GetRequestValidators": "asked where a method names one, and none does",
}
"""Operations of the ledgers that reading this stack does not call, and why."""
OPERATIONS = tuple(sorted({*LEDGERS, "dynamodb:Scan"} - NOT_ASKED.keys()))
"""Every operation that reading this stack calls."""
OTHERWISE = {
    "kms:GetPublicKey": "asked of the key that signs records, and this stack has a file",
    "s3:GetLifecycleConfiguration": "the action of s3:GetBucketLifecycleConfiguration",
    "s3:GetReplicationConfiguration": "the action of s3:GetBucketReplication",
    "apigateway:ListRoutingRules": "asked of domains that route by rules, and refused in a test of its own",
    "apigateway:GET": "the one action of all operations of API Gateway",
    "kms:Decrypt": "what other services do on the reader's behalf",
    "lambda:ListTags": "asked along with lambda:GetFunction",
    "logs:FilterLogEvents": "the smoke run's",
    "s3:GetBucketPublicAccessBlock": "the action of s3:GetPublicAccessBlock",
    "s3:GetEncryptionConfiguration": "the action of s3:GetBucketEncryption",
    "sts:GetCallerIdentity": "the guard's",
}
"""Actions of the reader's policy that are no operation here, and why."""
EVEN, ODD = OPERATIONS[::2], OPERATIONS[1::2]
TRYING = replace(OPTIONS, retry=RetryPolicy(attempts=2, rates={}))


@pytest.fixture
def refusing(account):
    """Read with a fault in the way."""

    def inventory(fault, options=OPTIONS):
        account.aws.faults.append(fault)
        return account.inventory(options)

    yield inventory
    account.aws.faults.clear()


@pytest.fixture(scope="module")
def verdicts(inventory, judge_again):
    """Decide as publishing does, and by the rows alone: each must be enough by itself."""
    good = with_evidence(inventory)

    def verdicts(inventory):
        judged = rows_of(judge_again(replace(good, inventory=inventory)))
        return decision(judged, unread=unreadable(inventory)), decision(judged)

    return verdicts


def test_stack_may_go_live_as_long_as_nothing_is_refused(inventory):
    judged = rows(with_evidence(inventory))

    assert decision(judged) is VerdictWord.GO


def test_operations_are_those_that_reading_calls(account):
    before = len(account.aws.calls)

    account.inventory()

    called = {f"{call.service}:{call.operation}" for call in account.aws.calls[before:]}
    assert called == set(OPERATIONS)


def test_every_action_of_the_reader_s_policy_is_refused_here():
    assert set(actions()) - set(OPERATIONS) - NOT_ASKED.keys() == set(OTHERWISE)


@pytest.fixture
def refusing_some(account, inventory, asking):
    """Read the sections that ask some operations anew, with a fault in their way; what never asks them is as before."""

    def read_again(fault, operations):
        account.aws.faults.append(fault)
        asked = set().union(*(asking[operation] for operation in operations))
        return account.again(inventory, *sorted(asked))

    yield read_again
    account.aws.faults.clear()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_denied_operation_is_never_a_go(operation, refusing_some, verdicts):
    inventory = refusing_some(denied(operation), [operation])

    assert all(f"{operation}: " in reason for reason in unreadable(inventory))
    assert verdicts(inventory) == (VerdictWord.NO_GO, VerdictWord.NO_GO)


def test_alias_that_is_listed_and_not_known_is_never_a_go(refusing_some, verdicts):
    def unknown(request):
        told = request.operation == "GetFunction" and request.parameters.get("Qualifier") == "live"
        return refusal(request, "ResourceNotFoundException", "not found", 404) if told else None

    inventory = refusing_some(unknown, ["lambda:GetFunction"])

    assert verdicts(inventory) == (VerdictWord.NO_GO, VerdictWord.NO_GO)


@pytest.fixture
def by_rules(account):
    """Let our domain route by rules, which moto does not know of."""
    told = account.client("apigateway").get_domain_name(domainName=edge.DOMAIN)
    told = {
        name: value for name, value in told.items() if name in {"domainName", "regionalDomainName"}
    }
    mode = {"routingMode": "ROUTING_RULE_THEN_API_MAPPING"}

    def answer(request):
        return json_response(told | mode) if request.operation == "GetDomainName" else None

    account.aws.faults.append(answer)
    yield
    account.aws.faults.clear()


@pytest.mark.usefixtures("by_rules")
def test_denied_routing_rules_are_never_a_go(account, inventory, verdicts):
    account.aws.faults.append(denied("apigatewayv2:ListRoutingRules"))

    read_again = account.again(inventory, "domains")

    assert any("ListRoutingRules: " in reason for reason in unreadable(read_again))
    assert verdicts(read_again) == (VerdictWord.NO_GO, VerdictWord.NO_GO)


@pytest.mark.parametrize("fault", [denied, failing])
@pytest.mark.parametrize("half", [EVEN, ODD], ids=["even", "odd"])
def test_half_of_the_operations_refused_for_good_is_never_a_go(half, fault, refusing, verdicts):
    inventory = refusing(fault(*half))

    assert from_json(to_json(inventory)) == inventory
    assert verdicts(inventory) == (VerdictWord.NO_GO, VerdictWord.NO_GO)


@pytest.mark.parametrize("service", ["dynamodb", "iam", "lambda", "cloudwatch", "secretsmanager"])
def test_service_throttled_for_good_is_never_a_go(service, refusing_some, verdicts):
    asked = [operation for operation in OPERATIONS if operation.startswith(f"{service}:")]
    inventory = refusing_some(throttled(f"{service}:*"), asked)

    assert verdicts(inventory) == (VerdictWord.NO_GO, VerdictWord.NO_GO)


@pytest.mark.parametrize("fault", [denied, failing, throttled])
def test_everything_refused_is_never_a_go(fault, refusing, verdicts):
    inventory = refusing(fault("*"))

    assert verdicts(inventory) == (VerdictWord.NO_GO, VerdictWord.NO_GO)


def test_throttle_that_passes_is_waited_out(refusing, verdicts):
    inventory = exported(refusing(throttled("lambda:ListAliases", times=1), TRYING))

    assert verdicts(inventory) == (VerdictWord.GO, VerdictWord.GO)
