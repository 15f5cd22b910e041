"""Where the locustfile gets its run from; without one, it ends with one sentence and exit code 4."""

import pytest

from load.composition import local_smoke
from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.engine.run_file import VARIABLE
from load.engine.startup import find_run
from tests.load.compositions import Tables, answering, surrounded
from tests.load.runs import run_against, serving


def written(path, seed):
    run_against("http://127.0.0.1:9", path.parent, seed=seed).write(path)
    return path


def test_run_file_that_is_named_comes_before_the_one_beside(tmp_path):
    named, beside = written(tmp_path / "named.json", 1), written(tmp_path / "run.json", 2)

    assert find_run({VARIABLE: str(named)}, beside).seed == 1


def test_run_file_beside_the_locustfile_is_that_of_a_package(tmp_path):
    assert find_run({}, written(tmp_path / "run.json", 2)).seed == 2


def test_what_is_no_run_file_is_told_in_a_sentence_with_exit_code_4(tmp_path, capsys):
    with pytest.raises(SystemExit) as left:
        find_run({VARIABLE: str(tmp_path / "absent.json")}, tmp_path / "none.json")

    assert left.value.code == ExitCode.REFUSED
    assert capsys.readouterr().err.startswith(
        f"refused: {tmp_path / 'absent.json'} is not a run file"
    )


def test_without_run_file_and_stack_the_way_to_one_is_told(tmp_path):
    with pytest.raises(LoadRefused, match=r"no local stack is up; `make up` keeps one"):
        local_smoke(lambda _: surrounded(tmp_path))


def test_kept_stack_gets_a_smoke_run_of_its_own(tmp_path):
    with serving() as target:
        composition = surrounded(tmp_path, url=target.url, aws=answering(Tables()))
        run = local_smoke(lambda _: composition)
        asked = target.seen()

    assert (run.host, run.plan.name, run.about["environment"]) == (target.url, "smoke", "local")
    assert run.out.startswith(str(tmp_path / "report" / "local" / "load"))
    assert asked.pop("connections") and asked == {"POST /notify": 1}, (
        "more than the proof was asked"
    )
