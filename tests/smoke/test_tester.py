"""In production awards are given to the test user alone, whose stamps and counters are afterwards what they were."""

import json
import signal
import time
from dataclasses import replace

import pytest

from aws.items import KeyedTable
from aws.section import NotTestable
from lambdas.rally.domain.counters import Counter
from lambdas.rally.domain.periods import month_of, week_of
from plan import plan_for
from plan.masters import Spot
from signoff.environment.schema import Smoke
from signoff.judge.observations import Observations
from smoke.calls import send
from smoke.leftovers import Leftovers, cleaned_up
from smoke.manual import ManualOnly
from smoke.notes import Notes
from smoke.policy import policy
from smoke.row_calls import RowCalls
from smoke.scenarios import Scenarios
from smoke.suite_session import suite_session
from smoke.test_award import award_time_flaws
from smoke.tester import Restorer, borrows_a_user, collectable, consenting_user
from tests.faults import denied
from tests.smoke.answers import LIVE, answer
from tests.smoke.defect import UNKNOWN
from tests.smoke.judging import ON_AWS, judge, red
from tests.smoke.killed import killed

USER = "U7e570000000000000000000000000000"
WRITING = dict.fromkeys(
    ("SMOKE-03", "SMOKE-06", "SMOKE-07", "SMOKE-11", "SMOKE-14", "SMOKE-16"), UNKNOWN
)
NOW = int(time.time())


def production(rally, user=USER):
    return replace(rally.environment, production=True, smoke=Smoke(writes=True, test_user=user))


def table_of(rally):
    return KeyedTable.of(rally.plan.table("userstamps"), rally.client("dynamodb"))


def held(rally):
    """Return all that everybody has, as it is."""
    client, table = rally.client("dynamodb"), rally.plan.table("userstamps").name
    return sorted(
        json.dumps(item, sort_keys=True) for item in client.scan(TableName=table)["Items"]
    )


def put(rally, item):
    typed = {
        name: {"S": value} if isinstance(value, str) else {"N": str(value)}
        for name, value in item.items()
    }
    rally.client("dynamodb").put_item(TableName=rally.plan.table("userstamps").name, Item=typed)


@pytest.fixture
def collected(rally):
    """The test user has some stamps already, and a place in this month's ranking; afterwards nothing."""
    first = next(iter(sorted(stamps_of(rally))))
    put(
        rally,
        {"UserId": USER, "StampId": first, "CollectedAt": NOW - 86_400 * 40, "Method": "GPS"},
    )
    put(rally, Counter(USER, week_of(NOW), 3, NOW - 50).item())
    put(rally, Counter(USER, "2001-03", 7, 1_000).item())
    yield held(rally)
    table = table_of(rally)
    table.emptied([USER])


def stamps_of(rally):
    client, table = rally.client("dynamodb"), rally.plan.table("stampmasters").name
    return [item["StampId"]["S"] for item in client.scan(TableName=table)["Items"]]


def session(rally, notes=None):
    return suite_session(
        rally.snapshot(production(rally)), rally.api, embedded=False, environ={}, notes=notes
    )


def test_rows_that_write_are_green_and_the_test_user_has_what_they_had(rally, collected):
    found = red(judge(rally, rally.snapshot(production(rally)), embedded=False))

    assert found == ON_AWS
    assert held(rally) == collected


@pytest.mark.usefixtures("collected")
def test_awards_are_given_to_the_test_user_alone(rally):
    with session(rally) as suite:
        suite.answer(suite.scenarios.collect())
        during = table_of(rally).items(USER)
        users = {
            answer.call.user_id for answer in suite.client.answers if "/award" in answer.call.path
        }

    assert users == {USER}
    assert len(during) == 3 + 2  # the stamp, and the month's counter, which was not there


@pytest.mark.parametrize("user", [None, "Usmoke-1", "U7E57" + "0" * 28, "U" + "0" * 31])
def test_only_who_has_an_id_of_lines_form_is_written_for(environment, user):
    asked = replace(environment, production=True, smoke=Smoke(writes=True, test_user=user))

    assert not borrows_a_user(asked)
    with pytest.raises(ManualOnly, match=r"need smoke\.test_user, the id of a LINE user"):
        consenting_user(asked)


def test_without_a_test_user_the_rows_that_write_are_for_a_person(rally):
    before = held(rally)
    found = red(judge(rally, rally.snapshot(production(rally, None)), embedded=False))

    assert found.items() >= (ON_AWS | WRITING).items()
    assert held(rally) == before


def test_nothing_is_awarded_where_what_the_test_user_has_cannot_be_read(rally):
    before, fault = held(rally), denied("dynamodb:Query")
    rally.server.faults.append(fault)
    with session(rally) as suite:
        rally.server.faults.remove(fault)
        with pytest.raises(NotTestable, match=r"can't be read .* so nothing is awarded"):
            suite.scenarios.collect()
        sent = [answer.call for answer in suite.client.answers if "/award" in answer.call.path]

    assert not sent
    assert held(rally) == before


def test_test_user_with_every_stamp_can_collect_none(rally, collected):
    for stamp in stamps_of(rally):
        put(rally, {"UserId": USER, "StampId": stamp, "CollectedAt": 1, "Method": "GPS"})
    with session(rally) as suite, pytest.raises(ManualOnly, match="already has every stamp"):
        suite.scenarios.collect()

    assert len(held(rally)) >= len(collected)


@pytest.mark.usefixtures("collected")
def test_what_the_test_user_collects_beside_the_run_stays(rally):
    with session(rally) as suite:
        suite.answer(suite.scenarios.collect())
        put(rally, {"UserId": USER, "StampId": "ELSEWHERE", "CollectedAt": NOW, "Method": "GPS"})
        suite.answer(suite.scenarios.success("GET /stamps"))

    left = {item["StampId"]["S"] for item in table_of(rally).items(USER)}
    assert "ELSEWHERE" in left
    assert suite.scenarios.goal.stamp_id not in left


def test_counter_that_somebody_else_moved_is_left_and_told(rally, collected):
    counter = Counter(USER, month_of(NOW), 0, 0)
    with session(rally) as suite:
        suite.answer(suite.scenarios.collect())
        (ours,) = [
            item for item in table_of(rally).items(USER) if item["StampId"]["S"] == counter.key
        ]
        put(rally, counter.after(NOW).after(NOW).item())
        left = suite.tidy()
        rally.client("dynamodb").put_item(TableName=table_of(rally).name, Item=ours)

    assert f"another writer moved counter {counter.key}" in " ".join(map(str, left))
    assert held(rally) == collected


@pytest.mark.parametrize(
    ("what", "number", "rows"),
    [
        ("POST /local/stamps/award", 1, ()),
        ("TransactWriteItems", 1, ("SMOKE-03", "SMOKE-16")),
    ],
)
def test_awards_of_a_killed_run_are_taken_back_by_the_next(
    rally, collected, tmp_path, what, number, rows
):
    environment = production(rally)
    code = killed(environment, rally.api, tmp_path, what, number, rows)
    with cleaned_up(environment, tmp_path) as told:
        now = held(rally)

    assert code == -signal.SIGKILL
    assert now == collected
    assert not told


@pytest.mark.usefixtures("collected")
def test_note_about_somebody_who_is_no_test_user_any_more_takes_nothing_from_them(rally, tmp_path):
    notes = Notes.of(production(rally), tmp_path)
    with session(rally) as suite:
        note = notes.before(suite.sessions, production(rally), suite.known_consenting_user)
    before = held(rally)
    other = production(rally, "U" + "1" * 32)
    left = Leftovers(environment=other, notes=notes, aws=rally.client).still_there_after_cleaning(
        note
    )

    assert f"{USER}: set smoke.test_user to that id again" in " ".join(map(str, left))
    assert held(rally) == before


@pytest.mark.usefixtures("collected")
def test_note_brings_back_what_it_names_as_it_was(rally, tmp_path):
    notes = Notes.of(production(rally), tmp_path)
    with session(rally) as suite:
        notes.before(suite.sessions, production(rally), suite.known_consenting_user)
    (note,), unread = notes.earlier()

    assert note.consenting == suite.known_consenting_user
    assert not unread


def test_stamp_of_before_the_run_is_nothing_of_the_run(rally, collected):
    with session(rally) as suite:
        consenting = suite.known_consenting_user
    forged = replace(consenting, stamps=(), asked=tuple(stamps_of(rally)))

    assert Restorer(before=forged, table=table_of(rally)).put_back() == []
    assert held(rally) == collected


@pytest.mark.usefixtures("collected")
def test_stamp_that_the_test_user_collects_long_after_a_killed_run_stays(rally):
    with session(rally) as suite:
        killed_run = replace(suite.known_consenting_user, began=NOW - 86_400)
    put(
        rally,
        {"UserId": USER, "StampId": killed_run.asked[0], "CollectedAt": NOW, "Method": "GPS"},
    )
    put(rally, Counter(USER, week_of(NOW), 3, NOW - 50).after(NOW).item())
    put(rally, Counter(USER, month_of(NOW), 0, 0).after(NOW).item())
    before = held(rally)

    assert Restorer(before=killed_run, table=table_of(rally)).put_back() == []
    assert held(rally) == before


@pytest.mark.usefixtures("collected")
def test_stamp_that_code_dates_in_milliseconds_is_told_of_and_not_taken_for_a_later_one(rally):
    with session(rally) as suite:
        before = suite.known_consenting_user
    stamp = {"UserId": USER, "StampId": before.asked[0], "CollectedAt": NOW * 1000, "Method": "GPS"}
    put(rally, stamp)

    (left,) = Restorer(before=before, table=table_of(rally)).put_back()
    assert f"what was awarded to {USER}" in left.en


def test_policy_names_the_test_user_where_production_writes_and_nowhere_else(environment):
    plan = plan_for(environment)
    smoke = Smoke(writes=True, test_user=USER)
    writing = replace(environment, production=True, smoke=smoke)
    others = (
        replace(environment, smoke=smoke),
        replace(writing, smoke=Smoke(test_user=USER)),
        replace(writing, smoke=Smoke(writes=True, test_user="Usmoke-1")),
    )

    assert USER in json.dumps(policy(writing, plan))
    assert not [other for other in others if USER in json.dumps(policy(other, plan))]


def test_collector_elsewhere_is_synthetic(rally):
    with suite_session(rally.snapshot(), rally.api, embedded=False, environ={}) as suite:
        users = {
            answer.call.user_id for answer in suite.client.answers if "/award" in answer.call.path
        }
        asked = Scenarios.collect(suite.scenarios).user_id

    assert users == {asked}
    assert asked.startswith("Usmoke-")


@pytest.mark.parametrize(
    ("there", "chosen"),
    [("", ""), ("A", "A"), ("ABCD", "ABCD"), ("ABCDE", "ABCE"), ("ABCDEFG", "ABCG")],
)
def test_few_open_spots_are_collected_and_the_last_one_is_among_them(there, chosen):
    first, *others = (
        Spot(stamp_id=name, name=name, lat=35.5, lon=139.6, radius_m=15) for name in f"0{there}9"
    )
    spots = (replace(first, closes=NOW - 1), *others)

    assert "".join(spot.stamp_id for spot in collectable(spots, NOW, {"9"})) == chosen


@pytest.mark.parametrize(("embedded", "flaws"), [(True, 1), (False, 0)])
def test_time_of_an_award_may_be_minutes_from_ours_on_another_machine_alone(rally, embedded, flaws):
    award = answer(send("POST /stamps/award", LIVE), body={"collected_at": 1_240})
    with suite_session(rally.snapshot(), rally.api, embedded=embedded, environ={}) as suite:
        found = award_time_flaws(RowCalls(suite, "SMOKE-03", Observations()), award)

    assert len(found) == flaws
