"""The state of one judging run: what was chosen, what was found, and what follows from it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from aws.reading import Scope
from aws.section import Missing
from aws.words import Words
from signoff.checklist import CHECKLIST, Checklist, Phase, Row
from signoff.environment import Environment
from signoff.environments import ENVIRONMENTS
from signoff.outcome import Finding, Outcome
from signoff.snapshot import Snapshot
from signoff.verdict import RowVerdict, row_verdict


class Stack(Protocol):
    """A local stack that is alive: ``api`` is the stage's URL, ``line`` the fake's."""

    @property
    def aws(self) -> str: ...
    @property
    def api(self) -> str: ...


class EmbeddedStack(Protocol):
    """An emulated AWS of our own, made for one run or joined where one is kept up."""

    def localized(self, environment: Environment) -> AbstractContextManager[Environment]:
        """Yield the environment as the stack will have it (addresses that exist only here)."""
        ...

    def start(
        self, environment: Environment, say: Callable[[str], None]
    ) -> AbstractContextManager[Stack]:
        """Start (or join) the stack of a localized environment; ``say`` reports progress."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What the root conftest hands over, since the shared code imports none of it."""

    plan_for: Callable[[Environment], Any]
    scope_of: Callable[..., Scope]
    embedded_stack: Callable[[], EmbeddedStack]
    """Called, and the emulator imported, only in a run that such a stack serves."""
    notices: Callable[[Environment], Iterable[Words]] = lambda _: ()
    """What a signer has to know about this environment, whatever the rows say."""
    plots: Callable[[Snapshot], Mapping[str, Sequence[str]]] = lambda _: {}
    """Row id -> pictures (SVG) that its record brought along."""
    checklist: Path = CHECKLIST


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The options of the command line, typed."""

    phase: Phase
    rows: tuple[str, ...]
    replay: Path | None
    api_url: str | None
    lang: str
    root: Path
    environments: Path

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Options by which this run does not look at the environment as the repository has it."""
        given = (
            ("--api-url", self.api_url),
            ("--environments", self.environments if self.environments != ENVIRONMENTS else None),
        )
        return tuple(f"{name} {value}" for name, value in given if value)


@dataclass(slots=True, kw_only=True)
class Run:
    """Mutable by nature: findings arrive one by one. ``full`` is False for any selection."""

    environment: Environment
    overrides: Mapping[str, str]
    plan: Any
    checklist: Checklist
    choice: Choice
    composition: Composition
    started: datetime
    full: bool = False
    stack: EmbeddedStack | None = None
    """The stack that serves this run; None for AWS, another endpoint or a saved inventory."""
    cut: str = ""
    """What left tests out of a run that was to be full; then there is no verdict."""
    unjudged: dict[str, RowVerdict] = field(default_factory=dict)
    """Rows that are excluded or not verifiable here."""
    arranged: int = 0
    """Tests that this run should have, before any selection."""
    expected: int = 0
    """Tests left to run; every one must leave a finding."""
    findings: list[Finding] = field(default_factory=list)
    snapshot: Snapshot | None = None
    windows: list[Mapping[str, str]] = field(default_factory=list)
    """When this run itself made calls: what, begin, end (ISO 8601)."""
    api_url: str | None = None

    @property
    def folder(self) -> Path:
        """Where this run leaves its files: ``report/<env>/<time>/``."""
        home = self.choice.root / "report" / self.environment.name
        return home / f"{self.started:%Y%m%dT%H%M%S%fZ}"

    def forget_latest(self) -> None:
        """Take away the pointer to an earlier page: after a run without a verdict there is no latest."""
        if self.full:
            (self.folder.parent / "latest").unlink(missing_ok=True)

    @property
    def own_stack(self) -> bool:
        return self.stack is not None

    def in_phase(self, row: Row) -> bool:
        return self.choice.phase is Phase.AFTER or row.phase is Phase.BEFORE

    def needs_signature(self, row: Row) -> bool:
        """Whether a person has to answer for an optional part that production does without."""
        configured = row.optional is None or _configured(self.environment, row.optional)
        return self.environment.production and row.never_excluded and not configured

    def set_aside(self, row: Row) -> RowVerdict | None:
        """Return why a row is not judged in this run, or None if it is."""
        if self.needs_signature(row):
            return None
        if row.optional and not _configured(self.environment, row.optional):
            reason = f"{row.optional} is not configured for {self.environment.name}"
            return RowVerdict(row=row, outcome=Outcome.EXCLUDED, reason=reason)
        if not self.own_stack:
            return None
        if row.not_local:
            reason = row.not_local[self.choice.lang]
            return RowVerdict(row=row, outcome=Outcome.NOT_HERE, reason=reason)
        return None

    def told(self, row: Row, found: Finding, error: BaseException | None) -> Finding:
        """Return the finding; a record that an embedded stack has not got yet is no fault of it."""
        if self.own_stack and row.not_local_until and isinstance(error, Missing):
            reason = f"{row.not_local_until[self.choice.lang]} ({error})"
            return replace(found, outcome=Outcome.NOT_HERE, message=reason)
        return found

    def row_verdicts(self) -> tuple[RowVerdict, ...]:
        """One verdict per row that has a result, in the checklist's order."""
        by_row: dict[str, list[Finding]] = {}
        for one in self.findings:
            by_row.setdefault(one.row, []).append(one)
        judged = {id_: row_verdict(self.checklist[id_], found) for id_, found in by_row.items()}
        everything = self.unjudged | judged
        return tuple(everything[row.id] for row in self.checklist if row.id in everything)

    def gaps(self) -> Iterable[str]:
        """Why this run can't give a verdict: tests or rows without a complete result."""
        if self.cut:
            yield f"tests were left out ({self.cut})"
        if len(self.findings) < self.expected:
            yield f"{self.expected - len(self.findings)} of {self.expected} checks did not run"
        judged = {one.row.id for one in self.row_verdicts()}
        silent = [r.id for r in self.checklist if self.in_phase(r) and r.id not in judged]
        if silent:
            yield f"no result for {', '.join(silent)}"


def _configured(environment: Environment, key: str) -> bool:
    """Whether the optional part at a dotted key is there (``line.liff_id``)."""
    value: Any = environment
    for part in key.split("."):
        value = getattr(value, part, None)
    return bool(value)
