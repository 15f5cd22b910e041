"""Who may assume a role of people, and by which actions somebody takes it: its trust says both."""

from collections.abc import Mapping
from typing import Any

from aws.iam import Statement, parse
from aws.iam.principal import is_gone
from aws.role import document_text

ASSUME = "sts:AssumeRole"


def takers(raw: Mapping[str, Any], account: str) -> tuple[str, ...]:
    """Return who may assume a role of people by its trust alone.

    Not whom IAM has to allow it as well (the account itself), nor services, which act for whoever may pass
    the role, nor people who sign in by a provider that has to say who they are. ``raw`` is a RoleDetail.
    """
    allowing = [one for one in _trusting(raw) if one.effect == "Allow"]
    named = (
        who
        for one in allowing
        for kind, who in one.principals
        if not (kind == "Service" or is_gone(kind, who) or _left_to_iam(who, account))
        and not (kind == "Federated" and _names_people(one, who))
    )
    others = ("all but a few" for one in allowing if one.not_principals)
    return tuple(sorted({*named, *others}))


def taking(raw: Mapping[str, Any], account: str) -> tuple[str, ...]:
    """Return the actions by which somebody takes such a role, as its trust has it."""
    trusted = [one for statement in _trusting(raw) for one in statement.principals]
    by_iam = any(_left_to_iam(who, account) for _, who in trusted)
    by_service = any(kind == "Service" for kind, _ in trusted)
    passing = ("iam:PassRole",) * by_service
    return ("iam:UpdateAssumeRolePolicy", *passing, *((ASSUME,) * by_iam))


def _trusting(raw: Mapping[str, Any]) -> tuple[Statement, ...]:
    return parse(document_text(raw["AssumeRolePolicyDocument"]), f"trust of {raw['RoleName']}")


def _left_to_iam(who: str, account: str) -> bool:
    return who in {account, f"arn:aws:iam::{account}:root"}


def _names_people(one: Statement, provider: str) -> bool:
    """Whether a statement says which people of a provider: one of SAML has its own list of them."""
    if ":saml-provider/" in provider:
        return True
    return any(
        condition.key.lower().endswith((":sub", ":email", ":repository"))
        and not condition.if_exists
        and all(value.strip("*") for value in condition.values)
        for condition in one.conditions
    )
