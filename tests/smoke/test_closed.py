"""What smoke says of the closed release: nothing of the code, since DEP-39 says that what is live is closed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from aws.release import CLOSED_VERSION
from tests.smoke.judging import judge, red
from tests.smoke.rally import Rally


@contextmanager
def closed(rally: Rally, key: str) -> Iterator[None]:
    """Let the alias of a function point to its closed release, as a rollback of the first release does."""
    function, client = rally.plan.function(key), rally.client("lambda")
    published = client.list_versions_by_function(FunctionName=function.name)["Versions"]
    versions = {entry["Description"]: entry["Version"] for entry in published}
    move = {"FunctionName": function.name, "Name": function.alias}
    before = client.get_alias(**move)
    client.update_alias(**move, FunctionVersion=versions[CLOSED_VERSION])
    try:
        yield
    finally:
        client.update_alias(**move, FunctionVersion=before["FunctionVersion"])


@pytest.mark.parametrize("key", ["ranking", "auth"])
def test_every_row_of_a_closed_release_follows_from_the_row_that_says_so(rally, key):
    with closed(rally, key):
        found = red(judge(rally))

    assert found
    assert set(found.values()) == {"DEP-39"}
