"""How a run ends that gives no verdict: why, what was red until then, what it left behind."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from aws.words import Words, words_of
from signoff.environment.guard import GuardError, guard, open_session
from signoff.judge.collection import Findings, row_verdicts
from signoff.judge.run import Choice
from signoff.judge.snapshot import PlanT, Snapshot
from signoff.report.provenance import provenance_of_run
from signoff.report.terminal import Terminal

RAW_LOG = "pytest_html"
"""The package whose plugin writes the raw log."""


def interrupted(findings: Findings) -> Words:
    """Say that a person or a signal ended the run, and how far it had come."""
    done, of = len(findings.found), findings.expected
    return Words(
        en=f"interrupted after {done} of {of} checks; run it again",
        ja=f"{of}件中{done}件のチェックで中断しました。再実行してください",
    )


def over(choice: Choice[PlanT]) -> Words | None:
    """Return why these credentials are of no use any more, or None: a session may expire while a run lasts."""
    if choice.embedded or choice.options.replay:
        return None
    try:
        guard(open_session(choice.environment.region), choice.environment)
    except GuardError as error:
        why = words_of(error)
        return Words(
            en=f"these credentials ended during the run ({why.en}); sign in again, then run it again",
            ja=f"実行中に認証情報が使えなくなりました（{why.ja}）。ログインし直してから再実行してください",
        )
    return None


def without_verdict(
    choice: Choice[PlanT],
    findings: Findings,
    snapshot: Snapshot[PlanT],
    terminal: Terminal,
    why: Words,
) -> None:
    """Print why there is no verdict, with what is red and what was left behind."""
    provenance = provenance_of_run(choice, snapshot)
    red = [(row, provenance) for row in row_verdicts(choice, findings) if row.outcome.red]
    terminal.no_verdict(choice.environment.name, why, red, tuple(_left(choice)))


def _left(choice: Choice[PlanT]) -> Iterator[Words]:
    if not choice.options.replay:
        with suppress(ClientError, BotoCoreError, OSError):
            yield from choice.composition.left(choice.environment, choice.folder.parent)


def write_no_raw_log(config: pytest.Config) -> None:
    """Keep pytest-html from naming a raw log that a run which read nothing does not leave."""
    for plugin in config.pluginmanager.get_plugins():
        if type(plugin).__module__.partition(".")[0] == RAW_LOG:
            config.pluginmanager.unregister(plugin)


def leave_no_folder(choice: Choice[Any]) -> None:
    """Take away the folder of a run that read nothing."""
    shutil.rmtree(choice.folder, ignore_errors=True)
