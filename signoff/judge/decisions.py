"""Decisions: where an environment differs from the plan on purpose, with a reason and a name, in its file.

A red row that a decision could answer prints the lines of that decision; the person who pastes them answers
for it by name, and the page shows it at the top.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, TypeVar

from aws.bounds import Bound
from aws.difference import Certainty, Compared, Difference, Differences, differences, unallowed
from aws.kind.engine import Kind
from aws.ledger import Unplanned
from aws.section import Broken, Follows, if_known
from aws.visible import toml_table
from aws.words import Words, joined
from signoff.environment.accountability import Decision
from signoff.judge.observations import AppliedDecision, Comparison, Observations, identity
from signoff.judge.snapshot import PlanT, Snapshot

ENVIRONMENT = Words(en="environment", ja="環境")
T = TypeVar("T")


class Differs(Broken):
    """Something is not as planned, and no decision allows it."""

    def __init__(
        self, differences: Sequence[Difference], environment: str, release: str | None = None
    ) -> None:
        super().__init__(joined(difference.words for difference in differences))
        self.certainty = min(
            (difference.certainty for difference in differences), key=list(Certainty).index
        )
        """That of the most certain difference: one certain fault outweighs any guess."""
        decidable = all(difference.decidable for difference in differences)
        open_ = [each for each, _ in gathered(differences, environment) if decidable]
        self.tables = tuple(table(difference, environment, release) for difference in open_)
        """What to paste into environments.toml, if all of this is wanted; empty where that can't be."""
        self.tables_on = tuple(difference.what for difference in open_)
        """What each of these decisions is on."""
        self.differences = tuple(difference.plain for difference in differences)
        self.repeats = any(difference.sentence is None for difference in differences)
        """Whether its sentence repeats a difference, whose parts all have columns on the page."""
        self.stops_calls = any(difference.stops_calls for difference in differences)


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of an environment; those that ended before ``today`` are not in force.

    ``release`` is the one that is live, if that is known: a decision made for another release is not in force, either.
    """

    environment: str
    made: Sequence[Decision]
    today: date
    release: Callable[[], str | None] = lambda: None

    def in_force(self, made: Decision) -> bool:
        """Whether a decision has not expired, and the release that it names, if any, is live."""
        until = made.until is None or made.until >= self.today
        return until and (made.release is None or made.release == self.release())

    def undecided(self, differences: Iterable[Difference]) -> list[Difference]:
        """Return the differences that no decision answers, be it about one alone or about several together."""
        answers = self.answers(tuple(differences))
        return [difference for difference, made in answers if made is None]

    def answers(
        self, differences: Sequence[Difference]
    ) -> list[tuple[Difference, Decision | None]]:
        alone = [(difference, self.answer(difference)) for difference in differences]
        unanswered = [difference for difference, made in alone if made is None]
        groups = gathered(unanswered, self.environment)
        joint = [
            (difference, self.answer(whole)) for whole, group in groups for difference in group
        ]
        return [(difference, made) for difference, made in alone if made] + joint

    def answer(self, difference: Difference) -> Decision | None:
        return next((made for made in self.made if self._answers(made, difference)), None)

    def _answers(self, made: Decision, difference: Difference) -> bool:
        settles = difference.certainty is Certainty.CERTAIN or made.release is not None
        about = made.what == difference.what and made.value == difference.value.en
        return difference.decidable and about and settles and self.in_force(made)


def decisions_of(snapshot: Snapshot[PlanT]) -> Decisions:
    """Return the decisions of what is judged, as of the moment at which it was read."""
    environment = snapshot.environment
    release = partial(if_known, lambda: snapshot.release)
    return Decisions(environment.name, environment.decisions, snapshot.today, release)


@dataclass(frozen=True, slots=True)
class Judge:
    """What a check judges with: it records what it looks at, and compares differences with the decisions."""

    observe: Observations
    decisions: Decisions

    def __call__(self, differences: Iterable[Difference]) -> None:
        """Raise Differs for what is not decided; note the decisions that answer the rest."""
        listed = differences if isinstance(differences, Differences) else tuple(differences)
        compared = listed.compared if isinstance(listed, Differences) else listed
        self.observe.compared += map(Comparison.of, compared)
        if undecided := self._settle(listed):
            self.observe.undecided += undecided
            certain = all(difference.certainty is Certainty.CERTAIN for difference in undecided)
            release = None if certain else self.decisions.release()
            raise Differs(undecided, self.decisions.environment, release)

    def compare(self, kind: Words, name: str, compared: Compared, **more: Any) -> None:
        """Compare what was found of each fact with its bound; ``more`` are fields of each Difference."""
        self(differences(kind, name, compared, **more))

    def hold(
        self, kind: Kind[T], item: T, bounds: Mapping[Words, Bound], *further: str, **more: Any
    ) -> None:
        """Compare facts of an item with their bounds, and record them as evidence, with ``further`` fields.

        ``more`` are fields of each Difference.
        """
        self.observe(item, *further, *(kind.by_words[fact][0] for fact in bounds))
        self(kind.differences(identity(item), item, bounds, **more))

    def attached(
        self,
        unplanned: Iterable[Unplanned],
        allowed: Mapping[Words, Bound] | None = None,
        **resource: str,
    ) -> None:
        """Record the unplanned settings of a resource, given as ``kind=name``, and compare them with what is allowed."""
        attached = tuple(unplanned)
        shown = [f"{addition.fact.en}: {addition.found}" for addition in attached]
        self.observe.note(**resource, attached=shown)
        self(unallowed(attached, allowed))

    def follow(
        self,
        root: str,
        differences: Iterable[Difference],
        why: Words | None = None,
        further: Iterable[Difference] = (),
    ) -> None:
        """Raise Follows where row ``root`` is red by one of these; what was decided there counts here as well.

        ``further``: the other differences of ``root``, which one decision may answer together with these.
        """
        ours = tuple(differences)
        others = (difference for difference in further if difference not in ours)
        if undecided := [
            difference for difference in self._settle((*ours, *others)) if difference in ours
        ]:
            self.observe.undecided += undecided
            raise Follows(root, why or undecided[0].words)

    def _settle(self, differences: Iterable[Difference]) -> list[Difference]:
        """Return what is not decided; note the decisions that answer the rest."""
        answers = self.decisions.answers(tuple(differences))
        self.observe.decided += [
            AppliedDecision(made, difference.loosens, difference.certainty)
            for difference, made in answers
            if made
        ]
        return [difference for difference, made in answers if made is None]


def gathered(
    differences: Iterable[Difference], environment: str
) -> list[tuple[Difference, tuple[Difference, ...]]]:
    """Return what a decision may answer, each with the differences that it then allows: several together, or one alone."""
    groups: dict[object, list[Difference]] = {}
    for place, difference in enumerate(differences):
        groups.setdefault(difference.together.en or place, []).append(difference)
    return [
        (_joint(group, environment) if len(group) > 1 else group[0], tuple(group))
        for group in groups.values()
    ]


def _joint(group: Sequence[Difference], environment: str) -> Difference:
    """Return one difference that says by name what each of these is."""
    in_order = sorted(group, key=lambda difference: (difference.name, difference.fact.en))
    return Difference(
        ENVIRONMENT,
        environment,
        in_order[0].together,
        [joined((Words.same(difference.name), difference.value), ": ") for difference in in_order],
        in_order[0].bound,
        decided_in=in_order[0].decided_in,
        loosens=any(difference.loosens for difference in in_order),
        decidable=all(difference.decidable for difference in in_order),
    )


def table(difference: Difference, environment: str, release: str | None = None) -> str:
    """Return the table of environments.toml that would allow this difference.

    A guess, or an expression that can't be evaluated, is allowed for the live release only.
    """
    keys = {"what": difference.what, "value": difference.value.en, "by": "…", "why": "…"}
    if difference.certainty is not Certainty.CERTAIN:
        keys["release"] = release or "…"
    return toml_table(f"{environment}.decisions", keys)
