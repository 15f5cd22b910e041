"""Cleaning: all that was written and nothing else, proven by reading; what stays is told."""

from dataclasses import dataclass, field, replace

import pytest
from botocore.exceptions import ClientError

from aws.items import Emptied
from smoke.calls import send
from smoke.cleaning import Cleaner
from smoke.scenarios import users_of
from smoke.sessions import SessionMinter
from tests.smoke.answers import answer

SESSIONS = SessionMinter(now=0, key="k" * 32)
OURS = SESSIONS.user("collector")
PERSON = "U0123456789abcdef0123456789abcdef"


@dataclass
class TableOfTen:
    """A table of ten lines: hash key -> sort keys. ``broken`` refuses or forgets to delete."""

    name: str
    items: dict[str, list[str]] = field(default_factory=dict)
    broken: str = ""
    unread: str | None = None
    """The code with which reading is refused."""

    def under(self, hash_key):
        if self.unread:
            raise ClientError({"Error": {"Code": self.unread}}, "Query")
        return [{"id": {"S": hash_key}, "at": {"S": one}} for one in self.items.get(hash_key, ())]

    def there(self, keys):
        return [key for key in keys if self.items.get(key["StampId"]["S"])]

    def drop(self, keys):
        for key in keys:
            self.items[key["StampId"]["S"]] = []

    def emptied(self, hash_keys):
        found = [key for one in hash_keys for key in self.under(one)]
        if found and self.broken == "refuses":
            error = {"Error": {"Code": "AccessDeniedException"}}
            raise ClientError(error, "DeleteItem")
        if self.broken != "forgets":
            self.items |= {key: [] for key in hash_keys if key in self.items}
        return Emptied(found, found if self.broken == "forgets" else [])


@pytest.fixture
def stamps():
    return TableOfTen("UserStamps", {OURS: ["A-1", "#2026-W48", "#2026-11"], PERSON: ["A-1"]})


@pytest.fixture
def users():
    return TableOfTen("Users", {SESSIONS.unissued("login"): [""], PERSON: [""]})


@pytest.fixture
def cleaner(stamps, users):
    return Cleaner(tables={"users": users, "userstamps": stamps}, ours=users_of(SESSIONS))


def awarded(user, status=200):
    return answer(send("POST /stamps/award", user_id=user), status, {"user_id": user})


def logged_in(user):
    return answer(send("POST /auth/verify", id_token="a.b.c"), 200, {"user_id": user})


def test_stamps_and_counters_of_who_was_awarded_are_deleted(cleaner, stamps):
    assert cleaner.clean([awarded(OURS)], []) == []
    assert stamps.items == {OURS: [], PERSON: ["A-1"]}


def test_award_without_an_answer_may_have_been_given(cleaner, stamps):
    assert cleaner.clean([], [send("POST /stamps/award", user_id=OURS)]) == []
    assert stamps.items[OURS] == []


@pytest.mark.parametrize("status", [409, 500, 504])
def test_award_may_have_been_given_whatever_was_answered(cleaner, stamps, status):
    assert cleaner.clean([awarded(OURS, status)], []) == []
    assert stamps.items[OURS] == []


@pytest.mark.parametrize("status", [500, 504])
def test_login_may_have_been_written_whatever_was_answered(cleaner, users, status):
    failed = answer(send("POST /auth/verify", id_token="a.b.c"), status)

    assert cleaner.clean([failed], []) == []
    assert users.items == {SESSIONS.unissued("login"): [], PERSON: [""]}


def test_login_without_an_answer_may_have_been_written(cleaner, users):
    assert cleaner.clean([], [send("POST /auth/verify", id_token="a.b.c")]) == []
    assert users.items[SESSIONS.unissued("login")] == []


def test_where_nothing_was_sent_nothing_is_looked_for(cleaner, stamps, users):
    stamps.broken = users.broken = "refuses"

    assert cleaner.clean([], []) == []


def test_table_that_does_not_exist_holds_nothing_of_ours(cleaner, stamps):
    stamps.unread = "ResourceNotFoundException"

    assert cleaner.clean([awarded(OURS)], []) == []


def test_award_that_a_person_was_refused_is_not_told(cleaner):
    assert cleaner.clean([awarded(PERSON, 404)], []) == []


def test_user_of_a_login_that_should_have_been_refused_is_deleted(cleaner, users):
    nobody = SESSIONS.unissued("login")

    assert cleaner.clean([logged_in(nobody)], []) == []
    assert users.items[nobody] == []


def test_login_of_a_person_stays(cleaner, users):
    assert cleaner.clean([logged_in(PERSON)], []) == []
    assert users.items[PERSON] == [""]


@pytest.mark.parametrize(
    ("answers", "unanswered"),
    [([awarded(PERSON)], []), ([], [send("POST /stamps/award", user_id=PERSON)])],
    ids=["answered", "unanswered"],
)
def test_stamp_of_a_person_is_never_deleted_but_told(cleaner, stamps, answers, unanswered):
    (told,) = cleaner.clean(answers, unanswered)

    assert "which this run did not create" in told.en
    assert stamps.items[PERSON] == ["A-1"]


@pytest.mark.parametrize("code", ["ValidationException", None])
def test_award_that_was_refused_with_200_left_nothing(cleaner, stamps, code):
    """An API that answers its errors with 200 says nothing of what it stored."""
    stamps.unread = code

    calls = [awarded("x" * 3000), awarded("U1")]
    assert replace(cleaner, ours=frozenset()).clean(calls, []) == []


def test_award_to_a_person_is_told_where_the_table_can_not_be_read(cleaner, stamps):
    stamps.unread = "AccessDeniedException"

    told = replace(cleaner, ours=frozenset()).clean([awarded("U1")], [])
    assert "U1 in UserStamps, which" in told[0].en


def test_user_of_another_run_is_not_ours(cleaner, stamps):
    other = SessionMinter(now=0, key="k" * 32, run="ffffffff").user("collector")
    stamps.items[other] = ["A-1"]

    assert cleaner.clean([awarded(other)], []) != []


@pytest.mark.parametrize(
    ("broken", "told"),
    [("refuses", "DeleteItem: AccessDeniedException"), ("forgets", "#2026-W48 in UserStamps")],
)
def test_what_stays_is_told(cleaner, stamps, broken, told):
    stamps.broken = broken

    assert any(told in words.en for words in cleaner.clean([awarded(OURS)], []))
