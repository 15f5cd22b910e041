"""What no error tells is known only of errors that were heard: silence is unknown, a leak is a leak."""

from dataclasses import dataclass
from typing import Any

import pytest

from aws.section import NotTestable
from aws.words import Words
from signoff.judge.observations import Observations
from smoke.client import NoResponse
from smoke.row_calls import RowCalls
from smoke.suite_session import suite_session
from smoke.test_errors import leaking
from tests.smoke.breaking import code

UNHEARD = (
    NoResponse(Words.same("no answer")),
    NotTestable(Words.same("429: the API throttles this run")),
)
TELLS = code(
    "award",
    "lambdas/award/domain.py",
    'raise Refusal("STAMP_NOT_FOUND")',
    'raise Refusal("STAMP_NOT_FOUND", "not in StampMasters-local")',
)


@dataclass
class Deaf:
    """A client that does not hear the answer to one call of bad input."""

    client: Any
    why: Exception

    def __getattr__(self, name):
        return getattr(self.client, name)

    def answer(self, call):
        if call.route == "POST /gps/verify" and call.body == "null":
            raise self.why
        return self.client.answer(call)


def told_to(suite, why):
    suite.client = Deaf(suite.client, why)
    return leaking(RowCalls(suite, "SEC-45", Observations()))


@pytest.fixture
def suite(rally):
    with suite_session(rally.snapshot(), rally.api, embedded=True) as suite_or_reason:
        yield suite_or_reason


@pytest.mark.parametrize("why", UNHEARD, ids=lambda why: type(why).__name__)
def test_error_that_was_not_heard_may_have_told_anything(suite, why):
    with pytest.raises(NotTestable, match=str(why)):
        told_to(suite, why)


@pytest.mark.parametrize("why", UNHEARD, ids=lambda why: type(why).__name__)
def test_leak_that_was_heard_is_told_whatever_was_not(rally, why):
    with TELLS(rally), suite_session(rally.snapshot(), rally.api, embedded=True) as suite:
        told = told_to(suite, why)

    assert any("StampMasters-local" in words.en for words in told)
