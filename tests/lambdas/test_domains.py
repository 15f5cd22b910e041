"""The domains alone: values in, values or a Refusal out, with no AWS, no LINE and no clock."""

import pytest

from lambdas.auth.domain import Login, allow, bearer, deny, id_token_in, login_from, session_claims
from lambdas.gps_verify.domain import judged, question_in
from lambdas.notify.domain import TEXTS, message_for, notification_in
from lambdas.rally.domain import members
from lambdas.rally.domain.line import is_line_user, is_richmenu, is_user_id
from lambdas.rally.domain.refusals import Refusal
from lambdas.ranking.domain import TOP, Period, period_asked, ranked, top
from lambdas.richmenu.domain import line_user, menus_in, richmenu_in
from tests.lambdas.events import METHOD_ARN, OTHER, SYNTHETIC, USER

CHANNEL = "1234567890"
CLAIMS = {"iss": "https://access.line.me", "aud": CHANNEL, "sub": USER, "name": "日吉"}
JWT = "aaa.bbb.ccc"
SPOT = {"Type": "GPS", "Name": "銅像", "Location": {"lat": 35.5, "lon": 139.6, "radiusM": 15}}
THERE = {"userId": USER, "spotId": "STATUE-001", "lat": 35.5, "lon": 139.6}
MENU = "richmenu-" + "0a" * 16


def refused(decide, *arguments, **named):
    with pytest.raises(Refusal) as refusal:
        decide(*arguments, **named)
    return refusal.value.code


@pytest.mark.parametrize("body", [{"id_token": JWT}, {"idToken": JWT}])
def test_id_token_is_read_in_both_spellings(body):
    assert id_token_in(body) == JWT


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (None, "MISSING_ID_TOKEN"),
        ("", "EMPTY_ID_TOKEN"),
        (" \t", "EMPTY_ID_TOKEN"),
        (7, "VALIDATION_ERROR"),
        ("a" * 8193, "VALIDATION_ERROR"),
        ("test_token", "TOKEN_VERIFICATION_FAILED"),
        ("aaa.bbb.", "TOKEN_VERIFICATION_FAILED"),
        (f"{JWT}\n", "TOKEN_VERIFICATION_FAILED"),
    ],
)
def test_id_token_of_no_form_is_refused_without_asking_anyone(token, code):
    assert refused(id_token_in, {"id_token": token}) == code


def test_claims_about_us_and_a_line_user_are_a_login():
    assert login_from(CLAIMS, CHANNEL) == Login(USER, "日吉")
    assert login_from({**CLAIMS, "name": ""}, CHANNEL) == Login(USER, None)


@pytest.mark.parametrize(
    "wrong", [{"iss": "https://evil"}, {"aud": "1"}, {"sub": SYNTHETIC}, {"sub": None}], ids=str
)
def test_claims_about_somebody_else_are_none(wrong):
    assert refused(login_from, CLAIMS | wrong, CHANNEL) == "TOKEN_VERIFICATION_FAILED"


def test_session_lasts_a_day():
    assert session_claims(USER, 100) == {"sub": USER, "iat": 100, "exp": 86_500}


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (f"Bearer {JWT}", JWT),
        (f"bearer {JWT}", JWT),
        (JWT, None),
        ("Bearer a.b", None),
        ("Bearer a.b.c d", None),
        ("Bearer a.b.c\n", None),
        (None, None),
        (["Bearer a.b.c"], None),
    ],
)
def test_bearer_token_is_one_jwt_and_nothing_else(header, token):
    assert bearer(header) == token


@pytest.mark.parametrize(
    ("policy", "effect"),
    [
        (allow(USER, METHOD_ARN), "Allow"),
        (allow("nobody", METHOD_ARN), "Deny"),
        (allow(USER, "no ARN"), "Deny"),
        (deny(METHOD_ARN), "Deny"),
    ],
)
def test_policy_is_for_a_user_and_a_stage_or_denies(policy, effect):
    assert [entry["Effect"] for entry in policy["policyDocument"]["Statement"]] == [effect]


def test_position_is_judged_against_its_spot():
    answer = judged(question_in(THERE | {"accuracy": 5}), SPOT, 50)

    assert (answer["within"], answer["distanceM"], answer["accuracy"]) == (True, 0.0, 5)
    assert refused(judged, question_in(THERE), None, 50) == "STAMP_NOT_FOUND"
    assert refused(judged, question_in(THERE), SPOT | {"Type": "IMAGE"}, 50) == (
        "STAMP_TYPE_MISMATCH"
    )


def test_message_of_each_type_is_lines():
    reminder = message_for(notification_in({"user_id": USER, "type": "reminder"}))
    awarded = message_for(notification_in({"user_id": USER, "type": "stamp_awarded"}))

    assert reminder == {"type": "text", "text": TEXTS["reminder"]}
    assert (awarded["type"], awarded["contents"]["type"]) == ("flex", "bubble")


def test_period_is_the_asked_one_or_the_present():
    now = 1762700399  # Sunday 2025-11-09, 23:59:59 in Japan

    assert period_asked("GET /ranking/weekly", None, now) == Period("weekly", "2025-W45")
    assert period_asked("GET /ranking/monthly", "2024-02", now) == Period("monthly", "2024-02")
    assert refused(period_asked, "GET /ranking/weekly", "2025-11", now) == "VALIDATION_ERROR"
    assert refused(period_asked, "GET /ranking/daily", None, now) == "FORBIDDEN"


def test_ranking_is_best_first_and_names_the_caller():
    entries = [
        {"UserId": OTHER, "Rank": 2 * 10**10 - 200},
        {"UserId": USER, "Rank": 2 * 10**10 - 100},
        {"UserId": "U" + "1" * 32, "Rank": 3 * 10**10 - 300},
    ]
    shown = ranked(top(entries), {USER: "日吉"}, USER)

    assert [(entry["user_id"], entry["stamp_count"]) for entry in shown][1:] == [
        (USER, 2),
        (OTHER, 2),
    ]
    assert [entry["rank"] for entry in shown] == [1, 2, 3]
    assert [(entry["is_self"], entry["display_name"]) for entry in shown][1] == (True, "日吉")


def test_ranking_ends_after_the_first_hundred():
    twice = [{"UserId": f"U{n // 2:03}", "Rank": -n} for n in range(300)]

    assert [entry["UserId"] for entry in top(twice)] == [f"U{n:03}" for n in range(TOP)]


def test_users_of_one_rank_are_in_the_order_of_their_ids():
    entries = [{"UserId": f"U{n}", "Rank": 7} for n in (3, 1, 2)]

    assert [entry["UserId"] for entry in top(entries)] == ["U1", "U2", "U3"]


def test_nothing_but_lines_own_form_reaches_its_paths():
    assert line_user(USER) == USER
    assert refused(line_user, SYNTHETIC) == "VALIDATION_ERROR"
    assert richmenu_in({"richmenu_id": MENU}) == MENU
    assert refused(richmenu_in, {"richmenu_id": "../../all"}) == "VALIDATION_ERROR"


def test_what_is_no_menu_is_left_out():
    assert menus_in({"richmenus": [7, None]}) == []


@pytest.mark.parametrize(
    ("user_id", "accepted", "of_line"),
    [
        (USER, True, True),
        (SYNTHETIC, True, False),
        (USER.upper(), True, False),
        (f"{USER}\n", False, False),
        ("U", False, False),
        ("Ｕ" + "0" * 32, False, False),
    ],
)
def test_ids_of_users_are_told_apart(user_id, accepted, of_line):
    assert (is_user_id(user_id), is_line_user(user_id)) == (accepted, of_line)


def test_menu_with_anything_behind_its_id_is_none():
    assert is_richmenu(MENU)
    assert not is_richmenu(MENU + "/../x")


@pytest.mark.parametrize("value", ["a", "a#1", "旧　館", "Cafe\u0301", "a" * 128, " ", "\ufeffx"])
def test_stamp_id_is_taken_as_it_is_written(value):
    assert members.stamp_id({"stamp_id": value}, "stamp_id") == value


@pytest.mark.parametrize("value", [None, "", "#2025-11", "a" * 129, "a\n", "\x00", "\x9f", 7])
def test_stamp_id_that_no_table_may_hold_is_refused(value):
    assert refused(members.stamp_id, {"stamp_id": value}, "stamp_id") == "VALIDATION_ERROR"


@pytest.mark.parametrize("value", [-90, 0, -0.0, 90.0, 35])
def test_number_of_the_closed_range_is_taken(value):
    assert members.number({"lat": value}, "lat", low=-90, high=90) == value


@pytest.mark.parametrize(
    "value", [None, True, "0", [], float("nan"), float("inf"), 90.0000001, 10**400]
)
def test_anything_else_is_no_such_number(value):
    assert refused(members.number, {"lat": value}, "lat", low=-90, high=90) == "VALIDATION_ERROR"
