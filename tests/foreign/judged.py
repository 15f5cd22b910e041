"""What the checks make of a world, row by row."""

from collections.abc import Mapping

from signoff.outcome import Finding, Outcome
from signoff.world import World
from tests.judging import judge

WORST_FIRST = (Outcome.FAIL, Outcome.NOT_TESTABLE, Outcome.FOLLOWS)


def red(world: World) -> Mapping[str, Outcome]:
    """Return every red row with the outcome of its worst finding."""
    found: dict[str, list[Outcome]] = {}
    for one in red_findings(world):
        found.setdefault(one.row, []).append(one.outcome)
    return {row: min(outcomes, key=WORST_FIRST.index) for row, outcomes in found.items()}


def red_findings(world: World) -> list[Finding]:
    return [one for one in judge(world) if one.outcome.red]
