"""Signatures: who did by hand what a row of the checklist asks for, and for which release."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from runbook.engine import Step
from signoff.checklist import Checklist
from signoff.evidence import Record, Store

KIND = "signature"


@dataclass(frozen=True, kw_only=True)
class Signing:
    """Signs in the evidence store. ``by`` asks for the name, ``release`` for what is live."""

    store: Store
    caller: str
    """ARN of the AWS caller."""
    by: Callable[[], str]
    release: Callable[[], str]
    days: int
    """How long a signature counts."""
    checklist: Checklist
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @cached_property
    def _steps(self) -> frozenset[str]:
        return frozenset(row.signed for row in self.checklist if row.signed)

    def wanted(self, step: Step) -> bool:
        """Whether a row is proven by this step's signature."""
        return name_of(step) in self._steps

    def standing(self, step: Step) -> str:
        """Return who signed for what is live, and when; empty where no signature counts."""
        newest = self.store.load().newest(KIND, step=name_of(step))
        return _told(newest) if newest is not None and self._counts(newest) else ""

    def sign(self, step: Step) -> None:
        """Leave the signature; Refused where nobody gives a name, or nothing is live."""
        body = {"step": name_of(step), "by": self.by(), "said": step.text.title.en}
        self.store.append(
            KIND, body, caller=self.caller, release=self.release(), days=self.days, now=self.now
        )

    def _counts(self, signature: Record) -> bool:
        fresh = signature.expires is not None and signature.expires >= self.now()
        return fresh and signature.release == self.release()


def name_of(step: Step) -> str:
    """Return the name by which the checklist knows a step: ``cutover#users_told``."""
    return f"{step.module.rpartition('.')[2]}#{step.name}"


def _told(signature: Record) -> str:
    return f"{signature.created:%Y-%m-%d %H:%M} UTC {signature.body.get('by')}"
