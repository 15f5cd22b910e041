"""The commands around a run: prepared outside the repository, recorded only with the proof that nothing of it is left."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from load.__main__ import main
from load.engine.judge import ExitCode
from load.engine.plan import AWARD
from load.engine.run_file import LoadRun
from load.teardown import Teardown
from signoff.evidence import StoreSettings, open_store
from tests.load.compositions import Tables, answering, surrounded
from tests.load.fake_aws import PROD, target
from tests.load.measurements import seen
from tests.load.runs import OBJECTIVES
from tests.load.test_evidence import BASELINE, run

AGO = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2)
LIVE = "0123456789abcdef"
AWARDED = seen(answered=1000, rows=[(AWARD, "issued", None, 2), (AWARD, "answered", None, 2)])


@pytest.fixture
def project(tmp_path):
    """The root folder of our composition: what would be the repository."""
    return tmp_path / "project"


@pytest.fixture
def command(project, healthy, monkeypatch):
    """Run a command in a composition of our own: production, or a stack that is one small target."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)  # of a stack that this process serves

    def called(*arguments, tables=None, local=False, live=LIVE):
        aws = answering(tables or Tables())
        here = {"url": healthy.url} if local else {"environment": PROD}
        composition = surrounded(project, aws=aws, releases=(live,), **here)
        return main(list(map(str, arguments)), join=lambda *_: composition)

    return called


@pytest.fixture
def recorded(project):
    """Kinds of the records in production's store."""

    def kinds():
        store = open_store(StoreSettings.of(PROD), client=None, root=project)
        return [entry.kind for entry in store.load().entries]

    return kinds


@pytest.fixture
def left(tmp_path):
    """A folder as a run elsewhere leaves it: a verdict without proof, and the list of used pairs."""

    def made(made, *pairs):
        folder = tmp_path / "out"
        made.write(folder)
        (folder / "used.jsonl").write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
        return folder

    return made


def unproven(**more):
    """A run of two awards of which nobody knows whether they are gone."""
    return replace(run("a", AGO), cleanup=None, measurement=AWARDED, **more)


def test_prepared_run_is_private_priced_and_of_the_live_release(command, project, tmp_path, capsys):
    code = command("prepare", "--to", tmp_path / "run.json", local=True, live="a")

    made = LoadRun.read(tmp_path / "run.json")
    (line,) = (project / "report" / "local" / "load" / "ledger.jsonl").read_text().splitlines()
    assert code == ExitCode.PASS
    assert made.about["release"] == "a"
    assert json.loads(line)["requests"] == made.plan.requests
    assert json.loads(line)["run"] == made.about["run"]
    assert f"record {made.out}/verdict.json" in capsys.readouterr().out


def test_secret_for_the_repository_is_refused_before_it_costs_anything(command, project, capsys):
    code = command("prepare", "--to", project / "run.json", local=True)

    assert code == ExitCode.REFUSED
    assert "would put sessions into the repository" in capsys.readouterr().err
    assert not (project / "report").exists()


def test_verdict_with_its_proof_is_recorded(command, recorded, left):
    folder = left(run("a", AGO))

    command("record", folder / "verdict.json")

    assert recorded() == ["window", "load"]


def test_verdict_is_recorded_once(command, recorded, left, capsys):
    folder = left(run("a", AGO))
    for _ in range(2):
        code = command("record", folder / "verdict.json")

    assert code == ExitCode.REFUSED
    assert "is recorded already" in capsys.readouterr().err
    assert recorded() == ["window", "load"]


LAX = replace(BASELINE, objectives=replace(OBJECTIVES, throttle_tolerance=0.9))


@pytest.mark.parametrize(
    ("made", "live", "why"),
    [
        (run("a", AGO, LAX), LIVE, "judged by other limits than the project's own"),
        (run("a", AGO), "another", f"it is of release {LIVE}, and another is live"),
    ],
    ids=["limits", "release"],
)
def test_verdict_that_no_sign_off_may_count_is_not_recorded(
    made, live, why, command, recorded, left, capsys
):
    folder = left(made)

    code = command("record", folder / "verdict.json", live=live)

    assert code == ExitCode.REFUSED
    assert f"{folder}/verdict.json is not recorded: {why}" in capsys.readouterr().err
    assert recorded() == []


def test_recording_deletes_what_a_plain_locust_wrote_first(command, recorded, left):
    folder = left(unproven(), ["Uload-1", "A"], ["Uload-2", "A"])
    tables = Tables(("Uload-1", "A"), ("Uload-2", "A"), ("Uload-2", "#2026-W48"), ("Uperson", "A"))

    command("record", folder / "verdict.json", tables=tables)

    proof = json.loads((folder / "verdict.json").read_text())["cleanup"]
    assert tables.stamps == {("Uperson", "A")}
    assert proof == {"users": 2, "deleted": 3, "left": 0, "line_calls": 0}
    assert recorded() == ["window", "load"]


def test_list_that_lacks_an_award_proves_nothing(command, recorded, left, capsys):
    folder = left(unproven(), ["Uload-1", "A"])

    code = command("record", folder / "verdict.json")

    said = capsys.readouterr().err
    assert code == ExitCode.REFUSED
    assert "names 1 of 2 awards: nothing is proven about the others" in said
    assert "is not recorded: nothing proves that what it wrote is gone" in said
    assert json.loads((folder / "verdict.json").read_text())["cleanup"] is None
    assert recorded() == []


def test_list_of_every_visitor_proves_all(command, left):
    """As it is written where a worker's last word is missing: the stamps are not known, the users are."""
    folder = left(unproven(), ["Uload-1", "*"])

    command("record", folder / "verdict.json")

    assert json.loads((folder / "verdict.json").read_text())["cleanup"]["left"] == 0


def test_missing_list_proves_nothing(command, left):
    folder = left(unproven())
    (folder / "used.jsonl").unlink()

    assert command("record", folder / "verdict.json") == ExitCode.REFUSED


@pytest.mark.parametrize(("ended_s_ago", "waits"), [(0, [pytest.approx(31, abs=1)]), (40, [])])
def test_cleaning_waits_for_awards_that_may_be_under_way(ended_s_ago, waits, left):
    made = unproven(ended=datetime.now(UTC) - timedelta(seconds=ended_s_ago))
    folder, waited = left(made), []

    Teardown(target(), answering(Tables()), folder, lambda _: None, waited.append).remove_later(
        made
    )

    assert waited == waits
