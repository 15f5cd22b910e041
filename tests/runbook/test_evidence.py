"""The procedure that makes the key and the bucket of the evidence, and a store that stands on them."""

import json
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError

from aws.section import NotTestable, Unread, Unreadable
from aws.words import Words
from checks.test_evidence_store import SIGNERS as SIGNERS_BEYOND
from checks.test_evidence_store import erasable, signing, unusable
from runbook.engine import Procedure, Refused
from runbook.engine.evidence import read_live
from runbook.procedures import evidence
from signoff.evidence import StoreSettings, open_store
from signoff.evidence.backends import Retention, S3Prefix
from tests.loopback import Reply, answering

OPERATOR = "arn:aws:iam::222233334444:role/operator"
SIGNERS = {
    "evidence_signers": (OPERATOR,),
    "administrators": (),
    "account": "222233334444",
}
CALLER = "arn:aws:sts::222233334444:assumed-role/operator/hanako"


@pytest.fixture
def made(empty):
    """The account after the procedure, and what it printed."""
    there, said = replace(empty.environment, evidence_signers=(OPERATOR,)), []
    for step in Procedure.of(evidence).steps:
        empty.do(step.action, environment=there, tell=said.append)
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
    changes = [desk.do(step.action, environment=there) for step in Procedure.of(evidence).steps]

    assert changes == [(), (), ()]


LATER = """
[dev]
account = "222233334444"
[prod]
account = "444455556666"
[prod_eu]
before = "prod"
account = "777788889999"
[local]
account = "123456789012"
"""


@pytest.fixture
def of_dev(empty, tmp_path):
    """Returns what makes dev's bucket again, with options, and returns its changes; by a file with later environments."""
    file = tmp_path / "environments.toml"
    file.write_text(LATER)
    there = replace(empty.environment, name="dev", evidence_signers=(OPERATOR,))

    def make(**chosen):
        return empty.do(
            evidence.create_the_bucket.action, environment=there, file=file, chosen=chosen
        )

    return make


def reading(desk):
    """Return who may read the bucket of the evidence, and how it is encrypted."""
    s3 = desk.client("s3")
    (bucket,) = (entry["Name"] for entry in s3.list_buckets()["Buckets"])
    statements = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    accounts = [
        statement["Principal"]["AWS"] for statement in statements if statement["Effect"] == "Allow"
    ]
    return accounts, rules[0]["ApplyServerSideEncryptionByDefault"]


def test_account_of_the_environment_that_comes_next_may_read_and_no_other(empty, of_dev):
    of_dev()

    assert reading(empty) == (
        [["arn:aws:iam::444455556666:root"]],
        {"SSEAlgorithm": "AES256"},
    )
    assert of_dev() == ()


def test_account_that_the_file_does_not_name_is_let_in_by_its_option_and_stays(empty, of_dev):
    of_dev(reader="555566667777")
    again = of_dev()

    accounts, _ = reading(empty)
    assert accounts == [["arn:aws:iam::444455556666:root", "arn:aws:iam::555566667777:root"]]
    assert again == ()


def test_statement_that_aws_writes_back_with_one_principal_as_text_is_the_same(empty, of_dev):
    of_dev()
    s3 = empty.client("s3")
    (bucket,) = (entry["Name"] for entry in s3.list_buckets()["Buckets"])
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    policy["Statement"][1]["Principal"]["AWS"] = "arn:aws:iam::444455556666:root"
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

    assert of_dev() == ()


def test_later_environment_may_read_but_erase_no_record(empty, of_dev):
    of_dev()
    s3 = empty.client("s3")
    (bucket,) = (entry["Name"] for entry in s3.list_buckets()["Buckets"])
    policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    kept = SimpleNamespace(
        location="s3://dev", history=Retention(state="versioning", policy=policy)
    )

    assert erasable(kept, SimpleNamespace(**SIGNERS)) == ()


def test_who_may_erase_records_in_another_accounts_bucket_is_unknown():
    kept = SimpleNamespace(location="s3://dev", history=Retention(state="versioning", policy=None))

    with pytest.raises(NotTestable, match="does not show its policy"):
        erasable(kept, SimpleNamespace(**SIGNERS))


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


def key_of(store):
    """Return what the row on the store finds of its key: problems in words."""
    custody, environment = store.key.custody(), SimpleNamespace(**SIGNERS)
    kept = replace(store.load().custody, of_key=custody)
    return [*unusable(kept, custody), *signing(kept, custody, environment)]


def test_key_that_the_procedure_made_is_usable_by_the_named_alone(store):
    assert key_of(store) == []


def test_key_that_is_disabled_signs_nothing_more(made, store):
    made[0].client("kms").disable_key(KeyId=store.key.arn.rpartition("/")[2])

    assert [difference.actual for difference in key_of(store)] == ["Disabled"]


def test_key_that_is_being_deleted_signs_nothing_more(made, store):
    made[0].client("kms").schedule_key_deletion(
        KeyId=store.key.arn.rpartition("/")[2], PendingWindowInDays=7
    )

    assert [difference.actual for difference in key_of(store)] == ["PendingDeletion"]


def test_policy_that_lets_anybody_sign_is_told(made, store):
    kms = made[0].client("kms")
    policy = json.loads(kms.get_key_policy(KeyId=store.key.arn, PolicyName="default")["Policy"])
    policy["Statement"][2]["Principal"] = {"AWS": "*"}
    kms.put_key_policy(KeyId=store.key.arn, PolicyName="default", Policy=json.dumps(policy))

    assert [(difference.fact, difference.actual) for difference in key_of(store)] == [
        (SIGNERS_BEYOND, ["*"])
    ]


def test_grant_that_lets_somebody_sign_is_told_and_one_that_verifies_is_not(made, store):
    kms = made[0].client("kms")
    for role, operation in (("taro", "Sign"), ("jiro", "Verify")):
        grantee = f"arn:aws:iam::222233334444:role/{role}"
        kms.create_grant(KeyId=store.key.arn, GranteePrincipal=grantee, Operations=[operation])

    assert [difference.actual for difference in key_of(store)] == [
        ["arn:aws:iam::222233334444:role/taro"]
    ]


def test_grant_of_another_shape_than_kms_writes_is_not_taken_for_one_that_lets_nobody_sign(
    tmp_path,
):
    said = {
        "Grants": [{"GranteePrincipal": OPERATOR, "Operations": "Sign"}],
        "KeyMetadata": {"KeyId": "1", "KeyState": "Enabled"},
        "Policy": '{"Statement": []}',
    }
    named = {"environment": "prod", "location": "report/prod/evidence", "key": "1"}
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    with answering(lambda _: Reply(json.dumps(said).encode())) as url:
        client = partial(boto3.client, region_name="us-east-1", endpoint_url=url, **keys)
        found = open_store(StoreSettings(**named), client=client, root=tmp_path).key.custody()

    assert found.unread


def test_what_kms_refuses_to_show_is_unknown(store):
    def refused(**_):
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "DescribeKey")

    kms = SimpleNamespace(
        describe_key=refused,
        get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: [{"Grants": []}]),
    )

    assert replace(store.key, client=lambda: kms).custody().unread
    assert (
        replace(
            store.key,
            client=lambda: SimpleNamespace(
                get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: [{}])
            ),
        )
        .custody()
        .unread
    )


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

    assert "000001.json was overwritten" in store.load().problem.en


def test_failed_verdict_that_is_deleted_shows_in_the_versions(store):
    store.append("load", {"verdict": "fail"}, caller=CALLER, release="ab")
    backend = store.backend
    backend.s3.delete_object(Bucket=backend.bucket, Key=f"{backend.prefix}/000001.json")
    store.head.path.unlink()  # another machine judges, which has never seen the record

    assert "000001.json was deleted" in store.load().problem.en


def test_pinned_public_key_verifies_without_kms(store):
    store.append("run", {}, caller=CALLER, release=None)

    def no_client():
        raise AssertionError("KMS was asked")

    offline = replace(store, key=replace(store.key, client=no_client))
    assert offline.load().problem is None


def ruled(store, **rule):
    """Give the bucket a lifecycle rule; return what the store says then."""
    rules = [{"ID": "tidy", "Status": "Enabled", "Filter": {}, **rule}]
    store.backend.s3.put_bucket_lifecycle_configuration(
        Bucket=store.backend.bucket, LifecycleConfiguration={"Rules": rules}
    )
    return store.load()


@pytest.mark.parametrize(
    "rule",
    [
        {"Expiration": {"Days": 30}},
        {"NoncurrentVersionExpiration": {"NoncurrentDays": 1}},
        {"Expiration": {"Date": "2027-01-01T00:00:00Z"}, "Filter": {"Prefix": "{}"}},
        {"Expiration": {"Days": 30}, "Filter": {"Prefix": "{}/0000"}},
    ],
    ids=["expiry", "old-versions", "date-and-prefix", "some-of-them"],
)
def test_lifecycle_rule_that_deletes_records_is_told(store, rule):
    store.append("load", {"verdict": "fail"}, caller=CALLER, release="ab")
    prefix = rule.get("Filter", {}).get("Prefix", "").format(store.backend.prefix)
    found = ruled(store, **{**rule, "Filter": {"Prefix": prefix}})

    assert "lifecycle rule tidy" in found.problem.en


@pytest.mark.parametrize(
    "rule",
    [
        {"Status": "Disabled", "Expiration": {"Days": 30}},
        {"Expiration": {"Days": 30}, "Filter": {"Prefix": "elsewhere/"}},
        {"Expiration": {"Days": 30}, "Filter": {"Tag": {"Key": "a", "Value": "b"}}},
        {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {"Expiration": {"ExpiredObjectDeleteMarker": True}},
        {"Transitions": [{"Days": 90, "StorageClass": "GLACIER_IR"}]},
    ],
    ids=["off", "elsewhere", "tagged", "uploads", "markers", "read-at-once"],
)
def test_lifecycle_rule_that_reaches_no_record_is_nobodys_business(store, rule):
    store.append("load", {"verdict": "fail"}, caller=CALLER, release="ab")

    found = ruled(store, **rule)
    assert (found.problem, found.custody.history.archiving) == (None, ())


@pytest.mark.parametrize(
    "rule",
    [
        {"Transitions": [{"Days": 90, "StorageClass": "GLACIER"}]},
        {"NoncurrentVersionTransitions": [{"NoncurrentDays": 1, "StorageClass": "DEEP_ARCHIVE"}]},
    ],
    ids=["records", "old-versions"],
)
def test_lifecycle_rule_that_archives_records_damages_none_and_is_named(store, rule):
    store.append("load", {"verdict": "fail"}, caller=CALLER, release="ab")

    found = ruled(store, **rule)
    assert (found.problem, found.custody.history.archiving) == (None, ("tidy",))


def test_policy_of_the_bucket_is_read_and_none_is_nothing(store):
    s3, bucket = store.backend.s3, store.backend.bucket
    assert store.load().custody.history.policy == ""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::222233334444:role/taro"},
        "Action": "s3:DeleteObjectVersion",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.put_bucket_policy(Bucket=bucket, Policy=text)

    found = erasable(store.load().custody, SimpleNamespace(**SIGNERS))
    assert [difference.actual for difference in found] == [["arn:aws:iam::222233334444:role/taro"]]


@pytest.mark.parametrize("mode", ["COMPLIANCE", "GOVERNANCE"])
def test_object_lock_keeps_records_as_well_and_its_mode_is_shown(made, mode):
    s3 = made[0].client("s3")
    region = {"LocationConstraint": made[1].region}
    bucket = f"locked-{mode.lower()}"
    s3.create_bucket(
        Bucket=bucket, ObjectLockEnabledForBucket=True, CreateBucketConfiguration=region
    )
    retention = {"DefaultRetention": {"Mode": mode, "Days": 400}}
    s3.put_object_lock_configuration(
        Bucket=bucket,
        ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention},
    )
    history = S3Prefix(s3, bucket, "records").history({})

    assert history.state == f"object lock ({mode.lower()})"
    assert (history.kept, history.problem) == (True, None)


def test_what_s3_refuses_to_show_is_unknown_and_not_kept(store):
    def refused(**_):
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetBucketLifecycleConfiguration")

    s3 = SimpleNamespace(
        get_object_lock_configuration=store.backend.s3.get_object_lock_configuration,
        get_bucket_versioning=store.backend.s3.get_bucket_versioning,
        get_bucket_lifecycle_configuration=refused,
    )
    history = replace(store.backend, s3=s3).history({})

    assert history.unread
    assert not history.kept


def test_what_is_live_and_can_not_be_read_is_said_with_what_to_do(made, monkeypatch):
    def ended(*_):
        raise Unread(Unreadable(Words.same("lambda:GetFunction: ExpiredTokenException")))

    monkeypatch.setattr("runbook.engine.evidence.live_now", ended)

    with pytest.raises(
        Refused, match=r"ExpiredTokenException: .*if these credentials ended, sign in"
    ):
        read_live((), session=made[0], environment=made[1])
