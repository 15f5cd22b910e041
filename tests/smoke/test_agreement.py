"""Answers that are valid by their schemas, and still cannot be true, or are read otherwise by a browser."""

from types import SimpleNamespace

import pytest

from smoke import tester
from smoke.calls import get, send
from smoke.contract import contract
from smoke.properties import FULL, entry_flaws
from tests.smoke.answers import ERROR, LIVE, answer

ME = LIVE.user_id
STAMP = {
    "stamp_id": "B-1",
    "name": "B",
    "description": "",
    "type": "GPS",
    "collected_at": 1_764_028_800,
    "method": "GPS",
}
LISTED = {"ok": True, "user_id": ME, "stamps": [STAMP], "total": 1}
HERE = {
    "ok": True,
    "spotId": "B-1",
    "name": "B",
    "lat": 35.0,
    "lon": 139.0,
    "distanceM": 3.25,
    "within": True,
    "radiusM": 20,
    "accuracy": 5,
}
BEST = {"rank": 1, "user_id": "U1", "stamp_count": 5, "display_name": "", "is_self": False}
OWN = {**BEST, "rank": 2, "user_id": ME, "stamp_count": 3, "is_self": True}
RANKED = {"ok": True, "period": "2026-W10", "period_type": "weekly", "rankings": [BEST, OWN]}
AWARDED = {
    "ok": True,
    "user_id": ME,
    "stamp_id": "B-1",
    "method": "GPS",
    "collected_at": 1_764_028_800,
    "message": "Stamp awarded",
}
NOTIFIED = {"ok": True, "message": "Sent", "user_id": ME, "type": "reminder"}
MENU = f"richmenu-{'0' * 32}"
LINKED = {"ok": True, "message": "Rich menu set", "user_id": f"U{'0' * 32}", "richmenu_id": MENU}
MENUS = {"ok": True, "richmenus": [{"richMenuId": MENU}]}
LOGGED_IN = {"ok": True, "user_id": "U1", "display_name": "", "access_token": "a.b.c"}
CALLS = {
    "list": (get("/stamps", LIVE, userId=ME), LISTED),
    "position": (
        send("POST /gps/verify", LIVE, userId=ME, spotId="B-1", lat=35.0, lon=139.0, accuracy=5),
        HERE,
    ),
    "position alone": (
        send("POST /gps/verify", LIVE, userId=ME, spotId="B-1", lat=35.0, lon=139.0),
        {**HERE, "accuracy": None},
    ),
    "ranking": (get("/ranking/weekly", LIVE, user_id=ME, period="2026-W10"), RANKED),
    "award": (
        send("POST /stamps/award", LIVE, user_id=ME, stamp_id="B-1", method="GPS"),
        AWARDED,
    ),
    "notify": (send("POST /notify", LIVE, user_id=ME, type="reminder"), NOTIFIED),
    "link": (
        send("POST /richmenu/set", LIVE, user_id=LINKED["user_id"], richmenu_id=MENU),
        LINKED,
    ),
    "menus": (get("/richmenu/list", LIVE), MENUS),
    "login": (send("POST /auth/verify", id_token="a.b.c"), LOGGED_IN),
}
"""What is asked, and an answer with nothing wrong."""


def listing(*stamps, **more):
    return {"stamps": [{**STAMP, **stamp} for stamp in stamps], "total": len(stamps), **more}


def ranking(*changed):
    return {
        "rankings": [{**one, **change} for one, change in zip((BEST, OWN), changed, strict=False)]
    }


WRONG = {
    "somebody else's list": ("list", {"user_id": "U2"}, "/user_id"),
    "a wrong total": ("list", {"total": 7}, "/total"),
    "a stamp twice": ("list", listing({}, {}), "/stamps"),
    "stamps in no order": ("list", listing({}, {"stamp_id": "A-1"}), "/stamps"),
    "an id that ends in a line break": ("list", listing({"stamp_id": "B-1\n"}), "/stamp_id"),
    "a stamp without a name": ("list", listing({"name": " "}), "/name"),
    "a name with a control character": ("list", listing({"name": "B\x00"}), "/name"),
    "half of a character": ("list", listing({"description": "\ud83c"}), "the body"),
    "a picture that is a script": ("list", listing({"image_url": "javascript:1"}), "/image_url"),
    "a picture that no phone loads": ("list", listing({"image_url": "http://a.jp"}), "/image_url"),
    "another spot": ("position", {"spotId": "B-2"}, "/spotId"),
    "another accuracy": ("position", {"accuracy": 6}, "/accuracy"),
    "an accuracy that nobody sent": ("position alone", {"accuracy": 0}, "/accuracy"),
    "a distance of millimetres": ("position", {"distanceM": 3.256}, "/distanceM"),
    "outside, within the radius": ("position", {"within": False}, "/within"),
    "within, from afar": ("position", {"distanceM": 5000.0}, "/within"),
    "an infinite radius": ("position", {"radiusM": float("inf")}, "the body"),
    "no number": ("position", {"distanceM": float("nan")}, "the body: it is null, or no JSON"),
    "another week": ("ranking", {"period": "2026-W11"}, "/period"),
    "a week that ends in a line break": ("ranking", {"period": "2026-W10\n"}, "/period"),
    "a ranking from the second on": ("ranking", ranking({"rank": 2}), "/rank"),
    "two in one place": ("ranking", ranking({}, {"rank": 1}), "/rank"),
    "more stamps behind": ("ranking", ranking({}, {"stamp_count": 6}), "/rankings/1"),
    "somebody twice": (
        "ranking",
        {"rankings": [BEST, {**BEST, "rank": 2}]},
        "/user_id",
    ),
    "another as the caller": ("ranking", ranking({"is_self": True}), "/is_self"),
    "the caller as another": ("ranking", ranking({}, {"is_self": False}), "/is_self"),
    "a name of two lines": ("ranking", ranking({"display_name": "A\nB"}), "/display_name"),
    "another's award": ("award", {"user_id": "U2"}, "/user_id"),
    "an award of another stamp": ("award", {"stamp_id": "B-2"}, "/stamp_id"),
    "an award in another way": ("award", {"method": "IMAGE"}, "/method"),
    "another message": ("notify", {"type": "event_started"}, "/type"),
    "a message to another": ("notify", {"user_id": "U2"}, "/user_id"),
    "another menu": ("link", {"richmenu_id": f"richmenu-{'1' * 32}"}, "/richmenu_id"),
    "a menu for another": ("link", {"user_id": f"U{'1' * 32}"}, "/user_id"),
    "a menu twice": ("menus", {"richmenus": [{"richMenuId": MENU}] * 2}, "/richmenus"),
    "a menu without an id": ("menus", {"richmenus": [{"richMenuId": ""}]}, "/richMenuId"),
    "a blank session": ("login", {"access_token": " "}, "/access_token"),
}


def flaw(call, body, status=200, code=None, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return contract().flaw(answer(call, status, body, named), status, code).en


@pytest.mark.parametrize("what", sorted(CALLS))
def test_answer_that_agrees_with_its_request_has_no_flaw(what):
    assert not flaw(*CALLS[what])


@pytest.mark.parametrize("what", sorted(WRONG))
def test_answer_that_cannot_be_true_is_a_flaw(what):
    which, changed, told = WRONG[what]
    call, right = CALLS[which]

    assert told in flaw(call, {**right, **changed})


@pytest.mark.parametrize("name", ["error", "message"])
def test_error_that_says_nothing_is_a_flaw(name):
    assert f"/{name}" in flaw(CALLS["list"][0], {**ERROR, name: " "}, 400)


@pytest.mark.parametrize("seconds", ["soon", "0", "-1", "86400", "2.5", "2\n"])
def test_pause_that_nobody_waits_for_is_a_flaw(seconds):
    away = {**ERROR, "error_code": "SERVICE_UNAVAILABLE"}

    assert "with Retry-After" in flaw(CALLS["list"][0], away, 503, retry_after=seconds)


def test_type_of_a_body_may_be_written_in_capitals():
    assert not flaw(*CALLS["list"], content_type="Application/JSON; charset=utf-8")


IN_WEEK_10 = 1_772_600_000
COUNTED = {"StampId": {"S": "#2026-W10"}, "StampCount": {"N": "2"}}
LOGIN = {"access_token": "a.b.c", "user_id": ME, "display_name": "Hana"}


def entered(rankings, *stamps, login=None, had=()):
    """Return what is wrong with a ranking of a person who collected at these times."""
    asked = get("/ranking/weekly", LIVE, user_id=ME)
    items = [{"StampId": {"S": f"B-{at}"}, "CollectedAt": {"N": str(at)}} for at in (*had, *stamps)]
    before = tester.TesterSnapshot(
        user_id=ME,
        began=0,
        stamps=tuple(f"B-{at}" for at in had),
        counters=(COUNTED,) if had else (),
    )
    suite = SimpleNamespace(
        known_consenting_user=before,
        cleaner=SimpleNamespace(user_stamps=SimpleNamespace(items=lambda _: [*items, COUNTED])),
        client=SimpleNamespace(answers=[answer(asked, 200, login or {})]),
    )
    shown = answer(asked, 200, {**RANKED, "rankings": rankings})
    return entry_flaws(SimpleNamespace(suite=suite, expect=lambda _: shown), asked)


@pytest.mark.parametrize(
    "right",
    [
        entered([BEST, {**OWN, "stamp_count": 1}], IN_WEEK_10),
        entered([BEST, {**OWN, "stamp_count": 3}], IN_WEEK_10, had=[1]),
        entered([{**OWN, "stamp_count": 1, "display_name": "Hana"}], IN_WEEK_10, login=LOGIN),
        entered([BEST], IN_WEEK_10 - 7 * 86_400),
        entered([BEST] * FULL, IN_WEEK_10),
    ],
    ids=["first", "counted before", "with a name", "of the week before", "among a hundred"],
)
def test_person_is_ranked_with_what_they_collected(right):
    assert right == []


@pytest.mark.parametrize(
    "wrong",
    [
        entered([BEST], IN_WEEK_10),
        entered([BEST, {**OWN, "stamp_count": 1}], IN_WEEK_10, IN_WEEK_10 + 1),
        entered([{**OWN, "stamp_count": 1}], IN_WEEK_10, login=LOGIN),
    ],
    ids=["not there", "a stamp too few", "without their name"],
)
def test_person_who_is_ranked_otherwise_is_shown_with_what_is_right(wrong):
    (flaw,) = wrong

    assert f"what it shows of {ME} is [" in flaw.en
    assert "expected [(" in flaw.en
