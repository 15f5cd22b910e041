"""Changes as lines of a screen, in the reader's language, and what a stopped run has left changed.

The journal keeps English, in which changes are compared.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.markup import escape

from aws.change.gate import Change, Changes
from aws.difference import SWITCHES
from aws.visible import visible_line
from aws.words import Words, first_of, joined

EVIDENCE = Words(en="evidence", ja="証跡")
REHEARSAL = Words(en="rehearsal", ja="訓練")
SERVED = Words(en="served", ja="提供中")
VERDICT = Words(en="verdict", ja="判定")
OF_OURS = frozenset({EVIDENCE, REHEARSAL})
"""Resources that are in no AWS account."""
WIDTH = 100
"""Columns of a line; the journal of a run has all values whole."""
WHOLE = 10**9
"""Columns where nothing is cut."""
MORE = "…"
ENTRIES = 8
"""Lines that one field may take."""
NESTED = (Mapping, list, tuple)
FINAL = Words(en=" (cannot be undone)", ja=" 【元に戻せません】")
ASKED = Words(en=" (after your agreement)", ja=" 【確認後に実行】")
Leaf = tuple[str, Any, Any]
"""Place in a field, and its value before and after; None is "not there"."""


def lines(changes: Changes, lang: str, *, room: int | None = WIDTH) -> Iterator[str]:
    """Yield markup: one line for what is new, and one for each place in which a field differs.

    ``room`` None: nothing is cut, and of what is new each field has a line.
    """
    for resource, group in groupby(changes, key=lambda change: change.resource):
        of_it = tuple(group)
        new = all(change.before is None for change in of_it) and (
            len(of_it) > 1 or of_it[0].creates
        )
        if new and resource not in OF_OURS:
            yield from _new_whole(of_it, lang) if room is None else (_new(of_it, lang, room),)
            continue
        yield escape(_cut(resource[lang], room or WHOLE))
        yield from (f"  {line}" for change in of_it for line in _differing(change, lang, room))


def parts(change: Change) -> tuple[Change, ...]:
    """Split the change of a document by its parts: cut to one line, before and after would look the same."""
    return tuple(
        replace(change, field=change.field.at(place), before=before, after=after)
        for place, before, after in _leaves("", change.before, change.after)
    )


def _new_whole(fields: Changes, lang: str) -> Iterator[str]:
    yield f"[green]+ {escape(fields[0].resource[lang])}[/]"
    names = (f"{field.field[lang]}: {_cut(_brief(field.after, lang), WHOLE)}" for field in fields)
    yield from (f"  [dim]{escape(name)}[/]" for name in names)


def _new(fields: Changes, lang: str, room: int) -> str:
    """Name all that a new resource gets: values of one word first, of documents the field alone."""
    resource = fields[0].resource[lang]
    names = ", ".join(
        field.field[lang]
        if _is_document(field.after)
        else f"{field.field[lang]} {_brief(field.after, lang)}"
        for field in sorted(fields, key=lambda change: _is_document(change.after))
    )
    width = room - cell_len(resource) - 3
    shown = escape(_cut(names, width)) if width > len(MORE) else ""
    return f"[green]+ {escape(_cut(resource, room - 2))}[/] [dim]{shown}[/]"


def _is_document(value: Any) -> bool:
    entries = value.values() if isinstance(value, Mapping) else value
    return isinstance(value, NESTED) and any(isinstance(entry, NESTED) for entry in entries)


def _differing(change: Change, lang: str, room: int | None) -> Iterator[str]:
    mark = FINAL[lang] if change.final else ASKED[lang] if change.destroys else ""
    differing = parts(change)
    for difference in differing if room is None else differing[:ENTRIES]:
        yield _line(difference, lang, mark, WHOLE if room is None else room - 2)
    if room is not None and len(differing) > ENTRIES:
        yield f"{MORE} +{len(differing) - ENTRIES}"


def _leaves(place: str, before: Any, after: Any) -> Iterator[Leaf]:
    """Yield the places in which two values differ."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            if before.get(name) != after.get(name):
                yield from _leaves(f"{place}.{name}", before.get(name), after.get(name))
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        yield from _entries(place, before, after)
    else:
        yield place, before, after


def _entries(place: str, before: Collection[Any], after: Collection[Any]) -> Iterator[Leaf]:
    """Yield the entries that only one of two lists has; two alone in their place are compared."""
    lost = [(number, entry) for number, entry in enumerate(before) if entry not in after]
    new = [entry for entry in after if entry not in before]
    if len(lost) == len(new) == 1:
        ((number, gone),) = lost
        yield from _leaves(f"{place}[{number}]", gone, new[0])
        return
    yield from ((place, entry, None) for _, entry in lost)
    yield from ((place, None, entry) for entry in new)
    if not lost and not new:  # another order, or the same entry again
        yield place, before, after


def _line(change: Change, lang: str, mark: str, room: int) -> str:
    field = _cut(change.field[lang], room * 2 // 3)
    was, will = _brief(change.before, lang), _brief(change.after, lang)
    width = max(20, room - cell_len(f"~ {field}: {mark}"))
    if change.before is None:
        return f"[green]+ {escape(field)}: {escape(_cut(will, width))}{mark}[/]"
    if change.after is None:
        return f"[red]- {escape(field)}: {escape(_cut(was, width))}{mark}[/]"
    half = (width - len(" -> ")) // 2
    was = _cut(was, max(half, width - 4 - cell_len(will)))
    will = _cut(will, width - 4 - cell_len(was))
    return f"[yellow]~ {escape(field)}: {escape(was)} -> {escape(will)}{mark}[/]"


def _brief(value: Any, lang: str) -> str:
    """Write a value as people do: without the quotes and the spelling of a program."""
    if isinstance(value, Words):
        return value[lang]
    if lang == "ja" and str(value) in SWITCHES:
        return SWITCHES[str(value)].ja
    if isinstance(value, str):
        return value or '""'
    if isinstance(value, list | tuple) and not _is_document(value):
        return ", ".join(_brief(entry, lang) for entry in value) or "[]"
    return json.dumps(value, ensure_ascii=False, default=str).replace('"', "")


def _cut(value: object, room: int) -> str:
    """Return a value in one line of at most so many columns; Japanese takes two each."""
    text = visible_line(" ".join(str(value).split()))
    return text if cell_len(text) <= room else set_cell_size(text, room - 1).rstrip() + MORE


NAMED = 40
"""How many resources a line names, of those that were changed and of those that broke off."""


@dataclass(slots=True)
class AppliedChanges:
    """Collects every change of a run, in order."""

    _made: dict[Words, None] = field(default_factory=dict)
    _broken: dict[Words, None] = field(default_factory=dict)

    def note(self, changes: Sequence[Change], whole: bool) -> None:
        """Take note of changes that were made, or (not ``whole``) broke off and may be made in part."""
        for change in changes:
            self._made.pop(change.resource, None)
            self._broken.pop(change.resource, None)
            if change.resource in OF_OURS or (whole and change.undoes):
                continue
            (self._made if whole else self._broken)[change.resource] = None

    def in_words(self) -> Words | None:
        """Say what is changed now; None if nothing differs from before."""
        if not self._made and not self._broken:
            return None
        done, open_ = (first_of(noted, NAMED) for noted in (self._made, self._broken))
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
