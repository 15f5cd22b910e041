"""A toy procedure whose steps can be made to fail, and a screen and a world that remember."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aws.words import Words
from runbook.engine import Change, Journal, Procedure, Refused, Run, StepContext, ask, step
from tests.runbook.desk import said_in

WHO = "arn:aws:iam::123456789012:user/operator"


@dataclass(slots=True)
class Thing:
    """The toy's AWS: two values, and what is to go wrong."""

    values: dict[str, Any] = field(default_factory=dict)
    applied: list[str] = field(default_factory=list)
    broken: bool = False
    precious: bool = False


THING, VALUE = Words.same("thing"), Words.same("value")


def set_to(context: StepContext, name: str, value: str) -> tuple[Change, ...]:
    thing: Thing = context.plan
    before = thing.values.get(name)
    changes = (Change(THING.named(name), VALUE, before, value, thing.precious),)

    def apply() -> None:
        if thing.broken and name == "second":
            raise Refused(Words.same("the second thing is broken: mend it"))
        thing.applied.append(name)
        thing.values[name] = value

    return context.settle(changes if before != value else (), apply)


@step("9-1", proves=("ROW-1", "ROW-2"))
def set_the_first(context: StepContext) -> tuple[Change, ...]:
    """Set the first thing.

    最初のものを設定する。
    """
    return set_to(context, "first", "one")


@ask("9-2")
def look_at_it() -> None:
    """Look at it.

    目で確認する。
    """


@step("9-2", proves=("ROW-2", "ROW-3"))
def set_the_second(context: StepContext) -> tuple[Change, ...]:
    """Set the second thing.

    二番目のものを設定する。
    """
    return set_to(context, "second", "two")


def procedure(*, composed: bool = False) -> Procedure:
    return Procedure(
        name="toy",
        text=set_the_first.text,
        steps=(set_the_first, look_at_it, set_the_second),
        composed=composed,
    )


@dataclass(slots=True)
class Memory:
    """A screen that remembers, and answers as it is told."""

    agrees: bool = True
    confirms: bool = True
    outcomes: list[tuple[str, str]] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    shown: list[Change] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What the steps of a rehearsal had to say."""
    procedure: Procedure | None = None

    def opened(self, procedure: Procedure, *, go: bool, resumed: bool) -> None:
        self.details.append(f"go={go} resumed={resumed}")
        self.procedure = procedure

    def step(self, number: int, step: Any) -> None:
        """Nothing to remember."""

    def changes(self, changes: Sequence[Change]) -> None:
        self.shown += changes

    def rehearsed(self, steps: Sequence[Any], **_: bool) -> None:
        for one in steps:
            if one.step.action is None:
                self.outcome("by hand", one.step)
            self.changes(one.changes)
            self.told += [said_in("en", line) for line in one.sentences]

    def outcome(self, what: str, step: Any, detail: str = "") -> None:
        self.outcomes.append((step.name, what))
        self.details.append(detail)

    def agreed(self, lost: Sequence[Change]) -> bool:
        self.asked += [change.resource.en for change in lost]
        return self.agrees

    def confirmed(self, step: Any) -> bool:
        self.asked.append(step.name)
        return self.confirms

    def tried(self, steps: Mapping[int, Any]) -> Collection[int]:
        self.asked.append(", ".join(change.name for change in steps.values()))
        return steps if self.confirms else []


def run(thing: Thing, journal: Path, screen: Memory, **more: Any) -> Run:
    context = StepContext(
        environment=SimpleNamespace(name=more.pop("environment", "toy")),
        plan=thing,
        clients=None,
        build=None,
        secret=None,
        sleep=more.pop("sleep", lambda _: None),
        **({"tell": more.pop("tell")} if "tell" in more else {}),
    )
    return Run(
        procedure=more.pop("procedure", procedure()),
        context=context,
        journal=Journal(journal),
        screen=screen,
        who=WHO,
        **more,
    )
