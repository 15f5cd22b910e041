"""A run's stack is another process: this one provisions it, what ends it early is told, and it ends with the run."""

import os
from contextlib import contextmanager
from dataclasses import replace

import pytest

from runbook.stack_process import StackProcess
from signoff.environment import load
from signoff.environment.guard import GuardError


@contextmanager
def localized(stage, provision=lambda *_: None):
    environment = replace(load("local").environment, stage=stage)
    stack = StackProcess(provision, "tests.runbook.toy_stack")
    with stack.localized(environment) as served:
        yield stack, served


def test_environment_has_the_address_of_its_line_and_a_birth_of_its_own():
    with localized("served") as (_, first), localized("served") as (_, second):
        assert first.line.endpoint == "http://127.0.0.1:8"
        assert first.birth != second.birth


def test_stack_is_provisioned_through_its_own_address_and_calls_go_there_until_the_end():
    before, provisioned, progress = os.environ.get("AWS_ENDPOINT_URL"), [], []

    def provision(environment, token, _):
        provisioned.append((environment, token, os.environ["AWS_ENDPOINT_URL"]))

    with (
        localized("served", provision) as (stack, served),
        stack.start(served, lambda *words: progress.append(words)) as addresses,
    ):
        during = os.environ["AWS_ENDPOINT_URL"]

    assert provisioned == [(served, "token", addresses.aws)]
    assert during == addresses.aws
    assert not addresses.kept
    assert progress == [("starting the local stack", "ローカルスタックを起動しています")]
    assert os.environ.get("AWS_ENDPOINT_URL") == before


def test_process_that_ends_early_is_told_with_what_it_printed():
    with (
        localized("gone") as (stack, served),
        pytest.raises(GuardError, match="has ended; it printed: out of memory"),
        stack.start(served, lambda *_: None),
    ):
        pass
