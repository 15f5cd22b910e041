"""Deletes what a run wrote, after the run or by hand, and proves by reading that it is gone."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.rally.domain.line import is_line_user
from load.artefacts import publish
from load.engine.admission import LoadRefused
from load.engine.localized import Localized
from load.engine.measurement import Measurement
from load.engine.plan import AWARD
from load.engine.run_file import LoadRun
from load.engine.session_pool import ANY_STAMP, USED_FILE, record_all_users
from load.engine.verdict import FILE_NAME, LoadVerdict
from load.line_untouched import LOGIN_USERS, line_calls
from load.pool_builder import PREFIX
from load.target import ClientFactory, LoadTarget, Say

BATCH = 25
AT_ONCE = 8
ROUNDS = 3
ROUND_S = 10.0
TRIES = 10
"""How often unprocessed items are sent again, with twice the pause each time."""
FUNCTION_LIMIT_S = 31
"""No function runs longer than 30 s (guide step 3-2)."""

Key = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TableCleaner:
    """Cleans the tables of one environment; ``client`` is DynamoDB's."""

    client: Any
    user_stamps: str
    users: str
    pause: Callable[[float], None] = time.sleep

    def clean(self, visitors: Iterable[str], logins: Iterable[str] = ()) -> Mapping[str, int]:
        """Delete all that belongs to these synthetic users: stamps, counters, and logged-in users.

        Returns {"users", "deleted", "left"}; ``left`` is counted by reading again. Raises `LoadRefused`
        for a visitor whose id a real person could have. ``logins`` are of a local stack.
        """
        visitors, logins = sorted(set(visitors)), sorted(set(logins))
        if real := [name for name in visitors if is_line_user(name)]:
            raise LoadRefused(
                f"{real[0]} could be a real person's id; nothing is deleted",
                f"{real[0]}は実在の人のIDかもしれません。何も削除していません",
            )
        with ThreadPoolExecutor(AT_ONCE) as threads:
            stamps = _flat(threads.map(self._stamps, visitors))
            people = _flat(threads.map(self._people, logins))
            deletions = [*_batches(self.user_stamps, stamps), *_batches(self.users, people)]
            list(threads.map(self._delete, deletions))
            left = _flat(threads.map(self._stamps, visitors))
            left += _flat(threads.map(self._people, logins))
        found = len(stamps) + len(people)
        return {"users": len(visitors) + len(logins), "deleted": found, "left": len(left)}

    def clean_patiently(
        self, visitors: Iterable[str], logins: Iterable[str] = ()
    ) -> Mapping[str, int]:
        """Clean again while something is left: an overloaded target may still write long after the request."""
        visitors, logins = sorted(set(visitors)), sorted(set(logins))
        done = dict(self.clean(visitors, logins))
        for _ in range(ROUNDS):
            if not done["left"]:
                break
            self.pause(ROUND_S)
            again = self.clean(visitors, logins)
            done = {**again, "deleted": done["deleted"] + again["deleted"]}
        return done

    def _stamps(self, user: str) -> list[Key]:
        """Read the keys of a user's items: stamps, and counters, whose sort key begins with #."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.user_stamps,
            KeyConditionExpression="UserId = :user",
            ExpressionAttributeValues={":user": {"S": user}},
            ProjectionExpression="UserId, StampId",
            ConsistentRead=True,
        )
        return [item for page in pages for item in page["Items"]]

    def _people(self, user: str) -> list[Key]:
        key = {"UserId": {"S": user}}
        found = self.client.get_item(TableName=self.users, Key=key, ConsistentRead=True)
        return [key] if "Item" in found else []

    def _delete(self, batch: dict[str, list[dict[str, Any]]]) -> None:
        for attempt in range(TRIES):
            batch = self.client.batch_write_item(RequestItems=batch).get("UnprocessedItems", {})
            if not batch:
                return
            self.pause(0.05 * 2**attempt)


def used_users(path: Path) -> list[str]:
    """Read the users from a list of used pairs (JSON lines of [user, stamp]); none without a list."""
    if not path.exists():
        return []
    return [json.loads(line)[0] for line in path.read_text().splitlines()]


def _flat(lists: Iterable[list[Key]]) -> list[Key]:
    return [key for keys in lists for key in keys]


def _batches(table: str, keys: list[Key]) -> list[dict[str, list[dict[str, Any]]]]:
    deletions = [{"DeleteRequest": {"Key": key}} for key in keys]
    return [{table: deletions[at : at + BATCH]} for at in range(0, len(deletions), BATCH)]


@dataclass(frozen=True, slots=True)
class Teardown:
    """Teardown of one run; ``folder`` contains the list of used pairs."""

    run: LoadRun
    target: LoadTarget
    aws: ClientFactory
    folder: Path
    say: Say
    pause: Callable[[float], None]

    def remove(self, verdict: LoadVerdict | None) -> Mapping[str, Any] | None:
        """Delete what the run wrote; None if it wrote nothing.

        Returns {"users", "deleted", "left", "line_calls"}. What can't be proven deleted counts as left.
        """
        if not self.run.plan.awards and not self.run.pool.logins:
            return None
        self._wait_for_unanswered(verdict)
        self.say(Localized("deleting what the run wrote", "実行が書き込んだデータを削除しています"))
        visitors = self._visitors(verdict)
        try:
            done = self._cleaner().clean_patiently(visitors, self._logins())
            return {**done, "line_calls": line_calls(self.target, PREFIX)}
        except (ClientError, BotoCoreError, requests.RequestException) as error:
            self.say(
                Localized(
                    f"what the run wrote can't be proven deleted ({error}); allow this caller to read and "
                    f"delete items of {self.target.user_stamps}, then: python -m load clean --env "
                    f"{self.target.name} {self.folder / USED_FILE}",
                    f"書き込んだデータの削除を確認できません（{error}）。{self.target.user_stamps}の項目の読み取りと"
                    f"削除を許可してから: python -m load clean --env {self.target.name} "
                    f"{self.folder / USED_FILE}",
                )
            )
            users = len(visitors) + len(self._logins())
            # Even without a known pair there is no proof that nothing was written.
            return {"users": users, "deleted": 0, "left": max(1, users), "line_calls": 0}

    def _visitors(self, verdict: LoadVerdict | None) -> set[str]:
        """Name the users who may have been awarded: all of them if a worker's list may be lost."""
        if verdict is None or not verdict.measurement.listed:
            record_all_users(self.folder, self.run.pool)
        return set(used_users(self.folder / USED_FILE))

    def _logins(self) -> tuple[str, ...]:
        return LOGIN_USERS if self.run.pool.logins else ()

    def _cleaner(self) -> TableCleaner:
        client = self.aws("dynamodb")
        return TableCleaner(client, self.target.user_stamps, self.target.users, self.pause)

    def _wait_for_unanswered(self, verdict: LoadVerdict | None) -> None:
        """Wait if an award had no answer: its function may still write, up to its time limit."""
        if verdict and not _may_be_under_way(verdict.measurement):
            return
        _wait_for_functions(verdict.ended if verdict else datetime.now(UTC), self.say, self.pause)


def _wait_for_functions(ended: datetime, say: Say, pause: Callable[[float], None]) -> None:
    """Wait until no function that was called before ``ended`` can still be running."""
    left = FUNCTION_LIMIT_S - (datetime.now(UTC) - ended).total_seconds()
    if left > 0:
        say(
            Localized(
                f"waiting {left:.0f} s for awards that may still be under way",
                f"処理中の可能性がある付与を{left:.0f}秒待っています",
            )
        )
        pause(left)


def _may_be_under_way(seen: Measurement) -> bool:
    """Whether an award failed, never finished, or was sent by a worker whose last report is missing."""
    failed = seen.steps.total("failed", endpoint=AWARD)
    return bool(failed or seen.unfinished(None, AWARD) or seen.unheard)


def verdict_beside(used: Path, environment: str) -> LoadVerdict | None:
    """Read the verdict of the run that left this list; `LoadRefused` if it is of another environment."""
    file = used.parent / FILE_NAME
    if not file.exists():
        return None
    verdict = LoadVerdict.read(file)
    theirs = verdict.about.get("environment")
    if theirs != environment:
        raise LoadRefused(
            f"{used} is of a run on {theirs}; clean it with --env {theirs}",
            f"{used}は{theirs}での実行のものです。--env {theirs}で削除してください",
        )
    return verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualTeardown:
    """Teardown from a list of used pairs; ``verdict`` is of the run that left it, if that is known."""

    used: Path
    verdict: LoadVerdict | None
    target: LoadTarget
    aws: ClientFactory
    say: Say
    pause: Callable[[float], None] = time.sleep

    def clean(self) -> Mapping[str, Any]:
        """Delete, read again, and prove it: {"users", "deleted", "left", "line_calls"}."""
        if self.verdict:
            _wait_for_functions(self.verdict.ended, self.say, self.pause)
        tables = self.target.user_stamps, self.target.users
        cleaner = TableCleaner(self.aws("dynamodb"), *tables, self.pause)
        # These users exist on no LINE; anybody may have logged them in at a fake of LINE.
        logins = LOGIN_USERS if self.target.line else ()
        done = cleaner.clean_patiently(used_users(self.used), logins)
        proof = {**done, "line_calls": line_calls(self.target, PREFIX)}
        if self.verdict and self._names_all(self.verdict):
            publish(replace(self.verdict, cleanup=proof), self.used.parent)
        return proof

    def _names_all(self, verdict: LoadVerdict) -> bool:
        """Whether the list names every award that the verdict counted."""
        pairs = {tuple(json.loads(line)) for line in self.used.read_text().splitlines()}
        if any(stamp == ANY_STAMP for _, stamp in pairs):
            return True
        awards = verdict.measurement.steps.total("issued", endpoint=AWARD)
        if len(pairs) < awards:
            self.say(
                Localized(
                    f"{self.used} names {len(pairs)} of {awards} awards: nothing is proven about the others",
                    f"{self.used}にあるのは付与{awards}件のうち{len(pairs)}件で、残りは確認できません",
                )
            )
        return len(pairs) >= awards
