"""What checks are parametrized over: expected things of the plan, never found ones."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from plan import Plan
from signoff.environment import Environment

ARGUMENTS: Mapping[str, Callable[[Environment, Plan], Iterable[Any]]] = {
    "table": lambda _, plan: plan.tables,
    "secret": lambda _, plan: plan.secrets,
    "role": lambda _, plan: plan.roles,
    "function": lambda _, plan: plan.functions,
    "guided_role": lambda _, plan: (one for one in plan.roles if one.judged_for_missing),
    "unguided_role": lambda _, plan: (one for one in plan.roles if not one.judged_for_missing),
    "secret_reader": lambda _, plan: (one for one in plan.functions if one.secrets),
    "route": lambda _, plan: plan.api.routes,
    "guarded_route": lambda _, plan: (one for one in plan.api.routes if one.authorized),
    "open_route": lambda _, plan: (one for one in plan.api.routes if not one.authorized),
    "path": lambda _, plan: plan.api.paths,
    "gateway_response": lambda _, plan: plan.api.gateway_responses,
    "alarm": lambda _, plan: plan.alarms,
    "function_error_alarm": lambda _, plan: _alarms(plan, "function-errors"),
    "function_fault_alarm": lambda _, plan: _alarms(plan, "function-faults"),
    "api_4xx_alarm": lambda _, plan: _alarms(plan, "api-4xx"),
    "api_5xx_alarm": lambda _, plan: _alarms(plan, "api-5xx"),
    "throttle_alarm": lambda _, plan: _alarms(plan, "throttle"),
    "widget": lambda _, plan: plan.dashboard.widgets,
    "log_group": lambda _, plan: plan.log_groups,
}
"""Argument name of a check -> what it runs over. Optional parts are asked of ``environment``."""


def parametrize(metafunc: pytest.Metafunc, environment: Environment, plan: Plan) -> None:
    for argument in (name for name in metafunc.fixturenames if name in ARGUMENTS):
        metafunc.parametrize(argument, list(ARGUMENTS[argument](environment, plan)), ids=str)


def _alarms(plan: Plan, kind: str) -> Iterable[Any]:
    return (alarm for alarm in plan.alarms if alarm.kind == kind)
