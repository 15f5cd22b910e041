"""What every account of an organization has besides ours ends in names to sign for, in one decision."""

from dataclasses import replace

import pytest

from aws.words import Words
from tests.defects.access import INTERN, SSO
from tests.defects.changes import added, attached
from tests.foreign.judged import as_printed, red_of
from tests.healthy import healthy
from tests.healthy.identity import ACCOUNT, allow, principal, reach
from tests.judging import judge

ROLE = f"arn:aws:iam::{ACCOUNT}:role"
MANAGEMENT = "arn:aws:iam::999988887777:root"
GIVES = reach("rights of roles", "", "iam:PutRolePolicy")
ADMINISTERS = {SSO: (GIVES,), f"{ROLE}/OrganizationAccountAccessRole": (GIVES,)}
OF_DEV = {
    f"{ROLE}/stamp-rally-dev-{name}-role": (
        reach("table", "Users-prod", "dynamodb:PutItem"),
        reach("invocation", "stamp-rally-prod-award", "lambda:InvokeFunction"),
    )
    for name in ("auth", "award", "stamps", "gps-verify", "notify", "ranking", "richmenu")
}
ORDINARY = {**ADMINISTERS, **OF_DEV}
ROWS = ("SEC-24", "SEC-26")
IN_VPC = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
ADDRESSES = [
    f"ec2:{action}NetworkInterface{plural}"
    for action, plural in (("Create", ""), ("Describe", "s"), ("Delete", ""))
]


def account(reached, trusted=MANAGEMENT, **environment):
    """Return the healthy stack in an account where these principals may act as well."""
    found = healthy()
    for arn, what in reached.items():
        named = trusted and "Organization" in arn
        assumed_by = {trusted: Words.same(trusted)} if named else {}
        one = replace(principal(arn, *what), assumed_by=assumed_by)
        found = added("principals", arn, one)(found)
    return replace(found, environment=replace(found.environment, **environment))


def proposed(found):
    """Return the decisions that SEC-24 prints."""
    return [table for finding in judge(found, ["SEC-24"]) for table in finding.tables]


@pytest.fixture(scope="module")
def decided():
    """The ordinary account, with what its rows print pasted into the file of environments."""
    found = account(ORDINARY)
    return as_printed(found, judge(found, ["SEC-24"]))


def test_all_principals_of_an_ordinary_account_are_proposed_by_name_in_one_decision():
    (table,) = proposed(account(ORDINARY))

    assert all(arn in table for arn in (*ORDINARY, MANAGEMENT))


def test_the_decision_answers_every_row_and_is_one_line_to_sign(decided):
    found = judge(decided, ROWS)

    assert red_of(found) == {}
    assert len({finding.decision.what for each in found for finding in each.decided}) == 1
    assert all(difference.loosens for each in found for difference in each.decided)


@pytest.mark.parametrize(
    "later",
    [
        {**ORDINARY, INTERN: (reach("table", "Users-prod", "dynamodb:GetItem"),)},
        {**ORDINARY, SSO: (reach("table", "Users-prod", "dynamodb:DeleteTable"),)},
        OF_DEV,
    ],
    ids=["one more", "one that may do something else", "some are gone"],
)
def test_the_decision_says_nothing_of_an_account_that_changed(decided, later):
    now = replace(account(later), environment=decided.environment)

    assert "SEC-24" in red_of(judge(now, ROWS))


def test_a_decision_about_one_principal_leaves_the_others_together():
    alone = account({SSO: (GIVES,)})
    made = as_printed(alone, judge(alone, ["SEC-24"])).environment.decisions
    rest = account(ORDINARY, decisions=made)

    (table,) = proposed(rest)
    assert SSO not in table
    assert red_of(judge(as_printed(rest, judge(rest, ["SEC-24"])), ROWS)) == {}


def test_named_administrators_need_no_decision():
    named = account(
        ADMINISTERS,
        trusted="",
        administrators=(*healthy().environment.administrators, *ADMINISTERS),
    )

    assert red_of(judge(named, ROWS)) == {}


@pytest.mark.parametrize(("more", "answered"), [([], True), (["ec2:DescribeSubnets"], False)])
def test_one_decision_covers_what_a_policy_of_aws_gives_a_role_and_no_more(more, answered):
    in_vpc = attached("auth", IN_VPC, allow(ADDRESSES, "*"))(healthy())
    (table,) = [table for each in judge(in_vpc, ["SEC-12"]) for table in each.tables]
    decisions = as_printed(in_vpc, judge(in_vpc, ["SEC-12"])).environment.decisions
    later = attached("auth", IN_VPC, allow([*ADDRESSES, *more], "*"))(healthy())
    now = replace(later, environment=replace(later.environment, decisions=decisions))

    assert "3 permissions (digest " in table
    assert [action for action in ADDRESSES if action not in table] == []
    assert ("SEC-12" not in red_of(judge(now, ["SEC-12"]))) is answered
