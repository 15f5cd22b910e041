"""The rehearsal on a whole stack: four faults, four ways back, and everything as it was."""

from dataclasses import replace

import boto3
import pytest

from lambdas.packing import pack
from runbook import rehearse_rollbacks
from runbook.evidence import Evidence
from runbook.live_release import live_release
from runbook.local_stack import local_stack
from runbook.provision import procedure, work_for
from signoff.environments import load
from signoff.guard import guard
from signoff.procedure import Procedure
from signoff.store import Folder, Store


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    home = tmp_path_factory.mktemp("rehearsal")
    environment = replace(load("local").environment, evidence=str(home / "evidence"))
    local = local_stack()
    local.kept_at = home / "none.json"
    with local.localized(environment) as there, local.start(there, lambda _: None):
        session = boto3.Session(region_name=there.region)
        caller = guard(session, there)
        evidence = Evidence(
            store=Store(Folder(home / "evidence"), "local"),
            caller=caller.arn,
            release=lambda: live_release(session, there, caller),
            bound={"rehearsal": 30},
        )
        made = work_for(
            session,
            there,
            secrets_in=lambda _: "unused",
            build=pack,
            record=evidence.record,
            recorded=evidence.recorded,
            history=evidence.history,
            permit=lambda _: True,
        )
        yield made, evidence


def test_all_four_ways_back_lead_back(work):
    given, evidence = work
    before = evidence.release()
    for step in Procedure.of(rehearse_rollbacks).steps:
        step.action(replace(given, go=True))
    record = evidence.store.load().newest("rehearsal", complete=True)
    left = [c for one in procedure().steps if one.action for c in one.action(given)]

    assert record.release == before == evidence.release()
    assert set(record.body["seconds"]) == {"functions", "api", "tables", "front-end"}
    assert record.expires is not None
    assert left == []
