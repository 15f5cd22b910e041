"""GET /ranking: the top hundred in a dozen calls at most, in the right order, under their names."""

import pytest

from lambdas.rally.domain.counters import Counter, shard_of
from lambdas.rally.dynamodb import typed
from lambdas.ranking import handler as ranking
from lambdas.ranking.handler import Ranking
from tests.lambdas.clients import Scripted
from tests.lambdas.events import OTHER, SYNTHETIC, USER
from tests.lambdas.rally_account import ENVIRON

WEEKLY, MONTHLY = "GET /ranking/weekly", "GET /ranking/monthly"
WEEK = {"period": "2025-W45"}
NOW = 1762700399  # Sunday 2025-11-09, 23:59:59 in Japan


def counted(account, user_id, count, latest_at=1762300000, period="2025-W45"):
    account.put("TABLE_USERSTAMPS", typed(Counter(user_id, period, count, latest_at).item()))


def named(account, user_id, name):
    account.put("TABLE_USERS", {"UserId": {"S": user_id}, "DisplayName": {"S": name}})


def reading(client, pauses=None):
    pause = ([] if pauses is None else pauses).append
    return Ranking(client, ENVIRON["TABLE_USERSTAMPS"], ENVIRON["TABLE_USERS"], lambda: NOW, pause)


def test_most_stamps_come_first_under_their_names(call, account):
    counted(account, USER, 3)
    counted(account, OTHER, 5)
    named(account, OTHER, "矢上")

    assert call(ranking, WEEKLY, query=WEEK).body == {
        "ok": True,
        "period": "2025-W45",
        "period_type": "weekly",
        "rankings": [
            {
                "rank": 1,
                "user_id": OTHER,
                "stamp_count": 5,
                "display_name": "矢上",
                "is_self": False,
            },
            {"rank": 2, "user_id": USER, "stamp_count": 3, "display_name": "", "is_self": True},
        ],
    }


def test_of_equals_who_got_there_first_comes_first(call, account):
    counted(account, USER, 5, latest_at=1762300001)
    counted(account, OTHER, 5, latest_at=1762300000)

    ranked = call(ranking, WEEKLY, query=WEEK).body["rankings"]
    assert [entry["user_id"] for entry in ranked] == [OTHER, USER]


def test_only_the_asked_period_counts(call, account):
    counted(account, USER, 1, period="2025-11")
    counted(account, OTHER, 9, period="2025-10")

    ranked = call(ranking, MONTHLY, query={"period": "2025-11"}).body["rankings"]
    assert [entry["user_id"] for entry in ranked] == [USER]


def test_user_whom_the_index_still_shows_under_the_former_rank_has_one_place(call, account):
    counted(account, USER, 3)
    (entry,) = account.dynamodb.scan(TableName=ENVIRON["TABLE_USERSTAMPS"])["Items"]
    before = entry | {"StampId": {"S": "#before"}, "Rank": {"N": "19999999999"}}
    account.put("TABLE_USERSTAMPS", before)

    ranked = call(ranking, WEEKLY, query=WEEK).body["rankings"]
    assert [(entry["user_id"], entry["stamp_count"]) for entry in ranked] == [(USER, 3)]


def test_synthetic_users_are_not_ranked(call, account):
    counted(account, SYNTHETIC, 99)

    assert call(ranking, WEEKLY, query=WEEK).body["rankings"] == []


@pytest.mark.parametrize(("route", "period"), [(WEEKLY, "2025-W45"), (MONTHLY, "2025-11")])
def test_period_is_the_present_one_in_japan_if_none_is_named(call, account, route, period):
    answer = call(ranking, route, action=reading(account.dynamodb))

    assert answer.body["period"] == period


def test_ranking_of_many_is_the_best_hundred_in_nine_calls(call, account):
    user_ids = sorted((f"U{number:032x}" for number in range(300)), key=shard_of)
    for count, user_id in enumerate(user_ids, start=1):
        counted(account, user_id, count)
    client = Scripted(account.dynamodb)

    ranked = call(ranking, WEEKLY, query=WEEK, action=reading(client)).body["rankings"]

    assert [entry["stamp_count"] for entry in ranked] == list(range(300, 200, -1))
    assert [entry["rank"] for entry in ranked] == list(range(1, 101))
    assert client.calls == {"query": 8, "batch_get_item": 1}


def test_best_hundred_may_all_be_in_one_shard(call, account):
    in_one = [user_id for user_id in map("U{:032x}".format, range(999)) if shard_of(user_id) == 5]
    for count, user_id in enumerate(in_one, start=1):
        counted(account, user_id, count)

    ranked = call(ranking, WEEKLY, query=WEEK).body["rankings"]

    best = range(len(in_one), len(in_one) - 100, -1)
    assert [entry["stamp_count"] for entry in ranked] == list(best)


def test_names_left_unprocessed_cost_twelve_calls_at_most(call, account):
    counted(account, USER, 1)
    left = {ENVIRON["TABLE_USERS"]: {"Keys": [{"UserId": {"S": USER}}]}}
    client = Scripted(
        account.dynamodb, batch_get_item=[{"Responses": {}, "UnprocessedKeys": left}] * 99
    )

    answer = call(ranking, WEEKLY, query=WEEK, action=reading(client))

    assert answer.status == 503
    assert client.calls.total() == 12


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ({"NULL": True}, ""),
        ({"B": b"x"}, ""),
        ({"N": "7"}, ""),
        ({"M": {}}, ""),
        ({"S": " 日吉\u3000太郎\n"}, "日吉\u3000太郎"),
    ],
    ids=str,
)
def test_name_is_shown_where_it_is_text_and_else_empty(call, account, name, shown):
    counted(account, USER, 1)
    account.put("TABLE_USERS", {"UserId": {"S": USER}, "DisplayName": name})

    (first,) = call(ranking, WEEKLY, query=WEEK).body["rankings"]
    assert first["display_name"] == shown


@pytest.mark.parametrize(
    ("route", "period"),
    [(WEEKLY, "2025-11"), (WEEKLY, "2025-W53"), (MONTHLY, "2025-W45"), (MONTHLY, "2025-13")],
)
def test_period_that_does_not_exist_is_400(call, route, period):
    answer = call(ranking, route, query={"period": period})

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


def test_ranking_as_another_user_is_403(call):
    assert call(ranking, WEEKLY, query={"user_id": OTHER}).code == "FORBIDDEN"


@pytest.mark.parametrize(
    ("route", "query"),
    [
        ("GET /ranking/weekly", {"period": ""}),
        ("GET /ranking/monthly", {"period": ""}),
        ("GET /ranking/weekly", {"user_id": ""}),
        ("GET /ranking/monthly", {"user_id": ""}),
        ("GET /ranking/weekly", {"period": "0000-W01"}),
        ("GET /ranking/monthly", {"period": "0000-01"}),
        ("GET /ranking/monthly", {"period": "0999-01"}),
    ],
)
def test_empty_period_or_user_and_year_of_no_calendar_are_400(call, route, query):
    answer = call(ranking, route, query=query)

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
