"""The zip for AWS Distributed Load Testing: it runs with Locust alone, and its parts make one verdict."""

import stat
import subprocess
import sys
import zipfile

import pytest

from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.launch import ROOT
from load.merge import merge, read_parts
from load.package import build
from tests.load.runs import environment, plan, pool, run_against, step

LOCUST_ALONE = (
    "import sys\n"
    "for absent in ('jsonschema', 'jsonschema_rs', 'orjson', 'yaml', 'boto3', 'rich', 'signoff'):\n"
    "    sys.modules[absent] = None\n"
    "from locust.main import main\n"
    "main()\n"
)


@pytest.fixture
def two_parts(healthy, tmp_path):
    """Build a zip for two tasks, and unpack it for each of them."""
    run = run_against(
        healthy.url,
        tmp_path,
        plan=plan(step("hold", 4, 60), percentiles=False),
        pool=pool(20_000),
        parts=2,
    )
    build(run, tmp_path / "load.zip", ROOT)
    folders = [tmp_path / f"task-{number}" for number in range(2)]
    for folder in folders:
        with zipfile.ZipFile(tmp_path / "load.zip") as archive:
            archive.extractall(folder)
    return folders


def start(folder):
    """Run a task as the service does: the locustfile that it finds, users and time that it made up."""
    options = ["-f", "./locustfile.py", "--headless", "-u", "7", "-r", "7", "-t", "1m"]
    return subprocess.Popen(
        [sys.executable, "-c", LOCUST_ALONE, *options],
        cwd=folder,
        env=environment(PYTHONPATH="", PYTHONSAFEPATH="1"),
        stdin=subprocess.DEVNULL,
        stdout=(folder / "locust.out").open("w"),
        stderr=(folder / "locust.err").open("w"),
    )


def test_two_tasks_with_locust_alone_make_one_verdict(two_parts, healthy):
    tasks = [start(folder) for folder in two_parts]
    codes = [task.wait(60) for task in tasks]

    parts = read_parts([folder / "locust.out" for folder in two_parts])
    whole = merge(parts)

    errors = [(folder / "locust.err").read_text()[-500:] for folder in two_parts]
    assert codes == [0, 0], errors
    assert whole.judgement.exit == ExitCode.PASS, whole.judgement.reasons
    assert whole.measurement.contract == "not checked"
    assert whole.measurement.steps.total("answered") == 240
    assert len(whole.used) == healthy.seen()["POST /stamps/award"]
    assert all(len(set(part.used)) == len(part.used) for part in parts), "a pair was used twice"


def test_zip_has_one_locustfile_and_is_for_its_owner_only(two_parts, tmp_path):
    names = zipfile.ZipFile(tmp_path / "load.zip").namelist()

    assert [name for name in names if name.endswith("locustfile.py")] == ["locustfile.py"]
    assert stat.S_IMODE((tmp_path / "load.zip").stat().st_mode) == 0o600
    assert "Hold For     2 minutes" in (two_parts[0] / "README.txt").read_text()


def test_same_run_makes_the_same_zip(healthy, tmp_path):
    run = run_against(healthy.url, tmp_path)
    for name in ("a.zip", "b.zip"):
        build(run, tmp_path / name, ROOT)

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_zip_is_never_written_into_the_repository(healthy, tmp_path):
    with pytest.raises(LoadRefused, match="would put sessions into the repository"):
        build(run_against(healthy.url, tmp_path), ROOT / "load.zip", ROOT)
