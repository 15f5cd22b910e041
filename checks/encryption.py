"""Whether what is stored is encrypted under the decided key, and whether that key works."""

from collections.abc import Callable
from functools import partial

from aws.bounds import Bound, exactly
from aws.bucket import BY_KMS, Bucket
from aws.difference import Difference
from aws.inventory import Sections
from aws.key import SECRETS_DEFAULT, same_key
from aws.ledgers.dynamodb import TABLE
from aws.ledgers.s3 import BUCKET
from aws.ledgers.secretsmanager import SECRET
from aws.secret import Secret
from aws.section import lookup
from aws.table import Table
from aws.words import Words
from signoff.environment import Environment, where

AWS_ALIAS = "alias/aws/"
"""Beginning of the aliases of AWS managed keys: their ARNs differ in every account."""
ENCRYPTION = Words(en="encryption", ja="暗号化")
ENCRYPTION_STATUS = Words(en="state of its encryption", ja="暗号化の状態")
KEY = Words(en="encryption key", ja="暗号化キー")
AWS_OWNED = Words(en="the AWS owned key", ja="AWS所有のキー")


def secret_key_flaws(
    secret: Secret, environment: Environment, found: Sections
) -> tuple[Difference, ...]:
    """Return what is wrong with the key of a secret; one that names none has the AWS managed key."""
    key, decided = secret.kms_key or SECRETS_DEFAULT, environment.secret_key or SECRETS_DEFAULT
    of = partial(_difference, SECRET, secret.name, "secretsmanager:DescribeSecret")
    return _of_key(of, key, decided, "secret_key", found)


def table_key_flaws(table: Table, decided: str | None, found: Sections) -> tuple[Difference, ...]:
    """Return what is wrong with the key of a table. Without a description it has the AWS owned key.

    That is encryption, too: nobody can switch it off, and there is no key to look at.
    """
    key = table.sse_key_arn
    of = partial(_difference, TABLE, table.name, "dynamodb:DescribeTable")
    if table.sse_type is None:
        return (of(ENCRYPTION, AWS_OWNED, exactly(decided), "table_key"),) if decided else ()
    if table.sse_type != "KMS" or key is None:
        return (of(ENCRYPTION, table.sse_type, exactly("KMS")),)
    if table.sse_status != "ENABLED":
        return (of(ENCRYPTION_STATUS, table.sse_status, exactly("ENABLED"), decidable=False),)
    return _of_key(of, key, decided, "table_key", found)


def bucket_key_flaws(bucket: Bucket, found: Sections) -> tuple[Difference, ...]:
    """Return what is wrong with the default encryption; without a key of its own it is AWS's for S3."""
    of = partial(_difference, BUCKET, bucket.name, "s3:GetBucketEncryption")
    if not BY_KMS.holds(bucket.encryption):
        return (of(ENCRYPTION, bucket.encryption, exactly("aws:kms")),)
    return _unusable(of, bucket.kms_key, found) if bucket.kms_key else ()


def _of_key(
    of: Callable[..., Difference], key: str, decided: str | None, where: str, found: Sections
) -> tuple[Difference, ...]:
    """Return that a key can't be used, or is not the decided one.

    An alias of AWS is judged by who manages the key.
    """
    if unusable := _unusable(of, key, found):
        return unusable
    there = lookup(found.keys, key)
    # Whoever decided on no key has AWS's own, which AWS may show to the account or not.
    may_be_aws = decided is None or decided.startswith(AWS_ALIAS)
    managed = may_be_aws and there is not None and there.manager == "AWS"
    if managed or (decided and same_key(decided, key)):
        return ()
    return (of(KEY, key, exactly(decided or AWS_OWNED), where),)


def _unusable(
    of: Callable[..., Difference], reference: str, found: Sections
) -> tuple[Difference, ...]:
    """Return whether the key is gone or off: then whatever it encrypted can't be read."""
    key = lookup(found.keys, reference)
    name = Words(en=f"state of key {reference}", ja=f"キー{reference}の状態")
    if key is None:
        gone = Words(en="deleted or never created", ja="存在しない")
        return (of(name, gone, exactly("Enabled"), decidable=False),)
    enabled = key.state == "Enabled"
    return () if enabled else (of(name, key.state, exactly("Enabled"), decidable=False),)


def _difference(
    kind: Words,
    name: str,
    call: str,
    fact: Words,
    value: object,
    bound: Bound,
    key: str = "",
    *,
    decidable: bool = True,
) -> Difference:
    return Difference(
        kind=kind,
        name=name,
        fact=fact,
        found=value,
        bound=bound,
        call=call,
        decided_in=where(key) if key else "",
        loosens=True,
        decidable=decidable,
    )
