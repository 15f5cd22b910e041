"""How Lambda updates the runtime of a version: automatically unless somebody sets it otherwise, and copied at a publication."""

import pytest

from tests.local.aws.refusals import refused

BUILD = "arn:aws:lambda:ap-northeast-1::runtime:" + "5c" * 32
OF = {"FunctionName": "rally"}


@pytest.fixture
def functions(client, function):  # noqa: ARG001  # it must exist
    return client("lambda")


def mode(functions, **version):
    return functions.get_runtime_management_config(**OF, **version)["UpdateRuntimeOn"]


def test_runtime_is_updated_automatically_unless_somebody_sets_it_otherwise(functions):
    assert mode(functions) == mode(functions, Qualifier="1") == "Auto"


def test_pin_stands_on_its_version_alone(functions):
    functions.put_runtime_management_config(
        **OF, Qualifier="1", UpdateRuntimeOn="Manual", RuntimeVersionArn=BUILD
    )
    found = functions.get_runtime_management_config(**OF, Qualifier="1")

    assert (found["UpdateRuntimeOn"], found["RuntimeVersionArn"]) == ("Manual", BUILD)
    assert found["FunctionArn"].endswith(":function:rally:1")
    assert mode(functions, Qualifier="$LATEST") == "Auto"


def test_published_version_keeps_the_pin_of_the_draft(functions):
    functions.put_runtime_management_config(**OF, UpdateRuntimeOn="Manual", RuntimeVersionArn=BUILD)
    functions.update_function_configuration(**OF, Description="next")
    version = functions.publish_version(**OF)["Version"]

    assert mode(functions, Qualifier=version) == "Manual"


@pytest.mark.parametrize(
    "asked",
    [
        {"UpdateRuntimeOn": "Manual"},
        {"UpdateRuntimeOn": "Auto", "RuntimeVersionArn": BUILD},
    ],
)
def test_pin_needs_a_build_and_no_other_mode_takes_one(functions, asked):
    with refused("InvalidParameterValueException"):
        functions.put_runtime_management_config(**OF, **asked)


@pytest.mark.parametrize("qualifier", ["live", "99"])
def test_alias_has_no_setting_of_its_own(functions, qualifier):
    with refused("ResourceNotFoundException"):
        functions.get_runtime_management_config(**OF, Qualifier=qualifier)
