"""From an environment to a snapshot: the stack, the guard, one reading pass, the evidence store."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from aws.door.sessions import RetryPolicy, custom_endpoints, within
from aws.inventory import Inventory, ReadOptions, on_demand, read_all
from aws.kind.description import value_of
from aws.reading import Scope
from aws.saved import from_json
from aws.section import Unreadable, readable
from aws.words import Tell, Words, unreadable
from signoff.environment.guard import Caller, GuardError, guard, open_session
from signoff.evidence import Records, StoreSettings, not_read, open_store
from signoff.evidence.facts import SALT, salt_of
from signoff.evidence.keys import unread
from signoff.judge.drift import KEY_KEPT, quiet_at, wait_until
from signoff.judge.run import Choice
from signoff.judge.snapshot import PlanT, Snapshot, exports_of, releases_of

STORE_S = 120.0
"""Seconds for all that is asked of an evidence store, however long S3 and KMS take."""
EMBEDDED = RetryPolicy(rates={})
"""A stack of our own has none of AWS's rate limits."""
OWN_RUNS = Words(
    en="alarms may still fire because of our own runs",
    ja="直前の実行の影響でアラームが発報している可能性があります",
)
FORMER_KEY = Words(
    en="functions may still keep the former value of a secret",
    ja="関数が以前のシークレットの値を保持している可能性があります",
)


def records_of(choice: Choice[PlanT], settings: StoreSettings, session: Any) -> Records:
    """Return what a store holds, and how its key is kept; if it can't be read, ``problem`` says why."""
    try:
        store = open_store(settings, client=session.client, root=choice.options.root)
        return within(STORE_S, lambda: store.load().kept_by(store.key.custody()))
    except (ClientError, BotoCoreError, OSError) as error:
        why = unread(error)
        return Records(problem=not_read(settings, why.words), unread=why)


def unseen(*stores: Records) -> Iterator[Words]:
    """Yield a notice for each store of which nothing shows whether it is whole, since this machine sees it for the first time."""
    for custody in (store.custody for store in stores):
        if custody and custody.unseen:
            yield Words(
                en=f"this machine has not seen the evidence store {custody.location} before: a folder does not show "
                f"whether its newest records were cut off, or an older copy of it was put there",
                ja=f"このマシンは証跡ストア{custody.location}を初めて読み取りました。フォルダでは、最新の記録の切り捨てや"
                f"古いコピーへの差し替えを検出できません",
            )


@contextmanager
def gathered(choice: Choice[PlanT], say: Tell, *, everything: bool) -> Iterator[Snapshot[PlanT]]:
    """Yield the snapshot; a local stack lives until the block ends. GuardError if nothing can be judged.

    ``everything`` reads all sections at once, in parallel; otherwise each is read when a check asks.
    """
    api_url = choice.options.api_url
    if choice.options.replay:
        none = Records(in_replay=True)
        scope = _scope(choice, (), none)
        yield _snapshot(choice, scope, _saved(choice.options.replay), none, none)
    elif choice.stack:
        with choice.stack.start(choice.environment, say) as stack:
            kept_stack = stack.aws if stack.kept else None
            with _live(choice, say, everything, outlives=stack.kept) as snapshot:
                yield replace(snapshot, api_url=api_url or stack.api, kept_stack=kept_stack)
    else:
        with _live(choice, say, everything, outlives=True) as snapshot:
            yield replace(snapshot, api_url=api_url)


@contextmanager
def _live(
    choice: Choice[PlanT], say: Tell, everything: bool, *, outlives: bool
) -> Iterator[Snapshot[PlanT]]:
    """Yield what AWS holds. If the stack ``outlives`` this run, leftovers of killed runs are removed first."""
    session = open_session(choice.environment.region)
    say(Words("asking AWS whose credentials these are", "認証情報を確認しています"))
    caller = guard(session, choice.environment)
    if not outlives:
        yield _read(choice, say, everything, session, caller)
        return
    with choice.composition.prepared(choice.environment, choice.folder.parent) as notices:
        yield replace(_read(choice, say, everything, session, caller), notices=notices)


def _read(
    choice: Choice[PlanT], say: Tell, everything: bool, session: Any, caller: Caller
) -> Snapshot[PlanT]:
    retry = EMBEDDED if choice.embedded else RetryPolicy()
    settings = StoreSettings.of(choice.environment)
    if choice.options.wait and (until := quiet_at(records_of(choice, settings, session))):
        wait_until(until, OWN_RUNS, say)
    dev, environment = _dev_records(choice, session), choice.environment
    of_parts = salt_of(environment.name, environment.account)
    newest = dev.newest("run")
    of_dev = {"dev": newest.body["salt"]} if newest and newest.body.get("salt") else {}
    salts = {"own": secrets.token_hex(16)} | of_dev | {SALT: of_parts}
    records = records_of(choice, settings, session)
    scope = _scope(choice, tuple(salts.values()), records)

    def progress(section: str, done: int, of: int) -> None:
        say(Words(f"reading {done}/{of}: {section}", f"読み取り中 {done}/{of}: {section}"))

    # By AWS's clock.
    options = ReadOptions(retry=retry, now=lambda: datetime.now(UTC) + caller.skew)
    inventory = on_demand(
        session,
        scope,
        caller=caller.arn,
        salts=salts,
        endpoint=custom_endpoints(session),
        progress=progress,
        options=options,
    )
    if everything:
        inventory = read_all(inventory)
    if choice.options.wait:
        for replaced in _replaced(inventory):
            wait_until(replaced + KEY_KEPT, FORMER_KEY, say)
    return replace(_snapshot(choice, scope, inventory, records, dev), reading=options)


def _replaced(inventory: Inventory) -> Iterator[datetime]:
    """Yield when each secret was last replaced; a secret that was not read is red at its own row."""
    for secret in readable(inventory.sections.secrets).values():
        replaced = value_of(secret, "replaced")
        if replaced and not isinstance(replaced, Unreadable):
            yield replaced


def _scope(choice: Choice[PlanT], salts: tuple[str, ...], records: Records) -> Scope:
    """Return what to read, with the packages that this commit builds and the releases on record."""
    composed = choice.composition
    return replace(
        composed.scope_of(choice.plan, choice.environment),
        salts=salts,
        builds=composed.builds(choice.plan, choice.environment),
        releases=releases_of(records),
        exports=exports_of(records),
    )


def _saved(path: Path) -> Inventory:
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = unreadable(error)
        raise GuardError(
            en=f"--replay {path} can't be read as a saved inventory ({why.en}); name the "
            f"inventory.json of a run of this version",
            ja=f"--replay {path}を保存済みインベントリとして読み取れません（{why.ja}）。"
            f"このバージョンの実行が残したinventory.jsonを指定してください",
        ) from None


def _snapshot(
    choice: Choice[PlanT], scope: Scope, inventory: Inventory, records: Records, dev: Records
) -> Snapshot[PlanT]:
    return Snapshot(
        environment=choice.environment,
        plan=choice.plan,
        scope=scope,
        inventory=inventory,
        records=records,
        dev=dev,
        now=inventory.read_at,
    )


def _dev_records(choice: Choice[PlanT], session: Any) -> Records:
    """Return the records of the environment before, from the store that its table names.

    There are none if the file has no such table: no other environment takes its place.
    """
    settings = StoreSettings.of_table(choice.environment.before, choice.options.environments)
    if not (settings.location and choice.environment.tried_before):
        return Records()
    return records_of(choice, settings, session)
