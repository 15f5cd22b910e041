"""A cut-over rests on a good verdict of today, or does not begin."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from runbook.verdict import newest

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def report(folder, decision="GO", at=NOW):
    place = folder / "prod" / "latest"
    place.mkdir(parents=True)
    told = {"verdict": {"decision": decision}}
    told["provenance"] = {"release": "a1", "started": at.isoformat()}
    (place / "signoff.json").write_text(json.dumps(told))
    return newest("prod", folder)


@pytest.mark.parametrize("decision", ["GO", "CONDITIONAL"])
def test_a_good_verdict_of_today_lets_it_begin(tmp_path, decision):
    assert report(tmp_path, decision).refusal(NOW + timedelta(hours=3)) == ""


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"decision": "NO-GO"}, "the newest verdict is NO-GO"),
        ({"at": NOW - timedelta(days=1)}, "2026-11-24 09:00 UTC, older than"),
    ],
)
def test_another_one_does_not(tmp_path, facts, why):
    assert why in report(tmp_path, **facts).refusal(NOW)


def test_no_report_is_no_verdict(tmp_path):
    assert newest("prod", tmp_path) is None
