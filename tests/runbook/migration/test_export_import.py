"""A table through S3: the calls that are made, where the items go, the waits, and what stops it.

The service itself is a stand-in (s3_service): moto's tells no times, by which an export is found again, and
writes to another place than its ARN says. What AWS really does with these calls cannot be proven here.
"""

import pytest

from local.aws.faults import denied
from plan.canonical import canonical_hash
from runbook.engine import Stopped
from runbook.migration.s3_transfer import EVERY_S, LONGEST_S
from runbook.procedures import export_import, migrate_masters
from tests.runbook.migration.s3_service import LOOKS, S3Service
from tests.runbook.migration.two_tables import SOURCE, TARGET, everything

BUCKET = {"bucket": "stamp-rally-migration"}


@pytest.fixture
def s3(rally):
    """Prod has no table yet, dev's has its backups on, and the service answers."""
    rally.prod.delete_table(TableName=TARGET)
    backups(rally, enabled=True)
    service = S3Service(rally.desk.aws)
    if BUCKET["bucket"] not in service.s3.buckets:
        service.s3.create_bucket(BUCKET["bucket"], "ap-northeast-1")
    rally.desk.aws.extensions.append(service)
    yield service
    rally.desk.aws.extensions.pop()


def backups(rally, *, enabled):
    rally.dev.update_continuous_backups(
        TableName=SOURCE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled}
    )


def test_the_table_is_exported_imported_and_brought_to_the_plan(rally, s3):
    rally.run(export_import, **BUCKET).perform()

    account = rally.desk.environment.account
    export, import_ = s3.asked
    assert export.pop("ClientToken")
    assert export == {
        "TableArn": f"arn:aws:dynamodb:us-east-1:{account}:table/StampMasters",
        "S3Bucket": "stamp-rally-migration",
        "S3BucketOwner": account,
        "S3Prefix": "migration/StampMasters-prod",
        "ExportFormat": "DYNAMODB_JSON",
    }
    assert import_.pop("ClientToken")
    assert import_ == {
        "S3BucketSource": {
            "S3Bucket": "stamp-rally-migration",
            "S3BucketOwner": account,
            "S3KeyPrefix": (
                "migration/StampMasters-prod/AWSDynamoDB/01693685827460-00000000/data/"
            ),
        },
        "InputFormat": "DYNAMODB_JSON",
        "InputCompressionType": "GZIP",
        "TableCreationParameters": {
            "TableName": "StampMasters-prod",
            "KeySchema": [{"AttributeName": "StampId", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "StampId", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    }
    described = rally.prod.describe_table(TableName=TARGET)["Table"]
    assert described["DeletionProtectionEnabled"]
    assert [(k, b["count"]) for k, b in rally.desk.evidence.records] == [("import", 60)]


@pytest.mark.usefixtures("s3")
def test_afterwards_the_migration_mends_old_spellings_and_leaves_the_manifest(rally):
    rally.run(export_import, **BUCKET).perform()
    rally.run(migrate_masters).perform()

    assert rally.calls("BatchWriteItem") == 1
    assert [one["hash"] for one in rally.manifests] == [
        canonical_hash(everything(rally.prod, TARGET))
    ]


def test_the_items_arrive_as_they_are_and_no_manifest_is_taken_for_one(rally, s3):
    rally.run(export_import, **BUCKET).perform()
    (place,) = (one["S3BucketSource"]["S3KeyPrefix"] for one in s3.asked if "S3BucketSource" in one)
    keys = s3.s3.list_objects(
        s3.s3.get_bucket(BUCKET["bucket"]), None, None, marker=None, max_keys=None
    )[0]

    assert any("manifest" in one.name for one in keys)
    assert [one.name for one in keys if one.name.startswith(place) and "manifest" in one.name] == []
    assert canonical_hash(everything(rally.prod, TARGET)) == canonical_hash(
        everything(rally.dev, SOURCE)
    )


def test_a_second_run_finds_nothing_to_do(rally, s3):
    rally.run(export_import, **BUCKET).perform()

    assert rally.run(export_import, **BUCKET).perform() == ()
    assert len(s3.asked) == 2


def test_a_rehearsal_starts_nothing(rally, s3):
    before = rally.desk.changing_calls()
    changes = rally.run(export_import, **BUCKET).rehearse()

    assert s3.asked == []
    assert rally.desk.changing_calls() == before
    assert [one.field for one in changes][:2] == [
        "s3://stamp-rally-migration/migration/StampMasters-prod",
        "import",
    ]


@pytest.mark.usefixtures("s3")
def test_it_waits_between_two_looks(rally):
    rally.run(export_import, **BUCKET).perform()

    assert rally.desk.naps.count(EVERY_S) == 2 * LOOKS


def test_a_run_that_broke_off_takes_up_the_export_that_is_under_way(rally, s3):
    rally.desk.aws.faults.append(denied("dynamodb:DescribeExport"))
    with pytest.raises(Stopped, match="DescribeExport was denied"):
        rally.run(export_import, **BUCKET).perform()
    rally.desk.aws.faults.clear()
    rally.run(export_import, **BUCKET).perform()

    assert ["S3BucketSource" in asked for asked in s3.asked] == [False, True]


def test_an_old_export_is_of_another_migration(rally, s3):
    s3.age_s = 25 * 3600
    with pytest.raises(Stopped, match="there is no export of the last 24 hours to import"):
        rally.run(export_import, **BUCKET).perform()
    s3.age_s = 0
    rally.run(export_import, **BUCKET).perform()

    assert ["S3BucketSource" in asked for asked in s3.asked] == [False, False, True]


def test_an_export_that_failed_is_told_and_the_next_run_starts_another(rally, s3):
    s3.broken = {"ExportStatus": "FAILED", "FailureCode": "S3NoSuchBucket"}
    with pytest.raises(Stopped, match=r"export \S+ is FAILED: S3NoSuchBucket"):
        rally.run(export_import, **BUCKET).perform()
    rally.run(export_import, **BUCKET).perform()

    assert len(everything(rally.prod, TARGET)) == 60


def test_an_import_that_failed_leaves_a_table_that_a_person_deletes(rally, s3):
    fails = {"ImportStatus": "FAILED", "FailureCode": "ValidationError"}
    s3.aws.observers.append(lambda request, _: _break_next(s3, request, fails))
    with pytest.raises(Stopped, match=r"import into StampMasters-prod is FAILED: ValidationError"):
        rally.run(export_import, **BUCKET).perform()
    s3.aws.observers.pop()
    with pytest.raises(Stopped, match="StampMasters-prod exists, and an import makes a new one"):
        rally.run(export_import, **BUCKET).perform()
    rally.prod.delete_table(TableName=TARGET)
    rally.run(export_import, **BUCKET).perform()

    assert len(everything(rally.prod, TARGET)) == 60


def _break_next(service, request, fails):
    if request.operation == "ExportTableToPointInTime":
        service.broken = fails


def test_items_that_were_not_imported_are_missed(rally, s3):
    s3.aws.observers.append(lambda request, _: _break_next(s3, request, {"lost": 2}))
    with pytest.raises(Stopped, match="58 of 60 items were imported, 0 could not be read"):
        rally.run(export_import, **BUCKET).perform()
    s3.aws.observers.pop()

    assert rally.desk.evidence.records == []


def test_a_job_that_never_ends_is_given_up_with_a_sentence(rally, s3):
    s3.broken = {"ExportStatus": "IN_PROGRESS"}
    with pytest.raises(Stopped, match=r"export \S+ is COMPLETED: timed out after 43200 s; wait"):
        rally.run(export_import, **BUCKET).perform()

    assert sum(rally.desk.naps) == LONGEST_S


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ({}, "name it with --bucket"),
        ({**BUCKET, "file": "masters.json"}, "a file cannot be exported"),
    ],
)
def test_what_it_needs_is_asked_for(rally, s3, chosen, why):
    with pytest.raises(Stopped, match=why):
        rally.run(export_import, **chosen).perform()

    assert s3.asked == []


def test_without_backups_of_the_source_nothing_is_started(rally, s3):
    backups(rally, enabled=False)
    with pytest.raises(Stopped, match="has no point-in-time recovery, which an export reads"):
        rally.run(export_import, **BUCKET).perform()

    assert s3.asked == []
