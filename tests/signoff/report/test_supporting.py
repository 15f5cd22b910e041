"""What records of earlier runs add to the page: the latency of a route over the last load runs."""

from dataclasses import replace

import pytest

from signoff.report.supporting import MOST_LOAD_RUNS, latency_trends
from tests.healthy import healthy
from tests.signoff.report.pages import load_run

SNAPSHOT = healthy()


def trends(*runs):
    return latency_trends(replace(SNAPSHOT.records, entries=runs), "baseline")


def run(award, **body):
    return load_run(SNAPSHOT, 9, award=award, **body)


def test_latency_of_a_route_is_that_of_its_slowest_step_oldest_run_first():
    nearest, other = trends(run(640), run(900))

    assert nearest.route == "POST /stamps/award"
    assert (nearest.p95, nearest.objective) == ((640, 900), 800)
    assert (other.route, other.p95) == ("GET /stamps", (120, 120))


@pytest.mark.parametrize(
    "another",
    [
        run(300, plan="smoke"),
        run(300, verdict="invalid"),
        run(300, checks=[{"endpoint": "GET /stamps", "criterion": "p95", "limit": [0, 500]}]),
        run(300, checks=[]),
    ],
    ids=["of another plan", "invalid", "of an older record", "that judged nothing"],
)
def test_run_without_a_comparable_latency_makes_no_trend(another):
    assert trends(another, run(640)) == trends(run(640), another) == ()


def test_route_that_never_answered_has_no_latency():
    routes = [trend.route for trend in trends(run(640), run(0, verdict="fail"))]

    assert routes == ["GET /stamps"]


def test_nothing_is_drawn_of_one_run():
    assert trends(run(640)) == trends() == ()


def test_failed_run_is_drawn_above_its_objective():
    slow = trends(run(640), run(900, verdict="fail"))[0]

    assert slow.height(900) < slow.height(slow.objective) < slow.height(640)
    assert slow.line.split()[-1] == f"94,{slow.height(900):g}"


def test_only_the_last_load_runs_are_drawn():
    awards = [600 + number for number in range(MOST_LOAD_RUNS + 3)]

    assert trends(*map(run, awards))[0].p95 == tuple(awards[3:])
