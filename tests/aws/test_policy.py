"""The shipped policy is the one that reading takes, and nothing in it changes or grants anything."""

import json
import re
import subprocess
import sys
from pathlib import Path

from aws.inventory import READERS
from aws.reader_policy import actions, policy, text
from tests.aws.fake_aws import HEALTHY

SHIPPED = Path(__file__).parents[2] / "docs" / "reader-policy.json"
NOT_OPERATIONS = {
    "apigateway:ListRoutingRules",
    "kms:GetPublicKey",
    "kms:Decrypt",
    "route53:ListResourceRecordSets",
    "lambda:ListTags",
    "logs:FilterLogEvents",
    "sts:GetCallerIdentity",
}
"""Actions that no reader calls by name: others need them on its behalf, or the run itself does."""
S3 = {
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
}
"""Operations whose action has another name (S3, actions of the service authorization reference)."""


def test_shipped_policy_is_fresh():
    assert SHIPPED.read_text(encoding="utf-8") == text(), (
        "run python -m aws.reader_policy > docs/reader-policy.json"
    )


def test_command_prints_the_policy():
    command = [sys.executable, "-m", "aws.reader_policy"]

    printed = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=SHIPPED.parents[1]
    )

    assert json.loads(printed.stdout) == policy()


def test_actions_are_those_of_the_operations_that_are_asked():
    asked = {
        "apigateway:GET" if name.startswith("apigateway") else S3.get(name, name)
        for name in HEALTHY
    }

    granted, needed = set(actions()), asked | NOT_OPERATIONS
    assert sorted(granted - needed) == [], "granted, and no operation of the table of answers asks"
    assert sorted(needed - granted) == [], "needed, and no reader declares it"


def test_every_action_reads():
    reads = re.compile(r"\w[\w-]*:(Get|List|Describe|Scan$|FilterLogEvents$|GET$|Decrypt$)")

    assert [action for action in actions() if not reads.match(action)] == []


def test_decryption_is_allowed_only_on_behalf_of_what_is_read():
    with_decrypt = [entry for entry in policy()["Statement"] if "kms:Decrypt" in entry["Action"]]

    assert [entry["Condition"]["StringLike"]["kms:ViaService"] for entry in with_decrypt] == [
        ["dynamodb.*.amazonaws.com", "lambda.*.amazonaws.com", "secretsmanager.*.amazonaws.com"]
    ]


def test_every_section_has_a_reader(healthy):
    assert set(READERS) == set(type(healthy.sections).__dataclass_fields__)
