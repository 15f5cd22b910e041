"""Progress in a log, where no line can be overwritten: one line after each long silence, and none in a short run."""

from types import SimpleNamespace

import pytest

from aws.words import Words
from signoff.report.terminal import SILENT_S, Terminal


class SteppedClock:
    """Says the time that it is set to."""

    seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def printed():
    """Return what a run prints that says its progress at these seconds after its start."""

    def run(*moments):
        lines, clock = [], SteppedClock()
        reporter = SimpleNamespace(isatty=False, write_line=lines.append)
        plugins = SimpleNamespace(get_plugin=lambda _: reporter)
        terminal = Terminal(SimpleNamespace(pluginmanager=plugins), now=clock)
        for clock.seconds in moments:
            terminal.progress(Words(f"at {clock.seconds:.0f}", "進行中"))
        return lines

    return run


def test_short_run_prints_no_progress(printed):
    assert printed(1, 2, SILENT_S - 1) == []


def test_long_silence_ends_with_where_the_run_is(printed):
    assert printed(1, SILENT_S, SILENT_S + 1, 2 * SILENT_S + 3) == ["at 8", "at 19"]
