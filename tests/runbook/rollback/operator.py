"""Somebody who runs procedures and notes what they say."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

from aws.change import Changes
from aws.words import Words
from local.aws.restores import Restores
from local.aws.server import LocalAws
from runbook.engine import Procedure
from runbook.procedures.provision import procedure
from tests.runbook.desk import ONCE, Desk, clients

SCALING = "application-autoscaling"


@contextmanager
def account(number: str) -> Iterator["Operator"]:
    """Yield an operator of an account as planned, without the bucket: its name is taken worldwide."""
    with LocalAws(number, "ap-northeast-1") as aws:
        restores = Restores(aws)
        aws.extensions.append(restores.extension)
        aws.observers.append(restores.observe)
        desk = Desk(aws, clients(aws))
        scaling = desk.session.client(SCALING, endpoint_url=aws.endpoint, config=ONCE)
        desk = Desk(aws, {**clients(aws), SCALING: scaling})
        desk.environment = replace(desk.environment, bucket=None)
        for step in procedure().steps:
            if step.action:
                desk.do(step.action)
        yield Operator(desk)


@dataclass
class Operator:
    """``agrees`` is the answer to every question about a loss."""

    desk: Desk
    agrees: bool = True
    told: list[str | Words] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)

    def client(self, service: str) -> Any:
        return self.desk.client(service)

    def context(self, *, go: bool = False, environment: Any = None, **chosen: str) -> Any:
        return self.desk.context(
            go=go,
            environment=environment or self.desk.environment,
            chosen=chosen,
            history=self.history,
            permit=self._permit,
            tell=self.told.append,
        )

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
            one.key: self.client("lambda").get_alias(FunctionName=one.name, Name=one.alias)[
                "FunctionVersion"
            ]
            for one in self.context().plan.functions
        }

    def _do(self, procedure: ModuleType, context: Any) -> Changes:
        steps = Procedure.of(procedure).steps
        return tuple(change for one in steps if one.action for change in one.action(context))

    def _permit(self, lost: Any) -> bool:
        self.asked += lost
        return self.agrees
