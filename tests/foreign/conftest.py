"""The careful stack, once per module, and what was read of it."""

import pytest

from aws.inventory import READERS
from tests.foreign import hand
from tests.foreign.account import served, with_evidence
from tests.foreign.hand import watch
from tests.foreign.judged import red
from tests.foreign.remedying import Operator
from tests.moto_state import restore, state_of
from tests.watching import rejudging


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
    """What was read of it. With its evidence it is green; where it is not, that is what is red, and not each change of it."""
    inventory = account.inventory()
    assert red(with_evidence(inventory)) == {}
    return inventory


@pytest.fixture(scope="module")
def judge_again(inventory):
    """Judge the careful stack after a change, by the checks that ask for what changed."""
    return rejudging(with_evidence(inventory))


@pytest.fixture(scope="module")
def _as_set_up(account):
    return state_of(account.aws)


@pytest.fixture
def operator(account, inventory, _as_set_up, tmp_path, monkeypatch):
    """Somebody with the runbook, in front of the stack as it was set up; it is so again afterwards."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    yield Operator(account, inventory, _as_set_up, tmp_path)
    restore(account.aws, _as_set_up)


@pytest.fixture(scope="module")
def asking(account):
    """Operation -> the sections that ask it; what searches all answers for secrets asks what they all do."""
    asked = {}
    for section in sorted(READERS.keys() - {"leaks"}):
        before = len(account.aws.calls)
        getattr(account.looked_at().sections, section)
        for call in account.aws.calls[before:]:
            asked.setdefault(f"{call.service}:{call.operation}", set()).add(section)
    return asked
