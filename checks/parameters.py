"""What checks get of the environment and its plan: what each is parametrized over, never found things, and its optional parts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest

from aws import desired
from aws.section import NotTestable
from aws.words import Words
from checks.bounded import bounded
from plan import Plan
from signoff.environment import Domain, Environment
from signoff.environment.application import Application
from signoff.judge.checklist import without_subject


def configured_domain(environment: Environment) -> Domain:
    """Return the custom domain; NotTestable where there is none."""
    if environment.domain is None:
        raise _not_configured(environment, "domain", Words("custom domain", "カスタムドメイン"))
    return environment.domain


def configured_bucket(environment: Environment) -> str:
    """Return the name of the bucket of the images; NotTestable where there is none."""
    if not environment.bucket:
        raise _not_configured(environment, "bucket", Words("bucket of images", "画像のバケット"))
    return environment.bucket


def configured_authorizer(plan: Plan) -> desired.Authorizer:
    """Return what is to decide whether a caller has a session; NotTestable where nothing of the application does."""
    if plan.api.authorizer is None:
        raise NotTestable(
            en="the application has no authorizer (app.toml)",
            ja="アプリケーションにオーソライザーがありません（app.toml）",
        )
    return plan.api.authorizer


def _not_configured(environment: Environment, key: str, part: Words) -> NotTestable:
    where = f"{environment.name}.{key}"
    return NotTestable(
        en=f"no {part.en} is known: environments.toml does not set {where}",
        ja=f"{part.ja}が不明です（environments.tomlに{where}の設定がありません）",
    )


ARGUMENTS: Mapping[str, Callable[[Environment, Plan], Iterable[Any]]] = {
    "table": lambda _, plan: plan.tables,
    "secret": lambda _, plan: plan.secrets,
    "role": lambda _, plan: plan.roles,
    "function": lambda _, plan: plan.functions,
    "guided_role": lambda _, plan: (role for role in plan.roles if role.judged_for_missing),
    "unguided_role": lambda _, plan: (role for role in plan.roles if not role.judged_for_missing),
    "secret_reader": lambda _, plan: (function for function in plan.functions if function.secrets),
    "route": lambda _, plan: plan.api.routes,
    "guarded_route": lambda _, plan: (route for route in plan.api.routes if route.authorized),
    "open_route": lambda _, plan: (route for route in plan.api.routes if not route.authorized),
    "path": lambda _, plan: plan.api.paths,
    "gateway_response": lambda _, plan: plan.api.gateway_responses,
    "alarm": lambda _, plan: plan.alarms,
    "widget": lambda _, plan: plan.dashboard.widgets,
    "log_group": lambda _, plan: plan.log_groups,
}
"""Argument name of a check -> what it runs over. Optional parts are asked of ``environment``."""


HAS_NONE: Mapping[str, Callable[[Application], bool]] = {
    "table": lambda app: not app.tables,
    "secret": lambda app: not app.secrets,
    "secret_reader": lambda app: not app.secrets,
    "guided_role": lambda app: not any(function.guided for function in app.functions.values()),
    "unguided_role": lambda app: all(function.guided for function in app.functions.values()),
    "guarded_route": lambda app: {*app.routes} == {*app.open_routes},
    "open_route": lambda app: not app.open_routes,
}
"""Argument -> whether the application has none of it: its tests are left out then. Anything else that is empty stops the run."""


def parametrize(metafunc: pytest.Metafunc, environment: Environment, plan: Plan) -> None:
    if "bounded" in metafunc.fixturenames:
        metafunc.parametrize(("bounded", "planned"), list(bounded(plan)))
    if "watched" in metafunc.fixturenames:
        metafunc.parametrize("watched", list(_counting(metafunc.module.COUNTED, plan, environment)))
    for argument in (name for name in metafunc.fixturenames if name in ARGUMENTS):
        planned: list[Any] = list(ARGUMENTS[argument](environment, plan))
        if not planned and HAS_NONE.get(argument, _never)(environment.application):
            planned = [pytest.param(None, marks=without_subject)]
        metafunc.parametrize(argument, planned, ids=str)


def _counting(
    counted: Mapping[str, pytest.MarkDecorator], plan: Plan, environment: Environment
) -> Iterator[Any]:
    """Yield each planned alarm, tied to the row of its kind; None keeps a row in the collection that is set aside."""
    for kind, mark in counted.items():
        alarms = [planned for planned in plan.alarms if planned.kind == kind]
        for alarm in alarms:
            yield pytest.param(alarm, marks=mark.with_args(subject=str(alarm)), id=str(alarm))
        if not alarms:
            idle = kind == "throttle" and not environment.application.tables
            yield pytest.param(None, marks=[mark, *([without_subject] if idle else [])], id=kind)


def _never(_: Application) -> bool:
    return False
