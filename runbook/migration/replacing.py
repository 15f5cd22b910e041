"""Items of the target that will be replaced: shown beforehand, and kept, so that nothing is lost for good."""

import json
import os
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from plan.canonical import Item, combined_hash
from runbook.engine import Change, StepContext
from runbook.migration.job import Job, target_of
from runbook.migration.listing import Key, Listing, key_of, told

SHOWN = 20


def replacements(
    context: StepContext, job: Job, keys: Sequence[Key], wanted: Listing, there: Listing
) -> Iterator[Change]:
    """Yield a Change for each of the first items, and one for all the others together.

    All contents count in it, so that what was agreed to is what is done.
    """
    first, rest = keys[:SHOWN], keys[SHOWN:]
    before = {key_of(one, job.table): one for one in _there(context, job, first)}
    after = _carried(context, job, first)
    resource = f"table {job.table.name}"
    for key in first:
        yield Change(
            resource, f"item {told([key])}", before.get(key), after.get(key), destroys=True
        )
    if rest:
        old, new = (combined_hash(side.hashes[key] for key in rest) for side in (there, wanted))
        yield Change(resource, f"{len(rest):,} items more", old, new, destroys=True)


def keep(context: StepContext, job: Job, keys: Collection[Key]) -> None:
    """Write the items as they are now into a file of their own, as JSON lines, before they go."""
    if not keys:
        return
    path = job.copy.folder / f"replaced-{job.copy.now():%Y%m%dT%H%M%S%f}.jsonl"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        for item in _there(context, job, keys):
            file.write(json.dumps(item, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    context.tell(f"{len(keys):,} items are replaced; as they were, they stand in {path}")


def _there(context: StepContext, job: Job, keys: Collection[Key]) -> Iterator[Item]:
    target, chosen = target_of(context, job.table), set(keys)
    for part in range(target.parts if chosen else 0):
        for page in target.pages(part):
            yield from (one for one in page.items if key_of(one, job.table) in chosen)


def _carried(context: StepContext, job: Job, keys: Collection[Key]) -> dict[Key, Item]:
    if not keys:
        return {}
    chosen = set(keys)
    items = ((key_of(one, job.table), one) for one in job.items(context))
    return dict(islice(((k, job.fit(one)) for k, one in items if k in chosen), len(chosen)))
