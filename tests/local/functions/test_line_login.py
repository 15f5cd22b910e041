"""The fake of LINE judges ID tokens as LINE's verify endpoint does."""

import json
import time

import jwt
import pytest
import requests

SOMEONE = "U" + "1" * 32


def verify(line, token):
    form = {"id_token": token, "client_id": line.channels.login_channel_id}
    return requests.post(f"{line.url}/oauth2/v2.1/verify", data=form, timeout=60)


def test_token_of_the_channel_is_answered_with_its_claims(line):
    answer = verify(line, line.id_token(SOMEONE, "花子"))

    claims = answer.json()
    assert answer.status_code == 200
    assert (claims["sub"], claims["name"]) == (SOMEONE, "花子")
    assert (claims["iss"], claims["aud"]) == (
        "https://access.line.me",
        line.channels.login_channel_id,
    )
    assert claims["exp"] > claims["iat"]
    assert answer.headers["X-Line-Request-Id"]


def forged(line):
    claims = jwt.decode(line.id_token(SOMEONE), options={"verify_signature": False})
    return jwt.encode(claims, "k" * 32, algorithm="HS256")


@pytest.mark.parametrize(
    ("mint", "description"),
    [
        (lambda line: line.id_token(SOMEONE, expires=time.time() - 1), "IdToken expired."),
        (lambda line: line.id_token(SOMEONE, audience="1"), "Invalid IdToken Audience."),
        (lambda line: line.id_token(SOMEONE, alg="none"), "Invalid IdToken."),
        (lambda line: line.id_token(SOMEONE).rpartition(".")[0] + ".", "Invalid IdToken."),
        (forged, "Invalid IdToken."),
        (lambda _: "test_token", "Invalid IdToken."),
        (lambda _: "", "Invalid IdToken."),
    ],
    ids=["expired", "audience", "alg none", "no signature", "other key", "garbage", "empty"],
)
def test_token_that_does_not_hold_is_refused_in_lines_words(line, mint, description):
    answer = verify(line, mint(line))

    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_request", "error_description": description}


def test_received_calls_are_kept_without_their_tokens(line):
    token = line.id_token(SOMEONE)
    verify(line, token)
    requests.get(f"{line.url}/v2/bot/info", headers={"Authorization": "Bearer secret"}, timeout=60)

    assert [(call.method, call.path) for call in line.received] == [
        ("POST", "/oauth2/v2.1/verify"),
        ("GET", "/v2/bot/info"),
    ]
    assert token not in repr(line.received)
    assert "secret" not in repr(line.received)


def test_another_process_can_mint_a_token_and_read_what_was_received(line):
    asked = requests.post(
        f"{line.url}/local/id_token", json={"user_id": SOMEONE, "expires": 1}, timeout=60
    )
    verify(line, asked.json()["id_token"])

    received = requests.get(f"{line.url}/local/received", timeout=60).json()["received"]

    assert [call["path"] for call in received] == ["/oauth2/v2.1/verify"]


def test_unknown_path_is_not_found(line):
    answer = requests.get(f"{line.url}/v2/bot/nothing", timeout=60)

    assert (answer.status_code, json.loads(answer.text)) == (404, {"message": "Not found"})
