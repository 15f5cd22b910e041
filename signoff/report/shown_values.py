"""How facts, values and requests are shown in a table: short, in both languages, with the whole value folded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws.bounds import NONE, NOT_SET, as_text
from aws.redaction.secret_text import withheld_in_japanese
from aws.words import SILENCE, Words, joined
from signoff.evidence.parts import labels

SHOWN_AT_ONCE = 90
"""Characters of a list or mapping that stand in the table; what is longer is folded."""
LONGEST = 6000
"""Characters of a folded value; signoff.json has the rest."""
YES, NO = Words(en="yes", ja="はい"), Words(en="no", ja="いいえ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """``text`` stands in the table, ``also`` below it; ``folded`` is the whole value, pretty-printed."""

    text: Words
    folded: Words = SILENCE
    also: tuple[str, ...] = ()
    """Further facts of the same answer: a header, a number."""


def expected(key: str) -> Words | None:
    found = labels()["expected"].get(key)
    return Words(*found) if found else None


def found_value(found: Any) -> Value:
    """Return a value that was compared with a bound; booleans and None use the words of the bounds."""
    if found is None or isinstance(found, bool):
        return Value(text=Words(en=as_text(found), ja=as_text(found, "ja")))
    return value(found)


def value(found: Any) -> Value:
    """Return a value for the table, shortened, with the whole of it folded if it is longer."""
    match found:
        case None:
            return Value(text=NOT_SET)
        case bool():
            return Value(text=YES if found else NO)
        case str():
            return _text(found)
        case list() | tuple() | dict() if not found:
            return Value(text=NONE)
        case list() | tuple() | Mapping():
            return _many(found)
        case _:
            return Value(text=Words.same(f"{found:g}" if isinstance(found, float) else str(found)))


def _words(found: Any) -> bool:
    """Whether a value was Words before it was written as JSON."""
    return isinstance(found, Mapping) and found.keys() == {"en", "ja"}


def _text(found: str) -> Value:
    if isinstance(parsed := _parsed(found), dict | list):
        return _many(parsed)
    return Value(text=_withheld(Words(en=found, ja=labels()["values"].get(found, found))))


def _withheld(text: Words) -> Words:
    return Words(en=text.en, ja=withheld_in_japanese(text.ja))


def _many(found: Any) -> Value:
    listed = [found] if _words(found) else found
    if all(map(_words, listed)):
        return Value(text=joined((Words(**entry) for entry in listed), ", "))
    plain = _unescaped(found)
    flat = plain.values() if isinstance(plain, Mapping) else plain
    if not any(isinstance(entry, dict | list) for entry in flat):
        items = plain.items() if isinstance(plain, Mapping) else ((None, entry) for entry in plain)
        parts = [f"{key}: {scalar(entry)}" if key else scalar(entry) for key, entry in items]
        if len(text := ", ".join(parts)) <= SHOWN_AT_ONCE:
            return Value(text=_withheld(Words.same(text)))
    return Value(text=_size(plain), folded=_withheld(Words.same(_pretty(plain))))


def _size(found: Any) -> Words:
    if isinstance(found, Mapping) and isinstance(statements := found.get("Statement"), list):
        count = len(statements)
        return Words(
            en=f"policy, {count} statement{'s'[: count != 1]}",
            ja=f"ポリシー（ステートメント{count}件）",
        )
    count = len(found)
    return Words(en=f"{count} entr{'y' if count == 1 else 'ies'}", ja=f"{count}件")


def scalar(found: Any) -> str:
    return found if isinstance(found, str) else json.dumps(found)


def _pretty(found: Any) -> str:
    """Return one entry per line if all are strings, else indented JSON."""
    plain = _unescaped(found)
    if isinstance(plain, list) and all(isinstance(entry, str) for entry in plain):
        text = "\n".join(plain)
    else:
        text = json.dumps(plain, ensure_ascii=False, indent=1)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _unescaped(found: Any) -> Any:
    """Parse strings that hold JSON, such as a policy, so that it is escaped only once."""
    if isinstance(found, str):
        parsed = _parsed(found)
        return _unescaped(parsed) if isinstance(parsed, dict | list) else found
    if isinstance(found, Mapping):
        return {key: _unescaped(entry) for key, entry in found.items()}
    return [_unescaped(entry) for entry in found] if isinstance(found, list | tuple) else found


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text[:1] in {"{", "["} else None
    except ValueError:
        return None
