"""A change in the reader's language: the journal keeps English, and changes are compared in English."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from aws.attachments import LEDGERS
from aws.converge.change import Change
from aws.ledger import Closed

WORDS = Path(__file__).with_name("change_words.toml")


def in_language(change: Change, lang: str) -> Change:
    """Return the change as it is shown: names, figures and AWS's own values stay as they are."""
    if lang == "en":
        return change
    words = _words()
    return replace(
        change,
        resource=resource_in(change.resource, lang),
        field=_named(change.field, words["fields"]),
        before=_value(change.before, words["values"]),
        after=_value(change.after, words["values"]),
    )


def resource_in(resource: str, lang: str) -> str:
    """Return a resource as it is shown: ``table Users-prod``."""
    return resource if lang == "en" else _named(resource, _words()["resources"])


def kind_of(resource: str) -> str:
    """Return the kind with which a resource's name begins; the whole name if it begins with none."""
    return _kind(resource, _words()["resources"]) or resource


def _kind(text: str, words: Mapping[str, str]) -> str:
    return max((one for one in words if f"{text} ".startswith(f"{one} ")), key=len, default="")


def _named(text: str, words: Mapping[str, str]) -> str:
    """Replace the longest beginning that is a word of ours: ``tag Project`` is a tag, of that name."""
    kind = _kind(text, words)
    return f"{words[kind]}{text[len(kind) :]}" if kind else _of_a_method(text)


def _of_a_method(text: str) -> str:
    """Replace the end of a setting that each method of a stage has: ``*/* throttle rate``."""
    settings = _words()["settings"]
    name = next((one for one in settings if text.endswith(f" {one}")), "")
    return f"{text.removesuffix(name)}{settings[name]}" if name else text


def _value(value: Any, words: Mapping[str, str]) -> Any:
    return words.get(str(value), value)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    told: dict[str, dict[str, str]] = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    entries = (entry for one in LEDGERS.values() for entry in one.members.values())
    facts = {one.fact.en: one.fact.ja for one in entries if isinstance(one, Closed)}
    return told | {"fields": facts | told["fields"]}
