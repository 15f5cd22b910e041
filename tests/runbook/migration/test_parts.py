"""The parts of a migration, each alone: batches, the line of progress."""

from itertools import count

from aws.words import Words
from runbook.migration.items import EVERY, in_batches, progressing


def test_batches_have_every_item_once_in_order():
    assert list(in_batches(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(in_batches([], 3)) == []


def test_the_bar_shows_the_rate_and_the_time_that_is_left():
    lines, clock = [], count(0, 2)
    items = range(EVERY)
    passed = progressing(
        items, Words.same("writing T"), lines.append, 4 * EVERY, lambda: next(clock)
    )

    assert list(passed) == list(items)
    bar = "writing T ━━━━━┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄"
    assert lines == [
        Words(
            en=f"{bar} 500 of 2,000, 250/s, 6 s left",
            ja=f"{bar} 500/2,000件、毎秒250件、残り6秒",
        )
    ]


def test_what_has_no_end_yet_is_counted():
    lines, clock = [], count(0, 2)
    list(progressing(range(EVERY), Words.same("reading T"), lines.append, now=lambda: next(clock)))

    assert [line.en for line in lines] == ["reading T: 500 items, 250/s"]
