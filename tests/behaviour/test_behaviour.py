"""The product behaves as its lock says; nothing in the lock depends on the run that wrote it."""

from tests.behaviour.lock import FILE, difference, lines, locked, written


def test_product_behaves_as_its_lock_says():
    found = lines()

    assert found == locked(), f"python -m tests.behaviour writes:\n{difference(locked(), found)}"


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
