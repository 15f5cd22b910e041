"""The steps of a migration: look at every item, write what the target lacks, compare both sides, leave the manifest."""

import base64
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from aws.change.gate import Changes, unless_absent
from aws.desired import Table
from aws.kinds.table import TABLE
from aws.words import Words, first_of, joined
from plan.canonical import Item, combined_hash, outline
from runbook.engine import Change, Refused, StepContext
from runbook.migration.items import (
    ItemHashes,
    Key,
    KeyDifference,
    Loader,
    Transform,
    difference,
    item_hashes,
    key_of,
    name_of,
    picked,
    progressing,
    scanned,
    unfit,
)
from runbook.migration.source import Source

MANIFEST = "manifest"
"""Kind of the record that says what a table must hold."""
SHOWN = 3
NAMED = 5
"""Keys that a sentence names."""
MOST_LISTED = 1_000
"""Items whose attributes the manifest lists, so that a difference can be named; people's are never listed."""
KINDS = {
    "missing": Words(en="not migrated", ja="未移行"),
    "other": Words(en="different", ja="内容の相違"),
    "extra": Words(en="only in the target", ja="移行先だけにある項目"),
}
"""List in the file of differences -> what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One table to be migrated: from where, what becomes of an item, and what is wrong with one."""

    source: Source
    table: Table
    transform: Transform = lambda item: item
    flaw: Callable[[Item], Words | None] = lambda _: None
    adds_only: bool = False
    """What the target has under the same key stays as it is, and may differ."""
    private: bool = False
    """Items are people's, whose content and keys are neither shown nor kept in the journal."""
    decided_by: str = ""
    """Who decided that personal data may be migrated."""

    def items(self) -> Iterator[Item]:
        """Yield the source's items as they are migrated."""
        return map(self.transform, self.source.items())


def look_at_items(context: StepContext, job: Job) -> Changes:
    """Show the first respelled items before and after; raise Refused, and list them, where any is not fit to go."""
    shape = context.client("dynamodb").meta.service_model.operation_model("PutItem").input_shape
    number, respelled, keys, bad = 0, 0, set[Key](), dict[str, Words]()
    for number, item in enumerate(_reading(context, str(job.source), job.source.items()), 1):
        if why := unfit(item, job.table, shape, keys) or job.flaw(job.transform(item)):
            bad[_name(number, item, job.table)] = why
        elif (after := job.transform(item)) != item:
            respelled += 1
            if respelled <= SHOWN:
                context.tell(f"- {_json(item)}")
                context.tell(f"+ {_json(after)}")
    if not number:
        raise Refused(
            en=f"{job.source} holds no items: see whether it is the right one",
            ja=f"{job.source}に項目がありません。移行元が正しいか確認してください",
        )
    if bad:
        _refuse_bad(context, job, bad, number)
    context.say(
        en=f"{number:,} items can be migrated, {respelled:,} of them with keys respelled",
        ja=f"{number:,}件すべて移行できます。うち{respelled:,}件は表記を直します",
    )
    return ()


def _name(number: int, item: Any, table: Table) -> str:
    """Name an item by its key, and one without a key by its place in the source."""
    try:
        return name_of(key_of(item, table)) or f"item {number}"
    except (LookupError, TypeError):
        return f"item {number}"


def _refuse_bad(context: StepContext, job: Job, bad: Mapping[str, Words], number: int) -> NoReturn:
    rows = [{"item": key, "reason": why.en, "reason_ja": why.ja} for key, why in bad.items()]
    path = _written_privately(context, job, "bad-items.json", rows)
    first = list(bad.items())[:SHOWN]
    few = "" if job.private else f" ({'; '.join(f'{name}: {why.en}' for name, why in first)})"
    raise Refused(
        en=f"{len(bad):,} of {number:,} items can't be migrated, so none was written{few}: {path}"
        " lists all of them; fix them at the source, then run it again",
        ja=f"{number:,}件中{len(bad):,}件が移行できないため、何も書き込んでいません{few}。すべて{path}にあります。移行元で修正してから再実行してください",
    )


ITEM = Words(en="item", ja="項目")
ITEMS = Words(en="items", ja="項目数")


def write_items(context: StepContext, job: Job) -> Changes:
    """Write what is missing in the target and, after asking, what is another there.

    The target itself says how far a stopped run came: a note of it could be wrong, the table can't.
    """
    expected, there = _expected(context, job), _actual(context, job)
    odd = difference(expected, there)
    if odd.extra and not job.adds_only:
        extra = first_of(map(name_of, odd.extra), NAMED)
        context.say(
            en=f"only in {job.table.name}, and left alone: {extra.en}; no manifest is recorded"
            " while they are there: find out whose they are",
            ja=f"{job.table.name}だけにあり、変更しない項目: {extra.ja}。残っている間はマニフェストを"
            "記録しません。誰のものか確認してください",
        )
    replaced = set[Key]() if job.adds_only else set(odd.other)
    before = picked(_target(context, job), job.table, replaced) if replaced else {}
    after = picked(job.items(), job.table, replaced) if replaced else {}
    resource = TABLE.resource(job.table.name)
    have, whole = len(expected) - len(odd.missing), len(expected)
    changes = [
        Change(resource, ITEM.named(name_of(key)), before[key], after[key], destroys=True)
        for key in sorted(before.keys() & after.keys())
    ]
    if odd.missing:
        # Counted: ten thousand changes are too many to read.
        changes.append(Change(resource, ITEMS, f"{have:,} of {whole:,}", f"{whole:,} of {whole:,}"))
    keys = {*odd.missing, *replaced}
    return context.settle(changes, lambda: _write(context, job, keys, list(before.values())))


def _write(context: StepContext, job: Job, keys: set[Key], replaced: list[Item]) -> None:
    if replaced:
        path = _written_privately(
            context, job, f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.json", replaced
        )
        context.say(
            en=f"{len(replaced):,} items are replaced; {path} keeps them as they were",
            ja=f"{len(replaced):,}件を置き換えます。置き換え前の内容は{path}に残ります",
        )
    name, items = job.table.name, (item for item in job.items() if key_of(item, job.table) in keys)
    loader = Loader(client=context.client("dynamodb"), table=name, sleep=context.sleep)
    action = Words(en=f"writing {name}", ja=f"{name}に書き込み中")
    written = sum(1 for _ in progressing(loader.load(items), action, context.watch, len(keys)))
    context.say(en=f"{written:,} items written", ja=f"{written:,}件を書き込みました")


def leave_manifest(context: StepContext, job: Job) -> Changes:
    """Read both sides and compare them, and record count and hash; nothing to do where the record says so already."""
    expected, recorded = _expected(context, job), context.recorded(MANIFEST, table=job.table.name)
    odd, body = difference(expected, _actual(context, job)), _body(job, expected)
    if job.adds_only:  # then the target may have more, and other content
        odd = KeyDifference(missing=odd.missing, other=(), extra=())
    if recorded == body and not odd:
        return ()
    before = dict(recorded) if recorded else None
    leave = partial(_attest, context, job, body, odd)
    return context.leave_record(MANIFEST, body, leave, before=before)


def _body(job: Job, expected: ItemHashes) -> dict[str, Any]:
    listed = not job.private and len(expected) <= MOST_LISTED
    return {
        "table": job.table.name,
        "count": len(expected),
        "hash": combined_hash(expected.values()),
        **({"items": outline(job.items(), job.table.hash_key)} if listed else {}),
        **({"source": dict(job.source.described)} if job.source.described else {}),
        **({"decided_by": job.decided_by} if job.decided_by else {}),
    }


def _attest(context: StepContext, job: Job, body: Mapping[str, Any], odd: KeyDifference) -> None:
    if odd:
        _refuse_odd(context, job, odd)
    context.record(MANIFEST, body)
    count, digest = f"{body['count']:,}", body["hash"]
    context.say(
        en=f"{count} items on both sides, hash {digest}", ja=f"両側とも{count}件、ハッシュ {digest}"
    )


def _refuse_odd(context: StepContext, job: Job, odd: KeyDifference) -> NoReturn:
    lists = asdict(odd)
    path = _written_privately(context, job, "differences.json", lists)
    few = joined(_few(job, KINDS[kind], keys) for kind, keys in lists.items() if keys)
    raise Refused(
        en=f"table {job.table.name} does not equal {job.source} ({few.en}): {path} lists all of them; find"
        " out which are right, then run it again",
        ja=f"テーブル{job.table.name}が{job.source}と一致しません（{few.ja}）。一覧は{path}にあります。どちらが正しいか確認してから再実行してください",
    )


def _few(job: Job, kind: Words, keys: tuple[Key, ...]) -> Words:
    many = Words(en=f"{len(keys):,} items", ja=f"{len(keys):,}件")
    listed = many if job.private else first_of(map(name_of, keys), NAMED)
    return Words(en=f"{kind.en}: {listed.en}", ja=f"{kind.ja}: {listed.ja}")


def _expected(context: StepContext, job: Job) -> ItemHashes:
    items = map(job.transform, _reading(context, str(job.source), job.source.items()))
    return item_hashes(items, job.table, job.transform)


def _actual(context: StepContext, job: Job) -> ItemHashes:
    """Hash the target as it is now; nothing, in a rehearsal, where it is yet to be made."""
    client, name = context.client("dynamodb"), job.table.name
    answer = unless_absent(client.describe_table, TableName=name)
    before = f"python -m runbook tables --env {context.environment.name} --go"
    context.needs(
        answer,
        en=f"table {name} does not exist: run `{before}` first",
        ja=f"テーブル{name}が存在しません。先に`{before}`を実行してください",
    )
    if answer:
        _require_key(job.table, answer["Table"], before)
    items = _reading(context, name, _target(context, job)) if answer else ()
    return item_hashes(items, job.table, job.transform)


def _require_key(table: Table, live: Mapping[str, Any], before: str) -> None:
    """Raise Refused for a table of another key, from which items could neither be told apart nor written."""
    types = {each["AttributeName"]: each["AttributeType"] for each in live["AttributeDefinitions"]}
    key = {each["AttributeName"]: types[each["AttributeName"]] for each in live["KeySchema"]}
    planned = {name: table.attributes[name] for name in (table.hash_key, table.range_key) if name}
    if key != planned:
        there, plan = (", ".join(f"{n} ({kind})" for n, kind in k.items()) for k in (key, planned))
        raise Refused(
            en=f"table {table.name} has the key {there}, not {plan}, and a key never changes: name another table in environments.toml, then run `{before}`",
            ja=f"テーブル{table.name}のキーは{there}で、{plan}ではありません。キーは変更できないため、environments.tomlに別のテーブル名を指定し、`{before}`を実行してください",
        )


def _target(context: StepContext, job: Job) -> Iterator[Item]:
    return scanned(context.client("dynamodb"), job.table.name)


def _reading(context: StepContext, name: str, items: Iterable[Item]) -> Iterator[Item]:
    return progressing(items, Words(en=f"reading {name}", ja=f"{name}を読み取り中"), context.watch)


def _written_privately(context: StepContext, job: Job, name: str, content: Any) -> Path:
    """Leave a file that only its owner may read, whole and on the disk."""
    folder = context.folder / "migration" / job.table.name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(_json(content))
        file.flush()
        os.fsync(file.fileno())
    return path


def _json(content: Any) -> str:
    """Write bytes as the AWS CLI does."""
    return json.dumps(
        content, ensure_ascii=False, default=lambda entry: base64.b64encode(entry).decode()
    )
