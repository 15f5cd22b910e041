"""Every optional key of an environment, with what it entails: a right, a resource, or nothing but a bound."""

import tomllib
from dataclasses import MISSING, fields, replace
from datetime import date
from types import NoneType

import pytest

from aws.desired import Permission
from plan import plan_for, scope_of
from signoff.environment import Environment
from signoff.environment.overrides import meanings
from signoff.environment.schema import (
    NOT_KEYS,
    Area,
    Domain,
    FrontEnd,
    FunctionSettings,
    RouteSettings,
    Season,
    Smoke,
    TableSettings,
)
from smoke.policy import policy
from tests.healthy import healthy
from tests.second_opinion import users_of

KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/9c2f7d10-5e3a-4b81-8f6d-0a1b2c3d4e5f"
BARE = replace(
    healthy().environment,
    bucket=None,
    domain=None,
    front_end=None,
    api_key=False,
    alert_email=None,
    smoke=Smoke(),
)


def decrypting(environment):
    """Return who may decrypt by the key: it must be planned for whoever reads what it encrypts."""
    roles = plan_for(environment).roles
    return {
        role.function for role in roles for right in role.required if right.action == "kms:Decrypt"
    }


def plan(environment):
    """Return the plan, comparable: what its own function holds to would differ from one plan to the next."""
    planned = plan_for(environment)
    described = planned.api.stage_description.words
    return replace(planned, api=replace(planned.api, stage_description=described))


def scope(environment):
    return scope_of(plan_for(environment), environment)


ENTAILS = {
    "tables": ({**BARE.tables, "users": "People"}, plan),
    "secrets": ({**BARE.secrets, "token_key": "rally/key"}, plan),
    "table_key": (KEY, decrypting),
    "secret_key": (KEY, decrypting),
    "bucket": ("stamp-rally-prod-images", lambda one: (scope(one).bucket, plan(one).bucket)),
    "domain": (Domain(name="api.rally.example.jp"), lambda one: scope(one).domain),
    "api_key": (True, lambda one: plan(one).api.usage_plan.api_key),
    "billing": ("PROVISIONED", plan),
    "origin": ("https://stamps.example.jp", plan),
    "names": ({"stamps-role": "RallyStack-StampsRole1A2B"}, plan),
    "alias": ("current", lambda one: scope(one).alias),
    "runtime": ("python3.12", plan),
    "functions": ({"award": FunctionSettings(memory_mb=512)}, plan),
    "table_settings": ({"users": TableSettings(pitr_days=7)}, plan),
    "routes": ({"GET /stamps": RouteSettings(rate=300)}, plan),
    "access_log": (False, lambda one: plan(one).log_groups),
    "own_code": (True, lambda one: plan(one).alarms),
    "sessions_checked_by": ("functions", lambda one: plan(one).api.asks_authorizer),
    "pitr": (False, lambda one: plan(replace(one, production=False))),
}
"""Key whose value, or the place where its consequence shows, does not follow -> both."""
JUDGES_ONLY = {
    "before": "names another environment, whose records and secrets are compared",
    "production": "chooses the bounds to which the file is held",
    "evidence_key": "signs records; its own policy says who may, and `runbook evidence` makes both",
    "evidence_public_key": "verifies records without AWS",
    "evidence_signers": "becomes the policy of evidence_key",
    "birth": "is set by an embedded stack",
    "seconds_per_call": "bounds concurrency, which is judged and not made",
    "demand": "is where target_rate comes from",
    "go_live": "is the day that stamps have to be valid on",
    "area": "bounds where stamps may lie",
    "season": "bounds when stamps are valid",
    "stamps": "is how many stamps are expected",
    "smoke": "says whether smoke may write; its policy holds the rights to take that back in any case",
    "front_end": "is asked by the smoke calls, over public HTTPS",
    "fresh": "bounds the age of records",
    "administrators": "names who else may act on what is ours",
    "accepted": "says who answers for a condition, and until when",
    "signers": "says who decides",
    "known_faults": "accepts a red row outside production",
    "waivers": "accepts a red row",
    "decisions": "allows a difference",
}
"""Key -> why it entails neither right nor resource."""


def optional():
    return {
        field.name
        for field in fields(Environment)
        if field.name not in NOT_KEYS
        and (field.default is not MISSING or field.default_factory is not MISSING)
    }


def example(key):
    return tomllib.loads(f"{key} = {meanings()[key]['example']}")[key]


ANOTHER = {
    bool: lambda key: not getattr(BARE, key),
    int: lambda key: getattr(BARE, key) // 2,
    NoneType: example,
}
"""Type of a key's value where it is left out -> how a value that differs follows from it."""


def entailed(key):
    return ENTAILS.get(key) or (ANOTHER[type(getattr(BARE, key))](key), plan)


def test_every_optional_key_is_walked():
    derived = {key for key in optional() if type(getattr(BARE, key)) in ANOTHER}
    lacking = optional() - derived - ENTAILS.keys() - JUDGES_ONLY.keys()
    gone = (ENTAILS.keys() | JUDGES_ONLY.keys()) - optional()

    assert not lacking | gone, f"{', '.join(sorted(lacking | gone))}: in ENTAILS or JUDGES_ONLY"
    assert not ENTAILS.keys() & JUDGES_ONLY.keys()


@pytest.mark.parametrize("key", sorted(optional() - JUDGES_ONLY.keys()))
def test_key_changes_what_is_planned_read_or_permitted(key):
    value, consequence = entailed(key)
    without = replace(BARE, **{key: getattr(BARE, key)})

    assert consequence(without) == consequence(without), "made twice, it differs by itself"
    assert consequence(replace(BARE, **{key: value})) != consequence(without), (
        f"{key}: nothing follows from it: in ENTAILS, where it shows, or in JUDGES_ONLY, why not"
    )


@pytest.mark.parametrize("key", ["table_key", "secret_key"])
def test_customers_key_is_a_right_of_every_function_that_reads_what_it_encrypts(key):
    kinds = {"table_key": ":table/", "secret_key": ":secret:"}

    assert decrypting(replace(BARE, **{key: KEY})) == users_of(kinds[key])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("area", Area(lat=35.5, lon=139.6, km=2)),
        ("season", Season(begins=date(2026, 12, 1), ends=date(2026, 12, 31))),
        ("front_end", FrontEnd(url="https://rally.example.jp")),
        ("stamps", 5),
    ],
)
def test_key_that_only_judges_grants_nobody_anything(key, value):
    with_key = replace(BARE, **{key: value})

    assert plan(with_key).roles == plan(BARE).roles
    assert policy(with_key, plan(with_key)) == policy(BARE, plan(BARE))


DECRYPT = Permission("kms:Decrypt", KEY)


def _with_right(environment):
    return {role.function for role in plan_for(environment).roles if DECRYPT in role.required}


def test_roles_that_use_a_table_may_decrypt_by_its_key():
    environment = replace(healthy().environment, table_key=KEY)

    assert _with_right(environment) == users_of(":table/")


def test_keys_of_aws_need_no_right():
    environment = healthy().environment

    assert _with_right(environment) == set()
    assert _with_right(replace(environment, table_key="alias/aws/dynamodb")) == set()


def test_key_of_a_single_table_is_read():
    environment = replace(BARE, table_settings={"users": TableSettings(key=KEY)})

    assert scope(environment).keys == (KEY,)


def test_id_of_the_bot_may_be_shown():
    line = BARE.line

    assert line.bot_user_id in scope(BARE).public_values
