"""What a rehearsal comes to: sums first, then the difference of each resource, a line of a screen each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.markup import escape

from aws.change import Change, Changes
from aws.converge.secret import GIVEN
from aws.visible import visible_line
from aws.words import Words
from runbook.engine.change_words import in_language
from runbook.engine.step import Step

WIDTH = 100
"""Columns of a line; the journal has all values whole."""
MORE = "…"
FEW = 6
"""Parts of a document that are shown each by itself; of more, the whole is shown, cut."""
FINAL = Words(en=" (cannot be undone)", ja="（元に戻せません）")


@dataclass(frozen=True, slots=True)
class RehearsedStep:
    """One step, what it would change, and what it said."""

    number: int
    step: Step
    changes: Changes
    told: tuple[str | Words, ...]


def totals(steps: Sequence[RehearsedStep]) -> tuple[Words, ...]:
    """Say how many resources differ, and how; what will be asked for; what only a person can give."""
    changes = tuple(change for one in steps for change in one.changes)
    return tuple(
        one
        for one in (_counted(changes), _agreements(changes), _given(changes), _by_hand(steps))
        if one
    )


def _counted(changes: Changes) -> Words:
    of = {
        resource: tuple(found)
        for resource, found in groupby(sorted(changes, key=_resource), key=_resource)
    }
    created = sum(any(one.creates for one in found) for found in of.values())
    removed = sum(all(one.after is None for one in found) for found in of.values())
    changed, final = len(of) - created - removed, sum(one.final for one in changes)
    ends = Words(en=f", {final} of which cannot be undone", ja=f"、うち元に戻せない変更{final}件")
    return Words(
        en=f"{created} to create, {changed} to change, {removed} to remove"
        + (ends.en if final else ""),
        ja=f"作成{created}件、変更{changed}件、削除{removed}件" + (ends.ja if final else ""),
    )


def _agreements(changes: Changes) -> Words | None:
    """Say how often somebody is asked to agree, and by which option nobody is."""
    asked = sum(one.destroys for one in changes)
    if not asked:
        return None
    return Words(
        en=f"asked for: your agreement to {asked} change{'s' if asked > 1 else ''} (without a terminal: --yes)",
        ja=f"確認: {asked}件の変更への同意（端末がない場合は--yes）",
    )


def _given(changes: Changes) -> Words | None:
    given = [one for one in changes if one.after == GIVEN]
    if not given:
        return None
    en, ja = (", ".join(in_language(one, lang).resource for one in given) for lang in ("en", "ja"))
    return Words(
        en=f"asked for: the value of {en} (without a terminal: --line-token-file FILE)",
        ja=f"入力: {ja}の値（端末がない場合は--line-token-file FILE）",
    )


def _by_hand(steps: Sequence[RehearsedStep]) -> Words | None:
    titles = [one.step.text.title for one in steps if one.step.action is None]
    if not titles:
        return None
    return Words(
        en="done by a person, and confirmed at a terminal: " + "; ".join(one.en for one in titles),
        ja="人が行い、端末で確認: " + "、".join(one.ja for one in titles),
    )


def lines(changes: Changes, lang: str, *, indent: int = 0) -> Iterator[str]:
    """Yield markup: one line for what is new, and one for each field of what differs."""
    shown_in = tuple(in_language(one, lang) for one in changes)
    for resource, found in groupby(shown_in, key=_resource):
        of_it, room = tuple(found), WIDTH - indent
        if len(of_it) > 1 and all(one.before is None for one in of_it):
            fields = ", ".join(f"{one.field} {one.after}" for one in of_it)
            left = room - cell_len(resource) - 3
            shown = escape(_cut(fields, left)) if left > len(MORE) else ""
            yield f"[green]+ {escape(_cut(resource, room - 2))}[/] [dim]{shown}[/]"
            continue
        yield escape(_cut(resource, room))
        yield from (f"  {_line(one, lang, room - 2)}" for each in of_it for one in parts(each))


def parts(change: Change) -> tuple[Change, ...]:
    """Split the change of a document into those of its parts: cut to a line, both would look the same."""
    before, after = change.before, change.after
    if not isinstance(before, dict | list) or not isinstance(after, dict | list):
        return (change,)
    was, will = dict(_leaves(before, "")), dict(_leaves(after, ""))
    differing = [path for path in {**was, **will} if was.get(path) != will.get(path)]
    if not 0 < len(differing) <= FEW:
        return (change,)
    return tuple(
        replace(change, field=f"{change.field}{path}", before=was.get(path), after=will.get(path))
        for path in differing
    )


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield (path, value) of all that is no document itself: ``.Statement[0].Action``."""
    match value:
        case Mapping():
            for key, one in value.items():
                yield from _leaves(one, f"{path}.{key}")
        case list():
            for number, one in enumerate(value):
                yield from _leaves(one, f"{path}[{number}]")
        case _:
            yield path, value


def _line(change: Change, lang: str, room: int) -> str:
    field, final = change.field, FINAL[lang] if change.final else ""
    left = max(20, room - cell_len(f"~ {field}: {final}"))
    if change.before is None:
        return f"[green]+ {escape(field)}: {escape(_cut(change.after, left))}[/]"
    if change.after is None:
        return f"[red]- {escape(field)}: {escape(_cut(change.before, left))}{final}[/]"
    half = (left - len(" -> ")) // 2
    before = _cut(change.before, max(half, left - 4 - cell_len(str(change.after))))
    after = _cut(change.after, left - 4 - cell_len(before))
    return f"[yellow]~ {escape(field)}: {escape(before)} -> {escape(after)}{final}[/]"


def _cut(value: object, room: int) -> str:
    """Return a value in one line of at most so many columns; Japanese takes two each."""
    text = visible_line(" ".join(str(value).split()))
    return text if cell_len(text) <= room else set_cell_size(text, room - 1).rstrip() + MORE


def _resource(change: Change) -> str:
    return change.resource
