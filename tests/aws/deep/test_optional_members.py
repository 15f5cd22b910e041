"""What ``tests/aws/test_optional_members.py`` drops of the first entry of a list, dropped of each of the others."""

import pytest

from tests.aws.test_optional_members import DROPS, EVERY, harms, whole, without_member

__all__ = ["whole", "without_member"]
OTHERS = {
    operation: others
    for operation, paths in EVERY.items()
    if (others := [path for path in paths if path not in DROPS[operation]])
}


@pytest.mark.parametrize("operation", OTHERS)
def test_answer_without_an_optional_member_harms_one_thing_at_most(
    operation, without_member, whole
):
    found = [
        harm for path in OTHERS[operation] for harm in harms(operation, path, without_member, whole)
    ]

    assert found == []
