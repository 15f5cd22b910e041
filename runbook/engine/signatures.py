"""Acts of people that count by a signature, which speaks of a release: not by the journal alone."""

from typing import Protocol

from runbook.engine.step import Step


class Signatures(Protocol):
    """Where a run finds and leaves signatures."""

    def wanted(self, step: Step) -> bool:
        """Whether a row is proven by the signature of this step."""

    def standing(self, step: Step) -> str:
        """Say who signed for what is live, and when; empty where no signature counts."""

    def sign(self, step: Step) -> None:
        """Sign it; Refused where that can't be done."""


class Unsigned:
    """Where no step needs a signature."""

    def wanted(self, _: Step) -> bool:
        return False

    def standing(self, _: Step) -> str:
        return ""

    def sign(self, _: Step) -> None:
        """Nothing is to be signed."""
