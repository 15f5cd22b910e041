"""The policy of each procedure: sufficient for a real run, made of what it calls, and shipped fresh."""

import json
from collections import defaultdict

import pytest
from botocore.exceptions import ClientError

from local.aws.restores import Restores
from local.aws.server import LocalAws
from runbook import rights
from runbook.__main__ import main
from runbook.engine import Procedure
from runbook.procedures import least_privilege, tables
from runbook.procedures.provision import ORDER
from runbook.rights import EXAMPLE, declared, document, policy, text
from signoff.environment import ENVIRONMENTS, load
from tests.runbook import by_hand
from tests.runbook.desk import Desk, clients
from tests.runbook.recorded_rights import Operator, asked_of_iam, on_a_plan, perform

ACCOUNT, REGION = "717171717171", "ap-northeast-1"


@pytest.fixture(scope="module")
def served():
    with LocalAws(ACCOUNT, REGION) as aws:
        restores = Restores(aws)
        aws.extensions.append(restores.extension)
        aws.observers.append(restores.observe)
        yield aws, Desk(aws, clients(aws))


@pytest.fixture(scope="module")
def recorded(served):
    """Every procedure by a role that has its policy and no other, from two starts: what each asked of IAM."""
    aws, admin = served
    found = defaultdict(set)
    for set_up in (lambda: None, lambda: by_hand.set_up(admin.client, ACCOUNT)):
        aws.clear()
        admin.evidence.records.clear()
        set_up()
        operator = Operator(aws)
        desk = operator.desk(admin)
        for one in map(Procedure.of, ORDER):
            if one.name in declared():
                operator.may(policy(one.name, desk.environment))
            with asked_of_iam(aws) as asked:
                perform(desk, one)
            found[one.name] |= asked
    for name, do in on_a_plan(desk):
        operator.may(policy(name, desk.environment))
        with asked_of_iam(aws) as asked:
            do()
        found[name] |= asked
    return found


def test_each_procedure_comes_to_its_end_with_its_policy_alone_and_uses_what_it_declares(recorded):
    also = {name: set(one.get("also", ())) for name, one in rights.written().items()}
    asked = {name: actions for name, actions in recorded.items() if actions}

    assert asked == {name: set(one["actions"]) for name, one in rights.written().items()}
    assert all(also[name] <= set(declared()[name]) for name in asked)


@pytest.mark.parametrize("module", [least_privilege, tables], ids=lambda one: one.__name__)
def test_no_statement_is_there_for_nothing(served, module):
    aws, admin = served
    procedure = Procedure.of(module)
    whole = policy(procedure.name, admin.environment)
    for number in range(len(whole["Statement"])):
        aws.clear()
        operator = Operator(aws)
        left = [one for at, one in enumerate(whole["Statement"]) if at != number]
        nothing = {"Sid": "None", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
        operator.may({**whole, "Statement": left or [nothing]})
        with pytest.raises(ClientError, match="AccessDenied"):
            perform(operator.desk(admin), procedure)


def test_nothing_is_allowed_beyond_the_names_of_the_environment():
    """But for what IAM grants on no resource, or by ids that nobody knows before."""
    open_ = {
        (statement["Sid"], action)
        for name in declared()
        for statement in policy(name, load("prod", ENVIRONMENTS, EXAMPLE).environment)["Statement"]
        if "*" in statement["Resource"]
        for action in statement["Action"]
    }

    assert {action for _, action in open_} <= {
        *rights.UNSCOPED,
        *(one for one in _every_action() if one.startswith("application-autoscaling:")),
    }


def _every_action():
    return {action for actions in declared().values() for action in actions}


@pytest.mark.parametrize("name", sorted(declared()))
def test_the_shipped_policy_is_fresh_and_small_enough_for_iam(name):
    """A managed policy has 6,144 characters, blanks not counted."""
    fresh = text(name, load("prod", ENVIRONMENTS, EXAMPLE).environment)

    assert document(name).read_text(encoding="utf-8") == fresh, "run python -m runbook.rights"
    assert len("".join(fresh.split())) <= 6144


def test_the_command_prints_the_policy_of_an_environment(capsys):
    assert main(["tables", "--policy", "--env=local"]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed["Statement"][0]["Resource"][0].endswith(":table/Users-local*")


def test_the_command_says_for_what_there_is_none(capsys):
    with pytest.raises(SystemExit):
        main(["prepare", "--policy"])

    assert "no rights are declared for prepare; they are for api, " in capsys.readouterr().err
