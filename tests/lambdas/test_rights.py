"""What each function calls of AWS is what app.toml says that it needs: no right more, none less."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from lambdas.award import handler as award
from tests.lambdas.clients import Scripted, cancelled
from tests.lambdas.contract import MODULES, operations
from tests.lambdas.events import CONTEXT, USER, event
from tests.lambdas.rally_account import ENVIRON
from tests.lambdas.test_logger import EXAMPLES

FILE = Path(__file__).parents[2] / "app.toml"
FUNCTIONS = tomllib.loads(FILE.read_text(encoding="utf-8"))["functions"]
RIGHTS = {name: function["calls"] for name, function in FUNCTIONS.items()}
TABLES = {
    ENVIRON["TABLE_USERS"]: "users",
    ENVIRON["TABLE_USERSTAMPS"]: "userstamps",
    ENVIRON["TABLE_STAMPMASTERS"]: "stampmasters",
}
SECRETS = {
    ENVIRON["SECRET_NAME_TOKEN_KEY"]: "token_key",
    ENVIRON["SECRET_NAME_LINE_TOKEN"]: "line_token",
}
CLAIM = {"user_id": USER, "stamp_id": "STATUE-001", "method": "GPS"}


def needed(operation, asked):
    """Yield the rights that a call needs, as (resource, action). Source: DynamoDB's and Lambda's API permissions."""
    match operation:
        case "GetSecretValue":
            yield SECRETS[asked["SecretId"]], "secretsmanager:GetSecretValue"
        case "Invoke":
            yield asked["FunctionName"], "lambda:InvokeFunction"
        case "TransactWriteItems":
            for item in asked["TransactItems"]:
                ((kind, change),) = item.items()
                yield TABLES[change["TableName"]], f"dynamodb:{kind}Item"
        case "BatchGetItem":
            for table in asked["RequestItems"]:
                yield TABLES[table], "dynamodb:BatchGetItem"
        case _:
            index = f"#{asked['IndexName']}" if "IndexName" in asked else ""
            yield TABLES[asked["TableName"]] + index, f"dynamodb:{operation}"


@pytest.fixture
def calls(sdk):
    """Return the rights that were needed so far, by the calls of every client that is made from now on."""
    seen = {}

    def note(params, model, **_):
        for resource, action in needed(model.name, params):
            seen.setdefault(resource, set()).add(action)

    sdk.events.register("provide-client-params.*.*", note)
    yield seen
    sdk.events.unregister("provide-client-params.*.*", note)


def contested(environ):
    """Return an award whose first transaction meets another one, so that it looks whether the stamp is there by now."""
    action = award.begin(environ)
    once = Scripted(action.stamps.client, transact_write_items=[cancelled("TransactionConflict")])
    return replace(action, stamps=replace(action.stamps, client=once), pause=lambda _: None)


def calling(route, environ, content):
    name = operations()[route]["x-function"]
    begin = contested if name == "award" else MODULES[name].begin
    function = type(MODULES[name].handler)(name, begin, environ)
    return function(event(route, **content), CONTEXT)["statusCode"]


@pytest.fixture
def collected(account, line):
    """Somebody has a stamp and is ranked by it, so that every function has something to read."""
    line.claims = {"sub": USER, "name": "日吉"}
    account.master("STATUE-002")
    environ = ENVIRON | {"LINE_API_ENDPOINT": line.url}
    claim = CLAIM | {"stamp_id": "STATUE-002"}
    assert calling("POST /stamps/award", environ, {"body": claim}) == 200
    return environ | {"NOTIFY_FUNCTION": "notify:live"}


@pytest.mark.parametrize("name", MODULES)
def test_function_needs_exactly_the_rights_that_are_listed_for_it(name, collected, calls):
    routes = [route for route, operation in operations().items() if operation["x-function"] == name]
    statuses = {calling(route, collected, EXAMPLES[route]) for route in routes}

    assert statuses == {200}
    assert {resource: sorted(actions) for resource, actions in calls.items()} == RIGHTS[name]


def test_no_function_writes_masters_deletes_or_scans():
    rights = {
        (resource, one)
        for all_ in RIGHTS.values()
        for resource, list_ in all_.items()
        for one in list_
    }

    assert {action for resource, action in rights if resource == "stampmasters"} == {
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
    }
    assert not [action for _, action in rights if "Delete" in action or "Scan" in action]
