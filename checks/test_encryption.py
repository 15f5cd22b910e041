"""SEC-20 to SEC-22: what is stored is encrypted, under keys that work."""

from aws import desired
from aws.difference import unallowed
from aws.inventory import Sections
from checks.deployed import Deployed
from checks.encryption import bucket_key_flaw, refuses_http, table_key_flaw
from signoff.checklist import expectation
from signoff.decisions import Decided
from signoff.environment import Environment
from signoff.observations import Observations


@expectation("SEC-20", ja="テーブルが決定どおりに暗号化されている")
def test_table_is_encrypted_as_decided(
    table: desired.Table,
    deployed: Deployed,
    environment: Environment,
    found: Sections,
    observe: Observations,
) -> None:
    there = observe(deployed.table(table), "sse_type", "sse_status", "sse_key_arn")
    observe.note(decided=environment.table_key or "AWS owned key")

    flaw = table_key_flaw(there, environment, found)
    assert not flaw, f"{there.name} {flaw}"


@expectation("SEC-20", ja="テーブルのキーに計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_key_of_the_table(
    table: desired.Table, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    key = deployed.table(table).sse_key_arn
    attached = deployed.key_attachments(key) if key else ()
    observe.note(table=table.name, key=key or "AWS owned key")

    decided(unallowed(attached), observe)


@expectation("SEC-21", ja="バケットがKMSで暗号化されている")
def test_bucket_is_encrypted_by_kms(
    deployed: Deployed, image_bucket: str, found: Sections, observe: Observations
) -> None:
    bucket = observe(deployed.bucket(image_bucket), "encryption", "kms_key")

    flaw = bucket_key_flaw(bucket, found)
    assert not flaw, f"{bucket.name} {flaw}"


@expectation("SEC-22", ja="バケットが公開されていない")
def test_bucket_is_closed_to_the_public(
    deployed: Deployed, image_bucket: str, observe: Observations
) -> None:
    bucket = observe(deployed.bucket(image_bucket), "public_access_blocked")

    assert bucket.public_access_blocked, f"{bucket.name} is not closed in all four ways"


@expectation("SEC-22", ja="バケットが平文のHTTPを拒否する")
def test_bucket_refuses_plain_http(
    deployed: Deployed, image_bucket: str, observe: Observations
) -> None:
    bucket = observe(deployed.bucket(image_bucket), "policy")

    assert refuses_http(bucket), f"the policy of {bucket.name} lets plain HTTP through"


@expectation("SEC-22", ja="バケットに計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_bucket(
    deployed: Deployed, image_bucket: str, decided: Decided, observe: Observations
) -> None:
    attached = deployed.bucket_attachments(image_bucket)
    observe.note(bucket=image_bucket, attached=[f"{one.fact.en}: {one.found}" for one in attached])

    decided(unallowed(attached), observe)
