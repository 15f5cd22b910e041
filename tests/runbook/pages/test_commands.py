"""Whoever is told a command can give it as it stands, and it acts on the environment that was meant."""

import ast
import re
import shlex
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import UnknownServiceError

from aws.words import LANGUAGES
from load.command_line import LOAD
from runbook.catalogue import procedures
from runbook.command_line import RUN
from runbook.pages import FOLDER
from signoff.commands.subcommands import SIGNOFF
from signoff.environment import names
from signoff.judge.checklist import Checklist
from tests.command_lines import refusal, there
from tests.printed import all_of
from tests.provenance import PROD_RUN

ROOT = Path(__file__).parents[3]
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/**/*.md"),
    ROOT / "docs/load-on-several-machines.md",
    ROOT / "lambdas/README.md",
]
BEGINNINGS = ("pytest", "aws ", "python -m ", "signoff ", "make")
ELSEWHERE = re.compile(
    r"…|FOLDER$|[{}]|^signoff\.|^aws/|^signoff/|^pytest[-\d]|^signoff (verify|compare|replay|policy|accept)$"
)
"""What is no command to enter: a stand-in for many, a file's name, the name of a command alone."""
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
JOINED = re.compile(" && ")
RUNBOOK = re.compile(r"python -m runbook (?P<name>\w+)(?P<more>[^`\n;。]*)")
GLOBAL = frozenset({"output", "region", "profile", "query", "no-cli-pager", "cli-input-json"})
OF_THE_CLI = frozenset({"configure", "sso", "login"})
"""Commands of the AWS CLI that are about itself, and no service."""


def in_prose() -> dict[str, list[str]]:
    """Return the commands of every page, every document, every help and the remedies, by where they stand."""
    documents = [*DOCUMENTS, *FOLDER.glob("*.md")]
    found = {
        str(document.relative_to(ROOT)): list(_of_text(document.read_text("utf-8")))
        for document in documents
    }
    found |= {f"{name} --help ({lang})": list(_of_help(name, lang)) for name, lang in HELPS}
    for row in Checklist.load():
        found[row.id] = [command for each in all_of(row, PROD_RUN) for command in each.commands]
    return {name: commands for name, commands in found.items() if commands}


def _of_help(name: str, lang: str) -> Iterator[str]:
    """Yield the commands of the examples, each of which is told apart from what it does by two blanks."""
    command = COMMANDS[name]
    ctx = command.make_context(name, [], obj=lang)
    for line in command.examples_of(ctx)[lang].splitlines():
        command = re.split(r" {2,}", line.strip())[0]
        if command.startswith(BEGINNINGS):
            yield command


def _of_text(text: str) -> Iterator[str]:
    for block in BLOCK.findall(text):
        whole = re.sub(r"\\\n\s*", "", block)
        yield from (re.split(r" #|^#", line)[0].strip() for line in whole.splitlines() if line)
    for said in INLINE.findall(BLOCK.sub("", text)):
        yield from (part for part in JOINED.split(said) if part.startswith(BEGINNINGS))


def in_sources() -> dict[str, list[str]]:
    """Return what the runbook's modules say: their texts, with a word for what is filled in."""
    found = {}
    for path in sorted((ROOT / "runbook").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found[str(path.relative_to(ROOT))] = [_joined(text) for text in _texts(tree)]
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
    return "".join(str(piece.value) if isinstance(piece, ast.Constant) else "X" for piece in pieces)


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
    flags = {
        f"no-{_kebab(name)}" for name, member in members.items() if member.type_name == "boolean"
    }
    return {_kebab(name) for name in members} | flags


def _kebab(name: str) -> str:
    return str(botocore.xform_name(name, "-"))


COMMANDS = {"runbook": RUN, "signoff": SIGNOFF, "load": LOAD}
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
HELPS = list(product(COMMANDS, LANGUAGES))
PROSE, SOURCES = in_prose(), in_sources()
GIVEN = {
    (where, command): command.split()[2] if command.startswith("python") else command.split()[0]
    for where, commands in PROSE.items()
    for command in commands
    if command.startswith(BEGINNINGS) and not ELSEWHERE.search(command)
}
"""Where it stands and how it is spelled -> what it runs."""


def flawed(flaw_of, *what):
    """Return what is wrong with the commands that run one of these, by where each stands."""
    commands = [place for place, runs in GIVEN.items() if runs in what]

    assert commands
    return {(where, command): flaw for where, command in commands if (flaw := flaw_of(command))}


def flaw_of_ours(command):
    """Say why a command of this project is refused; nothing where it parses, or its procedure is not there."""
    (name,) = re.findall(r"^(?:python -m )?(\w+)", command)
    words = re.sub(r"^(python -m )?\w+", "", command.replace(" --help", ""))
    gone = name == "runbook" and (found := RUNBOOK.search(command)) and not there(found["name"])
    return "" if gone else refusal(shlex.split(words), COMMANDS[name])


def flaw_of_make(command):
    """Return the verbs and variables of a command that the Makefile lacks."""
    verbs = {word for word in shlex.split(command)[1:] if "=" not in word}
    variables = set(re.findall(r"\b([A-Z]+)=", command))
    return verbs - set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)) | (
        variables - set(re.findall(r"\$\(?(?:or \$\()?([A-Z]+)", MAKEFILE))
    )


def test_a_command_of_the_checks_parses(pytestconfig):
    parse = pytestconfig._parser.parse  # noqa: SLF001 - no other way in
    known = {*names(), "NAME", None}

    assert flawed(lambda command: {parse(shlex.split(command)[1:]).env} - known, "pytest") == {}


def test_a_command_parses():
    assert flawed(flaw_of_ours, *COMMANDS) == {}


def test_a_command_of_make_is_one_of_its_verbs():
    assert flawed(flaw_of_make, "make") == {}


def test_a_command_of_aws_is_one_that_its_service_model_knows():
    assert flawed(flaw_of_aws, "aws") == {}


def test_what_is_told_runs_nothing_else():
    modules = set(GIVEN.values()) - {*COMMANDS, "pytest", "aws", "make"}
    others = {module for module in modules if not module.startswith("bench.")}

    documented = {
        "runbook.pages",
        "signoff.report.reference",
        "tests.affected",
        "tests.runbook.recorded_runs",
        "tests.world",
    }
    assert others == documented
    assert [module for module in modules if find_spec(module) is None] == []


@pytest.mark.parametrize("texts", [PROSE, SOURCES], ids=["in a page", "told by a procedure"])
def test_a_command_names_its_environment(texts):
    assert [
        (where, command)
        for where, several in texts.items()
        for text in several
        for command in nameless(text)
    ] == []


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
