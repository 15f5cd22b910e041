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
    """No if any is no, even beside unknown ones; yes only if all are yes."""
    return _decided(answers, by=False)


def some(answers: Iterable[Answer]) -> Answer:
    """Yes if any is yes, even beside unknown ones; no only if all are no."""
    return _decided(answers, by=True)


def _decided(answers: Iterable[Answer], *, by: bool) -> Answer:
    """Return ``by`` if any answer is that; else the first that is unknown, else the contrary."""
    left: Answer = not by
    for answer in answers:
        if answer is by:
            return by
        if isinstance(answer, Unknown) and not isinstance(left, Unknown):
            left = answer
    return left


def negated(answer: Answer) -> Answer:
    return answer if isinstance(answer, Unknown) else not answer
