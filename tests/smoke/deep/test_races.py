"""Awards that meet, over HTTP and through the deployed functions: one wins each stamp, and every one counts."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from smoke.calls import send
from smoke.client import Client
from tests.faults import conflicting
from tests.smoke.fuzz.crowd import Crowd

AWARD = "POST /stamps/award"
PATIENCE_S = 60
CONFLICTS = 4
"""Even if one award meets them all, beside the three rounds of five at once: it has eight."""


@pytest.fixture
def crowd(rally):
    made = Crowd.of(rally)
    yield made
    made.leave(rally)


@pytest.fixture
def client(rally):
    made = Client(rally.api, rally.environment.origin)
    yield made
    made.close()


@pytest.fixture
def conflicts(rally):
    """Cancel the next transactions for a conflict, as DynamoDB does and the local lock never would."""
    fault, struck = conflicting(times=CONFLICTS), []

    def noted(request):
        refused = fault(request)
        struck.extend([refused] if refused else [])
        return refused

    rally.server.faults.append(noted)
    yield struck
    rally.server.faults.remove(noted)


def at_once(client, session, stamp_ids):
    """Award all of them at the same moment; return how often each status and code was answered."""
    together = threading.Barrier(len(stamp_ids))

    def award(stamp_id):
        call = send(AWARD, session, user_id=session.user_id, stamp_id=stamp_id, method="GPS")
        together.wait(PATIENCE_S)
        answer = client.answer(call)
        return answer.status, answer.error_code

    with ThreadPoolExecutor(len(stamp_ids)) as callers:
        return Counter(callers.map(award, stamp_ids))


def stored(rally, session):
    """Return the user's stamps, and the counts of the counters, whatever week and month it is."""
    found = rally.client("dynamodb").query(
        TableName=rally.plan.table("userstamps").name,
        KeyConditionExpression="UserId = :user",
        ExpressionAttributeValues={":user": {"S": session.user_id}},
    )["Items"]
    counters = [int(item["StampCount"]["N"]) for item in found if "StampCount" in item]
    return sorted(item["StampId"]["S"] for item in found if "StampCount" not in item), counters


def test_of_a_hundred_awards_at_once_one_wins_and_ninety_nine_are_409(rally, crowd, client):
    winner, stamp_id = crowd.people[0], crowd.spots[0].stamp_id

    answers = at_once(client, winner, [stamp_id] * 100)

    assert answers == {(200, None): 1, (409, "STAMP_ALREADY_EXISTS"): 99}
    assert stored(rally, winner) == ([stamp_id], [1, 1])


def test_all_stamps_at_once_are_awarded_and_each_is_counted_once(rally, crowd, client):
    collector, stamp_ids = crowd.people[1], [spot.stamp_id for spot in crowd.spots]

    answers = at_once(client, collector, stamp_ids)

    assert answers == {(200, None): len(stamp_ids)}
    assert stored(rally, collector) == (sorted(stamp_ids), [len(stamp_ids)] * 2)


def test_many_collectors_at_once_are_all_awarded_and_counted(rally, crowd, client):
    collectors = crowd.everybody[2:22]
    stamp_ids = [spot.stamp_id for spot in crowd.spots]
    with ThreadPoolExecutor(len(collectors)) as pool:
        answers = sum(
            pool.map(lambda one: at_once(client, one, stamp_ids[:2]), collectors), Counter()
        )

    assert answers == {(200, None): 2 * len(collectors)}
    assert {str(stored(rally, collector)) for collector in collectors} == {
        str((stamp_ids[:2], [2, 2]))
    }


def test_of_a_hundred_awards_that_conflict_one_wins_and_ninety_nine_are_409(
    rally, crowd, client, conflicts
):
    winner, stamp_id = crowd.people[2], crowd.spots[0].stamp_id

    answers = at_once(client, winner, [stamp_id] * 100)

    assert len(conflicts) == CONFLICTS
    assert answers == {(200, None): 1, (409, "STAMP_ALREADY_EXISTS"): 99}
    assert stored(rally, winner) == ([stamp_id], [1, 1])


def test_all_stamps_are_awarded_and_counted_though_their_awards_conflict(
    rally, crowd, client, conflicts
):
    collector, stamp_ids = crowd.people[3], [spot.stamp_id for spot in crowd.spots]

    answers = at_once(client, collector, stamp_ids)

    assert len(conflicts) == CONFLICTS
    assert answers == {(200, None): len(stamp_ids)}
    assert stored(rally, collector) == (sorted(stamp_ids), [len(stamp_ids)] * 2)
