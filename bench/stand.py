"""The local stack for a bench: in its own process, provisioned by the runbook, if asked ten times as large.

It never uses a kept stack, and leaves no record in the evidence store. By itself this module does
nothing.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import boto3

from aws.desired import Function, Route, Table
from aws.reading import Scope
from lambdas.packing import pack
from local.aws.server import LocalAws
from local.line.fake import FakeLine
from local.stack import LocalStack, Say
from plan import Naming, Plan, monitoring, plan_for, scope_of
from runbook.local_stack import mail_answerer, served_by
from runbook.procedures.provision import context_for, procedure
from signoff.environment import Environment, load

NOT_KEPT = Path("never-kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A running stack. ``aws`` is its server, to which faults can be added."""

    environment: Environment
    plan: Plan
    api: str
    aws: LocalAws


@contextmanager
def stand(say: Callable[[str], None], *, times: int = 1) -> Iterator[Stand]:
    """Yield the local environment's stack, with ``times`` as many functions, tables and routes."""

    def provide(environment: Environment, line: FakeLine, told: Say) -> None:
        session = boto3.Session(region_name=environment.region)
        context = context_for(
            session,
            environment,
            secrets_in=lambda _: line.channels.messaging_access_token,
            build=lambda key: pack(re.sub(r"-\d+$", "", key)),
            record=lambda *_: None,
            recorded=lambda *_, **__: None,
            go=True,
            mailed=mail_answerer(session),
        )
        context = context.planned(grown(environment, times), environment)
        for one in procedure().steps:
            if one.action is not None:
                told(one.text.title.en, one.text.title.ja)
                one.action(context)

    stack, environment = LocalStack(provide, served_by, NOT_KEPT), load("local").environment
    with (
        stack.localized(environment) as localized,
        stack.start(localized, lambda en, _: say(en)) as started,
    ):
        assert started.server  # noqa: S101 - a stack that was started here has one
        plan = grown(localized, times)
        yield Stand(environment=localized, plan=plan, api=started.api, aws=started.server)


def grown(environment: Environment, times: int) -> Plan:
    """Return the plan, ``times`` as large: each copy of a function has its role, log and alarms."""
    plan, naming = plan_for(environment), Naming(environment)
    copies = range(1, times)
    functions = (*plan.functions, *(_function(one, n) for n in copies for one in plan.functions))
    tables = (*plan.tables, *(_table(one, n) for n in copies for one in plan.tables))
    routes = (*plan.api.routes, *(_route(one, n) for n in copies for one in plan.api.routes))
    api = replace(plan.api, routes=routes)
    return replace(
        plan,
        tables=tables,
        functions=functions,
        roles=tuple(one.role for one in functions),
        api=api,
        alarms=monitoring.alarms(naming, functions, tables, api),
        dashboard=monitoring.dashboard(naming, functions, tables, api),
        log_groups=monitoring.log_groups(naming, functions, api),
    )


def grown_scope(environment: Environment, times: int) -> Scope:
    """Return what a reading of the grown plan asks for: every table of people and of masters, too."""
    plan = grown(environment, times)
    masters = {one.name for one in plan.tables if one.key.startswith("stampmasters")}
    names = [one.name for one in plan.tables]
    return replace(
        scope_of(plan, environment),
        contents=tuple(name for name in names if name in masters),
        key_scans=tuple(name for name in names if name not in masters),
    )


def _function(one: Function, number: int) -> Function:
    name = f"{one.name}-{number}"
    role = replace(one.role, name=f"{one.role.name}-{number}", arn=f"{one.role.arn}-{number}")
    arn = f"{one.arn}-{number}"
    return replace(
        one,
        key=f"{one.key}-{number}",
        name=name,
        arn=arn,
        alias_arn=f"{arn}:{one.alias}",
        role=role,
        log_group=f"{one.log_group}-{number}",
    )


def _table(one: Table, number: int) -> Table:
    return replace(
        one, key=f"{one.key}-{number}", name=f"{one.name}-{number}", arn=f"{one.arn}-{number}"
    )


def _route(one: Route, number: int) -> Route:
    return replace(one, path=f"/copy-{number}{one.path}", function=_function(one.function, number))
