"""A function that Lambda failed to update or to create: done again, or said who does what."""

import pytest

from aws.change import Refused
from runbook.procedures import functions

AUTH = "stamp-rally-prod-auth"


class Failing:
    """Lambda says of a function what it says of a failed one, until its code is uploaded again."""

    def __init__(self, **said):
        self.said = said

    def __call__(self, model, parsed, **_):
        found = parsed.get("Configuration", parsed)
        if found.get("FunctionName") != AUTH:
            return
        if model.name == "UpdateFunctionCode":
            self.said = {}
        found.update(self.said)


def test_failed_update_is_shown_and_uploaded_again(finished):
    with finished.hooked("after-call", Failing(LastUpdateStatus="Failed")):
        (rehearsed,) = functions.upload_the_functions.action(finished.context())
        (done,) = finished.do(functions.upload_the_functions.action)
        left = finished.do(functions.upload_the_functions.action)

    assert rehearsed == done
    assert (done.resource, done.field, done.before) == (
        f"function {AUTH}",
        "last update",
        "Failed",
    )
    assert finished.changing_calls() == ["lambda:UpdateFunctionCode"]
    assert left == ()


def test_function_that_could_not_be_created_is_for_a_person_to_delete(finished):
    failing = Failing(State="Failed", StateReason="the image is gone")

    with (
        finished.hooked("after-call", failing),
        pytest.raises(Refused, match=rf"create function {AUTH} \(the image is gone\): delete"),
    ):
        finished.do(functions.upload_the_functions.action)

    assert finished.changing_calls() == []
