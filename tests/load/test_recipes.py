"""The recipes start Locust with options that it knows, and agree on the number of workers."""

import json
import subprocess
import sys
from pathlib import Path

import botocore.session
import pytest
import yaml
from botocore.validate import validate_parameters

import load
from load.launch import JOIN_ELSEWHERE_S, Distribution, roles
from tests.load.runs import run_against

RECIPES = Path(load.__file__).parent / "recipes"
PARSE = (
    "import json, sys\n"
    "from locust.argument_parser import get_parser\n"
    "for arguments in json.load(sys.stdin):\n"
    "    get_parser(default_config_files=[]).parse_args(arguments)\n"
)


def services():
    return yaml.safe_load((RECIPES / "compose.yaml").read_text())["services"]


def documents(kind):
    found = yaml.safe_load_all((RECIPES / "kubernetes.yaml").read_text())
    return {one["metadata"]["name"]: one for one in found if one["kind"] == kind}


def task(role):
    return json.loads((RECIPES / f"ecs-{role}.json").read_text())


def compose():
    return [
        [part.replace("${WORKERS:?as many as the run file was prepared for}", "4") for part in one]
        for one in (service["command"] for service in services().values())
    ]


def pods():
    """Specs of the pods of all jobs, the master's first."""
    return [job["spec"]["template"]["spec"] for job in documents("Job").values()]


def kubernetes():
    return [pod["containers"][0]["args"] for pod in pods()]


def ecs():
    return [task(role)["containerDefinitions"][0]["command"] for role in ("master", "worker")]


def test_locust_knows_every_option_of_the_recipes():
    commands = [*compose(), *kubernetes(), *ecs()]

    parsed = subprocess.run(
        [sys.executable, "-c", PARSE],
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        check=False,
    )

    assert len(commands) == 6
    assert parsed.returncode == 0, parsed.stderr


@pytest.mark.parametrize("recipe", [compose, kubernetes, ecs])
def test_master_waits_as_long_as_ours_for_workers_elsewhere(recipe):
    """The configuration says 30 s, in which no image is fetched."""
    master, worker = recipe()

    assert f"--expect-workers-max-wait={JOIN_ELSEWHERE_S}" in master
    assert "--worker" in worker


def test_kubernetes_starts_as_many_workers_as_its_master_expects():
    worker = documents("Job")["load-worker"]

    assert worker["spec"]["parallelism"] == worker["spec"]["completions"] == 4
    assert "--expect-workers=4" in kubernetes()[0]


def test_kubernetes_can_pull_its_images_and_lets_them_read_and_write():
    fetch = documents("Pod")["load-fetch"]["spec"]
    secrets = [pod["volumes"][0]["secret"] for pod in pods()]

    assert {pod["containers"][0]["image"] for pod in [*pods(), fetch]} == {"<registry>/load:1"}
    assert {pod["securityContext"]["runAsUser"] for pod in [*pods(), fetch]} == {1000}
    assert {pod["securityContext"]["fsGroup"] for pod in [*pods(), fetch]} == {1000}
    assert [secret["defaultMode"] for secret in secrets] == [0o440, 0o440]


def test_compose_runs_as_who_may_read_the_run_file_and_write_the_folder():
    ignored = (RECIPES.parents[1] / ".gitignore").read_text().splitlines()
    master, worker = services().values()

    assert master["user"].startswith("${OWNER:?")
    assert worker["user"] == "${OWNER}"
    assert "./out:/out" in master["volumes"]
    assert "/load/recipes/out/" in ignored


@pytest.mark.parametrize("role", ["master", "worker"])
def test_task_definition_has_the_shape_that_ecs_takes(role):
    shape = (
        botocore.session.get_session()
        .get_service_model("ecs")
        .operation_model("RegisterTaskDefinition")
    )

    validate_parameters(task(role), shape.input_shape)

    (volume,) = task(role)["volumes"]
    access = volume["efsVolumeConfiguration"]["authorizationConfig"]
    assert access["accessPointId"] == "<access-point>", "the image's user could not write"


def test_image_has_the_user_that_the_recipes_name():
    assert "useradd --create-home --uid 1000 load" in (RECIPES / "Dockerfile").read_text()


@pytest.mark.parametrize(
    "name", ["compose.yaml", "kubernetes.yaml", "ecs-master.json", "ecs-worker.json"]
)
def test_readme_tells_of_every_recipe(name):
    assert name in (RECIPES / "README.md").read_text()


def test_readme_cleans_before_it_records():
    told = (RECIPES / "README.md").read_text()

    assert told.index("python -m load clean --env prod") < told.index("merge --record out/verdict")


LOCALLY, ELSEWHERE = Distribution(), Distribution(elsewhere=True)


@pytest.mark.parametrize(
    ("distribution", "seconds"), [(LOCALLY, 30), (ELSEWHERE, JOIN_ELSEWHERE_S)]
)
def test_our_own_master_is_patient_with_workers_that_others_start(distribution, seconds, tmp_path):
    run = run_against("http://127.0.0.1:9", tmp_path, workers=2)

    (master, *_) = roles(run, distribution, 5557)

    assert f"--expect-workers-max-wait={seconds}" in master[1]
