"""What a shell completes: names of environments, rows and procedures, read from their files without loading a command."""

import tomllib
from pathlib import Path
from typing import Any

import click

from signoff import ROOT


def environment_names(ctx: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """Complete the tables of the file of environments."""
    return _beginning(
        typed, _keys(Path(ctx.params.get("environments") or ROOT / "environments.toml"))
    )


def row_ids(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    """Complete the rows of the checklist."""
    checklist = _keys(ROOT / "checks" / "checklist.toml")
    return _beginning(typed.upper(), [id_ for id_ in checklist if "-" in id_])


def _keys(file: Path) -> list[str]:
    try:
        read: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a shell that completes has no place for a sentence
        return []
    return list(read)


def _beginning(typed: str, known: list[str]) -> list[str]:
    return [name for name in known if name.startswith(typed)]
