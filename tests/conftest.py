"""How the harness's own tests run, all of them."""

import gc
import inspect
from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from signoff.commands.plugin import LONG_LIVED
from signoff.judge.collection import judges

ROOT = Path(__file__).parent.parent
LONGEST = (
    "tests/browser/test_page.py",
    "tests/behaviour/test_behaviour.py",
    "tests/smoke/test_defects.py",
    "tests/foreign/test_one_change.py",
    "tests/foreign/test_left_alone.py",
    "tests/signoff/judge/test_collection.py",
    "tests/signoff/judge/test_runs.py",
    "tests/test_defects.py",
    "tests/test_entry_points.py",
    "tests/runbook/test_detach.py",
    "tests/aws/test_refusals.py",
    "tests/runbook/facts/test_walk.py",
    "tests/foreign/test_remedies.py",
    "tests/runbook/rollback/test_drills.py",
    "tests/runbook/test_late.py",
    "tests/smoke/test_tester.py",
    "tests/smoke/test_limits.py",
    "tests/smoke/test_traces.py",
    "tests/runbook/test_rights.py",
    "tests/signoff/judge/test_drift.py",
    "tests/lambdas/test_branches.py",
    "tests/lambdas/test_fuzz.py",
    "tests/smoke/test_healthy.py",
    "tests/load/test_ends_of_runs.py",
    "tests/load/test_prepared_runs.py",
    "tests/foreign/test_refusals.py",
    "tests/test_make.py",
    "tests/runbook/test_states.py",
    "tests/runbook/test_every_call.py",
    "tests/foreign/test_reports.py",
    "tests/runbook/closed/test_first_release.py",
    "tests/runbook/test_made_by_hand.py",
    "tests/runbook/rollback/test_half_way.py",
    "tests/runbook/migration/test_migrate_masters.py",
    "tests/runbook/rollback/test_faults.py",
    "tests/signoff/report/test_page.py",
    "tests/lambdas/test_unreadable.py",
    "tests/aws/test_optional_members.py",
    "tests/test_workflows.py",
    "tests/runbook/test_command_line.py",
    "tests/smoke/test_leftovers.py",
    "tests/runbook/test_interruptions.py",
    "tests/runbook/test_provisioned.py",
)
"""Files that take longest, longest first: one that starts last keeps one worker busy and all others waiting."""


def pytest_configure(config: pytest.Config) -> None:
    """Set up the tests' process, but not a judge's.

    pytest imports this file in a run of the judge as well: before it knows the option, it takes the
    ``prod`` of ``--env prod`` for a path, finds none there, and looks into all folders named test*.
    """
    if judges(config):
        return
    if missing := [one for one in LONGEST if not (ROOT / one).exists()]:
        raise pytest.UsageError(
            f"LONGEST in tests/conftest.py names {', '.join(missing)}: not there"
        )
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False  # xdist would begin with the files of most tests
    gc.set_threshold(*LONG_LIVED)
    read_models_once()
    draw_examples_without_a_clock()


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Collect garbage once: pytest does it ten times, which takes a worker as long as a hundred tests."""
    if not judges(config):
        gc.collect()
        gc.freeze()


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One more than cores: a test waits a third of its time for a server, a function or a run of its own."""
    return (yield) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {ROOT / one: number for number, one in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


def read_models_once() -> None:
    """Let all sessions of this process share what one session shares between its clients.

    That is what was read of AWS's service models, and how the names of botocore's events are spelled. Whether a
    handler takes any keyword is seen at its code: each session has 130 handlers, and inspects the signature of each.
    moto changes the models that it reads, and reads them by a loader of its own.
    """
    from botocore import hooks, session  # noqa: PLC0415 - not in a judge's process

    session.create_loader = cache(session.create_loader)
    spelled = cache(hooks.EventAliaser(None)._alias_event_name)  # noqa: SLF001 - its only place
    hooks.EventAliaser._alias_event_name = staticmethod(spelled)  # noqa: SLF001 - botocore computes each name anew
    inspected = hooks.accepts_kwargs

    def accepts_kwargs(handler: Any) -> bool:
        code = getattr(handler, "__code__", None)
        return bool(code.co_flags & inspect.CO_VARKEYWORDS) if code else bool(inspected(handler))

    hooks.accepts_kwargs = accepts_kwargs


def draw_examples_without_a_clock() -> None:
    """How fast examples are drawn or tried is a matter of what else the machine does.

    On top of Hypothesis's own profile, which in CI draws the same examples each time.
    """
    from hypothesis import HealthCheck, settings  # noqa: PLC0415 - the judge needs no dev extra

    timeless = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("timeless", timeless)
    settings.load_profile("timeless")
