"""Cleans up after a run: what it may have written is found, deleted, and proven gone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from aws.desired import Table
from aws.door.failures import GONE, code_of
from aws.items import Key, KeyedTable
from aws.words import Words
from plan import Plan
from signoff.environment import Environment
from smoke.aws import AWAY, Clients, reason
from smoke.calls import AWARD, LOGIN, Answer, Call

PEOPLE = ("userstamps", "users")


def tables_of_people(environment: Environment, plan: Plan) -> list[Table]:
    """Return the tables whose items are under users' ids; of an application that is not the rally, that may be any by texts."""
    people = environment.application.masters and PEOPLE
    by_text = (table for table in plan.tables if table.attributes[table.hash_key] == "S")
    return [table for table in by_text if not people or table.key in people]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaner:
    """``ours`` are all users whose items may be deleted: no other item is ever touched. ``tables`` are by key."""

    tables: Mapping[str, KeyedTable]
    ours: frozenset[str]
    removed: list[Words] = field(default_factory=list)
    """What was there and is gone: key and table."""

    @classmethod
    def of(
        cls, environment: Environment, plan: Plan, aws: Clients, ours: Iterable[str] = ()
    ) -> "Cleaner":
        tables, dynamodb = tables_of_people(environment, plan), aws("dynamodb")
        by_key = {table.key: KeyedTable.of(table, dynamodb) for table in tables}
        return cls(tables=by_key, ours=frozenset(ours))

    @property
    def user_stamps(self) -> KeyedTable:
        return self.tables["userstamps"]

    def clean(
        self, answers: Iterable[Answer], unanswered: Iterable[Call], consenting: str = ""
    ) -> list[Words]:
        """Delete our users' items in each table that these calls write to; return what is left.

        Answers do not matter: a call that fails or times out may have written first. ``consenting`` is the test user
        whose awards are taken back elsewhere.
        """
        answers, unanswered = tuple(answers), tuple(unanswered)
        sent = {answer.call.route for answer in answers} | {call.route for call in unanswered}
        # The operator's login with their own token is a real one, and stays.
        written = zip((AWARD, LOGIN), PEOPLE, strict=True)
        left = self._emptied(self.tables[key] for route, key in written if route in sent)
        known = {*self.ours, consenting}
        awarded = filter(self._may_hold, {*_awarded(answers)} - known)
        strangers = {*awarded, *_perhaps_awarded(unanswered)} - known
        return left + [
            Words(
                en=f"{user} in {self.user_stamps.name}, which this run did not create: check it by hand",
                ja=f"{self.user_stamps.name}の{user}（この実行のIDではないため、手動で確認してください）",
            )
            for user in sorted(strangers)
        ]

    def _may_hold(self, user: str) -> bool:
        """Whether there are stamps of a user, or it is unknown: where refusals are answered with 200, nothing was stored."""
        try:
            return bool(self.user_stamps.under(user))
        except AWAY as error:  # of an id that can't be a key there are none
            return not isinstance(error, ClientError) or code_of(error) != "ValidationException"

    def clean_users(self) -> list[Words]:
        """Delete our users' items in all tables; return what is left."""
        return self._emptied(self.tables.values())

    def _emptied(self, tables: Iterable[KeyedTable]) -> list[Words]:
        return [
            item
            for table in tables
            for user in sorted(self.ours)
            for item in self._without(table, user)
        ]

    def _without(self, table: KeyedTable, hash_key: str) -> Iterator[Words]:
        try:
            keys, left = table.emptied([hash_key])
        except AWAY as error:
            if isinstance(error, ClientError) and code_of(error) in GONE:  # no table, no item
                return
            item, why = _item(hash_key, table.name), reason(error)
            yield Words(en=f"{item.en} ({why})", ja=f"{item.ja}（{why}）")
        else:
            self.removed.extend(_item_in_words(key, table) for key in keys if key not in left)
            yield from (_item_in_words(key, table) for key in left)


def _awarded(answers: Iterable[Answer]) -> Iterator[str]:
    for answer in answers:
        if answer.call.route == AWARD and answer.status == 200:
            yield str(answer.member("user_id") or answer.call.members.get("user_id"))


def _perhaps_awarded(unanswered: Iterable[Call]) -> Iterator[str]:
    for call in unanswered:
        if call.route == AWARD and "user_id" in call.members:
            yield str(call.members["user_id"])


def _item(key: str, table: str) -> Words:
    return Words(en=f"{key} in {table}", ja=f"{table}の{key}")


def _item_in_words(key: Key, table: KeyedTable) -> Words:
    text = " ".join(str(value) for typed in key.values() for value in typed.values())
    return _item(text, table.name)
