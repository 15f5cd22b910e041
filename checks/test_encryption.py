"""SEC-20 to SEC-22: what is stored is encrypted, under keys that work."""

from aws import desired
from aws.bounds import exactly
from aws.difference import differences, unallowed
from aws.inventory import Sections
from aws.kinds.bucket import BUCKET
from aws.words import Words
from checks.access import Insiders
from checks.bucket_policy import bucket_policy_flaws
from checks.deployed import Deployed
from checks.encryption import bucket_key_flaws, table_key_flaws
from plan.data import key_of
from signoff.environment import Environment
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge

CLOSED = Words(en="all four blocks of public access", ja="4種のパブリックアクセスブロック")
HTTP = Words(en="plain HTTP", ja="平文のHTTP")


@expectation("SEC-20", ja="テーブルが決定どおりに暗号化されている")
def test_table_is_encrypted_as_decided(
    table: desired.Table,
    deployed: Deployed,
    environment: Environment,
    found: Sections,
    judge: Judge,
) -> None:
    there = judge.observe(deployed.table(table), "sse_type", "sse_status", "sse_key_arn")
    key = key_of(environment, table.key)
    judge.observe.note(decided=key or "AWS owned key")

    judge(table_key_flaws(there, key, found))


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
    deployed: Deployed, image_bucket: str, found: Sections, judge: Judge
) -> None:
    bucket = judge.observe(deployed.bucket(image_bucket), "encryption", "kms_key")

    judge(bucket_key_flaws(bucket, found))


@expectation("SEC-22", ja="バケットが公開されていない")
def test_bucket_is_closed_to_the_public(
    deployed: Deployed, image_bucket: str, judge: Judge
) -> None:
    bucket = judge.observe(deployed.bucket(image_bucket), "public_access_blocked")

    facts, bounds = {CLOSED: bucket.public_access_blocked}, {CLOSED: exactly(True)}
    about = {"call": "s3:GetPublicAccessBlock", "loosens": True}
    judge(differences(BUCKET.words, bucket.name, facts, bounds, **about))


@expectation("SEC-22", ja="バケットが平文のHTTPを拒否する")
def test_bucket_refuses_plain_http(deployed: Deployed, image_bucket: str, judge: Judge) -> None:
    bucket = judge.observe(deployed.bucket(image_bucket), "policy")

    facts, bounds = {HTTP: not bucket.refuses_http}, {HTTP: exactly(False)}
    about = {"call": "s3:GetBucketPolicy", "loosens": True}
    judge(differences(BUCKET.words, bucket.name, facts, bounds, **about))


@expectation("SEC-22", ja="バケットのポリシーがアカウント外に開かず、読み取りも拒否しない")
def test_policy_of_the_bucket_allows_readers_and_no_stranger(
    deployed: Deployed, image_bucket: str, insiders: Insiders, judge: Judge
) -> None:
    bucket = judge.observe(deployed.bucket(image_bucket), "policy")

    judge(bucket_policy_flaws(bucket, insiders))


@expectation("SEC-22", ja="バケットに計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_bucket(
    deployed: Deployed, image_bucket: str, judge: Judge
) -> None:
    attached = judge.observe.attached(
        deployed.bucket_attachments(image_bucket), bucket=image_bucket
    )

    judge(unallowed(attached))
