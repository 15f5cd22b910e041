"""A migration that is stopped in the middle says why, keeps what it did, and goes on from there."""

import pytest
from botocore.exceptions import EndpointConnectionError

from local.aws.request import access_denied, json_response, refusal
from plan.canonical import canonical_hash
from runbook.engine import Journal, Stopped
from runbook.migration.items import LONGEST_S, PAUSES
from runbook.procedures import migrate_masters
from tests.faults import denied
from tests.runbook.migration.two_tables import SOURCE, TARGET, everything


def from_the(number, operation, refuse):
    """Refuse an operation from its ``number``-th call on, for good."""
    calls = [0]

    def fault(request):
        if request.operation != operation:
            return None
        calls[0] += 1
        return refuse(request) if calls[0] >= number else None

    return fault


def denial(request):
    return access_denied(request, "not authorized")


def expiry(request):
    return refusal(request, "ExpiredTokenException", "The security token is expired")


def assert_all_has_arrived(rally):
    arrived = everything(rally.prod, TARGET)
    assert len(arrived) == 60
    assert canonical_hash(arrived) == canonical_hash(everything(rally.dev, SOURCE))
    assert [manifest["hash"] for manifest in rally.manifests] == [canonical_hash(arrived)]


@pytest.mark.parametrize(
    ("refuse", "why"),
    [
        (denial, "BatchWriteItem was denied to arn:aws:iam::123456789012:user/operator"),
        (expiry, r"the credentials are no longer valid \(ExpiredTokenException\); sign in"),
    ],
)
def test_refused_while_writing_it_goes_on_with_what_is_missing(rally, refuse, why):
    rally.desk.aws.faults.append(from_the(2, "BatchWriteItem", refuse))
    with pytest.raises(Stopped, match=why):
        rally.run(migrate_masters).perform()
    there = len(everything(rally.prod, TARGET))
    rally.desk.aws.faults.clear()
    rally.run(migrate_masters).perform()

    assert 0 < there < 60
    assert (f"{there} of 60", "60 of 60") in [
        (change.before, change.after) for change in rally.screen.shown if change.field.en == "items"
    ]
    assert_all_has_arrived(rally)
    assert [difference.what for difference in Journal(rally.folder / "journal.jsonl")] == [
        *("begin", "held", "broken", "failed", "end"),
        *("begin", "held", "change", "done", "change", "done", "end"),
    ]


def test_a_lost_connection_is_told_and_mended(rally):
    sent = []

    def lose(request, **_):
        sent.append(request)
        if len(sent) > 1:
            raise EndpointConnectionError(endpoint_url=request.url)

    events = rally.prod.meta.events
    events.register("before-send.dynamodb.BatchWriteItem", lose)
    with pytest.raises(Stopped, match=r"AWS did not answer at .* \(EndpointConnectionError\)"):
        rally.run(migrate_masters).perform()
    events.unregister("before-send.dynamodb.BatchWriteItem", lose)
    rally.run(migrate_masters).perform()

    assert_all_has_arrived(rally)


def killing(number):
    """Die within the ``number``-th call of a run: AWS does what it was asked for, and nobody hears of it."""
    calls = [0]

    def die(**_):
        calls[0] += 1
        if calls[0] == number:
            raise KeyboardInterrupt

    return die


@pytest.mark.parametrize("number", [1, 2, 4, 6, 9, 12, 13, 16, 19, 22])
def test_killed_anywhere_and_started_again_it_ends_with_equal_hashes(rally, number):
    die = killing(number)
    for client in (rally.dev, rally.prod):
        client.meta.events.register("after-call.dynamodb", die)
    with pytest.raises(KeyboardInterrupt):
        rally.run(migrate_masters).perform()
    for client in (rally.dev, rally.prod):
        client.meta.events.unregister("after-call.dynamodb", die)
    rally.run(migrate_masters).perform()

    assert_all_has_arrived(rally)


def test_the_target_is_denied_before_anything_is_written(rally):
    rally.desk.aws.faults.append(denied("dynamodb:DescribeTable"))
    with pytest.raises(Stopped, match="DescribeTable was denied"):
        rally.run(migrate_masters).perform()

    assert rally.calls("BatchWriteItem") == 0


def test_unprocessed_items_cost_time_and_nothing_else(rally, monkeypatch):
    monkeypatch.setattr(rally.desk.aws, "extensions", [leaving_half(rally.desk.aws.moto, times=6)])
    rally.run(migrate_masters).perform()

    assert_all_has_arrived(rally)
    assert len(rally.desk.naps) == 6
    assert len(set(rally.desk.naps)) == len(rally.desk.naps)


def taking_nothing(request):
    if request.operation != "BatchWriteItem":
        return None
    return json_response({"UnprocessedItems": request.parameters["RequestItems"]})


def leaving_half(moto, times):
    """Leave the second half of a batch undone, as a partition that is full does."""
    left = [times]

    def extension(request):
        if request.operation != "BatchWriteItem" or not left[0]:
            return None
        left[0] -= 1
        ((table, puts),) = request.parameters["RequestItems"].items()
        half = len(puts) // 2
        if half:
            moto(request.with_parameters({"RequestItems": {table: puts[:half]}}))
        return json_response({"UnprocessedItems": {table: puts[half:]}})

    return extension


def test_a_table_that_takes_nothing_ends_the_waiting_with_a_sentence(rally, monkeypatch):
    monkeypatch.setattr(rally.desk.aws, "extensions", [taking_nothing])
    told = rf"writing \d+ items to table {TARGET}: DynamoDB was too busy for it {PAUSES}"
    with pytest.raises(Stopped, match=told):
        rally.run(migrate_masters).perform()

    assert max(rally.desk.naps) <= LONGEST_S
    assert rally.manifests == []
