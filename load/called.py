"""What each command of ``load`` does with what it was given; a refusal is one sentence."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from aws.visible import visible_line
from aws.words import Words
from load import commands
from load.composition import load_composition
from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.launch import Distribution
from load.prepare import RunOptions
from load.target import LoadComposition
from signoff import ROOT

STOPPED = Words(
    en="INVALID: stopped before the end, so nothing was judged",
    ja="INVALID: 途中で止めたため、何も判定していません",
)


def plans(env: str, lang: str) -> int:
    return _ended(lang, lambda project: commands.show_plans(project, env, lang))


def run(  # noqa: PLR0913 - the options of the command
    *,
    env: str,
    listen: str,
    port: int | None,
    expect_workers: int | None,
    run_file: Path | None,
    host: str | None,
    lang: str,
    **options: Any,
) -> int:
    workers = Distribution(listen=listen, port=port, expected=expect_workers or 0)
    return _ended(
        lang,
        lambda project: commands.run(
            project, env, _options(**options), workers, host=host, run_file=run_file, lang=lang
        ),
    )


def prepare(*, env: str, to: Path, host: str | None, lang: str, **options: Any) -> int:
    return _ended(
        lang,
        lambda project: commands.prepare_run(
            project, env, _options(**options), to, host=host, lang=lang
        ),
    )


def record(verdict: Path, lang: str) -> int:
    return _ended(lang, lambda project: commands.record_verdict(project, verdict, lang))


def _options(*, pool: Path | None, **more: Any) -> RunOptions:
    return RunOptions(pool_file=pool, **more)


def _ended(lang: str, command: Callable[[LoadComposition], ExitCode]) -> int:
    """Run a command at this checkout; a test passes its own ``join``, which composes the project at a root folder."""
    join = click.get_current_context().meta.get("join", load_composition)
    try:
        return int(command(join(ROOT)))
    except LoadRefused as refusal:
        refused = Words(en=f"refused: {refusal}", ja=f"拒否: {refusal.ja}")
        print(visible_line(refused[lang]), file=sys.stderr)
        return int(ExitCode.REFUSED)
    except KeyboardInterrupt:
        print(STOPPED[lang], file=sys.stderr)
        return int(ExitCode.INVALID)
