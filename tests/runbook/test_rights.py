"""The policy of each procedure: sufficient for a real run, made of what it calls, and shipped fresh."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from aws.iam import covers
from local.aws.restores import Restores
from local.aws.server import LocalAws
from runbook import rights
from runbook.__main__ import main
from runbook.catalogue import procedures
from runbook.engine import Stopped
from runbook.evidence import name_of
from runbook.procedures import least_privilege, tables
from runbook.rights import declared, document, example, policy, text
from runbook.rights_resources import UNSCOPED, PolicyScope
from signoff.evidence import StoreSettings, open_store
from signoff.judge.checklist import Checklist
from tests.runbook.desk import Desk, EvidenceInMemory
from tests.runbook.exercises import Exercise, exercises
from tests.runbook.recorded_rights import RestrictedRole, asked_of_iam, of_admin, of_nobody

OF_FOUND = {
    *("iam:GetPolicy", "iam:GetPolicyVersion", "secretsmanager:ListSecrets"),
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
}
"""Asked of what somebody else set up, not where nothing is."""
ACCOUNT, REGION = "717171717171", "ap-northeast-1"
ROOT = Path(__file__).parents[2]
UNSHOWN = re.compile(r"there|set|.* MB; .*|.*characters.*")
"""How a value is told that is not shown itself, or that no words bring back."""
ELSEWHERE = {
    "cutover": {"by"},
    "migrate_masters": {"from_profile", "to"},
    "migrate_users": {"from_profile", "to"},
}
"""Options that are read before any step: by whom it is signed, and which environments are reached."""
SIGNED = {row.signed for row in Checklist.load()}


@dataclass
class Noted(EvidenceInMemory):
    """Knows whether anybody asked for it."""

    asked: bool = False

    def record(self, kind, body):
        self.asked = True
        super().record(kind, body)

    def recorded(self, kind, **values):
        self.asked = True
        return super().recorded(kind, **values)

    def history(self, kind):
        self.asked = True
        return super().history(kind)


@dataclass
class RecordedRights:
    """What the exercises of one procedure asked of IAM, and the policies under which they came to their end."""

    asked: set
    statements: list
    evidence: bool = False
    shown: list = field(default_factory=list)
    """Changes, as a person saw them."""
    read: set = field(default_factory=set)
    """Options that its steps asked for, given or not."""


@pytest.fixture(scope="module")
def served():
    with LocalAws(ACCOUNT, REGION) as aws:
        restores = Restores(aws)
        aws.extensions.append(restores.extension)
        aws.observers.append(restores.observe)
        yield aws, of_admin(aws)


@pytest.fixture(scope="module")
def recorded(served, tmp_path_factory):
    """Every procedure by a role that has its policy and no other, in every exercise."""
    aws, clients = served
    admin = Desk(aws, clients)
    admin.evidence, its_own = Noted(), of_nobody(aws)
    found = defaultdict(lambda: RecordedRights(set(), []))
    for one in exercises(admin, tmp_path_factory.mktemp("rights")):
        allowed = granted(one, admin)
        operator = RestrictedRole(aws, clients, its_own)
        operator.may(allowed)
        admin.evidence.asked = False
        with asked_of_iam(aws) as asked:
            found[one.name].shown += one.perform(operator.desk(admin), found[one.name].read)
        operator.leave()
        found[one.name].asked |= asked
        found[one.name].statements += allowed["Statement"]
        found[one.name].evidence |= admin.evidence.asked
    return found


def granted(one: Exercise, admin: Desk):
    """Return its policy; of a procedure that declares nothing, one that allows nothing."""
    if one.name not in declared():
        return {"Version": "2012-10-17", "Statement": []}
    return policy(one.name, PolicyScope(admin.environment))


def also(name):
    """Return what a procedure takes in states that no exercise makes."""
    return {*rights.written().get(name, {}).get("also", ())}


def test_each_procedure_comes_to_its_end_with_its_policy_alone(recorded):
    whole = {name for name, one in procedures().items() if not one.composed}
    by_people = {name for name in whole if not any(s.action for s in procedures()[name].steps)}

    assert recorded.keys() == whole - by_people


def test_each_procedure_that_makes_a_call_declares_what_it_calls_and_nothing_else(recorded):
    asked = {
        name: {action for action, _ in one.asked} - {"sts:GetCallerIdentity"}
        for name, one in recorded.items()
    }
    declares = {
        name: {a for one in found.statements for a in one["Action"]} - (also(name) - asked[name])
        for name, found in recorded.items()
        if found.statements
    }

    assert {name: actions for name, actions in asked.items() if actions} == {
        name: actions for name, actions in declares.items() if actions
    }


def test_each_procedure_reads_the_options_that_it_declares_and_no_others(recorded):
    declares = {
        name: {one.name for one in procedures()[name].options} - ELSEWHERE.get(name, set())
        for name in recorded
    }

    assert {name: one.read for name, one in recorded.items()} == declares


def test_nothing_is_put_off_that_an_exercise_makes(recorded):
    made = {name: {action for action, _ in one.asked} for name, one in recorded.items()}

    assert {name: also(name) & made[name] for name in made if name in declared()} == {
        name: set() for name in made if name in declared()
    }


def test_every_statement_is_used(recorded):
    """On the resources that it names: a right on a place where nothing is done would be one too many."""
    unused = {
        (name, statement["Sid"])
        for name, one in recorded.items()
        for statement in one.statements
        if not {*statement["Action"]} <= also(name)
        and not any(
            action in statement["Action"]
            and any(covers(r, resource) for r in statement["Resource"])
            for action, resource in one.asked
        )
    }

    assert unused == set()


def test_whoever_leaves_or_finds_records_may_use_their_store(recorded):
    uses = {name for name, one in recorded.items() if one.evidence}
    signs = {
        name
        for name, one in procedures().items()
        if not one.composed and any(name_of(step) in SIGNED for step in one.steps)
    }

    assert {name for name, one in rights.written().items() if one.get("records")} == uses | signs


def test_cannot_be_undone_is_said_of_what_is_lost_and_was_not_shown(recorded):
    """And of nothing else: what is shown whole stands in the journal, and can be brought back by hand.

    What detach shows is told in few words; of each it says itself whether they are enough.
    """
    shown = [one for name, found in recorded.items() if name != "detach" for one in found.shown]
    lost = [one for one in shown if one.destroys and not one.after]
    unshown = {(one.resource, one.field) for one in lost if UNSHOWN.fullmatch(str(one.before))}

    assert {(one.resource, one.field) for one in lost if one.final} == unshown


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
    aws, clients = served
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
        assert f"docs/rights/{name}.json" in str(stopped.value)


def test_store_in_s3_is_written_and_read_by_its_rights_alone(served, tmp_path):
    aws, clients = served
    aws.clear()
    admin, operator = Desk(aws, clients), RestrictedRole(aws, clients)
    there = in_s3(admin)
    operator.may(policy("rollback_frontend", PolicyScope(there)))
    with asked_of_iam(aws) as asked:
        opened = open_store(
            StoreSettings.of(there), client=operator.clients.__getitem__, root=tmp_path
        )
        store = replace(opened, emulated=False)  # whatever endpoint this process's variables name
        for number in range(2):
            store.append("run", {"number": number}, caller="somebody", release=None)
        records = store.load()

    declares = rights.written()[rights.STORE]["on"]
    assert records.problem is None
    assert len(records.entries) == 2
    assert {action for action, _ in asked} == {a for actions in declares.values() for a in actions}


def in_s3(admin):
    """Return an environment whose records lie in a bucket, signed by a key of KMS."""
    s3, bucket = admin.client("s3"), "stamp-rally-prod-evidence-records"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    kept = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=kept)
    key = admin.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    arn = key["KeyMetadata"]["Arn"]
    return replace(admin.environment, evidence=f"s3://{bucket}/records", evidence_key=arn)


def test_tables_under_the_key_of_aws_are_made_by_the_rights_of_their_procedure(served, tmp_path):
    """Its id is looked up by its alias."""
    aws, clients = served
    aws.clear()
    admin, operator = Desk(aws, clients), RestrictedRole(aws, clients)
    admin.environment = replace(admin.environment, table_key="alias/aws/dynamodb")
    one = Exercise(procedures()["tables"], tmp_path)
    operator.may(granted(one, admin))
    one.perform(operator.desk(admin))

    described = admin.client("dynamodb").describe_table(TableName="Users-prod")["Table"]
    assert described["SSEDescription"]["SSEType"] == "KMS"


def test_nothing_is_allowed_beyond_the_names_of_the_environment():
    """But for what IAM grants on no resource, or by ids that nobody knows before."""
    open_ = {
        action
        for name in declared()
        for statement in policy(name, PolicyScope(example()))["Statement"]
        if "*" in statement["Resource"]
        for action in statement["Action"]
    }

    assert {
        one for one in open_ - UNSCOPED if not one.startswith("application-autoscaling:")
    } == set()


@pytest.mark.parametrize("name", sorted(declared()))
def test_the_shipped_policy_is_fresh_and_small_enough_for_iam(name):
    """A managed policy has 6,144 characters, blanks not counted."""
    fresh = text(name, PolicyScope(example()))

    assert document(name).read_text(encoding="utf-8") == fresh, "run python -m runbook.rights"
    assert len("".join(fresh.split())) <= 6144


def test_the_command_prints_the_policy_of_an_environment(capsys):
    assert main(["tables", "--policy", "--env=local"]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed["Statement"][1]["Resource"][0].endswith(":table/Users-local*")


def test_the_command_says_for_what_there_is_none(capsys):
    assert main(["prepare", "--policy"]) == 2

    assert "no rights are declared for prepare; they are for api, " in capsys.readouterr().err
