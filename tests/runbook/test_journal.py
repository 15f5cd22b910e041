"""The journal is whole, whoever writes to it and however they end."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runbook.engine import Journal

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from runbook.engine import Journal
journal = Journal(Path(sys.argv[1]))
for number in range(100):
    journal.write(who=sys.argv[2], environment="e", procedure="p", run="r", what="change",
                  detail={"number": number, "text": "x" * 20_000})
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.jsonl"


@pytest.fixture
def write(path):
    def write(what, **more):
        facts = {"who": "w", "environment": "e", "procedure": "p", "run": "r"} | more
        return Journal(path, now=lambda: datetime(2026, 11, 25, tzinfo=UTC)).write(
            what=what, **facts
        )

    return write


def test_two_runs_at_once_tear_no_line(path):
    """The lines are far longer than what a pipe or a page would keep together by chance."""
    command = [sys.executable, "-c", WRITER, str(path)]
    running = [subprocess.Popen([*command, who], cwd=ROOT) for who in ("a", "b")]
    assert [one.wait(60) for one in running] == [0, 0]

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == 200
    for who in ("a", "b"):
        assert [line["detail"]["number"] for line in lines if line["who"] == who] == list(
            range(100)
        )


def test_half_a_line_spoils_only_itself(path, write):
    write("begin")
    with path.open("a") as torn:
        torn.write('{"at": "2026-11-25", "who": "kil')
    write("done")

    assert [difference.what for difference in Journal(path)] == ["begin", "done"]
    assert len(path.read_text().splitlines()) == 3


def test_entry_cut_within_a_character_is_passed_over(path, write):
    write("begin")
    with path.open("ab") as torn:
        torn.write('{"who": "壊'.encode()[:-1])
    write("done")

    assert [difference.what for difference in Journal(path)] == ["begin", "done"]


def test_an_entry_reads_as_it_was_written(path, write):
    written = write("failed", step="s.t", detail={"error": "壊れた"})

    assert list(Journal(path)) == [written]
    assert written.at == "2026-11-25T00:00:00.000+00:00"


@pytest.mark.parametrize("character", ["\u2028", "\u0085", "\x0b", "\r\n"])
def test_an_entry_may_hold_whatever_ends_a_line_elsewhere(path, write, character):
    written = write("failed", detail={"error": f"copied{character}from a web page"})

    assert list(Journal(path)) == [written]


def test_a_missing_journal_is_an_empty_one(path):
    assert list(Journal(path)) == []


def test_what_was_finished_is_not_resumed(path, write):
    write("begin")
    write("end", detail={"result": "failed"})
    write("end", detail={"result": "done"})
    write("begin")
    write("done", step="s.t")
    write("done", environment="other")

    assert [difference.what for difference in Journal(path).unfinished("p", "e")] == [
        "begin",
        "done",
    ]
