"""A decision answers what it was made for: whatever else is wrong with the same resource stays red."""

from dataclasses import replace

import pytest

from tests.defects import DEFECTS
from tests.foreign.judged import as_printed, red_of
from tests.judging import green, judge

BREAKS = {defect.id: defect.breaks for defect in DEFECTS}


@pytest.mark.parametrize(
    ("decided", "later"),
    [
        ("MON-06:topic-of-other-account", "MON-06:action-failed"),
        ("MON-06:only-a-queue-listens", "MON-06:action-failed"),
        ("MON-06:policy-for-another-account", "MON-06:subscription-pending"),
        ("MON-06:policy-for-another-account", "MON-06:silent-managed-key"),
        ("MON-06:key-does-not-grant", "MON-06:nobody-subscribed"),
        ("MON-06:key-does-not-grant", "MON-06:key-disabled"),
        ("SEC-18:for-iam", "SEC-18:for-everyone"),
        ("DATA-02:picture-at-the-bucket-without-an-environment", "DATA-02:picture-at-the-bucket-of-a-stranger"),
    ],
)  # fmt: skip
def test_decision_on_one_thing_hides_no_other(decided, later):
    row = decided.partition(":")[0]
    first = BREAKS[decided](green())
    agreed = as_printed(first, judge(first, [row]))
    second = replace(BREAKS[later](first), environment=agreed.environment)

    assert not red_of(judge(agreed, [row]))
    assert set(red_of(judge(second, [row]))) == {row}
