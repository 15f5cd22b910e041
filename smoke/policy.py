"""The AWS actions that the suite takes beyond reading the inventory, and on which resources: a complete list.

``signoff policy smoke --env prod`` prints the policy for an environment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from plan import Plan
from signoff.environment import Environment
from smoke.sessions import HARNESS
from smoke.tester import borrows_a_user, consenting_user

USERS = tuple(f"{prefix}*" for prefix in HARNESS)
"""Hash keys that the suite may touch: ids that LINE gives to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokePermission:
    """``users``: hash keys of the only items that may be touched in a table."""

    actions: tuple[str, ...]
    resource: str
    why: str
    users: tuple[str, ...] = ()


def permissions(environment: Environment, plan: Plan) -> Iterator[SmokePermission]:
    """Yield what the suite needs in an environment; if ``smoke.writes`` is off, nothing that changes anything."""
    yield SmokePermission(
        actions=("secretsmanager:GetSecretValue",),
        resource=plan.secret("token_key").arn_pattern,
        why="mints sessions of synthetic users, which proves that the functions read the same key",
    )
    holders = ("auth", "notify") if environment.secrets_in == "variables" else ()
    for function in map(plan.function, holders):
        yield SmokePermission(
            actions=("lambda:GetFunctionConfiguration",),
            resource=function.arn,
            why="mints sessions with the key, and asks LINE with the token, that it has in a variable",
        )
    if environment.line.bot_user_id or environment.smoke.test_user:
        yield SmokePermission(
            actions=("secretsmanager:GetSecretValue",),
            resource=plan.secret("line_token").arn_pattern,
            why="asks LINE whose token it is; takes back the rich menu that a killed run left",
        )
    if plan.api.usage_plan.api_key:
        yield SmokePermission(
            actions=("apigateway:GET",),
            resource=f"arn:aws:apigateway:{environment.region}::/apikeys",
            why="sends the key that every browser sends",
        )
    for group in plan.log_groups:
        yield SmokePermission(
            actions=("logs:FilterLogEvents",),
            resource=f"arn:aws:logs:{environment.region}:{environment.account}:log-group:{group.name}:*",
            why="looks for the id of a request of its own",
        )
    for key in ("users", "userstamps"):
        yield SmokePermission(
            actions=("dynamodb:Query", "dynamodb:DeleteItem"),
            resource=plan.table(key).arn,
            why="takes back what its users collected, and sees that it is gone",
            users=USERS,
        )
    if borrows_a_user(environment):
        yield SmokePermission(
            actions=("dynamodb:Query", "dynamodb:DeleteItem", "dynamodb:PutItem"),
            resource=plan.table("userstamps").arn,
            why="notes what the test user has, and makes it that again after the awards",
            users=(consenting_user(environment),),
        )


def policy(environment: Environment, plan: Plan) -> dict[str, Any]:
    """Return the identity-based policy, to be added to the reader's."""
    return {
        "Version": "2012-10-17",
        "Statement": [_statement(permission) for permission in permissions(environment, plan)],
    }


def _statement(permission: SmokePermission) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": list(permission.actions),
        "Resource": permission.resource,
    }
    if permission.users:
        keys = {"dynamodb:LeadingKeys": list(permission.users)}
        statement["Condition"] = {"ForAllValues:StringLike": keys}
    return statement
