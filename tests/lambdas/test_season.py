"""Every day of a season at noon, and every hour of its first day: an award, a login and a ranking are of that day in Japan.

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
NOONS = [datetime(day.year, day.month, day.day, 12, tzinfo=JAPAN) for day in DAYS]
HOURS = [datetime(FIRST.year, FIRST.month, FIRST.day, hour, tzinfo=JAPAN) for hour in range(24)]
MOMENTS = [pytest.param(at, id=f"{at:%m-%d %H:%M}") for at in (*HOURS, *NOONS[1:])]
OUTSIDE = [
    (HOURS[0] - timedelta(seconds=1), "STAMP_NOT_VALID_YET"),
    (NOONS[-1] + timedelta(hours=12), "STAMP_EXPIRED"),
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


@pytest.mark.parametrize("at", MOMENTS)
def test_stamp_is_awarded_and_counted_for_its_day_week_and_month_in_japan(at):
    tables = EmptyTables()

    assert awarded(tables, at)["collected_at"] == at.timestamp()
    assert [item["StampId"] for item in tables.written] == [
        "STATUE-001",
        f"#{at:%G-W%V}",
        f"#{at:%Y-%m}",
    ]
    assert {item.get("CollectedAt", item.get("LatestAt")) for item in tables.written} == {
        at.timestamp()
    }


@pytest.mark.parametrize(("at", "code"), OUTSIDE)
def test_stamp_is_refused_a_second_before_and_after_its_season(at, code):
    tables = EmptyTables()

    with pytest.raises(Refusal) as refusal:
        awarded(tables, at)

    assert refusal.value.code == code
    assert tables.written == []


@pytest.mark.parametrize("at", MOMENTS)
def test_login_is_of_this_moment_and_its_session_lasts_a_day(at):
    tables = EmptyTables()
    login = Auth(Vouching(), CHANNEL, Sessions(LiveKey()), Users(tables, "Users"), at.timestamp)

    answer = login(LambdaRequest(event("POST /auth/verify", body={"id_token": GOOD_TOKEN})))
    claims = jwt.decode(
        answer["access_token"], KEY, ["HS256"], options={"verify_exp": False, "verify_iat": False}
    )

    assert (claims["iat"], claims["exp"]) == (at.timestamp(), at.timestamp() + 86400)
    assert tables.updated[":now"] == at.timestamp()


@pytest.mark.parametrize(("kind", "form"), [("weekly", "%G-W%V"), ("monthly", "%Y-%m")])
@pytest.mark.parametrize("at", MOMENTS)
def test_ranking_is_of_the_period_of_this_moment_in_japan(at, kind, form):
    tables = EmptyTables()
    ranking = Ranking(tables, "UserStamps", "Users", at.timestamp)

    assert ranking(LambdaRequest(event(f"GET /ranking/{kind}")))["period"] == at.strftime(form)
    assert tables.shards == [f"{at.strftime(form)}#{shard}" for shard in range(8)]
