"""Who answers for what: waivers, decisions, the owners of conditions, and the signers."""

from dataclasses import dataclass
from datetime import date

from aws.words import Words
from signoff.environment.application import StrictTable
from signoff.environment.value_types import PersonName, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(StrictTable):
    """A red row that a named person accepts until a given day, at most 30 days ahead.

    A row whose record is stale is waived for a day, and only for the ``release`` that the row prints.
    """

    row: str
    until: date
    reason: Reason
    by: PersonName
    release: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(StrictTable):
    """A deliberate difference from the plan: ``what`` and ``value`` as the red row prints them."""

    what: str
    value: str
    by: PersonName
    why: Reason
    until: date | None = None
    release: str | None = None
    """The release that it is made for; a decision about a guess counts for one release only."""

    @property
    def sentence(self) -> Words:
        ends = f", until {self.until}" if self.until else ""
        ends += f", for release {self.release}" if self.release else ""
        to = f"、{self.until}まで" if self.until else ""
        to += f"、リリース{self.release}に限る" if self.release else ""
        return Words(
            en=f"{self.what} is {self.value}: {self.why} ({self.by}{ends})",
            ja=f"{self.what} = {self.value}: {self.why}（{self.by}{to}）",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance(StrictTable):
    """Who answers for a condition of the verdict, and until when; it does not make the verdict better.

    ``what`` is a row that is red, a decision's ``what``, or a condition of the run as `signoff accept` lists it.
    """

    what: str
    by: PersonName
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider(StrictTable):
    """A person who signs the page."""

    name: PersonName
    role: str
    contact: str
