"""A runtime counts until its last day; DEP-11 asks on the day of the run."""

from datetime import date

import pytest

from checks.functions import supported_on


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
    assert supported_on(day, runtime).holds(runtime) is expected


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", "python4.0 is unknown to this release, table of 2026-11"),
        ("ja", "このリリースでは未知"),
    ],
)
def test_what_the_table_does_not_know_is_told_as_that_and_never_as_unsupported(lang, says):
    bound = supported_on(date(2026, 11, 25), "python4.0")

    assert not bound.holds("python4.0")
    assert says in bound.words[lang]


def test_container_image_has_no_runtime_that_aws_patches():
    assert not supported_on(date(2026, 11, 25), None).holds(None)
