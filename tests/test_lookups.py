"""What a resource has beside itself and AWS did not show: unknown by itself, and no row follows a green one."""

import pytest

from checks.deployed import Beside, Deployed
from signoff.judge.outcome import Outcome
from tests.defects.changes import whole
from tests.judging import green, judge

SECTIONS = {
    variable.section for variable in vars(Deployed).values() if isinstance(variable, Beside)
}


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_what_is_beside_a_resource_and_was_not_shown_is_unknown_by_itself(section):
    findings = judge(whole(section, lambda _: {})(green()))
    unknown = [finding for finding in findings if finding.outcome is Outcome.NOT_TESTABLE]
    roots = {finding.root for finding in findings if finding.outcome is Outcome.FOLLOWS}

    assert roots <= {finding.row for finding in unknown}
    assert unknown
    assert all("AWS did not show" in finding.words.en for finding in unknown), unknown
