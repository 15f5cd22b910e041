"""What is read of secrets and keys, and what is remembered of a secret, whatever somebody put into it."""

import json

import pytest

from aws.redaction.secret_text import digest
from aws.saved import to_json
from tests.aws.answers import CANARY, SCOPE


def test_secret_without_a_key_of_its_own_names_the_managed_one(found):
    assert found.secrets["rally/token"].kms_key is None
    assert found.keys["alias/aws/secretsmanager"].manager == "AWS"


def test_copies_of_a_secret_in_other_regions_are_seen(changed):
    copies = [{"Region": "us-west-2", "Status": "InSync"}]

    found = changed("secretsmanager:DescribeSecret", ReplicationStatus=copies)

    assert found.secrets[SCOPE.secrets[0]].replicas == ("us-west-2",)


@pytest.fixture
def value_of(fake, inventory_of):
    def value(**answer):
        fake.answers["secretsmanager:GetSecretValue"] = answer
        inventory = inventory_of()
        assert CANARY not in to_json(inventory)
        return inventory.sections.secret_values["rally/token"]

    return value


def test_fields_of_an_object_are_named_and_withheld(value_of):
    value = value_of(SecretString=json.dumps({"TOKEN_SECRET_KEY": CANARY, "N": 5}))

    assert value.is_json_object
    assert {name: field.text for name, field in value.fields.items()} == {
        "TOKEN_SECRET_KEY": None,
        "N": None,
    }


def test_secret_used_as_a_field_name_is_not_kept_either(value_of):
    value = value_of(SecretString=json.dumps({CANARY: ""}))

    assert list(value.fields) == ["(field 1)"]


@pytest.mark.parametrize("text", [CANARY, json.dumps([CANARY]), json.dumps(CANARY), f"{{{CANARY}"])
def test_secret_that_is_no_object_has_no_fields_but_a_digest_of_the_whole(text, value_of):
    value = value_of(SecretString=text)

    assert (value.is_json_object, value.fields) == (False, {})
    assert value.whole.digests["own salt"] == digest("own salt", text)


def test_binary_secret_is_no_object(value_of):
    value = value_of(SecretBinary=CANARY.encode())

    assert not value.is_json_object
    assert value.placeholder


@pytest.mark.parametrize(
    "text", ["default-secret-key-change-in-production", "your-production-secret-key-here", "a" * 64]
)
def test_placeholder_in_a_field_marks_the_secret(text, value_of):
    assert value_of(SecretString=json.dumps({"KEY": text})).placeholder
    assert not value_of(SecretString=json.dumps({"KEY": CANARY})).placeholder


def test_name_of_the_environment_in_a_secret_is_not_looked_for_and_the_rest_is(value_of):
    named = {"ACCOUNT": SCOPE.account}
    both = {**named, "PASSWORD": "open sesame, please"}

    assert value_of(SecretString=json.dumps(named)).same_as == ()
    assert value_of(SecretString=json.dumps(both)).same_as == ("rally/line",)
