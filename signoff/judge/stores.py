"""The evidence stores of a run: opened as the run's options say, and given up after as long as a person would wait."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from aws.door.limits import within
from aws.words import Words, words_of
from signoff.evidence import Records, StoreSettings, open_store
from signoff.evidence.garbled import unread
from signoff.judge.run import Choice
from signoff.judge.snapshot import PlanT

STORE_S = 120.0
"""Seconds for all that is asked of an evidence store, however long S3 and KMS take."""


def records_of(choice: Choice[PlanT], settings: StoreSettings, session: Any) -> Records:
    """Return what a store holds, and how its key is kept; if it can't be read, ``problem`` says why."""
    try:
        store = open_store(settings, client=session.client, root=choice.options.root)
        return within(STORE_S, lambda: store.load().kept_by(store.key.custody()))
    except (ClientError, BotoCoreError, OSError) as error:
        why = words_of(error)
        problem = Words(
            en=f"the evidence store {settings.location} can't be read: {why.en}",
            ja=f"証跡ストア{settings.location}を読み取れません: {why.ja}",
        )
        return Records(problem=problem, unread=True, why=unread(error))


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
