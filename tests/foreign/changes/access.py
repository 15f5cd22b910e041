"""Changes of who else may act on what is ours, and of what stands at roles, secrets and tables."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.foreign.changes.change import Change, Client, change, harmless
from tests.foreign.hand import identity
from tests.foreign.hand.vault import LINE_TOKEN, TOKEN_KEY

PRINCIPALS = ["principals"]
HERE, OWN = identity.HERE, "444455556666"
SECRET = f"arn:aws:secretsmanager:{HERE}:secret:stamp-rally-prod/*"
AWARD = f"arn:aws:lambda:{HERE}:function:stamp-rally-prod-award"
TOPIC = f"arn:aws:sns:{HERE}:*"
ROLES = f"arn:aws:iam::{OWN}:role/*"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def _allow(action: Any, resource: Any, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@contextmanager
def user(client: Client, *statements: dict[str, Any], name: str = "visitor") -> Iterator[None]:
    """Let there be a user with these rights."""
    iam, policy = client("iam"), {"UserName": name, "PolicyName": "rights"}
    iam.create_user(UserName=name)
    iam.put_user_policy(**policy, PolicyDocument=_document(*statements))
    yield
    iam.delete_user_policy(**policy)
    iam.delete_user(UserName=name)


@contextmanager
def role(
    client: Client, *statements: dict[str, Any], name: str = "batch", service: str = "ec2"
) -> Iterator[None]:
    """Let there be a role with these rights, which a service may assume."""
    iam, policy = client("iam"), {"RoleName": name, "PolicyName": "rights"}
    trust = {"Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document({"Effect": "Allow", **trust}))
    iam.put_role_policy(**policy, PolicyDocument=_document(*statements))
    yield
    iam.delete_role_policy(**policy)
    iam.delete_role(RoleName=name)


def _of(row: str, who: Any, what: str, *statements: dict[str, Any], **more: Any) -> Change:
    def make(client: Client) -> Iterator[None]:
        with who(client, *statements, **more):
            yield

    make.__name__ = what
    return change(row, reads=PRINCIPALS)(make) if row else harmless(reads=PRINCIPALS)(make)


@change("SEC-24", reads=PRINCIPALS)
def user_may_write_by_a_group(client):
    iam = client("iam")
    group, policy = {"GroupName": "builders"}, {"PolicyName": "rights"}
    iam.create_group(**group)
    document = _document(_allow("dynamodb:PutItem", identity.USER_STAMPS))
    iam.put_group_policy(**group, **policy, PolicyDocument=document)
    with user(client, _allow("s3:ListAllMyBuckets", "*")):
        iam.add_user_to_group(**group, UserName="visitor")
        yield
        iam.remove_user_from_group(**group, UserName="visitor")
    iam.delete_group_policy(**group, **policy)
    iam.delete_group(**group)


@change("SEC-24", reads=PRINCIPALS, follows=["SEC-26"])
def another_role_becomes_an_administrator(client):
    with role(client, _allow("s3:ListAllMyBuckets", "*")):
        client("iam").attach_role_policy(RoleName="batch", PolicyArn=ADMIN)
        yield
        client("iam").detach_role_policy(RoleName="batch", PolicyArn=ADMIN)


@harmless(reads=PRINCIPALS)
def named_administrator_is_one(client):
    with role(client, _allow("*", "*"), name="administrator"):
        yield


@harmless(reads=PRINCIPALS, decides=["SEC-24", "SEC-26"])
def pipeline_is_decided(client):
    with (
        role(client, _allow("lambda:UpdateFunctionCode", f"{AWARD}*"), name="pipeline"),
        role(client, _allow("lambda:InvokeFunction", f"{AWARD}:live"), name="probe"),
    ):
        yield


@harmless(reads=PRINCIPALS)
def role_is_held_back_by_its_boundary(client):
    with role(client, _allow("dynamodb:*", "*")):
        made = client("iam").create_policy(
            PolicyName="limit", PolicyDocument=_document(_allow("s3:*", "*"))
        )["Policy"]["Arn"]
        client("iam").put_role_permissions_boundary(RoleName="batch", PermissionsBoundary=made)
        yield
        client("iam").delete_role_permissions_boundary(RoleName="batch")
        client("iam").delete_policy(PolicyArn=made)


@contextmanager
def table_policy(client: Client, table: str, *statements: dict[str, Any]) -> Iterator[None]:
    """Put a policy on a table."""
    where = {"ResourceArn": table}
    client("dynamodb").put_resource_policy(**where, Policy=_document(*statements))
    yield
    client("dynamodb").delete_resource_policy(**where)


@contextmanager
def secret_policy(client: Client, name: str, *statements: dict[str, Any]) -> Iterator[None]:
    where = {"SecretId": name}
    client("secretsmanager").put_resource_policy(**where, ResourcePolicy=_document(*statements))
    yield
    client("secretsmanager").delete_resource_policy(**where)


def _with_policy(
    rows: tuple[str, ...], who: Any, name: str, what: str, *statements: dict[str, Any]
) -> Change:
    def make(client: Client) -> Iterator[None]:
        with who(client, name, *statements):
            yield

    make.__name__ = what
    reads = ["table_policies"] if who is table_policy else ["secrets"]
    return change(*rows, reads=reads)(make) if rows else harmless(reads=reads)(make)


OURS = f"arn:aws:iam::{OWN}:role/stamp-rally-prod"
PLAIN = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def _deny(action: str, who: Any, **more: Any) -> dict[str, Any]:
    return _allow(action, "*", "Deny", Principal=who, **more)


@change("SEC-09", reads=["secrets", "secret_attachments"])
def version_of_the_secret_gets_a_label(client):
    secrets, which = client("secretsmanager"), {"SecretId": TOKEN_KEY, "VersionStage": "ROLLBACK"}
    version = secrets.get_secret_value(SecretId=TOKEN_KEY)["VersionId"]
    secrets.update_secret_version_stage(**which, MoveToVersionId=version)
    yield
    secrets.update_secret_version_stage(**which, RemoveFromVersionId=version)


@change("SEC-23", reads=["roles", "role_attachments"])
def role_is_put_into_an_instance_profile(client):
    profile, named = {"InstanceProfileName": "bastion"}, {"RoleName": "stamp-rally-prod-auth-role"}
    client("iam").create_instance_profile(**profile)
    client("iam").add_role_to_instance_profile(**profile, **named)
    yield
    client("iam").remove_role_from_instance_profile(**profile, **named)
    client("iam").delete_instance_profile(**profile)


CHANGES = (
    _of("SEC-24", user, "user_may_scan_users", _allow("dynamodb:Scan", identity.USERS)),
    _of("SEC-24", user, "user_may_read_every_table", _allow("dynamodb:Get*", "*")),
    _of("SEC-24", user, "user_may_query_an_index", _allow("dynamodb:Query", f"{identity.USER_STAMPS}/index/PeriodRanking")),
    _of("SEC-24", user, "user_may_write_by_partiql", _allow("dynamodb:PartiQL*", "*")),
    _of("SEC-24", user, "user_may_turn_on_expiry", _allow("dynamodb:UpdateTimeToLive", identity.USERS)),
    _of("SEC-24", user, "user_may_restore_or_delete", _allow("dynamodb:DeleteTable", f"{identity.USERS[:-10]}*")),
    _of("SEC-24", user, "user_may_read_secrets", _allow("secretsmanager:GetSecretValue", SECRET)),
    _of("SEC-24", user, "user_may_write_secrets", _allow("secretsmanager:Put*", "*")),
    _of("SEC-24", user, "user_may_replace_code", _allow("lambda:UpdateFunctionCode", AWARD)),
    _of("SEC-24", user, "user_may_move_the_alias", _allow("lambda:UpdateAlias", f"{AWARD}*")),
    _of("SEC-24", user, "user_may_subscribe", _allow("sns:Subscribe", TOPIC)),
    _of("SEC-24", user, "user_may_widen_roles", _allow("iam:PutRolePolicy", ROLES)),
    _of("SEC-24", user, "user_may_pass_roles", _allow("iam:PassRole", ROLES)),
    _of("SEC-24", user, "user_may_do_all_but_billing", {"Effect": "Allow", "NotAction": ["aws-portal:*", "lambda:Invoke*"], "Resource": "*"}),
    _of("SEC-24", user, "user_may_with_a_second_factor", _allow("dynamodb:Scan", "*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
    _of("SEC-24", role, "role_of_a_machine_may_scan", _allow("dynamodb:Scan", "*")),
    _of("SEC-24", role, "role_of_glue_may_export", _allow("dynamodb:ExportTableToPointInTime", "*"), service="glue"),
    user_may_write_by_a_group,
    another_role_becomes_an_administrator,
    _of("SEC-26", role, "another_api_may_invoke_award", _allow("lambda:InvokeFunction", AWARD), service="apigateway"),
    _of("SEC-26", role, "scheduler_may_invoke_every_function", _allow("lambda:InvokeFunction", "*"), service="scheduler"),
    _of("SEC-26", user, "user_may_invoke_the_alias", _allow("lambda:InvokeF*", f"{AWARD}:live")),
    _with_policy(("DEP-08",), table_policy, identity.USER_STAMPS, "award_may_not_write", _deny("dynamodb:PutItem", {"AWS": f"{OURS}-award-role"})),
    _with_policy(("DEP-08",), table_policy, identity.USERS, "nobody_may_use_users", _deny("dynamodb:*", "*")),
    _with_policy(("DEP-08",), table_policy, identity.STAMP_MASTERS, "nobody_without_the_network", _deny("dynamodb:*", "*", Condition={"StringNotEquals": {"aws:SourceVpc": "vpc-1"}})),
    _with_policy(("SEC-24",), table_policy, identity.USERS, "table_names_a_role", _allow("dynamodb:GetItem", "*", Principal={"AWS": f"arn:aws:iam::{OWN}:role/batch"})),
    _with_policy(("SEC-09",), secret_policy, TOKEN_KEY, "auth_may_not_read_its_key", _deny("secretsmanager:GetSecretValue", {"AWS": f"{OURS}-auth-role"})),
    _with_policy(("SEC-09",), secret_policy, LINE_TOKEN, "nobody_may_read_the_token", _deny("secretsmanager:Get*", "*")),
    _with_policy(("SEC-24",), secret_policy, TOKEN_KEY, "secret_names_a_user", _allow("secretsmanager:GetSecretValue", "*", Principal={"AWS": f"arn:aws:iam::{OWN}:user/visitor"})),
    version_of_the_secret_gets_a_label,
    role_is_put_into_an_instance_profile,
)  # fmt: skip

OTHER = f"arn:aws:dynamodb:{HERE}:table/Orders"
HARMLESS = (
    named_administrator_is_one,
    pipeline_is_decided,
    role_is_held_back_by_its_boundary,
    _of("", user, "user_may_describe_tables", _allow(["dynamodb:Describe*", "dynamodb:List*"], "*")),
    _of("", user, "user_may_write_another_table", _allow("dynamodb:*", OTHER)),
    _of("", user, "user_may_write_tables_of_dev", _allow("dynamodb:*", identity.USERS.removesuffix("-prod"))),
    _of("", user, "user_may_in_another_region", _allow("dynamodb:*", "*", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})),
    _of("", user, "user_may_in_another_account", _allow("dynamodb:Scan", identity.USERS.replace(OWN, "111122223333"))),
    _of("", user, "user_is_denied_what_is_ours", _allow("dynamodb:*", "*"), _allow("dynamodb:*", f"arn:aws:dynamodb:{HERE}:table/*-prod*", "Deny")),
    _of("", user, "user_may_list_secrets", _allow(["secretsmanager:ListSecrets", "secretsmanager:DescribeSecret"], "*")),
    _of("", user, "user_may_read_secrets_of_dev", _allow("secretsmanager:*", f"arn:aws:secretsmanager:{HERE}:secret:stamp-rally/*")),
    _of("", user, "user_may_look_at_functions", _allow(["lambda:Get*", "lambda:List*"], "*")),
    _of("", user, "user_may_deploy_dev", _allow("lambda:*", f"arn:aws:lambda:{HERE}:function:stamp-rally-dev-*")),
    _of("", user, "user_may_look_at_topics", _allow(["sns:Get*", "sns:List*"], "*")),
    _of("", user, "user_may_make_tables", _allow("dynamodb:CreateTable", "*")),
    _of("", user, "user_may_tag", _allow(["dynamodb:TagResource", "lambda:TagResource"], "*")),
    _of("", user, "user_may_look_at_iam", _allow(["iam:Get*", "iam:List*"], "*")),
    _of("", user, "user_may_pass_a_role_of_its_own", _allow("iam:PassRole", f"arn:aws:iam::{OWN}:role/orders-*")),
    _of("", role, "role_of_a_machine_may_log", _allow(["logs:Create*", "logs:Put*Events", "logs:Describe*", "logs:Get*"], "*")),
    _of("", role, "role_may_invoke_functions_of_dev", _allow("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:stamp-rally-dev-*")),
    _with_policy((), table_policy, identity.USERS, "table_refuses_plain_http", _deny("dynamodb:*", "*", **PLAIN)),
    _with_policy((), table_policy, identity.USERS, "nobody_may_delete_the_table", _deny("dynamodb:DeleteTable", "*")),
    _with_policy((), table_policy, identity.USERS, "notify_may_not_touch_users", _deny("dynamodb:*", {"AWS": f"{OURS}-notify-role"})),
    _with_policy((), table_policy, identity.USERS, "table_names_a_role_of_ours", _allow("dynamodb:GetItem", "*", Principal={"AWS": f"{OURS}-auth-role"})),
    _with_policy((), secret_policy, TOKEN_KEY, "secret_refuses_plain_http", _deny("secretsmanager:*", "*", **PLAIN)),
    _with_policy((), secret_policy, TOKEN_KEY, "nobody_may_delete_the_secret", _deny("secretsmanager:DeleteSecret", "*")),
    _with_policy((), secret_policy, TOKEN_KEY, "award_may_not_read_the_key", _deny("secretsmanager:*", {"AWS": f"{OURS}-award-role"})),
)  # fmt: skip
