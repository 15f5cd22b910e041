"""A function that Lambda failed to update or to create: done again, or said who does what."""

import pytest
from botocore.exceptions import ClientError

from aws.change.gate import Refused
from aws.converge.version import DOWN, publish
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


class VersionThatIsDown:
    """Lambda says that one published version of it has failed, or that nobody called it for weeks."""

    def __init__(self, version, state):
        self.version, self.state = version, state

    def __call__(self, parsed, **_):
        if (parsed.get("FunctionName"), parsed.get("Version")) == (AUTH, self.version):
            parsed.update(State=self.state, StateReason="the network is gone")


def test_failed_update_is_shown_and_uploaded_again(finished):
    with finished.hooked("after-call", Failing(LastUpdateStatus="Failed")):
        (rehearsed,) = functions.upload_the_functions.action(finished.context())
        (done,) = finished.do(functions.upload_the_functions.action)
        left = finished.do(functions.upload_the_functions.action)

    assert rehearsed == done
    assert (done.resource.en, done.field.en, done.before) == (
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


def unsigned(model, **_):
    raise ClientError({"Error": {"Code": "CodeVerificationFailedException"}}, model.name)


def test_package_that_lambda_refuses_as_unsigned_is_for_a_person_to_sign(finished):
    with (
        finished.hooked("after-call", Failing(LastUpdateStatus="Failed")),
        finished.hooked("before-call.lambda.UpdateFunctionCode", unsigned),
        pytest.raises(Refused, match=f"takes signed packages only.*--function-name {AUTH}"),
    ):
        finished.do(functions.upload_the_functions.action)


def test_container_image_is_replaced_by_no_package(finished):
    image = Failing(PackageType="Image", CodeSha256="b" * 64)

    with (
        finished.hooked("after-call", image),
        pytest.raises(Refused, match=f"function {AUTH} runs a container image"),
    ):
        functions.upload_the_functions.action(finished.context())

    assert finished.changing_calls() == []


@pytest.mark.parametrize("state", sorted(DOWN))
def test_published_version_that_is_down_is_published_again_and_served(finished, state):
    failed = finished.client("lambda").get_alias(FunctionName=AUTH, Name="live")["FunctionVersion"]

    with finished.hooked("after-call", VersionThatIsDown(failed, state)):
        (done,) = finished.do(functions.release_them.action)

    served = finished.client("lambda").get_alias(FunctionName=AUTH, Name="live")["FunctionVersion"]
    assert (done.resource.en, done.field.en, done.before) == (f"alias {AUTH}:live", "state", state)
    assert int(served) > int(failed)


def test_what_lambda_gave_up_is_told_at_once_and_why(finished):
    failing = Failing(LastUpdateStatus="Failed", LastUpdateStatusReason="the role is gone")

    with (
        finished.hooked("after-call", failing),
        pytest.raises(Refused, match=rf"{AUTH}: Lambda gave up .*: the role is gone"),
    ):
        publish(finished.context(go=True), AUTH)

    assert finished.naps == []
