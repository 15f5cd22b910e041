"""A certificate that nobody renews has to outlive the rally."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from signoff.environment import Season
from tests.foreign.judged import red
from tests.healthy import healthy
from tests.healthy.edge import CERTIFICATE

ENDS = date(2027, 1, 31)


def with_certificate(**fields):
    snapshot = healthy()
    sections = snapshot.inventory.sections
    changed = {CERTIFICATE: replace(sections.certificates[CERTIFICATE], **fields)}
    season = Season(begins=date(2026, 12, 1), ends=ENDS)
    return replace(
        snapshot,
        environment=replace(snapshot.environment, season=season),
        inventory=replace(snapshot.inventory, sections=replace(sections, certificates=changed)),
    )


@pytest.mark.parametrize(
    ("fields", "rows"),
    [
        ({"renews": False, "not_after": datetime(2027, 1, 20, tzinfo=UTC)}, {"DEP-41"}),
        ({"renews": False, "not_after": datetime(2027, 2, 3, tzinfo=UTC)}, set()),
        ({"renews": True, "not_after": datetime(2027, 1, 20, tzinfo=UTC)}, set()),
    ],
)
def test_certificate_is_renewed_or_outlives_the_season(fields, rows):
    assert set(red(with_certificate(**fields))) == rows
