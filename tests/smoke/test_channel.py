"""For how long a token lives and how much may still be sent, by whatever kind of token and plan."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from aws.section import NotTestable
from local.line.call import Channels
from local.line.fake import FakeLine
from signoff.environment import today
from signoff.environment.accountability import Decision
from signoff.judge.outcome import Outcome
from smoke.line import LineClient
from tests.smoke.defects_around import opening
from tests.smoke.judging import judge
from tests.smoke.test_client import served

YEARS = 3_138_007_490
"""What LINE answers about a long-lived token (example of its OpenAPI document)."""
DAY = 24 * 3600


def lives(line, token=None):
    client = LineClient(endpoint=line.url)
    return client.expires_in_s(token or line.channels.messaging_access_token)


@pytest.mark.parametrize("path", ["/v2/oauth/verify", "/oauth2/v2.1/verify"])
def test_token_is_verified_where_its_kind_is(path):
    with FakeLine(Channels(verified_at=path, token_seconds=77)) as line:
        assert lives(line) == 77


def test_long_lived_token_lives_for_99_years():
    with FakeLine(Channels(token_seconds=YEARS)) as line:
        assert lives(line) == YEARS


def test_stateless_token_says_itself_when_it_ends():
    token = jwt.encode({"exp": time.time() + 900}, "of LINE, unknown here, of 32 bytes", "HS256")
    with FakeLine(Channels(messaging_access_token=token, verified_at="")) as line:
        assert 880 < lives(line) <= 900


@pytest.mark.parametrize("claims", [{}, {"exp": None}], ids=["none", "null"])
def test_token_that_nobody_knows_about_is_unknown(claims):
    token = jwt.encode(claims, "of LINE, unknown here, of 32 bytes", "HS256")
    with FakeLine(Channels(messaging_access_token=token, verified_at="")) as line:
        assert lives(line) is None
        assert lives(line, "opaque") is None


@pytest.mark.parametrize("body", [b'{"expires_in": "9"}', b'{"expires_in": true}', b"[]", b"{}"])
def test_answer_without_a_number_of_seconds_is_unknown(body):
    with served(200, body) as (url, _):
        assert LineClient(endpoint=url).expires_in_s("opaque") is None


@pytest.mark.parametrize(
    "asked", ["bot", "expires_in_s", "message_quota", "liff_apps", "linked_apps"]
)
@pytest.mark.parametrize("status", [429, 500, 503])
def test_line_that_is_away_says_nothing_of_a_token(status, asked):
    with served(status, b'{"message": "busy"}') as (url, _):
        line = LineClient(endpoint=url)

        with pytest.raises(NotTestable, match=f"LINE answered {status} to"):
            getattr(line, asked)("token")


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"richmenus": null}'], ids=str)
def test_menus_that_are_not_as_documented_are_unknown(body):
    with served(200, body) as (url, _), pytest.raises(NotTestable, match="as documented"):
        LineClient(endpoint=url).linked_apps("token")


def test_menu_that_opens_our_app_is_enough(rally):
    ours, another = rally.environment.line.liff_id, "2001234567-anotherr"
    other = (opening(another),)
    mini_app = opening(ours, "miniapp.line.me")

    assert judged(rally, "SMOKE-20", rich_menus=(*other, opening(ours))).outcome is Outcome.PASS
    assert judged(rally, "SMOKE-20", rich_menus=(*other, mini_app)).outcome is Outcome.PASS
    elsewhere = judged(rally, "SMOKE-20", rich_menus=other)
    assert elsewhere.outcome is Outcome.FAIL
    assert elsewhere.reason.en == f"the bot's rich menus open the LIFF app {another}, not {ours}"


def test_token_that_says_no_time_is_unknown():
    token = jwt.encode({"exp": float("inf")}, "of LINE, unknown here, of 32 bytes", "HS256")
    with FakeLine(Channels(messaging_access_token=token, verified_at="")) as line:
        assert lives(line) is None


def test_plan_without_a_limit_may_send_any_number():
    with FakeLine(Channels(message_quota=None, messages_sent=9)) as line:
        client = LineClient(endpoint=line.url)

        assert client.message_quota(line.channels.messaging_access_token) == (None, 9)


@pytest.mark.parametrize(
    "body",
    [
        b'{"type": "limited"}',
        b'{"type": "limited", "value": "1000"}',
        b'{"type": "other", "value": 1000}',
        b'{"type": "limited", "value": 1000}',
        b'{"type": "limited", "value": 1000, "totalUsage": -1}',
        b'{"type": "none", "totalUsage": -1}',
        b'{"type": "limited", "value": -1, "totalUsage": 0}',
        b'{"type": "limited", "value": 1e400, "totalUsage": 0}',
        b'{"type": "limited", "value": 1000, "totalUsage": 1e400}',
        b'{"type": "limited", "value": 1000, "totalUsage": true}',
        b"[]",
    ],
    ids=str,
)
def test_quota_that_is_not_as_documented_is_unknown(body):
    with served(200, body) as (url, _), pytest.raises(NotTestable, match="as documented"):
        LineClient(endpoint=url).message_quota("token")


@pytest.mark.parametrize(
    ("seconds", "outcome"), [(10**30, Outcome.PASS), (-(10**30), Outcome.FAIL)]
)
def test_token_of_any_length_is_judged(rally, seconds, outcome):
    assert judged(rally, "LINE-01", token_seconds=seconds).outcome is outcome


def judged(rally, row, environment=None, **channel):
    """Judge a row by a LINE of its own: the rally's may still be pushed to by what ran before."""
    environment = environment or rally.environment
    with FakeLine(replace(rally.line.channels, **channel)) as line:
        asked = replace(environment, line=replace(environment.line, endpoint=line.url))
        return judge(rally, rally.snapshot(asked), rows=[row])[row]


@pytest.mark.parametrize(("days", "outcome"), [(6.9, Outcome.FAIL), (8, Outcome.PASS)])
def test_a_week_is_the_least(rally, days, outcome):
    assert judged(rally, "LINE-01", token_seconds=int(days * DAY)).outcome is outcome


def test_token_that_lives_for_99_years_is_good(rally):
    assert judged(rally, "LINE-01", token_seconds=YEARS).outcome is Outcome.PASS


def test_decision_lets_a_token_end_on_the_day_that_it_names(rally):
    ends = today(datetime.now(UTC) + timedelta(days=3)).isoformat()
    made = Decision(
        what=f"LINE channel {rally.environment.line.bot_user_id}: last day of the access token",
        value=ends,
        by="Hanako",
        why="the next one is issued on Monday",
    )
    decided = replace(rally.environment, decisions=(made,))

    assert judged(rally, "LINE-01", decided, token_seconds=3 * DAY).outcome is Outcome.PASS
    assert judged(rally, "LINE-01", decided, token_seconds=2 * DAY).outcome is Outcome.FAIL


def test_unknown_end_prints_the_decision_that_allows_it(rally):
    (found,) = judged(rally, "LINE-01", verified_at="").findings

    assert 'value = "unknown"' in found.tables[0]


@pytest.mark.parametrize(
    ("needed", "production", "used", "quota", "outcome"),
    [
        (1000, True, 4000, 5000, Outcome.PASS),
        (1001, True, 4000, 5000, Outcome.FAIL),
        (10**9, True, 4000, None, Outcome.PASS),
        (None, True, 0, 5000, Outcome.FAIL),
        (None, True, 0, None, Outcome.PASS),
        (None, False, 0, 5000, Outcome.PASS),
        (0, True, 5000, 5000, Outcome.PASS),
    ],
    ids=[
        *("enough", "one-too-few", "no-limit", "unset", "unset-and-no-limit", "unset-before"),
        "sends-nothing",
    ],
)
def test_quota_has_to_suffice_for_what_the_rally_sends(
    rally, needed, production, used, quota, outcome
):
    line = replace(rally.environment.line, expected_messages=needed)
    environment = replace(rally.environment, line=line, production=production)
    channel = {"messages_sent": used, "message_quota": quota}

    assert judged(rally, "LINE-02", environment, **channel).outcome is outcome
