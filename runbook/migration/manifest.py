"""The last step of a migration: both sides are read again and compared, and only then the manifest is left."""

import json
from collections.abc import Mapping
from typing import Any

from aws.change.gate import Changes
from aws.words import Words, joined
from plan.canonical import outline
from runbook.engine import Change, Refused, StepContext
from runbook.migration.job import Job
from runbook.migration.verify import MANIFEST, ItemHashes, Key, KeyDifference, difference, key_list

MOST_LISTED = 1_000
"""Items whose attributes the manifest lists, so that a difference can be named; people's are never listed."""
KINDS = {
    "missing": Words(en="missing", ja="不足"),
    "other": Words(en="different", ja="内容の相違"),
    "extra": Words(en="only in the target", ja="移行先だけにある項目"),
}
"""List in the file of differences -> what it is."""


def leave_manifest(context: StepContext, job: Job) -> Changes:
    """Read both sides and compare them, and record count and hash; nothing to do where the record says so already."""
    wanted, found = job.wanted(context), job.manifest(context)
    body, odd = _body(job, wanted), _odd(job, difference(wanted, job.found(context)))
    if found == body and not odd:
        return ()
    change = Change("evidence", MANIFEST, dict(found) if found else None, body)
    return context.settle((change,), lambda: _attest(context, job, body, odd))


def _attest(
    context: StepContext, job: Job, body: Mapping[str, Any], odd: KeyDifference | None
) -> None:
    if odd:
        _refuse(job, odd)
    context.record(MANIFEST, body)
    count, digest = f"{body['count']:,}", body["hash"]
    context.tell(
        Words(
            en=f"{count} items on both sides, hash {digest}",
            ja=f"両側とも{count}件、ハッシュ {digest}",
        )
    )


def _body(job: Job, hashes: ItemHashes) -> dict[str, Any]:
    listed = not job.private and hashes.count <= MOST_LISTED
    items = {"items": outline(job.items(), job.table.hash_key)} if listed else {}
    return {
        "table": job.table.name,
        "count": hashes.count,
        "hash": hashes.hash,
        **items,
        "source": dict(job.source.described()),
        **({"decided_by": job.decided_by} if job.decided_by else {}),
    }


def _odd(job: Job, found: KeyDifference) -> KeyDifference | None:
    """Return the differences that matter: where items are only added, the target may have more, and other content."""
    allowed = KeyDifference(missing=found.missing, other=(), extra=()) if job.adds_only else found
    return allowed or None


def _refuse(job: Job, odd: KeyDifference) -> None:
    job.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = job.folder / "differences.json"
    lists = {"missing": odd.missing, "other": odd.other, "extra": odd.extra}
    path.touch(mode=0o600)
    path.write_text(json.dumps(lists, ensure_ascii=False, indent=2), encoding="utf-8")
    few = joined(
        Words(
            en=f"{KINDS[what].en}: {_named(job, keys).en}",
            ja=f"{KINDS[what].ja}: {_named(job, keys).ja}",
        )
        for what, keys in lists.items()
        if keys
    )
    raise Refused(
        Words(
            en=f"table {job.table.name} does not equal {job.source} ({few.en}): {path} lists all of them; find"
            " out which are right, then run it again",
            ja=f"テーブル{job.table.name}が{job.source}と一致しません（{few.ja}）。一覧は{path}にあります。どちらが正しいか確認してから再実行してください",
        )
    )


def _named(job: Job, keys: tuple[Key, ...]) -> Words:
    if job.private:
        return Words(en=f"{len(keys):,} items", ja=f"{len(keys):,}件")
    return Words.same(key_list(keys))
