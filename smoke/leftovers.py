"""What a run is about to write, noted on disk before it writes: the next run takes back what a killed one left.

Notes are in report/<env>/smoke/, one file a run, on the disk before the first call and gone once everything that
it names is proven gone. Whoever judges a stack holds its lock, so that a note that lies there is of a dead run.
"""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aws.desired import Table
from aws.door.endpoints import custom_endpoints
from aws.section import NotTestable
from aws.words import Words, joined
from plan import Plan, plan_for
from signoff.environment import Environment
from signoff.guard import GuardError, open_session
from smoke.aws import Clients, answer_as_ever, clients, secret_value
from smoke.cleaning import Cleaner
from smoke.edge_case_masters import PREFIX, SPECIAL_MASTERS
from smoke.line import LineClient
from smoke.long_ago import crowd
from smoke.scenarios import users_of
from smoke.sessions import HARNESS, NOBODY, SYNTHETIC, SessionMinter
from smoke.tester import Held, Restorer

COMMAND = "python -m smoke clean --env {}"
LATE_S = 60
"""No function runs longer than 30 s: what a call before this began has stored its item by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """``tester``: whose rich menu the run may have set, empty where nobody's."""

    run: str
    began: str
    stack: Mapping[str, str]
    users: tuple[str, ...]
    masters: tuple[str, ...] = ()
    tester: str = ""
    held: Mapping[str, Any] | None = None
    """What the test user had, where the run may have awarded them stamps: a `Held`, as JSON has it."""

    @property
    def lent(self) -> Held | None:
        """Whom the run may have awarded stamps; TypeError where the file says nothing of the kind."""
        if self.held is None:
            return None
        lists = {name: tuple(self.held[name]) for name in ("stamps", "counters", "asked")}
        return Held(user_id=self.held["user_id"], began=self.held["began"], **lists)

    @property
    def ours(self) -> tuple[str, ...]:
        """The users whom nobody but this harness can have made, whatever the file says."""
        return tuple(one for one in self.users if one.startswith((SYNTHETIC, NOBODY)))

    @property
    def our_masters(self) -> tuple[str, ...]:
        return tuple(one for one in self.masters if one.startswith(PREFIX))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """The notes about one stack, which ``stack`` tells from all others."""

    folder: Path
    stack: Mapping[str, str]

    @classmethod
    def of(cls, environment: Environment, home: Path) -> "Notes":
        """Return the notes of an environment; ``home`` is its folder of reports."""
        endpoint = custom_endpoints(open_session(environment.region)) or ""
        stack = {
            "account": environment.account,
            "region": environment.region,
            "endpoint": endpoint,
            "birth": environment.birth or "",
        }
        return cls(folder=home / "smoke", stack=stack)

    def before(
        self,
        sessions: SessionMinter,
        environment: Environment,
        embedded: bool,
        lent: Held | None = None,
    ) -> Note:
        """Note what a run may write; NotTestable where that can't be noted."""
        note = Note(
            run=sessions.run,
            began=datetime.now(UTC).isoformat(timespec="seconds"),
            stack=self.stack,
            users=tuple(sorted({*users_of(sessions), *(crowd(sessions) if embedded else ())})),
            masters=tuple(one.stamp_id for one in SPECIAL_MASTERS) if embedded else (),
            tester=environment.smoke.test_user or "",
            held=asdict(lent) if lent else None,
        )
        try:
            self._write(note)
        except OSError as error:
            raise NotTestable(
                Words(
                    en=f"what the smoke calls would write can't be noted in {self.folder} ({error}), "
                    f"so nothing is called; make it writable for this user, and run again",
                    ja=f"スモークが書き込む内容を{self.folder}に記録できない（{error}）ため、呼び出しを行わない。"
                    f"書き込めるようにして再実行する",
                )
            ) from None
        return note

    def _write(self, note: Note) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(note)
        staged = path.with_suffix(".new")
        with staged.open("w", encoding="utf-8") as file:
            json.dump(asdict(note), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
        _sync(self.folder)

    def settled(self, note: Note) -> None:
        """Forget a note: nothing of what it names is left."""
        with suppress(OSError):
            self._path(note).unlink(missing_ok=True)

    def left(self) -> tuple[list[Note], list[str]]:
        """Return the notes of earlier runs, and the files that are none."""
        notes, unread = [], []
        for path in sorted(self.folder.glob("*.json")):
            try:
                note = Note(**json.loads(path.read_text(encoding="utf-8")))
                _ = note.lent
                notes.append(note)
            except (OSError, ValueError, TypeError, KeyError):
                unread.append(str(path))
        return notes, unread

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only run that judges this stack from this folder; GuardError if there is one."""
        with _locked(self._lock(self.stack)) as holder:
            if holder:
                raise GuardError(
                    Words(
                        en=f"{holder} is judging this stack now; wait until it has ended, then run again",
                        ja=f"{holder}がこのスタックを判定中です。終了を待ってから再実行してください",
                    )
                )
            yield

    def dead(self, note: Note) -> bool:
        """Whether the run of a note about another stack has ended."""
        with _locked(self._lock(note.stack)) as holder:
            return not holder

    def _path(self, note: Note) -> Path:
        return self.folder / f"{note.run}.json"

    def _lock(self, stack: Mapping[str, str]) -> Path:
        text = json.dumps(dict(stack), sort_keys=True).encode()
        return self.folder / f"{hashlib.sha256(text).hexdigest()[:16]}.lock"


@contextmanager
def _locked(path: Path) -> Iterator[str]:
    """Hold a lock, which the kernel gives back however the process ends; yield who holds it, if another.

    Where no file can be made, as in a folder that is read-only, nobody is locked out.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError:
        yield ""
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            yield f"process {file.read().strip() or 'of somebody'}"
            return
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield ""


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """Takes back what the notes about a stack name."""

    environment: Environment
    notes: Notes
    aws: Clients
    removed: list[Words] = field(default_factory=list)

    @property
    def plan(self) -> Plan:
        return plan_for(self.environment)

    def taken_back(self, note: Note) -> list[Words]:
        """Delete what a run may have left; return what is still there. Forgets the note if nothing is."""
        if note.stack["birth"]:
            answer_as_ever(note.stack["endpoint"])
        cleaner = Cleaner.of(self.plan, self.aws, note.ours)
        left = cleaner.clean_users() + cleaner.clean_masters(note.our_masters)
        if lent := note.lent:
            left += self._put_back(lent, cleaner)
        if note.tester:
            left += self._unlinked(note.tester)
        self.removed.extend(cleaner.removed)
        if not left and not _may_come_late(note):
            self.notes.settled(note)
        return left

    def _put_back(self, lent: Held, cleaner: Cleaner) -> list[Words]:
        """Take back what the test user was awarded; of nobody else, whatever the file says."""
        user = self.environment.smoke.test_user
        if lent.user_id != user:
            stamps = ", ".join(lent.asked)
            return [
                Words(
                    en=f"perhaps {stamps} of {lent.user_id}: set smoke.test_user to that id again",
                    ja=f"{lent.user_id}の{stamps}（残っている可能性があります。smoke.test_userをこのIDに戻してください）",
                )
            ]
        return Restorer(held=lent, table=cleaner.user_stamps).put_back()

    def _unlinked(self, tester: str) -> list[Words]:
        """Take the rich menu from the test user, by LINE itself: the functions may be broken."""
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


def _may_come_late(note: Note) -> bool:
    try:
        began = datetime.fromisoformat(note.began)
    except ValueError:
        return False
    return time.time() - began.timestamp() < LATE_S


@contextmanager
def taken_up(environment: Environment, home: Path) -> Iterator[tuple[Words, ...]]:
    """Take back what killed runs left, before anything is read; yield what has to be told.

    The block is the run: while it lasts, no other one judges this stack from here. GuardError if one does.
    """
    notes = Notes.of(environment, home)
    with notes.alone():
        aws = clients(open_session(environment.region))
        found, unread = notes.left()
        leftovers = Leftovers(environment=environment, notes=notes, aws=aws)
        told = [words for note in found if (words := _told(note, leftovers))]
        yield (*told, *(_unreadable(path, environment) for path in unread))
        if told or not found:
            return
        # What a killed run had asked for a moment ago may have been stored in between.
        for note in found:
            if note.stack == notes.stack and environment.smoke.writes:
                leftovers.taken_back(note)


def _told(note: Note, leftovers: Leftovers) -> Words | None:
    """Take up one note; return what there is to say of it."""
    environment, notes = leftovers.environment, leftovers.notes
    command = COMMAND.format(environment.name)
    if note.stack != notes.stack:
        return _of_another(note, notes, command)
    if not environment.smoke.writes:
        return Words(
            en=f"A smoke run of {note.began} was killed; what it left in {environment.name} is not "
            f"removed by itself, since smoke.writes is off: {command}",
            ja=f"{note.began}のスモーク実行が強制終了している。smoke.writesが無効のため、"
            f"{environment.name}に残ったデータは自動では削除しない: {command}",
        )
    if left := leftovers.taken_back(note):
        items = joined(left, ", ")
        return Words(
            en=f"A smoke run of {note.began} was killed, and this is still there: {items.en}. "
            f"Remove it with credentials that may delete it: {command}",
            ja=f"{note.began}のスモーク実行が強制終了し、次のデータが残っている: {items.ja}。"
            f"削除権限のある認証情報で実行する: {command}",
        )
    return None


def _of_another(note: Note, notes: Notes, command: str) -> Words | None:
    """Say of a note about another stack where it is; forget one whose embedded stack is gone."""
    if not notes.dead(note):
        return None
    if note.stack.get("birth"):
        notes.settled(note)
        return None
    where = f"{note.stack.get('account')} {note.stack.get('region')} {note.stack.get('endpoint')}"
    return Words(
        en=f"A smoke run of {note.began} on another stack ({where.strip()}) was killed; remove what "
        f"it left with the credentials and endpoint of that stack: {command}",
        ja=f"{note.began}に別のスタック（{where.strip()}）で実行したスモークが強制終了している。"
        f"そのスタックの認証情報とエンドポイントで実行する: {command}",
    )


def _unreadable(path: str, environment: Environment) -> Words:
    command = COMMAND.format(environment.name)
    return Words(
        en=f"{path} is not the note of a smoke run; look for what it left, then delete the file: {command}",
        ja=f"{path}はスモーク実行の記録として読めない。残ったデータを確認し、ファイルを削除する: {command}",
    )


def strays(aws: Clients, plan: Plan) -> tuple[frozenset[str], frozenset[str]]:
    """Return users and masters that only this harness makes, whoever noted them; raises what DynamoDB raises.

    Reads both tables of people to their end: for a person who asked for it, not for a judging run.
    """
    people = [_beginning(aws, plan.table(key), HARNESS) for key in ("users", "userstamps")]
    masters = _beginning(aws, plan.table("stampmasters"), (PREFIX,))
    return frozenset().union(*people), masters


def _beginning(aws: Clients, table: Table, prefixes: tuple[str, ...]) -> frozenset[str]:
    """Return the hash keys of a table that begin so."""
    values = {f":{number}": {"S": one} for number, one in enumerate(prefixes)}
    pages = (
        aws("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=table.name,
            ProjectionExpression="#key",
            FilterExpression=" OR ".join(f"begins_with(#key, {one})" for one in values),
            ExpressionAttributeNames={"#key": table.hash_key},
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
    )
    return frozenset(item[table.hash_key]["S"] for page in pages for item in page["Items"])
