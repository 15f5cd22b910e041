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
LONGEST_TEXT = 300
"""Characters of a text that stand in the table; of what is longer its beginning, and the rest is folded."""
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
    words = labels()["expected"].get(key)
    return Words(*words) if words else None


def found_value(compared: Any) -> Value:
    """Return a value that was compared with a bound; booleans and None use the words of the bounds."""
    if compared is None or isinstance(compared, bool):
        return Value(text=Words(en=as_text(compared), ja=as_text(compared, "ja")))
    return value(compared)


def value(content: Any) -> Value:
    """Return a value for the table, shortened, with the whole of it folded if it is longer."""
    match content:
        case None:
            return Value(text=NOT_SET)
        case bool():
            return Value(text=YES if content else NO)
        case str():
            return _text(content)
        case list() | tuple() | dict() if not content:
            return Value(text=NONE)
        case list() | tuple() | Mapping():
            return _many(content)
        case _:
            return Value(
                text=Words.same(f"{content:g}" if isinstance(content, float) else str(content))
            )


def _words(content: Any) -> bool:
    """Whether a value was Words before it was written as JSON."""
    return isinstance(content, Mapping) and content.keys() == {"en", "ja"}


def _text(content: str) -> Value:
    if isinstance(parsed := _parsed(content), dict | list):
        return _many(parsed)
    text = _withheld(Words(en=content, ja=labels()["values"].get(content, content)))
    if len(content) <= LONGEST_TEXT:
        return Value(text=text)
    return Value(text=text.cut(SHOWN_AT_ONCE), folded=text.cut(LONGEST))


def _withheld(text: Words) -> Words:
    return Words(en=text.en, ja=withheld_in_japanese(text.ja))


def _many(content: Any) -> Value:
    listed = [content] if _words(content) else content
    if all(map(_words, listed)):
        return Value(text=joined((Words(**entry) for entry in listed), ", "))
    plain = _unescaped(content)
    flat = plain.values() if isinstance(plain, Mapping) else plain
    if not any(isinstance(entry, dict | list) for entry in flat):
        items = plain.items() if isinstance(plain, Mapping) else ((None, entry) for entry in plain)
        parts = [f"{key}: {scalar(entry)}" if key else scalar(entry) for key, entry in items]
        if len(text := ", ".join(parts)) <= SHOWN_AT_ONCE:
            return Value(text=_withheld(Words.same(text)))
    return Value(text=_size(plain), folded=_withheld(Words.same(_pretty(plain))))


def _size(content: Any) -> Words:
    if isinstance(content, Mapping) and isinstance(statements := content.get("Statement"), list):
        count = len(statements)
        return Words(
            en=f"policy, {count} statement{'s'[: count != 1]}",
            ja=f"ポリシー（ステートメント{count}件）",
        )
    count = len(content)
    return Words(en=f"{count} entr{'y' if count == 1 else 'ies'}", ja=f"{count}件")


def scalar(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content)


def _pretty(content: Any) -> str:
    """Return one entry per line if all are strings, else indented JSON."""
    if isinstance(content, list) and all(isinstance(entry, str) for entry in content):
        text = "\n".join(content)
    else:
        text = json.dumps(content, ensure_ascii=False, indent=1)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _unescaped(content: Any) -> Any:
    """Parse strings that hold JSON, such as a policy, so that it is escaped only once."""
    if isinstance(content, str):
        parsed = _parsed(content)
        return _unescaped(parsed) if isinstance(parsed, dict | list) else content
    if isinstance(content, Mapping):
        return {key: _unescaped(entry) for key, entry in content.items()}
    return (
        [_unescaped(entry) for entry in content] if isinstance(content, list | tuple) else content
    )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text[:1] in {"{", "["} else None
    except ValueError:
        return None
