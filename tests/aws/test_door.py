"""The door to AWS: what is counted, retried, paced, refused, and what a failure may say."""

import json
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest
from botocore.exceptions import ConnectTimeoutError, NoCredentialsError

from aws.dated import CallRate
from aws.door.clients import Aws
from aws.door.failures import Gone, ReadFailure
from aws.door.sessions import RateLimiter, RetryPolicy
from tests.aws.answers import CANARY, SCOPE
from tests.aws.wire import Wire

ACCOUNT = (200, json.dumps({"AccountLimit": {"ConcurrentExecutions": 1}}))
BROKEN = (500, json.dumps({"message": "internal"}))
THROTTLED = (429, json.dumps({"__type": "TooManyRequestsException", "Message": "slow down"}))


@pytest.fixture
def wire(session):
    wire = Wire()
    wire.hook(session)
    return wire


@pytest.fixture
def aws(session):
    return lambda **retry: Aws(session, SCOPE.region, RetryPolicy(**retry))


def test_each_request_is_counted_retries_included(wire, aws):
    wire.replies = deque([BROKEN, ACCOUNT])
    reading = aws(attempts=2)

    reading.call("lambda", "get_account_settings")

    assert reading.calls == {"lambda:GetAccountSettings": 2}
    assert wire.sent == ["GetAccountSettings"] * 2


def test_throttled_for_good_is_tried_as_often_as_allowed_and_then_told(wire, aws):
    wire.replies = deque([THROTTLED])

    with pytest.raises(ReadFailure, match="lambda:GetAccountSettings: TooManyRequestsException"):
        aws(attempts=2).call("lambda", "get_account_settings")

    assert len(wire.sent) == 2


def test_denied_is_not_tried_again(wire, aws):
    wire.replies = deque([(403, json.dumps({"__type": "AccessDeniedException", "Message": "no"}))])

    with pytest.raises(ReadFailure, match="lambda:GetAccountSettings: AccessDeniedException: no"):
        aws().call("lambda", "get_account_settings")

    assert len(wire.sent) == 1


def test_not_found_is_told_apart_from_a_bare_404(wire, aws):
    wire.replies = deque([(404, json.dumps({"__type": "ResourceNotFoundException"}))])
    with pytest.raises(Gone):
        aws().call("lambda", "get_policy", FunctionName="f")

    wire.replies = deque([(404, "Not yet implemented")])
    with pytest.raises(ReadFailure) as caught:
        aws().call("lambda", "get_policy", FunctionName="f")

    assert not isinstance(caught.value, Gone)


def test_time_out_names_the_endpoint(wire, aws):
    wire.replies = deque([ConnectTimeoutError(endpoint_url="https://lambda.example")])

    with pytest.raises(ReadFailure, match=r"ConnectTimeoutError: .*https://lambda\.example"):
        aws(attempts=1).call("lambda", "get_account_settings")


def test_missing_credentials_are_told(wire, aws):
    wire.replies = deque([NoCredentialsError()])

    with pytest.raises(ReadFailure, match="lambda:GetAccountSettings: NoCredentialsError"):
        aws(attempts=1).call("lambda", "get_account_settings")


@pytest.mark.parametrize(
    "body",
    [
        CANARY,
        f'{{"SecretString": "{CANARY}"',
        json.dumps({"SecretString": {"nested": CANARY}}),
        json.dumps({"CreatedDate": CANARY, "SecretString": CANARY}),
        json.dumps([CANARY]),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_failure_never_repeats_the_body_of_a_secret(status, body, wire, aws):
    wire.replies = deque([(status, body)])

    told = outcome(lambda: aws(attempts=1).call("secretsmanager", "get_secret_value", SecretId="s"))

    assert CANARY not in told


def outcome(call):
    """What a person would see of a call: nothing of a success, the reason of a failure."""
    try:
        call()
    except ReadFailure as failure:
        return str(failure)
    except Exception as error:  # noqa: BLE001 - the engine says no more than this of such a one
        return type(error).__name__
    return ""


def test_call_is_made_until_the_deadline_which_ends_it_in_any_case(wire, aws):
    wire.replies = deque([ACCOUNT])
    aws(deadline_s=30, read_s=60).call("lambda", "get_account_settings")

    assert wire.sent == ["GetAccountSettings"]


def test_after_the_deadline_nothing_is_asked(wire, aws):
    with pytest.raises(ReadFailure, match="lambda:GetAccountSettings: not asked, -1 s were over"):
        aws(deadline_s=-1).call("lambda", "get_account_settings")

    assert not wire.sent


def test_page_without_its_list_is_not_an_empty_list(wire, aws):
    wire.replies = deque([(200, "{}")])

    with pytest.raises(ReadFailure, match="lambda:ListAliases: the answer has no Aliases"):
        aws().listed("lambda", "list_aliases", "Aliases", FunctionName="f")


def test_listing_that_gives_the_same_page_for_ever_ends(wire, aws):
    wire.replies = deque([(200, json.dumps({"Aliases": [], "NextMarker": "again"}))])

    with pytest.raises(ReadFailure, match="lambda:ListAliases: PaginationError"):
        aws().listed("lambda", "list_aliases", "Aliases", FunctionName="f")


def test_client_is_made_once(wire, aws, session):
    wire.replies = deque([ACCOUNT])
    made = []
    session.events.register("creating-client-class.lambda", lambda **_: made.append(1))
    reading = aws()

    reading.call("lambda", "get_account_settings")
    reading.call("lambda", "get_account_settings")

    assert len(made) == 1


class SleepersClock:
    """Time that passes only when somebody sleeps; each sleeper is noted with its wake-up time."""

    def __init__(self):
        self.now, self.woken, self.lock = 0.0, [], Lock()

    def read(self):
        return self.now

    def sleep(self, seconds):
        with self.lock:
            self.woken.append(round(self.now + seconds, 6))


def test_callers_are_a_tenth_of_a_second_apart():
    clock = SleepersClock()
    limiter = RateLimiter(10, clock=clock.read, sleep=clock.sleep)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: limiter.wait(), range(31)))

    assert sorted(clock.woken) == [round(n / 10, 6) for n in range(1, 31)]


def test_caller_after_a_pause_goes_at_once_and_no_turn_is_saved_up():
    clock = SleepersClock()
    limiter = RateLimiter(10, clock=clock.read, sleep=clock.sleep)
    limiter.wait()
    clock.now = 60.0

    limiter.wait()
    limiter.wait()

    assert clock.woken == [60.1]


def test_a_burst_goes_at_once_and_then_callers_are_apart():
    clock = SleepersClock()
    limiter = RateLimiter(10, burst=3, clock=clock.read, sleep=clock.sleep)

    for _ in range(5):
        limiter.wait()

    assert clock.woken == [0.1, 0.2]


def test_a_burst_is_there_again_once_as_long_was_rested():
    clock = SleepersClock()
    limiter = RateLimiter(10, burst=3, clock=clock.read, sleep=clock.sleep)
    for _ in range(3):
        limiter.wait()
    clock.now = 0.2

    for _ in range(3):
        limiter.wait()

    assert clock.woken == [0.3]


def test_an_operation_with_a_rate_of_its_own_is_not_counted_in_its_services(wire, aws):
    """Whoever came second of the service would have to sleep longer than any clock counts."""
    wire.replies = deque([ACCOUNT, (200, json.dumps({"Policy": "{}", "RevisionId": "1"}))])
    reading = aws(rates={"lambda": CallRate(1e-300), "lambda:GetPolicy": CallRate(1000)})

    reading.call("lambda", "get_account_settings")
    reading.call("lambda", "get_policy", FunctionName="f")

    assert wire.sent == ["GetAccountSettings", "GetPolicy"]


def test_a_call_that_waits_for_its_turn_holds_up_no_other_service(wire, aws):
    """One call may be under way; the second of Lambda waits until somebody else's was sent."""
    wire.replies = deque([ACCOUNT])
    waits, sent = Event(), Event()
    rates = {"lambda": CallRate(1)}
    reading = aws(rates=rates, at_once=1, sleep=lambda _: waits.set() or sent.wait(60))
    reading.call("lambda", "get_account_settings")

    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(reading.call, "lambda", "get_account_settings")
        waits.wait(60)
        reading.call("dynamodb", "list_tables")
        sent.set()
        second.result()

    assert wire.sent == ["GetAccountSettings", "ListTables", "GetAccountSettings"]
