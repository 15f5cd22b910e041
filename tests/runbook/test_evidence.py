"""The procedure that makes the key and the bucket of the evidence, and a store that stands on them."""

from dataclasses import replace

import pytest

from runbook.engine import Procedure
from runbook.procedures import evidence
from signoff.evidence import StoreSettings, open_store

OPERATOR = "arn:aws:iam::222233334444:role/operator"
CALLER = "arn:aws:sts::222233334444:assumed-role/operator/hanako"


@pytest.fixture
def made(empty):
    """The account after the procedure, and what it printed."""
    there, said = replace(empty.environment, evidence_signers=(OPERATOR,)), []
    for one in Procedure.of(evidence).steps:
        empty.do(one.action, environment=there, tell=said.append)
    return empty, there, said


@pytest.fixture
def store(made, tmp_path):
    """The store that the printed lines describe."""
    desk, there, said = made
    lines = dict(line.split(" = ", 1) for line in said if isinstance(line, str))
    settings = StoreSettings(
        environment="prod",
        location=lines["evidence"].strip('"'),
        account=there.account,
        key=lines["evidence_key"].strip('"'),
        public_key=lines["evidence_public_key"].strip('"'),
    )
    # moto denies whatever a policy's Deny names, without a look at its condition (TLS).
    desk.client("s3").delete_bucket_policy(Bucket=settings.location.split("/")[2])
    found = open_store(settings, client=desk.client, root=tmp_path)
    return replace(found, emulated=False)


def test_nothing_is_left_to_do_the_second_time(made):
    desk, there, _ = made
    changes = [desk.do(one.action, environment=there) for one in Procedure.of(evidence).steps]

    assert changes == [(), (), ()]


def test_only_the_named_signers_may_sign(made):
    desk, _, _ = made
    policy = desk.client("kms").get_key_policy(
        KeyId=desk.client("kms").describe_key(KeyId="alias/stamp-rally-prod-evidence")[
            "KeyMetadata"
        ]["KeyId"],
        PolicyName="default",
    )["Policy"]

    assert policy.count("kms:Sign") == 1
    assert OPERATOR in policy
    assert "kms:*" not in policy


def test_records_of_that_store_are_signed_by_kms_and_kept_by_versions(store):
    store.append("signature", {"by": "Hanako"}, caller=CALLER, release="ab")
    records = store.load()

    assert records.problem is None
    custody = records.custody
    assert (custody.in_kms, custody.in_s3, custody.history.state) == (True, True, "versioning")
    assert custody.signed == 1


def test_record_that_was_overwritten_in_the_bucket_shows_its_earlier_version(store):
    store.append("load", {"verdict": "fail"}, caller=CALLER, release="ab")
    backend = store.backend
    key = f"{backend.prefix}/000001.json"
    body = backend.read("000001.json")
    backend.s3.put_object(Bucket=backend.bucket, Key=key, Body=body)

    assert "000001.json was overwritten" in store.load().problem


def test_failed_verdict_that_is_deleted_with_its_line_shows_in_the_versions(store):
    store.append("load", {"verdict": "fail"}, caller=CALLER, release="ab")
    backend = store.backend
    for name in ("000001.json", "SHA256SUMS"):
        backend.s3.delete_object(Bucket=backend.bucket, Key=f"{backend.prefix}/{name}")
    store.head.path.unlink()  # another machine judges, which has never seen the record

    assert "000001.json was deleted" in store.load().problem


def test_pinned_public_key_verifies_without_kms(store):
    store.append("run", {}, caller=CALLER, release=None)

    def no_client():
        raise AssertionError("KMS was asked")

    offline = replace(store, key=replace(store.key, client=no_client))
    assert offline.load().problem is None
