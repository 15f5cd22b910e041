"""Awards at the same time, answers that get lost, counters that move: exactly one wins."""

import json
import zlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

from lambdas.award import handler as award
from lambdas.award.domain import Rules
from lambdas.award.handler import Awarding
from lambdas.award.store import Stamps
from lambdas.rally import aws
from lambdas.rally.serving import LambdaFunction
from local.aws.request import Request, Response
from local.moto_fixes.dynamodb import transact_write_items
from tests.aws.wire import Raw
from tests.lambdas.clients import OneAtATime, Scripted, cancelled, error
from tests.lambdas.events import CONTEXT, USER, event
from tests.lambdas.rally_account import ENVIRON

ROUTE = "POST /stamps/award"
STATUE = {"user_id": USER, "stamp_id": "STATUE-001", "method": "GPS"}
NOW = 1762300000


def awarding(client, pauses=None):
    stamps = Stamps(client, ENVIRON["TABLE_USERSTAMPS"], ENVIRON["TABLE_STAMPMASTERS"])
    pause = ([] if pauses is None else pauses).append
    return Awarding(stamps, None, Rules(), lambda: NOW, pause)


def unhurried(action):
    """Let no request be late: a busy machine takes longer for a hundred than a function waits for AWS."""
    return lambda request: action(replace(request, now=lambda: request.began))


def at_once(client, stamp_ids):
    """Award every stamp at the same time; return the answers' statuses."""
    function = LambdaFunction("award", lambda _: unhurried(awarding(client)), ENVIRON)
    events = [event(ROUTE, body=STATUE | {"stamp_id": stamp_id}) for stamp_id in stamp_ids]
    with ThreadPoolExecutor(len(events)) as pool:
        answers = list(pool.map(lambda one: function(one, CONTEXT), events))
    return Counter(answer["statusCode"] for answer in answers)


def counts(account):
    items = account.items("TABLE_USERSTAMPS")
    return {item["StampId"]: item["StampCount"] for item in items if "StampCount" in item}


def test_of_a_hundred_awards_at_once_one_wins_and_the_others_are_409(account):
    statuses = at_once(OneAtATime(account.dynamodb), ["STATUE-001"] * 100)

    assert statuses == {200: 1, 409: 99}
    assert counts(account) == {"#2025-W45": 1, "#2025-11": 1}


def test_five_stamps_at_once_are_all_awarded_and_all_counted(account):
    stamp_ids = [f"SPOT-{number}" for number in range(5)]
    for stamp_id in stamp_ids:
        account.master(stamp_id)

    statuses = at_once(OneAtATime(account.dynamodb), stamp_ids)

    assert statuses == {200: 5}
    assert counts(account) == {"#2025-W45": 5, "#2025-11": 5}


class StackOfOthers:
    """A local stack of this process, of which one transaction takes as long as ``meanwhile`` does."""

    def __init__(self, meanwhile):
        self.meanwhile = meanwhile

    def noted(self, *_):
        return {}

    notes = noted

    def backend(self, *_):
        return SimpleNamespace(tables={})

    def __call__(self, _):
        self.meanwhile()
        return Response(status=200, headers={}, body=b"{}")


def test_lost_award_counts_nothing_while_a_stack_of_the_same_process_writes(account):
    """A stack spares moto its copy of tables: nobody else's transaction may go without."""
    request = Request(
        method="POST",
        path="/",
        query="",
        headers={},
        body=b"{}",
        service="dynamodb",
        operation="TransactWriteItems",
        region="ap-northeast-1",
        access_key="",
    )
    client = OneAtATime(account.dynamodb)

    transact_write_items(request, StackOfOthers(lambda: at_once(client, ["STATUE-001"] * 3)))

    assert counts(account) == {"#2025-W45": 1, "#2025-11": 1}


@pytest.mark.parametrize(
    "reasons",
    [
        ("None", "TransactionConflict", "None"),
        ("TransactionConflict", "None", "None"),
        ("None", "ConditionalCheckFailed", "None"),
        ("None", "None", "ConditionalCheckFailed"),
    ],
    ids=str,
)
def test_conflict_or_moved_counter_is_read_again_and_tried_again(call, account, reasons):
    client, pauses = Scripted(account.dynamodb, transact_write_items=[cancelled(*reasons)] * 2), []

    answer = call(award, ROUTE, body=STATUE, action=awarding(client, pauses))

    assert answer.status == 200
    assert client.calls["transact_write_items"] == 3
    assert client.calls["query"] == 3
    assert len(pauses) == 2


def test_conflict_with_the_winner_is_409_at_once(call, account):
    def other_wins():
        call(award, ROUTE, body=STATUE, action=awarding(account.dynamodb))
        raise cancelled("TransactionConflict", "TransactionConflict", "TransactionConflict")

    client = Scripted(account.dynamodb, transact_write_items=[other_wins])
    answer = call(award, ROUTE, body=STATUE, action=awarding(client))

    assert (answer.status, answer.code) == (409, "STAMP_ALREADY_EXISTS")
    assert client.calls["transact_write_items"] == 1


def test_counter_that_another_award_moved_in_between_is_not_overwritten(call, account):
    account.master("SEV-001")

    def other_stamp():
        other = STATUE | {"stamp_id": "SEV-001"}
        call(award, ROUTE, body=other, action=awarding(account.dynamodb))

    client = Scripted(account.dynamodb, transact_write_items=[other_stamp])
    call(award, ROUTE, body=STATUE, action=awarding(client))

    assert counts(account) == {"#2025-W45": 2, "#2025-11": 2}


def test_conflict_without_end_is_503_after_bounded_rounds(call, account):
    endless = [cancelled("TransactionConflict")] * 99
    client, pauses = Scripted(account.dynamodb, transact_write_items=endless), []

    action = replace(awarding(client, pauses), jitter=lambda _, longest: longest)

    answer = call(award, ROUTE, body=STATUE, action=action)

    assert answer.status == 503
    assert client.calls["transact_write_items"] == 8
    assert pauses == pytest.approx([0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56])


@pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_throttled_transaction_is_503(call, account, reason):
    client = Scripted(account.dynamodb, transact_write_items=[cancelled("None", reason)])

    answer = call(award, ROUTE, body=STATUE, action=awarding(client))

    assert answer.status == 503


@pytest.mark.parametrize("refusal", [cancelled("ValidationError"), error("AccessDeniedException")])
def test_transaction_refused_for_good_is_500(call, account, refusal):
    client = Scripted(account.dynamodb, transact_write_items=[refusal])

    assert call(award, ROUTE, body=STATUE, action=awarding(client)).status == 500


CHECKSUM_OF_NOTHING = {"x-amz-crc32": str(zlib.crc32(b"{}"))}


class LosesTheFirstAnswer:
    """DynamoDB whose first answer never arrives, and which knows a repeated token."""

    def __init__(self, account):
        self.account, self.tokens = account, []

    def __call__(self, request, **_):
        sent = json.loads(request.body)
        self.tokens.append(sent["ClientRequestToken"])
        if len(self.tokens) == 1:
            self.account.dynamodb.transact_write_items(TransactItems=sent["TransactItems"])
            raise ReadTimeoutError(endpoint_url=request.url)
        # A token that DynamoDB has seen succeeds without a second write; any other is judged anew.
        done = self.tokens[0] == self.tokens[-1]
        return AWSResponse(request.url, 200, CHECKSUM_OF_NOTHING, Raw(b"{}")) if done else None


def test_winner_whose_answer_was_lost_is_told_that_it_won(call, account):
    client, lossy = aws.client("dynamodb"), LosesTheFirstAnswer(account)
    client.meta.events.register_first("before-send.dynamodb.TransactWriteItems", lossy)

    answer = call(award, ROUTE, body=STATUE, action=awarding(client))

    assert answer.status == 200
    assert len(set(lossy.tokens)) == 1
    assert len(lossy.tokens) == 2
    assert counts(account) == {"#2025-W45": 1, "#2025-11": 1}


def test_each_round_has_a_token_of_its_own(call, account):
    client, tokens = aws.client("dynamodb"), []

    def note(params, **_):
        tokens.append(params["ClientRequestToken"])

    client.meta.events.register("provide-client-params.dynamodb.TransactWriteItems", note)
    stale = Scripted(client, query=[{"Items": []}])
    account.put(
        "TABLE_USERSTAMPS",
        {"UserId": {"S": USER}, "StampId": {"S": "#2025-11"}, "StampCount": {"N": "3"}},
    )
    answer = call(award, ROUTE, body=STATUE, action=awarding(stale))

    assert answer.status == 200
    assert len(set(tokens)) == len(tokens) == 2
    assert counts(account)["#2025-11"] == 4
