"""The first and last second of every day of a season, and every hour of its first day: an award, a login and a ranking are of that day in Japan.

The season crosses a year's end whose week belongs to the old year; what is expected is computed by the standard
library's time zones, not by the functions' own calendar.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import jwt
import pytest

from lambdas.auth.handler import Auth
from lambdas.auth.sessions import Sessions
from lambdas.auth.users import Users
from lambdas.award.domain import Rules
from lambdas.award.handler import Awarding
from lambdas.award.store import Stamps
from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.dynamodb import plain
from lambdas.rally.request import LambdaRequest
from lambdas.ranking.handler import Ranking
from tests.lambdas.events import USER, event
from tests.lambdas.fake_line import GOOD_TOKEN
from tests.lambdas.rally_account import CHANNEL, KEY, STATUE

JAPAN = ZoneInfo("Asia/Tokyo")
FIRST, LAST = date(2026, 12, 1), date(2027, 2, 28)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
FIRST_SECONDS = [datetime(day.year, day.month, day.day, tzinfo=JAPAN) for day in DAYS]
LAST_SECONDS = [second + timedelta(hours=23, minutes=59, seconds=59) for second in FIRST_SECONDS]
HOURS = [FIRST_SECONDS[0] + timedelta(hours=hour) for hour in range(1, 24)]
MOMENTS = (*FIRST_SECONDS, *LAST_SECONDS, *HOURS)
OUTSIDE = [
    (FIRST_SECONDS[0] - timedelta(seconds=1), "STAMP_NOT_VALID_YET"),
    (LAST_SECONDS[-1] + timedelta(seconds=1), "STAMP_EXPIRED"),
]
BODY = {"user_id": USER, "stamp_id": "STATUE-001", "method": "GPS"}
MASTER = STATUE | {"ValidFrom": {"S": str(FIRST)}, "ValidTo": {"S": str(LAST)}}


class EmptyTables:
    """Nobody has anything yet; what is written and asked for is noted."""

    def __init__(self):
        self.written, self.updated, self.shards = [], [], []

    def get_item(self, **_):
        return {"Item": MASTER}

    def query(self, **asked):
        self.shards.append(asked["ExpressionAttributeValues"].get(":shard", {}).get("S"))
        return {"Items": []}

    def transact_write_items(self, TransactItems, **_):  # noqa: N803 - boto3's own name
        self.written = [plain(transactitem["Put"]["Item"]) for transactitem in TransactItems]

    def update_item(self, ExpressionAttributeValues, **_):  # noqa: N803
        self.updated = plain(ExpressionAttributeValues)
        return {"Attributes": {}}


class Vouching:
    """LINE, for the one user of these tests."""

    def send(self, *_, **__):
        return 200, {"iss": "https://access.line.me", "aud": CHANNEL, "sub": USER}


class LiveKey:
    def text(self):
        return KEY


def awarded(tables, at):
    action = Awarding(Stamps(tables, "UserStamps", "StampMasters"), None, Rules(), at.timestamp)
    return action(LambdaRequest(event("POST /stamps/award", body=BODY)))


def written_at(at):
    """Return when an award says that it was, and the items that it writes, each with its own time."""
    tables = EmptyTables()
    collected = awarded(tables, at)["collected_at"]
    items = [
        (item["StampId"], item.get("CollectedAt", item.get("LatestAt"))) for item in tables.written
    ]
    return collected, items


def test_stamp_is_awarded_and_counted_for_its_day_week_and_month_in_japan():
    names = {at: ("STATUE-001", f"#{at:%G-W%V}", f"#{at:%Y-%m}") for at in MOMENTS}

    assert {at: written_at(at) for at in MOMENTS} == {
        at: (at.timestamp(), [(name, at.timestamp()) for name in names[at]]) for at in MOMENTS
    }


@pytest.mark.parametrize(("at", "code"), OUTSIDE)
def test_stamp_is_refused_a_second_before_and_after_its_season(at, code):
    tables = EmptyTables()

    with pytest.raises(Refusal) as refusal:
        awarded(tables, at)

    assert refusal.value.code == code
    assert tables.written == []


def session_of(at):
    """Return when the session of a login begins and ends, and when the user is noted to have logged in."""
    tables = EmptyTables()
    login = Auth(Vouching(), CHANNEL, Sessions(LiveKey()), Users(tables, "Users"), at.timestamp)

    answer = login(LambdaRequest(event("POST /auth/verify", body={"id_token": GOOD_TOKEN})))
    claims = jwt.decode(
        answer["access_token"], KEY, ["HS256"], options={"verify_exp": False, "verify_iat": False}
    )
    return claims["iat"], claims["exp"], tables.updated[":now"]


def test_login_is_of_this_moment_and_its_session_lasts_a_day():
    assert {at: session_of(at) for at in MOMENTS} == {
        at: (at.timestamp(), at.timestamp() + 86400, at.timestamp()) for at in MOMENTS
    }


def ranked_at(at, kind):
    """Return the period of a ranking, and the shards that it asks for."""
    tables = EmptyTables()
    ranking = Ranking(tables, "UserStamps", "Users", at.timestamp)
    return ranking(LambdaRequest(event(f"GET /ranking/{kind}")))["period"], tables.shards


@pytest.mark.parametrize(("kind", "form"), [("weekly", "%G-W%V"), ("monthly", "%Y-%m")])
def test_ranking_is_of_the_period_of_this_moment_in_japan(kind, form):
    periods = {at: at.strftime(form) for at in MOMENTS}

    assert {at: ranked_at(at, kind) for at in MOMENTS} == {
        at: (period, [f"{period}#{shard}" for shard in range(8)]) for at, period in periods.items()
    }
