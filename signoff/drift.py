"""Whether what was judged is still what is live: a run lasts minutes, and anyone may deploy meanwhile."""

from dataclasses import dataclass

import boto3

from aws.inventory import Inventory, frozen, on_demand
from aws.section import NotTestable, lookup
from signoff.release import release_of
from signoff.snapshot import PlanT, Snapshot


@dataclass(frozen=True, slots=True)
class SecondReading:
    """``problem`` is a sentence that forbids a GO; ``calls`` are those that it took to know."""

    problem: str | None = None
    calls: int = 0


def read_again(snapshot: Snapshot[PlanT]) -> SecondReading:
    """Read the functions and the served API once more, and nothing else: about 18 AWS calls.

    Where the release was unknown from the start, rows say so, and nothing is asked. What is
    deployed and taken back in between, or in the last second, is not seen.
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
    """Say what is live other than what was judged, or why that can't be known; else None."""
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
