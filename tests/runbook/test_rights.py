"""The policy of each procedure: sufficient for a real run, and made of what it calls."""

import json
import re
from dataclasses import replace

import pytest

from runbook.__main__ import main
from runbook.catalogue import procedures
from runbook.engine import Stopped
from runbook.engine.step import DescribedEnvironment
from runbook.procedures import least_privilege, tables
from runbook.rights import UNSCOPED, declared, policy, recorded, text
from tests.runbook.calls_in_source import undoing
from tests.runbook.desk import Desk
from tests.runbook.example_production import example
from tests.runbook.exercises import Exercise
from tests.runbook.recorded_rights import RestrictedRole, of_admin, restoring
from tests.runbook.recorded_runs import ACCOUNT, record, rights_of, store_rights

OF_FOUND = {
    *("iam:GetPolicy", "iam:GetPolicyVersion", "secretsmanager:ListSecrets"),
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
}
"""Asked of what somebody else set up, not where nothing is."""
UNSHOWN = re.compile(r"there|set|.* MB; .*|.*characters.*")
"""How a value is told that is not shown itself, or that no words bring back."""
ELSEWHERE = {
    "cutover": {"by"},
    "migrate_masters": {"from_profile", "to"},
    "migrate_users": {"from_profile", "to"},
}
"""Options that are read before any step: by whom it is signed, and which environments are reached."""
STORE = {"evidence_bucket", "evidence_key"}


@pytest.fixture(scope="module")
def served():
    with restoring(ACCOUNT) as aws:
        yield aws


@pytest.fixture(scope="module")
def runs(served, tmp_path_factory):
    """Every procedure by a role that has its policy and no other, in every exercise."""
    return record(served, granted, tmp_path_factory.mktemp("rights"))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """What the store of the records takes, by a role that has no other right."""
    with restoring("737373737373") as aws:
        return store_rights(
            aws,
            lambda scope: policy("rollback_frontend", scope),
            tmp_path_factory.mktemp("store"),
        )


def granted(one: Exercise, admin: Desk):
    """Return its policy; of a procedure that declares nothing, one that allows nothing."""
    if one.name not in declared():
        return {"Version": "2012-10-17", "Statement": []}
    return policy(one.name, DescribedEnvironment(admin.environment))


def test_each_procedure_comes_to_its_end_with_its_policy_alone(runs):
    whole = {name for name, procedure in procedures().items() if not procedure.composed}
    by_people = {name for name in whole if not any(s.action for s in procedures()[name].steps)}

    assert runs.keys() == whole - by_people


def test_rights_are_those_that_the_recorded_runs_take(runs, store):
    told = {name: rights for name, rights in recorded().items() if name in procedures()}
    assert rights_of(runs, store) == told, "run python -m tests.runbook.recorded_runs"


def test_procedure_that_only_leaves_records_takes_the_rights_of_their_store_alone(store):
    assert recorded()["rollback_frontend"].keys() == STORE
    assert {place for place, _ in store} == STORE


def test_source_of_what_undoes_shows_all_that_a_run_of_detach_takes(runs):
    """Moto can attach a few of these things: the rights on the others rest on the source alone."""
    made = {action for _, action in runs["detach"].taken}

    assert made
    assert made - undoing() == set()


def test_each_procedure_reads_the_options_that_it_declares_and_no_others(runs):
    declares = {
        name: {option.name for option in procedures()[name].options} - ELSEWHERE.get(name, set())
        for name in runs
    }

    assert {name: run.read for name, run in runs.items()} == declares


def test_cannot_be_undone_is_said_of_what_is_lost_and_was_not_shown(runs):
    """And of nothing else: what is shown whole stands in the journal, and can be brought back by hand.

    What detach shows is told in few words; of each it says itself whether they are enough.
    """
    shown = [one for name, found in runs.items() if name != "detach" for one in found.shown]
    lost = [change for change in shown if change.destroys and not change.after]
    unshown = {
        (change.resource.en, change.field.en)
        for change in lost
        if UNSHOWN.fullmatch(str(change.before))
    }

    assert {(change.resource.en, change.field.en) for change in lost if change.final} == unshown


def without(one, desk, folder):
    """Return what it says where it stops; nothing where it comes to its end all the same."""
    try:
        replace(one, folder=folder).perform(desk)
    except Stopped as stopped:
        return [str(stopped)]
    return []


@pytest.mark.parametrize("module", [least_privilege, tables], ids=lambda one: one.__name__)
def test_without_one_statement_it_stops_and_says_which_action_is_missing(served, tmp_path, module):
    """Here of two procedures, in ``deep/`` of all."""
    aws, clients = served, of_admin(served)
    name = module.__name__.rpartition(".")[2]
    aws.clear()
    operator, admin = RestrictedRole(aws, clients), Desk(aws, clients)
    one = Exercise(procedures()[name], tmp_path)
    every = operator.each_without(granted(one, admin))
    for without, statement in (one for one in every if not {*one[1]["Action"]} <= OF_FOUND):
        operator.may(without)
        with pytest.raises(Stopped) as stopped:
            one.perform(operator.desk(admin))
        assert any(f"missing: {action}" in str(stopped.value) for action in statement["Action"])
        assert f"python -m runbook {name} --env prod --policy" in str(stopped.value)


def test_nothing_is_allowed_beyond_the_names_of_the_environment():
    """But for what IAM grants on no resource, or by ids that nobody knows before."""
    open_ = {
        action
        for name in declared()
        for statement in policy(name, DescribedEnvironment(example()))["Statement"]
        if "*" in statement["Resource"]
        for action in statement["Action"]
    }

    assert {
        name for name in open_ - UNSCOPED if not name.startswith("application-autoscaling:")
    } == set()


def test_a_migration_reads_tables_of_the_usual_names_which_the_file_leaves_out(tmp_path):
    file = tmp_path / "environments.toml"
    file.write_text('[dev]\nregion = "us-east-1"\n')

    printed = text("migrate_masters", DescribedEnvironment(example(), file))

    assert "arn:aws:dynamodb:us-east-1:111122223333:table/StampMasters-dev*" in printed


@pytest.mark.parametrize("name", sorted(declared()))
def test_the_policy_is_small_enough_for_iam(name):
    """A managed policy has 6,144 characters, blanks not counted."""
    printed = text(name, DescribedEnvironment(example()))

    assert len("".join(printed.split())) <= 6144


def test_the_command_prints_the_policy_of_an_environment(capsys):
    assert main(["tables", "--policy", "--env=local"]) == 0

    printed = json.loads(capsys.readouterr().out)
    of_tables = {entry["Sid"]: entry["Resource"] for entry in printed["Statement"]}
    assert of_tables["DynamodbOfTheEnvironment"][0].endswith(":table/Users-local*")


def test_the_command_says_for_what_there_is_none(capsys):
    assert main(["prepare", "--policy"]) == 2

    assert "no rights are declared for prepare; they are for api, " in capsys.readouterr().err
