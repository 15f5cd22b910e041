"""Sections are read once, at the same time, within a bound; what goes wrong stays where it went wrong."""

import threading
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import Mock

import pytest

from aws.door.failures import ReadFailure
from aws.reading import Reader, Reading, unreadable
from aws.section import Obstacle, Unreadable
from tests.aws.answers import CANARY, SCOPE
from tests.aws.fake_aws import HEALTHY, OPTIONS
from tests.unread import refused


class NoAws:
    """The engine needs to know no more of AWS than how many calls may run at once."""

    at_once = 4


@pytest.fixture
def reading():
    def made(**readers):
        return Reading(
            NoAws(),
            SCOPE,
            readers={name: Reader(read, ()) for name, read in readers.items()},
            progress=lambda *_: None,
            resolve=lambda _: (),
            now=datetime.now(UTC),
        )

    return made


def test_section_is_read_once_whoever_asks(reading):
    asked = []
    engine = reading(
        base=lambda _: asked.append(1) or {"a": 1},
        left=lambda row: {"l": row.section("base")["a"]},
        right=lambda row: {"r": row.section("base")["a"]},
    )

    sections = engine.sections(["left", "right", "base"])

    assert sections == {"left": {"l": 1}, "right": {"r": 1}, "base": {"a": 1}}
    assert len(asked) == 1


def test_dependencies_are_read_though_every_thread_is_waiting(reading):
    chain = {
        f"s{n}": lambda row, n=n: {"n": row.section(f"s{n - 1}")["n"] + 1} for n in range(1, 20)
    }
    engine = reading(s0=lambda _: {"n": 0}, **chain)

    assert engine.sections(reversed(list(chain)))["s19"] == {"n": 19}


def test_failed_source_fails_for_everybody_who_draws_from_it(reading):
    def source(_):
        raise ReadFailure(refused("iam:ListRoles: AccessDenied"))

    engine = reading(one=lambda e: e.source(source), two=lambda e: e.source(source))

    assert engine.sections(["one", "two"]) == {
        "one": refused("iam:ListRoles: AccessDenied"),
        "two": refused("iam:ListRoles: AccessDenied"),
    }


def test_what_an_interruption_left_unread_is_read_when_it_is_asked_for_again(reading):
    source = Mock(side_effect=[KeyboardInterrupt(), {"n": 1}])
    engine = reading(base=lambda e: e.source(source), above=lambda e: e.needed("base"))
    with pytest.raises(KeyboardInterrupt):
        engine.section("above")
    again = []
    asking = threading.Thread(target=lambda: again.append(engine.section("above")), daemon=True)
    asking.start()
    asking.join(10)

    assert again == [{"n": 1}]


def test_thread_that_waits_for_what_is_interrupted_knows_that_it_is_unknown(reading, monkeypatch):
    waits = threading.Event()

    class Awaited(Future):
        def result(self, timeout=None):
            waits.set()
            return super().result(timeout)

    def interrupted(_):
        waiting.start()
        assert waits.wait(10)
        raise KeyboardInterrupt

    monkeypatch.setattr("aws.reading.Future", Awaited)
    engine, answers = reading(base=interrupted, above=lambda e: e.needed("base")), []
    waiting = threading.Thread(target=lambda: answers.append(engine.section("above")), daemon=True)
    with pytest.raises(KeyboardInterrupt):
        engine.section("base")
    waiting.join(10)

    assert [type(answer) for answer in answers] == [Unreadable]


def test_items_that_wait_hold_up_no_other_section(reading):
    """As many as may call at once wait for an item of another section."""
    came = threading.Event()
    names = [str(number) for number in range(NoAws.at_once)]
    engine = reading(
        waiting=lambda one: one.each(names, lambda _: came.wait(60)),
        coming=lambda one: one.each(["one"], lambda _: came.set() or "there"),
    )

    sections = engine.sections(["waiting", "coming"])

    assert sections == {"waiting": dict.fromkeys(names, True), "coming": {"one": "there"}}


@pytest.mark.parametrize("data", [{}, {"n": CANARY}, {CANARY: 1}, None])
def test_reason_of_a_malformed_answer_repeats_nothing_of_it(data, reading):
    section = reading(broken=lambda _: {"n": int(data["n"])}).section("broken")

    assert section.words.en.startswith("malformed answer: ")
    assert "test_engine.py" in section.words.en
    assert CANARY not in section.words.en


def test_what_needs_an_unread_item_is_refused_the_same_right():
    why = refused("apigateway:GetDomainName: AccessDenied").behind("domains: api.example.jp")

    assert why.words.en == "domains: api.example.jp: apigateway:GetDomainName: AccessDenied"
    assert (why.obstacle, why.action) == (Obstacle.READER_RIGHTS, "apigateway:GET")


def test_reason_of_a_failure_is_its_own():
    why = refused("sns:GetTopicAttributes: AuthorizationError")

    assert unreadable(ReadFailure(why)) is why


def test_reading_that_makes_one_call_at_a_time_has_no_threads(inventory_of, fake):
    asking = set()

    def notes(asked):
        asking.add(threading.current_thread())
        return HEALTHY["lambda:ListAliases"](asked)

    fake.answers["lambda:ListAliases"] = notes
    inventory_of(options=OPTIONS)

    assert asking == {threading.current_thread()}


@pytest.mark.parametrize(("at_once", "together"), [(16, True), (1, False)])
def test_calls_run_at_the_same_time_up_to_the_bound(at_once, together, fake, inventory_of):
    """Two calls that wait for each other get an answer only if both are under way."""
    meeting = threading.Barrier(2, timeout=60 if together else 0.1)

    def meets(asked):
        meeting.wait()
        return HEALTHY["lambda:ListAliases"](asked)

    fake.answers["lambda:ListAliases"] = meets
    options = replace(OPTIONS, retry=replace(OPTIONS.retry, at_once=at_once))

    aliases = inventory_of(options=options).sections.aliases

    assert [isinstance(alias, tuple) for alias in aliases.values()] == [together, together]
