"""Nothing of a run stays behind: what it may have written is found, deleted, and proven gone."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smoke.aws import AWAY, Table, reason
from smoke.calls import Answer, Call

AWARD = "POST /stamps/award"
LOGIN = "POST /auth/verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaner:
    """``ours`` tells whether an id is one of this run's: nobody else's items are ever touched."""

    users: Table
    user_stamps: Table
    masters: Table
    ours: Callable[[str], bool]

    def clean(self, answers: Iterable[Answer], unanswered: Iterable[Call]) -> list[str]:
        """Delete the items of all users that these calls wrote about; return what is left."""
        stamped = {*_awarded(answers), *_perhaps_awarded(unanswered)}
        # A login of the operator with a token of his own is a real one, and stays.
        logged_in = {user for user in _logged_in(answers) if self.ours(user)}
        return [
            *self._of(self.user_stamps, stamped),
            *self._of(self.users, logged_in),
        ]

    def clean_masters(self, stamp_ids: Iterable[str]) -> list[str]:
        """Delete masters of our own making; return what is left."""
        return [left for one in stamp_ids for left in _emptied(self.masters, one)]

    def _of(self, table: Table, users: Iterable[str]) -> Iterator[str]:
        for user in sorted(users):
            if self.ours(user):
                yield from _emptied(table, user)
            else:
                yield f"{user} in {table.name}, whose id is none of this run's: look at it by hand"


def _emptied(table: Table, hash_key: str) -> Iterator[str]:
    try:
        table.delete(table.under(hash_key))
        left = table.under(hash_key)
    except AWAY as error:
        yield f"{hash_key} in {table.name} ({reason(error)})"
    else:
        yield from (f"{_texts(key)} in {table.name}" for key in left)


def _awarded(answers: Iterable[Answer]) -> Iterator[str]:
    for answer in answers:
        if answer.call.route == AWARD and answer.status == 200:
            yield str(answer.member("user_id") or answer.call.members.get("user_id"))


def _perhaps_awarded(unanswered: Iterable[Call]) -> Iterator[str]:
    for call in unanswered:
        if call.route == AWARD and "user_id" in call.members:
            yield str(call.members["user_id"])


def _logged_in(answers: Iterable[Answer]) -> Iterator[str]:
    for answer in answers:
        if answer.call.route == LOGIN and answer.status == 200:
            yield str(answer.member("user_id"))


def _texts(key: Mapping[str, Any]) -> str:
    return " ".join(str(value) for typed in key.values() for value in typed.values())
