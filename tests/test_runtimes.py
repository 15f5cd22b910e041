"""A runtime counts until its last day; DEP-11 asks on the day of the run."""

from datetime import date

import pytest

from checks.functions import why_unsupported


@pytest.mark.parametrize(
    ("runtime", "day", "expected"),
    [
        ("python3.13", date(2029, 6, 30), True),
        ("python3.13", date(2029, 7, 1), False),
        ("python3.11", date(2026, 11, 25), True),
        ("python3.9", date(2026, 11, 25), False),
    ],
)
def test_runtime_is_supported_until_its_last_day(runtime, day, expected):
    assert (why_unsupported(runtime, day) is None) is expected


def test_what_the_table_does_not_know_is_told_as_that_and_never_as_unsupported():
    told = why_unsupported("python4.0", date(2026, 11, 25))

    assert told == "runtime python4.0 is unknown to this release (table of 2026-11)"


def test_container_image_has_no_runtime_that_aws_patches():
    assert why_unsupported(None, date(2026, 11, 25))
