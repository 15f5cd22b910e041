"""The parts of a migration, each alone: batches, the copy and its checkpoint, the bar, the waits."""

from itertools import count

import pytest
from botocore.exceptions import ClientError

from aws.change.gate import nothing
from aws.words import Words
from runbook.engine import Refused
from runbook.migration.dynamodb_json import sent_bytes
from runbook.migration.progress import Progress
from runbook.migration.table_io import (
    IN_ONE_WRITE,
    LARGEST_WRITE,
    LONGEST_S,
    PAUSES,
    ItemPage,
    batches,
    retried_while_busy,
)
from tests.runbook.migration.two_tables import spot


def test_a_batch_holds_25_items_and_16_megabytes():
    small = [spot(number) for number in range(60)]
    large = [spot(number, Text={"S": "é" * 190_000}) for number in range(60)]

    assert [len(one) for one in batches(small)] == [25, 25, 10]
    cut = list(batches(large))
    assert [item for batch in cut for item in batch] == large
    assert all(len(batch) <= IN_ONE_WRITE for batch in cut)
    assert all(sum(map(sent_bytes, batch)) <= LARGEST_WRITE < 16 * 2**20 for batch in cut)


def test_escapes_count_as_they_are_sent():
    """A quote takes one byte in the table and two on the wire."""
    heavy = [spot(number, Text={"S": '"' * 400_000}) for number in range(25)]

    assert [len(one) for one in batches(heavy)] == [19, 6]


class SourcePages:
    """A source of two parts; ``breaks`` after so many pages of each."""

    parts = 2

    def __init__(self, breaks=99):
        self.breaks = breaks
        self.asked = []

    def __str__(self):
        return "some pages"

    def described(self):
        return {"pages": 3}

    def pages(self, part, after=None):
        self.asked.append((part, after))
        first = after["n"] + 1 if after else 0
        for number in range(first, 3):
            if number - first == self.breaks:
                raise Refused(Words.same("no more"))
            item = spot(part * 10 + number)
            yield ItemPage((item,), {"n": number} if number < 2 else None)


ALL = [spot(number) for number in (0, 1, 2, 10, 11, 12)]


def progress():
    return Progress(what=Words.same("copying"), watch=nothing)


def test_the_bar_shows_the_rate_and_the_time_that_is_left():
    lines, clock = [], iter([0.0, 2.0, 2.0, 4.0])
    bar = Progress(
        what=Words.same("writing T"), watch=lines.append, total=10_000, now=lambda: next(clock)
    )
    bar.counted(range(2500))

    bar = "writing T ━━━━━┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄"
    assert lines == [
        Words(
            en=f"{bar} 2,500 of 10,000, 1,250/s, 6 s left",
            ja=f"{bar} 2,500/10,000件、毎秒1,250件、残り6秒",
        )
    ]


def test_long_waits_are_told_in_minutes():
    clock = iter([0.0, 10.0, 10.0])
    bar = Progress(what=Words.same("w"), watch=nothing, total=1000, now=lambda: next(clock))
    bar.done = 100

    assert bar.line().en.endswith("100 of 1,000, 10/s, 1 min 30 s left")


def test_nothing_done_yet_has_no_time_left():
    bar = Progress(what=Words.same("w"), watch=nothing, total=5, now=lambda: 0.0)

    assert bar.line().en.endswith("0 of 5, 0/s, ? left")


BUSY = ClientError({"Error": {"Code": "ThrottlingException"}}, "Scan")
OTHER = ClientError({"Error": {"Code": "ValidationException"}}, "Scan")


def test_a_busy_table_is_asked_again_at_growing_random_intervals():
    naps, calls = [], count()

    def call():
        if next(calls) < PAUSES:
            raise BUSY
        return "done"

    assert retried_while_busy(call, Words.same("reading"), naps.append) == "done"
    assert len(naps) == PAUSES
    assert all(0 <= nap <= min(LONGEST_S, 0.05 * 2**n) for n, nap in enumerate(naps))


def test_another_error_is_told_at_once():
    def call():
        raise OTHER

    naps = []
    with pytest.raises(ClientError, match="ValidationException"):
        retried_while_busy(call, Words.same("reading"), naps.append)
    assert naps == []
