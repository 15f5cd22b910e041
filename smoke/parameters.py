"""What the smoke tests are parametrized over: routes, paths and groups of the plan, and tables of calls."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from aws.words import Words
from plan import Plan
from signoff.environment import Environment, embedded
from signoff.environment.application import SIGNING
from signoff.environment.references import required_of, url_of
from signoff.judge.checklist import without_subject
from smoke.cors import CASES
from smoke.errors import BOUNDS, errors_of, takes_input
from smoke.id_tokens import FLAWS
from smoke.sessions import KINDS, ODD

RALLYS_ALONE = Words(
    en="smoke knows how to try this of the stamp rally alone (app.toml names no masters)",
    ja="スモークテストがこの項目を検証できるのはスタンプラリーだけである（app.tomlにmastersの指定なし）",
)
"""Why a row is left out of an application of which smoke knows the contract alone."""
UNCALLABLE = Words(
    en="the application has no such read that can be called: the contract has to have an `example` of each parameter that its"
    " URL requires, and app.toml the secret token_key if it takes a session; smoke signs no call for IAM",
    ja="呼び出せる読み取りがアプリケーションにありません。URLに必須の各パラメータの`example`がAPI仕様に、セッションが必要なら"
    "シークレットtoken_keyがapp.tomlに必要です。スモークテストはIAM認証の署名をしません",
)
LAST = "test_smoke_leaves_nothing_behind"
LATE = (
    "test_log_holds_nothing_of_who_asked",
    "test_every_answer_of_the_run_is_for_the_front_end_alone",
    "test_no_answer_of_the_run_may_be_kept",
    "test_no_answer_names_what_is_inside",
    "test_run_is_answered_without_delay",
    "test_function_starts_without_delay",
    LAST,
)
"""The tests that run after all others, in this order: what the others have sent is what they look at."""


def _reads(environment: Environment, plan: Plan, *, authorized: bool) -> list[str]:
    """Return the reads that do, or do not, need a session, and require no header, and no parameter without an example."""
    app = environment.application

    return [
        route.id
        for route in plan.api.routes
        if route.verb == "GET" and route.authorized is authorized and not route.by_iam
        if url_of(route.path, route.verb, app.document)
        if {"path", "query"}
        >= {each["in"] for each in required_of(app.paths[route.path], route.verb, app.document)}
    ]


ANY: Mapping[str, Callable[[Environment, Plan], Iterable[Any]]] = {
    "any_route": lambda _, plan: [route.id for route in plan.api.routes],
    "guarded_route": lambda _, plan: [route.id for route in plan.api.routes if route.authorized],
    "guarded_read": lambda environment, plan: (
        _reads(environment, plan, authorized=True)
        if SIGNING in environment.application.secrets
        else ()
    ),
    "open_read": lambda environment, plan: _reads(environment, plan, authorized=False),
}
"""Arguments of the tests of an application that is not the rally, which need not have one of each."""
OF_READS = {True: "guarded_read", False: "open_read"}
ARGUMENTS: Mapping[str, Callable[[Environment, Plan], Iterable[Any]]] = {
    "route": lambda _, plan: [route.id for route in plan.api.routes if route.authorized],
    "personal_route": lambda _, plan: [
        route.id for route in plan.api.routes if route.authorized and route.path != "/richmenu/list"
    ],
    "input_route": lambda _, plan: [r.id for r in plan.api.routes if takes_input(r.id)],
    "path": lambda _, plan: plan.api.paths,
    "log_group": lambda _, plan: plan.log_groups,
    "function_log": lambda _, plan: [
        group
        for group in plan.log_groups
        if group.name in {function.log_group for function in plan.functions}
    ],
    "error": lambda environment, _: errors_of(environment),
    "case": lambda *_: CASES,
    "bound": lambda *_: BOUNDS,
    "flaw": lambda *_: FLAWS,
    "kind": lambda *_: KINDS,
    "odd": lambda environment, _: ODD if embedded(environment) else ODD[:-1],
    **ANY,
}
"""Argument name of a test -> what it runs over."""


def parametrize(metafunc: Any, environment: Environment, plan: Plan) -> None:
    for argument in (name for name in metafunc.fixturenames if name in ARGUMENTS):
        applies = (argument in ANY) is not is_rally(environment)
        planned = list(ARGUMENTS[argument](environment, plan)) if applies else [None]
        if argument in ANY and not planned:
            there = {OF_READS[r.authorized] for r in plan.api.routes if r.verb == "GET"}
            idle = without_subject(reason=UNCALLABLE) if argument in there else without_subject
            planned = [pytest.param(None, marks=idle)]
        metafunc.parametrize(argument, planned, ids=str)


def is_rally(environment: Environment) -> bool:
    """Whether the application has stamps to collect: of another one smoke knows its contract alone."""
    return environment.application.masters is not None
