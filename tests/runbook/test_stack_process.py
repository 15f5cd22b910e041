"""A run's stack is another process: this one provisions it, what ends it early is told, and it ends with the run."""

import os
from contextlib import contextmanager
from dataclasses import replace

import pytest

from runbook.stack_process import (
    BEGUN,
    STARTING,
    StackChild,
    StackProcess,
    begins_early,
    without_profiles,
)
from signoff.environment import load
from signoff.environment.guard import GuardError


@contextmanager
def localized(stage, provision=lambda *_: None):
    environment = replace(load("local").environment, stage=stage)
    stack = StackProcess(provision, StackChild("tests.runbook.toy_stack"))
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
        stack.start(served, progress.append) as addresses,
    ):
        during = os.environ["AWS_ENDPOINT_URL"]

    assert provisioned == [(served, "token", addresses.aws)]
    assert during == addresses.aws
    assert not addresses.kept
    assert progress == [STARTING]
    assert os.environ.get("AWS_ENDPOINT_URL") == before


def test_process_reads_no_profile_of_the_person_who_runs_it():
    variables = without_profiles({"AWS_PROFILE": "gone", "AWS_DEFAULT_PROFILE": "gone", "A": "b"})
    unread = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)

    assert variables == {"A": "b", **unread}


def test_process_that_ends_early_is_told_with_what_it_printed():
    with (
        localized("gone") as (stack, served),
        pytest.raises(GuardError, match="has ended; it printed: out of memory"),
        stack.start(served, lambda *_: None),
    ):
        pass


def test_process_that_ends_while_it_is_provisioned_is_told_with_what_it_printed():
    def provision(*_):
        stack.child.process.wait(60)
        raise ConnectionRefusedError

    with (
        localized("gone later", provision) as (stack, served),
        pytest.raises(GuardError, match="has ended; it printed: out of memory"),
        stack.start(served, lambda *_: None),
    ):
        pass


@pytest.mark.parametrize("args", [["--env", "local", "-q"], ["-q", "--env=local"]])
def test_process_begins_before_the_conftest_where_the_arguments_ask_for_its_stack(args, tmp_path):
    assert begins_early(args, {}, tmp_path / "stack.json")


@pytest.mark.parametrize(
    ("args", "variables"),
    [
        (["--env", "prod"], {}),
        (["local"], {}),
        (["tests", "--env"], {}),
        (["--env", "local", "--replay=inventory.json"], {}),
        (["--env", "local"], {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}),
    ],
)
def test_no_process_begins_for_what_no_stack_of_the_runs_own_serves(args, variables, tmp_path):
    assert not begins_early(args, variables, tmp_path / "stack.json")


def test_no_process_begins_where_a_stack_is_kept_up(tmp_path):
    assert not begins_early(["--env", "local"], {}, tmp_path)


def test_process_that_no_run_takes_over_ends_with_pytest():
    manager, child = pytest.PytestPluginManager(), StackChild("tests.runbook.toy_stack")
    manager.register(child, BEGUN)
    running = child.process.poll() is None

    manager.hook.pytest_unconfigure(config=None)

    assert running
    assert child.process.poll() == 0


def test_process_that_ends_before_it_is_asked_is_told_with_what_it_printed():
    child = StackChild("tests.runbook.no_such_module")
    child.process.wait(60)
    stack = StackProcess(lambda *_: None, child)

    with (
        pytest.raises(GuardError, match=r"No module named .*no_such_module"),
        stack.localized(load("local").environment),
    ):
        pass
