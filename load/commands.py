"""The commands: each takes what was asked for, and returns an exit code; a refusal is one sentence."""

import sys
from collections.abc import Callable
from functools import wraps
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from aws.visible import visible_line
from aws.words import Words
from load.composition import LoadComposition, open_target
from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.engine.verdict import LoadVerdict, sentence
from load.evidence import record as record_evidence
from load.evidence import why_not_counted
from load.execution import run_load
from load.exhibit import head, rows, sentences
from load.prepare import RunOptions
from load.progress import ProgressDisplay
from load.target import changed
from signoff import home_of
from signoff.environment import embedded
from signoff.evidence import StoreSettings

STOPPED = Words(
    en="INVALID: stopped before the end, so nothing was judged",
    ja="INVALID: 途中で止めたため、何も判定していません",
)
GONE = Words(
    "the local stack that it loaded is gone; run it again",
    "負荷をかけたローカルスタックがありません。再実行してください",
)
STYLES = {
    ExitCode.PASS: "bold green",
    ExitCode.FAIL: "bold red",
    ExitCode.INVALID: "bold yellow",
}


def _command(does: Callable[..., ExitCode]) -> Callable[..., int]:
    """Give a command the project at this checkout, and tell a refusal in one sentence.

    A test passes its own ``join``, which composes the project at a root folder.
    """

    @wraps(does)
    def done(*, lang: str, environments: Path, **options: Any) -> int:
        join = click.get_current_context().meta.get("join", LoadComposition)
        try:
            return int(does(join(home_of(environments), environments), lang=lang, **options))
        except LoadRefused as refusal:
            print(visible_line(refusal.sentence[lang]), file=sys.stderr)
            return int(ExitCode.REFUSED)
        except KeyboardInterrupt:
            print(STOPPED[lang], file=sys.stderr)
            return int(ExitCode.INVALID)

    return done


@_command
def run(project: LoadComposition, *, env: str, lang: str, **options: Any) -> ExitCode:
    """Load, judge, and end with the verdict in one line and the paths of the artefacts."""
    if not find_spec("locust"):
        raise ModuleNotFoundError(
            name="locust"
        )  # now, not once a stack is up: its process alone needs it
    finished = run_load(project, env, RunOptions(**options), ProgressDisplay(lang=lang))
    if finished.verdict:
        _print_table(finished.verdict, lang)
    _print_verdict(finished.sentence[lang], finished.exit, finished.paths)
    return finished.exit


@_command
def record(project: LoadComposition, *, verdict: Path, lang: str) -> ExitCode:
    """Record the verdict of a run that could not do so itself, since it could not write its evidence store."""
    made, say = LoadVerdict.read(verdict), ProgressDisplay(lang=lang).say
    name = str(made.about.get("environment") or "unknown")
    if embedded(project.environment(name)):
        stack = project.kept()
        if stack is None or stack.birth != made.about.get("birth"):
            raise _not_recorded(verdict, GONE)
    with open_target(project, name, say) as (target, aws):
        if why := why_not_counted(made, target.environment) or changed(made.about, target.live):
            raise _not_recorded(verdict, why)
        store = StoreSettings.of(target.environment)
        root, folder = project.root, verdict.parent
        record_evidence(made, folder, store, root, aws, live=target.live, counts=True)
    _print_verdict(sentence(made)[lang], made.judgement.exit, (verdict,))
    return made.judgement.exit


def _not_recorded(file: Path, why: Words) -> LoadRefused:
    return LoadRefused(en=f"{file} is not recorded: {why}", ja=f"{file}を記録しません: {why.ja}")


def _print_table(verdict: LoadVerdict, lang: str) -> None:
    """Show every limit and what was measured, then what went wrong."""
    console, table = Console(file=sys.stderr, emoji=False), Table(box=None, padding=(0, 2, 0, 0))
    for name in head():
        table.add_column(name[lang])
    for row in rows(verdict):
        table.add_row(*(escape(cell[lang]) for cell in row))
    console.print(table)
    for line in sentences(verdict):
        console.print(escape(visible_line(line[lang])), soft_wrap=True, highlight=False)


def _print_verdict(sentence: str, code: ExitCode, paths: tuple[Path, ...]) -> None:
    """End with the verdict in one line, and where to read more."""
    console = Console(file=sys.stderr, emoji=False)
    console.print(
        visible_line(sentence),
        style=STYLES.get(code, "bold"),
        markup=False,
        soft_wrap=True,
        highlight=False,
    )
    for path in paths:
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        console.print(f"  {escape(str(shown))}", soft_wrap=True, highlight=False)
