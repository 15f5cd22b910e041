"""The evidence store: what was left can't be changed, lost or reordered unnoticed."""

from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from signoff.local.aws.server import LocalAws
from signoff.store import Bucket, Folder, Store

ACCOUNT = "555566667777"
CALLER = "arn:aws:iam::444455556666:user/hanako"


@pytest.fixture(params=["folder", "bucket"])
def store(request, tmp_path):
    """One store in a folder, one in S3."""
    if request.param == "folder":
        yield Store(Folder(tmp_path), "prod")
        return
    # No mock_aws: it would wipe the state of every stack that this process serves.
    with LocalAws(ACCOUNT, "us-east-1") as aws:
        keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        s3 = boto3.client("s3", region_name="us-east-1", endpoint_url=aws.endpoint, **keys)
        s3.create_bucket(Bucket="evidence")
        yield Store(Bucket(s3, "evidence", "prod"), "prod")


def test_empty_store_has_no_records(store):
    assert store.load().entries == ()


def test_record_is_found_with_all_it_carries(store):
    store.append("signature", {"step": "x", "by": "Hanako"}, caller=CALLER, release="ab", days=14)

    record = store.load().newest("signature", step="x")
    assert (record.body["by"], record.release, record.caller) == ("Hanako", "ab", CALLER)
    assert (record.expires - record.created).days == 14


def test_newest_record_of_a_kind_wins(store):
    for number in range(3):
        store.append("run", {"number": number}, caller=CALLER, release=None)

    assert store.load().newest("run").body["number"] == 2


def test_each_record_carries_the_digest_of_the_one_before(store):
    for number in range(3):
        store.append("run", {"number": number}, caller=CALLER, release=None)

    first, second, third = store.load().entries
    assert first.previous is None
    assert len({second.previous, third.previous}) == 2


def test_changed_record_breaks_the_chain(tmp_path):
    store = Store(Folder(tmp_path), "prod")
    for number in range(3):
        store.append("run", {"number": number}, caller=CALLER, release=None)
    path = tmp_path / "000002.json"
    path.write_text(path.read_text().replace('"number": 1', '"number": 7'))

    records = store.load()
    assert "000003.json: the chain is broken" in records.problem


def test_removed_record_breaks_the_chain(tmp_path):
    store = Store(Folder(tmp_path), "prod")
    for number in range(3):
        store.append("run", {"number": number}, caller=CALLER, release=None)
    (tmp_path / "000002.json").unlink()

    assert "the chain is broken" in store.load().problem


def test_file_that_is_no_record_is_told(tmp_path):
    (tmp_path / "000001.json").write_text("{}")

    assert "000001.json: not a record" in Store(Folder(tmp_path), "prod").load().problem


def test_writers_at_the_same_moment_all_get_their_place(tmp_path):
    store = Store(Folder(tmp_path), "prod")

    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda n: store.append("run", {"n": n}, caller=CALLER, release=None), range(40)
            )
        )

    records = store.load()
    assert records.problem is None
    assert sorted(one.body["n"] for one in records.entries) == list(range(40))


def test_record_of_another_environment_is_told(tmp_path):
    Store(Folder(tmp_path), "dev").append("run", {}, caller=CALLER, release=None)

    assert "a record of dev" in Store(Folder(tmp_path), "prod").load().problem


def test_record_made_on_an_emulator_is_no_evidence_about_aws(tmp_path):
    Store(Folder(tmp_path), "prod", emulated=True).append("run", {}, caller=CALLER, release=None)
    Store(Folder(tmp_path), "prod").append("signature", {}, caller=CALLER, release="ab")

    assert [one.kind for one in Store(Folder(tmp_path), "prod").load().entries] == ["signature"]
    emulated = Store(Folder(tmp_path), "prod", emulated=True).load()
    assert [one.kind for one in emulated.entries] == ["run"]
