"""Load of an application that is not the rally: its own routes and shares, with the bodies that its contract gives as examples."""

from dataclasses import replace
from datetime import date

import pytest
import yaml

from load.engine.admission import LoadRefused
from load.engine.answers import ApiRequest, RequestFactory, classify, compiled
from load.plans import objectives_of, plans
from load.prepare import examples_of, read_contract
from signoff.environment import load
from tests.load.fake_aws import ROOT, target
from tests.load.runs import chance, pool, run_against

FOLDER = ROOT / "docs" / "examples" / "todo"
TODO = load("local", FOLDER / "environments.toml", {}).environment
APP = TODO.application
SMOKE = plans(TODO)["smoke"]


def test_plan_has_the_routes_of_app_toml_in_parts_of_one():
    assert APP.demand.mix == {
        "GET /items": pytest.approx(2 / 3),
        "POST /items": pytest.approx(1 / 3),
    }
    assert {route for step in SMOKE.steps for route in step.mix} == APP.demand.shares.keys()
    assert objectives_of(APP).endpoints.keys() == APP.demand.shares.keys()


def test_request_has_the_example_of_the_contract_and_the_session_of_a_synthetic_user():
    factory = RequestFactory(pool(1), chance(1), examples_of(APP, APP.demand.mix))

    read, added = factory.make("GET /items"), factory.make("POST /items")
    assert (read.path, read.body, read.token) == ("/items", None, "session-0")
    assert (added.path, added.body) == ("/items", b'{"text": "Buy milk"}')


@pytest.mark.parametrize(
    ("status", "content", "what"),
    [
        (201, b'["an item"]', "answered"),
        (201, b'{"items": 5}', "failed"),
        (202, b'["an item"]', "failed"),
        (409, b'["an item"]', "failed"),
        (203, b"{}", "answered"),
        (203, b"", "failed"),
        (204, b"", "answered"),
        (205, b"a,b", "answered"),
        (206, b'{"items": 5}', "failed"),
        (207, b'{"items": 5}', "failed"),
        (200, b"", "failed"),
    ],
)
def test_answer_counts_that_its_contract_promises(status, content, what, tmp_path):
    of = ("application/json", "text/csv", "application/json; charset=utf-8", "application/hal+json")
    promised, *others = ({"content": {kind: {"schema": {"type": "array"}}}} for kind in of)
    unsaid = {"content": {"application/json": {}}}
    added = {201: promised, "203": unsaid, "204": {}, "2XX": promised, "409": promised}
    added |= zip(("205", "206", "207"), others, strict=True)
    document = {"paths": {"/items": {"post": {"responses": added}}}}
    (tmp_path / APP.contract).write_text(yaml.safe_dump(document))
    contract = compiled(read_contract(replace(APP, folder=tmp_path), ["POST /items"]))
    call = ApiRequest("POST /items", "/items", "session")

    assert classify(call, status, content, None, contract).what == what


@pytest.mark.parametrize(
    ("promised", "what"),
    [(["201"], "failed"), (["201", "2XX"], "answered"), (["default"], "answered")],
    ids=["another", "a class", "none"],
)
def test_success_of_another_status_than_the_contract_has_is_no_success(promised, what, tmp_path):
    document = {"paths": {"/items": {"post": {"responses": {status: {} for status in promised}}}}}
    (tmp_path / APP.contract).write_text(yaml.safe_dump(document))
    contract = compiled(read_contract(replace(APP, folder=tmp_path), ["POST /items"]))
    call = ApiRequest("POST /items", "/items", "session")

    assert classify(call, 200, b'{"error": "not stored"}', None, contract).what == what


def required(place):
    return {"name": "tag", "in": place, "required": True}


@pytest.mark.parametrize(
    "operation",
    [
        {"requestBody": {"content": {"application/json": {}}}},
        {"requestBody": {"content": {"text/csv": {"example": "a,b"}}}},
        {"parameters": [{"$ref": "#/components/parameters/tag"}]},
        {"parameters": [{**required("query"), "example": ["new"]}]},
    ],
    ids=["no example", "no JSON", "a query", "a list"],
)
def test_route_whose_request_the_contract_does_not_give_is_refused(operation, tmp_path):
    document = {"paths": {"/items": {"get": operation}}}
    document["components"] = {"parameters": {"tag": required("query")}}
    (tmp_path / APP.contract).write_text(yaml.safe_dump(document))

    with pytest.raises(
        LoadRefused, match=r"^GET /items can't be called by load: openapi\.yaml has no"
    ):
        examples_of(replace(APP, folder=tmp_path), ["GET /items"])


def test_day_in_an_example_of_a_body_is_sent_as_text(tmp_path):
    asked = {
        "requestBody": {"content": {"application/json": {"example": {"on": date(2026, 12, 1)}}}}
    }
    (tmp_path / APP.contract).write_text(yaml.safe_dump({"paths": {"/items": {"post": asked}}}))

    sent = examples_of(replace(APP, folder=tmp_path), ["POST /items"])

    assert sent == {"POST /items": ("/items", '{"on": "2026-12-01"}')}


def test_header_that_is_required_hinders_no_load(tmp_path):
    paths = {"/items": {"parameters": [required("header")], "get": {}}}
    (tmp_path / APP.contract).write_text(yaml.safe_dump({"paths": paths}))

    assert examples_of(replace(APP, folder=tmp_path), ["GET /items"]) == {
        "GET /items": ("/items", "")
    }


@pytest.mark.parametrize(
    ("path", "place", "example", "url"),
    [
        ("/items/{tag}/log", "path", "new/ö", "/items/new%2F%C3%B6/log"),
        ("/items/{tag}", "path", 0, "/items/0"),
        ("/items/{tag}", "path", date(2026, 12, 1), "/items/2026-12-01"),
        ("/items", "query", True, "/items?tag=true"),
        ("/items", "query", "a&b", "/items?tag=a%26b"),
    ],
)
def test_parameter_is_in_the_url_as_the_contract_s_example_of_it(
    path, place, example, url, tmp_path
):
    asked = {"parameters": [{**required(place), "example": example}], "delete": {}}
    (tmp_path / APP.contract).write_text(yaml.safe_dump({"paths": {path: asked}}))
    factory = RequestFactory(
        pool(1), chance(1), examples_of(replace(APP, folder=tmp_path), [f"DELETE {path}"])
    )

    request = factory.make(f"DELETE {path}")

    assert (request.endpoint, request.path, request.body) == (f"DELETE {path}", url, None)


def test_name_of_a_parameter_is_in_the_url_as_a_url_has_it(tmp_path):
    asked = {"parameters": [{**required("query"), "name": "filter[tag]", "example": "new"}]}
    (tmp_path / APP.contract).write_text(yaml.safe_dump({"paths": {"/items": {"get": asked}}}))

    sent = examples_of(replace(APP, folder=tmp_path), ["GET /items"])

    assert sent == {"GET /items": ("/items?filter%5Btag%5D=new", "")}


def test_what_it_may_have_written_lies_in_every_table_by_text_under_its_users():
    days = replace(APP.tables["items"], key={"Day": "N", "Id": "S"})
    app = replace(APP, tables={**APP.tables, "days": days})
    environment = replace(TODO, application=app, tables={**TODO.tables, "days": "Days-local"})

    assert replace(target(), environment=environment).written == {"Items-local": ("Owner", "Id")}


@pytest.mark.parametrize(
    ("route", "writes"), [("GET /items", False), ("HEAD /items", False), ("DELETE /items", True)]
)
def test_run_of_anything_but_reads_may_leave_items_behind(route, writes, tmp_path):
    examples = {route: ("/items", "")}

    assert run_against("http://localhost", tmp_path, plan=SMOKE, examples=examples).writes is writes
