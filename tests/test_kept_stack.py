"""A kept stack that does not answer is one sentence: another one is never judged in its place."""

import json
import os
import socket
from dataclasses import replace

import pytest

from local.stack import Stack
from runbook.local_stack import local_stack
from signoff.guard import GuardError


@pytest.fixture
def silent(tmp_path):
    """The local stack of a project whose kept stack listens and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        at = tmp_path / "stack.json"
        kept = {"aws": address, "api": address, "line": address, "pid": 4711}
        at.write_text(json.dumps(kept), encoding="utf-8")
        yield replace(local_stack(), kept_at=at)


def test_stack_that_does_not_answer_is_refused_with_what_to_do(silent):
    with pytest.raises(GuardError, match=r"\(process 4711\) does not answer within 5 s; stop that"):
        silent.kept()


def test_no_stack_of_its_own_is_started_instead(silent):
    with pytest.raises(GuardError), silent.localized(None):
        pass


def test_without_a_file_nothing_is_kept(tmp_path):
    assert replace(local_stack(), kept_at=tmp_path / "none.json").kept() is None


def test_stack_knows_whether_another_process_keeps_it_up():
    own = Stack(aws="a", api="b", line="c")

    assert not own.kept
    assert replace(own, pid=os.getppid()).kept
