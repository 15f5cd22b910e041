"""What is read of functions and roles, literally."""

import pytest

from aws.kind.description import unread_facts
from aws.kinds.function_invocation import sent_to
from tests.aws.answers import REGION
from tests.aws.answers.compute import FUNCTIONS
from tests.aws.fake_aws import RefusedCall


def test_function_is_what_its_alias_points_to(found):
    function = found.functions["rally-auth"]

    assert function.version == "2"
    assert function.arn == f"arn:aws:lambda:{REGION}:444455556666:function:rally-auth"
    assert (function.timeout_s, function.memory_mb, function.runtime) == (30, 256, "python3.13")
    assert function.reserved_concurrency == 5
    assert function.tracing == "Active"


def test_function_tells_what_else_may_run_in_it(found):
    function = found.functions["rally-auth"]

    assert [layer.rpartition(":layer:")[2] for layer in function.layers] == ["tools:3"]
    assert function.file_systems == ("/mnt/a (arn:aws:elasticfilesystem)",)
    assert function.architectures == ("arm64",)
    assert function.runtime_version.endswith("runtime:5c1")


def test_policies_are_read_of_every_alias_and_version(found):
    assert [one.qualifier for one in found.function_policies["rally-auth"]] == [
        *(None, "live", "trial"),
        *("1", "2"),
    ]


def test_policies_of_old_versions_that_nothing_serves_are_not_read(fake, sections):
    """Three hundred of them would take AWS's fifteen calls a second far too long."""
    listing = FUNCTIONS["lambda:ListFunctions"]["Functions"]
    (newest,) = [entry for entry in listing if entry["FunctionArn"].endswith(":rally-auth:2")]
    many = [newest | {"Version": str(number)} for number in range(3, 301)]
    fake.answers["lambda:ListFunctions"] = {"Functions": [*listing, *many]}

    found = sections()
    places = [one.qualifier for one in found.function_policies["rally-auth"]]

    assert len(found.versions["rally-auth"]) == 300
    assert places == [None, "live", "trial", "1", "2", *map(str, range(291, 301))]


def test_function_environment_shows_only_what_is_public(found):
    environment = found.functions["rally-auth"].environment

    assert {name: value.text for name, value in environment.items()} == {
        "TABLE": "Users-prod",
        "TIMEOUT": "3",
        "KEY": None,
    }


def test_secret_in_a_function_is_recognised(found):
    assert found.functions["rally-auth"].environment["KEY"].holds == ("rally/line", "rally/token")
    assert set(found.secret_values["rally/token"].fields["KEY"].digests) == {"own salt", "dev salt"}


def test_versions_and_aliases_are_told_apart(found):
    assert [statement.number for statement in found.versions["rally-auth"]] == ["1", "2"]
    assert {alias.name: alias.weights for alias in found.aliases["rally-auth"]} == {
        "live": {},
        "trial": {"1": 0.1},
    }


def test_function_without_the_alias_is_read_unqualified(fake, sections):
    def without_alias(asked):
        answer = FUNCTIONS["lambda:GetFunction"]({"Qualifier": "none", **asked})
        return RefusedCall("ResourceNotFoundException", "alias") if "Qualifier" in asked else answer

    fake.answers |= {"lambda:GetFunction": without_alias, "lambda:ListAliases": {"Aliases": []}}

    assert sections().functions["rally-auth"].name == "rally-auth"
    assert fake.asked["lambda:GetFunction"] == 4


def test_function_without_a_policy_has_none_at_any_place(fake, sections):
    fake.refuse("lambda:GetPolicy", "ResourceNotFoundException")

    places = sections().function_policies["rally-auth"]

    assert [place.qualifier for place in places] == [None, "live", "trial", "1", "2"]
    assert {place.document for place in places} == {None}


def unread(sections):
    return {(name, why.words.en) for name, why in unread_facts(sections.functions["rally-auth"])}


HIDDEN = {"ErrorCode": "AccessDeniedException", "Message": "KMS"}


@pytest.mark.parametrize(
    ("part", "of_configuration", "beside"),
    [("environment", {"Environment": {"Error": HIDDEN}}, {}), ("tags", {}, {"TagsError": HIDDEN})],
)
def test_part_of_a_function_that_is_hidden_is_unread_and_no_more(
    fake, sections, found, part, of_configuration, beside
):
    answer = FUNCTIONS["lambda:GetFunction"]
    fake.answers["lambda:GetFunction"] = lambda asked: {
        "Configuration": answer(asked)["Configuration"] | of_configuration,
        **beside,
    }

    assert unread(sections()) - unread(found) == {
        (part, f"lambda:GetFunction: {part}: AccessDeniedException")
    }


def test_role_has_every_document_that_applies_to_it(found):
    role = found.roles["rally-auth-role"]

    assert {policy.name: policy.arn is None for policy in role.policies} == {
        "tables": True,
        "AWSLambdaBasicExecutionRole": False,
    }
    assert "dynamodb:*" in role.boundary.document
    assert "OrganizationAccess" not in found.roles


@pytest.mark.parametrize(
    ("share", "words"), [(0.1, "10% to version 1"), (0.001, "0.1% to version 1")]
)
def test_share_of_traffic_is_not_rounded_to_none(share, words):
    assert sent_to("1", share).en == words
