"""What counts as a delay: a slow route and a slow start do, a single slow answer and a cold start of a second do not."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from smoke.calls import get
from smoke.test_delays import PAGES, late_answers, late_starts, starts_in
from tests.smoke.answers import LIVE, answer

TEXT = "REPORT RequestId: 1-2\tDuration: 9.00 ms\tMax Memory Used: 80 MB\tInit Duration: {} ms\t"
JSON = '{{"type": "platform.report", "record": {{"metrics": {{"initDurationMs": {}, "durationMs": 9000}}}}}}'
"""What Lambda writes in its two formats. Source: "Working with Lambda function logs"."""
TIMED_OUT = "INIT_REPORT Init Duration: 9999.42 ms\tPhase: init\tStatus: timeout"


@dataclass
class AnsweredRun:
    """A run that was answered after so many seconds, as `late_answers` looks at one; its log has these lines."""

    took: dict
    lines: tuple = ()

    def __post_init__(self):
        self.suite = self.client = self.scenarios = self.observe = self.line = self.sessions = self
        self.caller, self.embedded, self.patience_s, self.skew_s = LIVE, False, 0, 0
        self.began, self.facts, self.searched = datetime.now(UTC), {}, []
        made = [
            replace(answer(get(path, LIVE), status), took_s=seconds)
            for (path, status), times in self.took.items()
            for seconds in times
        ]
        self.answers = made

    def success(self, route):
        return get(route.partition(" ")[2], LIVE)

    def answer(self, call):
        return answer(call)

    def note(self, **facts):
        self.facts |= facts

    def aws(self, _service):
        return self

    def get_paginator(self, _operation):
        return self

    def paginate(self, **asked):
        self.searched.append(asked)
        return ({"events": [{"message": line}]} for line in self.lines)


@dataclass
class FunctionLog:
    name: str = "/aws/lambda/rally"


@pytest.mark.parametrize(
    "took",
    [
        {("/stamps", 200): [0.1] * 30 + [9.0]},
        {("/stamps", 200): [2.5, 0.2, 0.3]},
        {("/stamps", 200): [2.5], ("/ranking/weekly", 200): [0.1] * 30},
        {("/stamps", 200): [2.0] * 20},
        {("/no-such-path", 403): [9.0] * 20},
    ],
    ids=["one slow answer of many", "a cold start", "asked once", "at the limit", "not of the API"],
)
def test_single_slow_answer_is_no_delay(took):
    assert list(late_answers(AnsweredRun(took))) == []


@pytest.mark.parametrize(
    ("took", "told"),
    [
        ({("/stamps", 400): [0.1] * 19 + [2.1] * 2}, "95 % of 20 answers took up to 2.1 s"),
        (
            {("/stamps", 200): [2.6] * 3, ("/stamps", 400): [0.1] * 99},
            "GET /stamps usually takes 2.6 s (3 successes, at most 2 s)",
        ),
        (
            {
                ("/stamps", 200): [0.2, 2.6],
                ("/ranking/weekly", 200): [2.6, 0.2, 2.2],
                ("/stamps", 400): [0.1] * 99,
            },
            "GET /ranking/weekly usually takes 2.2 s",
        ),
    ],
    ids=["a tenth of all", "every success", "most successes of one route"],
)
def test_delay_is_named_with_what_was_measured(took, told):
    (flaw,) = late_answers(AnsweredRun(took))

    assert flaw.en.startswith(told)


def test_delay_shows_how_long_answers_took():
    run = AnsweredRun({("/stamps", 200): [0.1] * 20 + [0.25]})
    list(late_answers(run))

    assert run.facts == {"calls": 20, "p95_ms": 100}


@pytest.mark.parametrize("form", [TEXT, JSON])
def test_start_is_read_in_each_format_of_lambda(form):
    assert list(starts_in(form.format("1234.56"))) == [pytest.approx(1.23456)]


def test_invocation_of_a_function_that_was_warm_started_nothing():
    assert list(starts_in("REPORT RequestId: 1-2\tDuration: 9000.00 ms")) == []


@pytest.mark.parametrize(
    ("milliseconds", "late"),
    [
        ((), False),
        ((900, 2999), False),
        ((900, 1000, 9000), False),
        ((3100,), True),
        ((900, 3100, 3200), True),
    ],
)
def test_function_is_late_where_most_of_its_starts_are(milliseconds, late):
    run = AnsweredRun({}, tuple(TEXT.format(millisecond) for millisecond in milliseconds))

    assert bool(late_starts(run, FunctionLog())) == late
    assert run.facts["cold_starts"] == len(milliseconds)


def test_start_that_timed_out_is_late():
    (flaw,) = late_starts(AnsweredRun({}, (TIMED_OUT,)), FunctionLog())

    assert flaw.en == "/aws/lambda/rally: a cold start usually takes 10.0 s (1 starts, at most 3 s)"


def test_starts_of_the_last_hours_are_looked_for():
    run = AnsweredRun({})
    late_starts(run, FunctionLog())
    (asked,) = run.searched

    assert run.began.timestamp() * 1000 - asked["startTime"] > 3 * 3600 * 1000


def test_busy_log_is_searched_only_so_far():
    run = AnsweredRun({}, (TEXT.format(100),) * 500)
    late_starts(run, FunctionLog())

    assert run.facts["cold_starts"] == PAGES
