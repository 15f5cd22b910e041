"""The outcome of a row, and which outcome an exception of a check becomes."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws.difference import Certainty
from aws.section import Follows, NotTestable
from aws.words import Words
from signoff.checklist import Severity
from signoff.decisions import Differs
from signoff.observations import AppliedDecision, Comparison


class Outcome(enum.StrEnum):
    """Rulings, "The verdict", 1. Worst first, so that a row is as bad as its worst finding."""

    FAIL = "fail"
    NOT_TESTABLE = "not testable"
    FOLLOWS = "follows"
    PASS = "pass"  # noqa: S105 - an outcome
    SIGNED = "signed"
    WAIVED = "waived"
    NOT_HERE = "not verifiable here"
    EXCLUDED = "excluded"

    @property
    def red(self) -> bool:
        return self in {Outcome.FAIL, Outcome.NOT_TESTABLE, Outcome.FOLLOWS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One test of one row: ``subject`` is what was looked at, ``root`` the row it follows from."""

    row: str
    outcome: Outcome
    message: str = ""
    subject: str = ""
    evidence: tuple[Mapping[str, Any], ...] = ()
    root: str | None = None
    decided: tuple[AppliedDecision, ...] = ()
    """Decisions of the environment file without which it would be red."""
    words: Words | None = None
    """The message in both languages, where it was made from data."""
    compared: tuple[Comparison, ...] = ()
    """What was held against a bound: found beside expected."""
    calls: tuple[str, ...] = ()
    """The IAM actions by which what it judges was read."""
    decision: str = ""
    """Lines of environments.toml that would allow what was found, where a decision can."""
    at_most: Severity = Severity.BLOCKER
    """However grave its row is, this finding is no graver: what is only guessed is a major."""


OUTCOMES = {
    Certainty.CERTAIN: Outcome.FAIL,
    Certainty.GUESSED: Outcome.FAIL,
    Certainty.UNPARSED: Outcome.NOT_TESTABLE,
}
SEVERITIES = {
    Certainty.CERTAIN: Severity.BLOCKER,
    Certainty.GUESSED: Severity.MAJOR,
    Certainty.UNPARSED: Severity.MAJOR,
}
"""How grave a difference is at most (ruling 46)."""


def finding(row: str, error: BaseException | None, **facts: Any) -> Finding:
    """Classify how a check ended: only an AssertionError is a failure, any other exception means unknown."""
    if error is None:
        return Finding(row=row, outcome=Outcome.PASS, **facts)
    if isinstance(error, Follows):
        return Finding(
            row=row, outcome=Outcome.FOLLOWS, message=str(error), root=error.root, **facts
        )
    if isinstance(error, Differs):
        return Finding(
            row=row,
            outcome=OUTCOMES[error.certainty],
            message=error.words.en,
            words=error.words,
            decision=error.lines,
            at_most=SEVERITIES[error.certainty],
            **facts,
        )
    if isinstance(error, AssertionError):
        return Finding(row=row, outcome=Outcome.FAIL, message=_first(error), **facts)
    why = str(error) if isinstance(error, NotTestable) else f"{type(error).__name__}: {error}"
    return Finding(row=row, outcome=Outcome.NOT_TESTABLE, message=why, **facts)


def _first(error: AssertionError) -> str:
    """Drop the comparison that pytest appends; the signer reads the sentence."""
    return str(error).split("\nassert ", 1)[0].strip()
