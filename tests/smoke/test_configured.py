"""What smoke says of a function that cannot work as it is deployed: the row of its role, its handler or its settings says why."""

import json
from dataclasses import replace

import pytest

from aws.kinds.key import Key
from signoff.environment.accountability import Decision
from smoke.root_causes import Configured
from tests.defects.changes import added, both, item
from tests.defects.encryption import KEY, allowing, granted
from tests.judging import green
from tests.smoke.breaking import (
    code,
    denied,
    other_secret,
    redrawn,
    refusing,
    released,
    revoked,
    switched_off,
    under_a_key_of_others,
)
from tests.smoke.defects_api import method
from tests.smoke.judging import judge, red

HANDLER = "lambdas/ranking/handler.py"


@pytest.mark.parametrize(
    ("key", "action", "rows"),
    [
        ("ranking", "dynamodb:Query", {"SMOKE-06", "SMOKE-07"}),
        ("auth", "secretsmanager:GetSecretValue", {"SMOKE-01", "SMOKE-02", "SMOKE-15"}),
    ],
)
def test_rows_of_a_denied_role_follow_from_the_row_that_says_so(rally, key, action, rows):
    with denied(rally, key, action):
        found = red(judge(rally, rows=rows))

    assert found == dict.fromkeys(rows, "SEC-13")


def test_rows_of_a_role_that_was_never_granted_a_right_follow_from_the_row_that_says_so(rally):
    with revoked(rally, "ranking", "dynamodb:Query"):
        found = red(judge(rally, rows={"SMOKE-02", "SMOKE-06", "SMOKE-07"}))

    assert found == dict.fromkeys(("SMOKE-06", "SMOKE-07"), "SEC-13")


def test_rows_of_a_function_that_lacks_a_variable_follow_from_the_row_that_says_so(rally):
    with released(rally, "ranking", environment={"TABLE_USERSTAMPS": None}):
        found = red(judge(rally, rows={"SMOKE-02", "SMOKE-06", "SMOKE-07"}))

    assert found == dict.fromkeys(("SMOKE-06", "SMOKE-07"), "DEP-13")


def test_rows_of_a_function_that_is_switched_off_follow_from_the_row_that_says_so(rally):
    with switched_off(rally, "ranking"):
        found = red(judge(rally, rows={"SMOKE-02", "SMOKE-06", "SMOKE-07"}))

    assert found == dict.fromkeys(("SMOKE-06", "SMOKE-07"), "DEP-18")


def test_rows_of_a_function_that_refuses_the_api_follow_from_the_row_that_says_so(rally):
    with refusing(rally, "ranking"):
        found = red(judge(rally, rows={"SMOKE-02", "SMOKE-06", "SMOKE-07"}))

    assert found == dict.fromkeys(("SMOKE-06", "SMOKE-07"), "DEP-16")


def test_rows_of_an_authorizer_that_refuses_the_api_follow_from_the_row_that_says_so(rally):
    with refusing(rally, "auth", "/authorizers/"):
        found = red(judge(rally, rows={"SMOKE-02", "SMOKE-06", "SMOKE-13", "SMOKE-15"}))

    assert found == dict.fromkeys(("SMOKE-02", "SMOKE-06", "SMOKE-15"), "DEP-16")


def test_row_of_a_function_whose_secret_is_broken_follows_from_the_row_that_says_so(rally):
    with other_secret(rally, "line_token", TOKEN="x"), released(rally, "richmenu"):
        found = red(judge(rally, rows={"SMOKE-02", "SMOKE-08"}))

    assert found == {"SMOKE-08": "SEC-02"}


def test_row_of_a_function_that_lacks_time_blocks_as_the_row_that_says_so_does_not(rally):
    slow = {HANDLER: ("caller = ", "self.pause(5)\n        caller = ")}
    with released(rally, "ranking", edits=slow, Timeout=1):
        found = red(judge(rally, rows={"SMOKE-02", "SMOKE-06", "SMOKE-07"}))

    assert found == {"SMOKE-06": "fail", "SMOKE-07": "fail"}


def test_rows_of_a_table_under_a_key_that_its_roles_may_not_use_follow_from_the_row_that_names_it(
    rally,
):
    rows = {"SMOKE-02", "SMOKE-06", "SMOKE-07"}
    with under_a_key_of_others(rally, "userstamps"):
        found = red(judge(rally, rows=rows | {"SMOKE-08"}))

    assert found == dict.fromkeys(rows, "SEC-20")


def test_rows_of_a_table_under_a_key_by_a_decision_follow_from_the_row_of_the_roles(rally):
    table = rally.plan.table("userstamps").name
    with under_a_key_of_others(rally, "userstamps") as key:
        made = Decision(what=f"table {table}: encryption key", value=key, by="Hana", why="theirs")
        decided = replace(rally.environment, decisions=(made,))
        found = red(judge(rally, rally.snapshot(decided), rows={"SMOKE-06"}))

    assert found == {"SMOKE-06": "SEC-13"}


def test_rows_of_a_secret_under_a_key_that_its_roles_may_not_use_follow_from_the_row_that_names_it(
    rally,
):
    rows = {"SMOKE-01", "SMOKE-02", "SMOKE-15"}
    with under_a_key_of_others(rally, secrets=("token_key",)), released(rally, "auth"):
        found = red(judge(rally, rows=rows))

    assert found == dict.fromkeys(rows, "SEC-05")


def test_row_of_a_function_beside_a_denied_one_stays_green(rally):
    with denied(rally, "ranking", "dynamodb:Query"):
        found = red(judge(rally, rows={"SMOKE-02", "SMOKE-04"}))

    assert found == {}


def test_rows_of_a_handler_that_does_not_start_follow_from_the_row_that_says_so(rally):
    with code("ranking", HANDLER, "import time\n", "import nosuch\n")(rally):
        found = red(judge(rally, rows={"SMOKE-02", "SMOKE-06", "SMOKE-07"}))

    assert found == dict.fromkeys(("SMOKE-06", "SMOKE-07"), "DEP-10")


def test_login_follows_where_the_route_that_tries_its_session_does_not_start(rally):
    with code("stamps", "lambdas/stamps/handler.py", "import time\n", "import nosuch\n")(rally):
        found = red(judge(rally, rows={"SMOKE-01", "SMOKE-02"}))

    assert found == dict.fromkeys(("SMOKE-01", "SMOKE-02"), "DEP-10")


def all_ask_for_a_key(rally):
    def draw(client, api_id):
        for route in rally.plan.api.routes:
            method(route.path, route.verb, apiKeyRequired="true")(client, api_id)

    return redrawn(rally, draw)


def test_rows_of_routes_that_ask_for_an_unplanned_key_follow_from_the_row_that_says_so(rally):
    rows = {"SMOKE-06", "SMOKE-15", "SEC-41"}
    with all_ask_for_a_key(rally):
        found = red(judge(rally, rows=rows))

    assert found == dict.fromkeys(rows, "DEP-21")


def test_rows_of_routes_that_may_ask_for_a_key_by_a_decision_follow_from_no_row_that_is_green(
    rally,
):
    made = (
        Decision(what=f"route {route.id}: API key required", value="on", by="Hana", why="partners")
        for route in rally.plan.api.routes
    )
    decided = replace(rally.environment, decisions=tuple(made))
    with all_ask_for_a_key(rally):
        found = red(judge(rally, rally.snapshot(decided), rows={"SMOKE-06"}))

    assert found == {"SMOKE-06": "SMOKE-15"}


ROLE = "arn:aws:iam::444455556666:role/stamp-rally-prod-ranking-role"
NOBODY = {"Service": "logs.amazonaws.com"}
DENIED = {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}


class Vault:
    """Secrets Manager, where every secret is as planned."""

    @staticmethod
    def get_secret_value(**_):
        return {"SecretString": json.dumps({each.json_key: "x" for each in green().plan.secrets})}


@pytest.mark.parametrize(
    ("policy", "also", "root"),
    [
        (allowing({"AWS": ROLE}), {}, None),
        (allowing(NOBODY), {}, "SEC-20"),
        (allowing({"AWS": ROLE}, DENIED), {}, "SEC-20"),
        (allowing(NOBODY), {"by": granted(KEY, "9c2f7d10", ROLE)}, None),
        (allowing({"AWS": ROLE}), {"by": item("keys", KEY, state="Disabled")}, "SEC-20"),
    ],
    ids=["names the role", "names no role", "denies all", "leaves it to a grant", "disabled"],
)
def test_key_is_a_root_only_where_the_role_certainly_cannot_use_it(policy, also, root):
    key = added("keys", KEY, Key(arn=KEY, state="Enabled", manager="CUSTOMER", policy=policy))
    table = item("tables", "UserStamps-prod", sse_type="KMS", sse_status="ENABLED", sse_key_arn=KEY)
    configured = Configured(both(table, key, *also.values())(green()), lambda _: Vault)
    found = configured.root("GET /ranking/weekly")

    assert (found and found[0]) == root
