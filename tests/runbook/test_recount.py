"""A recount can be rehearsed: it reads, shows what drifted, and leaves counters and evidence as they were."""

import pytest

from runbook import ranking_counters
from runbook.engine import Procedure
from runbook.procedures import recount

TABLE = "UserStamps-prod"
PERSON = "U" + "0a" * 16
AT = 1_763_000_000


@pytest.fixture
def drifted(finished):
    """A stamp without its counters, and a counter without its stamp."""
    table = finished.client("dynamodb")
    key = {"UserId": {"S": PERSON}, "StampId": {"S": "A"}}
    table.put_item(TableName=TABLE, Item={**key, "CollectedAt": {"N": str(AT)}})
    table.put_item(TableName=TABLE, Item=ranking_counters.item(PERSON, "#1999-01", 1, AT))
    finished.evidence.records.clear()
    yield lambda: table.scan(TableName=TABLE)["Items"]
    for one in table.scan(TableName=TABLE)["Items"]:
        table.delete_item(TableName=TABLE, Key={name: one[name] for name in ("UserId", "StampId")})


def test_a_rehearsal_reads_only_and_shows_what_drifted(finished, drifted):
    before = drifted()
    with finished.reads_only():
        context = finished.context()
        shown = [one for step in Procedure.of(recount).steps for one in step.action(context)]

    assert {one.resource for one in shown} == {
        f"counter {PERSON} {period}" for period in ("#1999-01", "#2025-11", "#2025-W46")
    } | {"evidence"}
    assert drifted() == before
    assert finished.evidence.records == []
