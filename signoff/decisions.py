"""Decisions: what an environment wants otherwise than planned, by name and with a reason, in its file.

A red sentence that a decision could answer prints the lines that would make it; whoever pastes them answers
for it by name, and the page shows them on top.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from aws.bounds import as_text
from aws.difference import Difference, Differences
from aws.words import Words
from signoff.environment import Decision
from signoff.observations import AppliedDecision, Comparison, Observations
from signoff.snapshot import PlanT, Snapshot


class Differs(AssertionError):  # noqa: N818 - it reads as the finding that it is
    """Something is not as planned, and nobody decided that it may be."""

    def __init__(self, differences: Sequence[Difference], environment: str) -> None:
        self.words = Words(
            en="; ".join(one.words.en for one in differences),
            ja="; ".join(one.words.ja for one in differences),
        )
        self.lines = "\n\n".join(lines(one, environment) for one in differences)
        """What to paste into environments.toml, if all of this is wanted."""
        super().__init__(self.words.en)


@dataclass(frozen=True, slots=True)
class Decided:
    """Holds differences against the decisions of an environment; ``today`` ends those that are over."""

    environment: str
    decisions: Sequence[Decision]
    today: date

    def __call__(self, found: Iterable[Difference], observe: Observations) -> None:
        """Raise Differs for what nobody decided; note the decisions that answer the rest."""
        differences = found if isinstance(found, Differences) else tuple(found)
        compared = differences.compared if isinstance(differences, Differences) else differences
        observe.compared += map(Comparison.of, compared)
        answers = [(one, self._answer(one)) for one in differences]
        observe.decided += [AppliedDecision(made, one.loosens) for one, made in answers if made]
        left = [one for one, made in answers if made is None]
        if left:
            raise Differs(left, self.environment)

    def in_force(self, made: Decision) -> bool:
        """Whether the last day of a decision, if it has one, is not over yet."""
        return made.until is None or made.until >= self.today

    def undecided(self, found: Iterable[Difference]) -> list[Difference]:
        """Return the differences that no decision answers."""
        return [one for one in found if not self._answer(one)]

    def _answer(self, one: Difference) -> Decision | None:
        return next((made for made in self.decisions if self._answers(made, one)), None)

    def _answers(self, made: Decision, one: Difference) -> bool:
        return self.in_force(made) and made.what == one.what and made.value == as_text(one.found)


def decided_in(snapshot: Snapshot[PlanT]) -> Decided:
    """Return the decisions of what is judged, as of the moment at which it was read."""
    environment = snapshot.environment
    return Decided(environment.name, environment.decisions, snapshot.today)


def lines(one: Difference, environment: str) -> str:
    """Return the table of environments.toml that would allow this difference."""
    return (
        f"[[{environment}.decisions]]\n"
        f"what = {_text(one.what)}\n"
        f"value = {_text(as_text(one.found))}\n"
        'by = "…"\n'
        'why = "…"'
    )


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
