"""Users are sent only to spots that stay open for as long as a run may last."""

from datetime import UTC, datetime

import pytest

from load import pool_builder
from load.engine.admission import LoadRefused
from tests.load.fake_aws import target

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
"""Noon in Japan."""


def masters(*items):
    """A client whose scan gives these items."""

    class MastersClient:
        def get_paginator(self, _):
            return self

        def paginate(self, **_):
            return [{"Items": [item]} for item in items]

    return lambda _: MastersClient()


def spot(**bounds):
    place = {"lat": {"N": "35.5"}, "lng": {"N": "139.6"}, "radius": {"N": "50"}}
    return {
        "StampId": {"S": "SPOT"},
        "Type": {"S": "GPS"},
        "Location": {"M": place},
        **{name: {"S": value} for name, value in bounds.items()},
    }


@pytest.mark.parametrize(
    "bounds",
    [
        {},
        {"ValidFrom": "2026-11-30", "ValidTo": "2026-11-30"},
        {"ValidTo": "2026-11-30T06:00:00+00:00"},
    ],
    ids=["no bounds", "whole days", "three hours left"],
)
def test_open_spot_is_visited(bounds):
    found = pool_builder.spots_of(target(), masters(spot(**bounds)), lambda: NOW)

    assert [(one.id, one.lat, one.lon, one.radius_m) for one in found] == [
        ("SPOT", 35.5, 139.6, 50.0)
    ]


@pytest.mark.parametrize(
    "bounds",
    [
        {"ValidFrom": "2026-12-01"},
        {"ValidTo": "2026-11-29"},
        {"ValidTo": "2026-11-30T05:59:59+00:00"},
        {"ValidTo": "soon"},
    ],
    ids=["not yet", "over", "closes during the run", "unreadable"],
)
def test_table_without_an_open_spot_is_refused(bounds):
    with pytest.raises(LoadRefused, match="no GPS stamp that is valid now"):
        pool_builder.spots_of(target(), masters(spot(**bounds)), lambda: NOW)
