"""Commands that people are told to give: where they stand, and whether each is one that there is."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
from botocore.exceptions import UnknownServiceError

from runbook.catalogue import procedures
from runbook.pages import pages
from signoff.checklist import Checklist

ROOT = Path(__file__).parents[3]
READMES = ("README.md", "README.ja.md")
BEGINNINGS = ("pytest", "aws ", "python -m ")
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
JOINED = re.compile(r" && |; ")
OPTIONAL = re.compile(r"\[[^\]]*\]")
"""Brackets around what only some cases need, as manuals write it."""
RUNBOOK = re.compile(r"python -m runbook (?P<name>\w+)(?P<more>[^`\n;。]*)")
GLOBAL = frozenset({"output", "region", "profile", "query", "no-cli-pager"})
OF_THE_CLI = frozenset({"configure", "sso", "login"})
"""Commands of the AWS CLI that are about itself, and no service."""


def in_prose() -> dict[str, list[str]]:
    """Return the commands of every page, of both READMEs and of the remedies, by where they stand."""
    texts = {**pages(), **{name: (ROOT / name).read_text(encoding="utf-8") for name in READMES}}
    found = {name: list(_of_text(text)) for name, text in texts.items()}
    for row in Checklist.load():
        remedy = OPTIONAL.sub("", row.remedy.replace("{env}", "prod"))
        found[row.id] = [one for one in JOINED.split(remedy) if one.startswith(BEGINNINGS)]
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
