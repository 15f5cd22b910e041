"""What was decided about a fact is a bound, not a value: a stricter system is as good as the planned one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aws.redaction.secret_text import withheld_in_japanese
from aws.words import SILENCE, Words

Holds = Callable[[Any], bool]
Unit = str | Words
"""The unit after a number, with the space before it."""
JAPANESE = {" s": "秒", " ms": "ミリ秒", " days": "日", "/s": "件/秒", " a day": "件/日"}


NONE = Words(en="none", ja="なし")
NOTHING = Words(en="nothing", ja="なし")
ABSENT = Words(en="absent", ja="なし")
NOT_SET = Words(en="not set", ja="未設定")
ON, OFF = Words(en="on", ja="有効"), Words(en="off", ja="無効")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What was decided about one fact. ``prefers`` is the value that provisioning sets: None, or within the bound."""

    holds: Holds
    words: Words
    prefers: Any = None
    nearest: Callable[[Any], Any] | None = None
    """Found value outside the bound -> the nearest value within it; None: use ``prefers``."""

    def keeping(self, actual: Any) -> Any:
        """Return what a repair sets: the found value if it is within the bound, else the nearest one that is.

        If nothing was found, that is what provisioning sets.
        """
        if self.holds(actual):
            return actual
        return self.nearest(actual) if self.nearest and actual is not None else self.prefers


def _in_japanese(unit: Unit) -> str:
    return unit.ja if isinstance(unit, Words) else JAPANESE.get(unit, unit)


def exactly(value: Any) -> Bound:
    """The found value must equal the decided one."""
    words = Words(en=as_text(value) or NONE.en, ja=as_text(value, "ja") or NONE.ja)
    return Bound(holds=lambda actual: bool(actual == value), words=words, prefers=value)


def at_least(value: float, unit: Unit = "") -> Bound:
    """The found number must be the decided one or more; nothing found is less than any number."""
    return Bound(
        holds=lambda actual: actual is not None and bool(actual >= value),
        words=Words(en=f"at least {value:g}{unit}", ja=f"{value:g}{_in_japanese(unit)}以上"),
        prefers=value,
    )


def at_most(value: float, unit: Unit = "") -> Bound:
    """The found number must be the decided one or less; nothing found means no limit, which is more."""
    return Bound(
        holds=lambda actual: actual is not None and bool(actual <= value),
        words=Words(en=f"at most {value:g}{unit}", ja=f"{value:g}{_in_japanese(unit)}以下"),
        prefers=value,
    )


def between(least: float, most: float, unit: Unit = "") -> Bound:
    """The found number must be in the closed interval; provisioning sets the upper end."""
    return Bound(
        holds=lambda actual: actual is not None and bool(least <= actual <= most),
        words=Words(
            en=f"{least:g} to {most:g}{unit}", ja=f"{least:g}から{most:g}{_in_japanese(unit)}の間"
        ),
        prefers=most,
        nearest=lambda actual: least if actual < least else most,
    )


def one_of(*values: Any) -> Bound:
    """The found value must be one of the decided ones; provisioning sets the first.

    An empty list allows nothing: if a function has no published versions, no version is right.
    """
    if not values:
        nothing = Words(en="one that exists, and none does", ja="存在するもの（一つもない）")
        return described(nothing)
    listed, in_japanese = as_text(values), as_text(values, "ja")
    either, any_of = ("one of ", "のいずれか") if values[1:] else ("", "")
    return Bound(
        holds=lambda actual: actual in values,
        words=Words(en=f"{either}{listed}", ja=f"{in_japanese}{any_of}"),
        prefers=values[0],
    )


def saying(*names: str, prefers: str) -> Bound:
    """The found text must contain one of the names, however it spells them; provisioning writes ``prefers``."""
    listed, several = ", ".join(names), len(names) > 1
    return Bound(
        holds=lambda actual: any(name.lower() in (actual or "").lower() for name in names),
        words=Words(
            en=f"a text that contains {'one of ' if several else ''}{listed}",
            ja=f"{listed}{'のいずれか' if several else ''}を含むこと",
        ),
        prefers=prefers,
    )


def covers(values: Iterable[Any]) -> Bound:
    """The found set must have all of the decided values, and may have more."""
    needed = frozenset(values)
    listed = ", ".join(sorted(map(as_text, needed)))
    return Bound(
        holds=lambda actual: needed <= frozenset(actual or ()),
        words=Words(en=f"includes {listed}", ja=f"{listed}を含むこと"),
        prefers=needed,
    )


def within(values: Iterable[Any]) -> Bound:
    """The found set must have only decided values, and may have fewer."""
    allowed = frozenset(values)
    if not allowed:
        words = NONE
    else:
        words = Words(
            en=f"only {as_text(allowed)}", ja=f"{as_text(allowed, 'ja')}以外を含まないこと"
        )
    return Bound(
        holds=lambda actual: frozenset(actual or ()) <= allowed, words=words, prefers=allowed
    )


def unset() -> Bound:
    """Nothing may be there but what AWS itself sets: nothing else is planned."""
    return Bound(
        holds=lambda actual: actual in (None, False, "", (), frozenset(), 0), words=NOT_SET
    )


def described(words: Words = SILENCE, **texts: str) -> Bound:
    """No found value is within the bound; the words, or ``en`` and ``ja``, say what would be."""
    words = words or Words(**texts)
    return Bound(holds=lambda _: False, words=words)


PLAINLY: Mapping[object, Words] = {
    None: NOTHING,
    True: ON,
    False: OFF,
}


def as_text(value: Any, lang: str = "en") -> str:
    """Return a value as a person reads it: text without quotes, sets sorted."""
    if value is None or isinstance(value, bool):
        value = PLAINLY[value]
    match value:
        case Words():
            return value[lang]
        case _ if isinstance(words := getattr(value, "words", None), Words):
            return words[lang]
        case Mapping():
            return ", ".join(
                f"{key}={as_text(entry, lang)}" for key, entry in sorted(value.items())
            )
        case list() | tuple():
            return ", ".join(as_text(entry, lang) for entry in value)
        case set() | frozenset():
            return ", ".join(sorted(as_text(entry, lang) for entry in value))
        case _:
            text = f"{value:g}" if isinstance(value, float) else str(value)
            return withheld_in_japanese(text) if lang == "ja" else text
