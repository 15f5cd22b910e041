"""Counters are counted as the functions count them, and corrected without overwriting an award; a rehearsal only reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rally.domain import counters as theirs
from lambdas.rally.domain.periods import month_of, week_of
from runbook.engine import Procedure, Refused
from runbook.procedures import recount

TABLE = "UserStamps-prod"
PERSON = "U" + "0a" * 16
AT = 1_763_000_000


def stamp(user, name, at):
    key = {"UserId": {"S": user}, "StampId": {"S": name}}
    return {**key, "CollectedAt": {"N": str(at)}, "Method": {"S": "GPS"}}


@pytest.fixture
def stamps(operator):
    """The table of stamps, emptied afterwards."""
    table = operator.client("dynamodb")
    yield table
    for item in table.scan(TableName=TABLE)["Items"]:
        key = {name: item[name] for name in ("UserId", "StampId")}
        table.delete_item(TableName=TABLE, Key=key)


@given(st.integers(0, 4_000_000_000), st.sampled_from([PERSON, "Usmoke-1"]))
def test_a_counter_is_written_as_an_award_writes_it(at, user):
    ours = recount.counted([(user, at)])
    awarded = [
        theirs.Counter(user, period).after(at).item() for period in (week_of(at), month_of(at))
    ]

    plain = [
        {name: next(iter(value.values())) for name, value in entry.items()}
        for entry in ours.values()
    ]
    assert plain == [{name: str(value) for name, value in entry.items()} for entry in awarded]


def test_lost_and_wrong_counters_are_put_right(operator, stamps):
    stamps.put_item(TableName=TABLE, Item=stamp(PERSON, "A", AT))
    stamps.put_item(TableName=TABLE, Item=stamp(PERSON, "B", AT + 5))
    stamps.put_item(TableName=TABLE, Item=recount.item(PERSON, "#2025-11", 7, AT))
    stamps.put_item(TableName=TABLE, Item=recount.item(PERSON, "#1999-01", 1, AT))
    operator.run(recount)
    items = stamps.scan(TableName=TABLE)["Items"]
    found = {
        item["StampId"]["S"]: item["StampCount"]["N"] for item in items if "StampCount" in item
    }

    assert found == {"#2025-11": "2", "#2025-W46": "2"}


@pytest.mark.parametrize("old", [{}, {"StampCount": {"N": "3"}}, {"StampCount": {"S": "3"}}])
def test_counter_of_an_older_writer_is_put_right(operator, stamps, old):
    stamps.put_item(TableName=TABLE, Item=stamp(PERSON, "A", AT))
    key = {"UserId": {"S": PERSON}, "StampId": {"S": "#2025-11"}}
    stamps.put_item(TableName=TABLE, Item=key | old)
    operator.run(recount)

    assert stamps.get_item(TableName=TABLE, Key=key)["Item"]["StampCount"] == {"N": "1"}


@pytest.mark.parametrize(
    "at",
    [
        *({"N": "1763000000000"}, {"N": "20251113"}, {"N": "10000000"}, {"N": "99999999"}),
        *({"S": "2025-11-13"}, {"NULL": True}),
    ],
)
def test_stamp_without_a_time_is_refused_by_its_key(operator, stamps, at):
    stamps.put_item(TableName=TABLE, Item=stamp(PERSON, "A", AT) | {"CollectedAt": at})

    with pytest.raises(Refused, match=f"{PERSON} A has no time in seconds"):
        operator.run(recount)


def test_the_record_says_whether_they_agree(operator, stamps):
    stamps.put_item(TableName=TABLE, Item=stamp(PERSON, "A", AT))
    recount.leave_the_record.action(operator.context(go=True))
    operator.run(recount)
    after, before = operator.history("recount")[:2]

    assert (before["agree"], before["drifted"]) == (False, 2)
    assert (after["agree"], after["drifted"]) == (True, 0)


def test_an_award_of_the_same_moment_wins(operator, stamps):
    stamps.put_item(TableName=TABLE, Item=stamp(PERSON, "A", AT))
    newer = recount.item(PERSON, "#2025-11", 2, AT + 1)

    def award(model, **_):
        if model.name == "PutItem" and not awarded:
            awarded.append(model.name)
            stamps.put_item(TableName=TABLE, Item=newer)

    awarded = []
    with operator.desk.hooked("before-call", award), pytest.raises(Refused, match="run it again"):
        recount.put_the_counters_right.action(operator.context(go=True))
    kept = stamps.get_item(
        TableName=TABLE, Key={"UserId": {"S": PERSON}, "StampId": {"S": "#2025-11"}}
    )

    assert kept["Item"] == newer


@pytest.fixture
def drifted(finished):
    """A stamp without its counters, and a counter without its stamp."""
    table = finished.client("dynamodb")
    key = {"UserId": {"S": PERSON}, "StampId": {"S": "A"}}
    table.put_item(TableName=TABLE, Item={**key, "CollectedAt": {"N": str(AT)}})
    table.put_item(TableName=TABLE, Item=recount.item(PERSON, "#1999-01", 1, AT))
    finished.evidence.records.clear()
    yield lambda: table.scan(TableName=TABLE)["Items"]
    for item in table.scan(TableName=TABLE)["Items"]:
        table.delete_item(TableName=TABLE, Key={name: item[name] for name in ("UserId", "StampId")})


def test_a_rehearsal_reads_only_and_shows_what_drifted(finished, drifted):
    before = drifted()
    with finished.reads_only():
        context = finished.context()
        shown = [one for step in Procedure.of(recount).steps for one in step.action(context)]

    assert {change.resource.en for change in shown} == {
        f"counter {PERSON} {period}" for period in ("#1999-01", "#2025-11", "#2025-W46")
    } | {"evidence"}
    assert drifted() == before
    assert finished.evidence.records == []
