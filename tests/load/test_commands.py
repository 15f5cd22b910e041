"""A run is recorded afterwards only with the proof that nothing of it is left."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aws.words import Words
from load.__main__ import main
from load.engine.judge import ExitCode
from load.engine.plan import AWARD
from signoff.evidence import StoreSettings, open_store
from tests.load.compositions import Tables, answering, surrounded
from tests.load.fake_aws import PROD
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
def command(project, monkeypatch):
    """Run a command in a composition of our own, which is production."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)  # of a stack that this process serves

    def called(*arguments, live=LIVE):
        aws = answering(Tables())
        composition = surrounded(project, aws=aws, releases=(live,), environment=PROD)
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
    """A folder with the verdict of a run."""

    def made(made):
        folder = tmp_path / "out"
        made.write(folder)
        return folder

    return made


def test_verdict_with_its_proof_is_recorded(command, recorded, left):
    folder = left(run("a", AGO))

    command("record", folder / "verdict.json")

    assert recorded() == ["window", "load"]


@pytest.mark.parametrize(
    ("dead", "shown"),
    [(Words.same("no answer"), "\x1b[1;31mFAIL"), (None, "\x1b[1;33mINVALID")],
    ids=["fail", "invalid"],
)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_verdict_has_the_colour_of_its_outcome(
    dead, shown, lang, command, left, capsys, monkeypatch
):
    monkeypatch.setenv("FORCE_COLOR", "1")
    folder = left(replace(run("a", AGO), measurement=seen(dead=dead)))

    command("record", folder / "verdict.json", "--lang", lang)

    assert shown in capsys.readouterr().err


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


def test_verdict_without_its_proof_is_not_recorded(command, recorded, left, capsys):
    folder = left(replace(run("a", AGO), cleanup=None, measurement=AWARDED))

    code = command("record", folder / "verdict.json")

    assert code == ExitCode.REFUSED
    assert "is not recorded: nothing proves that what it wrote is gone" in capsys.readouterr().err
    assert recorded() == []
