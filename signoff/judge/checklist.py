"""The checklist: what was promised, in words, exactly once (checks/checklist.toml)."""

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from aws.words import SILENCE, Bilingual, Words, did_you_mean, joined, nearest
from signoff import ROOT
from signoff.environment.application import StrictTable, unknown
from signoff.environment.problems import FileTable, problem, toml
from signoff.evidence.parts import Part

CHECKLIST = ROOT / "checks" / "checklist.toml"
PAGES = ROOT / "runbook" / "pages"
PROCEDURE = re.compile(r"(?:python -m runbook|signoff run) ([\w-]+)")

SHARED = "shared"
"""Tables of fields that several rows have alike; such a row names its table by ``like``."""
OWN = "own"
"""The section of a team's own rows."""
OWN_ID = re.compile(r"[A-Z]{2,12}-\d{2}")

expectation = pytest.mark.expectation
"""Tie a test to the row that it proves: ``@expectation("SEC-04", ja="…")``.

``ja`` says in Japanese what the test's name says in English; where one test proves rows that are data, ``en`` says it, of ``subject``. ``red_here``: of a row that is not verifiable
on an embedded stack, this test runs there as well; it can turn the row red, and never green.
"""

without_subject = pytest.mark.without_subject
"""Of a test that has nothing to prove, since the application has none of its subject (app.toml)."""


class ChecklistError(Bilingual):
    """The checklist file, or a reference into it, is wrong; the message says what to write."""


class Severity(enum.StrEnum):
    """What a red row does to the verdict: a blocker makes it NO-GO, a major CONDITIONAL at best; the others are only shown."""

    BLOCKER = enum.auto()
    MAJOR = enum.auto()
    MINOR = enum.auto()
    INFO = enum.auto()


class Phase(enum.StrEnum):
    """When a row must hold: before the cut-over, or only after it."""

    BEFORE = enum.auto()
    AFTER = enum.auto()


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Commands = Annotated[tuple[str, ...], BeforeValidator(_several)]
"""Commands to run in this order; in the file, a single command may stand without brackets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair(StrictTable):
    """What makes a row green: commands, run as they are printed, or what only a person can do, and where."""

    run: Commands = ()
    """``{env}`` is the environment's name, ``signoff.report.remedy`` fills in the other gaps."""
    by_hand: Words | None = None
    in_code: bool = False
    """What is wrong is in the functions' code, or the command releases this project's functions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(StrictTable):
    """One promise about the system, why it matters, and what to do when it is broken."""

    id: str
    section: str
    promise: Words
    why: Words
    grade: Words = SILENCE
    """Why it has its severity: the line of the guide that asks for it, or the harm without it."""
    severity: Severity = Severity.BLOCKER
    unwaivable: bool = False
    """No waiver may accept what is certainly wrong here (a leak, a loss, a false verdict), and a decision about it always loosens."""
    phase: Phase = Phase.BEFORE
    guide: tuple[str, ...] = ()
    """Ids of lines of the guide (checks/guide.toml) that this row serves; empty: found necessary."""
    remedy: Commands = ()
    """What repairs it, as in ``Repair``."""
    by_hand: Words | None = None
    """What only a person can do, and where, with the place in the console; with a remedy, after it."""
    in_code: bool = False
    """As in ``Repair``."""
    remedies: Mapping[str, Repair] = field(default_factory=dict)
    """Repairs of findings for which ``remedy`` is the wrong one, by the name in their difference's ``remedy``."""
    note: Words | None = None
    """A checklist defect: where the guide's line is not true of AWS, and what is judged instead."""
    optional: str | None = None
    """The key of the environment without which the row is excluded (``domain``, ``bucket`` …)."""
    never_excluded: bool = False
    """In production an optional part that is not configured must be signed (``signed``) instead."""
    not_local: Words | None = None
    """Why an embedded stack cannot show this: the closed list of what is not verifiable there."""
    not_local_until: Words | None = None
    """Likewise, but only until the record is there that proves the row: whose run leaves it."""
    signed: str | None = None
    """The runbook step that a person signs: the record of it proves the row, or stands in for a check."""
    rests_on: tuple[Part, ...] = ()
    """The parts of the release on which its record rests: a later change of one makes the record stale."""
    by_signature: bool = False
    """Nothing but the signature proves it; a row that has tests may never lose them for one."""

    @property
    def repair(self) -> Repair:
        return Repair(run=self.remedy, by_hand=self.by_hand, in_code=self.in_code)


@dataclass(frozen=True, slots=True)
class Checklist:
    """Rows in the order of the file."""

    rows: Mapping[str, Row]

    @classmethod
    def load(cls, path: Path = CHECKLIST) -> "Checklist":
        return _ours() if path == CHECKLIST else _read(path)

    def with_own(self, folder: Path) -> "Checklist":
        """Return these rows and, after them, those of a team's own folder of checks."""
        path = folder / CHECKLIST.name
        raw = toml(path)
        taken = {_prefix(id_) for id_ in self.rows}
        for id_ in raw:
            if not OWN_ID.fullmatch(id_) or _prefix(id_) in taken:
                raise ChecklistError(
                    en=f"{path}: {id_}: a row of your own has an id such as TEAM-01, with none of these prefixes: {', '.join(sorted(taken))}",
                    ja=f"{path}: {id_}: 独自の項目のIDはTEAM-01のように書きます。使用できない接頭辞: {', '.join(sorted(taken))}",
                )
        own = {id_: _row(str(path), id_, fields, {}, section=OWN) for id_, fields in raw.items()}
        there = {page.name.removesuffix(".en.md") for page in PAGES.glob("*.en.md")}
        for row in own.values():
            signing = f"signoff run {row.signed}" if row.signed else ""
            runs = (signing, row.remedy, *(each.run for each in row.remedies.values()))
            for name in sorted({*PROCEDURE.findall(str(runs))} - there):
                raise ChecklistError(unknown(f"{path}: {row.id}", name, there))
        return Checklist({**self.rows, **own})

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, id_: str) -> Row:
        if id_ in self.rows:
            return self.rows[id_]
        meant = re.sub(r"-(\d)$", r"-0\1", re.sub(r"(?<=[-\d])O", "0", id_.upper()))
        said, file = id_ or '""', CHECKLIST.name
        absent = Words(en=f"{said} is not in {file}", ja=f"{said}は{file}にありません")
        near = did_you_mean(nearest(meant, self.rows))
        if len([each for each in re.split(r"[,\s]+", meant) if each in self.rows]) > 1:
            near = Words(en="give each its own --row", ja="--rowは項目ごとに指定してください")
        raise ChecklistError(joined(filter(None, (absent, near))))


@cache
def _ours() -> Checklist:
    """Read the project's own rows once: several procedures ask for them while they are imported."""
    return _read(CHECKLIST)


def _read(path: Path) -> Checklist:
    tables = toml(path)
    shared = tables.pop(SHARED, {})
    return Checklist({id_: _row(path.name, id_, fields, shared) for id_, fields in tables.items()})


def _prefix(id_: str) -> str:
    return id_.partition("-")[0]


_ROW = TypeAdapter(Row)
UNKNOWN_KEY = "unexpected_keyword_argument"
"""pydantic's type of that error."""


def _row(file: str, id_: str, fields: Any, shared: Mapping[str, Any], **defaults: str) -> Row:
    if not isinstance(fields, dict):
        raise ChecklistError(
            en=f"{file}: {id_} is not a table; begin the row with [{id_}]",
            ja=f"{file}: {id_}がテーブルではありません。項目を[{id_}]で始めてください",
        )
    if shared and "like" in fields:
        fields = dict(fields)
        if (like := str(fields.pop("like"))) not in shared:
            tables = ", ".join(shared)
            raise ChecklistError(
                en=f"{file}: {id_}.like: there is no table {like!r} in [{SHARED}], but: {tables}",
                ja=f"{file}: {id_}.like: [{SHARED}]に{like!r}がありません（あるのは{tables}）",
            )
        defaults = shared[like]
    try:
        row = _ROW.validate_python({"id": id_, **defaults, **fields})
    except ValidationError as error:
        # A typo before the key that is missing by it.
        first = min(error.errors(), key=lambda each: each["type"] != UNKNOWN_KEY)
        keys, of = [each.name for each in fields_of(Row)], Words(en="a row", ja="項目")
        raise ChecklistError(
            problem(first, FileTable(f"{file}: {id_}", keys=keys, of=of))
        ) from None
    if wrong := _contradiction(row):
        raise ChecklistError(en=f"{file}: {id_}.{wrong.en}", ja=f"{file}: {id_}.{wrong.ja}")
    return row


def _contradiction(row: Row) -> Words | None:
    """Return what two fields of a row contradict each other in, or None."""
    if row.signed and not row.rests_on:
        parts = ", ".join(Part)
        return Words(
            en=f"rests_on: say on which parts of the release its signature rests, of {parts}",
            ja=f"rests_on: 署名が依存するリリースの部分を書いてください（{parts}）",
        )
    if row.unwaivable and row.severity is not Severity.BLOCKER:
        return Words(
            en=f"unwaivable: only a blocker can be unwaivable, and this row is {row.severity}",
            ja=f"unwaivable: 免除不可にできるのは必須（blocker）の項目だけです（この項目は{row.severity}）",
        )
    return None
