"""Recorded answers are decoded and judged anew, and every row ends as it did when they were recorded."""

import json
import os
from pathlib import Path

import pytest

from signoff.judge.run_recording import FILE, Recorded
from tests.forked import completed
from tests.judging import collected

HERE = Path(__file__).parent
RECORDINGS = sorted(path.parent.name for path in HERE.glob(f"*/{FILE}"))
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SIGNOFF_"))}
UNASKED = "not in the recording"
"""What a call answers that only a later version of the readers makes: of its rows nothing is known."""
ELSEWHERE = {"not verifiable here", "excluded"}


@pytest.fixture(params=RECORDINGS)
def recording(request):
    return HERE / request.param / FILE


def test_there_are_recordings():
    assert RECORDINGS


def test_rows_end_as_they_did(recording, tmp_path):
    told = tmp_path / "rows.json"
    done = completed("pytest", [f"--replay={recording}", f"--json={told}", "checks", "-q"], CLEAN)
    rows = json.loads(told.read_text(encoding="utf-8"))
    now = {row["row"]["id"]: row["outcome"] for row in rows}
    then = Recorded.load(recording).rows
    unasked = {row["row"]["id"] for row in rows if UNASKED in json.dumps(row["findings"])}
    shared = now.keys() & then.keys()  # rows that came later have no outcome of then
    judged = {row for row in shared if not ELSEWHERE & {now[row], then[row]}} - unasked

    assert {row: now[row] for row in judged} == {row: then[row] for row in judged}, done.stdout[
        -2000:
    ]
    assert len(judged) > len({finding.row for finding in collected()}) / 2
