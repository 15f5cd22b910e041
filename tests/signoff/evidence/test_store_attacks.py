"""Each way to make a store say what nobody found is red, and says which record and what is wrong."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization as keys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff.evidence.keys import EvidenceError, FileKey, signed_by
from tests.folder_store import store_in
from tests.healthy import healthy
from tests.judging import red_rows

CALLER = "arn:aws:iam::444455556666:user/hanako"
STEPS = ["users_told", "security_test", "collect_on_a_phone", "monitoring_started", "line_tested"]
OTHER = Ed25519PrivateKey.generate()
PRIVATE = OTHER.private_bytes(keys.Encoding.PEM, keys.PrivateFormat.PKCS8, keys.NoEncryption())
PUBLIC = OTHER.public_key().public_bytes(keys.Encoding.DER, keys.PublicFormat.SubjectPublicKeyInfo)
NOBODY = {"created": "2026-11-25T00:00:00Z", "expires": "2026-12-09T00:00:00Z"}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "evidence"


@pytest.fixture
def store(folder):
    """A failed load verdict, a run, a signature."""
    made = store_in(folder, "prod", account="444455556666")
    made.append("load", {"verdict": "fail"}, caller=CALLER, release="ab")
    made.append("run", {"decision": "NO-GO"}, caller=CALLER, release="ab")
    made.append("signature", {"by": "Hanako"}, caller=CALLER, release="ab", days=14)
    assert made.load().problem is None
    return made


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def as_a_store_writes(content):
    return json.dumps(content, indent=2, ensure_ascii=False)


def rechained(folder):
    """Chain the records anew, as one who edits would; the head of this machine goes with it."""
    before = None
    for number, path in enumerate(sorted(folder.glob("*.json")), 1):
        content = json.loads(path.read_text()) | {"previous": before}
        path.unlink()
        made = folder / f"{number:06}.json"
        made.write_text(as_a_store_writes(content))
        before = digest(made)
    folder.with_name("evidence.head").unlink(missing_ok=True)


def edit(folder, number, **changes):
    path = folder / f"{number:06}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def forged(folder, kind, body, previous=None, number=1):
    """Write a record as a text editor would."""
    folder.mkdir(exist_ok=True)
    record = {"kind": kind, "environment": "prod", "release": "ab", "caller": CALLER, "body": body}
    more = {"account": "444455556666", "previous": previous}
    path = folder / f"{number:06}.json"
    path.write_text(json.dumps(record | more | NOBODY))
    return digest(path)


def test_twenty_lines_that_sign_by_nobody_are_no_signatures(folder):
    """Findings, W3."""
    previous = None
    for number, step in enumerate(STEPS, 1):
        body = {"step": f"cutover#{step}", "by": "Nobody"}
        previous = forged(folder, "signature", body, previous, number)
    rechained(folder)

    records = store_in(folder, "prod", account="444455556666").load()
    assert records.entries == ()
    assert "000001.json is not signed, so its writer is unknown" in records.problem.en


def test_store_signed_by_nobody_turns_every_row_that_rests_on_it_red(folder):
    forged(folder, "signature", {"step": "cutover#security_test", "by": "Nobody"})
    rechained(folder)
    records = store_in(folder, "prod", account="444455556666").load()

    red = red_rows(replace(healthy(), records=records))
    assert "000001.json is not signed" in red["PREP-09"]
    assert red["PREP-02"].startswith("follows: follows from PREP-09: 000001.json")
    assert "ROLL-05" in red


@pytest.fixture
def fourth(store, folder, tmp_path):
    """A record by a key of one's own, put after the others; a store itself refuses to write it."""
    own = store_in(tmp_path / "own", "prod", account="444455556666")
    own.append("load", {"verdict": "pass"}, caller=CALLER, release="ab")
    (tmp_path / "own" / "000001.json").rename(folder / "000004.json")
    rechained(folder)
    return len(store.load().entries) + 1


@pytest.mark.usefixtures("fourth")
def test_record_signed_by_a_key_of_ones_own_is_told_with_both_keys(store):
    assert "000004.json is signed by key" in store.load().problem.en
    assert "which may not sign here" in store.load().problem.en


def test_key_named_as_another_ones_does_not_verify(store, folder, fourth):
    edit(folder, fourth, key=json.loads((folder / "000001.json").read_text())["key"])
    rechained(folder)

    assert "is not what evidence.key signed" in store.load().problem.en


@pytest.mark.parametrize(
    "changes",
    [
        {"body": {"verdict": "pass"}},
        {"release": "cd"},
        {"caller": "arn:aws:iam::444455556666:user/somebody"},
        {"created": "2026-11-25T09:00:00Z"},
        {"kind": "run"},
        {"account": "111122223333"},
        {"api": "a1"},
        {"extra": 1},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_edited_record_is_told_even_if_the_store_is_chained_anew(store, folder, changes):
    edit(folder, 1, **changes)
    rechained(folder)

    assert "000001.json is not what evidence.key signed" in store.load().problem.en


def test_record_whose_signature_was_taken_away_is_told(store, folder):
    edit(folder, 1, signature=None)
    rechained(folder)

    assert "000001.json is not signed" in store.load().problem.en


def test_record_whose_signature_is_no_base64_is_told(store, folder):
    edit(folder, 1, signature="!")
    rechained(folder)

    assert "000001.json has a signature that can't be read" in store.load().problem.en


@pytest.mark.parametrize("number", [1, 2])
def test_record_that_is_taken_out_and_the_rest_chained_anew_is_a_gap(store, folder, number):
    (folder / f"{number:06}.json").unlink()
    rechained(folder)

    assert f"{number:06}.json is not what evidence.key signed" in store.load().problem.en


def test_record_that_is_deleted_in_the_middle_is_a_gap(store, folder):
    (folder / "000002.json").unlink()

    assert "000002.json is gone from the chain" in store.load().problem.en


def test_failed_verdict_that_is_truncated_is_missed_by_whoever_saw_it(store, folder):
    (folder / "000003.json").unlink()

    assert "000003.json, which this machine saw, is gone" in store.load().problem.en


def test_store_that_was_truncated_and_went_on_is_told(store, folder):
    (folder / "000003.json").unlink()
    store.append("load", {"verdict": "pass"}, caller=CALLER, release="ab")

    assert "the store was rewritten" in store.load().problem.en


def test_true_record_of_another_environment_under_the_same_key_is_told(store):
    other = replace(store, environment="dev")
    other.append("load", {"verdict": "pass"}, caller=CALLER, release="ab")

    assert "000004.json: a record of dev" in store.load().problem.en


def test_true_record_of_another_account_under_the_same_key_is_told(store):
    other = replace(store, account="111122223333")
    other.append("load", {"verdict": "pass"}, caller=CALLER, release="ab")

    assert "000004.json: a record of account 111122223333" in store.load().problem.en


def test_true_record_that_is_replayed_later_breaks_the_chain(store, folder):
    (folder / "000004.json").write_bytes((folder / "000003.json").read_bytes())

    assert "000004.json: the chain is broken" in store.load().problem.en


def test_record_of_a_clock_in_the_future_is_told(store):
    def tomorrow():
        return datetime.now(UTC) + timedelta(days=1)

    store.append("signature", {}, caller=CALLER, release="ab", days=14, now=tomorrow)

    said = store.load().problem.en
    assert said.startswith("000004.json: dated")
    assert "which is in the future; correct the clock of arn:" in said
    assert " or of this machine; wait until then, or start" in said


def test_record_that_another_run_writes_meanwhile_is_not_gone(store):
    """It is noted as the newest one after this run has read the others."""

    class Overtaken:
        def __getattr__(self, name):
            return getattr(store.backend, name)

        def history(self, made):
            store.append("run", {}, caller=CALLER, release="ab")
            return store.backend.history(made)

    assert replace(store, backend=Overtaken()).load().problem is None


def test_failed_record_is_superseded_by_a_newer_one_of_its_kind(store):
    store.append("load", {"verdict": "pass"}, caller=CALLER, release="ab")
    records = store.load()

    assert records.problem is None
    assert records.newest("load").body["verdict"] == "pass"


def test_records_of_another_embedded_stack_do_not_exist(folder):
    old = store_in(folder, "local", birth="old")
    old.append("load", {"verdict": "fail"}, caller=CALLER, release="ab")

    fresh = replace(old, birth="fresh").load()
    assert (fresh.entries, fresh.problem) == ((), None)


@pytest.mark.usefixtures("store")
def test_key_file_is_its_owners_and_outside_the_store(folder):
    key = folder.with_name("evidence.key")

    assert key.stat().st_mode & 0o777 == 0o600
    assert not list(folder.glob("*.key"))
    assert not list(key.parent.glob(".*"))  # nor what it was written to first


@pytest.mark.usefixtures("store")
def test_key_that_is_gone_is_told(folder):
    folder.with_name("evidence.key").unlink()
    again = store_in(folder, "prod", account="444455556666")

    assert "evidence.key is gone, the key that signed these records" in again.load().problem.en


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("there", [b"", PRIVATE], ids=["no key", "Ed25519"])
def test_key_file_that_holds_another_thing_is_told(folder, there):
    folder.with_name("evidence.key").write_bytes(there)

    with pytest.raises(EvidenceError, match=r"evidence\.key is not an ECDSA private key"):
        FileKey(folder.with_name("evidence.key")).sign(b"")


@pytest.mark.parametrize("public", [b"no key", PUBLIC], ids=["no key", "Ed25519"])
def test_public_key_that_is_another_thing_is_told(public):
    with pytest.raises(EvidenceError, match="is not an ECDSA key in DER form"):
        signed_by(public, b"", b"")


def test_store_takes_no_record_of_another_key_and_is_whole_once_the_key_is_corrected(
    store, folder, tmp_path
):
    """A wrong evidence_key, or a machine without the key's file: one run there would cost all that was proven."""
    other = FileKey(tmp_path / "other.key")
    other.ready()
    own, lost = store.key.path, tmp_path / "lost.key"
    with pytest.raises(EvidenceError, match=r"000003\.json is signed by key .* may not sign here"):
        replace(store, key=other).append("run", {}, caller=CALLER, release=None)
    own.rename(lost)
    with pytest.raises(EvidenceError, match="is gone, the key that signed these records"):
        store_in(folder, "prod").append("run", {}, caller=CALLER, release=None)
    assert not own.exists(), "a new key was made"
    lost.rename(own)

    assert store.load().problem is None
    assert len(store.load().entries) == 3


def test_key_that_differs_from_the_pinned_one_signs_nothing(tmp_path):
    other = FileKey(tmp_path / "other.key")
    other.ready()
    pinned = FileKey(tmp_path / "mine.key", base64.b64encode(other.public).decode())

    with pytest.raises(EvidenceError, match="is not the key of evidence_public_key"):
        store_in(tmp_path / "empty", "prod", key=pinned).append(
            "run", {}, caller=CALLER, release=None
        )
