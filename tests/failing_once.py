"""A pytest plugin: one cause is one red test, not one for each test that it breaks.

An error that is raised again at the same line with the same words, wherever that is but in a test itself, is reported as
skipped, and names what is red. So is a fact that was not read, wherever it is looked at. This process compares what its
workers report.
"""

from collections.abc import Generator
from pathlib import Path
from traceback import extract_tb

import pytest
from _pytest.config import ConftestImportFailure

from aws.section import Unread

WRAPPED = (pytest.Collector.CollectError, ConftestImportFailure)
"""How pytest tells that a module of tests can't be imported."""
CAUSE = "cause"
"""Attribute of a report, which xdist passes on: what was raised, and where."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and call.excinfo:
        setattr(report, CAUSE, _cause(call.excinfo, item.path))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    call: pytest.CallInfo[None] | None = getattr(
        report, "call", None
    )  # pytest's --lf makes reports without one
    if report.failed and call and call.excinfo:
        setattr(report, CAUSE, _cause(call.excinfo, collector.path))
    return report


def _cause(raised: pytest.ExceptionInfo[BaseException], test: Path) -> str:
    """Return what was raised where; empty where a test itself raises it, which is a failure of its own."""
    error = raised.value
    while isinstance(error, WRAPPED) and error.__cause__:
        error = error.__cause__
    if isinstance(error, ImportError):
        return str(error)  # wherever it is missing
    if unread := _unread(error):
        return str(unread)  # whatever comes of it
    last = extract_tb(error.__traceback__)[-1]
    own = Path(last.filename) == test and (last.name == "<module>" or last.name.startswith("test_"))
    return "" if own else f"{type(error).__name__}: {error} at {last.filename}:{last.lineno}"


def _unread(raised: BaseException | None) -> Unread | None:
    """Return what was not read, of which an error was made."""
    while raised and not isinstance(raised, Unread):
        raised = raised.__cause__ or raised.__context__
    return raised


class FailingOnce:
    """Of the process that reports."""

    def __init__(self) -> None:
        self._red: dict[str, str] = {}  # cause -> the test or module that is red by it

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        cause = getattr(report, CAUSE, "")
        if not cause or not report.failed:
            return
        if first := self._red.get(cause):
            report.outcome = "skipped"
            file = report.nodeid.partition("::")[0]
            report.longrepr = (file, 0, f"the same error made {first} red")
        self._red.setdefault(cause, report.nodeid)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(FailingOnce())
