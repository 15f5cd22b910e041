"""What a resource has beside itself and AWS did not show: unknown by itself, and no row follows a green one."""

import pytest

from checks.deployed import Beside, Deployed
from signoff.judge.outcome import Outcome
from tests.defects.changes import whole
from tests.healthy import healthy
from tests.judging import judge

SECTIONS = {one.section for one in vars(Deployed).values() if isinstance(one, Beside)}


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_what_is_beside_a_resource_and_was_not_shown_is_unknown_by_itself(section):
    findings = judge(whole(section, lambda _: {})(healthy()))
    unknown = [one for one in findings if one.outcome is Outcome.NOT_TESTABLE]
    roots = {one.root for one in findings if one.outcome is Outcome.FOLLOWS}

    assert roots <= {one.row for one in unknown}
    assert unknown
    assert all("AWS did not show" in one.words.en for one in unknown), unknown
