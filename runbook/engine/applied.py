"""What a run has changed so far and not taken back: the person whose run stops has to know what is left changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from aws.change.gate import Change
from aws.words import Words, joined
from runbook.engine.change_lines import OF_OURS, resource_in

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
        done, open_ = _named(self._made), _named(self._broken)
        said = [
            Words(en=f"changed so far: {done.en}", ja=f"変更済み: {done.ja}"),
            Words(
                en=f"interrupted, so perhaps changed: {open_.en}",
                ja=f"途中で止まり不明: {open_.ja}",
            ),
        ]
        told = joined(words for words, there in zip(said, (done, open_), strict=True) if there.en)
        return Words(
            en=f"{told.en}. The same command resumes from here",
            ja=f"{told.ja}。同じコマンドで続きから実行できます",
        )


def _named(resources: Collection[str]) -> Words:
    first, more = list(resources)[:NAMED], len(resources) - NAMED
    en = ", ".join(first)
    ja = "、".join(resource_in(change, "ja") for change in first)
    if more <= 0:
        return Words(en=en, ja=ja)
    return Words(en=f"{en} and {more} more", ja=f"{ja}ほか{more}件")
