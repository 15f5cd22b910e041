"""The IAM policy that reading takes, made from what each reader declares: reads, and nothing else.

``python -m aws.reader_policy > docs/reader-policy.json``
"""

import json
from typing import Any

from aws.iam.statement import allowing, policy_of
from aws.inventory import READERS

BEYOND_SECTIONS = {
    "kms:GetPublicKey": "the key that signs the evidence, where environments.toml pins none",
    "logs:FilterLogEvents": "the smoke run looks for its own request in the logs",
    "sts:GetCallerIdentity": "the guard asks whose credentials these are",
}
"""Reads of a run that are no section's: action -> what for."""

EVIDENCE = (
    *("s3:ListBucket", "s3:ListBucketVersions", "s3:GetObject", "s3:GetBucketVersioning"),
    *("s3:GetBucketObjectLockConfiguration", "s3:GetLifecycleConfiguration"),
)
"""What reading the evidence store takes, where it is a bucket."""
EVIDENCE_BUCKETS = "arn:aws:s3:::*evidence*"
"""Named as `runbook evidence` names them; write your own bucket's ARN where it has another name."""

DECRYPT, ENCRYPTED = "kms:Decrypt", ("dynamodb", "lambda", "secretsmanager")
"""What services may use on the reader's behalf, and which; by itself the reader may not."""


def actions() -> list[str]:
    """Return every IAM action that a run needs, sorted."""
    of_readers = {action for reader in READERS.values() for action in reader.actions}
    return sorted(of_readers | BEYOND_SECTIONS.keys())


def policy() -> dict[str, Any]:
    """Return the identity-based policy; its first statement says where it comes from."""
    plain = [action for action in actions() if action != DECRYPT]
    via = {"kms:ViaService": [f"{name}.*.amazonaws.com" for name in ENCRYPTED]}
    buckets = [EVIDENCE_BUCKETS, f"{EVIDENCE_BUCKETS}/*"]
    by_sid = {
        "GeneratedByPythonMSignoffInventoryPolicy": allowing(plain, "*"),
        "ReadTheEvidenceStore": allowing(EVIDENCE, buckets),
        "OnlyOnBehalfOfWhatIsRead": allowing([DECRYPT], "*", Condition={"StringLike": via}),
    }
    return policy_of({"Sid": sid, **statement} for sid, statement in by_sid.items())


def text() -> str:
    return json.dumps(policy(), indent=2) + "\n"


if __name__ == "__main__":
    print(text(), end="")
