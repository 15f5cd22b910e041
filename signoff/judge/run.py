"""What one judging run was asked: frozen before anything is read, so that nothing found can change it."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import Any, Generic, Protocol

import pytest

from aws.reading import Scope
from aws.release import Builds
from aws.words import SILENCE, Tell, Words
from signoff.environment import ENVIRONMENTS, Environment
from signoff.judge.checklist import CHECKLIST, Checklist, Phase, Row
from signoff.judge.snapshot import PlanT, Snapshot
from signoff.judge.verdict import RunCondition

REPORTS = "report"
"""The folder of all runs' files, in the project's root."""


class Stack(Protocol):
    """A local stack that is alive: ``api`` is the stage's URL; ``kept`` where another process keeps it up."""

    @property
    def aws(self) -> str: ...
    @property
    def api(self) -> str: ...
    @property
    def kept(self) -> bool: ...


class EmbeddedStack(Protocol):
    """An emulated AWS of our own, made for one run or joined where one is kept up."""

    def localized(self, environment: Environment) -> AbstractContextManager[Environment]:
        """Yield the environment with the addresses of the stack, which exist only on this machine."""
        ...

    def start(self, environment: Environment, say: Tell) -> AbstractContextManager[Stack]:
        """Start (or join) the stack of a localized environment; ``say`` takes progress."""
        ...


Preparation = Callable[[Environment, Path], AbstractContextManager[tuple[Words, ...]]]
"""Prepares the target before anything is read, and guards it for as long as the run lasts: takes the environment and its
folder of reports, yields what a signer has to know, and raises GuardError where this run must not go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """What the page shows of a record beside its row: sentences, a table, and pictures (SVG)."""

    title: Words = SILENCE
    sentences: tuple[Words, ...] = ()
    head: tuple[Words, ...] = ()
    rows: tuple[tuple[Words, ...], ...] = ()
    pictures: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition(Generic[PlanT]):
    """What the root conftest passes in, since the judge imports neither plan nor checks nor a stack."""

    plan_for: Callable[[Environment], PlanT]
    scope_of: Callable[[PlanT, Environment], Scope]
    """What has to be read for a plan."""
    embedded_stack: Callable[[Path], EmbeddedStack]
    """Called with the application's folder, which imports the emulator, only in a run that such a stack serves."""
    notices: Callable[[Environment], Iterable[Words]] = lambda _: ()
    """What a signer has to know about this environment besides the rows."""
    demand: Callable[[Environment], Words] = lambda _: SILENCE
    """Which demand the verdict is about."""
    prepared: Preparation = lambda *_: nullcontext(())
    """Takes back what earlier runs left on a stack that outlives them."""
    remnants: Callable[[Environment, Path], Iterable[Words]] = lambda *_: ()
    """What runs wrote and did not remove, with the command that removes it; takes the folder of the environment's reports."""
    exhibits: Callable[[Snapshot[PlanT]], Mapping[str, Exhibit]] = lambda _: {}
    """Row id -> what its record brought along for the page."""
    builds: Callable[[PlanT, Environment], Builds | None] = lambda *_: None
    """The packages that this commit builds for the plan's functions."""
    checklist: Path = CHECKLIST
    judge: Callable[[pytest.Config], Iterable[RunCondition]] = lambda _: ()
    """Yields why production is not judged by a commit alone: changes, code and addresses from elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the command line, typed."""

    phase: Phase
    rows: tuple[str, ...]
    replay: Path | None
    api_url: str | None
    lang: str
    root: Path
    environments: Path
    baseline: Path | None = None
    """The signoff.json of an earlier run, with which the page compares this one."""
    checks: Path | None = None
    json: Path | None = None
    """A file for the rows that were judged, whether they make a verdict or not."""

    part: bool = False
    """A part was asked for on purpose, so the exit code is 0 if nothing is red."""
    strict: bool = False
    """Exit with 1 where a condition has no owner and no day."""
    wait: bool = False
    """Wait for what only time repairs before judging."""

    @property
    def own_file(self) -> bool:
        """Whether the file of environments is that of the application which it lies beside."""
        return self.environments.resolve() == self.root.resolve() / ENVIRONMENTS.name

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Options by which this run does not look at the environment as the repository has it."""
        options = (
            ("--api-url", self.api_url),
            ("--environments", self.environments if self.environments != ENVIRONMENTS else None),
        )
        return tuple(f"{name} {quote(str(value))}" for name, value in options if value)

    def in_phase(self, row: Row) -> bool:
        return self.phase is Phase.AFTER or row.phase is Phase.BEFORE


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Generic[PlanT]):
    """One environment, its plan and its checklist, and how this run was asked to judge them."""

    options: Options
    environment: Environment
    overrides: Mapping[str, str]
    derived: Words
    plan: PlanT
    checklist: Checklist
    composition: Composition[PlanT]
    started: datetime
    stack: EmbeddedStack | None = None
    """The stack that serves this run; None for AWS, another endpoint or a saved inventory."""

    @property
    def embedded(self) -> bool:
        """Whether what is judged is a stack of our own."""
        return self.stack is not None

    @property
    def folder(self) -> Path:
        """Where this run leaves its files: ``report/<env>/<time>/``."""
        home = self.options.root / REPORTS / self.environment.name
        return home / f"{self.started:%Y%m%dT%H%M%S%fZ}"


CHOICE = pytest.StashKey[Choice[Any]]()
"""Set at configuration; absent in a run of ordinary tests, which judges nothing."""
