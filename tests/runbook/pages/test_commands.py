"""Whoever is told a command can give it as it stands, and it acts on the environment that was meant."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import UnknownServiceError

from load.__main__ import parser as load_parser
from runbook.catalogue import procedures
from runbook.options import options
from runbook.pages import pages
from signoff.__main__ import options as signoff_options
from signoff.checklist import Checklist
from signoff.environment import names
from signoff.remedy import all_of
from smoke.__main__ import options as smoke_options
from tests.foreign.remedying import PROD_RUN

ROOT = Path(__file__).parents[3]
READMES = ("README.md", "README.ja.md")
BEGINNINGS = ("pytest", "aws ", "python -m ", "signoff ")
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
JOINED = re.compile(" && ")
RUNBOOK = re.compile(r"python -m runbook (?P<name>\w+)(?P<more>[^`\n;。]*)")
GLOBAL = frozenset({"output", "region", "profile", "query", "no-cli-pager"})
OF_THE_CLI = frozenset({"configure", "sso", "login"})
"""Commands of the AWS CLI that are about itself, and no service."""


def in_prose() -> dict[str, list[str]]:
    """Return the commands of every page, of both READMEs and of the remedies, by where they stand."""
    texts = {**pages(), **{name: (ROOT / name).read_text(encoding="utf-8") for name in READMES}}
    found = {name: list(_of_text(text)) for name, text in texts.items()}
    for row in Checklist.load():
        commands = [one for each in all_of(row, PROD_RUN) for one in JOINED.split(each.command)]
        found[row.id] = [one for one in commands if one]
    return {name: commands for name, commands in found.items() if commands}


def _of_text(text: str) -> Iterator[str]:
    for block in BLOCK.findall(text):
        yield from (line.partition("#")[0].strip() for line in block.splitlines() if line)
    for said in INLINE.findall(BLOCK.sub("", text)):
        yield from (one for one in JOINED.split(said) if one.startswith(BEGINNINGS))


def in_sources() -> dict[str, list[str]]:
    """Return what the runbook's modules say: their texts, with a word for what is filled in."""
    found = {}
    for path in sorted((ROOT / "runbook").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found[str(path.relative_to(ROOT))] = [_joined(one) for one in _texts(tree)]
    return found


def _texts(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield texts whole: of one with values in it, the pieces are no texts of their own."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            yield node
        else:
            yield from _texts(node)


def _joined(text: ast.expr) -> str:
    pieces = text.values if isinstance(text, ast.JoinedStr) else [text]
    return "".join(str(one.value) if isinstance(one, ast.Constant) else "X" for one in pieces)


def nameless(text: str) -> list[str]:
    """Return the commands of a text that run a procedure without saying in which environment."""
    text = re.sub(r"\s*\n\s*", " ", text)
    return [
        found[0]
        for found in RUNBOOK.finditer(text)
        if found["name"] in procedures() and not re.search(r" --(env|to) \S", found["more"])
    ]


def flaw_of_aws(command: str) -> str | None:
    """Say what of a command AWS's own service model does not know; None where it knows all of it."""
    _, service, *rest = shlex.split(command)
    if service in OF_THE_CLI or not rest:
        return None
    try:
        model = botocore.session.get_session().get_service_model(service)
    except UnknownServiceError:
        return f"there is no service {service}"
    operations = {_kebab(name): name for name in model.operation_names}
    if rest[0] not in operations:
        return f"{service} has no {rest[0]}"
    given = {word.removeprefix("--") for word in rest[1:] if word.startswith("--")}
    known = _parameters(model.operation_model(operations[rest[0]]).input_shape)
    unknown = sorted(given - known - GLOBAL)
    return f"{service} {rest[0]} has no --{', --'.join(unknown)}" if unknown else None


def _parameters(shape: Any) -> set[str]:
    members = shape.members if shape else {}
    flags = {f"no-{_kebab(name)}" for name, one in members.items() if one.type_name == "boolean"}
    return {_kebab(name) for name in members} | flags


def _kebab(name: str) -> str:
    return str(botocore.xform_name(name, "-"))


PROSE, SOURCES = in_prose(), in_sources()
GIVEN = {
    (where, command): command.split()[2] if command.startswith("python") else command.split()[0]
    for where, commands in PROSE.items()
    for command in commands
    if command.startswith(("python -m ", "pytest", "aws ", "signoff "))
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


@pytest.mark.parametrize("command", [one for one in of("signoff") if "--help" not in one.values[0]])
def test_a_command_of_the_sign_off_parses(command):
    assert signoff_options().parse_known_args(shlex.split(command)[1:])


@pytest.mark.parametrize("command", of("aws"))
def test_a_command_of_aws_is_one_that_its_service_model_knows(command):
    assert flaw_of_aws(command) is None


@pytest.mark.parametrize("command", of("smoke"))
def test_a_command_of_smoke_parses(command):
    assert smoke_options().parse_args(shlex.split(command)[3:]).command


def test_what_is_told_runs_nothing_else():
    modules = {
        one for one in GIVEN.values() if one not in {"pytest", "load", "runbook", "aws", "signoff"}
    }

    assert modules == {"smoke", "smoke.policy", "runbook.pages"}


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
