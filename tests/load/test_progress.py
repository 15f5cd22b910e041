"""The progress of each second shows what is known by then about the current step."""

import io
import re

import pytest
from rich.console import Console

from load.engine.measurement import Counts, Measurement
from load.engine.plan import LIST
from load.engine.run_state import progress
from load.progress import ProgressDisplay
from tests.load.runs import OBJECTIVES, only, plan, run_against, step


@pytest.fixture
def run(tmp_path):
    steps = (step("ramp", 10, 50, only(), start_rate=10.0), step("hold", 10, 50, only()))
    return run_against("http://127.0.0.1:9", tmp_path, plan=plan(*steps), objectives=OBJECTIVES)


def test_rate_is_of_the_last_second_that_every_worker_has_reported(run):
    """At 7.4 s reports cover the time up to 6.4 s at least: the sixth second is whole, the seventh is not."""
    made = {4: 26, 5: 30, 6: 11}
    bins = Counts((second, "", "arrivals", None, count) for second, count in made.items())

    now = progress(run, Measurement(bins=bins), 7.4)

    assert now["made"] == 30
    assert (now["step"], now["planned"]) == ("ramp", 39.6)


def test_latency_is_of_the_step_under_way_and_counts_are_of_the_run(run):
    steps = Counts(
        [
            (0, LIST, "answered", None, 300),
            (0, LIST, "latency", 900.0, 300),
            (1, LIST, "answered", None, 100),
            (1, LIST, "latency", 20.0, 100),
            (1, LIST, "throttled", None, 3),
        ]
    )

    now = progress(run, Measurement(steps=steps), 12.0)

    assert (now["answered"], now["throttled"], now["p95"]) == (400, 3, 20.0)


@pytest.mark.parametrize("elapsed", [-0.5, 0.0, 0.9, 25.0])
def test_before_the_start_and_after_the_end_there_is_something_to_show(run, elapsed):
    now = progress(run, Measurement(), elapsed)

    assert now["made"] == 0
    assert now["p95"] is None


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize(
    ("lang", "said"), [("en", "This machine is too busy"), ("ja", "このマシンは高負荷")]
)
def test_busy_machine_is_told_in_the_first_second_and_once(run, terminal, lang, said):
    late = Counts([(0, "", "lateness", 6.0, 10)])
    paper = io.StringIO()
    display = ProgressDisplay(Console(file=paper, force_terminal=terminal, width=300), lang)
    for second in (1.0, 2.0, 3.0):
        display.show(progress(run, Measurement(steps=late), second))

    assert paper.getvalue().count(said) == 1


def test_machine_that_is_in_time_is_told_nothing(run):
    in_time = Counts([(0, "", "lateness", 4.0, 10)])
    paper = io.StringIO()
    ProgressDisplay(Console(file=paper, width=300)).show(
        progress(run, Measurement(steps=in_time), 1.0)
    )

    assert "too busy" not in paper.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("elapsed", [7.4, 25.0])
def test_progress_is_shown_to_a_japanese_operator_in_japanese(run, elapsed, terminal):
    paper = io.StringIO()
    display = ProgressDisplay(Console(file=paper, width=200, force_terminal=terminal), "ja")

    with display.open():
        display.show(progress(run, Measurement(), elapsed))

    shown = paper.getvalue()
    assert "実績" in shown
    assert not re.search(r"planned|made|failed|answer|late|left", shown)
