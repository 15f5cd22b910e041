"""Delays: callers get their answers, and functions start, before a person gives up.

A function whose code is right can still keep people waiting, and nothing else in a run says so: smoke waits for 31 s,
and a load run needs a plan and a quota.
"""

import math
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from statistics import median

from aws.desired import LogGroup
from aws.words import Words
from signoff.judge.checklist import expectation
from smoke.calls import Answer
from smoke.contract import contract
from smoke.logs import logs_of
from smoke.root_causes import PROBES
from smoke.row_calls import RowCalls, hold

ANSWER_S = 2.0
"""Seconds within which 95 % of all answers come, and of each route half of the successes."""
START_S = 3.0
"""Seconds within which half of a function's cold starts are done."""
PART = 0.95
LOOK_BACK_S = 3 * 60 * 60
"""Seconds. Lambda ends an idle function sooner, so that this run or one before it has started it."""
PAGES = 20
"""Pages of a log that are searched: on a busy day each is a fraction of a minute, and every start is as good a sample."""
STARTED = '?"Init Duration" ?"initDurationMs"'
_TOOK = re.compile(r'Init Duration: ([\d.]+) ms|"initDurationMs": ?([\d.]+)')
"""Lambda's report of an invocation in its two formats: a line of text, or JSON."""


def late_answers(calls: RowCalls) -> Iterator[Words]:
    """Ask the reads once more, when everything is warm; yield what of the run took too long, each route's first answer left out."""
    _ = calls.caller
    for route in PROBES:
        calls.suite.answer(replace(calls.scenarios.success(route), time=2))
    documented = {route for route, _ in contract().responses}
    answers = [answer for answer in calls.suite.client.answers if answer.call.route in documented]
    cold = {
        id(answer) for answer in {first.call.route: first for first in reversed(answers)}.values()
    }
    warm = [answer.took_s for answer in answers if id(answer) not in cold]
    slowest = percentile(warm, PART)
    calls.observe.note(calls=len(warm), p95_ms=round(slowest * 1000))
    if slowest > ANSWER_S:
        yield Words(
            en=f"95 % of {len(warm)} answers took up to {slowest:.1f} s (at most {ANSWER_S:g} s)",
            ja=f"応答{len(warm)}件の95 %にかかった時間が{slowest:.1f}秒です（上限{ANSWER_S:g}秒）",
        )
    yield from _late_routes(answers)


def _late_routes(answers: list[Answer]) -> Iterator[Words]:
    """Yield the routes whose successes are slow, as errors that come at once would hide; one that was asked once was cold."""
    route_of = attrgetter("call.route")
    served = sorted((answer for answer in answers if answer.status < 400), key=route_of)
    for route, group in groupby(served, route_of):
        took = [answer.took_s for answer in group]
        if len(took) > 1 and (usual := median(took)) > ANSWER_S:
            yield Words(
                en=f"{route} usually takes {usual:.1f} s ({len(took)} successes, at most {ANSWER_S:g} s)",
                ja=f"{route}の応答に通常{usual:.1f}秒かかります（成功{len(took)}件、上限{ANSWER_S:g}秒）",
            )


def percentile(seconds: Sequence[float], part: float) -> float:
    """Return the value at the nearest rank; 0 of nothing."""
    ranked = sorted(seconds)
    return ranked[math.ceil(len(ranked) * part) - 1] if ranked else 0.0


def late_starts(calls: RowCalls, group: LogGroup) -> list[Words]:
    """Return a flaw if the cold starts of the last hours that a function's log reports took too long."""
    lines = logs_of(calls).present(group.name, STARTED, time.time() - LOOK_BACK_S, PAGES)
    took = sorted(seconds for line in lines for seconds in starts_in(line))
    calls.observe.note(
        group=group.name, cold_starts=len(took), longest_ms=round(max(took, default=0) * 1000)
    )
    if not took or (usual := median(took)) <= START_S:
        return []
    return [
        Words(
            en=f"{group.name}: a cold start usually takes {usual:.1f} s ({len(took)} starts, at most {START_S:g} s)",
            ja=f"{group.name}: コールドスタートに通常{usual:.1f}秒かかります（{len(took)}回、上限{START_S:g}秒）",
        )
    ]


def starts_in(line: str) -> Iterator[float]:
    """Yield the seconds that a line of Lambda's says a function took to start."""
    for text, number in _TOOK.findall(line):
        yield float(text or number) / 1000


@expectation("PERF-01", ja="この実行への応答が遅くない")
def test_run_is_answered_without_delay(calls: RowCalls) -> None:
    hold(*late_answers(calls))


@expectation("PERF-01", ja="関数の起動が遅くない")
def test_function_starts_without_delay(function_log: LogGroup, calls: RowCalls) -> None:
    hold(*late_starts(calls, function_log))
