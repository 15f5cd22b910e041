"""Lambda keeps a policy per qualifier, and answers what the checks read."""

import json
from types import SimpleNamespace

import pytest

from local.moto_fixes.awslambda import name_and_qualifier
from tests.local.aws.account import refused


@pytest.fixture
def functions(client, function):  # noqa: ARG001  # it must exist
    return client("lambda")


def permit(functions, sid="api", principal="apigateway.amazonaws.com", **more):
    return functions.add_permission(
        FunctionName="rally",
        StatementId=sid,
        Action="lambda:InvokeFunction",
        Principal=principal,
        SourceArn="arn:aws:execute-api:ap-northeast-1:210987654321:abc/*/GET/stamps",
        **more,
    )


def sids(functions, **more):
    policy = functions.get_policy(FunctionName="rally", **more)["Policy"]
    return [statement["Sid"] for statement in json.loads(policy)["Statement"]]


def test_a_permission_stands_on_its_qualifier_alone(functions):
    permit(functions, Qualifier="live")

    assert sids(functions, Qualifier="live") == ["api"]
    with refused("ResourceNotFoundException"):
        functions.get_policy(FunctionName="rally")
    with refused("ResourceNotFoundException"):
        functions.get_policy(FunctionName="rally", Qualifier="1")


@pytest.mark.parametrize("label", ["FunctionName", "ResourceArn"])
def test_a_name_may_end_in_function(label):
    arn = "arn:aws:lambda:ap-northeast-1:210987654321:function:award-function:live"

    assert name_and_qualifier(SimpleNamespace(labels={label: arn})) == ("award-function", "live")


def test_the_statement_names_the_alias_the_service_and_the_source(functions):
    permit(functions, Qualifier="live")
    policy = functions.get_policy(FunctionName="rally", Qualifier="live")["Policy"]
    statement = json.loads(policy)["Statement"][0]

    assert statement["Resource"].endswith(":function:rally:live")
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert "ArnLike" in statement["Condition"]


@pytest.mark.parametrize(
    ("principal", "kept"),
    [
        ("210987654321", {"AWS": "arn:aws:iam::210987654321:root"}),
        ("arn:aws:iam::210987654321:root", {"AWS": "arn:aws:iam::210987654321:root"}),
        ("arn:aws:iam::210987654321:role/award", {"AWS": "arn:aws:iam::210987654321:role/award"}),
        ("*", "*"),
    ],
)
def test_a_principal_that_is_no_service_is_kept_in_the_shape_of_aws(functions, principal, kept):
    told = permit(functions, principal=principal)["Statement"]
    policy = functions.get_policy(FunctionName="rally")["Policy"]

    assert json.loads(told)["Principal"] == kept
    assert json.loads(policy)["Statement"][0]["Principal"] == kept


def test_an_alias_keeps_its_policy_when_it_moves(functions):
    """Moto keeps the policy on the version, so that moving the alias would lose it."""
    permit(functions, Qualifier="live")
    functions.update_function_configuration(FunctionName="rally", Timeout=20)
    version = functions.publish_version(FunctionName="rally")["Version"]

    functions.update_alias(FunctionName="rally", Name="live", FunctionVersion=version)

    assert version == "2"
    assert sids(functions, Qualifier="live") == ["api"]


def test_a_statement_id_is_taken_once_per_qualifier(functions):
    permit(functions, Qualifier="live")
    permit(functions)

    with refused("ResourceConflictException", "already exists"):
        permit(functions, Qualifier="live")


def test_a_permission_is_removed_from_its_qualifier_alone(functions):
    permit(functions, Qualifier="live")
    permit(functions)

    functions.remove_permission(FunctionName="rally", StatementId="api", Qualifier="live")

    assert sids(functions) == ["api"]
    with refused("ResourceNotFoundException"):
        functions.remove_permission(FunctionName="rally", StatementId="api", Qualifier="live")


def test_an_alias_takes_its_policy_along(functions):
    permit(functions, Qualifier="live")
    functions.delete_alias(FunctionName="rally", Name="live")
    functions.create_alias(FunctionName="rally", Name="live", FunctionVersion="1")

    with refused("ResourceNotFoundException"):
        functions.get_policy(FunctionName="rally", Qualifier="live")


def test_function_urls_are_listed(functions):
    none = functions.list_function_url_configs(FunctionName="rally")["FunctionUrlConfigs"]
    functions.create_function_url_config(FunctionName="rally", AuthType="NONE")
    one = functions.list_function_url_configs(FunctionName="rally")["FunctionUrlConfigs"]

    assert none == []
    assert [config["AuthType"] for config in one] == ["NONE"]
    with refused("ResourceNotFoundException"):
        functions.list_function_url_configs(FunctionName="nosuch")


def test_the_account_tells_the_concurrency_that_is_left(functions):
    functions.put_function_concurrency(FunctionName="rally", ReservedConcurrentExecutions=100)

    settings = functions.get_account_settings()

    assert settings["AccountLimit"]["ConcurrentExecutions"] == 1000
    assert settings["AccountLimit"]["UnreservedConcurrentExecutions"] == 900
    assert settings["AccountUsage"]["FunctionCount"] == 1


def test_a_published_version_keeps_its_configuration(functions):
    functions.update_function_configuration(FunctionName="rally", Timeout=20)
    live = functions.get_function(FunctionName="rally", Qualifier="live")["Configuration"]
    latest = functions.get_function(FunctionName="rally")["Configuration"]

    assert (live["Version"], live["Timeout"]) == ("1", 3)
    assert (latest["Version"], latest["Timeout"]) == ("$LATEST", 20)
    assert live["State"] == "Active"
    assert live["LastUpdateStatus"] == "Successful"
    assert live["CodeSha256"] == latest["CodeSha256"]


@pytest.mark.parametrize("qualifier", ["live", "1"])
def test_tags_and_reserved_concurrency_are_told_of_the_function_alone(functions, qualifier):
    arn = functions.get_function(FunctionName="rally")["Configuration"]["FunctionArn"]
    functions.tag_resource(Resource=arn, Tags={"Project": "CC"})
    functions.put_function_concurrency(FunctionName="rally", ReservedConcurrentExecutions=100)
    functions.update_function_configuration(FunctionName="rally", Timeout=20)
    functions.publish_version(FunctionName="rally")
    whole = functions.get_function(FunctionName="rally")
    behind = functions.get_function(FunctionName="rally", Qualifier=qualifier)
    by_arn = functions.get_function(FunctionName=f"{arn}:{qualifier}")

    assert whole["Tags"] == {"Project": "CC"}
    assert whole["Concurrency"] == {"ReservedConcurrentExecutions": 100}
    assert not {"Tags", "Concurrency"} & (behind.keys() | by_arn.keys())


def test_nothing_is_run_unless_someone_runs_it(functions):
    with refused("NotImplemented", "no extension runs functions"):
        functions.invoke(FunctionName="rally")


def test_settings_of_asynchronous_calls_stand_on_their_qualifier_and_are_replaced(functions):
    theirs = "arn:aws:sqs:ap-northeast-1:210987654321:theirs"
    of_it = {"FunctionName": "rally", "Qualifier": "live"}
    functions.put_function_event_invoke_config(
        **of_it, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": theirs}}
    )
    functions.put_function_event_invoke_config(**of_it, MaximumEventAgeInSeconds=60)
    listed = functions.list_function_event_invoke_configs(FunctionName="rally")
    (found,) = listed["FunctionEventInvokeConfigs"]

    assert found["FunctionArn"].endswith(":function:rally:live")
    assert found["MaximumEventAgeInSeconds"] == 60
    assert not {"DestinationConfig", "MaximumRetryAttempts"} & found.keys()


def test_settings_of_asynchronous_calls_go_with_their_function(functions):
    functions.put_function_event_invoke_config(FunctionName="rally", MaximumRetryAttempts=0)
    functions.delete_function(FunctionName="rally")

    listed = functions.list_function_event_invoke_configs(FunctionName="rally")
    assert listed["FunctionEventInvokeConfigs"] == []


BUILD = "arn:aws:lambda:ap-northeast-1::runtime:" + "5c" * 32
OF = {"FunctionName": "rally"}


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
