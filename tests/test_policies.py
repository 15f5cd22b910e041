"""The printed rights suffice for what is read and recorded, and reach nothing of another environment."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from aws.iam.condition import context
from aws.iam.evaluation import evaluate
from aws.iam.statement import parse
from aws.reader_policy import DECRYPT, actions
from plan import plan_for, scope_of
from signoff.__main__ import main
from signoff.commands.policies import ci, reader, trust
from signoff.environment import EnvironmentFileError, load
from tests.production import production_in

KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/0123"
PROD = replace(
    load("prod", Path(__file__).with_name("prod.toml"), {}).environment,
    evidence="s3://rally-evidence/records",
    evidence_key=KEY,
)
SCOPE = scope_of(plan_for(PROD), PROD)
AT = "ap-northeast-1:444455556666"
OURS = [
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{AT}:secret:{secret}-AbCdEf")
    for secret in SCOPE.secrets
] + [
    ("dynamodb:Scan", f"arn:aws:dynamodb:{AT}:table/Users-prod"),
    ("dynamodb:DescribeTable", f"arn:aws:dynamodb:{AT}:table/Users-prod-restored"),
    ("lambda:GetFunction", f"arn:aws:lambda:{AT}:function:stamp-rally-prod-award"),
    ("lambda:GetPolicy", f"arn:aws:lambda:{AT}:function:stamp-rally-prod-award:live"),
    ("logs:FilterLogEvents", f"arn:aws:logs:{AT}:log-group:/aws/lambda/stamp-rally-prod-award:*"),
    ("apigateway:GET", "arn:aws:apigateway:ap-northeast-1::/restapis"),
    ("s3:GetObject", "arn:aws:s3:::rally-evidence/records/000001.json"),
    ("s3:GetBucketPolicy", "arn:aws:s3:::rally-evidence"),
]
OTHERS = [
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{AT}:secret:payroll-AbCdEf"),
    (
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:{AT}:secret:stamp-rally/token-secret-key-AbCdEf",
    ),
    ("dynamodb:Scan", f"arn:aws:dynamodb:{AT}:table/Payroll"),
    ("lambda:GetFunction", f"arn:aws:lambda:{AT}:function:payroll"),
    ("logs:FilterLogEvents", f"arn:aws:logs:{AT}:log-group:/aws/lambda/payroll:*"),
    ("s3:GetObject", "arn:aws:s3:::payroll/2026.csv"),
    ("s3:GetBucketPolicy", "arn:aws:s3:::payroll"),
]
RECORDS = [
    ("kms:Sign", KEY),
    ("s3:PutObject", "arn:aws:s3:::rally-evidence/records/000002.json"),
]
NEVER = [
    ("kms:Sign", KEY.replace("0123", "9")),
    ("s3:DeleteObject", "arn:aws:s3:::rally-evidence/records/000001.json"),
    ("s3:PutObject", "arn:aws:s3:::rally-images/a.png"),
    ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{AT}:function:stamp-rally-prod-award"),
]


def allowed(policy, action, resource):
    return evaluate(parse(policy), action, resource, context({})).allowed


@pytest.mark.parametrize(("action", "resource"), OURS)
def test_reader_may_read_what_is_planned(action, resource):
    assert allowed(reader(PROD, SCOPE), action, resource)


def test_reader_may_read_the_records_of_the_environment_before():
    policy = reader(PROD, SCOPE, "s3://dev-evidence/records")

    assert allowed(policy, "s3:ListBucketVersions", "arn:aws:s3:::dev-evidence")
    assert allowed(policy, "s3:GetObject", "arn:aws:s3:::dev-evidence/records/000001.json")
    assert not allowed(policy, "s3:PutObject", "arn:aws:s3:::dev-evidence/records/000002.json")


@pytest.mark.parametrize(("action", "resource"), OTHERS)
def test_reader_may_not_read_what_is_anothers(action, resource):
    assert not allowed(reader(PROD, SCOPE), action, resource)


@pytest.mark.parametrize(("action", "resource"), [*RECORDS, *NEVER])
def test_reader_writes_and_signs_nothing(action, resource):
    assert not allowed(reader(PROD, SCOPE), action, resource)


@pytest.mark.parametrize(("action", "resource"), [*OURS, *RECORDS])
def test_ci_may_read_call_and_record(action, resource):
    assert allowed(ci(PROD, SCOPE), action, resource)


def test_ci_may_ask_before_a_load_test_how_much_of_the_quota_is_spent():
    assert allowed(ci(PROD, SCOPE), "cloudwatch:GetMetricStatistics", "*")


@pytest.mark.parametrize(("action", "resource"), [*OTHERS, *NEVER])
def test_ci_may_do_nothing_else(action, resource):
    assert not allowed(ci(PROD, SCOPE), action, resource)


def test_every_action_of_reading_is_granted():
    granted = {one for each in reader(PROD, SCOPE)["Statement"] for one in each["Action"]}

    assert granted >= set(actions()) - {DECRYPT}


def test_environment_without_a_bucket_of_images_grants_none():
    bare = replace(PROD, bucket=None)

    assert "s3:GetBucketAcl" in json.dumps(reader(PROD, SCOPE))
    assert "s3:GetBucketAcl" not in json.dumps(reader(bare, scope_of(plan_for(bare), bare)))


@pytest.mark.parametrize("changed", [{"evidence": "report/prod/evidence"}, {"evidence_key": None}])
def test_rights_to_record_without_a_store_or_a_key_are_refused(changed):
    with pytest.raises(
        EnvironmentFileError, match="run python -m runbook evidence --env prod --go"
    ):
        ci(replace(PROD, **changed), SCOPE)


def test_role_trusts_the_jobs_of_one_repository_in_one_environment():
    (statement,) = trust(PROD, "owner/rally")["Statement"]

    assert statement["Principal"]["Federated"].startswith("arn:aws:iam::444455556666:oidc-provider")
    assert statement["Condition"]["StringEquals"] == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": "repo:owner/rally:environment:prod",
    }


def test_command_prints_json(capsys, tmp_path):
    code = main(["policy", "reader", f"--environments={production_in(tmp_path)}"])

    assert code == 0
    assert json.loads(capsys.readouterr().out)["Version"] == "2012-10-17"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["trust"], "add --repository OWNER/NAME"),
        (["trust", "--repository=rally"], "add --repository OWNER/NAME"),
        (["trust", "--repository=owner/*"], "add --repository OWNER/NAME"),
        (["reader", "--repository=owner/rally"], "--repository is an option of policy trust"),
    ],
)
def test_repository_that_trusts_none_or_means_nothing_is_one_sentence(
    asked, said, capsys, tmp_path
):
    assert main(["policy", *asked, f"--environments={production_in(tmp_path)}"]) == 2
    assert said in capsys.readouterr().err
