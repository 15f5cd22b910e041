"""How the harness's own tests run, all of them."""

import gc
import signal
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from signoff.commands.plugin import LONG_LIVED
from signoff.judge.collection import judges
from tests import executed, failing_once, packed_reports, remembered, shared_models
from tests.timing import LONGEST, Timing

ROOT = Path(__file__).parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Set up the tests' process, but not a judge's.

    pytest imports this file in a run of the judge as well: before it knows the option, it takes the
    ``prod`` of ``--env prod`` for a path, finds none there, and looks into all folders named test*.
    """
    if judges(config):
        return
    if missing := [one for one in LONGEST if not (ROOT / one).exists()]:
        raise pytest.UsageError(f"LONGEST in tests/timing.py names {', '.join(missing)}: not there")
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False  # xdist would begin with the files of most tests
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Timing(config))
    config.pluginmanager.register(failing_once)
    config.pluginmanager.register(executed)
    config.pluginmanager.register(packed_reports)
    gc.set_threshold(*LONG_LIVED)
    # A shell's `&` ignores it for all that it starts; tests press Ctrl-C as a terminal does.
    signal.signal(signal.SIGINT, interrupt)
    if not executed.distributes(config):
        shared_models.share()
        remembered.remember()
        draw_examples_without_a_clock()


def interrupt(*_: object) -> None:
    """Do what Python's own handler does. By that one a command knows a process of its own, which it leaves for Ctrl-C to end."""
    raise KeyboardInterrupt


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for no garbage among what was imported and collected: it stays, and takes half a second to walk through."""
    if not judges(session.config):
        gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave garbage to the end of the process: pytest collects it ten times, the first time for a second or two."""
    if not judges(config):
        gc.freeze()


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One more than cores: a test waits a third of its time for a server, a function or a run of its own."""
    return (yield) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.distribution import FolderScheduling  # noqa: PLC0415 - the judge needs no dev extra

    return FolderScheduling(config, log) if config.option.dist == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {ROOT / one: number for number, one in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


def draw_examples_without_a_clock() -> None:
    """How fast examples are drawn or tried is a matter of what else the machine does.

    On top of Hypothesis's own profile, which in CI draws the same examples each time.
    """
    from hypothesis import HealthCheck, settings  # noqa: PLC0415 - the judge needs no dev extra

    timeless = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("timeless", timeless)
    settings.load_profile("timeless")
