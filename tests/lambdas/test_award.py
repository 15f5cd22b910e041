"""POST /stamps/award: who is awarded a stamp, what is written, and who is told."""

import json
from uuid import UUID

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from lambdas.award import handler as award
from lambdas.award.domain import Claim, Rules, notification
from lambdas.award.handler import Awarding
from lambdas.award.notifier import Notifier
from lambdas.award.store import Stamps
from lambdas.rally.domain.counters import shard_of
from lambdas.rally.logger import FunctionLogger
from tests.lambdas.clients import Scripted, error
from tests.lambdas.events import OTHER, SYNTHETIC, USER
from tests.lambdas.rally_account import ENVIRON

NOTIFY_ARN = "arn:aws:lambda:ap-northeast-1:111122223333:function:notify"
ROUTE = "POST /stamps/award"
STATUE = {"user_id": USER, "stamp_id": "STATUE-001", "method": "GPS"}
NOW = 1762300000.9  # 2025-11-05, week 45, in Japan
HERE = {"lat": 35.5, "lon": 139.6}


@pytest.fixture
def awarding(account):
    """Return an action at NOW, with a notify function that is only written down."""

    def made(notifier=None, rules=None):
        stamps = Stamps(
            account.dynamodb, ENVIRON["TABLE_USERSTAMPS"], ENVIRON["TABLE_STAMPMASTERS"]
        )
        return Awarding(stamps, notifier, rules or Rules(), lambda: NOW)

    return made


def test_stamp_is_awarded_and_stored_with_both_counters(call, account, awarding):
    answer = call(award, ROUTE, body=STATUE, action=awarding())

    assert answer.body == {
        "ok": True,
        "user_id": USER,
        "stamp_id": "STATUE-001",
        "method": "GPS",
        "collected_at": 1762300000,
        "message": "Stamp awarded",
    }
    counter = {"StampCount": 1, "LatestAt": 1762300000, "Rank": 10**10 - 1762300000}
    shard = shard_of(USER)
    assert account.items("TABLE_USERSTAMPS") == [
        {"UserId": USER, "StampId": "#2025-11", "PeriodShard": f"2025-11#{shard}"} | counter,
        {"UserId": USER, "StampId": "#2025-W45", "PeriodShard": f"2025-W45#{shard}"} | counter,
        {
            "UserId": USER,
            "StampId": "STATUE-001",
            "CollectedAt": 1762300000,
            "Method": "GPS",
        },
    ]


def test_second_stamp_counts_two(call, account, awarding):
    account.master("SEV-001")
    call(award, ROUTE, body=STATUE, action=awarding())
    call(award, ROUTE, body=STATUE | {"stamp_id": "SEV-001"}, action=awarding())

    counts = [item.get("StampCount") for item in account.items("TABLE_USERSTAMPS")]
    assert sorted(count for count in counts if count) == [2, 2]


def test_stamp_that_is_held_is_409_and_counts_nothing(call, account, awarding):
    call(award, ROUTE, body=STATUE, action=awarding())
    before = account.items("TABLE_USERSTAMPS")

    answer = call(award, ROUTE, body=STATUE, action=awarding())

    assert (answer.status, answer.code) == (409, "STAMP_ALREADY_EXISTS")
    assert account.items("TABLE_USERSTAMPS") == before


@pytest.mark.parametrize(
    "collected",
    [{}, *({"CollectedAt": {"N": at}} for at in ("0", "1000", "1762299999", "9999999999"))],
    ids=str,
)
def test_stamp_of_any_time_or_none_is_not_won_again(call, account, awarding, collected):
    item = {"UserId": {"S": USER}, "StampId": {"S": "STATUE-001"}, "Method": {"S": "GPS"}}
    account.put("TABLE_USERSTAMPS", item | collected)

    assert call(award, ROUTE, body=STATUE, action=awarding()).code == "STAMP_ALREADY_EXISTS"


def test_synthetic_user_is_counted_outside_the_index(call, account, awarding):
    call(award, ROUTE, user=SYNTHETIC, body=STATUE | {"user_id": SYNTHETIC}, action=awarding())

    written = account.items("TABLE_USERSTAMPS")
    assert [item["StampId"] for item in written] == ["#2025-11", "#2025-W45", "STATUE-001"]
    assert all("PeriodShard" not in item for item in written)


def test_unknown_stamp_is_404(call):
    answer = call(award, ROUTE, body=STATUE | {"stamp_id": "NOWHERE"})

    assert (answer.status, answer.code) == (404, "STAMP_NOT_FOUND")


@pytest.mark.parametrize(
    "spelling",
    ["STATUE-001 ", " STATUE-001", "statue-001", "ＳＴＡＴＵＥ－００１", "STATUE\u2010001"],
)
def test_stamp_is_won_under_its_own_id_alone(call, account, awarding, spelling):
    call(award, ROUTE, body=STATUE, action=awarding())
    before = account.items("TABLE_USERSTAMPS")
    answer = call(award, ROUTE, body=STATUE | {"stamp_id": spelling}, action=awarding())

    assert answer.code == "STAMP_NOT_FOUND"
    assert account.items("TABLE_USERSTAMPS") == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "TELEPATHY"},
        {"method": None},
        {"stamp_id": "#2025-11"},
        {"stamp_id": {}},
        {"user_id": None},
        {"lat": 35.5},
        {"lon": 139.6},
        {"accuracy": 5},
        {"lat": 91, "lon": 0},
    ],
    ids=str,
)
def test_malformed_award_is_400_and_writes_nothing(call, account, wrong):
    answer = call(award, ROUTE, body=STATUE | wrong)

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert account.items("TABLE_USERSTAMPS") == []


@pytest.mark.parametrize(
    "claim",
    [
        {"user_id": OTHER},
        {"user_id": USER[:-1]},
        {"user_id": USER.upper()},
        {"user_id": OTHER, "stamp_id": "NOWHERE-001"},
        {"user_id": OTHER, "method": "IMAGE"},
    ],
    ids=str,
)
def test_award_to_another_user_is_403_for_any_stamp(call, account, claim):
    assert call(award, ROUTE, body=STATUE | claim).code == "FORBIDDEN"
    assert account.items("TABLE_USERSTAMPS") == []


def test_position_is_required_where_the_environment_says_so(call, environ):
    strict = environ | {"AWARD_REQUIRES_POSITION": "true"}

    assert call(award, ROUTE, body=STATUE, environ=strict).code == "POSITION_REQUIRED"
    assert call(award, ROUTE, body=STATUE | HERE, environ=strict).status == 200


def test_cap_is_the_environments(call, environ):
    near = STATUE | HERE | {"lat": 35.5003, "accuracy": 40}
    strict = environ | {"ACCURACY_CAP_M": "20"}

    assert call(award, ROUTE, body=near, environ=strict).code == "OUT_OF_RANGE"
    assert call(award, ROUTE, body=near).status == 200


@pytest.mark.parametrize("said", ["", "false", "yes", "trueish", "True"])
def test_position_is_required_by_true_alone_in_any_case(call, environ, said):
    answer = call(award, ROUTE, body=STATUE, environ=environ | {"AWARD_REQUIRES_POSITION": said})

    assert answer.status == (400 if said == "True" else 200)


def test_image_stamp_is_awarded_without_any_location(call, account, awarding):
    account.master("IMG-1", Type={"S": "IMAGE"}, Location={"M": {}})
    strict = awarding(rules=Rules(position_required=True))

    answer = call(
        award, ROUTE, body=STATUE | {"stamp_id": "IMG-1", "method": "IMAGE"}, action=strict
    )

    stored = [item["Method"] for item in account.items("TABLE_USERSTAMPS") if "Method" in item]
    assert (answer.status, answer.body["method"], stored) == (200, "IMAGE", ["IMAGE"])


def notifier(*steps):
    client = Scripted(None, invoke=steps)
    return client, Notifier(
        client, "stamp-rally-local-notify:live", FunctionLogger("award", "local")
    )


@pytest.mark.parametrize("method", ["GPS", "IMAGE"])
def test_winner_is_told_through_the_alias_of_notify_and_not_waited_for(
    call, account, awarding, method
):
    account.master("STATUE-001", Type={"S": method})
    sent = []

    class Lambda:
        def invoke(self, **arguments):
            sent.append(arguments)

    told = Notifier(Lambda(), "stamp-rally-local-notify:live", FunctionLogger("award", "local"))
    call(award, ROUTE, body=STATUE | {"method": method}, action=awarding(told))

    (invoked,) = sent
    told = json.loads(invoked.pop("Payload"))
    assert UUID(told.pop("retry_key")).version == 5
    assert told == {
        "user_id": USER,
        "type": "stamp_awarded",
        "data": {"stamp_id": "STATUE-001", "stamp_name": "Statue"},
    }
    assert invoked == {
        "FunctionName": "stamp-rally-local-notify",
        "Qualifier": "live",
        "InvocationType": "Event",
    }


def test_retry_key_is_of_the_award_alone():
    claims = [Claim(user, stamp, "GPS", None) for user in (USER, OTHER) for stamp in ("A", "B")]
    awards = [(claim, at) for claim in claims for at in (1, 2)]
    keys = [
        notification(claim, master, at)["retry_key"]
        for claim, at in awards
        for master in ({}, {"Name": "x"})
    ]

    assert keys[::2] == keys[1::2]
    assert len(set(keys)) == len(awards)


@pytest.mark.parametrize(
    ("configured", "name", "alias"),
    [
        ("rally-notify:live", "rally-notify", "live"),
        ("rally-notify", "rally-notify", None),
        (f"{NOTIFY_ARN}:live", NOTIFY_ARN, "live"),
        (NOTIFY_ARN, NOTIFY_ARN, None),
        ("111122223333:function:notify:live", "111122223333:function:notify", "live"),
        ("111122223333:function:notify", "111122223333:function:notify", None),
    ],
)
def test_notify_may_be_configured_by_name_or_by_arn(call, awarding, configured, name, alias):
    asked = []

    class Lambda:
        def invoke(self, **arguments):
            asked.append((arguments["FunctionName"], arguments.get("Qualifier")))

    told = Notifier(Lambda(), configured, FunctionLogger("award", "local"))
    call(award, ROUTE, body=STATUE, action=awarding(told))

    assert asked == [(name, alias)]


class Noting:
    """Notes the parameters of every read, and passes it on."""

    def __init__(self, client):
        self._client, self.asked = client, []

    def __getattr__(self, method):
        def call(**asked):
            self.asked.append(asked)
            return getattr(self._client, method)(**asked)

        return call


def test_what_the_caller_has_is_read_as_it_is_at_this_moment(account):
    noting = Noting(account.dynamodb)
    stamps = Stamps(noting, ENVIRON["TABLE_USERSTAMPS"], ENVIRON["TABLE_STAMPMASTERS"])
    stamps.holds(USER, "STATUE-001")
    stamps.counters(USER, ["2025-W45", "2025-11"])

    assert [entry.get("ConsistentRead") for entry in noting.asked] == [True, True]


@pytest.mark.parametrize("absent", ["lat", "lon", "accuracy"])
def test_null_is_no_position(call, account, absent):
    answer = call(award, ROUTE, body=STATUE | HERE | {"accuracy": 5, absent: None})

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert account.items("TABLE_USERSTAMPS") == []


@pytest.mark.parametrize(
    "failure",
    [
        error("ResourceNotFoundException"),
        error("TooManyRequestsException"),
        ReadTimeoutError(endpoint_url="https://lambda.example"),
        EndpointConnectionError(endpoint_url="https://lambda.example"),
    ],
    ids=["absent", "throttled", "slow", "away"],
)
def test_notify_that_fails_never_costs_the_stamp(call, account, awarding, capsys, failure):
    client, failing = notifier(failure)

    answer = call(award, ROUTE, body=STATUE, action=awarding(failing))

    assert answer.status == 200
    assert client.calls["invoke"] == 1
    assert "winner not notified" in capsys.readouterr().out
    assert len(account.items("TABLE_USERSTAMPS")) == 3


def test_loser_is_not_notified(call, awarding):
    client, told = notifier({}, {})
    call(award, ROUTE, body=STATUE, action=awarding(told))
    call(award, ROUTE, body=STATUE, action=awarding(told))

    assert client.calls["invoke"] == 1
