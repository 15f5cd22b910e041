"""Read the sections that are made of all others without reading those again: that takes most of a reading."""

from collections.abc import Collection
from dataclasses import fields
from functools import partial
from typing import Any

import boto3

from aws import kinds
from aws.door.clients import Aws
from aws.inventory import READERS, LazySections, ReadOptions, Sections
from aws.reading import Reader, Reading, Scope
from aws.secret_value import search_all_answers
from aws.section import Section

OF_OTHERS = frozenset({"automations", "principals", "keys", "key_attachments"})
"""Sections that are read with what others say of their resources, and with nothing else of those."""
OF_ALL = frozenset({"leaks"})
"""The section that reads everything else: what harms it is tried with what it reads."""


def resting_on(
    known: Sections,
    asked: Collection[str],
    session: boto3.Session,
    scope: Scope,
    options: ReadOptions,
) -> LazySections:
    """Return sections of which those that are asked for are read; all others are as known."""
    others = [field.name for field in fields(Sections) if field.name not in asked]
    given = {name: Reader(partial(_given, getattr(known, name)), ()) for name in others}
    reading = Reading(
        Aws(session, scope.region, options.retry, kinds.LEDGERS),
        scope,
        readers={**READERS, **given},
        progress=lambda *_: None,
        resolve=options.resolve,
        now=options.now(),
        first=search_all_answers,
    )
    return LazySections(reading)


def _given(section: Section[Any], _: Reading) -> Section[Any]:
    return section
