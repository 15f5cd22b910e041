"""The last step of a migration: both sides are read again and compared, and only then the manifest is left."""

import json
from collections.abc import Mapping
from typing import Any

from aws.converge.change import Changes
from aws.words import Words, joined
from runbook.engine import Change, Refused, StepContext
from runbook.master_items import MANIFEST
from runbook.migration.job import Job, source_in
from runbook.migration.verify import ItemHashes, Key, KeyDifference, difference, key_list

KINDS = {
    "missing": Words(en="missing", ja="不足"),
    "other": Words(en="different", ja="内容の相違"),
    "extra": Words(en="only in the target", ja="移行先だけにある項目"),
}
"""List in the file of differences -> what it is."""


def leave_manifest(context: StepContext, job: Job) -> Changes:
    """Compare both sides, and record count and hash; nothing to do where the record says so already."""
    hashes, found = job.wanted(context), _undated(job.manifest(context))
    wanted = _body(job, hashes)
    if found == _undated(wanted) and not _odd(job, difference(hashes, job.found(context))):
        return ()
    change = Change("evidence", MANIFEST, found, _undated(wanted))

    def attest() -> None:
        with job.copy.alone():
            _attest(context, job, wanted)

    return context.settle((change,), attest)


def _attest(context: StepContext, job: Job, wanted: Mapping[str, Any]) -> None:
    fresh = job.fresh(context)
    if (fresh.count, fresh.hash) != (wanted["count"], wanted["hash"]):
        job.copy.discard()
        raise Refused(
            Words(
                en=f"{job.source} changed during the migration: it holds {fresh.count:,} items now,"
                f" the copy {wanted['count']:,}; run it again to migrate what is new",
                ja=f"移行中に{job.source}が変更されました（現在{fresh.count:,}件、コピーは{wanted['count']:,}件）。再実行して差分を移行してください",
            )
        )
    if odd := _odd(job, difference(fresh, job.found(context))):
        _refuse(job, odd)
    context.record(MANIFEST, wanted)
    count, digest = f"{wanted['count']:,}", wanted["hash"]
    context.tell(
        Words(
            en=f"{count} items on both sides, hash {digest}",
            ja=f"両側とも{count}件、ハッシュ {digest}",
        )
    )
    job.copy.discard()


def _body(job: Job, hashes: ItemHashes) -> dict[str, Any]:
    """Return the manifest; ``copied`` tells a copy that was carried over from one that is not yet."""
    state = job.copy.of(job.source)
    copied = {"copied": state.begun} if state else {}
    return {
        "table": job.table.name,
        "count": hashes.count,
        "hash": hashes.hash,
        "source": {**job.source.described(), **copied},
        **({"decided_by": job.decided_by} if job.decided_by else {}),
    }


def _odd(job: Job, found: KeyDifference) -> KeyDifference | None:
    """Return the differences that matter: where items are only added, the target may have more, and other content."""
    allowed = KeyDifference(missing=found.missing, other=(), extra=()) if job.adds_only else found
    return allowed or None


def _refuse(job: Job, odd: KeyDifference) -> None:
    path = job.copy.folder / "differences.json"
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


def _undated(manifest: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {**manifest, "source": source_in(manifest)} if manifest else None
