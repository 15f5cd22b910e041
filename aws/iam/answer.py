"""Yes, no, or unknown with its reason: what cannot be judged is never taken for a no."""

from collections.abc import Iterable
from dataclasses import dataclass

from aws.words import Words


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither yes nor no. ``reason`` completes «cannot be judged: …»."""

    reason: Words


Answer = bool | Unknown
"""Compare with ``is True`` and ``is False``: an Unknown is neither."""


def every(answers: Iterable[Answer]) -> Answer:
    """No if any is no, whatever else is unknown; yes only if all are yes."""
    unknown: Answer = True
    for answer in answers:
        if answer is False:
            return False
        if isinstance(answer, Unknown) and unknown is True:
            unknown = answer
    return unknown


def some(answers: Iterable[Answer]) -> Answer:
    """Yes if any is yes, whatever else is unknown; no only if all are no."""
    unknown: Answer = False
    for answer in answers:
        if answer is True:
            return True
        if isinstance(answer, Unknown) and unknown is False:
            unknown = answer
    return unknown


def negated(answer: Answer) -> Answer:
    return answer if isinstance(answer, Unknown) else not answer
