"""Changes of what roles may do, and of who may take them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.foreign.changes.change import change
from tests.foreign.hand import identity
from tests.foreign.hand.vault import LINE_TOKEN

ROLES = ["roles"]
ROLE = "stamp-rally-prod-stamps-role"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
NAMELESS = f"arn:aws:secretsmanager:{identity.HERE}:secret:{LINE_TOKEN}"
"""The ARN without its six characters, which matches nothing."""


@contextmanager
def added(client, function, action, resource) -> Iterator[None]:
    """Let the role of a function do more, in an inline policy of its own."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    named = {"RoleName": f"stamp-rally-prod-{function}-role", "PolicyName": "for-now"}
    client("iam").put_role_policy(**named, PolicyDocument=document)
    yield
    client("iam").delete_role_policy(**named)


@change("SEC-12", reads=ROLES)
def role_may_scan(client):
    with added(client, "ranking", "dynamodb:Scan", identity.USER_STAMPS):
        yield


@change(reads=ROLES)
def role_is_allowed_what_a_deny_forbids_it(client):
    with added(client, "stamps", "dynamodb:Scan", identity.USER_STAMPS):
        yield


@change("SEC-15", reads=ROLES, follows=["SEC-12"])
def role_may_read_the_table_of_dev(client):
    with added(client, "stamps", "dynamodb:Query", identity.USER_STAMPS.removesuffix("-prod")):
        yield


@change("SEC-14", reads=ROLES, follows=["SEC-12", "SEC-15"])
def role_may_pass_roles(client):
    with added(client, "stamps", ["iam:PassRole", "lambda:CreateFunction"], "*"):
        yield


@change("SEC-14", reads=ROLES, follows=["SEC-12", "SEC-15", "SEC-26"])
def role_becomes_an_administrator(client):
    client("iam").attach_role_policy(RoleName=ROLE, PolicyArn=ADMIN)
    yield
    client("iam").detach_role_policy(RoleName=ROLE, PolicyArn=ADMIN)


@contextmanager
def rewritten(client, function, policy, action, resource) -> Iterator[None]:
    """Put one statement in the place of an inline policy, and then what was there."""
    iam, named = (
        client("iam"),
        {"RoleName": f"stamp-rally-prod-{function}-role", "PolicyName": policy},
    )
    before = iam.get_role_policy(**named)["PolicyDocument"]
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_role_policy(**named, PolicyDocument=json.dumps(document))
    yield
    iam.put_role_policy(**named, PolicyDocument=json.dumps(before))


@change("SEC-13", reads=ROLES)
def role_may_no_longer_write(client):
    with rewritten(client, "auth", "users", ["dynamodb:GetItem", "dynamodb:Query"], identity.USERS):
        yield


@change("SEC-16", reads=ROLES, follows=["SEC-13"])
def secret_is_named_without_its_six_characters(client):
    with rewritten(client, "richmenu", "line", "secretsmanager:GetSecretValue", NAMELESS):
        yield


@change("SEC-13", reads=ROLES, follows=["SEC-23"])
def rights_lie_outside_the_boundary(client):
    boundary = "arn:aws:iam::444455556666:policy/rally-stamps"
    named = {"RoleName": "stamp-rally-prod-gps-verify-role"}
    client("iam").put_role_permissions_boundary(**named, PermissionsBoundary=boundary)
    yield
    client("iam").delete_role_permissions_boundary(**named)


@change("SEC-11", reads=ROLES)
def role_may_be_taken_by_another_account(client):
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com", "AWS": "arn:aws:iam::123456789012:root"},
        "Action": "sts:AssumeRole",
    }
    iam, now = client("iam"), {"Version": "2012-10-17", "Statement": [trust]}
    before = iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]
    iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=json.dumps(now))
    yield
    iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=json.dumps(before))


CHANGES = (
    role_may_scan,
    role_is_allowed_what_a_deny_forbids_it,
    role_may_read_the_table_of_dev,
    role_may_pass_roles,
    role_becomes_an_administrator,
    role_may_no_longer_write,
    secret_is_named_without_its_six_characters,
    rights_lie_outside_the_boundary,
    role_may_be_taken_by_another_account,
)
