"""Keys of one's own: tables and secrets come under them, once, and never lose one unasked."""

import json
from dataclasses import replace

import pytest

from aws.converge.table import OWNED
from runbook.engine import Declined
from runbook.procedures import encryption, secrets, tables

MANAGED = "alias/aws/dynamodb"


@pytest.fixture
def keyed(empty):
    """An account with a key, and an environment that wants it for tables and secrets."""
    arn = empty.client("kms").create_key()["KeyMetadata"]["Arn"]
    empty.arn, empty.plain = arn, empty.environment
    empty.environment = replace(empty.environment, table_key=arn, secret_key=arn)
    return empty


def test_tables_and_secrets_are_made_under_the_key(keyed):
    for step in (tables.create_the_tables, secrets.generate_the_session_key):
        keyed.do(step.action)

    table = keyed.client("dynamodb").describe_table(TableName="Users-prod")["Table"]
    secret = keyed.client("secretsmanager").describe_secret(
        SecretId="stamp-rally-prod/token-secret-key"
    )
    assert table["SSEDescription"]["SSEType"] == "KMS"
    assert secret["KmsKeyId"] == keyed.arn


def test_a_table_of_before_comes_under_the_key_without_asking(keyed):
    keyed.do(tables.create_the_tables.action, environment=keyed.plain)
    made = keyed.do(encryption.encrypt_the_tables.action)

    assert {(change.field.en, change.before, change.after) for change in made} == {
        ("encryption", OWNED, keyed.arn)
    }


def test_a_secret_of_before_comes_under_the_key_and_keeps_its_value(keyed):
    client, name = keyed.client("secretsmanager"), "stamp-rally-prod/token-secret-key"
    keyed.do(secrets.generate_the_session_key.action, environment=keyed.plain)
    before = client.get_secret_value(SecretId=name)["SecretString"]
    made = keyed.do(secrets.generate_the_session_key.action)

    assert [(change.field.en, change.after) for change in made] == [("KMS key", keyed.arn)]
    assert client.get_secret_value(SecretId=name)["SecretString"] == before


def test_a_key_is_not_taken_away_unasked(keyed):
    keyed.do(tables.create_the_tables.action)
    with pytest.raises(Declined, match="encryption"):
        keyed.do(encryption.encrypt_the_tables.action, environment=keyed.plain)


@pytest.mark.parametrize("named", [None, MANAGED], ids=["by its ARN", "AWS's own, by its alias"])
def test_a_second_run_finds_the_key_however_it_is_named(keyed, named):
    key = named or keyed.arn
    keyed.environment = replace(keyed.environment, table_key=key)
    steps = (tables.create_the_tables, encryption.encrypt_the_tables)
    for step in (*steps, secrets.generate_the_session_key):
        keyed.do(step.action)

    assert [change for step in steps for change in keyed.do(step.action)] == []
    assert keyed.do(secrets.generate_the_session_key.action) == ()


@pytest.mark.parametrize(
    ("principal", "after"),
    [("cloudfront.amazonaws.com", "AES256"), ("logging.s3.amazonaws.com", "aws:kms")],
)
def test_bucket_that_a_cdn_reads_does_not_come_under_a_key_that_the_cdn_cannot_use(
    empty, principal, after
):
    s3, name = empty.client("s3"), empty.environment.bucket
    made = empty.do(encryption.encrypt_the_bucket.action)
    by_s3 = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [by_s3]})
    read = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "s3:GetObject"}
    policy = {"Version": "2012-10-17", "Statement": {**read, "Resource": f"arn:aws:s3:::{name}/*"}}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    empty.do(encryption.encrypt_the_bucket.action)
    kept = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]

    assert made
    assert kept[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == after
    s3.delete_bucket(Bucket=name)


def test_bucket_that_is_open_is_not_closed_unasked(empty):
    s3, name = empty.client("s3"), empty.environment.bucket
    empty.do(encryption.encrypt_the_bucket.action)
    s3.delete_public_access_block(Bucket=name)
    with pytest.raises(Declined, match="public access"):
        empty.do(encryption.encrypt_the_bucket.action)
    s3.delete_bucket(Bucket=name)
