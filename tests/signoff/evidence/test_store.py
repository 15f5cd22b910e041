"""The evidence store: what was left can't be changed, lost or reordered unnoticed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from errno import ENOSPC
from pathlib import Path

import pytest

from signoff.evidence import Records
from signoff.evidence.backends import Folder, S3Prefix
from signoff.judge.gather import unseen
from tests.folder_store import store_in

ACCOUNT = "555566667777"
CALLER = "arn:aws:iam::444455556666:user/hanako"


@pytest.fixture
def bucket(s3, request):
    """A prefix of the test's own."""
    return S3Prefix(s3, "evidence", request.node.name)


@pytest.fixture(params=["folder", "bucket"])
def store(request, tmp_path):
    """One store in a folder, one in S3."""
    if request.param == "folder":
        return store_in(tmp_path, "prod")
    return in_bucket(request.getfixturevalue("bucket"), tmp_path)


def in_bucket(bucket, tmp_path):
    """A store in S3, whose key and head lie on this machine."""
    return replace(store_in(tmp_path, "prod"), backend=bucket)


def test_empty_store_has_no_records(store):
    assert store.load().entries == ()


def test_record_is_found_with_all_it_carries(store):
    store.append("signature", {"step": "x", "by": "Hanako"}, caller=CALLER, release="ab", days=14)

    record = store.load().newest("signature", step="x")
    assert (record.body["by"], record.release, record.caller) == ("Hanako", "ab", CALLER)
    assert (record.expires - record.created).days == 14


@pytest.mark.parametrize("place", ["prod", "report/prod"])
def test_writing_where_a_link_leads_nowhere_ends_with_an_error(tmp_path, place):
    """As of a report on a disk that is not mounted; writing again and again would never end."""
    (tmp_path / place.partition("/")[0]).symlink_to(tmp_path / "gone")
    moments = iter([datetime.now(UTC)] * 2)

    with pytest.raises(OSError, match=r"No such file|File exists"):
        store_in(tmp_path / place, "prod").append(
            "run", {}, caller=CALLER, release=None, now=moments.__next__
        )


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


@pytest.fixture
def three(tmp_path):
    """A store of three records in a folder."""
    store = store_in(tmp_path, "prod")
    for number in range(3):
        store.append("run", {"number": number}, caller=CALLER, release=None)
    assert store.load().problem is None
    return store


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "000001.json is not what "),
        (2, "000002.json is not what "),
        (3, "000003.json is not the record that this machine saw under this name"),
    ],
)
def test_changed_record_is_noticed(three, tmp_path, number, said):
    path = tmp_path / f"00000{number}.json"
    path.write_text(path.read_text().replace(f'"number": {number - 1}', '"number": 7'))

    assert said in three.load().problem.en


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "000001.json is gone from the chain"),
        (2, "000002.json is gone from the chain"),
        (3, "000003.json is not the record that this machine saw under this name"),
    ],
)
def test_removed_record_is_missed_for_ever_the_newest_too(three, tmp_path, number, said):
    (tmp_path / f"00000{number}.json").unlink()
    assert f"00000{number}.json" in three.load().problem.en
    three.append("run", {"number": 4}, caller=CALLER, release=None)
    three.append("run", {"number": 5}, caller=CALLER, release=None)

    assert said in three.load().problem.en


def test_newest_file_is_told_whatever_counts(three):
    emulated = replace(three, emulated=True)

    assert emulated.load().entries == ()
    assert emulated.load().newest_file == three.load().newest_file
    assert three.load().newest_file.endswith("  000003.json")


def test_folder_that_this_machine_never_saw_is_told_once_and_one_with_versions_never(
    three, bucket, s3
):
    assert list(unseen(three.load())) == []
    three.head.path.unlink()

    (said,) = unseen(three.load(), Records())
    assert "this machine has not seen the evidence store" in said.en
    assert list(unseen(three.load())) == []
    kept = replace(three, backend=bucket)
    s3.put_bucket_versioning(Bucket="evidence", VersioningConfiguration={"Status": "Enabled"})
    kept.append("run", {}, caller=CALLER, release=None)
    kept.head.path.unlink()
    assert list(unseen(kept.load())) == []


def test_full_disk_leaves_no_part_of_a_record(tmp_path, monkeypatch):
    def full(path, _):
        path.touch()
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)

    with pytest.raises(OSError, match="No space left"):
        Folder(tmp_path).create("000001.json", b"{}")

    assert not list(tmp_path.iterdir())


def test_file_that_is_no_record_is_told(tmp_path):
    (tmp_path / "000001.json").write_text("{}")

    assert "000001.json: not a record" in store_in(tmp_path, "prod").load().problem.en


def test_writers_at_the_same_moment_all_get_their_place(tmp_path):
    store = store_in(tmp_path, "prod")

    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda n: store.append("run", {"n": n}, caller=CALLER, release=None), range(40)
            )
        )

    records = store.load()
    assert records.problem is None
    assert sorted(entry.body["n"] for entry in records.entries) == list(range(40))


def test_record_that_another_writer_made_first_stays(store):
    store.backend.create("000001.json", b"theirs")

    with pytest.raises(FileExistsError):
        store.backend.create("000001.json", b"ours")
    assert store.backend.read("000001.json") == b"theirs"


def test_record_that_is_gone_from_the_bucket_is_missed(bucket, tmp_path):
    store = in_bucket(bucket, tmp_path)
    for number in range(2):
        store.append("run", {"number": number}, caller=CALLER, release=None)
    bucket.s3.delete_object(Bucket="evidence", Key=f"{bucket.prefix}/000002.json")

    assert "000002.json, which this machine saw, is gone" in store.load().problem.en


def test_record_of_another_environment_is_told(tmp_path):
    store_in(tmp_path, "dev").append("run", {}, caller=CALLER, release=None)

    assert "a record of dev" in store_in(tmp_path, "prod").load().problem.en


def test_record_made_on_an_emulator_is_no_evidence_about_aws(tmp_path):
    store_in(tmp_path, "prod", emulated=True).append("run", {}, caller=CALLER, release=None)
    store_in(tmp_path, "prod").append("signature", {}, caller=CALLER, release="ab")

    assert [entry.kind for entry in store_in(tmp_path, "prod").load().entries] == ["signature"]
    emulated = store_in(tmp_path, "prod", emulated=True).load()
    assert [entry.kind for entry in emulated.entries] == ["run"]
