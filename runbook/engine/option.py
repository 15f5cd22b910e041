"""An option that a procedure declares; the command line refuses what a procedure does not declare."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aws.words import Words
from signoff.environment import Environment


@dataclass(frozen=True, slots=True)
class OptionScope:
    """What a value is looked up in: the environment, and the file that describes it."""

    environment: Environment
    file: Path


Wrong = Callable[[str, OptionScope], Words | None]
"""Returns what is wrong with a value, for people to read before the first call; None if nothing is."""


def nothing_wrong(_: str, __: OptionScope) -> Words | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """``name`` is what a step asks of ``context.chosen``: ``line_token_file`` for ``--line-token-file``."""

    name: str
    metavar: str
    help: Words
    wrong: Wrong = nothing_wrong
    choices: tuple[str, ...] | None = None
    example: str = ""
    """The value in the command of the procedure's page; empty: the command is shown without it."""
    needed: bool = False
    excludes: tuple[str, ...] = ()
    """Names of options that mean nothing beside this one."""

    @property
    def flag(self) -> str:
        return f"--{self.name.replace('_', '-')}"
