"""More ways to make a store say what nobody found, in a folder and in S3: each is red, or changes nothing that is believed."""

import json
import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from aws.section import Obstacle
from signoff.evidence.backends import LARGEST, S3Prefix
from signoff.evidence.head import Head
from signoff.evidence.keys import EvidenceError, FileKey, KmsKey
from tests.aws.wire import Raw
from tests.folder_store import store_in
from tests.signoff.evidence.test_store_attacks import rechained

ACCOUNT = "666677778888"
CALLER = "arn:aws:iam::444455556666:user/hanako"


@pytest.fixture(scope="module")
def s3(s3):
    s3.put_bucket_versioning(Bucket="evidence", VersioningConfiguration={"Status": "Enabled"})
    return s3


def filled(store):
    store.append("load", {"verdict": "fail"}, caller=CALLER, release="ab")
    store.append("run", {"decision": "GO"}, caller=CALLER, release="ab")
    store.append("signature", {"by": "Hanako"}, caller=CALLER, release="ab", days=14)
    assert store.load().problem is None
    return store


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "evidence"


@pytest.fixture
def store(folder):
    return filled(store_in(folder, "prod", account="444455556666"))


@pytest.fixture
def in_s3(s3, tmp_path, request):
    """A store in a versioned bucket, as a machine sees it that has never seen it before."""
    made = store_in(tmp_path / "evidence", "prod", account="444455556666")
    filled(replace(made, backend=S3Prefix(s3, "evidence", request.node.name)))
    made.head.path.unlink()
    return replace(made, backend=S3Prefix(s3, "evidence", request.node.name))


def key_of(store, name):
    return f"{store.backend.prefix}/{name}"


def test_newest_record_under_a_delete_marker_is_missed(in_s3):
    in_s3.backend.s3.delete_object(Bucket="evidence", Key=key_of(in_s3, "000003.json"))

    assert re.search(
        r"000003\.json was deleted at [\d-]{10} \d\d:\d\d JST", in_s3.load().problem.en
    )


def test_version_of_a_record_that_is_put_back_is_told(in_s3):
    data = in_s3.backend.read("000001.json")
    in_s3.backend.s3.put_object(Bucket="evidence", Key=key_of(in_s3, "000001.json"), Body=data)

    assert "000001.json was overwritten" in in_s3.load().problem.en


@contextmanager
def keeping_no_versions(store):
    def switched(status):
        store.backend.s3.put_bucket_versioning(
            Bucket="evidence", VersioningConfiguration={"Status": status}
        )

    switched("Suspended")
    try:
        yield
    finally:
        switched("Enabled")


def test_record_that_was_replaced_while_no_versions_were_kept_is_told_afterwards(in_s3):
    """Written, deleted and written otherwise in the meantime, it has no second version and no marker."""
    s3 = in_s3.backend.s3
    with keeping_no_versions(in_s3):
        in_s3.append("load", {"verdict": "fail"}, caller=CALLER, release="ab")
        s3.delete_object(Bucket="evidence", Key=key_of(in_s3, "000004.json"))
        in_s3.head.path.unlink()
        in_s3.append("load", {"verdict": "pass"}, caller=CALLER, release="ab")
        in_s3.head.path.unlink()

    assert "was written while bucket evidence kept no versions" in in_s3.load().problem.en


def versions(store):
    found = store.backend.s3.list_object_versions(Bucket="evidence", Prefix=key_of(store, ""))
    return [
        (version["Key"], version["VersionId"])
        for version in (*found["Versions"], *found.get("DeleteMarkers", ()))
    ]


@pytest.mark.parametrize(
    ("name", "body", "way"),
    [
        ("000003.json", None, "delete that delete marker"),
        ("000002.json", b"{}", "delete the versions after its first"),
    ],
    ids=["deleted", "overwritten"],
)
def test_store_is_whole_again_after_what_its_sentence_says(in_s3, name, body, way):
    s3, before, key = in_s3.backend.s3, versions(in_s3), key_of(in_s3, name)
    changed = {None: s3.delete_object}.get(body, partial(s3.put_object, Body=body))
    changed(Bucket="evidence", Key=key)

    assert way in in_s3.backend.history({}).problem.en
    for path, version in set(versions(in_s3)) - set(before):
        s3.delete_object(Bucket="evidence", Key=path, VersionId=version)
    assert in_s3.load().problem is None


def test_record_that_a_backup_put_into_a_bucket_of_the_same_name_is_told(in_s3):
    """It is the only version there, so that nothing else shows that newer records are missing."""
    made = partial(datetime.now, UTC)
    in_s3.append("load", {}, caller=CALLER, release="ab", now=lambda: made() - timedelta(hours=2))
    in_s3.head.path.unlink()

    said = in_s3.load().problem.en
    assert re.match(r"000004\.json was put there at .*, long after it was made: a copy may", said)
    assert said.endswith("name another prefix in evidence, and prove everything again")


def test_copy_of_a_store_that_lacks_the_newest_record_is_told_by_its_place(in_s3):
    """Whoever may write another prefix, or name another bucket, could leave out what failed."""
    s3, there = in_s3.backend.s3, f"{in_s3.backend.prefix}-copy"
    for name in ("000001.json", "000002.json"):
        data = in_s3.backend.read(name)
        s3.put_object(Bucket="evidence", Key=f"{there}/{name}", Body=data)
    copy = replace(in_s3, backend=replace(in_s3.backend, prefix=there))

    said = copy.load().problem.en
    assert said.startswith(f"000001.json: a record of {in_s3.backend.address}, and this is s3://")


def test_folder_that_was_copied_to_a_bucket_is_no_store_of_its_own(in_s3, store):
    backend = replace(in_s3.backend, prefix=f"{in_s3.backend.prefix}-from-a-folder")
    for path in sorted(store.backend.path.iterdir()):
        backend.s3.put_object(
            Bucket="evidence", Key=f"{backend.prefix}/{path.name}", Body=path.read_bytes()
        )

    assert "000001.json: a record of a folder" in replace(store, backend=backend).load().problem.en


SPOILT = {"empty": b"", "a page": b"<html><body>503</body></html>", "cut": b"<ListVersionsRes"}
READ = ("ListObjectsV2", "ListObjectVersions", "GetBucketLifecycleConfiguration")


@pytest.mark.parametrize("body", SPOILT.values(), ids=SPOILT)
@pytest.mark.parametrize("operation", READ)
def test_spoilt_answer_of_s3_is_never_a_store_that_is_whole(in_s3, operation, body):
    def spoil(request, **_):
        return AWSResponse(request.url, 200, {}, Raw(body))

    with hooked(in_s3.backend.s3.meta.events, f"before-send.s3.{operation}", spoil):
        said = told(in_s3)

    assert said.startswith("unknown: ")


@pytest.mark.parametrize(
    "body",
    [
        *(b"null", b"[]", b"7", b"\x1f\x8b\x08"),
        b'{"Grants": [], "Policy": "{", "KeyMetadata": {"KeyId": "1", "KeyState": "Enabled"}}',
        b'{"Grants": [{"CreationDate": 1%b}]}' % (b"0" * 400),
    ],
)
def test_spoilt_answer_of_kms_is_one_sentence_and_leaves_the_key_unknown(in_s3, body):
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    kms = boto3.client("kms", region_name="ap-northeast-1", **keys)
    key = KmsKey("arn:aws:kms:ap-northeast-1:444455556666:key/1", lambda: kms)

    def spoil(request, **_):
        return AWSResponse(request.url, 200, {}, Raw(body))

    with hooked(kms.meta.events, "before-send.kms", spoil):
        said, custody = told(replace(in_s3, key=key)), key.custody()

    assert said.startswith("000001.json can't be verified: ")
    assert custody.unread.words.en.startswith("an answer of KMS is garbled")


def test_key_is_unknown_where_kms_is_not_reached():
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    away = {
        "endpoint_url": "http://127.0.0.1:1",
        "config": Config(retries={"total_max_attempts": 1}),
    }
    kms = boto3.client("kms", region_name="ap-northeast-1", **keys, **away)

    custody = KmsKey("arn:aws:kms:ap-northeast-1:444455556666:key/1", lambda: kms).custody()

    assert "127.0.0.1:1" in custody.unread.words.en


def test_policy_of_the_bucket_that_is_no_policy_is_unknown(in_s3):
    def spoil(request, **_):
        return AWSResponse(request.url, 200, {}, Raw(b"{"))

    with hooked(in_s3.backend.s3.meta.events, "before-send.s3.GetBucketPolicy", spoil):
        assert in_s3.load().custody.history.unread.words.en.startswith("an answer of S3 is garbled")


@pytest.mark.parametrize(
    ("operation", "right"),
    [
        ("GetBucketVersioning", "s3:GetBucketVersioning"),
        ("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
        ("GetBucketPolicy", "s3:GetBucketPolicy"),
    ],
)
def test_right_that_is_lacking_for_the_custody_of_a_store_is_named(in_s3, operation, right):
    denied = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"

    def refuse(request, **_):
        return AWSResponse(request.url, 403, {}, Raw(denied))

    with hooked(in_s3.backend.s3.meta.events, f"before-send.s3.{operation}", refuse):
        why = in_s3.load().custody.history.unread

    assert (why.obstacle, why.action) == (Obstacle.READER_RIGHTS, right)


@contextmanager
def hooked(events, event, hook):
    events.register(event, hook)
    try:
        yield
    finally:
        events.unregister(event, hook)


def told(store):
    """Return what is said of a store, whether it can be read or not."""
    try:
        records = store.load()
    except (OSError, ClientError) as error:
        return f"unknown: {error}"
    history = records.custody.history
    unknown = f"unknown: {history.unread.words.en}" if history.unread else history.state
    return records.problem.en if records.problem else unknown


def test_store_in_a_folder_below_is_another_one(in_s3):
    prefix = key_of(in_s3, "dev")
    below = replace(
        in_s3,
        environment="dev",
        backend=replace(in_s3.backend, prefix=prefix),
        head=Head(in_s3.head.path.with_name("dev.head")),
    )
    below.append("run", {"decision": "GO"}, caller=CALLER, release="ab")
    below.append("run", {"decision": "GO"}, caller=CALLER, release="ab")
    below.backend.s3.delete_object(Bucket="evidence", Key=f"{below.backend.prefix}/000002.json")

    assert in_s3.load().problem is None
    assert len(in_s3.load().entries) == 3


@pytest.mark.parametrize(
    "name", ["00000４.json", "000004.JSON", "0000004.json", "000004.json.json"]
)
def test_name_that_only_looks_like_the_next_record_is_none(store, folder, name):
    shutil.copy(folder / "000003.json", folder / name)

    assert store.load().problem is None
    assert len(store.load().entries) == 3


def test_record_that_is_copied_as_the_next_one_breaks_the_chain(store, folder):
    shutil.copy(folder / "000003.json", folder / "000004.json")

    assert "000004.json: the chain is broken" in store.load().problem.en


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000 + "]" * 100_000,
        '{"body": ' + '{"a": ' * 50_000 + "1" + "}" * 50_001,
        '{"kind": "run"} {"kind": "run"}',
        '{"kind": "signature", "created": "2026-99-99T00:00:00Z"}',
        "\ufeff{}",
        "null",
    ],
    ids=["a deep list", "a deep object", "two objects", "no date", "a mark of order", "null"],
)
def test_file_that_is_no_record_is_told_whatever_it_is(store, folder, text):
    (folder / "000003.json").write_text(text, encoding="utf-8")
    store.head.path.unlink()

    assert store.load().problem.en.startswith("000003.json: not a record")


@pytest.mark.parametrize("signature", [["MEUCIQ=="], {"r": 1}, 5, True, "ＭＥＵＣ"])
def test_signature_of_another_shape_is_no_signature(store, folder, signature):
    path = folder / "000003.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"signature": signature}))
    rechained(folder)

    assert (
        "signature that can't be read" in store.load().problem.en
        or "forged" in store.load().problem.en
    )


@pytest.mark.parametrize("member", [{"note": "all well"}, {"Body": {"verdict": "pass"}}, {"": 1}])
def test_member_that_was_added_is_told(store, folder, member):
    path = folder / "000003.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | member))
    store.head.path.unlink()

    assert "it was changed after that, or forged" in store.load().problem.en


def test_member_that_is_named_twice_says_what_was_signed_or_nothing(store, folder):
    path = folder / "000001.json"
    text = path.read_text()
    path.write_text(text.replace('"verdict": "fail"', '"verdict": "fail", "verdict": "pass"'))
    rechained(folder)

    assert store.load().problem


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ('"by": "Hanako"', '"by": "Nobody", "by": "Hanako"'),
        ("{", '{"kind": "load",'),
        ('"body":', '"body": {"verdict": "pass"}, "body":'),
        ("Hanako", "H\\u0061nako"),
        ('"a/b"', '"a\\/b"'),
        ('"n": 1.5', '"n": 1.50'),
        ('"n": 1.5', '"n": 15e-1'),
        ('"n": 1.5', '"n":  1.5'),
        ("\n", "\r\n"),
        ("\n}", "\n}\n"),
    ],
    ids=str,
)
def test_text_that_another_parser_may_read_otherwise_is_told_on_any_machine(
    store, folder, written, typed
):
    store.append("signature", {"by": "Hanako", "n": 1.5, "of": "a/b"}, caller=CALLER, release="ab")
    path = folder / "000004.json"
    before = path.read_text()
    path.write_text(before.replace(written, typed, 1), newline="")
    store.head.path.unlink()

    assert written in before
    assert "000004.json: its text was edited" in store.load().problem.en


@pytest.mark.parametrize("typed", ["{}=", "{}\\n", "{}A==="])
def test_signature_that_is_written_in_another_way_is_told(store, folder, typed):
    path = folder / "000003.json"
    text = path.read_text()
    signature = json.loads(text)["signature"]
    path.write_text(text.replace(signature, typed.format(signature)))
    store.head.path.unlink()

    assert "000003.json has a signature that can't be read" in store.load().problem.en


@pytest.mark.parametrize("name", ["000003.json", "000004.json"])
@pytest.mark.parametrize("kind", ["a pipe", "a device", "a link", "a folder"])
def test_what_is_no_file_is_refused_and_never_waited_for(store, folder, name, kind):
    path = folder / name
    aside = path.with_suffix(".aside")
    (path if path.exists() else folder / "000002.json").rename(aside)
    made = {
        "a pipe": os.mkfifo,
        "a device": lambda at: at.symlink_to("/dev/zero"),
        "a link": lambda at: at.symlink_to(aside),
        "a folder": Path.mkdir,
    }
    made[kind](path)

    with pytest.raises(OSError, match=f"{name} is not a regular file"):
        store.load()


def test_file_that_is_no_record_by_its_size_is_refused_and_never_read(store, folder):
    with (folder / "000003.json").open("w", encoding="utf-8") as file:
        file.truncate(LARGEST + 1)

    with pytest.raises(OSError, match="which no record has; remove it"):
        store.load()


@pytest.mark.parametrize("at", [datetime(2026, 11, 24, 9, 0), datetime(9999, 12, 31, 23, 59)])  # noqa: DTZ001 - that is the case
def test_true_record_without_a_time_zone_is_told(store, at):
    store.append("load", {}, caller=CALLER, release=None, now=lambda: at)

    assert "dated without a time zone" in store.load().problem.en


@pytest.mark.parametrize(
    "use", [lambda key: key.public, lambda key: key.sign(b"message")], ids=["public", "sign"]
)
def test_answer_of_kms_that_says_nothing_is_one_sentence(use):
    kms = SimpleNamespace(get_public_key=lambda **_: {}, sign=lambda **_: {"message": "<html>"})
    key = KmsKey("arn:aws:kms:ap-northeast-1:444455556666:key/1", lambda: kms)

    with pytest.raises(EvidenceError, match=r"has no (PublicKey|Signature); ask again"):
        use(key)


def test_public_key_that_was_swapped_believes_nothing_of_before(store, tmp_path):
    other = FileKey(tmp_path / "other.key")
    other.ready()
    swapped = replace(store, key=replace(other, path=store.key.path, pinned=None))
    other.path.replace(store.key.path)

    assert "000001.json is signed by key" in swapped.load().problem.en


@pytest.mark.parametrize("noted", [b"\xff\xfe\x00", b"0" * 64, b"all well"])
def test_note_of_the_newest_record_that_is_damaged_is_told(store, noted):
    store.head.path.write_bytes(noted)

    assert "evidence.head, which notes the newest record" in store.load().problem.en


@pytest.mark.parametrize("by", ["Ｈａｎａｋｏ", "花子\u202egnp.exe", "Hanako\x00", "\ud800", "é"])
def test_name_in_any_script_is_signed_as_it_is_and_verified(store, by):
    store.append("signature", {"by": by}, caller=CALLER, release="ab", days=1)

    assert store.load().problem is None


def test_name_in_another_form_of_unicode_is_another_name(store, folder):
    store.append("signature", {"by": "é"}, caller=CALLER, release="ab", days=1)
    path = folder / "000004.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | {"body": {"by": "e\u0301"}}))
    rechained(folder)

    assert store.load().problem
