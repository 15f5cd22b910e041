"""Whoever calls AWS, LINE or the API verifies who answers: a wrong certificate ends the call."""

import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import requests
from gevent.event import AsyncResult

from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.line import LINE_API, Line
from load.engine.http import Http
from smoke.client import connections_to
from tests.world.authority import Authority
from tests.world.machine import ROOT
from tests.world.names import LINE, PROD
from tests.world.people import hire, signed_in
from tests.world.within_reach import bare

STS = f"sts.{PROD.region}.amazonaws.com"
API = f"abcdef1234.execute-api.{PROD.region}.amazonaws.com"
WRONG = ("of another name", "expired", "not valid yet", "of an authority that nobody knows")


@pytest.fixture(params=WRONG)
def wrong(request, world, tmp_path):
    """Return a function that presents a wrong certificate for a name."""
    now, day = datetime.now(UTC), timedelta(days=1)
    own, stranger = world.authority, Authority.founded("Stranger CA")
    issued = {
        "of another name": lambda name, file: own.issue([f"not-{name}"], file),
        "expired": lambda name, file: own.issue([name], file, begins=now - 2 * day, ends=now - day),
        "not valid yet": lambda name, file: own.issue([name], file, begins=now + day),
        "of an authority that nobody knows": lambda name, file: stranger.issue([name], file),
    }[request.param]
    return lambda name: world.certificates.presenting(name, issued(name, tmp_path / "wrong.pem"))


@pytest.mark.parametrize("name", [LINE, API])
def test_smoke_refuses_a_wrong_certificate(name, wrong):
    http = connections_to(f"https://{name}")

    with wrong(name), pytest.raises(requests.exceptions.SSLError):
        http.get(f"https://{name}/", timeout=5)


def loaded(path):
    """Send a GET as load does, and return what becomes of it: status, content, error."""
    end = AsyncResult()
    Http(f"https://{API}", timeout_s=5).send("GET", path, lambda *became: end.set(became))
    return end.get(timeout=10)


def test_load_refuses_a_wrong_certificate(wrong):
    with wrong(API):
        _, _, error = loaded("/prod/stamps")

    assert isinstance(error, ssl.SSLCertVerificationError)


def test_functions_take_line_with_a_wrong_certificate_for_unavailable(wrong):
    line = Line.at(None)

    with wrong(LINE), pytest.raises(Refusal) as refusal:
        line.send("GET", "/v2/bot/info", idempotent=True)

    assert refusal.value.code == "LINE_UNAVAILABLE"


def test_judge_reads_nothing_from_an_aws_with_a_wrong_certificate(wrong, account, tmp_path):
    with wrong(STS):
        done = judged(account, tmp_path)

    assert done.returncode == 4
    assert "answered with a certificate that is not trusted (" in done.stdout + done.stderr


def test_right_certificate_is_accepted_by_smoke_load_and_functions(world):  # noqa: ARG001 - it serves
    line = Line.at(None)

    assert connections_to(LINE_API).get(f"{LINE_API}/v2/bot/info", timeout=5).status_code == 401
    assert loaded("/prod/stamps")[0] == 403
    assert line.send("GET", "/v2/bot/info", idempotent=True)[0] == 401


def test_judge_that_verifies_aws_goes_on_to_what_the_account_lacks(account, tmp_path):
    done = judged(account, tmp_path)

    assert done.returncode == 1
    assert "DEP-01" in done.stdout


@pytest.fixture(scope="session")
def account(world):
    """Production's account, with somebody who may read everything."""
    hire(world.accounts["prod"], "operator")
    return world.accounts["prod"]


def judged(account, folder):
    """Judge one row of production as its operator does, with nothing of this process's environment."""
    variables = {
        **signed_in(account, "operator", "hanako"),
        "SIGNOFF_ACCOUNT": PROD.account,
        "SIGNOFF_ORIGIN": "https://rally.example.jp",
        "SIGNOFF_LINE__CHANNEL_ID": PROD.channel_id,
    }
    command = [sys.executable, "-m", "pytest", "--env", "prod", "--row", "DEP-01"]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=bare(folder) | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
