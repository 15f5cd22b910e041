"""How the harness's own tests run, all of them."""

import gc
from functools import cache
from pathlib import Path

import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
LONGEST = (
    "tests/smoke/test_defects.py",
    "tests/test_defects.py",
    "tests/foreign/test_refusals.py",
    "tests/foreign/test_one_change.py",
    "tests/runbook/test_every_call.py",
    "tests/runbook/closed/test_first_release.py",
    "tests/runbook/test_states.py",
    "tests/runbook/rollback/test_faults.py",
    "tests/smoke/test_limits.py",
    "tests/smoke/test_traces.py",
    "tests/runbook/test_made_by_hand.py",
    "tests/runbook/migration/test_migrate_masters.py",
    "tests/runbook/test_command_line.py",
    "tests/runbook/test_interruptions.py",
)
"""Files that take longest, longest first: one that starts last keeps one worker busy and all others waiting."""


def pytest_configure(config: pytest.Config) -> None:
    if missing := [one for one in LONGEST if not (ROOT / one).exists()]:
        raise pytest.UsageError(
            f"LONGEST in tests/conftest.py names {', '.join(missing)}: not there"
        )
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False  # xdist would begin with the files of most tests


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {ROOT / one: number for number, one in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


def pytest_sessionstart() -> None:
    # AWS's service models are millions of objects that live to the end; looking at them again and again
    # takes an eighth of the time.
    gc.set_threshold(100_000, 50, 100)
    JSONFileLoader.load_file = endpoints_once(JSONFileLoader.load_file)
    # How fast examples are drawn or tried is a matter of what else the machine does. On top of Hypothesis's
    # own profile, which in CI draws the same examples each time.
    timeless = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("timeless", timeless)
    settings.load_profile("timeless")


def endpoints_once(read):
    """Read AWS's list of endpoints, 1 MB, once for all sessions; models not, since moto changes its own."""
    loaded = cache(lambda path: read(JSONFileLoader(), path))
    return lambda own, path: loaded(path) if path.endswith("endpoints") else read(own, path)
