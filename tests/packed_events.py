"""A pytest plugin: what a worker of xdist reports of a test comes as one value, where xdist sends five.

execnet writes and reads each name and number in Python, and each value that is sent wakes two threads of the process that reports:
that took longer than to run most tests. What fails is sent at once: a worker that dies afterwards has told it.
"""

import marshal
from functools import partial
from typing import Any

import pytest

PACKED = "packed"
"""Event of xdist that stands for some others, in their order."""
OF_A_TEST = {"testreport", "logfinish", "runtest_protocol_complete"}


class Packing:
    """Sends in place of a worker's own; its events of a test wait for the last of them."""

    def __init__(self, worker: Any) -> None:
        self._send = worker.sendevent
        self._held: list[tuple[str, dict[str, Any]]] = []

    def sendevent(self, name: str, **more: Any) -> None:
        if name in OF_A_TEST:
            self._held.append((name, more))
            if name == "logfinish" or more.get("data", {}).get("outcome") == "passed":
                return
        if self._held:
            self._send(PACKED, events=marshal.dumps(self._held))
            self._held.clear()
        if name not in OF_A_TEST:
            self._send(name, **more)


def pytest_configure(config: pytest.Config) -> None:
    for plugin in config.pluginmanager.get_plugins():
        if hasattr(plugin, "sendevent"):
            plugin.sendevent = Packing(plugin).sendevent


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Have the process that reports unpack, before it hears of a worker."""
    node.process_from_remote = partial(unpacked, node.process_from_remote)


def unpacked(process: Any, event: Any) -> None:
    """Process an event of a worker, or those that it stands for; its end is no event."""
    if isinstance(event, tuple) and event[0] == PACKED:
        for each in marshal.loads(event[1]["events"]):  # noqa: S302 - of our own worker
            process(each)
    else:
        process(event)
