"""Composition root: passes plan, scope and local stack to the plugin, which imports none of them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest

from aws.release import Builds, Package
from aws.words import Words
from plan import Plan, plan_for, scope_of
from plan.edge import judged_for
from runbook.stack_process import BEGUN, StackChild, StackProcess, kept_at
from signoff.environment import Environment
from signoff.environment.guard import GuardError
from signoff.judge.installed import lacking
from signoff.judge.judged_by import judged_by
from signoff.judge.run import Composition, EmbeddedStack, Exhibit
from signoff.judge.snapshot import Snapshot

EMULATOR = "moto"
pytest_plugins = ["signoff.commands.plugin"]


def pytest_signoff_composition(config: pytest.Config) -> Composition[Plan]:
    return Composition(
        plan_for=plan_for,
        scope_of=scope_of,
        embedded_stack=partial(_embedded_stack, config.pluginmanager.get_plugin(BEGUN)),
        notices=_notices,
        demand=judged_for,
        prepared=_prepared,
        exhibits=_exhibits,
        judge=judged_by,
        builds=_builds,
        remnants=_remnants,
    )


def _notices(environment: Environment) -> Iterable[Words]:
    """Import checks where a page is written: they are not needed to collect, nor by a part of a run."""
    from checks.environment_values import notices  # noqa: PLC0415 - a part of a run writes no page

    return notices(environment)


def _exhibits(snapshot: Snapshot[Plan]) -> Mapping[str, Exhibit]:
    from checks.records import exhibits  # noqa: PLC0415 - as above
    from checks.spot_layout import masters_table  # noqa: PLC0415 - as above

    return {**exhibits(snapshot), **masters_table(snapshot)}


@contextmanager
def _prepared(environment: Environment, home: Path) -> Iterator[tuple[Words, ...]]:
    """Import smoke when a run begins: its modules are not needed to collect."""
    from smoke.leftovers import cleaned_up  # noqa: PLC0415 - collecting needs none of it

    with cleaned_up(environment, home) as notices:
        yield notices


def _builds(plan: Plan, environment: Environment) -> Builds:
    """Pack the functions when a run begins: nothing of it is needed to collect."""
    from lambdas.packing import CLOSED, pack  # noqa: PLC0415 - collecting needs none of it

    folder = environment.application.folder
    packed = {function.name: Package.of(pack(function.key, folder)) for function in plan.functions}
    return Builds(functions=packed, closed=Package.of(pack(CLOSED)))


def _remnants(environment: Environment, home: Path) -> tuple[Words, ...]:
    """Import smoke only where a run ends early."""
    from smoke.leftovers import left_behind  # noqa: PLC0415 - collecting needs none of it

    return left_behind(environment, home)


def _embedded_stack(begun: StackChild | None, home: Path) -> EmbeddedStack:
    from runbook.local_stack import LocalStack, provision_stack  # noqa: PLC0415 - only for the local environment

    if kept_at(home).exists():
        return LocalStack.of(home)
    if absent := not find_spec(EMULATOR) and lacking(EMULATOR):
        raise GuardError(absent)
    return StackProcess(provision_stack, begun or StackChild())
