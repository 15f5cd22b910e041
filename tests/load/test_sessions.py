"""Users, sessions and spots come from the target itself, before the run; what can't be read is refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import jwt
import pytest

from lambdas.rally.domain.line import is_line_user
from load.engine.admission import LoadRefused
from load.pool_builder import mint, read_api_key, read_pool, spots_of
from tests.load.fake_aws import FakeClient, target

KEY = "0123456789abcdef" * 8
SECRET = FakeClient({"SecretString": json.dumps({"TOKEN_SECRET_KEY": KEY})})
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def item(name="A", kind="GPS", location=None, **more):
    place = location or {"lat": 35.5, "lon": 139.6, "radiusM": 15}
    return {
        "StampId": {"S": name},
        "Type": {"S": kind},
        "Location": {"M": {key: {"N": str(value)} for key, value in place.items()}},
        **{key: {"N" if isinstance(v, int) else "S": str(v)} for key, v in more.items()},
    }


def spots(*items):
    return spots_of(target(), lambda _: FakeClient({"Items": list(items)}), lambda: NOW)


def test_sessions_hold_for_a_day_under_the_live_key():
    visitors = mint(target(), lambda _: SECRET, 3, now=NOW.timestamp)
    claims = jwt.decode(visitors[0].token, KEY, ["HS256"], options={"verify_exp": False})

    assert claims["sub"] == visitors[0].id
    assert claims["exp"] - claims["iat"] == 24 * 3600


def test_key_stands_under_the_name_that_the_application_gives_it():
    environment = target().environment
    app = environment.application
    key = replace(app.secrets["token_key"], json_key="SIGNING_KEY")
    other = replace(environment, application=replace(app, secrets={"token_key": key}))
    secret = FakeClient({"SecretString": json.dumps({"SIGNING_KEY": KEY})})

    assert len(mint(replace(target(), environment=other), lambda _: secret, 1)) == 1


@pytest.mark.parametrize(
    ("required", "answer", "key"),
    [
        (True, [{"name": "stamp-rally-prod-api-key", "value": "key-1"}], "key-1"),
        (False, [], ""),
    ],
)
def test_api_key_is_read_where_the_api_requires_it(required, answer, key):
    keys = FakeClient({"items": answer})

    assert read_api_key(target(api_key=required), lambda _: keys) == key


@pytest.mark.parametrize(
    ("client", "why"),
    [
        (
            FakeClient(refusal="AccessDeniedException"),
            "api-key: .* was denied to these credentials",
        ),
        (FakeClient(refusal="ExpiredTokenException"), "api-key: .*; sign in, then run it again$"),
        (FakeClient({"items": []}), "does not exist; create it first: python -m runbook api"),
        (FakeClient({"items": [{"name": "another", "value": "key-2"}]}), "does not exist"),
    ],
)
def test_api_key_that_cannot_be_had_is_refused(client, why):
    with pytest.raises(LoadRefused, match=why):
        read_api_key(target(api_key=True), lambda _: client)


def test_users_are_synthetic_and_of_this_run_alone():
    runs = [{difference.id for difference in mint(target(), lambda _: SECRET, 3)} for _ in range(2)]

    assert not runs[0] & runs[1]
    assert not any(is_line_user(user) for user in runs[0] | runs[1])


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        (
            FakeClient(refusal="AccessDeniedException"),
            "was denied to these credentials: allow it.*, or pass sessions with --pool$",
        ),
        (FakeClient(refusal="ExpiredTokenException"), "sign in, then run it again, or pass"),
        (FakeClient({"SecretString": "{}"}), "has no TOKEN_SECRET_KEY"),
        (FakeClient({"SecretString": "plain"}), "has no TOKEN_SECRET_KEY"),
        (FakeClient({"SecretString": "[]"}), "has no TOKEN_SECRET_KEY"),
    ],
)
def test_key_that_cannot_be_had_is_refused(secret, why):
    with pytest.raises(LoadRefused, match=why):
        mint(target(), lambda _: secret, 1)


def test_without_a_token_key_sessions_are_minted_for_open_routes_alone():
    keyless = replace(target().environment.application, secrets={})
    open_to_all = replace(keyless, demand=replace(keyless.demand, shares={"POST /auth/verify": 1}))

    with pytest.raises(LoadRefused, match=r"no secret token_key .*pass sessions with --pool"):
        mint(target(application=keyless), None, 1)
    assert len(mint(target(application=open_to_all), None, 2)) == 2


def test_spots_are_read_in_every_spelling():
    old = item("B", location={"latitude": 1, "lng": 2, "radius": 3})
    found = spots(item("A"), old)

    assert [(spot.id, spot.lat, spot.lon, spot.radius_m) for spot in found] == [
        ("A", 35.5, 139.6, 15.0),
        ("B", 1.0, 2.0, 3.0),
    ]


@pytest.mark.parametrize(
    "closed",
    [
        item(kind="IMAGE"),
        item(location={"lat": 1}),
        item(ValidFrom=int(NOW.timestamp()) + 60),
        item(ValidTo=int(NOW.timestamp()) + 60),
        item(ValidTo="2026-11-25T09:30:00"),
        item(ValidFrom="soon"),
    ],
)
def test_spot_that_may_not_be_awarded_during_the_run_is_left_out(closed):
    assert [spot.id for spot in spots(item("OPEN", ValidTo="2026-12-01"), closed)] == ["OPEN"]


def test_target_without_an_open_spot_is_refused():
    with pytest.raises(LoadRefused, match="has no GPS stamp that is valid now"):
        spots(item(kind="IMAGE"))


def test_unreadable_table_is_refused():
    with pytest.raises(LoadRefused, match="StampMasters-prod: scan was denied to these"):
        spots_of(target(), lambda _: FakeClient(refusal="AccessDenied"))


def test_pool_file_gives_users_and_spots(tmp_path):
    file = tmp_path / "pool.json"
    spot = {"id": "A", "lat": 35.5, "lon": 139.6, "radius_m": 15}
    file.touch(mode=0o600)
    file.write_text(json.dumps({"visitors": [["Uload-1", "session"]], "spots": [spot]}))

    pool = read_pool(file)

    assert pool.visitors[0].token == "session"
    assert pool.spots[0].radius_m == 15


@pytest.mark.parametrize("content", ["", "[]", '{"visitors": [["only-one"]], "spots": []}'])
def test_malformed_pool_file_is_refused_with_an_example(content, tmp_path):
    file = tmp_path / "pool.json"
    file.touch(mode=0o600)
    file.write_text(content)

    with pytest.raises(LoadRefused, match=r'is not a pool .*"visitors"'):
        read_pool(file)
