"""The recipes start Locust with options that it knows, and agree on how many workers there are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import load

RECIPES = Path(load.__file__).parent / "recipes"
PARSE = (
    "import json, sys\n"
    "from locust.argument_parser import get_parser\n"
    "for arguments in json.load(sys.stdin):\n"
    "    get_parser(default_config_files=[]).parse_args(arguments)\n"
)


def compose():
    services = yaml.safe_load((RECIPES / "compose.yaml").read_text())["services"]
    return [
        [part.replace("${WORKERS:?as many as the run file was prepared for}", "4") for part in one]
        for one in (service["command"] for service in services.values())
    ]


def kubernetes():
    documents = yaml.safe_load_all((RECIPES / "kubernetes.yaml").read_text())
    jobs = [document for document in documents if document["kind"] == "Job"]
    return [job["spec"]["template"]["spec"]["containers"][0]["args"] for job in jobs]


def ecs():
    tasks = [
        json.loads((RECIPES / f"ecs-{role}.json").read_text()) for role in ("master", "worker")
    ]
    return [task["containerDefinitions"][0]["command"] for task in tasks]


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


def test_kubernetes_starts_as_many_workers_as_its_master_expects():
    documents = list(yaml.safe_load_all((RECIPES / "kubernetes.yaml").read_text()))
    worker = next(one for one in documents if one["metadata"]["name"] == "load-worker")

    assert worker["spec"]["parallelism"] == worker["spec"]["completions"] == 4
    assert "--expect-workers=4" in kubernetes()[0]


@pytest.mark.parametrize("name", ["compose.yaml", "kubernetes.yaml", "ecs-master.json"])
def test_readme_tells_of_every_recipe(name):
    assert name in (RECIPES / "README.md").read_text()
