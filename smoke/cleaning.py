"""Nothing of a run stays behind: what it may have written is found, deleted, and proven gone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from plan import Plan
from smoke.aws import AWAY, Clients, KeyedTable, reason
from smoke.calls import Answer, Call

AWARD = "POST /stamps/award"
LOGIN = "POST /auth/verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaner:
    """``ours`` are all users that may be deleted: nobody else's items are ever touched."""

    users: KeyedTable
    user_stamps: KeyedTable
    masters: KeyedTable
    ours: frozenset[str]
    removed: list[str] = field(default_factory=list)
    """What was there and is gone: key and table."""

    @classmethod
    def of(cls, plan: Plan, aws: Clients, ours: Iterable[str]) -> "Cleaner":
        """Return the cleaner of an environment's tables."""
        return cls(
            users=KeyedTable.of(plan.table("users"), aws),
            user_stamps=KeyedTable.of(plan.table("userstamps"), aws),
            masters=KeyedTable.of(plan.table("stampmasters"), aws),
            ours=frozenset(ours),
        )

    def clean(
        self, answers: Iterable[Answer], unanswered: Iterable[Call], lent: str = ""
    ) -> list[str]:
        """Delete our users' items in each table that these calls write to; return what is left.

        Whatever was answered: what stores, and then fails or is too late, has stored. ``lent``: the test user
        whose awards are taken back elsewhere.
        """
        answers, unanswered = tuple(answers), tuple(unanswered)
        sent = {one.call.route for one in answers} | {one.route for one in unanswered}
        # A login of the operator with a token of his own is a real one, and stays.
        written = [(AWARD, self.user_stamps), (LOGIN, self.users)]
        left = self._emptied([table for route, table in written if route in sent])
        strangers = {*_awarded(answers), *_perhaps_awarded(unanswered)} - self.ours - {lent}
        return left + [
            f"{user} in {self.user_stamps.name}, whose id is none of this run's: look at it by hand"
            for user in sorted(strangers)
        ]

    def clean_users(self) -> list[str]:
        """Delete our users' items in both tables; return what is left."""
        return self._emptied([self.user_stamps, self.users])

    def clean_masters(self, stamp_ids: Iterable[str]) -> list[str]:
        """Delete masters of our own making; return what is left."""
        ids, name = tuple(stamp_ids), self.masters.name
        try:
            if not (found := self.masters.there(ids)):
                return []
            self.masters.drop(found)
            left = self.masters.there(found)
        except AWAY as error:
            return [f"{', '.join(ids)} in {name} ({reason(error)})"]
        self.removed.extend(f"{one} in {name}" for one in found if one not in left)
        return [f"{one} in {name}" for one in left]

    def _emptied(self, tables: list[KeyedTable]) -> list[str]:
        return [
            item
            for table in tables
            for user in sorted(self.ours)
            for item in self._without(table, user)
        ]

    def _without(self, table: KeyedTable, hash_key: str) -> Iterator[str]:
        try:
            if not (found := table.under(hash_key)):
                return
            table.delete(found)
            left = table.under(hash_key)
        except AWAY as error:
            yield f"{hash_key} in {table.name} ({reason(error)})"
        else:
            self.removed.extend(_named(key, table) for key in found if key not in left)
            yield from (_named(key, table) for key in left)


def _awarded(answers: Iterable[Answer]) -> Iterator[str]:
    for answer in answers:
        if answer.call.route == AWARD and answer.status == 200:
            yield str(answer.member("user_id") or answer.call.members.get("user_id"))


def _perhaps_awarded(unanswered: Iterable[Call]) -> Iterator[str]:
    for call in unanswered:
        if call.route == AWARD and "user_id" in call.members:
            yield str(call.members["user_id"])


def _named(key: Mapping[str, Any], table: KeyedTable) -> str:
    texts = (str(value) for typed in key.values() for value in typed.values())
    return f"{' '.join(texts)} in {table.name}"
