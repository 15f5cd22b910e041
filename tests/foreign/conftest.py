"""The careful stack, set up and read once per process, and restored for each module."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pytest

from aws.inventory import READERS, Inventory
from signoff.judge.outcome import Finding
from signoff.judge.snapshot import Snapshot
from tests.aws.unread import readable, unread
from tests.foreign import hand
from tests.foreign.account import served, with_evidence
from tests.foreign.hand import watch
from tests.foreign.judged import red_of
from tests.foreign.remedying import Operator
from tests.judging import green
from tests.moto_state import MotoState, restore, state_of
from tests.watching import rejudging


@dataclass(frozen=True)
class CarefulStack:
    """What a careful engineer set up by hand, what was read of it, and how to judge it after a change."""

    state: MotoState
    inventory: Inventory

    def judge_again(self, changed: Snapshot) -> tuple[Finding, ...]:
        return self._rejudged(changed)

    @cached_property
    def _rejudged(self) -> Callable[[Snapshot], tuple[Finding, ...]]:
        """It needs all that was read."""
        return rejudging(with_evidence(self.inventory))


@pytest.fixture(scope="session")
def _careful():
    with served() as account:
        hand.set_up(account.client)
        account.confirm(watch.TOPIC, watch.PERSON)
        account.grow_old()
        inventory, state = account.inventory(), state_of(account.aws)
    return CarefulStack(state, inventory)


@pytest.fixture(scope="module")
def account(_careful):
    """An account that a careful engineer set up by hand."""
    with served() as account:
        restore(account.aws, _careful.state)
        yield account


@pytest.fixture(scope="session")
def inventory(_careful):
    """What was read of it. With its evidence it is green, as is the healthy production; where it is not, that is red, and not each change."""
    inventory = readable(_careful.inventory)
    green()
    assert red_of(_careful.judge_again(with_evidence(inventory))) == {}
    return inventory


@pytest.fixture
def touched(change, _careful, request):
    """The same, before a change of it: where what it touches was not read, the first such change is red beside the account."""
    sections = {part.split()[0] for part in unread(_careful.inventory)}
    if sections.intersection(change.reads):
        raise AssertionError(f"not read: {sorted(sections)}")
    return request.getfixturevalue("inventory")


@pytest.fixture(scope="session")
def judge_again(_careful):
    """Judge the careful stack after a change, by the checks that ask for what changed."""
    return _careful.judge_again


@pytest.fixture
def operator(account, inventory, _careful, tmp_path, monkeypatch):
    """Somebody with the runbook, in front of the stack as it was set up; it is so again afterwards."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    yield Operator(account, inventory, _careful.state, tmp_path)
    restore(account.aws, _careful.state)


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
