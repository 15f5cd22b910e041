"""The workflows and the container recipe call what there is, and hold no key."""

import re
from pathlib import Path

import pytest
import yaml

from signoff.environment.overrides import IN_PRODUCTION
from signoff.environment.problems import variable

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NOT_IN_CI = {"region", "line.login_token_file"}
"""The file has the Region, and no file of secrets is brought to CI."""
CONTAINERFILE = ROOT / "docs" / "container" / "Containerfile"


def jobs(workflow):
    return yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]


def steps(workflow):
    return [step for job in jobs(workflow).values() for step in job["steps"]]


def passed_to(workflow, job):
    """Return the SIGNOFF variables that a job passes on, with their sources."""
    env = jobs(ROOT / ".github" / "workflows" / f"{workflow}.yml")[job]["env"]
    return {name: source for name, source in env.items() if name.startswith("SIGNOFF_")}


def verbs():
    return set(
        re.findall(
            r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
        )
    )


def test_there_are_workflows_for_changes_sign_off_load_upgrades_and_releases():
    assert [workflow.stem for workflow in WORKFLOWS] == [
        "load",
        "pull-request",
        "release",
        "sign-off",
        "upgrade",
    ]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_to_a_commit(workflow):
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    loose = [one for one in used if not re.search(r"@[0-9a-f]{40}$|^docker://.*:\d", one)]

    assert not loose


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_commands_are_verbs_of_the_makefile_or_programs_of_the_environment(workflow):
    commands = [step["run"] for step in steps(workflow) if "run" in step]
    made = [command.split()[1:2] for command in commands if command.startswith("make")]
    others = {command.split()[0] for command in commands if not command.startswith("make")}

    assert {verb for one in made for verb in one} <= verbs()
    assert others <= {
        "cat",
        "echo",
        "gh",
        ".ci/prepare",
        ".ci/upgrade",
        ".venv/bin/pytest",
        ".venv/bin/python",
        ".venv/bin/uv",
    }


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_no_key_of_aws_is_stored(workflow):
    assert "secrets." not in workflow.read_text(encoding="utf-8")


def test_container_runs_as_somebody_and_installs_from_the_lock():
    recipe = CONTAINERFILE.read_text(encoding="utf-8")

    assert recipe.index("USER 10001") < recipe.index("RUN .ci/prepare")
    assert "--require-hashes" in (ROOT / ".ci" / "prepare").read_text(encoding="utf-8")


def test_scheduled_run_calls_nothing_and_follows_the_day_of_the_go_live():
    (workflow,) = (path for path in WORKFLOWS if path.stem == "sign-off")
    by_event = {
        step["if"]: step["run"] for step in steps(workflow) if "pytest" in step.get("run", "")
    }

    assert by_event == {
        "github.event_name == 'schedule'": '.venv/bin/pytest checks --env "$TARGET" --phase auto --part',
        "github.event_name != 'schedule'": '.venv/bin/pytest --env "$TARGET" --phase "$PHASE" --strict',
    }


def test_sign_off_passes_every_variable_that_production_takes_under_its_own_name():
    names = [variable(key) for key in IN_PRODUCTION - NOT_IN_CI]

    assert passed_to("sign-off", "judge") == {name: f"${{{{ vars.{name} }}}}" for name in names}


def test_load_passes_the_same_variables_as_the_sign_off():
    assert passed_to("load", "load").items() <= passed_to("sign-off", "judge").items()


def test_only_the_soak_asks_for_a_longer_session_than_a_new_role_allows():
    path = ROOT / ".github" / "workflows" / "load.yml"
    (asked,) = (step["with"] for step in steps(path) if "role-to-assume" in step.get("with", {}))

    assert asked["role-duration-seconds"] == "${{ inputs.plan == 'soak' && 7200 || 3600 }}"


@pytest.mark.parametrize(("workflow", "job"), [("sign-off", "judge"), ("load", "load")])
def test_variable_of_the_role_that_is_missing_is_named_before_anything_is_downloaded(workflow, job):
    first = jobs(ROOT / ".github" / "workflows" / f"{workflow}.yml")[job]["steps"][0]

    assert set(re.findall(r"vars\.(\w+) == ''", first["if"])) == {"AWS_ROLE", "AWS_REGION"}
    assert re.search(r"::error::Set AWS_ROLE and AWS_REGION .*\n *exit 1$", first["run"].strip())
