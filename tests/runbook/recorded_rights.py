"""Runs of procedures by somebody who has exactly the policy that a procedure declares, and what each asked of IAM."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3

from local.aws.identity_targets import targets
from local.aws.request import Request, Response
from local.aws.server import LocalAws
from runbook.engine import Procedure
from runbook.procedures import (
    record_release,
    recount,
    restore_tables,
    rollback_api,
    rollback_functions,
)
from runbook.rollback import drill, faults
from runbook.rollback.drill import Drill
from tests.runbook.desk import ONCE, SERVICES, Desk
from tests.runbook.rollback.operator import until
from tests.runbook.rollback.test_drills import API, FUNCTIONS

OPERATOR = "operator-of-a-test"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)
EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@contextmanager
def asked_of_iam(aws: LocalAws) -> Iterator[set[str]]:
    """Yield the actions that IAM was asked for and allowed, until the end."""
    actions: set[str] = set()

    def note(request: Request) -> Response | None:
        if request.access_key.startswith("ASIA"):
            actions.update(action for action, _ in targets(request, aws.moto))
        return None

    aws.extensions.insert(0, note)
    try:
        yield actions
    finally:
        aws.extensions.remove(note)


class Operator:
    """A role of the account, whose policy may be changed at any time."""

    def __init__(self, aws: LocalAws) -> None:
        self._admin = boto3.Session("AKIALOCAL", "secret", region_name=aws.region)
        self._iam = self._admin.client("iam", endpoint_url=aws.endpoint)
        self._iam.create_role(RoleName=OPERATOR, AssumeRolePolicyDocument=TRUST)
        arn = f"arn:aws:iam::{aws.account}:role/{OPERATOR}"
        sts = self._admin.client("sts", endpoint_url=aws.endpoint)
        issued = sts.assume_role(RoleArn=arn, RoleSessionName="operator")["Credentials"]
        session = boto3.Session(
            issued["AccessKeyId"],
            issued["SecretAccessKey"],
            issued["SessionToken"],
            region_name=aws.region,
        )
        self.clients: Mapping[str, Any] = {
            one: session.client(one, endpoint_url=aws.endpoint, config=ONCE) for one in SERVICES
        }

    def may(self, policy: Mapping[str, Any]) -> None:
        """Give the role this policy and no other."""
        self._iam.put_role_policy(
            RoleName=OPERATOR, PolicyName="of-the-procedure", PolicyDocument=json.dumps(policy)
        )

    def desk(self, desk: Desk) -> Desk:
        """Return a desk of the same account and evidence at which this operator sits."""
        its = Desk(desk.aws, dict(self.clients))
        its.environment, its.evidence = desk.environment, desk.evidence
        return its


def perform(desk: Desk, procedure: Procedure, **more: Any) -> None:
    """Do every step that a machine can do; what is destructive is agreed to."""
    for one in procedure.steps:
        if one.action:
            one.action(
                desk.context(go=False, permit=lambda _: True, history=desk.evidence.history, **more)
            )
            desk.do(one.action, permit=lambda _: True, history=desk.evidence.history, **more)


def _held(desk: Desk, one: Drill) -> None:
    context = desk.context(go=True, permit=lambda _: True, history=desk.evidence.history)
    drill.hold(context, one)


def restorable() -> str:
    """Return a moment to which a table can be restored: the next whole second, once it is over."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    until(at)
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def on_a_plan(desk: Desk) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield procedure -> what it does in an account as planned; each leaves it as planned."""
    for one in (rollback_functions, rollback_api):
        name = Procedure.of(one).name
        yield name, partial(perform, desk, Procedure.of(one))
        yield name, partial(perform, desk, Procedure.of(one))
    chosen = {"to": restorable(), "only": "userstamps"}
    yield "restore_tables", partial(perform, desk, Procedure.of(restore_tables), chosen=chosen)
    yield "rollback_functions", partial(perform, desk, Procedure.of(rollback_functions))
    tables = Drill(
        part="tables",
        procedure=restore_tables,
        fault="an item is written that no function wrote",
        break_it=faults.write_what_is_wrong,
        shows=faults.the_wrong_item_is_read,
        mend=partial(faults.tear_down_the_restore, functions_back=rollback_functions),
        chosen=lambda _: {"to": restorable()},
        mends_alone=True,
    )
    for one in (FUNCTIONS, API, tables):
        yield "rehearse_rollbacks", partial(_held, desk, one)
    by = {"by": "somebody"}
    yield "record_release", partial(perform, desk, Procedure.of(record_release), chosen=by)
    yield "recount", partial(perform, desk, Procedure.of(recount))
