"""The lock's file is written so that changes merge, and what differs from it is shown to a person."""

from tests.behaviour.lock import FILE, difference, locked, written


def test_lock_is_sorted_so_that_changes_made_at_the_same_time_merge():
    assert FILE.read_text(encoding="utf-8") == written(locked())


def test_difference_shows_a_changed_sentence_below_the_case_that_says_it():
    before = {"defect a > SEC-01 fail says=0000000a", "text 0000000a old", "text 0000000c same"}
    after = {"defect a > SEC-01 fail says=0000000b", "text 0000000b new", "text 0000000c same"}

    assert difference(before, after).split("\n") == [
        "- defect a > SEC-01 fail says=0000000a",
        "      text 0000000a old",
        "+ defect a > SEC-01 fail says=0000000b",
        "      text 0000000b new",
    ]
