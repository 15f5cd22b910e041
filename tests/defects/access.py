"""Defects of who else may act on what is ours, use our roles, or reach our functions: SEC-24 to SEC-26."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws.access.automation import Act, Automation
from aws.access.reach import Reach
from aws.kinds.function_invocation import RoleUser
from aws.kinds.table_backups import ResourcePolicy
from aws.kinds.topic import Topic
from aws.ledgers import PIPE, RULE, SCHEDULE
from aws.words import Words
from signoff.judge.outcome import Outcome
from tests.defects.changes import added, both, edited, item, role_of, unread
from tests.defects.defect import Break, Defect
from tests.healthy.identity import ACCOUNT, ADMINISTRATOR, READER, allow, document, principal, reach
from tests.healthy.vault import TOKEN_KEY
from tests.healthy.watch import TOPIC
from tests.unread import refused

UNREAD = Outcome.NOT_TESTABLE
CI = f"arn:aws:iam::{ACCOUNT}:role/ci"
ROTATION = f"arn:aws:iam::{ACCOUNT}:role/rotation"
SSO = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0a1b"
OUR_AUTH = f"arn:aws:iam::{ACCOUNT}:role/stamp-rally-prod-auth-role"
INTERN = f"arn:aws:iam::{ACCOUNT}:user/intern"
STRANGER = "arn:aws:iam::111122223333:root"
AWARD = "stamp-rally-prod-award"
INVOKES = reach("invocation", AWARD, "lambda:InvokeFunction")


def _acts(arn: str, *reached: Reach) -> Break:
    return added("principals", arn, principal(arn, *reached))


def _table(principal: Any, **more: Any) -> Break:
    statement = allow("dynamodb:GetItem", "*", Principal=principal, **more)
    return added("table_policies", "Users-prod", ResourcePolicy(document=document(statement)))


def _secret(principal: Any, **more: Any) -> Break:
    statement = allow("secretsmanager:GetSecretValue", "*", Principal=principal, **more)
    return item("secrets", TOKEN_KEY, policy=document(statement))


def _if(operator: str, key: str, value: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def _topic(principal: Any, **more: Any) -> Break:
    """Add a statement to the topic's policy."""
    who = {"Principal": principal} if principal else {}
    further = {"Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC, **who, **more}

    def added_to(topic: Topic) -> Topic:
        policy = json.loads(topic.policy)
        return replace(
            topic, policy=json.dumps({**policy, "Statement": [*policy["Statement"], further]})
        )

    return edited("topics", TOPIC, added_to)


def _used(function: str, *urls: str) -> Break:
    user = RoleUser(function=function, urls=urls)
    return added("role_users", f"{AWARD}-role", (user,))


ACTING = (
    Defect(
        id="SEC-24:role-writes-a-table",
        breaks=_acts(CI, reach("table", "Users-prod", "dynamodb:PutItem")),
    ),
    Defect(
        id="SEC-24:user-reads-a-secret",
        breaks=_acts(INTERN, reach("secret", TOKEN_KEY, "secretsmanager:GetSecretValue")),
    ),
    Defect(
        id="SEC-24:role-replaces-code",
        breaks=_acts(CI, reach("function", AWARD, "lambda:UpdateFunctionCode")),
    ),
    Defect(
        id="SEC-24:user-takes-the-topic-away",
        breaks=_acts(INTERN, reach("topic", "stamp-rally-prod-alerts", "sns:DeleteTopic")),
    ),
    Defect(
        id="SEC-24:user-changes-a-role",
        breaks=_acts(INTERN, reach("role", f"{AWARD}-role", "iam:PutRolePolicy")),
    ),
    Defect(
        id="SEC-24:user-writes-evidence",
        breaks=_acts(INTERN, reach("evidence", "rally-evidence", "s3:PutObject")),
    ),
    Defect(
        id="SEC-24:user-widens-its-own-rights",
        breaks=_acts(INTERN, reach("rights of users", "", "iam:AttachUserPolicy")),
    ),
    Defect(
        id="SEC-24:user-opens-a-route",
        breaks=_acts(INTERN, reach("API", "stamp-rally-prod-api", "apigateway:PATCH")),
    ),
    Defect(
        id="SEC-24:user-silences-alarms",
        breaks=_acts(INTERN, reach("alarm", "stamp-rally-prod", "cloudwatch:DeleteAlarms")),
    ),
    Defect(
        id="SEC-24:user-deletes-a-key",
        breaks=_acts(INTERN, reach("key", "9c2f7d10", "kms:ScheduleKeyDeletion")),
    ),
    Defect(
        id="SEC-24:user-rewrites-a-policy-of-ours",
        breaks=_acts(INTERN, reach("rights of policies", "", "iam:CreatePolicyVersion")),
    ),
    Defect(
        id="SEC-24:user-becomes-an-administrator",
        breaks=_acts(INTERN, reach("principal", "administrator", "sts:AssumeRole")),
    ),
    Defect(
        id="SEC-24:administrator-trusts-a-stranger",
        breaks=item("principals", ADMINISTRATOR, assumed_by={STRANGER: Words.same(STRANGER)}),
    ),
    Defect(id="SEC-24:topic-lets-everybody-publish", breaks=_topic("*")),
    Defect(id="SEC-24:topic-lets-a-stranger-publish", breaks=_topic({"AWS": "111122223333"})),
    Defect(
        id="SEC-24:topic-lets-a-service-publish",
        breaks=_topic({"Service": "s3.amazonaws.com"}, **_if("ArnLike", "aws:SourceArn", "*")),
    ),
    Defect(
        id="SEC-24:topic-lets-in-all-but-one",
        breaks=_topic(None, NotPrincipal={"AWS": INTERN}),
    ),
    Defect(
        id="SEC-24:single-sign-on-that-nobody-named",
        breaks=_acts(SSO, reach("table", "Users-prod", "dynamodb:DeleteTable")),
    ),
    Defect(
        id="SEC-24:user-writes-images",
        breaks=_acts(INTERN, reach("bucket", "stamp-rally-prod-images", "s3:PutObject")),
    ),
    Defect(
        id="SEC-24:user-deletes-log-groups",
        breaks=_acts(INTERN, reach("log", "stamp-rally-prod", "logs:DeleteLogGroup")),
    ),
    Defect(
        id="SEC-24:user-gives-rights",
        breaks=_acts(INTERN, reach("rights of roles", "", "iam:PutRolePolicy")),
    ),
    Defect(
        id="SEC-24:user-changes-a-group",
        breaks=_acts(INTERN, reach("rights of groups", "", "iam:PutGroupPolicy")),
    ),
    Defect(
        id="SEC-24:whoever-judges-may-write",
        breaks=_acts(READER, reach("table", "Users-prod", "dynamodb:PutItem")),
    ),
    Defect(
        id="SEC-24:administrator-who-may-invoke-as-well",
        breaks=_acts(CI, reach("table", "Users-prod", "dynamodb:DeleteTable"), INVOKES),
        follows=frozenset({"SEC-26"}),
    ),
    Defect(
        id="SEC-24:unread",
        breaks=added("principals", CI, refused("iam:GetPolicy: AccessDenied")),
        unknown=frozenset({"SEC-26"}),
        outcome=UNREAD,
    ),
    Defect(id="SEC-24:table-opened-to-a-role", breaks=_table({"AWS": CI})),
    Defect(
        id="SEC-24:table-opened-to-the-role-of-another-function",
        breaks=_table({"AWS": f"arn:aws:iam::{ACCOUNT}:role/{AWARD}-role"}),
    ),
    Defect(
        id="SEC-24:table-opened-wider-to-a-role-of-ours",
        breaks=_table({"AWS": OUR_AUTH}, Action=["dynamodb:GetItem", "*"]),
    ),
    Defect(
        id="SEC-24:table-opened-to-a-session",
        breaks=_table({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/b/session"}),
    ),
    Defect(
        id="SEC-24:table-opened-to-a-service",
        breaks=_table(
            {"Service": "glue.amazonaws.com"},
            **_if("ArnLike", "aws:SourceArn", f"arn:aws:glue:ap-northeast-1:{ACCOUNT}:*"),
        ),
    ),
    Defect(id="SEC-24:secret-opened-to-a-role", breaks=_secret({"AWS": ROTATION})),
    Defect(
        id="SEC-24:secret-opened-to-a-role-by-condition",
        breaks=_secret("*", **_if("ArnLike", "aws:PrincipalArn", ROTATION)),
    ),
    Defect(
        id="SEC-24:secret-opened-to-all-but-auth",
        breaks=_secret(
            "*",
            Condition={
                "StringEquals": {"aws:PrincipalAccount": ACCOUNT},
                "ArnNotEquals": {"aws:PrincipalArn": OUR_AUTH},
            },
        ),
    ),
    Defect(
        id="SEC-24:token-key-opened-to-notify",
        breaks=_secret({"AWS": OUR_AUTH.replace("auth", "notify")}),
    ),
    Defect(
        id="SEC-24:secret-opened-to-the-whole-account",
        breaks=_secret("*", **_if("StringEquals", "aws:PrincipalAccount", ACCOUNT)),
    ),
)
USERS = (
    Defect(id="SEC-25:function-of-another-name", breaks=_used("helper")),
    Defect(
        id="SEC-25:function-with-a-url",
        breaks=_used("helper", "https://x7q2mk.lambda-url.ap-northeast-1.on.aws/"),
        follows=frozenset({"SEC-26"}),
    ),
    Defect(id="SEC-25:used-in-another-region", breaks=role_of("award", last_used_in="us-east-1")),
    Defect(
        id="SEC-25:unread",
        breaks=unread("role_users", f"{AWARD}-role"),
        unknown=frozenset({"SEC-26"}),
        outcome=UNREAD,
    ),
)
CALLERS = (
    Defect(id="SEC-26:role-of-another-api", breaks=_acts(CI, INVOKES)),
    Defect(id="SEC-26:user", breaks=_acts(INTERN, INVOKES)),
)
TAKEN = Defect(
    id="SEC-24:administrator-who-trusts-a-function",
    breaks=item(
        "principals",
        OUR_AUTH,
        reach=(
            replace(
                reach("principal", "administrator", "sts:AssumeRole"), trusted_by=ADMINISTRATOR
            ),
        ),
    ),
)
NIGHTLY = Automation(
    kind=SCHEDULE,
    name="default/nightly",
    when="cron(0 3 * * ? *)",
    acts=(
        Act(
            target="arn:aws:scheduler:::aws-sdk:dynamodb:restoreTableToPointInTime",
            on=("Users-prod",),
            role=ADMINISTRATOR,
            digest="3f9c0a1b2c",
        ),
    ),
)
BACKED_UP = replace(
    NIGHTLY,
    acts=(replace(NIGHTLY.acts[0], target="arn:aws:scheduler:::aws-sdk:dynamodb:createBackup"),),
)
WARM = Automation(
    kind=RULE,
    name="default/warm",
    when="rate(5 minutes)",
    acts=(Act(target=f"{AWARD}:live", on=(AWARD,), digest="00112233aa"),),
)
PIPED = Automation(
    kind=PIPE,
    name="orders",
    when=f"arn:aws:sqs:ap-northeast-1:{ACCOUNT}:orders",
    acts=(Act(target=AWARD, on=(AWARD,), role=ADMINISTRATOR, digest="5e1ab2c3d4"),),
)
BY_ITSELF = (
    Defect(id="SEC-36:schedule", breaks=added("automations", "schedule default/nightly", NIGHTLY)),
    Defect(
        id="SEC-36:backup-by-a-schedule",
        breaks=added("automations", "schedule default/nightly", BACKED_UP),
    ),
    Defect(id="SEC-36:rule", breaks=added("automations", "event rule default/warm", WARM)),
    Defect(id="SEC-36:pipe", breaks=added("automations", "pipe orders", PIPED)),
    Defect(id="SEC-36:unread", breaks=unread("automations"), outcome=UNREAD),
)
"""What acts on our resources by itself."""
DEFECTS = (*ACTING, *USERS, *CALLERS, *BY_ITSELF, TAKEN)

SOUND: Mapping[str, Break] = {
    "administrator whom another one may become": item(
        "principals", ADMINISTRATOR, assumed_by={ADMINISTRATOR: Words.same(ADMINISTRATOR)}
    ),
    "topic's policy as SNS writes it": _topic(
        {"AWS": "*"}, **_if("StringEquals", "AWS:SourceOwner", ACCOUNT)
    ),
    "table opened to a role of ours": _table({"AWS": OUR_AUTH}),
    "token key opened to the role that reads it": _secret({"AWS": OUR_AUTH}),
    "table opened to the account, which leaves it to IAM": _table({"AWS": ACCOUNT}),
    "secret opened to the named administrator": _secret(
        {"AWS": f"arn:aws:iam::{ACCOUNT}:role/administrator"}
    ),
    "role used last where it belongs": role_of("award", last_used_in="ap-northeast-1"),
    "whoever judges reads secrets, too": both(
        _acts(READER, reach("secret", TOKEN_KEY, "secretsmanager:GetSecretValue"))
    ),
}
