"""Cleans up what smoke and load runs left, by their notes: the next run does so before it reads anything, a person by command."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from aws.items import Key, KeyedTable
from aws.section import NotTestable
from aws.visible import visible_line
from aws.words import SILENCE, Words, joined
from plan import Plan, plan_for
from signoff import home_of
from signoff.environment import Environment, in_japan, load
from signoff.environment.guard import alone, guard, open_session
from signoff.judge.exit_codes import Exit
from smoke.aws import Clients, clients, secret_value
from smoke.cleaning import Cleaner
from smoke.notes import Note, Notes
from smoke.tester import Restorer, TesterSnapshot

COMMAND = "signoff clean --env {}"
LATE = timedelta(minutes=1)
"""No function runs longer than 30 s: a call made longer ago than this has stored all that it stores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """Cleans up what the notes about a stack name."""

    environment: Environment
    notes: Notes
    aws: Clients
    removed: list[Words] = field(default_factory=list)

    @property
    def plan(self) -> Plan:
        return plan_for(self.environment)

    def still_there_after_cleaning(self, note: Note) -> list[Words]:
        """Delete what a run may have left; return what is still there. Remove the note if nothing is."""
        cleaner = Cleaner.of(self.environment, self.plan, self.aws, note.ours)
        left = cleaner.clean_users()
        if consenting := note.consenting:
            left += self._put_back(consenting, cleaner)
        if note.tester:
            left += self._unlinked(note.tester)
        self.removed.extend(cleaner.removed)
        if not left and datetime.now(UTC) - note.began >= LATE:
            self.notes.settled(note)
        return left

    def _put_back(self, consenting: TesterSnapshot, cleaner: Cleaner) -> list[Words]:
        """Take back what the test user was awarded; never another user's items, even if the note names them."""
        user = self.environment.smoke.test_user
        if consenting.user_id != user:
            stamps = ", ".join(consenting.asked)
            return [
                Words(
                    en=f"perhaps {stamps} of {consenting.user_id}: set smoke.test_user to that id again",
                    ja=f"{consenting.user_id}の{stamps}（残っている可能性があります。smoke.test_userをこのIDに戻してください）",
                )
            ]
        return Restorer(before=consenting, table=cleaner.user_stamps).put_back()

    def _unlinked(self, tester: str) -> list[Words]:
        """Unlink the test user's rich menu at LINE itself, since the functions may be broken."""
        from smoke.line import LineClient  # noqa: PLC0415 - where no note is found, none of it is needed

        line = LineClient(endpoint=self.environment.line.endpoint)
        try:
            token = secret_value(self.aws("secretsmanager"), self.plan.secret("line_token"))
            status = line.unlink_menu(token, tester)
        except NotTestable as unknown:
            return [_menu_of(tester, unknown.words)]
        answered = Words(en=f"LINE answered {status}", ja=f"LINEの応答は{status}")
        return [] if status == 200 else [_menu_of(tester, answered)]


def _menu_of(tester: str, why: Words) -> Words:
    return Words(
        en=f"the rich menu of {tester} ({why.en})", ja=f"{tester}のリッチメニュー（{why.ja}）"
    )


@contextmanager
def cleaned_up(environment: Environment, home: Path) -> Iterator[tuple[Words, ...]]:
    """Clean up what killed runs left, before anything is read; yield what has to be reported.

    While the block lasts, no other run judges this stack from this folder. GuardError if one does.
    """
    notes = Notes.of(environment, home)
    with alone(notes.folder):
        aws = clients(open_session(environment.region))
        noted, unread = notes.earlier()
        leftovers = Leftovers(environment=environment, notes=notes, aws=aws)
        cleaned = [words for note in noted if (words := _processed(note, leftovers))]
        no_note = Words(
            en="{} is not the note of a smoke run; look for what it left, then delete the file: {}",
            ja="{}はスモーク実行の記録として読めない。残ったデータを確認し、ファイルを削除する: {}",
        )
        command = COMMAND.format(environment.name)
        yield (*cleaned, *(no_note.format(path, command) for path in unread))
        if cleaned or not noted:
            return
        # A call that a killed run made just before may have been stored in the meantime.
        for note in noted:
            if environment.smoke.writes:
                leftovers.still_there_after_cleaning(note)


def left_behind(environment: Environment, home: Path) -> tuple[Words, ...]:
    """Return what runs wrote on this stack and did not remove, each with the command that removes it."""
    notes = Notes.of(environment, home)
    command = COMMAND.format(environment.name)
    return tuple(
        Words(
            en=f"The smoke run of {in_japan(note.began)} did not remove what it wrote{_stamps_of(note).en}: {command}",
            ja=f"{in_japan(note.began)}のスモーク実行が書き込んだデータが残っています{_stamps_of(note).ja}: {command}",
        )
        for note in notes.earlier()[0]
    )


def _stamps_of(note: Note) -> Words:
    """Name the real person whose stamps a note is about; nothing where there is none."""
    if not note.consenting:
        return SILENCE
    user, stamps = note.consenting.user_id, ", ".join(note.consenting.asked)
    return Words(en=f" (stamps {stamps} of {user})", ja=f"（{user}のスタンプ{stamps}）")


def _processed(note: Note, leftovers: Leftovers) -> Words | None:
    """Process one note; return what there is to report about it, if anything."""
    environment = leftovers.environment
    command = COMMAND.format(environment.name)
    if not environment.smoke.writes:
        return Words(
            en=f"A smoke run of {in_japan(note.began)} was killed; what it left in {environment.name} is not "
            f"removed by itself, since smoke.writes is off: {command}",
            ja=f"{in_japan(note.began)}のスモーク実行が強制終了しました。smoke.writesが無効のため、"
            f"{environment.name}に残ったデータは自動では削除されません: {command}",
        )
    if left := leftovers.still_there_after_cleaning(note):
        items = joined(left, ", ")
        return Words(
            en=f"A smoke run of {in_japan(note.began)} was killed, and this is still there: {items.en}. "
            f"Remove it with credentials that may delete it: {command}",
            ja=f"{in_japan(note.began)}のスモーク実行が強制終了し、次のデータが残っています: {items.ja}。"
            f"削除権限のある認証情報で実行してください: {command}",
        )
    return None


def harness_leftovers(tables: Iterable[KeyedTable]) -> frozenset[str]:
    """Return the users whom only this harness makes, noted or not; raises what DynamoDB raises.

    It scans whole tables: for a person who asked for it, not for a judging run.
    """
    from smoke.sessions import HARNESS  # noqa: PLC0415 - as above

    users = {key[table.keys[0]].get("S", "") for table in tables for key in _keys(table)}
    return frozenset(user for user in users if user.startswith(HARNESS))


def _keys(table: KeyedTable) -> list[Key]:
    try:
        return table.every_key()
    except table.dynamodb.exceptions.ResourceNotFoundException:  # no run wrote to it
        return []


NO_STACK = Words(
    en="no local stack is kept up: what was left in one went with it",
    ja="常駐のローカルスタックがない。残っていたデータはスタックとともに消えている",
)
REMOVED = Words(en="removed", ja="削除")
LEFT = Words(en="still there", ja="残存")
NOTHING = Words(en="nothing is left of any run", ja="残っているデータはない")


def clean(env: str, environments: Path, lang: str) -> int:
    """Delete what killed runs left, and prove it by reading; 1 if something is still there."""
    from runbook.local_stack import reached  # noqa: PLC0415 - a judging run needs none of it

    root: Path = click.get_current_context().meta.get("root") or home_of(environments)
    with reached(load(env, environments).environment) as environment:
        if environment is None:
            print(NO_STACK[lang])
            return Exit.DONE
        return _clean(environment, root, lang)


def _clean(environment: Environment, root: Path, lang: str) -> int:
    session = open_session(environment.region)
    guard(session, environment)
    aws, plan = clients(session), plan_for(environment)
    notes = Notes.of(environment, root / "report" / environment.name)
    leftovers = Leftovers(environment=environment, notes=notes, aws=aws)
    with alone(notes.folder):
        noted, _ = notes.earlier()
        left = [words for note in noted for words in leftovers.still_there_after_cleaning(note)]
        every = Cleaner.of(environment, plan, aws)
        cleaner = replace(every, ours=harness_leftovers(every.tables.values()))
        left += cleaner.clean_users()
    for words in (*leftovers.removed, *cleaner.removed):
        print(visible_line(f"{REMOVED[lang]}: {words[lang]}"))
    for remainder in sorted(set(left), key=str):
        print(visible_line(f"{LEFT[lang]}: {remainder[lang]}"), file=sys.stderr)
    if not left:
        print(NOTHING[lang])
    return Exit.NO if left else Exit.DONE
