"""A copy of the provisioned account reads as the account itself did, whatever an earlier copy went through."""

from dataclasses import fields, replace
from math import inf

import pytest

from aws.door.sessions import RetryPolicy
from aws.inventory import ReadOptions, Sections, on_demand, read_all
from aws.section import Unreadable
from plan import scope_of
from tests.moto_state import state_of
from tests.runbook.provisioned import provisioned

OPTIONS = ReadOptions(
    retry=RetryPolicy(attempts=1, rates={}, at_once=1, deadline_s=inf), resolve=lambda _: ()
)
SALTS = {"own": "own-7c21", "dev": "5a1f"}
MASTERS = "StampMasters-prod"
DELETED = "stamp-rally-prod-auth-errors-alarm"


@pytest.fixture(scope="module")
def account():
    """Provisioned for these tests, and not copied yet; AWS's own key is there, made at the first look."""
    with provisioned("777788882222", bucket=None) as made:
        made.clients["kms"].describe_key(KeyId="alias/aws/secretsmanager")
        yield replace(made, state=state_of(made.aws))


@pytest.fixture(scope="module")
def inventory(account):
    """Return every section as a reading finds it now."""

    def sections(desk):
        plan, environment = desk.context().plan, desk.environment
        scope = replace(scope_of(plan, environment), salts=tuple(SALTS.values()))
        found = read_all(
            on_demand(desk.session, scope, caller="me", salts=SALTS, options=OPTIONS)
        ).sections
        # A table can be restored up to now, and now is later at each reading.
        backups = {name: replace(backup, latest=None) for name, backup in found.backups.items()}
        return replace(found, backups=backups)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("AWS_ENDPOINT_URL", account.aws.endpoint)
        yield sections


@pytest.fixture(scope="module")
def as_provisioned(account, inventory):
    """Read before anybody asks for a copy."""
    return inventory(account.original)


def test_copy_reads_as_what_was_provisioned(account, inventory, as_provisioned):
    copy, records = account.desk(), account.original.evidence.records

    assert [
        field.name
        for field in fields(Sections)
        if isinstance(getattr(as_provisioned, field.name), Unreadable)
    ] == []
    assert inventory(copy) == as_provisioned
    assert copy.evidence.records == records


def test_change_of_a_copy_is_in_no_other(account, inventory, as_provisioned):
    first = account.desk()
    first.client("dynamodb").put_item(TableName=MASTERS, Item={"StampId": {"S": "NEW"}})
    first.client("cloudwatch").delete_alarms(AlarmNames=[DELETED])
    first.evidence.record("release", {})
    changed = inventory(first)
    second = account.desk()

    assert changed.contents[MASTERS] != as_provisioned.contents[MASTERS]
    assert DELETED in as_provisioned.alarms
    assert DELETED not in changed.alarms
    assert inventory(second) == as_provisioned
    assert len(second.evidence.records) == len(first.evidence.records) - 1
