"""Which functions each test file executed when it last ran here: what `make done` prefers to imports, which lead everywhere.

Python 3.12 and newer tell it at almost no cost: a function is reported once for each file. What runs in other processes is not seen.
"""

import sys
from collections import defaultdict
from collections.abc import Generator, Mapping
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from tests.timing import note, noted_here

ROOT = Path(__file__).parent.parent
EXECUTED = "signoff/executed"
"""Key of pytest's cache: test file -> source -> how many of its functions the test executed."""
Counts = Mapping[str, Mapping[str, int]]


def executed_here(root: Path) -> Counts:
    """Return what each test file executed when it last ran in this checkout."""
    return noted_here(root, EXECUTED)


class Executed:
    """A plugin of each process that runs tests; a worker of xdist passes on what it noted."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._of: dict[str, dict[str, set[str]]] = {}
        self._file = ""
        self._events = sys.monitoring  # Python 3.12
        self._tool = self._events.PROFILER_ID

    def pytest_sessionstart(self) -> None:
        self._events.use_tool_id(self._tool, __name__)
        self._events.register_callback(self._tool, self._events.events.PY_START, self._note)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        file = item.nodeid.partition("::")[0]
        if file != self._file:
            self._file = file
            self._of.setdefault(file, defaultdict(set))
            self._events.set_events(self._tool, self._events.events.PY_START)
            self._events.restart_events()
        return (yield)

    def _note(self, code: CodeType, _: int) -> Any:
        self._of[self._file][code.co_filename].add(code.co_qualname)
        return self._events.DISABLE

    def pytest_sessionfinish(self) -> None:
        self._events.free_tool_id(self._tool)
        noted = {file: dict(_counted(sources)) for file, sources in self._of.items()}
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput[EXECUTED] = noted
        else:
            note(self._config, EXECUTED, noted)


def _counted(sources: Mapping[str, set[str]]) -> Generator[tuple[str, int]]:
    inside, packages = f"{ROOT}/", f"{ROOT}/.venv/"
    for source, functions in sources.items():
        if source.startswith(inside) and not source.startswith(packages):
            yield source.removeprefix(inside), len(functions)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Keep what a worker noted, in the process that started it."""
    note(node.config, EXECUTED, getattr(node, "workeroutput", {}).get(EXECUTED, {}))


def distributes(config: pytest.Config) -> bool:
    """Whether this process runs no test itself, but has xdist's workers run them."""
    workers = getattr(config.option, "numprocesses", None)
    return bool(workers) and not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(sys, "monitoring") and not distributes(config):
        config.pluginmanager.register(Executed(config))
