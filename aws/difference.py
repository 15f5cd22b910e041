"""How what was found differs from what was decided: data first, sentences in both languages made from it."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, Self

from aws.bounds import OFF, ON, Bound, as_text, described, unset
from aws.ledger import Discrepancy, Unplanned
from aws.words import SILENCE, Words, joined

SWITCHES = {
    "on": ON,
    "off": OFF,
    "True": Words(en="True", ja="有効"),
    "False": Words(en="False", ja="無効"),
}
"""What a switch that is not planned was read as."""


EXISTENCE = Words(en="existence", ja="存在")
TAG, VARIABLE = Words(en="tag", ja="タグ"), Words(en="variable", ja="変数")


class Certainty(enum.StrEnum):
    """How sure it is that a difference is a fault."""

    CERTAIN = "certain"
    GUESSED = "guessed"
    """By a name or a shape: a person who knows the value has to say what it is."""
    UNPARSED = "unparsed"
    """An expression that this software does not evaluate: a person has to read it."""


@dataclass(frozen=True, slots=True)
class DecidingKeys:
    """The keys of the environment file that decide a bound."""

    place: Words
    reference: Words
    """Where the first is explained; a sentence names it, a column of many lines has no room for it."""
    source: Words = SILENCE
    """Why the bound is as it is, where that is not the file's to decide."""

    @property
    def words(self) -> Words:
        place = Words(
            en=f"decided in {self.place.en} ({self.reference.en})",
            ja=f"決定箇所: {self.place.ja}、{self.reference.ja}",
        )
        return joined(filter(None, (self.source, place)))


@dataclass(frozen=True, slots=True)
class Difference(Discrepancy):
    """One fact of one resource that its bound does not allow; without ``ids``, what was found is named by itself."""

    actual: Any
    bound: Bound
    _: KW_ONLY
    decided_in: str | Words | DecidingKeys = ""
    """Where the bound was decided: keys of environments.toml, a file, or a record."""
    certainty: Certainty = Certainty.CERTAIN
    decidable: bool = True
    """Whether people may want it so; what is broken or absent is no matter of opinion."""
    stops_calls: bool = False
    """Calls of our functions certainly fail because of it: neither a decision nor a waiver can allow it."""
    sentence: Words | None = None
    """The sentence, where "found …, expected …" would not make one."""
    together: Words = SILENCE
    """What one decision about several of these is about; each may be decided alone as well."""
    terms: Words = SILENCE
    """What goes with what was found (rights, conditions, filters): a decision that allows one allows no other."""

    @property
    def value(self) -> Words:
        """What was found with its terms, which a decision repeats."""
        actual = Words(en=as_text(self.actual), ja=as_text(self.actual, "ja"))
        if not self.terms:
            return actual
        return Words(en=f"{actual.en} ({self.terms.en})", ja=f"{actual.ja}（{self.terms.ja}）")

    @property
    def words(self) -> Words:
        """Say what, found and expected, and where that was decided, in one sentence."""
        if self.sentence:
            return self.sentence
        by, by_ja = (f" ({self.call})", f"（{self.call}）") if self.call else ("", "")
        en, ja, bound = self.value.en, self.value.ja, self.bound.words
        to, resource = self._decided, self.kind.named(self.name)
        return Words(
            en=f"{self.what}: found {en or 'none'}{by}, expected {bound.en}{to.en}",
            ja=f"{resource.ja}: {self.fact.ja}は{ja or 'なし'}{by_ja}。期待値: {bound.ja}{to.ja}",
        )

    @property
    def _decided(self) -> Words:
        decided_in = self.decided_in
        if not decided_in:
            return SILENCE
        if isinstance(decided_in, str):
            decided_in = Words(en=f"decided in {decided_in}", ja=f"決定箇所: {decided_in}")
        words = decided_in.words if isinstance(decided_in, DecidingKeys) else decided_in
        return Words(en=f"; {words.en}", ja=f"（{words.ja}）")

    @property
    def decided(self) -> Words:
        """Where the bound was decided, in words, for a column of that name."""
        decided_in = self.decided_in
        if isinstance(decided_in, DecidingKeys):
            return joined(filter(None, (decided_in.source, decided_in.place)))
        return decided_in if isinstance(decided_in, Words) else Words.same(decided_in)

    @property
    def plain(self) -> Unplanned:
        """The same in text alone, which can be written to a file and read by who repairs it."""
        actual, actual_ja = as_text(self.actual), as_text(self.actual, "ja")
        in_japanese = actual_ja if actual_ja != actual else ""
        named = self.common | {"ids": self.ids or _names(self.actual), "loosens": False}
        return Unplanned(**named, found=actual, found_ja=in_japanese)


def _names(value: Any) -> tuple[str, ...]:
    """Return the names that were found: a text, or those of a collection."""
    if isinstance(value, str):
        return (value,)
    several = value if isinstance(value, list | tuple | set | frozenset) else ()
    return tuple(sorted(name for name in several if isinstance(name, str)))


class Differences(tuple[Difference, ...]):  # noqa: SLOT001 - it carries an attribute
    """What is outside its bound; ``compared`` is everything that was compared with one."""

    compared: tuple[Difference, ...]

    @classmethod
    def among(cls, compared: Iterable[Difference]) -> Self:
        everything = tuple(compared)
        outside = cls(
            difference for difference in everything if not difference.bound.holds(difference.actual)
        )
        outside.compared = everything
        return outside


Compared = Mapping[Words, tuple[Any, Bound]]
"""Fact -> what was found, and its bound."""


def differences(kind: Words, name: str, compared: Compared, **more: Any) -> Differences:
    """Compare facts with their bounds; ``more`` are fields of each Difference."""
    return Differences.among(
        Difference(kind, name, fact, actual, bound, **more)
        for fact, (actual, bound) in compared.items()
    )


def fault(
    kind: Words, name: str, fact: Words, actual: Any, expected: Words, **more: Any
) -> Difference:
    """Return what is broken or absent, which no person can decide; ``more`` are fields of the Difference."""
    fields = {"decidable": False, **more}
    return Difference(kind, name, fact, actual, described(expected), **fields)


def if_any(
    kind: Words, name: str, fact: Words, actual: Any, bound: Bound, **more: Any
) -> tuple[Difference, ...]:
    """Return a difference where anything was found; ``more`` are its fields."""
    difference = Difference(kind, name, fact, actual, bound, **more)
    return (difference,) if actual else ()


def unallowed(
    settings: Iterable[Unplanned], allowed: Mapping[Words, Bound] | None = None
) -> tuple[Difference, ...]:
    """Turn what is not planned into differences, except for what a bound allows.

    ``allowed``: fact -> what was planned for it; all else is to be unset.
    """
    bounds = allowed or {}
    bounded = ((unplanned, bounds.get(unplanned.fact, unset())) for unplanned in settings)
    return tuple(
        Difference(
            **unplanned.common,
            actual=SWITCHES.get(unplanned.found, unplanned.found),
            bound=bound,
            terms=Words.same(unplanned.terms),
        )
        for unplanned, bound in bounded
        if not bound.holds(unplanned.found)
    )


def where(*keys: str) -> DecidingKeys:
    """Say which keys of the environment file decide, and where the first is explained."""
    listed, several = ", ".join(keys), "s" if keys[1:] else ""
    return DecidingKeys(
        Words(en=f"environments.toml, key{several} {listed}", ja=f"environments.tomlの{listed}"),
        Words(en=f"docs/environments.md#{keys[0]}", ja=f"docs/environments.ja.md#{keys[0]}"),
    )
