"""Deletes what a run wrote, and proves by reading that it is gone."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from botocore.exceptions import BotoCoreError, ClientError

from aws.items import Emptied, Key, KeyedTable
from aws.words import Tell, Words
from lambdas.rally.domain.counters import is_counter
from lambdas.rally.domain.line import is_line_user
from load.engine.admission import LoadRefused
from load.engine.plan import AWARD
from load.engine.run_file import LoadRun
from load.engine.session_pool import USED_FILE, record_used
from load.engine.verdict import LoadVerdict
from load.pool_builder import PREFIX, line_calls
from load.target import ClientFactory, LoadTarget
from signoff.judge import errors

LINE_AWAY = Words("the stand-in for LINE does not answer", "LINEの代替サーバーが応答しません")
CLEAN = "signoff clean --env {}"
"""Finds by their ids what killed runs left, of smoke and of load."""
ROUNDS = 3
ROUND_S = 10.0
FUNCTION_LIMIT_S = 31
"""No function runs longer than 30 s (guide step 3-2)."""


def emptied(
    table: KeyedTable, visitors: Iterable[str], pause: Callable[[float], None] = time.sleep
) -> Mapping[str, int]:
    """Delete the stamps and counters of synthetic users: {"users", "deleted", "left", "stamps"}.

    It looks again while something is left: an overloaded target may still write long after the request. Raises
    `LoadRefused` for an id that a real person could have.
    """
    users = sorted(set(visitors))
    if real := [name for name in users if is_line_user(name)]:
        raise LoadRefused(
            en=f"{real[0]} could be a real person's id; nothing is deleted",
            ja=f"{real[0]}は実在の人のIDかもしれません。何も削除していません",
        )
    gone, rounds = list[Key](), 0
    while (done := table.emptied(users)).remaining and rounds < ROUNDS:
        gone, rounds = gone + _gone(done), rounds + 1
        pause(ROUND_S)
    gone += _gone(done)
    ids = (next(iter(key[table.keys[-1]].values())) for key in (*gone, *done.remaining))
    stamps = sum(not is_counter(str(id_)) for id_ in ids)
    left = len(done.remaining)
    return {"users": len(users), "deleted": len(gone), "left": left, "stamps": stamps}


def _gone(done: Emptied) -> list[Key]:
    return [key for key in done.before if key not in done.remaining]


def used_users(path: Path) -> set[str]:
    """Read the list of users who may have been awarded; none without a list."""
    return set(path.read_text().splitlines()) if path.exists() else set()


@dataclass(frozen=True, slots=True)
class Teardown:
    """Teardown of one run; ``folder`` contains the list of used users."""

    target: LoadTarget
    aws: ClientFactory
    folder: Path
    say: Tell
    pause: Callable[[float], None] = time.sleep

    def remove(self, run: LoadRun, verdict: LoadVerdict | None) -> Mapping[str, Any] | None:
        """Delete what a run wrote that has just ended; None if it wrote nothing.

        Returns {"users", "deleted", "left", "stamps", "line_calls"}. What can't be proven deleted counts as left.
        """
        if not run.writes:
            return None
        seen = verdict.measurement if verdict else None
        failed = seen and seen.steps.total("failed", endpoint=AWARD)
        if seen is None or failed or seen.unfinished(None, AWARD) or seen.unheard:
            # An award without an answer: its function may still write, up to its time limit.
            self._wait_for_functions(verdict.ended if verdict else datetime.now(UTC))
        self.say(Words("deleting what the run wrote", "実行が書き込んだデータを削除しています"))
        visitors = used_users(self.folder / USED_FILE)
        if run.examples or verdict is None or not verdict.measurement.listed:
            # A worker's list may be lost: every user may have been awarded.
            visitors |= {visitor.id for visitor in run.pool.visitors}
            with suppress(OSError):  # what they were awarded is deleted even where the disk is full
                record_used(self.folder, visitors)
        try:
            return self._proof(visitors)
        except (ClientError, BotoCoreError, requests.RequestException) as error:
            command, line = CLEAN.format(self.target.name), isinstance(error, OSError)
            why = LINE_AWAY if line else errors.sentence(error)
            self.say(
                Words(
                    f"what the run wrote can't be proven deleted ({why.en}); fix that, then: {command}",
                    f"書き込んだデータの削除を確認できません（{why.ja}）。解消してから: {command}",
                )
            )
            # Even without a known pair there is no proof that nothing was written.
            left = max(1, len(visitors))
            return {"users": len(visitors), "deleted": 0, "left": left, "line_calls": 0}

    def _proof(self, visitors: Iterable[str]) -> Mapping[str, Any]:
        dynamodb, users = self.aws("dynamodb"), sorted(visitors)
        done = [
            emptied(KeyedTable(dynamodb=dynamodb, name=name, keys=keys), users, self.pause)
            for name, keys in self.target.written.items()
        ]
        of_rally = bool(self.target.environment.application.masters)
        counts = ["deleted", "left", *["stamps"] * of_rally]
        gone = {count: sum(entry[count] for entry in done) for count in counts}
        return {"users": len(users), **gone, "line_calls": line_calls(self.target, PREFIX)}

    def _wait_for_functions(self, ended: datetime) -> None:
        """Wait until no function that was called before ``ended`` can still be running."""
        left = FUNCTION_LIMIT_S - (datetime.now(UTC) - ended).total_seconds()
        if left > 0:
            self.say(
                Words(
                    f"waiting {left:.0f} s for awards that may still be under way",
                    f"処理中の可能性がある付与を{left:.0f}秒待っています",
                )
            )
            self.pause(left)
