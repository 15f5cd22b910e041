"""Takes away what a run wrote, from its list of used pairs, and proves by reading that it is gone."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lambdas.rally.domain.ids import is_line_user
from load.engine.gate import Refused

BATCH = 25
AT_ONCE = 8
ROUNDS = 3
ROUND_S = 10.0
TRIES = 10
"""Unprocessed items are sent again so often, with twice the pause each time."""

Key = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cleaner:
    """Cleans the tables of one environment; ``client`` is DynamoDB's."""

    client: Any
    user_stamps: str
    users: str
    pause: Callable[[float], None] = time.sleep

    def clean(self, visitors: Iterable[str], logins: Iterable[str] = ()) -> Mapping[str, int]:
        """Delete all that belongs to these synthetic users: stamps, counters, and logged-in users.

        Returns {"users", "deleted", "left"}; ``left`` is counted by reading again. Raises `Refused`
        for a visitor whose id a real person could have. ``logins`` are of a local stack.
        """
        visitors, logins = sorted(set(visitors)), sorted(set(logins))
        if real := [name for name in visitors if is_line_user(name)]:
            raise Refused(f"{real[0]} could be a real person's id; nothing is deleted")
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
        """Clean again while something is left: an overloaded target may write long after it was asked."""
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
    """Read the users of a list of used pairs (JSON lines of [user, stamp]); none if there is none."""
    if not path.exists():
        return []
    return [json.loads(line)[0] for line in path.read_text().splitlines()]


def _flat(lists: Iterable[list[Key]]) -> list[Key]:
    return [key for keys in lists for key in keys]


def _batches(table: str, keys: list[Key]) -> list[dict[str, list[dict[str, Any]]]]:
    requests = [{"DeleteRequest": {"Key": key}} for key in keys]
    return [{table: requests[at : at + BATCH]} for at in range(0, len(requests), BATCH)]
