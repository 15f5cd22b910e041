"""What app.toml says of an application: complete, consistent with its contract, and the source of its plan."""

import json
import re
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from aws.desired import Permission
from plan import plan_for, scope_of
from runbook.procedures.prepare import see_the_names
from signoff import ROOT, home_of
from signoff.environment import load
from signoff.environment.application import APPLICATION, application
from signoff.environment.problems import EnvironmentFileError
from signoff.environment.schema import Season
from tests.healthy import healthy

ENVIRONMENTS = """
[staging]
production = false
account = "111122223333"
region = "ap-northeast-1"
prefix = "todo"
stage = "staging"
tables = { items = "Items-staging" }
secrets = {}
tags = { Environment = "staging", Project = "Todo" }
origin = "https://todo.example.jp"
throttle = { rate = 100, burst = 200, daily_quota = 10000 }
alarms = { function_errors = 5, api_4xx = 10, api_5xx = 10, throttles = 1, period_s = 300 }
retention_days = 30
evidence = "evidence"
load_plan = "smoke"
target_rate = 10
line = { channel_id = "1234567890" }
sessions_checked_by = "functions"
"""
TODO = """
contract = "openapi.json"
[functions.todos]
memory_mb = 512
calls.items = ["dynamodb:Query", "dynamodb:PutItem"]
[tables.items]
name = "Items"
key = { Owner = "S", Id = "S" }
indexes.ByDay = { Day = "S" }
read = "keys"
[demand]
peak = 2
each = "PUT /items"
others = 0.1
shares = { "PUT /items" = 0.5, "GET /items" = 0.5 }
"""
"""An application of one function and one table, without secrets and without an authorizer."""
PATHS = {"/items": {verb: {"x-function": "todos"} for verb in ("get", "put")}}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "environments.toml").write_text(ENVIRONMENTS, encoding="utf-8")
    (tmp_path / "app.toml").write_text(TODO, encoding="utf-8")
    (tmp_path / "openapi.json").write_text(json.dumps({"paths": PATHS}), encoding="utf-8")
    return tmp_path


def staging(folder):
    return load("staging", folder / "environments.toml", {}).environment


def wrong(folder, written, instead):
    """Return what is said of the file with one text in place of another."""
    (folder / "app.toml").write_text(TODO.replace(written, instead), encoding="utf-8")
    with pytest.raises(EnvironmentFileError) as caught:
        staging(folder)
    return str(caught.value)


def refers(pointer):
    """Return a contract whose one answer is of this schema."""
    schemas = {
        "Todo": {"type": "object"},
        "List": {"type": "array", "items": {"$ref": "#/components/schemas/Entry"}},
        "Union": {"anyOf": [{"type": "object"}]},
        "A task": {"type": "object"},
        "Tree": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
    }
    content = {"application/json": {"schema": {"$ref": pointer}}}
    put = {**PATHS["/items"]["put"], "responses": {"200": {"content": content}}}
    paths = {"/items": {**PATHS["/items"], "put": put}}
    return json.dumps({"paths": paths, "components": {"schemas": schemas}})


def test_route_that_is_called_once_for_each_may_have_the_share_of_any_other(folder):
    text = TODO.replace('shares = { "PUT /items" = 0.5, ', "shares = { ")
    (folder / "app.toml").write_text(text, encoding="utf-8")

    assert application(folder / "app.toml").demand.for_each == 10


def test_application_beside_the_file_of_environments_is_the_one_that_is_planned(folder):
    plan = plan_for(staging(folder))

    assert [function.name for function in plan.functions] == ["todo-todos"]
    assert [(t.name, t.hash_key, t.range_key, t.indexes[0].range_key) for t in plan.tables] == [
        ("Items-staging", "Owner", "Id", None)
    ]
    assert plan.function("todos").environment == {"TABLE_ITEMS": "Items-staging"}
    assert plan.function("todos").memory_mb == 512


def test_variable_of_a_key_with_a_hyphen_has_a_name_that_lambda_takes(folder):
    (folder / "app.toml").write_text(TODO.replace("items", "to-do").replace("/to-do", "/items"))
    tables = ENVIRONMENTS.replace("items =", "to-do =")
    (folder / "environments.toml").write_text(tables, encoding="utf-8")

    assert plan_for(staging(folder)).function("todos").environment == {
        "TABLE_TO_DO": "Items-staging"
    }


def test_file_without_an_application_beside_it_is_of_the_projects_own(folder):
    (folder / "app.toml").unlink()

    with pytest.raises(EnvironmentFileError, match="items is not among users, userstamps"):
        staging(folder)


@pytest.mark.parametrize(
    ("put", "said"),
    [
        (lambda path: path.mkdir(), "app.toml can't be read (Is a directory)"),
        (lambda path: path.symlink_to("gone.toml"), "app.toml does not exist"),
        (lambda path: path.write_text("x = " + "[" * 50_000), "in each other, too deep to be read"),
    ],
    ids=["folder", "link to nothing", "too deep"],
)
def test_what_stands_in_the_applications_place_is_never_passed_over(folder, put, said):
    (folder / "app.toml").unlink()
    put(folder / "app.toml")

    with pytest.raises(EnvironmentFileError, match=re.escape(said)):
        staging(folder)


@pytest.mark.parametrize("installed", [True, False])
def test_reports_of_a_wheels_user_lie_beside_the_file_and_not_where_the_wheel_is(
    installed, tmp_path
):
    home = home_of(tmp_path / "environments.toml", installed=installed)

    assert home == (tmp_path if installed else ROOT)


def test_preflights_allow_the_methods_of_the_contract(folder):
    assert plan_for(staging(folder)).api.cors.methods == "GET,OPTIONS,PUT"


def test_without_secrets_and_authorizer_nothing_of_them_is_planned(folder):
    environment = staging(folder)
    plan = plan_for(environment)

    assert (plan.secrets, plan.api.authorizer, plan.api.asks_authorizer) == ((), None, False)
    assert not [p for role in plan.roles for p in role.required if "secretsmanager" in p.action]
    assert scope_of(plan, environment).key_scans == ("Items-staging",)


SIGV4 = {"type": "apiKey", "name": "Authorization", "x-amazon-apigateway-authtype": "awsSigv4"}
BEARER = {"type": "http", "scheme": "bearer"}
SCHEMES = {
    "session": BEARER,
    "signed": SIGV4,
    "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
}


def asking(folder, of_put, **document):
    """Write a contract of which one route says this, and the document that."""
    put = {**PATHS["/items"]["put"], **of_put}
    paths = {"/items": {**PATHS["/items"], "put": put}}
    contract = {"paths": paths, "components": {"securitySchemes": SCHEMES}, **document}
    (folder / "openapi.json").write_text(json.dumps(contract), encoding="utf-8")


@pytest.mark.parametrize(
    ("of_put", "authorized", "by_iam"),
    [
        ({}, True, False),
        ({"security": []}, False, False),
        ({"security": None}, True, False),
        ({"security": [{"key": []}]}, False, False),
        ({"security": [{"key": [], "session": []}]}, True, False),
        ({"security": [{"signed": []}]}, True, True),
        ({"security": [{"key": []}, {"signed": []}]}, True, True),
        ({"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}, True, True),
        ({"security": [], "x-amazon-apigateway-auth": {"type": "NONE"}}, False, False),
    ],
    ids=str,
)
def test_route_asks_of_its_callers_what_the_contract_says(folder, of_put, authorized, by_iam):
    asking(folder, of_put)
    (folder / "environments.toml").write_text(f"{ENVIRONMENTS}api_key = true", encoding="utf-8")

    route = plan_for(staging(folder)).route("PUT /items")

    assert (route.authorized, route.by_iam) == (authorized, by_iam)


@pytest.mark.parametrize(
    ("of_put", "usual"),
    [
        ({"security": [{}]}, None),
        ({"security": [{"signed": []}, {}]}, None),
        ({"security": [{}, {"key": []}]}, None),
        ({}, [{}]),
        ({"x-amazon-apigateway-auth": {"type": "NONE"}}, None),
        ({"x-amazon-apigateway-auth": {"type": "NONE"}}, [{"session": []}]),
        ({"x-amazon-apigateway-auth": {"type": "aws_iam"}}, None),
        ({"x-amazon-apigateway-auth": "NONE"}, []),
    ],
    ids=str,
)
def test_contract_that_leaves_open_whether_a_route_is_guarded_is_refused(folder, of_put, usual):
    asking(folder, of_put, security=usual)

    with pytest.raises(EnvironmentFileError, match="PUT /items leaves open whether it is guarded"):
        staging(folder)


@pytest.mark.parametrize(
    ("more", "unread"),
    [
        ({"$ref": "#/components/pathItems/More"}, r"\$ref"),
        ({"DELETE": {"x-function": "todos"}, "gets": {}}, "DELETE, gets"),
        ({"x-amazon-apigateway-any-method": {"x-function": "todos"}}, "x-amazon.+-any-method"),
        ({"servers": []}, "servers"),
        ({"get": {"x-function": "todos", "servers": []}, "gets": {}}, "gets, servers"),
        ({"options": {}, "trace": {}, "parameters": [], "summary": "", "x-owner": "us"}, ""),
    ],
)
def test_contract_has_no_operation_that_is_not_read(folder, more, unread):
    contract = {"paths": {**PATHS, "/more": more}, "components": {"pathItems": {"More": {}}}}
    (folder / "openapi.json").write_text(json.dumps(contract), encoding="utf-8")

    said = f"openapi.json: /more has {unread}, which is not read"
    with pytest.raises(EnvironmentFileError, match=said) if unread else nullcontext():
        staging(folder)


@pytest.mark.parametrize(
    ("of_put", "usual", "keys", "said"),
    [
        (
            {},
            None,
            "",
            "openapi.json asks callers of GET /items for session .security., which nothing checks",
        ),
        ({"security": []}, None, "", "of GET /items for session"),
        ({"security": [{"signed": []}]}, [], "", ""),
        ({}, None, 'sessions_checked_by = "functions"', ""),
        (
            {"security": [{"key": []}]},
            [],
            "",
            "PUT /items for an API key .+ or api_key or sessions_checked_by of env",
        ),
        ({"security": [{"key": []}]}, [], "api_key = true", ""),
    ],
    ids=["all", "a sibling", "IAM", "checked by the functions", "a key", "a planned key"],
)
def test_contract_that_asks_callers_for_what_nothing_checks_is_refused(
    folder, of_put, usual, keys, said
):
    asking(folder, of_put, security=usual)
    without = ENVIRONMENTS.replace('sessions_checked_by = "functions"', keys)
    (folder / "environments.toml").write_text(without, encoding="utf-8")

    with pytest.raises(EnvironmentFileError, match=said) if said else nullcontext():
        staging(folder)


@pytest.mark.parametrize(
    ("written", "instead", "key"),
    [
        (
            "dynamodb:Query",
            "Query",
            'functions.todos.calls.items.0 is "Query"; write a service and an action as IAM has',
        ),
        ("dynamodb:Query", "dynamodb:Query:all", "functions.todos.calls.items.0"),
        ("memory_mb = 512", "memory_mb = 64", "functions.todos.memory_mb"),
        ("memory_mb = 512", "timeout_s = 9000", "functions.todos.timeout_s"),
        (
            "indexes.ByDay",
            "indexes.By",
            'tables.items.indexes has the key "By"; write 3 to 255 letters',
        ),
        ("[functions.todos]", 'metrics = "AWS/Lambda"\n[functions.todos]', "metrics"),
        ("[functions.todos]", 'metrics = ""\n[functions.todos]', "metrics"),
        (
            "[functions.todos]",
            'settings.MY-ENV.key = "name"\n[functions.todos]',
            'settings has the key "MY-ENV"; write a variable',
        ),
        (
            "[demand]",
            '[secrets.a]\nname = "a"\njson_key = ""\n[demand]',
            'secrets.a.json_key is ""; write a name',
        ),
        (
            "[demand]",
            '[settings.AWS_REGION]\nkey = "name"\n[demand]',
            'settings has the key "AWS_REGION"; write a variable',
        ),
    ],
)
def test_what_aws_does_not_take_is_refused_as_the_file_is_read(folder, written, instead, key):
    assert f"app.toml.{key}" in wrong(folder, written, instead)


def contract(paths=(), schemes=SCHEMES, **more):
    """Return a contract with these paths beside the usual ones."""
    components = {"components": {"securitySchemes": schemes}, **more}
    return json.dumps({"paths": {**PATHS, **dict(paths)}, **components})


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (contract({"/more": None}), "paths./more is null; write a table"),
        (contract({"/more": {"get": None}}), "paths./more.get is null; write a table"),
        (contract({"/more": {"parameters": None}}), "paths./more.parameters is null; write a list"),
        (contract(schemes=None), "components.securitySchemes is null; write a table"),
        (contract(schemes={"key": None}), "components.securitySchemes.key is null; write a table"),
        (contract(schemes={"key": {"name": None}}), "components.securitySchemes.key.name is null"),
        (contract(security=[None]), "security.0 is null; write a table"),
        (contract(security="session"), 'security is "session"; write a list'),
        (contract({"more": {}}), 'paths has the key "more"; write a path that begins with / and'),
        (contract({"/more/": {}}), 'paths has the key "/more/"; write a path that begins with /'),
        (contract({"/a{id}": {}}), 'paths has the key "/a{id}"; write a path that begins with /'),
        (contract({"/{id": {}}), 'paths has the key "/{id"; write a path that begins with /'),
        ('"no contract"', ' is "no contract"; write a table'),
        ("- 2026-12-01", ' is ["2026-12-01"]; write a table'),
        (
            contract({"/{id+}/a": {}}),
            'paths has the key "/{id+}/a"; write a path that begins with /',
        ),
        ("{}", "paths is missing; write paths = …"),
    ],
)
def test_part_of_the_contract_that_is_none_is_said_with_its_place(folder, document, said):
    (folder / "openapi.json").write_text(document, encoding="utf-8")

    assert f"openapi.json.{said}".replace(". ", " ") in wrong(folder, "", "")


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        (["/a/{x}", "/a/{y}/b"], "/a/… means {x} and {y} at once: leave one, or name each differently"),
        (["/a/{x}", "/a/{x+}"], "/a/… means {x+} and {x} at once"),
        (["/{x}/a/{z}", "/{y}/a/{z}"], "/… means {x} and {y} at once"),
        (["/a/{x}", "/a/{x}/b/{y}", "/b/{y}", "/a/x"], ""),
    ],
)  # fmt: skip
def test_variable_of_a_path_has_one_name_among_its_siblings(folder, paths, said):
    document = contract({path: {"get": {"x-function": "todos"}} for path in paths})
    (folder / "openapi.json").write_text(document, encoding="utf-8")

    said = re.escape(f"app.toml: openapi.json: {said}")
    with pytest.raises(EnvironmentFileError, match=said) if paths[-1] != "/a/x" else nullcontext():
        staging(folder)


@pytest.mark.parametrize(
    ("schemes", "instead"),
    [(SCHEMES, "; did you mean session?"), ({"key": {}}, "; there are key"), ({}, "")],
)
def test_contract_asks_for_no_security_scheme_that_it_does_not_define(folder, schemes, instead):
    more = {"/more": {"get": {"x-function": "todos", "security": [{"sesion": []}]}}}
    (folder / "openapi.json").write_text(contract(more, schemes), encoding="utf-8")

    said = (
        f"app.toml: openapi.json: GET /more (security) names sesion, which does not exist{instead}"
    )
    assert wrong(folder, "", "") == said


@pytest.mark.parametrize("more", [{"components": None}, {"security": None}])
@pytest.mark.parametrize("path", ["/", "/v1.0/{owner}/{id}", "/files/{path+}"])
def test_contract_may_leave_parts_empty_and_have_any_path_that_api_gateway_takes(
    folder, path, more
):
    document = contract({path: {"get": {"x-function": "todos", "summary": None}}}, **more)
    (folder / "openapi.json").write_text(document, encoding="utf-8")

    assert f"GET {path}" in [route.id for route in plan_for(staging(folder)).api.routes]


@pytest.mark.parametrize("key", ["nmae", "bucket", "throttle", "line.secret", "tables.item"])
def test_setting_of_which_the_environment_has_no_value_is_refused(folder, key):
    more = f'settings.PLACE.key = "{key}"\n[functions.todos]'

    said = f"app.toml: settings.PLACE takes {key} of environments.toml: staging, which has no such"
    assert said in wrong(folder, "[functions.todos]", more)


@pytest.mark.parametrize(
    ("key", "value"),
    [("tables.items", "Items-staging"), ("accuracy_cap_m", "50"), ("pitr", "true")],
)
def test_setting_may_have_any_single_value_of_the_environment(folder, key, value):
    text = TODO.replace("[functions.todos]", f'settings.PLACE.key = "{key}"\n[functions.todos]')
    used = text.replace("memory_mb", 'settings = ["PLACE"]\nmemory_mb')
    (folder / "app.toml").write_text(used, encoding="utf-8")

    assert plan_for(staging(folder)).function("todos").environment["PLACE"] == value


@pytest.mark.parametrize("part", ["/*", "", "/in/*"])
def test_function_may_use_buckets_of_its_environment_that_app_toml_names(folder, part):
    more = f'calls."arn:aws:s3:::{{prefix}}-files{part}" = ["s3:PutObject"]\n[tables.items]'
    (folder / "app.toml").write_text(TODO.replace("[tables.items]", more), encoding="utf-8")

    (role,) = plan_for(staging(folder)).roles

    assert Permission("s3:PutObject", f"arn:aws:s3:::todo-files{part}") in role.required


@pytest.mark.parametrize(
    "bucket", ["s3:::{prefix}*", "s3:::{prefix}-*/a", "s3:::shop-files/*", "sqs:*:*:{prefix}"]
)
def test_function_may_name_no_bucket_of_another_environment_and_nothing_else(folder, bucket):
    more = f'calls."arn:aws:{bucket}" = ["s3:PutObject"]\n[tables.items]'

    assert f"functions.todos.calls names arn:aws:{bucket}" in wrong(folder, "[tables.items]", more)


def test_dashboard_of_an_application_without_tables_has_no_widget_of_their_capacity(folder):
    without = TODO.replace("calls.items =", "#").partition("[tables.items]")
    text = without[0] + TODO[TODO.index("[demand]") :]
    (folder / "app.toml").write_text(text, encoding="utf-8")
    file = folder / "environments.toml"
    file.write_text(ENVIRONMENTS.replace("items = ", "").replace('"Items-staging"', ""))
    context = SimpleNamespace(plan=plan_for(staging(folder)), say=lambda **_: None, go=False)

    assert see_the_names.action(context) == ()
    kinds = [widget.kind for widget in context.plan.dashboard.widgets]
    assert kinds == ["invocations", "errors", "requests", "latency"]


def test_items_that_expire_are_counted_for_a_rally_alone(folder):
    (folder / "app.toml").write_text(
        TODO.replace('name = "Items"', 'name = "Items"\nttl = "Until"')
    )
    environment = staging(folder)
    plan = plan_for(environment)

    assert plan.tables[0].ttl_attribute == "Until"
    assert scope_of(plan, environment).expiry == {}


def test_no_stamp_expires_before_the_last_day_of_the_season_is_over():
    season = Season(begins=date(2026, 12, 1), ends=date(2026, 12, 31))
    scope = scope_of(healthy().plan, replace(healthy().environment, season=season))
    attribute, over = scope.expiry["UserStamps-prod"]

    assert (attribute, f"{over:%F %H:%M %z}") == ("TTL", "2026-12-31 23:59 +0900")


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("calls.items =", "calls.item =", "functions.todos.calls names item, which does not exist"),
        ("memory_mb", "memory", "app.toml.functions.todos.memory is not a key of an application"),
        (
            "memory_mb",
            "memroy_mb",
            "functions.todos.memroy_mb is not a key of an application; did you mean functions.todos.memory_mb?",
        ),
        ("calls.items", "call.items", "did you mean functions.todos.calls?"),
        ("indexes.ByDay", "index.ByDay", "did you mean tables.items.indexes?"),
        (
            "peak",
            "peek",
            "app.toml.demand.peek is not a key of an application; did you mean demand",
        ),
        (
            "contract",
            "contarct",
            "app.toml.contarct is not a key of an application; did you mean contract?",
        ),
        ("peak = 2", 'peak = "2x"', 'demand.peak is "2x"; write a whole number, without quotes'),
        ("peak = 2", "peak = 1.5", "demand.peak is 1.5; write a whole number, without quotes"),
        ("others = 0.1", 'others = "x"', 'demand.others is "x"; write a number'),
        (
            "[functions.todos]",
            "[functions.todos]\nauthorizes = 2",
            "functions.todos.authorizes is 2; write true / false",
        ),
        (
            "contract",
            "known_defaults = [1]\ncontract",
            "known_defaults.0 is 1; write text, in quotes",
        ),
        (
            "read =",
            "timeout_s =",
            "tables.items.timeout_s is not a key of an application; remove it",
        ),
        (
            '"GET /items"',
            '"GET /item"',
            "demand names GET /item, which does not exist; did you mean GET /items?",
        ),
        ("[functions.todos]", "[functions.list]", "GET /items names todos, which does not exist"),
        (
            "[functions.todos]",
            "[functions.items]",
            "items means functions.items and tables.items at once",
        ),
        (
            "[demand]",
            "[functions.To-dos]\n[functions.to_dos]\n[demand]",
            "functions.TO_DOS means functions.To-dos and functions.to_dos at once",
        ),
        (
            "[demand]",
            '[tables.Items]\nname = "a"\nkey = { Id = "S" }\n[demand]',
            "tables.ITEMS means tables.Items and tables.items",
        ),
        (
            '{ Day = "S" }',
            '{ Day = "S", Id = "N" }',
            "app.toml: tables.items.Id means N and S at once: leave one, or name each",
        ),
        (
            "[demand]",
            'indexes.ByNumber = { Day = "N" }\n[demand]',
            "tables.items.Day means N and S at once",
        ),
        ('read = "keys"', 'attributes = { Day = "N" }', "tables.items.Day means N and S at once"),
        ('read = "keys"', 'ttl = "Day"', "tables.items.Day means N and S at once"),
        (
            "[functions.todos]",
            "[functions.a]\nauthorizes = true\n[functions.todos]\nauthorizes = true",
            "authorizes = true means a and todos at once: leave one",
        ),
        ("memory_mb = 512", 'settings = ["LEVEL"]', "settings names LEVEL, which does not exist"),
        (
            "memory_mb = 512",
            'distributions = ["absent-package"]',
            "distributions names absent-package, which is not installed: install it, or correct",
        ),
        (
            "dynamodb:Query",
            "dynamo:Query",
            "calls.items names dynamo, which does not exist; did you mean dynamodb?",
        ),
        (
            "dynamodb:Query",
            "dynamodb:GetItm",
            "calls.items names dynamodb:GetItm, which does not exist; did you mean dynamodb:GetItem?",
        ),
        (
            "calls.items = [",
            'writes.items = ["lambda:Invoke"]\ncalls.items = [',
            "names lambda:Invoke, which does not exist; there are InvokeFunction",
        ),
        (
            "dynamodb:Query",
            "secretsmanager:GetSecret",
            "did you mean secretsmanager:GetSecretValue?",
        ),
        (
            "dynamodb:Query",
            "secretsmanager:GetSecretValue",
            "calls.items names secretsmanager:GetSecretValue, which is not an action of dynamodb; write",
        ),
        (
            "calls.items =",
            'reads."items#ByDay" = ["s3:GetObject"]\ncalls.items =',
            "reads.items#ByDay names s3:GetObject, which is not an action of dynamodb; write",
        ),
        (
            "calls.items =",
            'reads."arn:aws:s3:::{prefix}-images/*" = ["dynamodb:GetItem"]\ncalls.items =',
            "names dynamodb:GetItem, which is not an action of s3; write",
        ),
        (
            "calls.items =",
            'reads.todos = ["dynamodb:GetItem"]\ncalls.items =',
            "reads.todos names dynamodb:GetItem, which is not an action of lambda; write",
        ),
        ('key = { Owner = "S", Id = "S" }', "key = {}", "app.toml.tables.items.key is {}"),
        ('name = "Items"', "", "app.toml.tables.items.name is missing"),
        ("[demand]", "[demand", "app.toml is not TOML: Expected"),
        ("0.1\n", "0.00001\n", "demand.others is 1e-05; write a number of at least 0.0001"),
        ("= 0.5 }", "= 1e-7 }", "GET /items is 1e-07; write a number of at least 0.0001"),
        ("openapi.json", "contract.json", "contract.json does not exist; create it"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_in_a_sentence(folder, written, instead, said):
    assert said in wrong(folder, written, instead)


def test_actions_of_a_name_that_means_two_things_are_not_told_as_wrong(folder):
    assert "is not an action of" not in wrong(folder, "[functions.todos]", "[functions.items]")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("paths:\n\t- x", "openapi.json is not YAML: while scanning for the next token"),
        (refers("#/components/schemas/Gone"), "refers to '#/components/schemas/Gone', which"),
        (refers("todo.yaml#/components/schemas/Todo"), "refers to 'todo.yaml#/components/schemas"),
        (refers("#/components/schemas/List"), "refers to '#/components/schemas/Entry', which"),
        (
            refers("#/components/schemas/Todo/type/of"),
            "refers to '#/components/schemas/Todo/type/of",
        ),
    ],
)
def test_contract_that_refers_to_what_it_does_not_have_is_refused_before_a_run(
    folder, document, said
):
    (folder / "openapi.json").write_text(document, encoding="utf-8")

    assert said in wrong(folder, "", "")


@pytest.mark.parametrize("pointer", ["Tree", "Tree/items", "Union/anyOf/0", "A%20task"])
def test_contract_may_refer_to_a_tree_an_entry_and_an_encoded_name(folder, pointer):
    document = refers(f"#/components/schemas/{pointer}")
    (folder / "openapi.json").write_text(document, encoding="utf-8")

    assert plan_for(staging(folder)).api.paths == ("/items",)


def test_functions_of_other_code_get_no_settings_of_ours():
    environment = load("local", variables={}).environment
    theirs = plan_for(replace(environment, own_code=True)).function("award").environment

    assert set(theirs) == {"ENVIRONMENT", "TABLE_USERSTAMPS", "TABLE_STAMPMASTERS"}


def test_each_function_of_the_contract_is_described_and_each_described_one_has_a_route():
    described = application(APPLICATION)
    operations = (one for item in described.paths.values() for one in item.values())

    assert {operation["x-function"] for operation in operations} == set(described.functions)
