"""A file with sessions is readable by its owner alone, however it was made, and lies outside the repository."""

import stat

import pytest

from load.engine.admission import LoadRefused
from load.engine.run_file import PROJECT, LoadRun, require_outside, write_private
from tests.load.runs import run_against


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def run(tmp_path):
    return run_against("http://127.0.0.1:9", tmp_path)


@pytest.fixture
def readable(tmp_path):
    """A file that all can read, and that is longer than what comes."""
    path = tmp_path / "there"
    path.write_bytes(b"x" * 10_000_000)
    path.chmod(0o644)
    return path


@pytest.mark.parametrize("before", [0o600, 0o644, 0o666])
def test_file_that_is_there_becomes_private(before, readable):
    readable.chmod(before)

    write_private(readable, b"session")

    assert mode(readable) == 0o600
    assert readable.read_bytes() == b"session"


def test_run_file_written_over_one_that_others_can_read_is_private(run, readable):
    run.write(readable)

    assert mode(readable) == 0o600
    assert LoadRun.read(readable) == run


def test_run_file_that_others_can_read_is_refused(run, tmp_path):
    run.write(tmp_path / "run.json")
    (tmp_path / "run.json").chmod(0o640)

    with pytest.raises(LoadRefused, match="contains sessions and others can read it; chmod 600 it"):
        LoadRun.read(tmp_path / "run.json")


@pytest.fixture
def inside():
    """A path in the repository: in the folder for reports, which git ignores."""
    path = PROJECT / "report" / "test-run-file.json"
    path.parent.mkdir(exist_ok=True)
    yield path
    path.unlink()


def test_run_file_in_the_repository_is_refused(run, inside):
    run.write(inside)

    with pytest.raises(LoadRefused, match="move it out of the repository"):
        LoadRun.read(inside)


def test_secret_is_not_written_into_the_repository():
    with pytest.raises(LoadRefused, match="would put sessions into the repository"):
        require_outside(PROJECT / "report" / "run.json", PROJECT)
