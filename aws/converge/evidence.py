"""The evidence store: the key that signs records, and the versioned bucket that keeps every one of them."""

import json
from collections.abc import Collection, Iterator
from typing import Any

from aws.change.gate import ChangeContext, Changes, difference, empty_if, unless_absent
from aws.converge import bucket
from aws.desired import Bucket
from aws.iam.statement import allowing, listed, policy_of
from aws.kinds.key import KEY
from aws.raw import Raw

POLICY = KEY.facts["policy"].words
KEY_POLICY = "default"
READERS = "ReadByLaterEnvironments"
"""Sid of the statement that opens the bucket to the accounts of environments that rest on its records."""
ADMINISTRATION = (
    *("kms:Describe*", "kms:Get*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Enable*"),
    *("kms:Disable*", "kms:TagResource", "kms:UntagResource", "kms:CreateAlias"),
    *("kms:DeleteAlias", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"),
)
"""What the account's administrators may do with the key: everything except sign."""


def converge_key(
    context: ChangeContext, alias: str, account: str, signers: Collection[str]
) -> Changes:
    """Create the asymmetric key under its alias, or bring its policy to these signers (ARNs)."""
    desired = {POLICY: key_policy(account, signers)}
    arn = key_arn(context, alias)
    current = {POLICY: _policy(context, arn, desired[POLICY])} if arn else None
    changes = difference(KEY.resource(alias), current, desired)
    return context.settle(changes, lambda: _apply_key(context, alias, arn, desired[POLICY]))


def converge_bucket(
    context: ChangeContext, planned: Bucket, reading: Collection[str], readers: Collection[str]
) -> Changes:
    """Create the bucket private, encrypted, TLS only and versioned; let these accounts take the actions of ``reading``.

    An account that was allowed before stays allowed: environments whose account is no value of the file are among them.
    """
    accounts = sorted({*readers, *_readers(context, planned.name)})
    allowed = [_readable(planned.name, reading, accounts)] if accounts else []
    return bucket.converge(context, planned, shared=True, allowed=allowed)


def _readable(name: str, reading: Collection[str], accounts: Collection[str]) -> Raw:
    readers = {"AWS": [f"arn:aws:iam::{account}:root" for account in accounts]}
    resources = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    return allowing(sorted(reading), resources, Sid=READERS, Principal=readers)


def _readers(context: ChangeContext, name: str) -> Iterator[str]:
    """Yield the accounts that the bucket's policy lets read already."""
    nothing = bucket.ABSENT | {"NoSuchBucketPolicy"}
    answer = empty_if(nothing, context.client("s3").get_bucket_policy, Bucket=name)
    policy = json.loads(answer["Policy"]) if answer else {"Statement": []}
    for entry in policy["Statement"]:
        if entry.get("Sid") == READERS:
            yield from (arn.split(":")[4] for arn in listed(entry["Principal"]["AWS"]))


def key_arn(context: ChangeContext, alias: str) -> str | None:
    """Return the ARN of the key behind an alias, or None."""
    answer = unless_absent(context.client("kms").describe_key, KeyId=alias)
    return str(answer["KeyMetadata"]["Arn"]) if answer else None


def key_policy(account: str, signers: Collection[str]) -> dict[str, Any]:
    """Return the key policy: administrators administer, all principals of the account verify, signers sign."""
    root = f"arn:aws:iam::{account}:root"
    allowed: dict[str, tuple[Any, list[str]]] = {
        "Administer": (root, [*ADMINISTRATION]),
        "Verify": (root, ["kms:GetPublicKey", "kms:Verify"]),
        "Sign": (sorted(signers), ["kms:Sign"]),
    }
    return policy_of(
        allowing(actions, "*", Sid=sid, Principal={"AWS": principals})
        for sid, (principals, actions) in allowed.items()
    )


def _policy(context: ChangeContext, arn: str, desired: Raw) -> Raw:
    """Return the key's policy; where it says the same, in the spelling that is wanted."""
    answer = context.client("kms").get_key_policy(KeyId=arn, PolicyName=KEY_POLICY)
    current: Raw = json.loads(answer["Policy"])
    before, statements = listed(current.get("Statement", [])), desired["Statement"]
    written = [bucket.as_written(statement, before) for statement in statements]
    return desired if written == statements and len(before) == len(statements) else current


def _apply_key(context: ChangeContext, alias: str, arn: str | None, policy: dict[str, Any]) -> None:
    kms = context.client("kms")
    if arn:
        kms.put_key_policy(KeyId=arn, PolicyName=KEY_POLICY, Policy=json.dumps(policy))
        return
    made = kms.create_key(
        Description="Signs the evidence records of the stamp rally's sign-off",
        KeyUsage="SIGN_VERIFY",
        KeySpec="ECC_NIST_P256",
        Policy=json.dumps(policy),
    )
    kms.create_alias(AliasName=alias, TargetKeyId=made["KeyMetadata"]["KeyId"])
