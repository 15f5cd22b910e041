"""The first steps of a migration: copy the source, look at every item, write what the target lacks."""

import json
import os
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from aws.change.gate import Changes
from aws.words import Words
from plan.canonical import Item, combined_hash
from runbook.engine import Change, Refused, StepContext
from runbook.migration.dynamodb_json import FormError
from runbook.migration.job import Job, target_of
from runbook.migration.progress import Progress
from runbook.migration.table_io import Loader
from runbook.migration.transform import Validation, validate, write_bad_items
from runbook.migration.verify import ItemHashes, Key, difference, key_list, key_of

SHOWN = 20


def look_at_items(context: StepContext, job: Job) -> Changes:
    """Show the first respelled items before and after; raise Refused, and list them, where any is not fit to go."""
    context.watch(Words(en="checking every item", ja="全項目を確認中"))
    found = validate(job.items(), job.table, job.transform, job.flaw)
    if not found.count:
        raise Refused(
            Words(
                en=f"{job.source} holds no items: see whether it is the right one",
                ja=f"{job.source}に項目がありません。移行元が正しいか確認してください",
            )
        )
    for before, after in () if job.private else found.first:
        context.tell(f"- {json.dumps(before, ensure_ascii=False)}")
        context.tell(f"+ {json.dumps(after, ensure_ascii=False)}")
    _refuse_bad(job, found)
    context.tell(
        Words(
            en=f"{found.count:,} items can be migrated, {found.respelled:,} of them with keys respelled",
            ja=f"{found.count:,}件すべて移行できます。うち{found.respelled:,}件は表記を直します",
        )
    )
    return ()


def write_items(context: StepContext, job: Job) -> Changes:
    """Write what is missing in the target and, after asking, what is another there.

    The target itself says how far a stopped run came: a note of it could be wrong, the table can't.
    """
    wanted, there = job.wanted(context), job.found(context)
    odd = difference(wanted, there)
    if odd.extra and not job.adds_only:
        context.tell(
            Words(
                en=f"only in {job.table.name}, and left alone: {key_list(odd.extra)}; no manifest is recorded"
                " while they are there: find out whose they are",
                ja=f"{job.table.name}だけにあり、変更しない項目: {key_list(odd.extra)}。残っている間はマニフェストを"
                "記録しません。誰のものか確認してください",
            )
        )
    replaced = () if job.adds_only else odd.other
    changes = (
        *replacements(context, job, replaced, wanted, there),
        *_additions(job, wanted.count, len(odd.missing)),
    )
    return context.settle(changes, lambda: _write(context, job, odd.missing, replaced))


def _additions(job: Job, whole: int, missing: int) -> Changes:
    """Count what is added: nobody reads ten thousand changes."""
    have, all_of_it = f"{whole - missing:,} of {whole:,}", f"{whole:,} of {whole:,}"
    change = Change(f"table {job.table.name}", "items", have, all_of_it)
    return (change,) if missing else ()


def _refuse_bad(job: Job, found: Validation) -> None:
    path = job.folder / "bad-items.jsonl"
    if not found.bad:
        path.unlink(missing_ok=True)
        return
    write_bad_items(found.bad, path)
    few = "" if job.private else f" ({'; '.join(one.words.en for one in found.bad[:3])})"
    raise Refused(
        Words(
            en=f"{len(found.bad):,} of {found.count:,} items can't be migrated, so none was written"
            f"{few}: {path} lists all of them; fix them at the source, then run it again",
            ja=f"{found.count:,}件中{len(found.bad):,}件が移行できないため、何も書き込んでいません{few}。すべて{path}にあります。移行元で修正してから再実行してください",
        )
    )


def _write(
    context: StepContext, job: Job, missing: Collection[Key], replaced: Collection[Key]
) -> None:
    keep(context, job, replaced)
    keys = {*missing, *replaced}
    items = (_fit(job, one) for one in job.items() if key_of(one, job.table) in keys)
    progress = Progress(
        what=Words(en=f"writing {job.table.name}", ja=f"{job.table.name}に書き込み中"),
        watch=context.watch,
        total=len(keys),
    )
    loader = Loader(client=context.client("dynamodb"), table=job.table.name, sleep=context.sleep)
    loader.load(items, progress)
    context.tell(
        Words(
            en=f"{progress.done:,} items written, {progress.rate():,.0f}/s",
            ja=f"{progress.done:,}件を書き込みました（毎秒{progress.rate():,.0f}件）",
        )
    )


def _fit(job: Job, item: Item) -> Item:
    """Return the item as it is written; Refused where it became unfit since every item was checked."""
    try:
        after = job.transform(item)
        reason = job.flaw(after)
    except FormError as error:
        reason = error.words
    if reason:
        raise Refused(
            Words(
                en=f"{job.source} changed during the migration, and an item can't be migrated any more ({reason.en}):"
                " fix it there, then run it again",
                ja=f"移行中に{job.source}が変更され、移行できない項目があります（{reason.ja}）。移行元で修正してから再実行してください",
            )
        )
    return after


def replacements(
    context: StepContext, job: Job, keys: Sequence[Key], wanted: ItemHashes, there: ItemHashes
) -> Iterator[Change]:
    """Yield a Change for each of the first items, and one for all the others together.

    All contents count in it, so that what was agreed to is what is done.
    """
    first, rest = keys[:SHOWN], keys[SHOWN:]
    before = {key_of(one, job.table): one for one in _there(context, job, first)}
    after = _carried(job, first)
    resource = f"table {job.table.name}"
    for key in first:
        yield Change(
            resource, f"item {key_list([key])}", before.get(key), after.get(key), destroys=True
        )
    if rest:
        old, new = (combined_hash(side.hashes[key] for key in rest) for side in (there, wanted))
        yield Change(resource, f"{len(rest):,} items more", old, new, destroys=True)


def keep(context: StepContext, job: Job, keys: Collection[Key]) -> None:
    """Write the items as they are now into a file of their own, which `--file` takes, before they go."""
    if not keys:
        return
    job.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = job.folder / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(list(_there(context, job, keys)), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    context.tell(
        Words(
            en=f"{len(keys):,} items are replaced; {path} keeps them as they were",
            ja=f"{len(keys):,}件を置き換えます。置き換え前の内容は{path}に残ります",
        )
    )


def _there(context: StepContext, job: Job, keys: Collection[Key]) -> Iterator[Item]:
    target, chosen = target_of(context, job.table), set(keys)
    for part in range(target.parts if chosen else 0):
        for page in target.pages(part):
            yield from (one for one in page.items if key_of(one, job.table) in chosen)


def _carried(job: Job, keys: Collection[Key]) -> dict[Key, Item]:
    if not keys:
        return {}
    chosen = set(keys)
    items = ((key_of(one, job.table), one) for one in job.items())
    return dict(islice(((k, job.transform(one)) for k, one in items if k in chosen), len(chosen)))
