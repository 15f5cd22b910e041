"""A procedure is a module, a step is a function, and its docstring is its text in both languages.

English comes first; from its first Japanese paragraph on, it is Japanese. The command line refuses an option that a
procedure does not declare.
"""

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from aws.words import Words
from runbook.engine.propagation import Action, until_shown
from runbook.engine.step_context import StepContext
from signoff.environment import ENVIRONMENTS, Environment
from signoff.judge.checklist import Checklist


@dataclass(frozen=True, slots=True)
class DescribedEnvironment:
    """An environment, and the file that describes it and the others."""

    environment: Environment
    file: Path = ENVIRONMENTS


Wrong = Callable[[str, DescribedEnvironment], Words | None]
"""Returns what is wrong with a value, for people to read before the first call; None if nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """``name`` is what a step asks of ``context.chosen``: ``line_token_file`` for ``--line-token-file``."""

    name: str
    metavar: str
    help: Words
    wrong: Wrong = lambda *_: None
    choices: tuple[str, ...] | None = None
    example: str = ""
    """The value in the command of the procedure's page; empty: the command is shown without it."""
    needed: bool = False
    excludes: tuple[str, ...] = ()
    """Names of options that mean nothing beside this one."""

    @property
    def flag(self) -> str:
        return f"--{self.name.replace('_', '-')}"


JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")

KEPT = re.compile(r"^(\s|```|[-*|] |\d+\. )", re.MULTILINE)
"""Lines that stand for themselves: code, lists, tables."""


TROUBLESHOOTING = Words(en="troubleshooting", ja="トラブルシューティング")
"""The one chapter of the guide that has a name instead of a number."""


def guide_step(guide: str, lang: str) -> str:
    """Return a step of the guide as it is cited: ``2-1``, ``troubleshooting 3``."""
    return guide.replace(TROUBLESHOOTING.en, TROUBLESHOOTING[lang])


@dataclass(frozen=True, slots=True)
class Text:
    """``title`` is the first line without its full stop, ``body`` all the paragraphs after it."""

    title: Words
    body: Words

    @classmethod
    def of(cls, documented: object) -> "Text":
        """Read the docstring of a step or a procedure; TypeError where a language is missing.

        Two things need no marker between them when one of them can't be mistaken for the other;
        an English paragraph must quote no Japanese, then.
        """
        paragraphs = [part for part in (inspect.getdoc(documented) or "").split("\n\n") if part]
        turn = next((i for i, paragraph in enumerate(paragraphs) if JAPANESE.search(paragraph)), 0)
        if turn == 0:
            name = getattr(documented, "__qualname__", getattr(documented, "__name__", ""))
            raise TypeError(f"{name}: its docstring is its text; write English, then Japanese")
        english, japanese = paragraphs[:turn], paragraphs[turn:]
        return cls(
            title=Words(en=_title(english[0]), ja=_title(japanese[0])),
            body=Words(en=_body(english, " "), ja=_body(japanese, "")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do, and the rows of the checklist that are green once it is done."""

    name: str
    module: str
    text: Text
    guide: str
    """The guide's step that it carries out: ``2-1``."""
    proves: tuple[str, ...]
    action: Action | None
    """None where only a person can do it; the text is then the instruction."""
    may_wait: bool = False
    """No later step depends on it: if the person has not done it, the run goes on without it."""
    is_done: Callable[[StepContext], bool] | None = None
    """Whether AWS shows that the person has done it already."""
    whole: bool = False
    """It belongs to the whole procedure only: a run for a single row leaves it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """``composed`` of others, whose rows are judged once, at the end: early ones need later steps."""

    name: str
    text: Text
    steps: tuple[Step, ...]
    composed: bool = False
    ready: Callable[[StepContext], object] | None = None
    """Raises Refused where a later step would stop for what only a person can give: asked before the first."""
    options: tuple[Option, ...] = ()
    """What the command line takes for it, beside what every procedure takes."""

    @classmethod
    def of(cls, module: ModuleType) -> "Procedure":
        """Read a module: its docstring, its ``OPTIONS``, what is asked ``ready``, and its steps in the order in which they stand."""
        mine = (value for value in vars(module).values() if isinstance(value, Step))
        return cls(
            name=module.__name__.rpartition(".")[2],
            text=Text.of(module),
            steps=tuple(step for step in mine if step.module == module.__name__),
            ready=getattr(module, "ready", None),
            options=getattr(module, "OPTIONS", ()),
        )

    @classmethod
    def of_parts(cls, module: ModuleType, parts: Iterable["Procedure"]) -> "Procedure":
        """Join procedures into one, under the docstring of ``module`` and with its own steps last."""
        whole = cls.of(module)
        steps = (step for part in (*parts, whole) for step in part.steps)
        return replace(whole, steps=tuple(steps), composed=True)

    @property
    def guide(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(step.guide for step in self.steps))

    @property
    def rows(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row for step in self.steps for row in step.proves))

    def proving(self, row: str | None) -> "Procedure":
        """Return this procedure so that it proves the chosen row alone; unchanged if none was chosen."""
        if row is None:
            return self
        of_row = (step for step in self.steps if not step.whole)
        steps = (replace(step, proves=tuple({row} & {*step.proves})) for step in of_row)
        return replace(self, steps=tuple(steps))

    def due(self, number: int) -> tuple[str, ...]:
        """Return the rows to judge after a step: those that no later step has a part in."""
        if self.composed:
            return self.rows if number == len(self.steps) else ()
        later = {row for step in self.steps[number:] for row in step.proves}
        return tuple(row for row in self.steps[number - 1].proves if row not in later)


@cache
def repaired_by(procedure: str) -> tuple[str, ...]:
    """Return the rows whose whole remedy is this procedure: it proves them, without naming each."""
    alone = re.compile(rf"python -m runbook {procedure} --env {{env}}( --row \S+)? --go")
    return tuple(
        row.id for row in Checklist.load() if row.remedy and all(map(alone.fullmatch, row.remedy))
    )


def step(
    guide: str, *, proves: tuple[str, ...] = (), shown: bool = True, whole: bool = False
) -> Callable[[Action], Step]:
    """Make a step of a function: the machine does it, and waits until AWS shows what it changed.

    ``shown`` False: looking again would not show its change (a drill, a move to and fro, items, files).
    """
    facts = {"guide": guide, "proves": proves, "whole": whole}
    return lambda function: _step(function, until_shown(function) if shown else function, **facts)


def ask(
    guide: str,
    *,
    proves: tuple[str, ...] = (),
    may_wait: bool = False,
    is_done: Callable[[StepContext], bool] | None = None,
) -> Callable[[Callable[[], None]], Step]:
    """Make a step of a function without a body: a person does what its docstring says."""
    facts = {"guide": guide, "proves": proves, "may_wait": may_wait, "is_done": is_done}
    return lambda function: _step(function, None, **facts)


def _step(written: Callable[..., object], action: Action | None, **facts: Any) -> Step:
    text = Text.of(written)
    return Step(name=written.__name__, module=written.__module__, text=text, action=action, **facts)


def _title(paragraph: str) -> str:
    return paragraph.splitlines()[0].rstrip(".。")


def _body(paragraphs: list[str], between: str) -> str:
    """Join the lines of prose, by nothing in Japanese; lists and code keep theirs."""
    rest = "\n".join(paragraphs[0].splitlines()[1:])
    prose = [paragraph for paragraph in (rest, *paragraphs[1:]) if paragraph]
    return "\n\n".join(
        name if KEPT.search(name) else between.join(name.split("\n")) for name in prose
    )
