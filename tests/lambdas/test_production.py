"""What production has and the embedded stack has not: LINE's own address over TLS, production's variables, its closed package."""

import json
import ssl
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from lambdas.award.notifier import Notifier
from lambdas.closed import handler as closed
from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.line import LINE_API, Line
from lambdas.rally.request import LambdaRequest
from plan import plan_for
from signoff.environment import load
from tests.lambdas.contract import MODULES
from tests.lambdas.events import CONTEXT, USER, event, token_event
from tests.lambdas.fake_line import ScriptedLine
from tests.world.authority import Authority

LONG_AGO = datetime.now(UTC) - timedelta(days=2)
OVERRIDES = {
    "SIGNOFF_ACCOUNT": "111122223333",
    "SIGNOFF_ORIGIN": "https://rally.example.jp",
    "SIGNOFF_LINE__CHANNEL_ID": "1234567890",
}


@pytest.fixture(scope="module")
def trusted():
    return Authority.founded("An authority that this machine trusts")


@pytest.fixture
def secure(tmp_path, trusted, monkeypatch):
    """Return `secure(certificate)`: the address of a LINE that shows it. This machine trusts one authority alone."""
    ca = tmp_path / "ca.pem"
    ca.write_bytes(trusted.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    running = []

    def serving(certificate):
        server = ScriptedLine()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        running.append(server)
        return server, f"https://localhost:{server.server_port}"

    yield serving
    for server in running:
        server.shutdown()
        server.server_close()


def test_line_that_shows_its_own_certificate_is_asked(secure, trusted, tmp_path):
    line, url = secure(trusted.issue(["localhost"], tmp_path / "own.pem"))

    assert Line.at(url).send("GET", "/v2/bot/richmenu/list", idempotent=True)[0] == 200
    assert len(line.calls) == 1


WRONG = {
    "of another authority": lambda _, file: Authority.founded("A stranger").issue(
        ["localhost"], file
    ),
    "of another host": lambda ours, file: ours.issue(["api.line.me.example.com"], file),
    "that expired": lambda ours, file: ours.issue(
        ["localhost"], file, begins=LONG_AGO, ends=LONG_AGO + timedelta(days=1)
    ),
    "of tomorrow": lambda ours, file: ours.issue(
        ["localhost"], file, begins=datetime.now(UTC) + timedelta(days=1)
    ),
}


@pytest.mark.parametrize("how", WRONG)
def test_line_that_shows_a_certificate_that_is_not_its_own_is_told_nothing(
    secure, trusted, tmp_path, how
):
    line, url = secure(WRONG[how](trusted, tmp_path / "wrong.pem"))

    with pytest.raises(Refusal) as refusal:
        Line.at(url).send("POST", "/v2/bot/message/push", idempotent=True, body=b"{}")

    assert refusal.value.code == "LINE_UNAVAILABLE"
    assert line.calls == []


@pytest.fixture(scope="module")
def variables():
    """Return function -> the variables that production's plan gives it."""
    planned = plan_for(load("prod", variables=OVERRIDES).environment)
    return {function.key: dict(function.environment) for function in planned.functions}


@pytest.fixture
def actions(_moto, variables):
    """Return function -> what it makes of production's variables."""
    return {name: MODULES[name].begin(variables[name]) for name in MODULES}


def test_every_function_begins_with_productions_variables(actions):
    assert actions.keys() == MODULES.keys()


def test_production_asks_line_itself(actions):
    lines = (actions["auth"].line, actions["notify"].bot.line, actions["richmenu"].bot.line)

    assert {line.endpoint for line in lines} == {LINE_API} == {"https://api.line.me"}


def test_production_reads_and_writes_its_own_tables_and_secrets(actions):
    award, ranking, stamps = actions["award"].stamps, actions["ranking"], actions["stamps"]

    assert {award.userstamps, ranking.userstamps, stamps.userstamps} == {"UserStamps-prod"}
    assert {award.masters, stamps.masters, actions["gps-verify"].masters} == {"StampMasters-prod"}
    assert {actions["auth"].users.table, ranking.users} == {"Users-prod"}
    assert actions["auth"].sessions.key.name == "stamp-rally-prod/token-secret-key"
    assert actions["notify"].bot.token.name == "stamp-rally-prod/line-channel-access-token"


def test_production_tells_winners_through_the_alias_of_its_own_notify(actions):
    notifier = actions["award"].notifier

    assert isinstance(notifier, Notifier)
    assert notifier.function.startswith(("stamp-rally-prod-notify:", "arn:aws:lambda:"))


@pytest.mark.parametrize("name", ["ranking", "richmenu"])
def test_route_that_a_function_does_not_serve_is_403(actions, name):
    with pytest.raises(Refusal) as refusal:
        actions[name](LambdaRequest(event("GET /elsewhere")))

    assert refusal.value.code == "FORBIDDEN"


@pytest.mark.parametrize("environ", [{}, {"ALLOWED_ORIGIN": "https://rally.example.jp"}])
def test_closed_package_answers_503_to_everybody_and_lets_nobody_in(environ):
    answer = closed.handler(event("GET /stamps", user=USER), CONTEXT, environ)

    assert answer["statusCode"] == 503
    assert json.loads(answer["body"])["ok"] is False
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert answer["headers"].get("Access-Control-Allow-Origin") == environ.get("ALLOWED_ORIGIN")
    assert closed.handler(token_event("Bearer x"), CONTEXT, environ) == closed.DENIED


def test_answer_without_an_origin_names_none():
    module = MODULES["stamps"]
    function = type(module.handler)(module.handler.name, module.begin, {})

    assert "Access-Control-Allow-Origin" not in function(event("GET /stamps"), CONTEXT)["headers"]


@pytest.mark.parametrize("principal", ["", 7, None, ["U1"]], ids=str)
def test_principal_that_is_no_text_is_no_session(principal):
    given = {"requestContext": {"authorizer": {"principalId": principal}}}

    with pytest.raises(Refusal) as refusal:
        LambdaRequest(given).principal()

    assert refusal.value.code == "UNAUTHORIZED"


def test_body_that_api_gateway_encodes_is_read():
    request = LambdaRequest({"body": "eyJ1c2VyX2lkIjogIlUxIn0=", "isBase64Encoded": True})

    assert request.body() == {"user_id": "U1"}


@pytest.mark.parametrize(
    "body", ["====", "no base64", "/////w==", "é", "eyJ1c2VyX2lkIjogIlUxIn0=!"]
)
def test_body_that_is_said_to_be_encoded_and_is_not_is_no_json(body):
    with pytest.raises(Refusal) as refusal:
        LambdaRequest({"body": body, "isBase64Encoded": True}).body()

    assert refusal.value.code == "INVALID_JSON"
