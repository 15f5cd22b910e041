"""Whether what is stored is encrypted under the decided key, and whether that key works."""

from aws.bucket import Bucket
from aws.iam import Statement, context, covers, parse
from aws.iam.condition import holds
from aws.inventory import Sections
from aws.secret import Secret
from aws.section import lookup
from aws.table import Table
from signoff.environment import Environment

SECRETS_KEY = "alias/aws/secretsmanager"
AWS_ALIAS = "alias/aws/"
"""Beginning of the aliases of AWS managed keys: their ARNs differ in every account."""
BY_KMS = frozenset({"aws:kms", "aws:kms:dsse"})


def secret_key_flaw(secret: Secret, environment: Environment, found: Sections) -> str | None:
    """Say what is wrong with the key of a secret; one that names none has the AWS managed key."""
    key, decided = secret.kms_key or SECRETS_KEY, environment.secret_key or SECRETS_KEY
    return key_flaw(key, found) or _other_key(key, decided, found)


def table_key_flaw(table: Table, environment: Environment, found: Sections) -> str | None:
    """Say what is wrong with the key of a table. Without a description it has the AWS owned key.

    That is encryption, too: nobody can switch it off, and there is no key to look at.
    """
    decided = environment.table_key
    if table.sse_type is None:
        return f"has the AWS owned key, not {decided}" if decided else None
    if table.sse_type != "KMS" or table.sse_key_arn is None:
        return f"is encrypted by {table.sse_type} without a key"
    if table.sse_status != "ENABLED":
        return f"has its encryption {table.sse_status}"
    return key_flaw(table.sse_key_arn, found) or _other_key(table.sse_key_arn, decided, found)


def bucket_key_flaw(bucket: Bucket, found: Sections) -> str | None:
    """Say what is wrong with the default encryption; without a key of its own it is AWS's for S3."""
    if bucket.encryption not in BY_KMS:
        return f"is encrypted by {bucket.encryption or 'nothing'}, not aws:kms"
    return key_flaw(bucket.kms_key, found) if bucket.kms_key else None


def key_flaw(reference: str, found: Sections) -> str | None:
    """Say whether the key is gone or off: then whatever it encrypted cannot be read."""
    key = lookup(found.keys, reference)
    if key is None:
        return f"has the key {reference}, which does not exist"
    return None if key.state == "Enabled" else f"has the key {reference}, which is {key.state}"


def refuses_http(bucket: Bucket) -> bool:
    """Whether the policy denies every action, on the bucket and its objects, to plain HTTP."""
    denies = [one for one in parse(bucket.policy or '{"Statement": []}') if _denies_http(one)]
    arns = (f"arn:aws:s3:::{bucket.name}", f"arn:aws:s3:::{bucket.name}/*")
    return all(any(covers(r, arn) for one in denies for r in one.resources) for arn in arns)


def _denies_http(one: Statement) -> bool:
    """A condition on anything but the transport may fail, and then HTTP gets through."""
    http = context({"aws:SecureTransport": "false"})
    return (
        one.effect == "Deny"
        and bool({"*", "s3:*"} & set(one.actions))
        and any(who == "*" for _, who in one.principals)
        and all(holds(condition, http) is True for condition in one.conditions)
    )


def _other_key(reference: str, decided: str | None, found: Sections) -> str | None:
    """Say that it is not the decided key. An alias of AWS is told by who manages the key."""
    key = lookup(found.keys, reference)
    managed = (decided or "").startswith(AWS_ALIAS) and key is not None and key.manager == "AWS"
    if managed or (decided and decided in {reference, reference.rpartition(":")[2]}):
        return None
    return f"has the key {reference}, not {decided or 'the AWS owned one'}"
