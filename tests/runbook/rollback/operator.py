"""Somebody who runs procedures and notes what they say."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import sleep
from types import ModuleType
from typing import Any

from aws.change.gate import Changes
from aws.words import Words
from runbook.engine import Procedure
from signoff.judge.outcome import Finding
from tests.runbook.desk import Desk

FEW = ("auth", "award", "gps-verify")
"""Functions of which one is the first, one in the middle, one the last: where each is handled as the others are."""


def until(moment: datetime) -> None:
    """Return when it is then: a restore goes back to whole seconds."""
    sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


@dataclass
class RollbackOperator:
    """``agrees`` is the answer to every question about a loss; ``only``: functions of the plan, () for all."""

    desk: Desk
    agrees: bool = True
    only: Collection[str] = ()
    told: list[str | Words] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    red: tuple[Finding, ...] | None = None
    """What the checks find; None where nothing is judged."""

    def client(self, service: str) -> Any:
        return self.desk.client(service)

    def context(self, *, go: bool = False, environment: Any = None, **chosen: str) -> Any:
        made = self.desk.context(
            go=go,
            environment=environment or self.desk.environment,
            chosen=chosen,
            history=self.history,
            permit=self._permit,
            tell=self.told.append,
            **self._judging(),
        )
        functions = tuple(function for function in made.plan.functions if function.key in self.only)
        return replace(made, plan=replace(made.plan, functions=functions or made.plan.functions))

    def _judging(self) -> dict[str, Any]:
        if (red := self.red) is None:
            return {}
        return {"findings": lambda rows: tuple(finding for finding in red if finding.row in rows)}

    def history(self, kind: str) -> tuple[Any, ...]:
        return self.desk.evidence.history(kind)

    def rehearse(self, procedure: ModuleType, **chosen: str) -> Changes:
        with self.desk.reads_only():
            return self._do(procedure, self.context(**chosen))

    def run(self, procedure: ModuleType, **chosen: str) -> Changes:
        return self._do(procedure, self.context(go=True, **chosen))

    def versions(self) -> dict[str, str]:
        """Versions behind the aliases, by key of the function."""
        return {
            function.key: self.client("lambda").get_alias(
                FunctionName=function.name, Name=function.alias
            )["FunctionVersion"]
            for function in self.context().plan.functions
        }

    def _do(self, procedure: ModuleType, context: Any) -> Changes:
        steps = Procedure.of(procedure).steps
        return tuple(change for step in steps if step.action for change in step.action(context))

    def _permit(self, lost: Any) -> bool:
        self.asked += lost
        return self.agrees
