"""What is shown holds no token, in whatever shape it came."""

import json

import pytest

from smoke import sessions
from smoke.calls import SHOWN, Session, redacted, send, shown
from tests.smoke.answers import LIVE

OPAQUE = "0p4qu3-t0k3n"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"id_token": OPAQUE}),
        json.dumps({"idToken": OPAQUE, "other": 1}),
        json.dumps({"ok": True, "access_token": OPAQUE}, indent=1),
        json.dumps({"access_token": f'a"{OPAQUE}'}),
        f"{{'access_token': '{OPAQUE}'}}",
        f"id_token={OPAQUE}&client_id=1",
        f"Authorization: Bearer {OPAQUE}",
        f"refused: Bearer {OPAQUE}",
        f"bearer {OPAQUE}.",
    ],
)
def test_token_is_masked_by_the_name_of_its_member(text):
    assert OPAQUE not in redacted(text)


@pytest.mark.parametrize("text", [LIVE.token, f"got {LIVE.token}!", f'["{LIVE.token}"]'])
def test_jwt_is_masked_wherever_it_stands(text):
    assert "eyJ" not in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"ok": false, "message": "id_token is required", "error_code": "MISSING_ID_TOKEN"}',
        '{"user_id": "Usmoke-1", "stamp_id": "A-1"}',
        "Unauthorized",
    ],
)
def test_what_is_no_token_stays_readable(text):
    assert redacted(text) == text


def test_call_shows_its_body_without_the_token():
    call = send("POST /auth/verify", id_token=OPAQUE)

    assert OPAQUE not in str(call)
    assert "POST /auth/verify" in str(call)


def test_session_shows_whose_it_is_but_not_its_token():
    assert OPAQUE not in repr(Session(kind=sessions.LIVE, user_id="U1", token=OPAQUE))


def test_long_body_is_cut_and_says_how_long_it_was():
    text = shown("x" * 5000)

    assert len(text) < SHOWN + 40
    assert text.endswith("(5000 characters)")
