"""A runtime counts until its last day; DEP-11 asks on the day of the run."""

from datetime import date

import pytest

from checks.runtimes import supported


@pytest.mark.parametrize(
    ("runtime", "day", "expected"),
    [
        ("python3.13", date(2029, 6, 30), True),
        ("python3.13", date(2029, 7, 1), False),
        ("python3.9", date(2026, 11, 25), False),
        ("python4.0", date(2026, 11, 25), False),
        (None, date(2026, 11, 25), False),
    ],
)
def test_runtime_is_supported_until_its_last_day(runtime, day, expected):
    assert supported(runtime, day) is expected
