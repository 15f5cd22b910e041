"""A row that failed is repaired; one that nobody knows is looked at again, and says what that takes."""

from dataclasses import replace

import pytest

from aws.words import Words
from signoff.checklist import Checklist
from signoff.outcome import Outcome
from signoff.remedy import remedy
from signoff.verdict import RowVerdict
from tests.signoff.test_page import PROVENANCE

PROD = replace(
    PROVENANCE,
    environment="prod",
    production=True,
    api_url="https://api.example.jp/prod",
    load_plan="baseline",
)


def told(row, outcome, reason):
    of = Checklist.load()[row]
    judged = RowVerdict(row=of, outcome=outcome, severity=of.severity, told=Words.same(reason))
    return remedy(judged, PROD)


def test_a_row_that_failed_names_its_repair():
    assert told("SEC-17", Outcome.FAIL, "…").en == "python -m runbook api --env prod --go"


def test_the_load_run_is_that_of_the_plan_and_the_host_that_production_asks_for():
    command = "python -m load run --env prod --plan baseline --unlock api.example.jp"

    assert told("PREP-02", Outcome.FAIL, "…").en == command


@pytest.mark.parametrize(
    ("reason", "en"),
    [
        (
            "lambda:GetPolicy: AccessDeniedException: User is not authorized",
            "allow the reader lambda:GetPolicy (docs/reader-policy.json), then pytest --env prod",
        ),
        (
            "x rang during a run of our own; not testable until 09:40 UTC",
            "wait until 09:40 UTC, then pytest --env prod",
        ),
        (
            "apigateway:GetExport: not asked, 120 s were over",
            "pytest --env prod; nothing is known, so nothing is to be repaired yet",
        ),
        (
            "lambda:GetPolicy: TooManyRequestsException: Rate exceeded",
            "pytest --env prod; nothing is known, so nothing is to be repaired yet",
        ),
    ],
)
def test_a_row_that_is_unknown_is_not_repaired(reason, en):
    found = told("SEC-17", Outcome.NOT_TESTABLE, reason)

    assert found.en == en
    assert "pytest --env prod" in found.ja
