"""Two accounts behind AWS's names are two: neither sees, nor reads, what is the other's."""

import boto3
import pytest
from botocore.exceptions import ClientError

from signoff.evidence.backends import S3Prefix
from tests.world.names import DEV, PROD
from tests.world.people import hire, signed_in

BUCKET = "evidence-of-dev"
OPENED = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"],
 "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Resource": "arn:aws:s3:::evidence-of-dev/*"}]}"""


@pytest.fixture(scope="module")
def s3(world):
    """S3 as an administrator of each account calls it, by AWS's own name; dev's has an object."""
    clients = {}
    for home in (DEV, PROD):
        hire(world.accounts[home.name], "builder")
        given = signed_in(world.accounts[home.name], "builder", "hanako")
        session = boto3.Session(
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=given["AWS_SESSION_TOKEN"],
            region_name=home.region,
        )
        clients[home.name] = session.client("s3")
    clients["dev"].create_bucket(Bucket=BUCKET)
    clients["dev"].put_object(Bucket=BUCKET, Key="record", Body=b"signed")
    return clients


def test_bucket_of_another_account_is_closed_until_its_policy_opens_it(s3):
    with pytest.raises(ClientError, match="AccessDenied"):
        s3["prod"].get_object(Bucket=BUCKET, Key="record")

    s3["dev"].put_bucket_policy(Bucket=BUCKET, Policy=OPENED)

    assert s3["prod"].get_object(Bucket=BUCKET, Key="record")["Body"].read() == b"signed"


def test_account_reads_its_own_bucket(s3):
    assert s3["dev"].get_object(Bucket=BUCKET, Key="record")["Body"].read() == b"signed"


def test_policy_of_another_accounts_bucket_is_shown_to_nobody(s3):
    s3["dev"].put_bucket_policy(Bucket=BUCKET, Policy=OPENED)

    with pytest.raises(ClientError, match="MethodNotAllowed"):
        s3["prod"].get_bucket_policy(Bucket=BUCKET)


def test_store_in_another_account_is_read_and_what_its_policy_allows_is_unknown(s3):
    s3["dev"].put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3["dev"].put_bucket_policy(Bucket=BUCKET, Policy=OPENED)

    history = S3Prefix(s3["prod"], BUCKET, "records").history({})

    assert (history.state, history.policy) == ("versioning", None)
