"""The guide followed to the letter: each of its mistakes is told by its row, and nothing else is red."""

import pytest

from signoff.judge.outcome import Outcome
from signoff.judge.verdict import VerdictWord
from tests.aws.unread import readable
from tests.foreign import letter
from tests.foreign.account import served, without_evidence
from tests.foreign.judged import decision, rows
from tests.judging import green

GREEN = (
    *("PREP-04", "PREP-05", "PREP-06", "PREP-07", "PREP-08"),
    *("SEC-01", "SEC-02", "SEC-05", "SEC-07", "SEC-08", "SEC-09", "SEC-10", "SEC-11"),
    "SEC-14",
    *("SEC-17", "SEC-18", "SEC-19", "SEC-20", "SEC-21"),
    *("SEC-23", "SEC-24", "SEC-25", "SEC-26", "SEC-27", "SEC-28", "SEC-36"),
    *("DEP-01", "DEP-03", "DEP-04", "DEP-05", "DEP-06", "DEP-08", "DEP-10"),
    *("DEP-12", "DEP-14", "DEP-16", "DEP-18", "DEP-19", "DEP-28"),
    *("DEP-20", "DEP-21", "DEP-22", "DEP-24", "DEP-27", "DEP-30", "DEP-33"),
    *("DEP-34", "DEP-35", "DEP-36", "DEP-37", "DEP-39"),
    *("DATA-03", "DATA-04", "DATA-06", "DATA-07", "DATA-08", "DATA-10", "DATA-11"),
    *("MON-02", "MON-03", "MON-10", "ROLL-03"),
)
"""What the guide gets right, or what nobody has spoiled yet."""
RED = {
    "SEC-03": "line-channel-access-token: strength of the value: found a placeholder",
    "SEC-06": "TOKEN_SECRET_KEY",
    "SEC-12": "application-autoscaling:DescribeScalableTargets on *",
    "SEC-13": "lambda:InvokeFunction",
    "SEC-15": "cloudwatch:GetInsightRuleReport on arn:aws:cloudwatch:*:*:insight-rule/",
    "SEC-16": "arn:aws:secretsmanager:*:*:secret:stamp-rally-prod/* reaches beyond the secret",
    "SEC-22": "stamp-rally-prod-images: plain HTTP: found on",
    "SEC-30": "usage plan stamp-rally-prod-usage-plan: stages: found none",
    "SEC-31": "route POST /auth/verify: API key required: found off",
    "SEC-32": "route POST /auth/verify: rate: found 10000 (apigateway:GetStages), expected 1 to 1000/s; decided in environments.toml, keys throttle, routes",
    "SEC-34": "route GET /stamps: authorizer: found nothing",
    "DEP-02": "index UserStamps-prod/PeriodRanking does not exist",
    "DEP-07": "table Users-prod: deletion protection: found off",
    "DEP-11": "stamp-rally-prod-auth: runtime: found python3.11",
    "DEP-13": "variable ALLOWED_ORIGIN: found nothing",
    "DEP-15": "alias of stamp-rally-prod-auth live does not exist",
    "DEP-44": "alias: found nothing",
    "DEP-17": "the evidence store has no release record",
    "DEP-25": "Access-Control-Allow-Origin: found https://liff.line.me",
    "DEP-26": "gateway response DEFAULT_4XX: Access-Control-Allow-Origin: found nothing",
    "DEP-29": "stage prod: access log group: found nothing",
    "DEP-31": "stage prod: X-Ray tracing: found off",
    "DEP-32": "REST API stamp-rally-prod-api: tag Environment: found nothing",
    "DEP-40": "custom domain api.rally.example.jp does not exist",
    "DATA-01": "the evidence store has no manifest record",
    "DATA-05": "the evidence store has no recount record",
    "DATA-02": "Location has latitude, lng, radius; it needs exactly lat, lon, radiusM",
    "MON-01": "statistic: found Average (cloudwatch:DescribeAlarms), expected Sum",
    "MON-04": "alarm Users-prod UserErrors is on UserErrors (TableName=Users-prod); AWS never",
    "MON-05": "no alarm is on Faults of stamp-rally-prod-auth",
    "MON-06": "Default_CloudWatch_Alarms_Topic: confirmed subscriptions of people: found 0",
    "MON-11": "stamp-rally-prod-richmenu",
    "MON-12": "log group /aws/apigateway/stamp-rally-prod-api does not exist",
    "PREP-01": "there is no run against dev",
    "PREP-02": "the evidence store has no load test record",
    "PREP-10": "the evidence store has no proof record",
    "ROLL-07": "deployment to go back to: found nothing",
    "ROLL-04": "the evidence store has no front-end record",
    "ROLL-05": "the evidence store has no rollback rehearsal record",
}
"""Row -> words that its finding holds."""
FOLLOWING = {
    "SEC-04": "PREP-01",
    "DEP-23": "PREP-01",
    "SEC-35": "SEC-34",
    "DEP-41": "DEP-40",
    "DEP-42": "DEP-40",
    "DEP-43": "DEP-40",
    "MON-07": "MON-05",
    "MON-08": "MON-05",
    "MON-09": "MON-05",
    "MON-13": "MON-12",
    "MON-15": "MON-12",
    "MON-16": "MON-12",
    "ROLL-06": "DEP-15",
    "DEP-38": "DEP-17",
}
"""Row -> the row that it follows from."""
OF_NO_ACCOUNT = {"PREP-05", "PREP-06", "PREP-07", "PREP-08", "SEC-27", "SEC-36"}
"""Rows that an empty account keeps: nothing is left over there, and it is the right one."""


@pytest.fixture(scope="module")
def account():
    with served() as account:
        yield account


@pytest.fixture(scope="module")
def nothing(account):
    """What is read before anybody did anything."""
    return readable(account.inventory())


@pytest.fixture(scope="module")
def judged(account, nothing):  # noqa: ARG001 - the account is read empty first
    green()
    letter.set_up(account.client)
    return rows(without_evidence(readable(account.inventory())))


def test_nothing_in_an_empty_account_is_unknown_and_no_promise_is_kept(nothing):
    judged = rows(without_evidence(nothing))

    kept = {row for row, finding in judged.items() if not finding.outcome.red}
    assert kept == OF_NO_ACCOUNT
    assert decision(judged) is VerdictWord.NO_GO


def test_each_row_is_judged_as_aws_would_have_it(judged):
    expected = {
        **dict.fromkeys(GREEN, Outcome.PASS),
        **dict.fromkeys(RED, Outcome.FAIL),
        **dict.fromkeys(FOLLOWING, Outcome.FOLLOWS),
        "PREP-09": Outcome.NOT_TESTABLE,
        "PREP-11": Outcome.NOT_TESTABLE,  # there is no evidence store whose keeping could be judged
    }

    assert {row: finding.outcome for row, finding in judged.items()} == expected


@pytest.mark.parametrize("row", RED)
def test_red_row_says_what_is_wrong(row, judged):
    assert RED[row] in judged[row].reason.en


def test_rows_that_follow_name_their_root(judged):
    assert {row: judged[row].root for row in FOLLOWING} == FOLLOWING


def test_dev_s_star_is_told_beside_the_origin_of_the_guide(judged):
    said = [finding.words.en for finding in judged["DEP-25"].findings]

    assert any("/richmenu/list: Access-Control-Allow-Origin: found *" in one for one in said)


def test_guide_followed_to_the_letter_may_not_go_live(judged):
    assert decision(judged) is VerdictWord.NO_GO
