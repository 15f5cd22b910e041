"""A dev environment with some masters, and a prod environment with an empty table for them."""

import pytest

from tests.runbook.migration.two_tables import (
    DEV_REGION,
    SOURCE,
    TARGET,
    MigratedTables,
    client,
    create,
    put,
    spot,
)


@pytest.fixture(scope="module")
def _dev_client(_emptied):
    return client(_emptied[0], DEV_REGION)


@pytest.fixture
def rally(empty, tmp_path, _dev_client):
    """60 masters in dev, each tenth in an old spelling, some with odd values; nothing in prod's table."""
    prod = empty.client("dynamodb")
    create(_dev_client, SOURCE, "StampId")
    create(prod, TARGET, "StampId")
    masters = [spot(number) for number in range(60)]
    old = {"lat": "latitude", "lon": "lng", "radiusM": "radius"}
    for master in masters[9::10]:
        location = master["Location"]["M"]
        master["Location"] = {"M": {old[name]: value for name, value in location.items()}}
    for master in masters[4::20]:
        master |= {"Picture": {"B": b"\x00\xff"}, "Tags": {"SS": ["b", "", "a"]}}
        master |= {"Prices": {"NS": ["1.50", "2e3", "-0"]}, "Exact": {"N": "1" * 38}}
    put(_dev_client, SOURCE, masters)
    empty.aws.calls.clear()
    return MigratedTables(empty, _dev_client, prod, tmp_path)
