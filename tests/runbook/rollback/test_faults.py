"""In the middle of a rollback a call is denied, the credentials go, an answer is lost: it goes on from there.

Tried with the calls that change something: those of the small rollbacks here, of a restore in ``deep``.
"""

import errno
import socket
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path
from threading import Thread

import pytest

from aws.converge import rest_api
from runbook.cutover import front_end
from runbook.cutover.front_end import write
from runbook.engine import Refused, Stopped
from runbook.procedures import rollback_api, rollback_frontend, rollback_functions
from runbook.rollback.drill import temporary_front_end
from tests.runbook.rollback.fault_injection import MODES, FaultyRun, changing
from tests.runbook.rollback.operator import FEW, RollbackOperator


@pytest.fixture(scope="module")
def operator(planned):
    return RollbackOperator(planned.desk(), only=FEW)


@pytest.fixture
def functions(operator, tmp_path):
    def seen():
        versions = operator.versions()
        return {f"alias stamp-rally-prod-{key}:live": version for key, version in versions.items()}

    return FaultyRun(operator, rollback_functions, tmp_path, seen)


@pytest.fixture
def api(operator, tmp_path):
    id_ = rest_api.find(operator.context(), operator.context().plan.api)["id"]

    def seen():
        stage = operator.client("apigateway").get_stage(restApiId=id_, stageName="prod")
        return {"stage prod": stage["deploymentId"]}

    return FaultyRun(operator, rollback_api, tmp_path, seen)


def test_these_are_all_the_calls_that_change_something(operator, functions, api):
    there = changing(operator.desk, functions.run)
    back = changing(operator.desk, functions.run)

    assert Counter(there) == Counter(back) == {"UpdateAlias": len(FEW)}
    assert changing(operator.desk, api.run) == changing(operator.desk, api.run) == ["UpdateStage"]


@pytest.mark.parametrize(("mode", "number"), list(product(MODES, (1, 2, len(FEW)))))
def test_functions_stop_at_any_alias_and_go_on(functions, mode, number):
    before = functions.seen()
    functions.stop(mode, "UpdateAlias", number)
    functions.run()
    back = functions.seen()
    functions.run()

    assert all(back[name] != version for name, version in before.items())
    assert functions.seen() == before
    assert functions.results() == ["failed", "done", "done"]


@pytest.mark.parametrize("mode", MODES)
def test_the_api_stops_and_goes_on(api, mode):
    before = api.seen()
    api.stop(mode, "UpdateStage", 1)
    api.run()
    back = api.seen()
    api.run()

    assert back != before
    assert api.seen() == before
    assert api.results() == ["failed", "done", "done"]


OLD = "const CONFIG = { API_BASE_URL: 'https://old.example.jp', LIFF_ID: '1111111111-aaaaaaaa' };"
NEW = OLD.replace("old", "new")


@pytest.fixture
def site(operator, tmp_path):
    """A front end that was switched: its folder, what it is chosen by, and the way back."""
    with temporary_front_end() as (there, folder):
        environment = replace(operator.desk.environment, front_end=there)
        path = folder / there.config_path
        record = {"url": there.config_url, "config": OLD}
        operator.desk.evidence.record(front_end.KIND, record)
        write(path, NEW)
        chosen = {"environment": environment, "site": str(folder)}
        yield (
            path,
            FaultyRun(
                operator,
                rollback_frontend,
                tmp_path,
                lambda: {f"file {path}": path.read_text()},
                chosen,
            ),
        )


def test_a_file_that_cannot_be_written_is_told_and_left_whole(site, monkeypatch):
    """No file takes the place of another: the tests' user may write any."""
    path, trial = site

    def refused(_, target):
        raise OSError(errno.EROFS, "Read-only file system", str(target))

    said = r"config\.js can't be written .*fix that, then run it again"
    with monkeypatch.context() as fault:
        fault.setattr(Path, "replace", refused)
        with pytest.raises(Stopped, match=said):
            trial.run()
    assert [*path.parent.iterdir()] == [path]
    assert path.read_text() == NEW
    assert trial.told("broken") == set()
    trial.run()

    assert path.read_text() == OLD
    assert trial.results() == ["failed", "done"]


def test_a_file_that_cannot_be_read_is_told(site):
    path, trial = site
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(Stopped, match=r"config\.js can't be read"):
        trial.run()

    assert path.read_bytes() == b"\xff\xfe"


def test_a_front_end_that_hangs_up_is_told():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up():
            server.accept()[0].close()

        hanging_up = Thread(target=hang_up)
        hanging_up.start()
        with pytest.raises(Refused, match=r"does not answer .*: check the front end"):
            front_end.served(f"http://127.0.0.1:{server.getsockname()[1]}/js/config.js")
        hanging_up.join()
