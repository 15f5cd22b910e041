"""The AWS actions that the suite takes beyond reading the inventory, and on which resources: a complete list.

``signoff policy smoke --env prod`` prints the policy for an environment.
"""

from collections.abc import Iterator
from typing import Any

from aws.iam.statement import allowing, policy_of
from plan import Plan
from signoff.environment import Environment
from smoke.cleaning import tables_of_people
from smoke.sessions import HARNESS
from smoke.tester import borrows_a_user, consenting_user

USERS = tuple(f"{prefix}*" for prefix in HARNESS)
"""Hash keys that the suite may touch: ids that LINE never gives out."""


def policy(environment: Environment, plan: Plan) -> dict[str, Any]:
    """Return the identity-based policy, to be added to the reader's; if ``smoke.writes`` is off, nothing in it changes anything."""
    return policy_of(_statements(environment, plan))


def clean_up_of_load(environment: Environment, plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield what it takes to delete what a load run wrote, and smoke of the rally as well."""
    for table in tables_of_people(environment, plan):
        yield _allow(table.arn, "dynamodb:Query", "dynamodb:DeleteItem", users=USERS)


def _statements(environment: Environment, plan: Plan) -> Iterator[dict[str, Any]]:
    # Sessions of synthetic users are minted with the key, which proves that the functions read the same. With the token
    # LINE is asked whose it is, and the rich menu that a killed run left is taken back.
    asks_line = environment.line.bot_user_id or environment.smoke.test_user
    for secret in plan.secrets:
        if secret.key == "token_key" or (secret.key == "line_token" and asks_line):
            yield _allow(secret.arn_pattern, "secretsmanager:GetSecretValue")
    if plan.api.usage_plan.api_key:
        yield _allow(f"arn:aws:apigateway:{environment.region}::/apikeys", "apigateway:GET")
    for group in plan.log_groups:
        lines_of_group = f"{environment.region}:{environment.account}:log-group:{group.name}:*"
        yield _allow(f"arn:aws:logs:{lines_of_group}", "logs:FilterLogEvents")
    if environment.application.masters:
        yield from clean_up_of_load(environment, plan)
        if borrows_a_user(environment):
            # What the test user has is noted, and made that again after the awards.
            yield _allow(
                plan.table("userstamps").arn,
                *("dynamodb:Query", "dynamodb:DeleteItem", "dynamodb:PutItem"),
                users=(consenting_user(environment),),
            )


def _allow(resource: str, *actions: str, users: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a statement; ``users`` are the hash keys of the only items that may be touched in a table."""
    keys = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(users)}}
    return allowing(actions, resource, **({"Condition": keys} if users else {}))
