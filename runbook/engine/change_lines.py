"""Changes as lines of a screen, in the reader's language: the journal keeps English, in which changes are compared.

Beside them: what new resources cost, printed where a person approves them, and what a stopped run has left changed.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.markup import escape

from aws.change.gate import Change, Changes
from aws.converge.undo import UNDO
from aws.kinds import KINDS, LEDGERS
from aws.ledger import Closed
from aws.visible import visible_line
from aws.words import Words, first_of, joined

OF_OURS = frozenset({"evidence", "rehearsal"})
"""Resources that are in no AWS account."""
WIDTH = 100
"""Columns of a line; the journal of a run has all values whole."""
WHOLE = 10**9
"""Columns where nothing is cut."""
MORE = "…"
ENTRIES = 8
"""Lines that one field may take."""
NESTED = (Mapping, list, tuple)
FINAL = Words(en=" (cannot be undone)", ja="（元に戻せません）")
ASKED = Words(en=" (after your agreement)", ja="（確認のうえ）")
Leaf = tuple[str, Any, Any]
"""Place in a field, and its value before and after; None is "not there"."""


def lines(changes: Changes, lang: str, *, room: int | None = WIDTH) -> Iterator[str]:
    """Yield markup: one line for what is new, and one for each place in which a field differs.

    ``room`` None: nothing is cut, and of what is new each field has a line.
    """
    for resource, found in groupby(changes, key=lambda change: change.resource):
        of_it = tuple(found)
        shown = tuple(in_language(change, lang) for change in of_it)
        new = all(change.before is None for change in of_it) and (
            len(of_it) > 1 or of_it[0].creates
        )
        if new and resource not in OF_OURS:
            yield from _new_whole(shown) if room is None else (_new(shown, room),)
            continue
        yield escape(_cut(shown[0].resource, room or WHOLE))
        yield from (f"  {line}" for change in of_it for line in _differing(change, lang, room))


def parts(change: Change) -> tuple[Change, ...]:
    """Split the change of a document by its parts: cut to one line, before and after would look the same."""
    return tuple(
        replace(change, field=f"{change.field}{where}", before=before, after=after)
        for where, before, after in _leaves("", change.before, change.after)
    )


def _new_whole(fields: Changes) -> Iterator[str]:
    yield f"[green]+ {escape(fields[0].resource)}[/]"
    names = (f"{field.field}: {_cut(_brief(field.after), WHOLE)}" for field in fields)
    yield from (f"  [dim]{escape(name)}[/]" for name in names)


def _new(fields: Changes, room: int) -> str:
    """Name all that a new resource gets: values of one word first, of documents the field alone."""
    resource = fields[0].resource
    names = ", ".join(
        field.field if _is_document(field.after) else f"{field.field} {_brief(field.after)}"
        for field in sorted(fields, key=lambda change: _is_document(change.after))
    )
    left = room - cell_len(resource) - 3
    shown = escape(_cut(names, left)) if left > len(MORE) else ""
    return f"[green]+ {escape(_cut(resource, room - 2))}[/] [dim]{shown}[/]"


def _is_document(value: Any) -> bool:
    entries = value.values() if isinstance(value, Mapping) else value
    return isinstance(value, NESTED) and any(isinstance(entry, NESTED) for entry in entries)


def _differing(change: Change, lang: str, room: int | None) -> Iterator[str]:
    mark = FINAL[lang] if change.final else ASKED[lang] if change.destroys else ""
    differing = parts(change)
    for difference in differing if room is None else differing[:ENTRIES]:
        yield _line(in_language(difference, lang), mark, WHOLE if room is None else room - 2)
    if room is not None and len(differing) > ENTRIES:
        yield f"{MORE} +{len(differing) - ENTRIES}"


def _leaves(where: str, before: Any, after: Any) -> Iterator[Leaf]:
    """Yield the places in which two values differ."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            if before.get(name) != after.get(name):
                yield from _leaves(f"{where}.{name}", before.get(name), after.get(name))
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        yield from _entries(where, before, after)
    else:
        yield where, before, after


def _entries(where: str, before: Collection[Any], after: Collection[Any]) -> Iterator[Leaf]:
    """Yield the entries that only one of two lists has; two alone in their place are compared."""
    lost = [(number, entry) for number, entry in enumerate(before) if entry not in after]
    new = [entry for entry in after if entry not in before]
    if len(lost) == len(new) == 1:
        ((number, gone),) = lost
        yield from _leaves(f"{where}[{number}]", gone, new[0])
        return
    yield from ((where, entry, None) for _, entry in lost)
    yield from ((where, None, entry) for entry in new)
    if not lost and not new:  # another order, or the same entry again
        yield where, before, after


def _line(change: Change, mark: str, room: int) -> str:
    field, was, will = (
        _cut(change.field, room * 2 // 3),
        *map(_brief, (change.before, change.after)),
    )
    left = max(20, room - cell_len(f"~ {field}: {mark}"))
    if change.before is None:
        return f"[green]+ {escape(field)}: {escape(_cut(will, left))}{mark}[/]"
    if change.after is None:
        return f"[red]- {escape(field)}: {escape(_cut(was, left))}{mark}[/]"
    half = (left - len(" -> ")) // 2
    was = _cut(was, max(half, left - 4 - cell_len(will)))
    will = _cut(will, left - 4 - cell_len(was))
    return f"[yellow]~ {escape(field)}: {escape(was)} -> {escape(will)}{mark}[/]"


def _brief(value: Any) -> str:
    """Write a value as people do: without the quotes and the spelling of a program."""
    if isinstance(value, str):
        return value or '""'
    if isinstance(value, list | tuple) and not _is_document(value):
        return ", ".join(_brief(entry) for entry in value) or "[]"
    return json.dumps(value, ensure_ascii=False, default=str).replace('"', "")


def _cut(value: object, room: int) -> str:
    """Return a value in one line of at most so many columns; Japanese takes two each."""
    text = visible_line(" ".join(str(value).split()))
    return text if cell_len(text) <= room else set_cell_size(text, room - 1).rstrip() + MORE


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
        before=words["values"].get(str(change.before), change.before),
        after=words["values"].get(str(change.after), change.after),
    )


def resource_in(resource: str, lang: str) -> str:
    """Return a resource as it is shown: ``table Users-prod``."""
    return resource if lang == "en" else _named(resource, _words()["resources"])


def kind_of(resource: str) -> str:
    """Return the kind with which a resource's name begins; the whole name if it begins with none."""
    return _kind(resource, _words()["resources"]) or resource


def _kind(text: str, words: Mapping[str, str]) -> str:
    return max((word for word in words if f"{text} ".startswith(f"{word} ")), key=len, default="")


def _named(text: str, words: Mapping[str, str]) -> str:
    """Replace the longest beginning that is a word of ours: ``tag Project`` is a tag, of that name."""
    kind = _kind(text, words)
    return f"{words[kind]}{text[len(kind) :]}" if kind else _of_a_method(text)


def _of_a_method(text: str) -> str:
    """Replace the end of a setting that each method of a stage has: ``*/* throttle rate``."""
    settings = _words()["settings"]
    name = next((setting for setting in settings if text.endswith(f" {setting}")), "")
    return f"{text.removesuffix(name)}{settings[name]}" if name else text


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    words: dict[str, dict[str, str]] = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    entries = (entry for ledger in LEDGERS.values() for entry in ledger.members.values())
    facts = {entry.fact.en: entry.fact.ja for entry in entries if isinstance(entry, Closed)}
    of_kinds = [fact for kind in KINDS for fact in kind.facts.values()]
    facts |= {kind.words.en: kind.words.ja for kind in of_kinds}
    facts |= {fact.en: fact.ja for _, fact in UNDO}
    values = {kind.none.en: kind.none.ja for kind in of_kinds if kind.none}
    kinds = {kind.words.en: kind.words.ja for kind in KINDS}
    return words | {
        "fields": facts | words["fields"],
        "values": values | words["values"],
        "resources": kinds | words["resources"],
    }


PRICES = Path(__file__).with_name("prices.toml")


def standing_costs(changes: Changes) -> Words | None:
    """Say what the resources that these changes create cost a month; None where none costs anything by standing there."""
    read = _read()
    created = {change.resource for change in changes if change.creates}
    of = Counter(kind for kind in map(kind_of, sorted(created)) if kind in read["monthly"])
    if not of:
        return None
    prices = {kind: Decimal(read["monthly"][kind]) for kind in of}
    total = sum(prices[kind] * many for kind, many in of.items())
    each = joined(
        (
            Words(
                en=f"{kind} {many} x ${prices[kind]}",
                ja=f"{resource_in(kind, 'ja')} {many} x {prices[kind]}ドル",
            )
            for kind, many in of.items()
        ),
        ", ",
    )
    return Words(
        en=f"standing costs: ${total:.2f} a month ({each.en}; approximate prices of {read['date']}); requests, logs and"
        " storage come on top",
        ja=f"固定費: 月{total:.2f}ドル（{each.ja}、{read['date']}時点の概算）。リクエスト、ログ、ストレージは別途",
    )


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(PRICES.read_text(encoding="utf-8"))


NAMED = 40
"""How many resources a line names, of those that were changed and of those that broke off."""


@dataclass(slots=True)
class AppliedChanges:
    """Collects every change of a run, in order."""

    _made: dict[str, None] = field(default_factory=dict)
    _broken: dict[str, None] = field(default_factory=dict)

    def note(self, changes: Sequence[Change], whole: bool) -> None:
        """Take note of changes that were made, or (not ``whole``) broke off and may be made in part."""
        for change in changes:
            self._made.pop(change.resource, None)
            self._broken.pop(change.resource, None)
            if change.resource in OF_OURS or (whole and change.undoes):
                continue
            (self._made if whole else self._broken)[change.resource] = None

    def told(self) -> Words | None:
        """Say what is changed now; None if nothing differs from before."""
        if not self._made and not self._broken:
            return None
        done, open_ = (
            first_of((_in_both(resource) for resource in noted), NAMED)
            for noted in (self._made, self._broken)
        )
        sentences = [
            Words(en=f"changed so far: {done.en}", ja=f"変更済み: {done.ja}"),
            Words(
                en=f"interrupted, so perhaps changed: {open_.en}",
                ja=f"途中で止まり不明: {open_.ja}",
            ),
        ]
        changed = joined(
            words for words, there in zip(sentences, (done, open_), strict=True) if there.en
        )
        return Words(
            en=f"{changed.en}. The same command resumes from here",
            ja=f"{changed.ja}。同じコマンドで続きから実行できます",
        )


def _in_both(resource: str) -> Words:
    return Words(en=resource, ja=resource_in(resource, "ja"))
