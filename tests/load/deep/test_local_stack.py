"""The whole run on the local stack: started, loaded, judged, cleaned up, and without a call to LINE."""

import json
import subprocess
import sys

import pytest

from load.engine.objectives import OBJECTIVES_FILE
from load.execution import ROOT
from tests.load.runs import free_of_tokens


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    """The project's limits, except for the lateness of the generator: this machine may be busy."""
    file = tmp_path_factory.mktemp("limits") / "slo.toml"
    file.write_text(
        OBJECTIVES_FILE.read_text().replace("lateness_p99_ms = 5.0", "lateness_p99_ms = 250.0")
    )
    return file


@pytest.fixture(scope="module")
def smoke(patient):
    command = [sys.executable, "-m", "load", "run", "--env=local", f"--objectives={patient}"]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=180
    )


@pytest.fixture(scope="module")
def folder(smoke):
    assert smoke.returncode == 0, smoke.stderr[-2000:]
    return (ROOT / "report" / "local" / "load" / "latest").resolve()


def test_smoke_passes_with_its_verdict_in_one_line(smoke, folder):
    assert "PASS: smoke on local, 460 requests answered" in smoke.stderr
    assert f"{folder.relative_to(ROOT)}/locust.html" in smoke.stderr


def test_nothing_is_left_and_line_was_never_called(folder):
    cleanup = json.loads((folder / "verdict.json").read_text())["cleanup"]

    assert cleanup["deleted"] > 100
    assert (cleanup["left"], cleanup["line_calls"]) == (0, 0)


def test_no_session_is_in_any_artefact(folder):
    """Sessions are JWTs, which begin so."""
    files = [path for path in folder.iterdir() if path.is_file()]

    assert len(files) >= 5
    assert not any(b"eyJhbGciOi" in path.read_bytes() for path in files)
    assert free_of_tokens(folder)


def test_verdict_by_other_limits_is_not_recorded(smoke):
    assert "not recorded: judged by other limits" in smoke.stderr
