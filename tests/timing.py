"""How long tests take: which files start first, how long each took here, and what a run waits for."""

import json
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

LONGEST = (
    "tests/runbook/facts/test_walk.py",
    "tests/browser/test_page.py",
    "tests/test_defects.py",
    "tests/smoke/test_defects.py",
    "tests/foreign/test_one_change.py",
    "tests/foreign/test_left_alone.py",
    "tests/aws/test_optional_members.py",
    "tests/aws/test_refusals.py",
    "tests/test_house.py",
    "tests/signoff/judge/test_collection.py",
    "tests/signoff/judge/test_runs.py",
    "tests/test_entry_points.py",
    "tests/runbook/test_detach.py",
    "tests/foreign/test_remedies.py",
    "tests/runbook/rollback/test_drills.py",
    "tests/runbook/test_late.py",
    "tests/smoke/test_tester.py",
    "tests/smoke/test_limits.py",
    "tests/aws/test_saved.py",
    "tests/test_readers.py",
    "tests/aws/iam/test_pattern.py",
    "tests/test_certain_outages.py",
    "tests/aws/test_deadline.py",
    "tests/runbook/test_declared_rights.py",
    "tests/smoke/test_traces.py",
    "tests/runbook/test_rights.py",
    "tests/signoff/judge/test_drift.py",
    "tests/lambdas/test_fuzz.py",
    "tests/smoke/test_healthy.py",
    "tests/load/test_ends_of_runs.py",
    "tests/load/test_whole_runs.py",
    "tests/foreign/test_refusals.py",
    "tests/test_make.py",
    "tests/runbook/test_states.py",
    "tests/runbook/test_every_call.py",
    "tests/runbook/closed/test_first_release.py",
    "tests/runbook/test_made_by_hand.py",
    "tests/runbook/rollback/test_half_way.py",
    "tests/runbook/rollback/test_faults.py",
    "tests/signoff/report/test_page.py",
    "tests/lambdas/test_unreadable.py",
    "tests/runbook/test_command_line.py",
    "tests/smoke/test_leftovers.py",
)
"""Files that take longest, longest first: one that starts last keeps one worker busy and all others waiting.

Before all of them one of the folder that takes longest: its worker has nothing else to do.
"""

SECONDS = "signoff/seconds"
"""Key of pytest's cache: test file -> seconds that it took when it last ran here."""
EVERY_S = 8.0
"""A run that has reported nothing for so long says what it waits for."""


def seconds_here(root: Path) -> Mapping[str, float]:
    """Return how long each test file took when it last ran in this checkout."""
    return noted_here(root, SECONDS)


def noted_here(root: Path, key: str) -> Mapping[str, Any]:
    """Return what pytest's cache of a checkout has of each test file under a key."""
    file = root / ".pytest_cache" / "v" / key
    noted: Mapping[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return noted


def note(config: pytest.Config, key: str, noted: Mapping[str, Any]) -> None:
    """Add to pytest's cache what is noted of these test files; that of others stays."""
    if cache := getattr(config, "cache", None):
        cache.set(key, {**cache.get(key, {}), **noted})


class Timing:
    """A plugin of the process that reports: it notes the seconds of each file, and breaks a long silence of xdist.

    Without xdist the tests run in this process, and a line of another thread would end up in what they capture.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._seconds: Counter[str] = Counter()
        self._running: set[str] = set()
        self._done = 0
        self._reported_at = 0.0
        self._ended = threading.Event()
        self._waiting = threading.Thread(target=self._break_silence, daemon=True)

    def pytest_sessionstart(self) -> None:
        if self._config.getoption("numprocesses", None):
            self._reported_at = monotonic()
            self._waiting.start()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._running.add(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._reported_at = monotonic()
        self._seconds[report.nodeid.partition("::")[0]] += report.duration
        if report.when == "teardown":
            self._done += 1
            self._running.discard(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self._ended.set()
        note(self._config, SECONDS, {path: round(s, 1) for path, s in self._seconds.items()})

    def waited_for(self) -> str:
        """Say what is under way: the collection, or some tests."""
        if not self._running:
            return f"{self._done} tests done" if self._done else "collecting the tests"
        return f"{self._done} tests done, running: {', '.join(sorted(self._running)[:3])}"

    def _break_silence(self) -> None:
        """Look at the clock when the next line may be due: to be woken by each report costs more than to count it."""
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        while terminal and not self._ended.wait(self._reported_at + EVERY_S - monotonic()):
            if monotonic() - self._reported_at >= EVERY_S:
                self._reported_at = monotonic()
                terminal.write_line(f"\n… {self.waited_for()}", flush=True)
