"""Independent things are asked about side by side: the answers stay in their order, and no failure is lost."""

from threading import Barrier

import pytest

from aws.change.gate import ChangeContext

CONTEXT = ChangeContext(clients=lambda _: None)


def test_answers_about_things_asked_at_the_same_time_stay_in_their_order():
    all_there = Barrier(3, timeout=60)

    def ask(_, name):
        all_there.wait()
        return name.upper()

    assert CONTEXT.answers(ask, "abc") == ["A", "B", "C"]


def test_failure_to_answer_about_a_single_thing_is_raised():
    with pytest.raises(LookupError, match="b"):
        CONTEXT.answers(lambda _, name: {"a": 1, "c": 3}[name], "abc")
