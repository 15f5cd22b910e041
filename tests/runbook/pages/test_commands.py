"""Whoever is told a command can give it as it stands, and it acts on the environment that was meant."""

import shlex

import pytest

from load.__main__ import parser as load_parser
from runbook.__main__ import options
from signoff.environment import names
from tests.runbook.pages.commands import flaw_of_aws, in_prose, in_sources, nameless

PROSE, SOURCES = in_prose(), in_sources()
GIVEN = {
    (where, command): command.split()[2] if command.startswith("python") else command.split()[0]
    for where, commands in PROSE.items()
    for command in commands
    if command.startswith(("python -m ", "pytest", "aws "))
}
"""Where it stands and how it is spelled -> what it runs."""


def of(*what):
    return [pytest.param(cmd, id=f"{at}: {cmd}") for (at, cmd), one in GIVEN.items() if one in what]


@pytest.mark.parametrize("command", of("pytest"))
def test_a_command_of_the_checks_parses(pytestconfig, command):
    asked = pytestconfig._parser.parse(shlex.split(command)[1:])  # noqa: SLF001 - no other way in

    assert asked.env is None or asked.env in names()


@pytest.mark.parametrize("command", of("load"))
def test_a_command_of_the_load_test_parses(command):
    assert load_parser().parse_args(shlex.split(command)[3:]).command


@pytest.mark.parametrize("command", of("runbook"))
def test_a_command_of_the_runbook_parses(command):
    assert options().parse_args(shlex.split(command)[3:])


@pytest.mark.parametrize("command", of("aws"))
def test_a_command_of_aws_is_one_that_its_service_model_knows(command):
    assert flaw_of_aws(command) is None


def test_what_is_told_runs_nothing_else():
    modules = {one for one in GIVEN.values() if one not in {"pytest", "load", "runbook", "aws"}}

    assert modules == {"smoke.policy", "runbook.pages"}


@pytest.mark.parametrize("where", PROSE)
def test_a_command_in_a_page_names_its_environment(where):
    assert [one for command in PROSE[where] for one in nameless(command)] == []


@pytest.mark.parametrize("where", SOURCES)
def test_a_command_that_a_procedure_tells_names_its_environment(where):
    assert [one for text in SOURCES[where] for one in nameless(text)] == []


@pytest.mark.parametrize(
    ("command", "flaw"),
    [
        ("aws apigatewai get-stage", "there is no service apigatewai"),
        ("aws apigateway drop-method --rest-api-id A", "apigateway has no drop-method"),
        (
            "aws apigateway delete-method --api-id A --http-method PUT",
            "apigateway delete-method has no --api-id",
        ),
    ],
)
def test_a_wrong_command_of_aws_is_seen(command, flaw):
    assert flaw_of_aws(command) == flaw


@pytest.mark.parametrize(
    "text",
    [
        "run `python -m runbook api` first",
        "then `python -m runbook\napi --go`",
        "python -m runbook api",
    ],
)
def test_a_command_without_an_environment_is_seen(text):
    assert len(nameless(text)) == 1
