"""Sentences of the judge: what `tests/test_defects.py` holds all of them against sees each fault, and one of each sort is right."""

import pytest

from aws.words import Words
from tests.defects import DEFECTS
from tests.judging import green, judge
from tests.sentences import flaws_of

RIGHT = Words(
    en="table Users-prod: read capacity: found 1/s (dynamodb:DescribeTable), expected at least 200; guide step 2-4",
    ja="テーブルUsers-prod: 読み込みキャパシティは毎秒1（dynamodb:DescribeTable）。期待値: 200以上（手順書のステップ2-4）",
)


def test_sentence_that_says_the_same_in_both_languages_has_no_flaw():
    assert [*flaws_of(RIGHT)] == []


@pytest.mark.parametrize(
    ("right", "wrong", "flaw"),
    [
        ("1/s", "None", "'None' in"),
        ("1/s", "frozenset({1})", "'frozenset(' in"),
        ("1/s", "Index(name=1)", "'x(name=' in"),
        ("(dynamodb:DescribeTable)", "()", "'()' in"),
        ("found 1/s", "found ", "'  ' in"),
        ("; guide step 2-4", "; ", "'; ' in"),
        ("at least", "at at least", "'at at' in"),
        ("Users-prod", "Users-dev", "Users-dev is not in"),
        ("200", "2000", "2000 is not in"),
        ("dynamodb:DescribeTable", "dynamodb:Scan", "dynamodb:Scan is not in"),
    ],
)
def test_flaw_of_the_english_sentence_is_told(right, wrong, flaw):
    flaws = [*flaws_of(Words(en=RIGHT.en.replace(right, wrong), ja=RIGHT.ja))]

    assert [each for each in flaws if each.startswith(flaw)], flaws


def test_language_that_is_missing_is_told():
    assert "one of its languages is missing" in [*flaws_of(Words(en=RIGHT.en, ja=""))]


SAID = {
    "DEP-01:absent": "table Users-prod does not exist",
    "DEP-02:no-index": "index UserStamps-prod/PeriodRanking does not exist, expected one on PeriodShard (S), Rank (N)",
    "DEP-04:off": "table UserStamps-prod: point-in-time recovery: found off (dynamodb:DescribeContinuousBackups), expected on; decided in environments.toml, key pitr (docs/environments.md#pitr)",
    "DEP-10:absent": "function stamp-rally-prod-stamps does not exist; if it has another name, say so in environments.toml, key names",
    "DEP-13:empty": "function stamp-rally-prod-auth: variable TABLE_USERS: found none (lambda:GetFunction), expected Users-prod",
    "DEP-22:older-deployment": "stage prod: deployment: found m4x8c1 (apigateway:GetDeployments), expected 7hq2ze",
    "DATA-03:ended": "stamp FOUNTAIN-001: validity: found …'1764000000', expected valid through 2026-12-01 in Japan",
    "DATA-05:old": "the newest recount record is of 2026-10-01 18:00 JST, not within the last 30 days",
    "MON-01:absent": "no alarm is on Errors of stamp-rally-prod-auth (FunctionName=stamp-rally-prod-auth)",
    "SEC-17:own-account": "function stamp-rally-prod-stamps: other callers that its policies allow: found AWS arn:aws:iam::444455556666:root",
    "SEC-24:role-writes-a-table": "role arn:aws:iam::444455556666:role/ci may act on tables Users-prod: it is allowed dynamodb:PutItem on Users-prod",
    "SEC-32:burst-left-open": "route POST /auth/verify: burst: found 5000 (apigateway:GetStages), expected 1 to 2000",
    "SEC-34:login-asks-for-a-session": "route POST /auth/verify: authorizer: found stamp-rally-prod-authorizer (apigateway:GetExport), expected nothing",
    "ROLL-06:only-one-version": "function stamp-rally-prod-award: version to go back to: found nothing (lambda:ListFunctions), expected an older version with other code",
    "ROLL-06:no-handler": "function stamp-rally-prod-award:1: handler: found nothing (lambda:GetFunction), expected one that Lambda finds in its package",
    "ROLL-07:contents-unknown": "API Gateway does not say what deployment m4x8c1 serves",
    "ROLL-07:lacks-a-route": "route POST /stamps/award (m4x8c1): method: found nothing (apigateway:GetDeployment), expected one, as in what is live",
}
"""What a reader sees first of some defects: each is another sort of sentence."""
BROKEN = {str(defect): defect for defect in DEFECTS}


@pytest.mark.parametrize("name", SAID)
def test_sentence_says_what_is_wrong_and_what_is_expected(name):
    defect = BROKEN[name]
    red = [each for each in judge(defect.breaks(green()), [defect.row]) if each.outcome.red]

    assert red[0].words.en.startswith(SAID[name])
