"""A role that a deployment tool wrote loses what is beyond the plan, and nothing else."""

import json
from dataclasses import replace

import pytest

from runbook.procedures import least_privilege
from signoff.environment.accountability import Decision
from tests.runbook.by_hand import BASIC

ROLE = {"RoleName": "stamp-rally-prod-award-role"}
TOOL = {**ROLE, "PolicyName": "AwardServiceRoleDefaultPolicyA1B2C3D4"}
ACTIONS = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
OURS = {"StringEquals": {"aws:SourceAccount": "222233334444"}}


def may(actions, resources):
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trusting(service, **more):
    principal = {"Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Effect": "Allow", **principal, **more}


@pytest.fixture
def arn(empty):
    return lambda service, name: f"arn:aws:{service}:ap-northeast-1:{empty.aws.account}:{name}"


@pytest.fixture
def granted(arn):
    """What CDK grants the function, statement by statement."""
    tables = [arn("dynamodb", f"table/{one}-prod") for one in ("UserStamps", "StampMasters")]
    notify = arn("lambda", "function:stamp-rally-prod-notify:live")
    return [
        may(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
        may(ACTIONS, [table + index for table in tables for index in ("", "/index/*")]),
        may("lambda:InvokeFunction", notify),
    ]


@pytest.fixture
def written(empty):
    """Write the role as a tool does: its own policy, AWS's policy for logs, a trust."""
    iam = empty.client("iam")

    def write(*statements, trust=()):
        trusted = trust or [trusting("lambda.amazonaws.com")]
        iam.create_role(**ROLE, AssumeRolePolicyDocument=policy(*trusted))
        iam.attach_role_policy(**ROLE, PolicyArn=BASIC)
        iam.put_role_policy(**TOOL, PolicyDocument=policy(*statements))

    return write


@pytest.fixture
def repaired(empty):
    """Run the procedure, and return what the tool's policy says now."""

    def run(**more):
        act = least_privilege.give_each_function_its_role.action
        empty.do(act, permit=lambda _: True, **more)
        return empty.client("iam").get_role_policy(**TOOL)["PolicyDocument"]["Statement"]

    return run


def names_of_policies(desk):
    return desk.client("iam").list_role_policies(**ROLE)["PolicyNames"]


def test_a_policy_within_the_plan_stays_as_it_is_written(empty, written, granted, repaired):
    written(*granted)

    assert repaired() == granted
    assert names_of_policies(empty) == [TOOL["PolicyName"]]


def test_only_the_surplus_of_a_policy_goes(empty, arn, written, granted, repaired):
    users, stamps = (arn("dynamodb", f"table/{one}-prod") for one in ("Users", "UserStamps"))
    surplus = may([*ACTIONS, "dynamodb:DeleteItem"], [stamps, users])
    written(*granted[:2], surplus, granted[2])

    assert repaired() == [*granted[:2], may(ACTIONS, [stamps]), granted[2]]
    assert names_of_policies(empty) == [TOOL["PolicyName"]]


def test_what_was_decided_in_our_policy_stays_in_it_when_a_permission_is_missing(empty, arn):
    act, iam = least_privilege.give_each_function_its_role.action, empty.client("iam")
    empty.do(act)
    ours = {**ROLE, "PolicyName": "least-privilege"}
    planned = iam.get_role_policy(**ours)["PolicyDocument"]["Statement"]
    decided = may("dynamodb:Scan", arn("dynamodb", "table/StampMasters-prod"))
    observed = may("xray:PutTraceSegments", "*")
    denied = {**may("dynamodb:DeleteTable", "*"), "Effect": "Deny"}
    surplus = may("s3:*", "*")
    written = policy(*planned[1:], decided, surplus, observed, denied)
    iam.put_role_policy(**ours, PolicyDocument=written)
    number = len(planned)
    allowed = Decision(
        what=f"role {ROLE['RoleName']}: permission",
        value=f"dynamodb:Scan on {decided['Resource']} (policy `least-privilege`, statement {number})",
        by="Test Author",
        why="the team lists its masters this way",
    )
    environment = replace(empty.environment, decisions=(allowed,))
    empty.do(act, permit=lambda _: True, environment=environment)

    left = iam.get_role_policy(**ours)["PolicyDocument"]["Statement"]
    assert left[0] == {**decided, "Sid": str(number)}
    assert [{**one, "Sid": ""} for one in left[1:3]] == [
        {**o, "Sid": ""} for o in (observed, denied)
    ]
    assert left[3:] == planned
    assert empty.do(act, permit=lambda _: True, environment=environment) == ()


def test_a_statement_keeps_the_number_by_which_it_was_decided(
    empty, arn, written, granted, repaired
):
    decided = may("dynamodb:Scan", arn("dynamodb", "table/StampMasters-prod"))
    written(may("s3:*", "*"), decided, *granted)
    allowed = Decision(
        what=f"role {ROLE['RoleName']}: permission",
        value=f"dynamodb:Scan on {decided['Resource']} (policy `{TOOL['PolicyName']}`, statement 2)",
        by="Test Author",
        why="the team lists its masters this way",
    )
    left = repaired(environment=replace(empty.environment, decisions=(allowed,)))

    assert {**decided, "Sid": "2"} in left
    assert repaired(environment=replace(empty.environment, decisions=(allowed,))) == left


def test_what_is_left_of_a_managed_policy_becomes_the_roles_own(empty, written, granted, repaired):
    written(*granted)
    tracing, iam = may("xray:PutTraceSegments", "*"), empty.client("iam")
    shared = policy(tracing, may("s3:GetObject", "*"))
    made = iam.create_policy(PolicyName="tracing", PolicyDocument=shared)["Policy"]["Arn"]
    iam.attach_role_policy(**ROLE, PolicyArn=made)
    repaired()

    own = iam.get_role_policy(**ROLE, PolicyName="tracing")["PolicyDocument"]["Statement"]
    attached = iam.list_attached_role_policies(**ROLE)["AttachedPolicies"]
    assert own == [tracing]
    assert [entry["PolicyArn"] for entry in attached] == [BASIC]
    assert iam.get_policy(PolicyArn=made)["Policy"]["DefaultVersionId"] == "v1"


def test_a_guardrail_stays_where_another_deny_goes(arn, written, granted, repaired):
    stamps = arn("dynamodb", "table/UserStamps-prod")
    guardrail = {**may("dynamodb:DeleteTable", "*"), "Effect": "Deny"}
    written(*granted, guardrail, {**may("dynamodb:PutItem", stamps), "Effect": "Deny"})

    assert repaired() == [*granted, guardrail]


@pytest.mark.parametrize(
    "stranger",
    [
        [trusting("lambda.amazonaws.com", Condition=OURS), trusting("ec2.amazonaws.com")],
        [trusting(["ec2.amazonaws.com", "lambda.amazonaws.com"], Condition=OURS)],
    ],
    ids=["beside", "together"],
)
def test_the_condition_of_a_trust_stays_when_a_stranger_goes(
    empty, written, granted, repaired, stranger
):
    written(*granted, trust=stranger)
    repaired()

    trust = empty.client("iam").get_role(**ROLE)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust == [trusting("lambda.amazonaws.com", Condition=OURS)]


@pytest.mark.parametrize(
    ("action", "given"),
    [("logs:CreateLogStream", ["least-privilege"]), ("dynamodb:BatchGetItem", [])],
)
def test_role_of_own_code_is_given_our_permissions_only_if_it_has_none_of_its_own(
    empty, arn, action, given
):
    act, iam = least_privilege.give_each_function_its_role.action, empty.client("iam")
    role = {"RoleName": "stamp-rally-prod-ranking-role"}
    log, users = arn("logs", "log-group:/aws/lambda/stamp-rally-prod-ranking:*"), "table/Users-prod"
    resource = arn("dynamodb", users) if action.startswith("dynamodb") else log
    iam.create_role(**role, AssumeRolePolicyDocument=policy(trusting("lambda.amazonaws.com")))
    iam.put_role_policy(**role, PolicyName="team", PolicyDocument=policy(may(action, resource)))
    environment = replace(empty.environment, own_code=True)
    empty.do(act, permit=lambda _: True, environment=environment)

    assert iam.list_role_policies(**role)["PolicyNames"] == ["team", *given]
