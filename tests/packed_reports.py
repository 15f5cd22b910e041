"""A pytest plugin: what a worker of xdist reports of a test comes as one value.

execnet writes and reads each name and number of a report in Python, a hundred for a test: that took longer than to run most tests.
"""

import marshal
from collections.abc import Generator, Mapping
from typing import Any

import pytest

PACKED = "packed"


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, dict[str, Any], dict[str, Any]]:
    return {PACKED: marshal.dumps((yield))}


@pytest.hookimpl(tryfirst=True)
def pytest_report_from_serializable(config: pytest.Config, data: Mapping[str, Any]) -> Any:
    """Let pytest read what was packed, and what xdist added to it."""
    if PACKED not in data:
        return None
    added = {name: value for name, value in data.items() if name != PACKED}
    whole = {**marshal.loads(data[PACKED]), **added}  # noqa: S302 - of our own worker
    return config.hook.pytest_report_from_serializable(config=config, data=whole)
