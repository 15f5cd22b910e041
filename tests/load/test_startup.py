"""Where the locustfile gets its run from; without one, it ends with one sentence and exit code 4."""

import pytest

from load.composition import local_smoke
from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.engine.run_file import VARIABLE, find_run
from tests.load.compositions import Tables, answering, surrounded
from tests.load.runs import run_against, serving


def written(path, seed):
    run_against("http://127.0.0.1:9", path.parent, seed=seed).write(path)
    return path


def no_run():
    raise AssertionError("a run was prepared, though its file is named")


def test_run_file_that_is_named_is_read(tmp_path):
    named = written(tmp_path / "named.json", 1)

    assert find_run(no_run, {VARIABLE: str(named)}).seed == 1


def test_without_a_name_a_run_is_prepared(tmp_path):
    prepared = run_against("http://127.0.0.1:9", tmp_path, seed=2)

    assert find_run(lambda: prepared, {}) is prepared


def test_what_is_no_run_file_is_told_in_a_sentence_with_exit_code_4(tmp_path, capsys):
    with pytest.raises(SystemExit) as left:
        find_run(no_run, {VARIABLE: str(tmp_path / "absent.json")})

    assert left.value.code == ExitCode.REFUSED
    assert capsys.readouterr().err.startswith(
        f"refused: {tmp_path / 'absent.json'} is not a run file"
    )


def test_without_run_file_and_stack_the_way_to_one_is_told(tmp_path):
    with pytest.raises(LoadRefused, match=r"no local stack is up; `make up` keeps one"):
        local_smoke(lambda *_: surrounded(tmp_path))


def test_kept_stack_gets_a_smoke_run_of_its_own(tmp_path, monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)  # of a stack that this process serves
    with serving() as target:
        composition = surrounded(tmp_path, url=target.url, aws=answering(Tables()))
        run = local_smoke(lambda *_: composition)
        asked = target.seen()

    assert (run.host, run.plan.name, run.about["environment"]) == (target.url, "smoke", "local")
    assert run.out.startswith(str(tmp_path / "report" / "local" / "load"))
    assert asked.pop("connections") and asked == {"POST /notify": 1}, (
        "more than the proof was asked"
    )
