"""IAM, STS, KMS and S3, where moto alone would mislead."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.account import ACCOUNT, REGION

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
NOTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"},
    }
)


def test_the_details_of_the_account_name_the_policies_in_use(client, role):
    iam = client("iam")
    own = iam.create_policy(PolicyName="own", PolicyDocument=NOTHING)["Policy"]["Arn"]
    role(PermissionsBoundary=own)
    iam.attach_role_policy(RoleName="worker", PolicyArn=BASIC)

    details = iam.get_account_authorization_details(
        Filter=["Role", "LocalManagedPolicy", "AWSManagedPolicy"]
    )
    policies = {policy["PolicyName"]: policy["Arn"] for policy in details["Policies"]}
    described = details["RoleDetailList"][0]

    assert policies == {"own": own, "AWSLambdaBasicExecutionRole": BASIC}
    assert described["PermissionsBoundary"]["PermissionsBoundaryArn"] == own
    assert described["AttachedManagedPolicies"][0]["PolicyArn"] == BASIC


def test_all_policies_of_aws_can_still_be_read_and_attached(client, role):
    iam = client("iam")
    role()
    iam.get_account_authorization_details(Filter=["AWSManagedPolicy"])

    policy = iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")["Policy"]

    assert policy["PolicyName"] == "ReadOnlyAccess"


def test_a_role_has_its_trust_as_it_was_sent_and_nothing_that_is_empty(client):
    trust = {"Version": "2012-10-17", "Id": "100%25", "Statement": []}
    sent = {"RoleName": "plain", "AssumeRolePolicyDocument": json.dumps(trust)}
    role = client("iam").create_role(**sent)["Role"]

    assert role["AssumeRolePolicyDocument"] == trust
    assert {"Tags", "PermissionsBoundary"}.isdisjoint(role)


def test_the_administrator_is_an_iam_user(client):
    arn = client("sts").get_caller_identity()["Arn"]

    assert arn == f"arn:aws:iam::{ACCOUNT}:user/local-admin"


def test_keys_of_aws_are_told_from_keys_of_the_customer(client):
    kms = client("kms")
    ours = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/ours", TargetKeyId=ours)

    def manager(key):
        return kms.describe_key(KeyId=key)["KeyMetadata"]["KeyManager"]

    assert manager("alias/aws/secretsmanager") == "AWS"
    assert manager("alias/ours") == manager(ours) == "CUSTOMER"


def test_a_new_bucket_is_encrypted_and_closed(client):
    s3 = client("s3")
    s3.create_bucket(
        Bucket="rally-images", CreateBucketConfiguration={"LocationConstraint": REGION}
    )

    encryption = s3.get_bucket_encryption(Bucket="rally-images")
    rule = encryption["ServerSideEncryptionConfiguration"]["Rules"][0]
    blocks = s3.get_public_access_block(Bucket="rally-images")["PublicAccessBlockConfiguration"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert set(blocks.values()) == {True}
    assert len(blocks) == 4


def test_a_bucket_keeps_who_pays_for_requests(client):
    s3, named = client("s3"), {"Bucket": "rally-images"}
    s3.create_bucket(**named, CreateBucketConfiguration={"LocationConstraint": REGION})
    born = s3.get_bucket_request_payment(**named)["Payer"]

    s3.put_bucket_request_payment(**named, RequestPaymentConfiguration={"Payer": "Requester"})

    assert (born, s3.get_bucket_request_payment(**named)["Payer"]) == ("BucketOwner", "Requester")


def test_no_bucket_has_nobody_who_pays(client):
    s3 = client("s3")
    paid = {"RequestPaymentConfiguration": {"Payer": "Requester"}}

    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.get_bucket_request_payment(Bucket="rally-gone")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.put_bucket_request_payment(Bucket="rally-gone", **paid)


def test_a_secret_tells_its_versions_and_its_end(client):
    secrets = client("secretsmanager")
    secrets.create_secret(Name="rally/key", SecretString="{}")
    secrets.put_secret_value(SecretId="rally/key", SecretString='{"new": 1}')
    before = secrets.describe_secret(SecretId="rally/key")

    secrets.delete_secret(SecretId="rally/key", RecoveryWindowInDays=7)

    stages = sorted(stage for stages in before["VersionIdsToStages"].values() for stage in stages)
    assert stages == ["AWSCURRENT", "AWSPREVIOUS"]
    assert "DeletedDate" in secrets.describe_secret(SecretId="rally/key")
