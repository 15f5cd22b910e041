"""The evidence stores of a run: opened as the run's options say, and given up after as long as a person would wait."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from aws.door.limits import within
from aws.words import Words, words_of
from signoff.evidence import Records, Store, StoreSettings, open_store
from signoff.run import Choice
from signoff.snapshot import PlanT

STORE_S = 120.0
"""Seconds for all that is asked of an evidence store, whatever S3 and KMS do."""


def store_of(choice: Choice[PlanT], settings: StoreSettings, session: Any) -> Store:
    """Open the evidence store of an environment."""
    return open_store(settings, client=session.client, root=choice.options.root)


def records_of(choice: Choice[PlanT], settings: StoreSettings, session: Any) -> Records:
    """Return what a store holds, and how its key is kept; if it can't be read, ``problem`` says why."""
    try:
        store = store_of(choice, settings, session)
        return within(STORE_S, lambda: store.load().kept_by(store.key.custody()))
    except (ClientError, BotoCoreError, OSError) as error:
        why = words_of(error)
        said = Words(
            en=f"the evidence store {settings.location} can't be read: {why.en}",
            ja=f"証跡ストア{settings.location}を読み取れません: {why.ja}",
        )
        return Records(problem=said, unread=True)
