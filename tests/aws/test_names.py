"""Which names found in the account are the environment's own."""

import pytest

from aws.reading import ours, shared_beginning, shared_ending


def test_names_are_those_of_the_prefix_and_of_the_tables_ending(found):
    assert found.names["functions"].names == ("rally-auth", "rally-notify")
    assert found.names["tables"].names == ("Orders-prod", "Spots-prod", "Users-prod")
    assert found.names["roles"].names == ("rally-auth-role", "rally-notify-role")
    assert found.names["secrets"].names == ("rally-old", "rally/line", "rally/token")
    assert found.names["alarms"].names == ("rally-errors", "rally-healed")
    assert found.names["rest_apis"].names == ("rally-api",)


@pytest.mark.parametrize(
    ("name", "belongs"),
    [
        ("rally-prod", True),
        ("rally-prod-auth", True),
        ("rally-prod/token", True),
        ("rally-production", False),
        ("my-rally-prod", False),
    ],
)
def test_prefix_is_a_whole_word(name, belongs):
    assert ours(name, "rally-prod") is belongs


@pytest.mark.parametrize(
    ("tables", "ending"),
    [
        (["Users-prod", "UserStamps-prod", "StampMasters-prod"], "-prod"),
        (["Users", "UserStamps", "StampMasters"], ""),
        ([], ""),
    ],
)
def test_ending_of_tables_is_shared_by_all(tables, ending):
    assert shared_ending(tables) == ending


def test_beginning_is_shared_by_all():
    assert shared_beginning(["/a/bc", "/a/bd"]) == "/a/b"
    assert shared_beginning(["a", "b"]) == ""
