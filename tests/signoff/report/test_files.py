"""What becomes of a run that left no record: it judged, and nothing proves it later."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from aws.words import Words
from signoff.judge.result import Result
from signoff.judge.verdict import Verdict, VerdictWord
from signoff.report import files
from signoff.report.files import EndedRun, unrecorded
from tests.healthy import healthy
from tests.signoff.report.test_remedy import PROD

WHY = Words(en="the run could not be recorded in s3://evidence", ja="実行を記録できませんでした")


@pytest.mark.parametrize(
    ("production", "decision", "becomes"),
    [
        (True, VerdictWord.GO, VerdictWord.CONDITIONAL),
        (True, VerdictWord.CONDITIONAL, VerdictWord.CONDITIONAL),
        (True, VerdictWord.NO_GO, VerdictWord.NO_GO),
        (False, VerdictWord.GO, VerdictWord.GO),
    ],
)
def test_run_that_could_not_be_recorded_is_no_go_of_production(production, decision, becomes):
    run = replace(PROD, production=production)
    result = unrecorded(Result(provenance=run, verdict=Verdict(decision=decision, rows=())), WHY)

    assert result.verdict.decision is becomes
    assert result.verdict.unowned == ("record of this run",)
    assert [condition.words for condition in result.verdict.conditions] == [WHY]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError(28, "no space left"), "a file can't be used (no space left): check"),
        (
            ClientError({"Error": {"Code": "ExpiredToken"}}, "PutObject"),
            "PutObject: the credentials are no longer valid (ExpiredToken); sign in, then",
        ),
    ],
    ids=["disk", "credentials"],
)
def test_run_that_could_not_be_recorded_is_shown_and_written_as_such(
    error, why, monkeypatch, tmp_path
):
    def append(*_, **__):
        raise error

    written, shown, world = [], [], healthy()
    for name in (*files.BESIDE_THE_PAGE, files.PAGE):
        (tmp_path / name).touch()
    monkeypatch.setattr(files, "open_store", lambda *_, **__: SimpleNamespace(append=append))
    monkeypatch.setattr(EndedRun, "_write", lambda _, result: written.append(result) or tmp_path)
    run = EndedRun(
        choice=SimpleNamespace(
            environment=world.environment,
            folder=tmp_path,
            options=SimpleNamespace(root=tmp_path, strict=False),
        ),
        findings=SimpleNamespace(windows=()),
        snapshot=world,
        terminal=SimpleNamespace(verdict=lambda result, _: shown.append(result)),
    )
    run._published(Result(provenance=PROD, verdict=Verdict(decision=VerdictWord.GO, rows=())))  # noqa: SLF001

    assert shown == written[1:]
    (condition,) = shown[0].verdict.conditions
    assert f"{world.environment.evidence}: {why}" in condition.words.en
