"""Optional means optional: an answer without a member that AWS's model does not require harms one thing at most.

Each member of each canned answer is dropped once, at any depth, of the first entry of a list that has it
(``deep/`` drops it of the others), and the sections that the operation feeds are read anew. Whatever comes of it is a value, or a red of that one thing that names the call and the
member. To add a service, add its name to SERVICES, and answers that are fuller than the canned ones to
FULLER, where members would not be tried otherwise.
"""

from dataclasses import dataclass, field

import botocore.session
import pytest

from aws.inventory import READERS, Sections
from aws.section import Unreadable
from tests.aws.answers import LAMBDA, REGION, SCOPE, TOPIC
from tests.aws.fake_aws import HEALTHY
from tests.resting import OF_ALL

SERVICES = (
    *("acm", "apigateway", "application-autoscaling", "cloudwatch", "dynamodb"),
    *("lambda", "logs", "sns"),
)
"""Services, as boto3 names them, whose answers are tried."""
FULLER = {
    "dynamodb:DescribeTimeToLive": {
        "TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "CollectedAt"}
    },
    "dynamodb:DescribeKinesisStreamingDestination": {
        "TableName": "Users-prod",
        "KinesisDataStreamDestinations": [
            {
                "StreamArn": f"arn:aws:kinesis:{REGION}:444455556666:stream/copies",
                "DestinationStatus": "ACTIVE",
            }
        ],
    },
    "lambda:ListEventSourceMappings": {
        "EventSourceMappings": [
            {
                "UUID": str(number),
                "EventSourceArn": f"arn:aws:sqs:{REGION}:444455556666:queue",
                "FunctionArn": f"{LAMBDA}{name}:live",
                "State": "Enabled",
            }
            for number, name in enumerate(SCOPE.functions)
        ]
    },
    "lambda:ListFunctionEventInvokeConfigs": {
        "FunctionEventInvokeConfigs": [
            {
                "FunctionArn": f"{LAMBDA}rally-auth:live",
                "MaximumRetryAttempts": 2,
                "DestinationConfig": {
                    "OnSuccess": {},
                    "OnFailure": {"Destination": f"arn:aws:sqs:{REGION}:444455556666:dead"},
                },
            }
        ]
    },
}
"""Operation -> an answer that has more members than the canned one."""
WHOSE = {
    ("lambda:ListEventSourceMappings", "FunctionArn"),
    ("cloudwatch:ListAlarmMuteRules", "AlarmMuteRuleArn"),
    ("logs:DescribeResourcePolicies", "policyName"),
    ("logs:DescribeLogGroups", "logGroups"),
    ("apigateway:GetRestApis", "id"),
    ("apigateway:GetDomainNames", "domainName"),  # a rule could call it in place of our API
    ("apigateway:GetUsagePlans", "name"),
    ("lambda:ListFunctions", "FunctionName"),
    ("lambda:ListFunctions", "Role"),  # it could run under one of ours
}
"""Operation, member: an entry that does not say whose it is could be anybody's, so that all are unread."""


@dataclass
class Dropped:
    """Answers like the healthy ones, but the first that has the member at ``path`` goes without it."""

    operation: str
    path: tuple[str | int, ...]
    done: bool = field(default=False, init=False)

    def __call__(self, asked):
        answer = answered(self.operation, asked)
        if self.done or not has(answer, self.path):
            return answer
        self.done = True
        return without(answer, self.path)


def answered(operation, asked):
    answer = FULLER.get(operation, HEALTHY[operation])
    return answer(asked) if callable(answer) else answer


def has(answer, path):
    for step in path:
        inside = range(len(answer)) if isinstance(answer, list) else answer
        if step not in inside:
            return False
        answer = answer[step]
    return True


def without(answer, path):
    step, *rest = path
    if isinstance(answer, list):
        return [without(one, rest) if at == step else one for at, one in enumerate(answer)]
    if rest:
        return {**answer, step: without(answer[step], rest)}
    return {name: value for name, value in answer.items() if name != step}


def optional(shape, answer, above=()):
    """Yield the path of each member of an answer that its shape does not require."""
    match shape.type_name:
        case "structure":
            for name in answer.keys() & shape.members.keys():
                if name not in shape.required_members:
                    yield (*above, name)
                yield from optional(shape.members[name], answer[name], (*above, name))
        case "list":
            for at, one in enumerate(answer):
                yield from optional(shape.member, one, (*above, at))
        case "map":
            for name, value in answer.items():
                yield from optional(shape.value, value, (*above, name))


def parameters(operation):
    """What a reader would ask with, for answers that are made from it."""
    named = {
        "AlarmMuteRuleName": "nights",
        "FunctionName": SCOPE.functions[0],
        "SubscriptionArn": f"{TOPIC}:1",
        "TableName": SCOPE.tables[0],
        "TopicArn": TOPIC,
        "logGroupName": SCOPE.log_groups[0],
        "logGroupNamePrefix": "/aws/lambda/rally-",
        "domainName": SCOPE.domain,
    }
    asked = [named, named | {"Qualifier": SCOPE.alias}]
    return asked if callable(HEALTHY[operation]) else asked[:1]


def drops():
    session = botocore.session.get_session()
    for operation in HEALTHY:
        service, _, name = operation.partition(":")
        if service not in SERVICES:
            continue
        shape = session.get_service_model(service).operation_model(name).output_shape
        paths = {
            path
            for asked in parameters(operation)
            for path in optional(shape, answered(operation, asked))
        }
        if paths:
            yield operation, sorted(paths, key=str)


def first_of_lists(paths):
    """Return of the paths that differ in entries of lists alone the first."""
    first = {}
    for path in paths:
        first.setdefault(tuple(step for step in path if not isinstance(step, int)), path)
    return list(first.values())


EVERY = dict(drops())
DROPS = {operation: first_of_lists(paths) for operation, paths in EVERY.items()}
"""Operation -> the path of each member that its answers go without in turn."""


@pytest.fixture(scope="module")
def whole(read):
    """Every section of the whole answers."""
    return read(READERS.keys() - OF_ALL, FULLER)[0]


@pytest.fixture(scope="module")
def without_member(read_again, whole):
    """Read what an operation feeds, with one answer to it changed."""
    known = Sections(**whole, leaks={})

    def without_member(dropped):
        answers = FULLER | {dropped.operation: dropped}
        return read_again(dropped.operation, answers, known)

    return without_member


def items(section, names):
    """Return item -> what was read of it; where nothing was, every one of these names is unread."""
    return dict.fromkeys(names, section) if isinstance(section, Unreadable) else section


def differing(before, after):
    """Return item -> what is read of it now, for each that is not as before."""
    before = items(before, ())  # that it is read has a test of its own
    found = items(after, before)
    names = before.keys() | found.keys()
    return {name: found.get(name) for name in names if before.get(name) != found.get(name)}


def test_every_section_of_the_whole_answers_is_read(whole):
    assert [name for name, section in whole.items() if isinstance(section, Unreadable)] == []


def harms(operation, path, without_member, whole):
    """Yield what is wrong where an answer goes without the member at a path."""
    dropped = Dropped(operation, path)
    found, asked = without_member(dropped)
    changed = {name: differing(whole[name], section) for name, section in found.items()}
    unread = {
        finding.words.en
        for those in changed.values()
        for finding in those.values()
        if isinstance(finding, Unreadable)
    }
    of_all = asked[operation] == 1 and not any(isinstance(step, int) for step in path)
    whose = (operation, path[-1]) in WHOSE
    member = ".".join(map(str, path))
    if not dropped.done:
        yield f"{member} was never asked for"
    if unexplained := {one for one in unread if operation not in one or str(path[-1]) not in one}:
        yield f"{member}: {unexplained} does not name the call and the member"
    if not (of_all or whose) and any(len(those) > 1 for those in changed.values()):
        yield f"{member} harms more than one thing: {changed}"


@pytest.mark.parametrize("operation", DROPS)
def test_answer_without_an_optional_member_harms_one_thing_at_most(
    operation, without_member, whole
):
    found = [
        harm for path in DROPS[operation] for harm in harms(operation, path, without_member, whole)
    ]

    assert found == []
