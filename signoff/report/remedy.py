"""What to do about a red row: the repair of its fault, or, if the fault is unknown, how to find out.

It is chosen by data: what differs, or what keeps the row from being judged; never by parsing a sentence.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aws.section import Obstacle
from aws.words import Words, joined
from signoff import INSTALLED
from signoff.environment import in_japan
from signoff.judge.checklist import PROCEDURE, Repair, Row
from signoff.judge.outcome import Finding, Outcome, RowVerdict
from signoff.judge.result import Provenance

BY_HAND = Words(en="by hand", ja="手作業")
DETACH = "python -m runbook detach --env {env} --row {row} --go"
SIGN = "python -m runbook {step} --env {env} --go"
OWN_CODE = Words(
    en="the functions are code of your own, which no command here uploads or overwrites: change it there, release"
    " it by your own pipeline, then record what is live: python -m runbook record_release --env {env} --by NAME --go",
    ja="関数は独自のコードであり、ここでの手順がアップロードや上書きをすることはない。そのコードを修正し、独自のパイプラインで"
    "リリースした後、稼働中の内容を記録する: python -m runbook record_release --env {env} --by 名前 --go",
)
RELEASING = re.compile(r"python -m runbook functions --env \S+ (?:--row \S+ )?--go")
"""The command that uploads this project's functions or, with ``--row``, sets what they need of Lambda."""
LOADING = re.compile(r"(?:python -m|signoff) load run\b")
CHANGING = re.compile(rf" --go\b| --rotate\b|{LOADING.pattern}")
WITHOUT_A_CHECKOUT = {
    "python -m runbook": "signoff run",
    "python -m load": "signoff load",
    "pytest --env": "signoff judge --env",
}
"""What a command begins with -> how a wheel's user types it."""
READING_A_FILE = re.compile(
    r"(?:python -m (?:runbook|load) \w+|signoff(?: [\w-]+)+|pytest) --env [\w-]+"
)
"""Commands that take ``--environments``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """Commands to run as they stand, and what only a person can do; read ``note`` before either."""

    note: Words | None = None
    commands: tuple[str, ...] = ()
    by_hand: tuple[Words, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.note or self.commands or self.by_hand)

    @property
    def command(self) -> str:
        """The commands in one line."""
        return " && ".join(self.commands)

    @property
    def changes(self) -> bool:
        return CHANGING.search(self.command) is not None

    @property
    def rehearsal(self) -> tuple[str, ...]:
        """The same commands without the switch that lets them change anything; empty if none has it."""
        bare = tuple(command.replace(" --go", "") for command in self.commands)
        return bare if bare != self.commands else ()

    @property
    def procedures(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(PROCEDURE.findall(self.command)))

    @property
    def takes(self) -> tuple[tuple[str, Words], ...]:
        """How long each procedure of the command takes: name, duration."""
        timed = [*self.procedures, *(["load"] if LOADING.search(self.command) else [])]
        return tuple((name, durations()[name]) for name in timed if name in durations())


WAYS_BACK = {
    "ROLL-06": "rollback_functions --env {env}",
    "ROLL-07": "rollback_api --env {env}",
    "ROLL-04": "rollback_frontend --env {env} --site FOLDER",
    "ROLL-03": "restore_tables --env {env} --to TIME",
}
"""The row that says whether a way back would work, and the procedure that takes it."""


@cache
def words_in(file: Path) -> Mapping[str, Any]:
    """Load words from TOML: name -> Words, or name -> value -> Words."""
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        key: Words(*entry)
        if isinstance(entry, list)
        else {value: Words(*pair) for value, pair in entry.items()}
        for key, entry in read.items()
    }


def durations() -> Mapping[str, Words]:
    """Load how long procedures take, by name."""
    return words_in(Path(__file__).with_name("durations.toml"))


def remedy(row: RowVerdict, run: Provenance) -> Remedy:
    """Return what to do, as ``_remedy`` says, by commands that read what the run has read."""
    return _with_its_file(_remedy(row, run), run)


def _remedy(row: RowVerdict, run: Provenance) -> Remedy:
    """Return what to do; an empty Remedy if the row names nothing.

    A row that is unknown is never repaired: what was not read may be as planned. One that follows names its
    root, which is to be fixed first.
    """
    if row.outcome is Outcome.NOT_TESTABLE:
        return _of_unknown(row, run)
    if row.outcome is Outcome.FOLLOWS:
        return Remedy(note=Words(en=f"fix {row.root} first", ja=f"先に{row.root}を解決する"))
    repairs = tuple(dict.fromkeys(_for_the_code(each, run) for each in _repairs(row)))
    runs = dict.fromkeys(_filled(each.run, row.row, run) for each in repairs)
    return Remedy(
        commands=tuple(chain.from_iterable(runs)),
        by_hand=tuple(_of_environment(each.by_hand, run) for each in repairs if each.by_hand),
    )


def _for_the_code(repair: Repair, run: Provenance) -> Repair:
    """Return the repair, or what to do in its place where the functions are code of your own."""
    if not (repair.in_code and run.own_code):
        return repair
    return Repair(
        run=() if any(map(RELEASING.search, repair.run)) else repair.run, by_hand=OWN_CODE
    )


def ways_back(run: Provenance) -> Mapping[str, Remedy]:
    """Return what to run when it goes wrong after the go-live, by the row that says whether it would work."""
    return {
        row: _with_its_file(
            Remedy(commands=(f"python -m runbook {procedure.format(env=run.environment)} --go",)),
            run,
        )
        for row, procedure in WAYS_BACK.items()
    }


def _repairs(row: RowVerdict) -> Iterator[Repair]:
    failed = [finding for finding in row.findings if finding.outcome is Outcome.FAIL]
    if not failed:
        yield row.row.repair
    for finding in failed:
        yield from _of_finding(row.row, finding)


def _of_finding(row: Row, finding: Finding) -> Iterator[Repair]:
    """Yield how to undo each difference: by hand, by ``runbook detach``, or by what the row says."""
    from aws.converge import undo  # noqa: PLC0415 - all kinds of changes, of which only a red row asks

    if (finding.unsigned or finding.stale) and row.signed and not row.by_signature:
        # A person signs in place of a check, for the release that is live.
        yield Repair(run=(SIGN,))
    elif not finding.differences:
        yield row.repair
    for each in finding.differences:
        how, repair = undo.undo_of(each), row.remedies.get(each.remedy, row.repair)
        if isinstance(how, undo.ByHand):
            yield Repair(by_hand=undo.by_hand(each))
        elif how is not None and not any("runbook detach " in command for command in repair.run):
            yield Repair(run=(DETACH,))
        else:
            yield repair


def _filled(commands: tuple[str, ...], row: Row, run: Provenance) -> tuple[str, ...]:
    host = urlsplit(run.api_url or "").hostname if run.production else None
    gaps = {
        "env": run.environment,
        "row": row.id,
        "step": _procedure(row),
        "before": run.before,
        "plan": run.load_plan,
        "unlock": f" --unlock {host}" if host else "",
        "masters": "masters" if run.local else "migrate_masters",
    }
    return tuple(command.format(**gaps) for command in commands)


def _with_its_file(remedy: Remedy, run: Provenance) -> Remedy:
    """Let each command read the file of environments and judge the own rows that the run did, and be one that this machine has."""
    file, own = run.environments_file, run.own_rows
    if not (file or own or INSTALLED):
        return remedy
    judging = re.compile(rf"pytest --env {re.escape(run.environment)}(?![\w-])")

    def filled(text: str) -> str:
        return as_typed(judging.sub(lambda match: match[0] + own, text), file)

    by_hand = (Words(en=filled(words.en), ja=filled(words.ja)) for words in remedy.by_hand)
    note = remedy.note and Words(en=filled(remedy.note.en), ja=filled(remedy.note.ja))
    return Remedy(note=note, commands=tuple(map(filled, remedy.commands)), by_hand=tuple(by_hand))


def as_typed(text: str, file: str = "", *, installed: bool = INSTALLED) -> str:
    """Return a command, or what names one, as it is typed where this is installed; ``file`` is the option that names the file of environments."""
    text = READING_A_FILE.sub(lambda match: f"{match[0]} {file}".rstrip(), text)
    for printed, there in WITHOUT_A_CHECKOUT.items() if installed else ():
        text = text.replace(printed, there)
    return text


def _procedure(row: Row) -> str:
    """Return the procedure with the step at which people sign for a row; empty if it is not a signed row."""
    return (row.signed or "").partition("#")[0]


def _of_environment(words: Words, run: Provenance) -> Words:
    return Words(
        en=words.en.replace("{env}", run.environment), ja=words.ja.replace("{env}", run.environment)
    )


AGAIN = "pytest --env {env}"
COMMANDS: Mapping[str, tuple[str, ...]] = {
    Obstacle.PERSON: (SIGN,),
    Obstacle.ENVIRONMENT_BEFORE: ("pytest --env {before}", AGAIN),
}
"""Obstacle -> the commands to run once it is removed; for the others, the same run again."""


@cache
def ways() -> Mapping[Obstacle, tuple[Words, tuple[str, ...]]]:
    """Load how to remove each obstacle: what to do, then the commands; those that a person has to remove come first."""
    notes = words_in(Path(__file__).with_name("ways.toml"))
    return {Obstacle(name): (note, COMMANDS.get(name, (AGAIN,))) for name, note in notes.items()}


def _of_unknown(row: RowVerdict, run: Provenance) -> Remedy:
    unknown = [finding for finding in row.findings if finding.outcome is Outcome.NOT_TESTABLE]
    moments = [finding.until for finding in unknown if finding.until]
    there = {finding.obstacle or Obstacle.NO_ANSWER for finding in unknown if not finding.until}
    last = _waiting_until(max(moments)) if moments else ways()[Obstacle.NO_ANSWER]
    chosen = [way for each, way in ways().items() if each in there - {Obstacle.NO_ANSWER}]
    if moments or Obstacle.NO_ANSWER in there or not there:
        chosen.append(last)
    facts = {
        "env": run.environment,
        "before": run.before,
        "action": ", ".join(sorted({finding.action for finding in unknown if finding.action})),
        "step": _procedure(row.row),
    }
    runs = dict.fromkeys(tuple(each.format(**facts) for each in run) for _, run in chosen)
    return Remedy(
        note=joined(note.format(**facts) for note, _ in chosen),
        commands=tuple(chain.from_iterable(runs)),
    )


def _waiting_until(moment: datetime) -> tuple[Words, tuple[str, ...]]:
    at = in_japan(moment)
    note = Words(
        en=f"wait until {at}, or let this command wait:", ja=f"{at}まで待つか、待機させて実行する:"
    )
    return note, (f"{AGAIN} --wait",)
