"""``python -m signoff verify`` says whether the files of a run are unaltered, and which is not."""

import json

import pytest
from botocore.exceptions import ClientError

from signoff import ROOT as HOUSE
from signoff.__main__ import main
from signoff.commands.verifying import verify_run
from signoff.environment import load
from signoff.evidence import StoreSettings, open_store
from signoff.judge.errors import UnusableFileError
from signoff.judge.exit_codes import Exit
from signoff.report.files import BESIDE_THE_PAGE, SUMMARY
from signoff.report.verify import PAGE, RESULT, digests_of, verify

CALLER = "arn:aws:iam::123456789012:user/hanako"
BESIDE = BESIDE_THE_PAGE
ENVIRONMENT = load("local", variables={}).environment


@pytest.fixture
def store(tmp_path):
    return open_store(StoreSettings.of(ENVIRONMENT), client=None, root=tmp_path)


@pytest.fixture
def run(store, tmp_path):
    """The files of a run and its record, as publishing leaves them."""
    folder = tmp_path / "20261125T090000Z"
    folder.mkdir()
    store.append("load", {"verdict": "fail"}, caller=CALLER, release="ab")
    provenance = {"environment": "local", "newest_record": store.load().newest_file}
    (folder / RESULT).write_text(json.dumps({"provenance": provenance}))
    (folder / "junit.xml").write_text("<testsuite/>")
    (folder / "inventory.json").write_text("{}")
    (folder / SUMMARY).write_text("# GO")
    (folder / PAGE).write_text("<title>GO</title>")
    files = digests_of(folder, (*BESIDE, PAGE))
    body = {"run": folder.name, "files": files, "decision": "GO"}
    store.append("run", body, caller=CALLER, release="ab")
    return folder


@pytest.fixture
def problems(tmp_path):
    def problems_of(folder):
        found = verify(folder, ENVIRONMENT, client=None, root=tmp_path)
        return "\n".join(problem.en for problem in found.problems)

    return problems_of


def test_files_of_a_recorded_run_are_verified(run, problems):
    assert problems(run) == ""


@pytest.mark.parametrize("name", [RESULT, "junit.xml", "inventory.json", PAGE])
def test_altered_file_is_named(run, problems, name):
    (run / name).write_text((run / name).read_text() + " ")

    assert f"{name} (" in problems(run)
    assert "that the run record names" in problems(run)


def flips(path):
    """Yield the content of a file with one bit turned: at its start, in it, at its end."""
    data = path.read_bytes()
    for at in sorted({0, len(data) // 3, len(data) // 2, len(data) - 2, len(data) - 1}):
        yield data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def told(folder, problems):
    """Return what is wrong, also where the folder can't be read as that of a run any more."""
    try:
        return problems(folder)
    except UnusableFileError as error:
        return str(error)


@pytest.mark.parametrize("name", [*BESIDE_THE_PAGE, PAGE])
def test_one_turned_bit_of_any_file_is_told(run, problems, name):
    path, before = run / name, (run / name).read_bytes()
    for altered in flips(path):
        path.write_bytes(altered)

        assert name in told(run, problems)
    path.write_bytes(before)
    assert problems(run) == ""


@pytest.mark.parametrize("name", ["000001.json", "000002.json"])
def test_one_turned_bit_of_the_store_is_told(run, store, problems, name):
    path = store.backend.path / name
    for altered in flips(path):
        path.write_bytes(altered)

        assert problems(run) != ""


@pytest.mark.parametrize("name", ["junit.xml", "inventory.json", PAGE])
def test_file_that_is_gone_is_named(run, problems, name):
    (run / name).unlink()

    assert f"{name} is gone" in problems(run)


def test_run_without_a_record_proves_nothing(run, problems):
    other = run.with_name("another")
    run.rename(other)

    assert "has no record of run another: nothing proves these files" in problems(other)


def test_store_that_lost_its_newest_record_since_then_is_told(run, store, problems):
    (store.backend.path / "000001.json").unlink()

    assert "000001.json is gone from the chain" in problems(run)
    assert "000001.json, the newest record when the run began, is not in the store" in problems(run)


def test_edited_run_record_verifies_nothing(run, store, problems):
    path = store.backend.path / "000002.json"
    path.write_text(path.read_text().replace('"GO"', '"NO-GO"'))

    assert "000002.json is not" in problems(run)


@pytest.mark.parametrize(
    "odd",
    [
        {"birth": 5},
        {"birth": "../../elsewhere"},
        {"newest_record": 5},
        {"newest_record": "0  ../x"},
    ],
    ids=str,
)
def test_json_of_another_hand_is_one_sentence(run, problems, odd):
    (run / RESULT).write_text(json.dumps({"provenance": {"environment": "local"} | odd}))

    with pytest.raises(UnusableFileError, match="can't be read as the result of a run"):
        problems(run)


def test_folder_of_a_part_is_told_as_one(run, problems):
    (run / RESULT).unlink()

    with pytest.raises(
        UnusableFileError, match=r"a part of a run \(--row\) and a run that was cut"
    ):
        problems(run)


def test_true_run_of_another_environment_among_those_of_production_is_told(run, problems):
    there = run.parent / "report" / "prod"
    there.mkdir(parents=True)
    run.rename(there / run.name)

    assert "is a run of local, and lies among those of prod" in problems(there / run.name)


def test_files_that_no_run_wrote_are_named_as_unproven(run, tmp_path):
    (run / "index.html").write_text("GO")
    (run / "assets").mkdir()

    found = verify(run, ENVIRONMENT, client=None, root=tmp_path)
    assert (found.problems, found.unproven) == ((), ("assets", "index.html"))


def test_folder_that_holds_no_run_is_one_sentence(tmp_path, capsys):
    assert main(["verify", str(tmp_path)]) == Exit.USAGE
    assert "give a folder such as report/prod/latest" in capsys.readouterr().err


def test_help_says_what_the_command_proves(capsys):
    assert main(["--help"]) == 0

    assert "prove that the files of a run are unaltered" in capsys.readouterr().out


@pytest.mark.parametrize("decision", ["NO-GO", "GO"])
def test_newer_run_beside_is_named_whatever_it_says(run, store, tmp_path, decision):
    body = {"run": "20261126T090000Z", "decision": decision}
    store.append("run", body, caller=CALLER, release="ab")

    found = verify(run, ENVIRONMENT, client=None, root=tmp_path)

    assert (found.problems, found.newer.body) == ((), body)


@pytest.mark.parametrize(
    ("decision", "superseded"),
    [("NO-GO", True), ("NO VERDICT", True), ("CONDITIONAL", True), ("GO", False)],
)
def test_go_is_superseded_by_a_newer_run_that_says_worse(
    run, store, tmp_path, decision, superseded
):
    body = {"run": "20261126T090000Z", "decision": decision}
    store.append("run", body, caller=CALLER, release="ab")

    assert verify(run, ENVIRONMENT, client=None, root=tmp_path).superseded is superseded


@pytest.fixture
def verified(run, tmp_path):
    """Run the command on it, with the store of this test."""
    return lambda: verify_run(run, HOUSE / "environments.toml", "en", tmp_path)


def test_command_says_no_where_the_newest_run_says_worse(verified, store, capsys):
    assert verified() == Exit.DONE
    body = {"run": "20261126T090000Z", "decision": "NO-GO"}
    store.append("run", body, caller=CALLER, release="ab")

    assert verified() == Exit.NO
    assert "NOT THE NEWEST: the run of" in capsys.readouterr().out


def test_newest_run_has_no_newer_one(run, tmp_path):
    assert verify(run, ENVIRONMENT, client=None, root=tmp_path).newer is None


def test_store_that_refuses_to_be_read_is_told_with_what_to_do(run, store, tmp_path, monkeypatch):
    def load(*_):
        raise ClientError({"Error": {"Code": "ExpiredToken"}}, "ListObjectsV2")

    monkeypatch.setattr(type(store), "load", load)
    (problem,) = verify(run, ENVIRONMENT, client=None, root=tmp_path).problems

    assert problem.en.endswith("(ExpiredToken); sign in, then run it again")
