"""Composition root: hands plan, scope and local stack to the plugin, and the choice to the checks."""

import pytest

from checks import axes
from checks.notices import notices
from checks.plots import plots
from plan import plan_for, scope_of
from runbook.local_stack import local_stack
from signoff.run import Composition, Run

pytest_plugins = ["signoff.plugin"]


def pytest_signoff_composition() -> Composition:
    stack = local_stack()
    return Composition(
        plan_for=plan_for,
        scope_of=scope_of,
        serves=stack.serves,
        localized=stack.localized,
        start=stack.start,
        notices=notices,
        plots=plots,
    )


def pytest_signoff_chosen(config: pytest.Config, run: Run) -> None:
    config.stash[axes.CHOSEN] = (run.environment, run.plan)
