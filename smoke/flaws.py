"""Ends a row's test with what is wrong with an answer, in both languages."""

from collections.abc import Iterable

from aws.section import Broken
from aws.words import Words
from smoke.calls import Answer


def hold(*flaws: Words) -> None:
    """Raise Broken with the first of these flaws and their number; empty words are no flaw."""
    told = [flaw for flaw in flaws if flaw]
    if told:
        first, count = told[0], len(told)
        more = Words(en=f" ({count} such flaws)", ja=f"（ほかを含め{count}件）")
        raise Broken(Words(en=first.en + more.en, ja=first.ja + more.ja) if count > 1 else first)


def require(holds: object, otherwise: Words) -> None:
    """Raise Broken with ``otherwise`` unless something holds."""
    hold(*([] if holds else [otherwise]))


def differs(answer: Answer, what: str, found: object, expected: object, ja: str = "") -> Words:
    """Say that a fact of an answer is not what it must be; ``ja`` names it where its own name is English."""
    return Words(
        en=f"{answer}: {what} is {found}, expected {expected}",
        ja=f"{answer.ja}。{ja or what}が{found}（期待値{expected}）",
    )


def listed(names: Iterable[str]) -> str:
    """Join names in sorted order."""
    return ", ".join(sorted(names))
