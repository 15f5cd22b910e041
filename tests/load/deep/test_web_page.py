"""Locust's own web page: one run file makes one run, and every button does what it says or says why not."""

import json

import pytest
import requests

from load.engine.admission import REFUSAL_FILE
from load.engine.judge import ExitCode
from load.engine.verdict import FILE_NAME
from tests.load.locust_cli import eventually, web_page
from tests.load.measurements import reasons
from tests.load.runs import only, plan, run_against, step, verdict_in


def verdict_of(folder):
    """Wait for the verdict, and give it as it was written."""
    file = folder / FILE_NAME
    eventually("a verdict", file.exists)
    return file.read_bytes()


def sent(target):
    return sum(count for name, count in target.seen().items() if name != "connections")


def test_second_start_is_refused_and_leaves_the_verdict_as_it_was(healthy, tmp_path):
    """Its pairs are awarded and its price is spent: what it measured would be refusals, unpriced."""
    out = tmp_path / "out"
    run = run_against(healthy.url, out, plan=plan(step("hold", 2, 40), percentiles=False))

    with web_page(run, tmp_path) as page:
        page.start()
        first = verdict_of(out)
        page.start()
        page.said("refused: this run has been made")
        page.start()
        page.said("refused: this run has been made", times=2)
        code = page.close()

    assert (out / FILE_NAME).read_bytes() == first, "the verdict of the first run was written again"
    assert sent(healthy) == 80
    assert code == ExitCode.PASS


def test_start_after_a_refused_one_is_a_run(healthy, tmp_path):
    out = tmp_path / "out"
    run = run_against(healthy.url, out, plan=plan(step("hold", 2, 40), percentiles=False))

    with web_page(run, tmp_path) as page:
        page.start(host="https://api.example.com")
        page.said("refused: api.example.com is not this environment's")
        refused = sent(healthy), (out / FILE_NAME).exists()
        page.start(host=healthy.url)
        verdict_of(out)
        code = page.close()

    assert refused == (0, False)
    assert sent(healthy) == 80
    assert code == ExitCode.PASS


@pytest.fixture(params=["run alone", "of load run"])
def folder(request, tmp_path):
    """The folder that a run writes to: `load run` makes it before, and reads in it why it was refused."""
    out = tmp_path / "out"
    made = {"run alone": (), "of load run": (out,)}[request.param]
    for each in made:
        each.mkdir()
    return out, {file / REFUSAL_FILE for file in made}


def test_page_that_is_closed_after_a_refusal_alone_ends_as_refused(folder, healthy, tmp_path):
    out, left = folder
    with web_page(run_against(healthy.url, out), tmp_path) as page:
        page.start(host="https://api.example.com")
        page.said("refused: api.example.com")
        code = page.close()

    assert code == ExitCode.REFUSED
    assert set(out.glob("*")) == left
    assert all("api.example.com" in json.loads(file.read_text("utf-8"))["ja"] for file in left)


def test_stopped_run_is_dated_by_its_stop_and_never_goes_on(healthy, tmp_path):
    out = tmp_path / "out"
    run = run_against(healthy.url, out, plan=plan(step("hold", 3, 20, only())))

    with web_page(run, tmp_path) as page:
        page.start()
        eventually("a first request", lambda: sent(healthy))
        page.stop()
        first, asked = verdict_of(out), sent(healthy)
        page.start()
        page.said("refused: this run has been made")
        eventually("a stopped page", lambda: page.state() == "stopped")
        page.close()

    assert (out / FILE_NAME).read_bytes() == first
    assert sent(healthy) == asked
    assert reasons(verdict_in(out))[0].startswith("stopped after ")


def test_page_is_served_to_this_machine_alone(healthy, tmp_path):
    """Locust's own default is every interface, and who reaches the page can start a load."""
    with web_page(run_against(healthy.url, tmp_path / "out"), tmp_path) as page:
        elsewhere = page.url.replace("127.0.0.1", "127.0.0.2")

        with pytest.raises(requests.ConnectionError):
            requests.get(elsewhere, timeout=5)


def test_closed_page_says_how_to_clean_up(healthy, tmp_path):
    out = tmp_path / "out"
    run = run_against(healthy.url, out, plan=plan(step("hold", 2, 20), percentiles=False))

    with web_page(run, tmp_path) as page:
        page.start()
        verdict_of(out)
        page.close()

    told = "to clean up: signoff clean --env test"
    assert told in (tmp_path / "page.log").read_text()
