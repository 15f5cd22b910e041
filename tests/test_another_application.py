"""The checks of an application that is not the rally: what it has none of is left out, and nothing else."""

import json
import re
import shutil
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace

import pytest

from aws.api.integration import IAM
from aws.converge import api_draft
from aws.desired import Permission
from aws.section import Follows, NotTestable
from checks.environment_limits import limits
from checks.needs import needs
from plan import plan_for
from runbook.catalogue import procedures
from runbook.cutover.front_end import see_new
from runbook.engine.evidence import asked_of
from signoff import home_of
from signoff.__main__ import main
from signoff.commands.init import Answers, Proposals, table
from signoff.environment import EnvironmentFileError, load
from signoff.environment.guard import GuardError
from signoff.environment.references import url_of
from signoff.evidence import StoreSettings
from signoff.evidence.record import Records
from signoff.judge.checklist import Checklist, Phase, expectation
from signoff.judge.collection import FINDINGS, is_foreign, needs_signature
from signoff.judge.exit_codes import Exit
from signoff.judge.observations import Observations
from signoff.judge.outcome import Outcome
from signoff.judge.run import Options
from signoff.judge.verdict import VerdictWord
from smoke import test_any_application as smoke
from smoke.calls import Answer
from smoke.contract import Contract
from smoke.logs import LONGEST, Logs
from smoke.parameters import ARGUMENTS
from smoke.sessions import KINDS, SessionMinter, signed
from smoke.test_any_application import AnyApi
from tests.command_lines import there
from tests.defects.changes import attached, item
from tests.defects.cors import DEFECTS as OF_CORS
from tests.defects.documents import document, with_method
from tests.foreign.judged import as_printed, decision, rows
from tests.healthy import healthy
from tests.healthy.api_document import AUTHORIZER
from tests.healthy.identity import allow
from tests.judging import collected, green, judge
from tests.signoff.environment.test_application import ENVIRONMENTS, PATHS, TODO

EXAMPLE = Path(__file__).parent.parent / "docs" / "examples" / "todo" / "environments.toml"
OF_SECRETS = {*(f"SEC-0{number}" for number in (1, 2, 3, 4, 5, 8, 9)), "SEC-16"}
OF_MASTERS = {f"DATA-{number}" for number in ("01", "02", "03", "04", "05", "06", "07", "08", "10")}
OF_TYPES = {"DATA-11"}
"""What its table holds is typed nowhere."""


TAG = {"name": "tag", "in": "query", "required": True}


class Rows:
    """Notes the rows of the tests that are left after collection, and why others are left out."""

    def __init__(self):
        self.proven, self.reasons = set(), {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config):
        aside = config.stash[FINDINGS].set_aside
        self.reasons = {row: verdict.reason.en for row, verdict in aside.items()}

    def pytest_collection_finish(self, session):
        markers = (item.get_closest_marker(expectation.name) for item in session.items)
        self.proven = {marker.args[0] for marker in markers}


def proven(folder, judging, **contract):
    """Return the rows that are judged of an application with one function, one table and no secret."""
    return rows_of(folder, judging, TODO, contract).proven


def rows_of(folder, judging, app, contract):
    """Return what becomes of the rows of such an application."""
    (folder / "environments.toml").write_text(ENVIRONMENTS, encoding="utf-8")
    (folder / "app.toml").write_text(app, encoding="utf-8")
    (folder / "openapi.json").write_text(json.dumps({"paths": PATHS, **contract}), encoding="utf-8")
    rows = Rows()
    options = [judging, "--env=staging", f"--environments={folder / 'environments.toml'}"]
    pytest.main(
        [*options, "--phase=after", "--collect-only", "-q", "-p", "no:cacheprovider"],
        plugins=[rows],
    )
    return rows


@pytest.mark.parametrize(
    ("contract", "rows"),
    [
        ({}, {"SMOKE-13", "SMOKE-14", "SEC-40", "SEC-41", "SEC-45"}),
        ({"security": []}, {"SMOKE-02", "SMOKE-13", "SMOKE-14", "SEC-45"}),
    ],
    ids=["sessions of another issuer", "no session"],
)
def test_smoke_asks_of_an_application_without_a_token_key_what_needs_none(contract, rows, tmp_path):
    asked = proven(tmp_path, "smoke", **contract)

    assert asked == rows


@pytest.mark.parametrize(
    ("contract", "there", "row"), [({}, "SMOKE-15", "SMOKE-02"), ({"security": []}, "", "SMOKE-15")]
)
def test_reads_that_the_contract_has_none_of_are_left_out_for_that_reason(
    contract, there, row, tmp_path
):
    reasons = rows_of(tmp_path, "smoke", TODO, contract).reasons

    assert reasons[row] == "the application has none (app.toml)"
    assert not there or "`example`" in reasons[there]


@pytest.mark.parametrize(
    ("on_path", "on_verb", "reads"),
    [
        ([], [], ["GET /items"]),
        ([], [{"name": "tag", "in": "query"}], ["GET /items"]),
        ([], [{"$ref": "#/components/parameters/tag"}], []),
        ([TAG], [], []),
        ([{"name": "Authorization", "in": "header", "required": True}], [], ["GET /items"]),
        ([{"name": "Tenant", "in": "header", "required": True}], [], []),
        ([{**TAG, "example": "new"}], [], ["GET /items"]),
        ([{**TAG, "example": ["new"]}], [], []),
    ],
    ids=[
        "none",
        "optional",
        "required",
        "required of all verbs",
        "a session",
        "another header",
        "an example",
        "a list",
    ],
)
def test_smoke_makes_no_read_without_a_parameter_that_it_requires(
    on_path, on_verb, reads, tmp_path
):
    todo = load("local", EXAMPLE, {}).environment
    environment = replace(todo, application=replace(todo.application, folder=tmp_path))
    paths = {"/items": {"parameters": on_path, "get": {"parameters": on_verb}}}
    contract = {"paths": paths, "components": {"parameters": {"tag": TAG}}}
    (tmp_path / todo.application.contract).write_text(json.dumps(contract), encoding="utf-8")

    assert ARGUMENTS["guarded_read"](environment, plan_for(todo)) == reads


@pytest.mark.parametrize("name", ["proxy", "proxy+"])
def test_greedy_path_is_called_by_the_example_of_its_parameter_as_an_export_names_it(name):
    parameter = {"name": name, "in": "path", "required": True, "example": "a"}
    paths = {"/files/{proxy+}": {"parameters": [parameter], "get": {}}}

    assert url_of("/files/{proxy+}", "GET", {"paths": paths}) == "/files/a"


JSON_TYPE = {"content-type": "application/json"}


class OneStatus:
    """A client whose every call is answered with this status, text and headers."""

    def __init__(self, status, text="", **headers):
        self.status, self.text, self.answers = status, text, []
        self.headers = JSON_TYPE | {
            name.replace("_", "-"): value for name, value in headers.items()
        }

    def answer(self, call):
        headers = {**self.headers, "date": formatdate(SENT)}
        about = {"headers": headers, "text": self.text, "at": SENT + 500}
        self.answers.append(Answer(call=call, status=self.status, **about))
        return self.answers[-1]


@pytest.mark.parametrize(
    ("path", "documented", "status", "flaw"),
    [
        ("/items/{tag}", ("200", "404"), 200, ""),
        ("/items/{tag}", ("200", "404"), 404, ""),
        ("/items/{tag}", ("200",), 404, "a status that the contract does not document"),
        ("/items/{tag}", ("200", "403", "404"), 403, "403, not 200"),
        ("/items", ("200", "404"), 404, "404, not 200"),
    ],
    ids=["there", "gone", "gone and undocumented", "forbidden", "no example"],
)  # fmt: skip
def test_only_what_an_example_names_may_be_gone(path, documented, status, flaw):
    of_path = [{**TAG, "in": "path", "example": "new"}] * ("{" in path)
    responses = {each: {"description": "", "content": {}} for each in documented}
    document = {"paths": {path: {"parameters": of_path, "get": {"responses": responses}}}}
    api = AnyApi(
        OneStatus(status), document, Contract.of(document), sessions=None, logs=None, refusals={}
    )

    words = api.flaw_of_read(f"GET {path}", Observations())

    assert flaw in words.en
    assert bool(words) is bool(flaw)


MINTER = SessionMinter(now=1, key="k" * 64)
CALLER = MINTER.live(MINTER.user("caller"))
STARTED, SENT = "START RequestId: 1", 1_000_000


def answering(status, logs, sessions=MINTER, text="", refusal=401, **headers):
    """Return the API of the example, whose calls are all answered so, and which left these lines in its logs."""
    nothing = {str(status): {"description": "", "content": {}}}
    document = {"paths": {"/items": {"get": {"responses": nothing}}}}
    lines = Logs(client=OfLogs(logs), within_s=0, before_s=1)
    client = OneStatus(status, text, **headers)
    about = {"logs": lines, "refusals": {"GET /items": refusal}}
    return AnyApi(client, document, Contract.of(document), sessions=sessions, **about)


class OfLogs:
    """A client of CloudWatch Logs: what a group's name ends with -> its lines, dated when the request was sent, or pairs of their time and themselves."""

    def __init__(self, logs):
        self.logs = logs

    def get_paginator(self, _):
        return self

    def paginate(self, *, logGroupName, filterPattern, startTime):  # noqa: N803 - AWS's names
        assert len(filterPattern) <= LONGEST
        terms = re.findall(r'\?"(.*?)"', filterPattern)
        there = self.logs[logGroupName.rpartition("-")[2]]
        dated = [entry if isinstance(entry, tuple) else (SENT, entry) for entry in there]
        found = [line for at, line in dated if at * 1000 >= startTime]
        yield {
            "events": [{"message": line} for line in found if any(map(line.__contains__, terms))]
        }


def judge_logs(sessions=MINTER, **logs):
    plan = plan_for(load("local", EXAMPLE, {}).environment)
    api, snapshot = answering(200, logs, sessions), SimpleNamespace(plan=plan)
    smoke.test_log_of_a_read_does_not_hold_its_session("GET /items", api, snapshot, Observations())


def test_logs_of_a_read_are_judged_once_both_its_function_and_the_authorizer_wrote_any():
    judge_logs(list=[STARTED, json.dumps({"user": CALLER.user_id})], auth=[STARTED])
    with pytest.raises(NotTestable, match="todo-local-auth has no line"):
        judge_logs(list=[STARTED], auth=[])
    with pytest.raises(NotTestable, match="todo-local-list has no line"):
        judge_logs(list=[(SENT - 5, STARTED)], auth=[STARTED])


class SlowLogs(OfLogs):
    """Shows no line but Lambda's own for half a second."""

    def __init__(self, logs):
        super().__init__(logs)
        self.complete_at = time.monotonic() + 0.5

    def paginate(self, **asked):
        (page,) = super().paginate(**asked)
        complete = time.monotonic() >= self.complete_at
        yield {
            "events": [each for each in page["events"] if complete or each["message"] == STARTED]
        }


@pytest.mark.parametrize("where", ["list", "auth"])
def test_line_of_the_session_that_arrives_after_those_of_other_calls_is_waited_for(where):
    logs = {"list": [STARTED], "auth": [STARTED]} | {where: [STARTED, CALLER.token]}
    within_s = time.time() + 2 - (SENT + 500)
    api = replace(
        answering(200, logs), logs=Logs(client=SlowLogs(logs), within_s=within_s, before_s=1)
    )
    plan = plan_for(load("local", EXAMPLE, {}).environment)

    exposed, _ = api.exposed_by("GET /items", plan, Observations())

    assert f"todo-local-{where} holds the session" in exposed.en


def test_signature_of_a_long_borrowed_session_is_looked_for_as_well():
    token = signed({"sub": "person", "exp": 9_999_999_999, "groups": "g" * 900}, "k" * 64)
    sessions = SessionMinter(now=1, borrowed=token)

    with pytest.raises(AssertionError, match="todo-local-list holds the session"):
        judge_logs(sessions, list=[STARTED, token.rpartition(".")[2]], auth=[STARTED])


@pytest.mark.parametrize(
    "line", [f"Bearer {CALLER.token}", CALLER.token.split(".")[2]], ids=["token", "signature"]
)
@pytest.mark.parametrize("where", ["list", "auth"])
def test_log_of_a_read_that_holds_its_session_is_red(where, line):
    logs = {"list": [STARTED], "auth": [STARTED]}

    with pytest.raises(AssertionError, match=f"todo-local-{where} holds the session"):
        judge_logs(**logs | {where: [STARTED, line]})


def test_every_kind_of_bad_session_is_tried():
    api = answering(401, {})

    smoke.test_call_without_a_valid_session_is_refused("GET /items", api, Observations())

    sent = [answer.call.session for answer in api.client.answers]
    assert [session and session.kind for session in sent] == [None, *KINDS[1:]]
    with pytest.raises(AssertionError, match="not 401"):
        smoke.test_call_without_a_valid_session_is_refused(
            "GET /items", answering(200, {}), Observations()
        )


@pytest.mark.parametrize(
    ("refusal", "status", "flaw"),
    [(403, 403, ""), (401, 403, "403, not 401"), (403, 401, "401, not 403"), (403, 200, "not 403")],
)
@pytest.mark.parametrize(
    "test",
    [
        smoke.test_call_without_a_valid_session_is_refused,
        smoke.test_session_under_a_published_key_is_refused,
    ],
)
def test_call_is_refused_with_the_status_of_what_decides(test, refusal, status, flaw):
    api = answering(status, {}, refusal=refusal)

    with pytest.raises(AssertionError, match=flaw) if flaw else nullcontext():
        test("GET /items", api, Observations())


@pytest.mark.parametrize(
    ("planned", "served", "red"),
    [
        (True, "AWS_IAM", False),
        (True, None, True),
        (True, AUTHORIZER, True),
        (False, "AWS_IAM", True),
    ],
)
def test_route_is_authorized_by_iam_where_the_contract_says_so_and_nowhere_else(
    planned, served, red
):
    rally, id_ = green(), "GET /stamps"
    routes = (replace(each, by_iam=planned and each.id == id_) for each in rally.plan.api.routes)
    api = replace(rally.plan.api, routes=tuple(routes))
    as_planned = replace(rally, plan=replace(rally.plan, api=api))
    judged = judge(document(with_method(id_, authorizer=served))(as_planned), {"SEC-34"})
    made = next(
        each for each in api_draft.planned(api) if (each.verb, each.path) == ("GET", "/stamps")
    )

    assert any(each.outcome is Outcome.FAIL for each in judged) is red
    assert (made.authorizer == IAM) is planned


@pytest.mark.parametrize("row", ["SEC-40", "SEC-41", "SMOKE-14", "SMOKE-15"])
def test_remedy_of_a_wrong_answer_blames_no_code_where_what_is_deployed_is_wrong_too(row):
    advice = Checklist.load()[row].repair.by_hand

    assert advice.en.startswith(
        "where a row on what is deployed (DEP, or SEC-34) is red as well, fix that first, "
    )
    assert advice.ja.startswith("デプロイ内容の項目（DEP、またはSEC-34）も不合格なら、")


MORE = f"arn:aws:iam::{healthy().environment.account}:policy/more"
FILES = "arn:aws:s3:::stamp-rally-prod-files/*"


@pytest.mark.parametrize(
    ("actions", "on", "red"),
    [
        (["s3:PutObject"], FILES, set()),
        (["s3:PutObject"], FILES.replace("/*", "/in/*"), {"SEC-13"}),
        (["s3:PutObject", "s3:DeleteObject"], FILES, {"SEC-12"}),
        (["s3:PutObject"], "arn:aws:s3:::stamp-rally-prod-*", {"SEC-12"}),
    ],
)
def test_rights_on_a_bucket_of_app_toml_are_as_planned(actions, on, red):
    rally, planned = green(), Permission("s3:PutObject", FILES)
    roles = tuple(
        replace(each, required=each.required | {planned}, granted=each.granted | {planned})
        if each.function == "award"
        else each
        for each in rally.plan.roles
    )
    storing = replace(rally, plan=replace(rally.plan, roles=roles))

    judged = judge(attached("award", MORE, allow(actions, on))(storing), {"SEC-12", "SEC-13"})

    assert {each.row for each in judged if each.outcome is Outcome.FAIL} == red


def test_status_of_a_bad_session_is_decided_in_the_application_s_own_contract():
    rally = green()
    app = replace(rally.environment.application, contract="api/contract.yaml")
    own = replace(rally, environment=replace(rally.environment, application=app))

    breaks = next(each.breaks for each in OF_CORS if each.id == "DEP-26:denied-is-403")
    red = [each for each in judge(breaks(own), {"DEP-26"}) if each.outcome is Outcome.FAIL]

    assert ["api/contract.yaml" in each.words.en for each in red] == [True]


@pytest.mark.parametrize("header", ["private, max-age=60", "public", "S-MaxAge=5", "max-age=010"])
def test_read_with_a_session_that_may_be_stored_is_red_unless_its_contract_says_so(header):
    api, sent = answering(200, {}, cache_control=header), Observations()
    with pytest.raises(AssertionError, match=f"Cache-Control is {header}, expected no-store"):
        smoke.test_read_is_not_stored("GET /items", api, sent)
    api.document["paths"]["/items"]["get"]["responses"]["200"]["headers"] = {"Cache-Control": {}}
    smoke.test_read_is_not_stored("GET /items", api, sent)


@pytest.mark.parametrize(
    "header", [{}, *({"cache_control": each} for each in ("no-store, max-age=9", "max-age=0"))]
)
def test_read_that_no_browser_or_proxy_keeps_is_green(header):
    smoke.test_read_is_not_stored("GET /items", answering(200, {}, **header), Observations())
    with pytest.raises(Follows, match="500, not 200"):
        smoke.test_read_is_not_stored("GET /items", answering(500, {}, **header), Observations())


@pytest.mark.parametrize(
    ("status", "text", "leak"),
    [
        (500, "Traceback (most recent call last)", "reveals a stack trace"),
        (404, "nothing in todo-local-list", "reveals the name todo-local-list"),
        (404, "no such item", ""),
        (200, "Traceback of a mail", ""),
    ],
)
def test_error_of_any_application_that_reveals_the_inside_is_red(status, text, leak):
    todo = load("local", EXAMPLE, {}).environment
    snapshot = SimpleNamespace(plan=plan_for(todo), environment=todo)
    red = pytest.raises(AssertionError, match=leak) if leak else nullcontext()

    with red:
        smoke.test_no_error_reveals_the_inside(
            answering(status, {}, text=text), snapshot, Observations()
        )


@pytest.mark.parametrize("verb", ["GET", "DELETE"])
def test_only_a_read_is_asked_by_its_example(verb):
    path = [{**TAG, "in": "path", "example": "new"}]
    document = {"paths": {"/items/{tag}": {"parameters": path, verb.lower(): {"responses": {}}}}}
    api = AnyApi(
        OneStatus(401), document, Contract.of(document), sessions=None, logs=None, refusals={}
    )

    call = api.answer(f"{verb} /items/{{tag}}", Observations()).call

    assert call.path == ("/items/new" if verb == "GET" else "/items/{tag}")
    assert call.route == f"{verb} /items/{{tag}}"


@pytest.mark.parametrize("routes", [True, False], ids=["on a path", "on none"])
def test_function_that_no_request_reaches_needs_room_for_one_call(routes):
    world = healthy()
    functions, api = world.plan.functions, world.plan.api
    notify = world.plan.function("notify")
    apart = [route for route in api.routes if route.function is not notify]
    roles = tuple(replace(role, granted=frozenset()) for role in world.plan.roles)

    alone = replace(world.plan, roles=roles, api=replace(api, routes=tuple(apart)))

    assert all(map(world.plan.reached, functions))
    assert all(alone.reached(each) for each in functions if each is not notify)
    planned = replace(alone, roles=world.plan.roles) if routes else alone
    reserving = item("functions", notify.name, reserved_concurrency=1)(replace(world, plan=planned))
    red = {each.row for each in judge(reserving, {"DEP-18"}) if each.outcome is Outcome.FAIL}
    assert red == ({"DEP-18"} if routes else set())


def test_rows_of_secrets_spots_and_authorizer_are_left_out_and_no_others(tmp_path):
    judged = proven(tmp_path, "checks")
    optional = {"DEP-40", "DEP-41", "DEP-42", "DEP-43", "MON-06", "SEC-21", "SEC-22", "SEC-31"}

    everything = {finding.row for finding in collected()}
    assert everything - judged == OF_SECRETS | OF_MASTERS | OF_TYPES | optional | {
        "SEC-34",
        "SEC-35",
    }


@pytest.mark.parametrize(
    ("declared", "judged"),
    [
        ('read = "keys"\nattributes = { Day = "S" }', True),
        ('read = "keys"\nttl = "Until"', True),
        ('attributes = { Day = "S" }', False),
        ('read = "keys"', False),
    ],
    ids=["types", "a ttl", "types of items that are not read", "no types"],
)
def test_types_of_items_are_judged_where_the_application_declares_any(declared, judged, tmp_path):
    rows = rows_of(tmp_path, "checks", TODO.replace('read = "keys"', declared), {})

    assert ("DATA-11" in rows.proven) is judged
    assert ("no table of app.toml has read" in rows.reasons.get("DATA-11", "")) is not judged


def test_route_that_asks_for_a_key_that_is_not_planned_is_red():
    planned = green()
    environment = replace(planned.environment, api_key=False)
    bare = replace(planned, environment=environment, plan=plan_for(environment))

    red = [each for each in judge(bare, {"DEP-21"}) if each.outcome is Outcome.FAIL]

    assert len(red) == len(bare.plan.api.routes)
    assert "API key required: found on" in red[0].words.en
    assert [each for each in judge(planned, {"DEP-21"}) if each.outcome is Outcome.FAIL] == []
    assert decision(rows(as_printed(bare, red), {"DEP-21"})) is VerdictWord.CONDITIONAL


def production(folder, declared=""):
    """Return the production of an application without masters and LINE, with no key that is about either."""
    prod = (Path(__file__).with_name("prod.toml")).read_text(encoding="utf-8")
    of_the_rally = ("tables", "secrets", "area", "season", "stamps", "go_live", "line", "front_end")
    kept = [line for line in prod.splitlines() if line.split(" = ")[0] not in of_the_rally]
    shutil.copytree(EXAMPLE.parent, folder, dirs_exist_ok=True)
    (folder / "environments.toml").write_text("\n".join(kept), encoding="utf-8")
    app = folder / "app.toml"
    app.write_text(f"{declared}\n{app.read_text(encoding='utf-8')}", encoding="utf-8")
    return load("prod", folder / "environments.toml", {}).environment


def test_application_without_masters_and_line_is_asked_for_nothing_of_either(tmp_path):
    environment = production(tmp_path)
    stores = {"prod": StoreSettings.of(environment)}
    about = {"checklist": Checklist.load(), "now": healthy().now, "commits": ("0123",)}

    listed = needs(environment, own=Records(), before=Records(), stores=stores, **about)

    told = " ".join(f"{need.what.en} {need.how}" for need in listed)
    assert not re.search(
        r"masters|recount|LINE|LIFF|\bbot\b|season|area|stamps|SMOKE-(18|20)", told
    )
    assert not {"area", "season", "stamps", "go_live"} & {*limits(environment)}


OF_PAGES = {"SMOKE-19", "CUT-01", "CUT-02", "CUT-03", "ROLL-04"}


@pytest.mark.parametrize(
    ("declared", "foreign"), [("front_end = false", OF_PAGES), ("front_end = true", set())]
)
def test_application_that_declares_no_front_end_is_asked_for_none(declared, foreign, tmp_path):
    environment = production(tmp_path, declared)
    about = {"checklist": Checklist.load(), "now": healthy().now, "commits": ("0123",)}
    stores = {"prod": StoreSettings.of(environment)}
    listed = needs(environment, own=Records(), before=Records(), stores=stores, **about)
    signed = {step.name for step in asked_of(procedures()["cutover"], environment).steps}

    rows = {row for row in OF_PAGES if is_foreign(Checklist.load()[row], environment)}
    assert rows == foreign
    assert any("front_end.url" in need.how for need in listed) is not bool(foreign)
    assert ("front_end_switched" in signed) is not bool(foreign)
    assert "users_told" in signed


def test_front_end_that_smoke_can_try_of_the_rally_alone_is_signed_for(tmp_path):
    rally, row = healthy().environment, Checklist.load()["SMOKE-19"]
    configured = replace(production(tmp_path), front_end=rally.front_end)

    assert needs_signature(row, configured)
    assert not needs_signature(row, rally)


def test_front_end_of_an_application_that_declares_none_is_refused(tmp_path):
    production(tmp_path, "front_end = false")
    file = tmp_path / "environments.toml"
    page = '\nfront_end = { url = "https://todo.example.jp" }\n'
    file.write_text(file.read_text(encoding="utf-8") + page, encoding="utf-8")

    with pytest.raises(EnvironmentFileError, match=r"front_end names a front end, and app\.toml"):
        load("prod", file, {})


@pytest.mark.parametrize(("declared", "said"), [("", 1), ("front_end = false", 0)])
def test_cutover_speaks_of_a_front_end_only_where_the_application_has_one(declared, said, tmp_path):
    context = SimpleNamespace(environment=production(tmp_path, declared), said=[])
    context.say = lambda **words: context.said.append(words)

    assert see_new(context) == ()
    assert len(context.said) == said


def test_proposal_for_an_application_without_line_has_no_line(tmp_path):
    app = production(tmp_path).application
    about = Answers(name="prod", region="eu-west-1", account="111122223333", application=app)

    proposed = table(about, Proposals(application=app), lang="en", today=date(2026, 12, 1))

    assert "LINE" not in proposed
    assert "# origin = " in proposed


@pytest.mark.parametrize(
    ("beside", "own"), [("app.toml", True), (None, False)], ids=["an application", "none"]
)
def test_file_of_environments_is_an_application_s_own_where_that_lies_beside_it(
    beside, own, tmp_path
):
    (tmp_path / (beside or "other.toml")).touch()
    file = tmp_path / "environments.toml"
    given = dict.fromkeys(("replay", "api_url"))

    options = Options(
        **given, phase=Phase.BEFORE, rows=(), lang="en", root=home_of(file), environments=file
    )

    assert options.own_file is own


def test_saved_run_is_judged_by_the_file_of_the_application_whose_reports_hold_it(
    tmp_path, monkeypatch
):
    run = tmp_path / "report" / "local" / "20261201T000000000000Z"
    run.mkdir(parents=True)
    (tmp_path / "environments.toml").touch()
    (run / "inventory.json").touch()
    became = []
    monkeypatch.setattr("os.execv", lambda _, arguments: became.extend(arguments))
    monkeypatch.setattr("os.chdir", lambda _: None)

    main(["replay", str(run / "inventory.json"), "--env", "local"])

    assert f"--environments={tmp_path / 'environments.toml'}" in became


def test_run_is_verified_by_the_file_of_the_application_whose_reports_hold_it(tmp_path, capsys):
    run = tmp_path / "report" / "gone" / "20261201T000000000000Z"
    run.mkdir(parents=True)
    (tmp_path / "environments.toml").write_text("[own]", encoding="utf-8")
    (run / "signoff.json").write_text('{"provenance": {"environment": "gone"}}', encoding="utf-8")

    main(["verify", str(run)])

    assert "environments.toml has no environment gone; it has own" in capsys.readouterr().err


def test_smoke_of_an_application_without_tables_of_people_takes_no_right_to_any(capsys):
    main(["policy", "smoke", "--env=local", f"--environments={EXAMPLE}"])

    allowed = json.loads(capsys.readouterr().out)["Statement"]
    actions = {action for each in allowed for action in each["Action"]}
    assert actions == {"secretsmanager:GetSecretValue", "logs:FilterLogEvents"}


def test_ci_of_an_application_may_delete_what_its_load_run_wrote(capsys, tmp_path):
    file = tmp_path / EXAMPLE.name
    shutil.copytree(EXAMPLE.parent, tmp_path, dirs_exist_ok=True)
    key = "arn:aws:kms:ap-northeast-1:111122223333:key/1"
    store = f'evidence = "s3://records"\nevidence_key = "{key}"'
    file.write_text(re.sub(r"(?m)^evidence = .*$", store, file.read_text(), count=1))

    main(["policy", "ci", "--env=local", f"--environments={file}"])

    (allowed,) = (
        each
        for each in json.loads(capsys.readouterr().out)["Statement"]
        if "dynamodb:DeleteItem" in each["Action"]
    )
    assert allowed["Resource"].endswith(":table/Items-local")
    assert "Uload-*" in allowed["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]


def test_procedure_about_a_table_that_the_application_lacks_is_refused_in_a_sentence():
    plan = plan_for(load("local", EXAMPLE, {}).environment)

    with pytest.raises(GuardError, match="has no stampmasters"):
        plan.table("stampmasters")


def test_no_step_is_about_spots_where_an_application_has_none():
    environment = load("local", EXAMPLE, {}).environment
    steps = asked_of(procedures()["provision"], environment).steps

    assert "create_the_tables" in {step.name for step in steps}
    assert not [step.name for step in steps if step.module.endswith("masters")]
    names = ("masters", "migrate_users", "recount")
    alone = [procedures()[name] for name in filter(there, names)]
    assert [asked_of(each, environment) for each in alone] == alone


def test_faults_are_counted_in_the_namespace_that_the_application_names():
    alarms = plan_for(load("local", EXAMPLE, {}).environment).alarms

    assert {alarm.namespace for alarm in alarms if alarm.kind == "function-faults"} == {"Todo"}


def test_command_in_the_folder_of_an_application_imports_none_of_its_modules():
    command = [sys.executable, "-m", "runbook"]
    done = subprocess.run(command, cwd=EXAMPLE.parent, capture_output=True, text=True, check=False)

    assert done.returncode == Exit.DONE, done.stderr
