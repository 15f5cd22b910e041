"""What a killed run left is gone before the next one reads anything; what may not be removed is told, with the command."""

import fcntl
import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from aws.items import KeyedTable
from aws.section import NotTestable
from load.pool_builder import PREFIX as LOADED
from plan import plan_for
from plan.canonical import canonical_hash
from signoff import ROOT
from signoff.commands.frame import command_line
from signoff.environment import load
from signoff.environment.guard import GuardError, alone
from signoff.environment.schema import Smoke
from smoke import leftovers as cleaning
from smoke.cleaning import Cleaner
from smoke.leftovers import Leftovers, cleaned_up
from smoke.notes import Note, Notes
from smoke.parameters import LAST
from smoke.sessions import HARNESS, SessionMinter
from smoke.suite_session import suite_session
from tests.smoke.killed import killed
from tests.smoke.rally import ENVIRONMENTS

PERSON = "U0123456789abcdef0123456789abcdef"
SESSIONS = SessionMinter(now=0, key="k" * 32)
TABLES = ("users", "userstamps", "stampmasters")
CLEAN = "smoke.command_line:CLEAN"


class UndeletableItems:
    """DynamoDB that lets nobody delete, as one that is throttled or denies it does."""

    def __init__(self, client):
        self.client, self.refuses = client, True

    def __getattr__(self, name):
        return getattr(self.client, name)

    def delete_item(self, **which):
        if self.refuses:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "DeleteItem")
        return self.client.delete_item(**which)


class ItemsOf:
    """DynamoDB with a table of an item for each of these owners."""

    def __init__(self, *owners):
        self.owners, self.table = list(owners), None

    def get_paginator(self, _operation):
        return self

    def paginate(self, *, ExpressionAttributeValues=None, **_):  # noqa: N803 - boto3's
        sought = (ExpressionAttributeValues or {}).get(":id", {}).get("S")
        found = [owner for owner in self.owners if sought in {None, owner}]
        return [{"Items": [{"Owner": {"S": owner}, "Id": {"S": "1"}} for owner in found]}]

    def delete_item(self, *, TableName, Key):  # noqa: N803 - boto3's
        self.table = TableName
        self.owners.remove(Key["Owner"]["S"])


def held(rally):
    """Return the hash of each table, and who of our people has a rich menu."""
    client = rally.client("dynamodb")
    items = {key: client.scan(TableName=rally.plan.table(key).name)["Items"] for key in TABLES}
    menus = rally.line.messaging.linked.keys() & {rally.environment.smoke.test_user}
    return {key: canonical_hash(found) for key, found in items.items()}, menus


def put(rally, key, **item):
    typed = {name: {"S": value} for name, value in item.items()}
    rally.client("dynamodb").put_item(TableName=rally.plan.table(key).name, Item=typed)


@pytest.fixture
def noted(rally, tmp_path):
    """The notes, with one of a run whose user is in the table."""
    notes = Notes.of(rally.environment, tmp_path)
    notes.before(SESSIONS, rally.environment)
    put(rally, "userstamps", UserId=SESSIONS.user("collector"), StampId="A-1")
    yield notes
    Leftovers(
        environment=rally.environment, notes=notes, aws=rally.client
    ).still_there_after_cleaning(note_of(notes))


def note_of(notes):
    (note,), _ = notes.earlier()
    return note


def clean(root, *more, lang="en"):
    arguments = [f"--environments={ENVIRONMENTS}", f"--lang={lang}", *more]
    return command_line(CLEAN, "signoff clean", arguments, root=root)


@pytest.mark.parametrize(
    ("what", "number"), [("POST /local/stamps/award", 1), ("POST /local/auth/verify", 2)]
)
def test_what_a_killed_run_left_is_gone_before_the_next_one_reads(rally, tmp_path, what, number):
    before = held(rally)
    code = killed(rally.environment, rally.api, tmp_path, what, number)
    left = held(rally)

    assert code == -signal.SIGKILL
    assert left != before
    with cleaned_up(rally.environment, tmp_path) as told:
        assert held(rally) == before
        assert not told


def test_rich_menu_that_a_killed_run_set_is_taken_from_the_test_user(rally, tmp_path):
    Notes.of(rally.environment, tmp_path).before(SESSIONS, rally.environment)
    with suite_session(rally.snapshot(), rally.api, embedded=False, aws=rally.client) as suite:
        set_menu = suite.answer(suite.scenarios.success("POST /richmenu/set"))
        linked = dict(rally.line.messaging.linked)
        with cleaned_up(rally.environment, tmp_path) as told:
            unlinked = dict(rally.line.messaging.linked)

    assert set_menu.status == 200
    assert rally.environment.smoke.test_user in linked
    assert rally.environment.smoke.test_user not in unlinked
    assert not told


def test_run_that_ends_leaves_no_note(rally, tmp_path):
    notes = Notes.of(rally.environment, tmp_path)
    with suite_session(rally.snapshot(), rally.api, embedded=True, notes=notes) as suite:
        suite.answer(suite.scenarios.collect())
        during = note_of(notes)

    assert suite.scenarios.collector.user_id in during.ours
    assert notes.earlier() == ([], [])


def test_run_that_cannot_clean_leaves_its_note_to_the_next_one(rally, tmp_path):
    before, notes = held(rally), Notes.of(rally.environment, tmp_path)
    made = rally.client
    refusing = UndeletableItems(made("dynamodb"))
    clients = {"dynamodb": refusing}
    with (
        pytest.raises(AssertionError, match="the smoke calls left"),
        suite_session(
            rally.snapshot(),
            rally.api,
            embedded=False,
            notes=notes,
            aws=lambda service: clients.get(service) or made(service),
        ) as suite,
    ):
        suite.answer(suite.scenarios.collect())

    assert note_of(notes).run == suite.sessions.run
    with cleaned_up(rally.environment, tmp_path) as told:
        assert held(rally) == before
        assert not told


@pytest.mark.parametrize(
    ("minutes", "refuses", "is_kept"),
    [(0, False, True), (0, True, True), (2, True, True), (2, False, False)],
    ids=["a call may still store", "just killed, and left", "left", "gone, and long ago"],
)
def test_note_of_a_killed_run_is_kept_while_something_is_or_may_be_left(
    rally, tmp_path, minutes, refuses, is_kept
):
    notes = Notes.of(rally.environment, tmp_path)
    notes.before(SESSIONS, rally.environment)
    put(rally, "userstamps", UserId=SESSIONS.user("collector"), StampId="A-1")
    dynamodb = UndeletableItems(rally.client("dynamodb"))
    clients = {"dynamodb": dynamodb}
    leftovers = Leftovers(
        environment=rally.environment,
        notes=notes,
        aws=lambda service: clients.get(service) or rally.client(service),
    )
    dynamodb.refuses = refuses
    note = replace(note_of(notes), began=datetime.now(UTC) - timedelta(minutes=minutes))
    left = leftovers.still_there_after_cleaning(note)
    kept = bool(notes.earlier()[0])
    dynamodb.refuses = False
    still_left = leftovers.still_there_after_cleaning(note)

    assert (bool(left), kept) == (refuses, is_kept)
    assert not still_left


def test_what_cannot_be_noted_is_not_called(rally, tmp_path):
    (tmp_path / "smoke").write_text("no folder")
    session = suite_session(
        rally.snapshot(), rally.api, embedded=True, notes=Notes.of(rally.environment, tmp_path)
    )

    with pytest.raises(NotTestable, match="can't be noted in"), session:
        pass


@pytest.mark.usefixtures("noted")
def test_where_writes_are_off_nothing_is_deleted_and_the_command_is_told(rally, tmp_path):
    before = held(rally)
    with cleaned_up(replace(rally.environment, smoke=Smoke()), tmp_path) as told:
        assert held(rally) == before

    (words,) = told
    assert "signoff clean --env local" in words.en
    assert re.search(r" of \d{4}-\d\d-\d\d \d\d:\d\d JST was killed", words.en)
    assert "smoke.writesが無効" in words.ja


def test_leftovers_of_another_stack_are_left_to_its_own_runs(rally, noted, tmp_path):
    elsewhere = replace(rally.environment, birth=None, account="999999999999")
    with cleaned_up(elsewhere, tmp_path) as told:
        assert not told

    assert note_of(noted).run == SESSIONS.run


def test_stack_is_judged_by_one_run_at_a_time(rally, tmp_path):
    with (
        cleaned_up(rally.environment, tmp_path),
        pytest.raises(GuardError, match=r"process \d+ is judging, loading or cleaning this stack"),
        cleaned_up(rally.environment, tmp_path),
    ):
        pass


def test_torn_note_is_told(rally, tmp_path):
    folder = Notes.of(rally.environment, tmp_path).folder
    folder.mkdir(parents=True)
    (folder / "torn.json").write_text('{"run": "0')
    with cleaned_up(rally.environment, tmp_path) as told:
        (words,) = told

    assert "torn.json is not the note of a smoke run" in words.en


def test_note_that_names_a_person_takes_nothing_from_that_person():
    note = Note(run="1", began=datetime.now(UTC), users=(PERSON, SESSIONS.user("a")))

    assert note.ours == (SESSIONS.user("a"),)


def test_clean_removes_what_no_note_names_and_says_so(rally, tmp_path, capsys):
    before = held(rally)
    put(rally, "userstamps", UserId="Usmoke-ffffffff-collector", StampId="A-1")
    put(rally, "users", UserId="U000000000000ffffffff0123456789ab")
    put(rally, "userstamps", UserId="Uload-1-000001", StampId="A-1")

    assert clean(tmp_path) == 0
    assert held(rally) == before
    said = capsys.readouterr().out
    assert "removed: Usmoke-ffffffff-collector A-1 in UserStamps-local\n" in said
    assert said.endswith("nothing is left of any run\n")


def test_clean_touches_no_person(rally, tmp_path):
    put(rally, "users", UserId=PERSON)
    before = held(rally)

    assert clean(tmp_path) == 0
    assert held(rally) == before
    key = {"UserId": {"S": PERSON}}
    rally.client("dynamodb").delete_item(TableName=rally.plan.table("users").name, Key=key)


@pytest.mark.usefixtures("rally")
def test_clean_says_in_japanese_that_nothing_is_left(tmp_path, capsys):
    assert clean(tmp_path, lang="ja") == 0
    assert capsys.readouterr().out == "残っているデータはない\n"


def test_clean_says_what_is_still_there(rally, tmp_path, capsys, monkeypatch):
    put(rally, "userstamps", UserId="Usmoke-ffffffff-collector", StampId="A-1")
    refusing = UndeletableItems(rally.client("dynamodb"))
    monkeypatch.setattr(
        cleaning, "clients", lambda _: lambda service: {"dynamodb": refusing}[service]
    )

    assert clean(tmp_path) == 1
    assert "still there: Usmoke-ffffffff-collector" in capsys.readouterr().err
    refusing.refuses = False
    assert clean(tmp_path) == 0


def test_clean_waits_for_no_run_that_goes_on(rally, tmp_path, capsys):
    environment = replace(rally.environment, birth=None)
    with alone(Notes.of(environment, tmp_path / "report" / "local").folder):
        assert clean(tmp_path) == 4
    assert "is judging, loading or cleaning this stack now" in capsys.readouterr().err


@pytest.mark.usefixtures("rally")
@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "is account 999999999999"), ("ja", "のアカウントは999999999999")],
)
def test_clean_refuses_another_account(tmp_path, capsys, monkeypatch, lang, said):
    monkeypatch.setenv("SIGNOFF_ACCOUNT", "999999999999")

    assert clean(tmp_path, lang=lang) == 4
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "has no environment nowhere"), ("ja", "環境nowhereがありません")],
)
def test_clean_of_an_unknown_environment_is_a_wrong_command_line(tmp_path, capsys, lang, said):
    assert clean(tmp_path, "--env=nowhere", lang=lang) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("locale", "said"), [("C", "Usmoke-…, U"), ("ja_JP.UTF-8", "合成ユーザー")]
)
def test_help_is_in_the_language_of_the_locale(capsys, monkeypatch, locale, said):
    monkeypatch.setenv("LC_ALL", locale)

    assert command_line(CLEAN, "signoff clean", ["--help"]) == 0
    assert said in capsys.readouterr().out


def test_clean_removes_what_load_left_in_the_tables_by_text_of_another_application():
    todo = load("local", ROOT / "docs" / "examples" / "todo" / "environments.toml", {}).environment
    items, plan = ItemsOf(f"{LOADED}-1-000001", PERSON), plan_for(todo)
    days = replace(plan.tables[0], key="days", name="Days-local", attributes={"Owner": "N"})
    every = Cleaner.of(todo, replace(plan, tables=(*plan.tables, days)), lambda _: items)
    cleaner = replace(every, ours=cleaning.harness_leftovers(every.tables.values()))

    assert (cleaner.clean_users(), [*every.tables]) == ([], ["items"])
    assert (items.table, items.owners) == ("Items-local", [PERSON])


def test_table_that_is_not_there_holds_nothing_of_a_run(rally):
    users = KeyedTable.of(rally.plan.table("users"), rally.client("dynamodb"))

    assert not cleaning.harness_leftovers([replace(users, name="Nowhere-local")])


def test_all_users_that_load_makes_are_known_as_the_harness_own():
    made = (f"{LOADED}-1-000001",)

    assert all(name.startswith(HARNESS) for name in made)


def test_lock_of_a_killed_run_is_free(rally, tmp_path):
    notes = Notes.of(rally.environment, tmp_path)
    with alone(notes.folder):
        pass
    lock = notes.folder / "lock"
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_note_is_whole_json_on_disk(noted):
    (path,) = noted.folder.glob("*.json")

    assert json.loads(path.read_text())["run"] == SESSIONS.run


def test_window_says_how_many_4xx_a_run_provoked_and_how_many_messages_it_sent(rally):
    with suite_session(rally.snapshot(), rally.api, embedded=True) as suite:
        before = suite.window
        suite.answer(suite.scenarios.notify(suite.scenarios.tester))
        suite.answer(suite.scenarios.notify(suite.scenarios.tester, type="spam"))
        after = suite.window

    added = {name: int(after[name]) - int(before[name]) for name in ("answers_4xx", "messages")}
    assert added == {"answers_4xx": 1, "messages": 1}
    assert int(before["answers_4xx"]) > 0, "the guide's own call of the warm-up is refused"


def test_what_the_end_of_the_calls_could_not_take_back_is_told_at_a_row_of_theirs():
    """Pytest tells a failure of the end of the session at its last item."""
    options = ["--env=local", "--phase=after", "--collect-only", "-q", "-p", "no:cacheprovider"]
    collected = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    items = [line for line in collected.stdout.splitlines() if "::" in line]
    assert items[-1] == f"smoke/test_award.py::{LAST}"
