"""SEC-20 to SEC-22: what is stored is encrypted, under keys that work."""

from dataclasses import replace
from datetime import datetime

import pytest

from aws import desired
from aws.access.keys import table_key_flaws
from aws.access.targets import changes
from aws.bounds import exactly, unset, within
from aws.difference import Difference, unallowed
from aws.iam.condition import context, holds
from aws.iam.evaluation import names_action
from aws.iam.pattern import overlap, resource_pattern
from aws.iam.statement import Statement, of_resource
from aws.inventory import Sections
from aws.kinds.bucket import BARRED, BUCKET, CDN, CHANGED_BY, Bucket
from aws.words import Words
from checks.access import allowed_by_policy
from checks.deployed import Deployed
from checks.encryption import bucket_key_flaws
from checks.resource_policies import opened, outsiders
from plan import Plan
from plan.data import key_of
from signoff.environment import Environment
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge
from signoff.judge.snapshot import Snapshot

READ = "s3:getobject"
FROM_PHONES = tuple(
    context({"aws:SecureTransport": "true", "s3:TlsVersion": name}) for name in ("1.2", "1.3")
)
"""All that is known of the requests by which phones get images; from where, when and for whom is not."""
CLOSED = Words(en="all four blocks of public access", ja="4種のパブリックアクセスブロック")
HTTP = Words(en="plain HTTP", ja="平文のHTTP")


def bucket_policy_flaws(bucket: Bucket, snapshot: Snapshot[Plan]) -> tuple[Difference, ...]:
    """Return whom the policy allows from beyond the account, who else may change images, and what denies reading to phones."""
    account = snapshot.environment.account
    strangers = outsiders(
        bucket.policy, bucket.name, account, lambda _, principal: principal.startswith(CDN[1])
    )
    denied = {
        statement.words: [statement]
        for statement in of_resource(bucket.policy, bucket.name)
        if _denies_reading(statement, f"arn:aws:s3:::{bucket.name}/*")
    }
    by_call = {"call": "s3:GetBucketPolicy"}
    arn = f"arn:aws:s3:::{bucket.name}"
    changed_by = allowed_by_policy(
        BUCKET.words, bucket.name, arn, bucket.policy, snapshot, _changes_images
    )
    return (
        *(replace(difference, fact=CHANGED_BY) for difference in changed_by),
        *opened(BUCKET.words, bucket.name, strangers, within(()), **by_call),
        *opened(BUCKET.words, bucket.name, denied, unset(), fact=BARRED, **by_call),
    )


def _changes_images(statement: Statement) -> bool:
    """Whether a statement allows more than reading: writing, deleting, or opening the bucket."""
    return any(names_action(statement, action) for action in changes("s3"))


def _denies_reading(statement: Statement, objects: str) -> bool:
    """Whether a statement denies images to all callers or to the CDN, or may do so: under what a phone's request meets is not known."""
    readers = bool(statement.not_principals) or any(map(_reads_for_phones, statement.principals))
    read = names_action(statement, READ)
    some = bool(statement.not_resources) or any(
        overlap(resource_pattern(each), resource_pattern(objects)) for each in statement.resources
    )
    return (
        statement.effect == "Deny" and readers and read and some and not _spares_phones(statement)
    )


def _reads_for_phones(principal: tuple[str, str]) -> bool:
    kind, name = principal
    return name == "*" or kind == "CanonicalUser" or name.startswith(CDN)


def _spares_phones(statement: Statement) -> bool:
    return all(
        any(holds(condition, request) is False for condition in statement.conditions)
        for request in FROM_PHONES
    )


@pytest.fixture
def bucket(deployed: Deployed, image_bucket: desired.Bucket) -> Bucket:
    return deployed.bucket(image_bucket)


@expectation("SEC-20", ja="テーブルが決定どおりに暗号化されている")
def test_table_is_encrypted_as_decided(
    table: desired.Table,
    deployed: Deployed,
    environment: Environment,
    sections: Sections,
    judge: Judge,
) -> None:
    there = judge.observe(deployed.table(table), "sse_type", "sse_status", "sse_key_arn")
    key = key_of(environment, table.key)
    judge.observe.note(decided=key or "AWS owned key")

    judge(table_key_flaws(there, key, sections))


@expectation("SEC-20", ja="テーブルのキーに計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_key_of_the_table(
    table: desired.Table, deployed: Deployed, judge: Judge
) -> None:
    key = deployed.table(table).sse_key_arn
    attached = deployed.key_attachments(key) if key else ()
    judge.observe.note(table=table.name, key=key or "AWS owned key")

    judge(unallowed(attached))


@expectation("SEC-21", ja="バケットがKMSで暗号化されている")
def test_bucket_is_encrypted_by_kms(
    bucket: Bucket, sections: Sections, now: datetime, judge: Judge
) -> None:
    judge.observe(bucket, "encryption", "kms_key")

    judge(bucket_key_flaws(bucket, sections, now))


@expectation("SEC-22", ja="バケットが公開されていない")
def test_bucket_is_closed_to_the_public(bucket: Bucket, judge: Judge) -> None:
    judge.observe(bucket, "public_access_blocked")

    compared = {CLOSED: (bucket.public_access_blocked, exactly(True))}
    judge.compare(BUCKET.words, bucket.name, compared, call="s3:GetPublicAccessBlock", loosens=True)


@expectation("SEC-22", ja="バケットが平文のHTTPを拒否する")
def test_bucket_refuses_plain_http(bucket: Bucket, judge: Judge) -> None:
    judge.observe(bucket, "policy")

    compared = {HTTP: (not bucket.refuses_http, exactly(False))}
    judge.compare(BUCKET.words, bucket.name, compared, call="s3:GetBucketPolicy", loosens=True)


@expectation("SEC-22", ja="バケットのポリシーがアカウント外に開かず、読み取りも拒否しない")
def test_policy_of_the_bucket_allows_readers_and_no_stranger(
    bucket: Bucket, snapshot: Snapshot[Plan], judge: Judge
) -> None:
    judge.observe(bucket, "policy")

    judge(bucket_policy_flaws(bucket, snapshot))


@expectation("SEC-22", ja="バケットに計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_bucket(
    deployed: Deployed, image_bucket: desired.Bucket, judge: Judge
) -> None:
    judge.attached(deployed.bucket_attachments(image_bucket), bucket=image_bucket.name)
