"""What becomes of a run that left no record: it judged, and nothing proves it later."""

from dataclasses import replace

import pytest

from aws.words import Words
from signoff.judge.result import Result
from signoff.judge.verdict import Verdict, VerdictWord
from signoff.report.files import unrecorded
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
