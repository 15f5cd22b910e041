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
    ours: Callable[[str], bool]

    def clean(self, answers: Iterable[Answer], unanswered: Iterable[Call]) -> list[str]:
        """Delete the items of every user that these calls wrote about; return what is left."""
        written = {(table.name, user) for table, user in self._written(answers, unanswered)}
        left = []
        for table in (self.users, self.user_stamps):
            for name, user in sorted(written):
                if name == table.name:
                    left += self._cleaned(table, user)
        return left

    def _cleaned(self, table: Table, user: str) -> Iterator[str]:
        if not self.ours(user):
            yield f"{user} in {table.name}, which is no id of this run; look at it by hand"
            return
        try:
            table.delete(table.of_user(user))
            left = table.of_user(user)
        except AWAY as error:
            yield f"{user} in {table.name} ({reason(error)})"
        else:
            yield from (f"{' '.join(_texts(key))} in {table.name}" for key in left)

    def _written(
        self, answers: Iterable[Answer], unanswered: Iterable[Call]
    ) -> Iterator[tuple[Table, str]]:
        """Yield by the answers who has items now; a call without an answer may have written, too."""
        for answer in answers:
            if answer.status == 200 and answer.call.route in (AWARD, LOGIN):
                table = self.user_stamps if answer.call.route == AWARD else self.users
                yield table, str(answer.member("user_id"))
        for call in unanswered:
            if call.route == AWARD and "user_id" in call.members:
                yield self.user_stamps, str(call.members["user_id"])


def _texts(key: Mapping[str, Any]) -> list[str]:
    return [str(value) for typed in key.values() for value in typed.values()]
