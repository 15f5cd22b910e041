"""The careful stack, once per module, and what was read of it."""

import pytest

from tests.foreign import hand
from tests.foreign.account import served
from tests.foreign.hand import watch


@pytest.fixture(scope="module")
def account():
    """An account that a careful engineer set up by hand."""
    with served() as account:
        hand.set_up(account.client)
        account.confirm(watch.TOPIC, watch.PERSON)
        account.grow_old()
        yield account


@pytest.fixture(scope="module")
def inventory(account):
    return account.inventory()
