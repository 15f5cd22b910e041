"""A pytest plugin: a shared fixture that fails is one red test, not one for each test that asks for it.

pytest raises the very same error again for each of them. They are reported as skipped, and name the test that is red.
"""

from collections.abc import Generator

import pytest

FIRST = pytest.StashKey[dict[BaseException, str]]()
"""Error of a fixture -> the test at whose set-up it was raised."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "setup" and call.excinfo and report.failed:
        first = item.config.stash.setdefault(FIRST, {}).setdefault(call.excinfo.value, item.nodeid)
        if first != item.nodeid:
            report.outcome = "skipped"
            path, line, _ = item.location
            report.longrepr = (path, line or 0, f"its fixture failed already, for {first}")
    return report
