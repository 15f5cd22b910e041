"""A run's stack is another process: what it says arrives, what stops it is raised here, and it ends with the run."""

import os
from contextlib import contextmanager
from dataclasses import replace

import pytest

from runbook.stack_process import StackProcess
from signoff.environment import load
from signoff.environment.guard import GuardError


@contextmanager
def localized(name):
    environment = replace(load("local").environment, name=name)
    stack = StackProcess("tests.runbook.toy_stack")
    with stack.localized(environment) as served:
        yield stack, served


def test_environment_has_the_address_and_the_birth_that_the_process_sends():
    with localized("served") as (_, served):
        assert (served.line.endpoint, served.birth) == ("http://127.0.0.1:8", "birth")


def test_progress_arrives_and_calls_go_to_the_stack_while_it_serves():
    before, progress = os.environ.get("AWS_ENDPOINT_URL"), []
    with (
        localized("served") as (stack, served),
        stack.start(served, lambda *words: progress.append(words)) as addresses,
    ):
        during = os.environ["AWS_ENDPOINT_URL"]

    assert progress == [("making tables", "テーブルを作成しています")]
    assert during == addresses.aws
    assert not addresses.kept
    assert os.environ.get("AWS_ENDPOINT_URL") == before


def test_what_stops_the_stack_is_raised_in_the_run():
    with (
        localized("refused") as (stack, served),
        pytest.raises(GuardError, match="no such key"),
        stack.start(served, print),
    ):
        pass


def test_process_that_ends_early_is_told_with_what_it_printed():
    with (
        localized("gone") as (stack, served),
        pytest.raises(GuardError, match="has ended; it printed: out of memory"),
        stack.start(served, lambda *_: None),
    ):
        pass
