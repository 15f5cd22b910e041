"""The evidence that procedures leave: records, signatures of people, and the live release that both are bound to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import boto3

from aws.inventory import Inventory, on_demand
from aws.section import NotTestable
from plan import plan_for, scope_of
from runbook.engine import Refused, Step
from signoff.checklist import Checklist
from signoff.environment import Environment
from signoff.evidence import Record, Store
from signoff.guard import Caller
from signoff.release import api_if_known, release_of

KIND = "signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Leaves and finds records of one environment, in the name of one caller."""

    store: Store
    caller: str
    """ARN of the AWS caller."""
    release: Callable[[], str]
    """Reads which release is live."""
    bound: Mapping[str, int]
    """Kinds that speak of the release that is live -> days for which they count."""
    api: Callable[[], str | None] = lambda: None
    """Reads the id of the API that is live, for the same kinds."""

    def record(self, kind: str, body: Mapping[str, Any]) -> None:
        days = self.bound.get(kind)
        release, api = (self.release(), self.api()) if days else (None, None)
        self.store.append(kind, body, caller=self.caller, release=release, api=api, days=days)

    def recorded(self, kind: str, **body: Any) -> Mapping[str, Any] | None:
        newest = self.store.load().newest(kind, **body)
        return newest.body if newest else None

    def history(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(one.body for one in reversed(self.store.load().entries) if one.kind == kind)


@dataclass(frozen=True, kw_only=True)
class Signing:
    """Signs in the evidence store. ``by`` asks for the name, ``release`` for what is live."""

    store: Store
    caller: str
    """ARN of the AWS caller."""
    by: Callable[[], str]
    release: Callable[[], str]
    days: int
    """How long a signature counts."""
    checklist: Checklist
    api: Callable[[], str | None] = lambda: None
    """Reads the id of the API that is live."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @cached_property
    def _steps(self) -> frozenset[str]:
        return frozenset(row.signed for row in self.checklist if row.signed)

    def wanted(self, step: Step) -> bool:
        """Whether a row is proven by this step's signature."""
        return name_of(step) in self._steps

    def standing(self, step: Step) -> str:
        """Return who signed for what is live, and when; empty where no signature counts."""
        newest = self.store.load().newest(KIND, step=name_of(step))
        return _told(newest) if newest is not None and self._counts(newest) else ""

    def sign(self, step: Step) -> None:
        """Leave the signature; Refused where nobody gives a name, or nothing is live."""
        body = {"step": name_of(step), "by": self.by(), "said": step.text.title.en}
        self.store.append(
            KIND,
            body,
            caller=self.caller,
            release=self.release(),
            api=self.api(),
            days=self.days,
            now=self.now,
        )

    def _counts(self, signature: Record) -> bool:
        fresh = signature.expires is not None and signature.expires >= self.now()
        same_api = signature.api is None or signature.api == self.api()
        return fresh and signature.release == self.release() and same_api


def name_of(step: Step) -> str:
    """Return the name by which the checklist knows a step: ``cutover#users_told``."""
    return f"{step.module.rpartition('.')[2]}#{step.name}"


def _told(signature: Record) -> str:
    return f"{signature.created:%Y-%m-%d %H:%M} UTC {signature.body.get('by')}"


def look_at(session: boto3.Session, environment: Environment, caller: Caller) -> Inventory:
    """Read AWS as the checks do, section by section as it is looked at."""
    scope = scope_of(plan_for(environment), environment)
    return on_demand(session, scope, caller=caller.arn)


def live_api(session: boto3.Session, environment: Environment, caller: Caller) -> str | None:
    """Return the id of the API that is live; None on a local stack, whose birth says more."""
    if environment.birth:
        return None
    scope = scope_of(plan_for(environment), environment)
    return api_if_known(look_at(session, environment, caller).sections, scope.api)


def live_release(session: boto3.Session, environment: Environment, caller: Caller) -> str:
    """Return the release; Refused where nobody can know what is live."""
    scope = scope_of(plan_for(environment), environment)
    inventory = look_at(session, environment, caller)
    try:
        return release_of(inventory.sections, functions=scope.functions, stage=scope.stage)
    except NotTestable as error:
        raise Refused(f"{error}: without a live release there is nothing to sign for") from None
