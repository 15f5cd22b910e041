"""Whether the release that was judged is still live: a run takes minutes, and anyone may deploy meanwhile."""

from dataclasses import dataclass

import boto3

from aws.inventory import Inventory, frozen, on_demand
from aws.section import NotTestable, lookup
from signoff.release import release_of
from signoff.snapshot import PlanT, Snapshot


@dataclass(frozen=True, slots=True)
class SecondReading:
    """``problem`` is a sentence that rules out a GO; ``calls`` counts the AWS calls of the second reading."""

    problem: str | None = None
    calls: int = 0


def read_again(snapshot: Snapshot[PlanT]) -> SecondReading:
    """Read the functions and the served API once more, and nothing else: about 18 AWS calls.

    If the release was unknown from the start, rows say so and nothing is read. A deployment that is
    reverted in between, or made in the last second, goes unnoticed.
    """
    try:
        judged = snapshot.release
    except NotTestable:
        return SecondReading()
    lazy = on_demand(
        boto3.Session(region_name=snapshot.environment.region),
        snapshot.scope,
        caller=snapshot.inventory.caller,
        salts=snapshot.inventory.salts,
    )
    problem = changed(snapshot, judged, lazy)
    return SecondReading(problem, frozen(lazy).calls)


def changed(snapshot: Snapshot[PlanT], judged: str, again: Inventory) -> str | None:
    """Return what is live instead of what was judged, or why that can't be determined; else None."""
    scope, sections = snapshot.scope, again.sections
    try:
        live = release_of(sections, functions=scope.functions, stage=scope.stage)
    except NotTestable as unknown:
        return (
            f"nobody knows whether release {judged} is still live at the end of the run: {unknown}"
        )
    if live != judged:
        return (
            f"release {judged} was judged, but {live} is live at the end of the run; "
            f"run again while nobody deploys"
        )
    before = snapshot.inventory.sections.functions
    touched = [
        name for name in scope.functions if lookup(before, name) != lookup(sections.functions, name)
    ]
    if touched:
        return f"{', '.join(touched)} changed during the run; run again while nobody deploys"
    return None
