"""Whether what was judged is still there: a run takes minutes, and anyone may change something meanwhile."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from aws.door.sessions import boto_session
from aws.inventory import Inventory, ReadOptions, Sections, frozen, on_demand
from aws.kind import value_of
from aws.kinds import BY_SECTION
from aws.part import LeftOut
from aws.redaction.secret_text import MaskedValue
from aws.section import Section
from aws.unreadable import Unreadable
from aws.words import Words
from signoff.judge.snapshot import PlanT, Snapshot

WHOLE = "*"
VOLATILE: Mapping[tuple[str, str], str] = {
    ("key_scans", WHOLE): "people come and go while the run lasts, and so do its own test users",
    ("leaks", WHOLE): "made of all other answers, each of which is compared itself",
    ("resolutions", WHOLE): "name servers answer with other addresses each time",
} | {
    (section, name): part.because
    for section, kind in BY_SECTION.items()
    for name, part in kind.parts.items()
    if isinstance(part, LeftOut) and part.moves
}
"""Section and field -> why they are left out of the comparison."""
ADVICE = Words(en="run again while nothing is being changed", ja="変更のない間に再実行してください")
LONGEST = 120
"""Characters of a value that are shown; a whole policy would hide the sentence."""


@dataclass(frozen=True, slots=True)
class SecondReading:
    """``problem`` is a sentence that rules out a verdict; ``calls`` counts the calls of the second reading."""

    problem: Words | None = None
    calls: int = 0


def read_again(snapshot: Snapshot[PlanT]) -> SecondReading:
    """Read once more all that can be compared.

    A change that is reverted in between, or made in the last second, goes unnoticed.
    """
    lazy = on_demand(
        boto_session(snapshot.environment.region),
        snapshot.scope,
        caller=snapshot.inventory.caller,
        salts=snapshot.inventory.salts,
        options=ReadOptions(retry=snapshot.reading.retry, now=snapshot.reading.now),
    )
    again = frozen(lazy, compared())
    return SecondReading(changed(snapshot.inventory, again), again.calls)


def compared() -> tuple[str, ...]:
    """Return the names of the sections that are read again."""
    return tuple(field.name for field in fields(Sections) if (field.name, WHOLE) not in VOLATILE)


def changed(judged: Inventory, again: Inventory) -> Words | None:
    """Return the first fact that changed or can no longer be read; None if there is none."""
    return next(_changes(judged.sections, again.sections), None)


def _changes(before: Sections, after: Sections) -> Iterator[Words]:
    for name in compared():
        first: Section[Any] = getattr(before, name)
        second: Section[Any] = getattr(after, name)
        if isinstance(first, Unreadable):
            continue  # a row says so already
        if isinstance(second, Unreadable):
            yield _unknown(name, second)
            continue
        for key in sorted({*first, *second}):
            yield from _item(name, key, first.get(key), second.get(key))


def _item(section: str, key: str, before: Any, after: Any) -> Iterator[Words]:
    where = f"{section} {key}"
    if isinstance(before, Unreadable):
        return
    if isinstance(after, Unreadable):
        yield _unknown(where, after)
    elif before is None or after is None:
        en, ja = ("created", "作成") if before is None else ("deleted", "削除")
        yield Words(
            en=f"{where} was {en} during the run; {ADVICE.en}",
            ja=f"{where}が実行中に{ja}されました。{ADVICE.ja}",
        )
    else:
        for path, was, now in _unequal(section, before, after):
            fact = f"{where}: {path}" if path else where
            if isinstance(was, Unreadable):
                continue  # a row says so already
            if isinstance(now, Unreadable):
                yield _unknown(fact, now)
                continue
            first, second = _short(was), _short(now)
            yield Words(
                en=f"{fact} changed during the run, from {first.en} to {second.en}; {ADVICE.en}",
                ja=f"{fact}が実行中に{first.ja}から{second.ja}に変わりました。{ADVICE.ja}",
            )


def _unequal(
    section: str, before: Any, after: Any, path: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    """Yield dotted path, value before and value after for each fact that differs."""
    if before == after:
        return
    first, second = _parts(before), _parts(after)
    if first is None or second is None:
        yield path, before, after
        return
    for key in sorted({*first, *second}):
        if (section, key) not in VOLATILE:
            inner = f"{path}.{key}" if path else key
            yield from _unequal(section, first.get(key), second.get(key), inner)


def _parts(value: Any) -> dict[str, Any] | None:
    """Return the members of a value; None for one that is compared as a whole."""
    match value:
        case MaskedValue() | Unreadable():
            return None
        case Mapping():
            return {str(key): entry for key, entry in value.items()}
        case list() | tuple():
            return {str(number): entry for number, entry in enumerate(value, 1)}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: value_of(value, field.name) for field in fields(value)}
        case _:
            return None


def _unknown(where: str, why: Unreadable) -> Words:
    return Words(
        en=f"whether {where} changed during the run is unknown: {why.words.en}",
        ja=f"{where}が実行中に変わったか不明です（{why.words.ja}）",
    )


def _short(value: Any) -> Words:
    if isinstance(value, MaskedValue) and value.text is None:
        return Words(en="one value that is not shown", ja="伏せられた値")
    text = str(value)
    return Words.same(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
