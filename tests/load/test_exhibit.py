"""A run shows its diagnosis, its table of limits and its charts, in both languages, on the sign-off page and in the terminal."""

import re
from dataclasses import replace

import pytest

from aws.words import LANGUAGES
from load.charts import amounts, logarithmic_axis, plots
from load.engine.judge import Conditions
from load.exhibit import exhibit, head, rows, sentences
from tests.english import english_in
from tests.load.measurements import CONDITIONS, seen
from tests.load.runs import only, plan, step
from tests.load.test_verdict import verdict

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
RUNS = [seen(), seen(ms=700.0), seen(answered=0), seen(answered=300), seen(lost=("w1",))]


def test_each_limit_is_a_row_with_what_was_measured():
    shown = [[cell.en for cell in row] for row in rows(verdict(measurement=seen(ms=700.0)))]

    assert ["hold", "GET /stamps", "p95", "fail", "700 ms", "", "at most 500 ms"] in shown
    assert [cell.en for cell in head()] == [
        *("Step", "Endpoint", "Criterion", "Result", "Measured", "95 % interval", "Objective")
    ]


def test_invalid_run_says_each_reason():
    said = [sentence.en for sentence in sentences(verdict(measurement=seen(lost=("w1",))))]

    assert "lost on the way: worker w1" in said


@pytest.mark.parametrize(
    ("required", "told"),
    [
        ("test", []),
        (
            "baseline",
            [
                "The performance row asks for baseline, so this test run does not count for it.",
            ],
        ),
    ],
)
def test_run_of_another_plan_says_that_it_does_not_count(required, told):
    assert [sentence.en for sentence in sentences(verdict(required_plan=required))] == told


@pytest.mark.parametrize("measured", RUNS)
def test_record_for_the_page_says_everything_in_japanese(measured):
    shown = exhibit(verdict(measurement=measured, required_plan="baseline"))
    texts = [*shown.sentences, *shown.head, *(cell for row in shown.rows for cell in row)]

    assert [left for text in texts for left in english_in(text.ja)] == []


def test_every_judged_step_has_its_curve_of_tails():
    two = Conditions(
        plan(step("first", 20, 100, only()), step("second", 20, 100, only())),
        CONDITIONS.objectives,
        CONDITIONS.throttle,
    )
    both = seen()
    both.steps.merge([[1, *row[1:]] for row in both.steps.rows()])
    drawn = plots(verdict(two, both), "en")

    assert [name for name in drawn if name.startswith("tails")] == ["tails: first", "tails: second"]
    assert {"rate", "latency", "lateness"} <= drawn.keys()


def test_each_chart_is_drawn_in_the_language_of_its_reader():
    english, japanese = (plots(verdict(), lang) for lang in LANGUAGES)

    assert not [name for name, svg in english.items() if JAPANESE.search(svg)]
    assert [name for name, svg in japanese.items() if JAPANESE.search(svg)] == list(english)


@pytest.mark.parametrize("top", [0.3, 1, 7, 42, 999, 12345])
def test_axis_ends_at_a_round_number_above_the_highest_value(top):
    axis = amounts([top])

    assert top <= axis.high <= 2.5 * top
    assert 3 <= len(axis.ticks) <= 7


def test_magnitudes_run_in_decades():
    axis = logarithmic_axis([3, 40, 700])

    assert [text for _, text in axis.ticks] == ["1 ms", "10 ms", "100 ms", "1 s"]
    assert axis.part(10) == pytest.approx(1 / 3)


CLEAN = {"users": 9, "deleted": 9, "left": 0, "line_calls": 0}
SILENCE = "POST /notify answers 200 for an id that LINE would refuse"


def cleaned(**more):
    return replace(verdict(silence=SILENCE), cleanup=CLEAN | more)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (cleaned(), f"LINE was never called: {SILENCE}."),
        (
            cleaned(line_calls=2),
            f"LINE was called 2 times for synthetic users, although {SILENCE}.",
        ),
        (verdict(silence=SILENCE), f"LINE: {SILENCE}."),
    ],
    ids=["silent", "called", "not-looked-at"],
)
def test_line_was_never_called_only_where_nothing_was_heard(made, said):
    assert said in [sentence.en for sentence in sentences(made)]


def test_run_that_awards_nothing_says_nothing_of_line():
    assert not [sentence.en for sentence in sentences(verdict(silence="")) if "LINE" in sentence.en]
