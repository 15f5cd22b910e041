"""What acts by itself is read with what it does to ours; a Region's other rules and schedules are left out."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aws.access.automation import Act, Ours
from aws.access.principals import Principal
from aws.access.reach import Reach
from aws.access.targets import Target
from aws.door.failures import ReadFailure
from aws.words import SILENCE
from tests.aws.answers import ACCOUNT, LAMBDA, REGION, SCOPE, automation
from tests.unread import refused

ADMIN, OTHER = (f"arn:aws:iam::{ACCOUNT}:role/{one}" for one in ("admin", "other"))
SDK = "arn:aws:scheduler:::aws-sdk:"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/Users-prod"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/"
OWN_LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/rally/errors"
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:"
ON_ALARM = Act(on=("rally: errors/5m",), role=ADMIN)
ON_LOGS = Act(on=("/rally/errors",), role=ADMIN)
DOMAINS = (SCOPE.domain, "second.example.jp")
REACHES = Reach(kind="table", name="Users-prod", action="dynamodb:PutItem", by=SILENCE)
OURS = Ours(
    scope=SCOPE,
    targets=(
        Target(
            kind="table",
            name="Users-prod",
            arns=(TABLE, f"{TABLE}/stream/*T??:??:??.???"),
            actions=(),
        ),
        Target(kind="function", name="rally-auth", arns=(f"{LAMBDA}rally-auth",), actions=()),
        Target(kind="domain", name=SCOPE.domain, arns=(), actions=()),
        Target(kind="log", name="rally", arns=(f"{LOGS}rally-auth", OWN_LOGS), actions=()),
        Target(kind="alarm", name="rally", arns=(f"{ALARM}rally: errors/5m",), actions=()),
    ),
    api_ids=frozenset({"abc123"}),
    principals={
        ADMIN: Principal(
            arn=ADMIN,
            kind="role",
            reach=(REACHES,),
            services=tuple(
                f"{one}.amazonaws.com" for one in ("appsync", "fis", "redshift", "states")
            ),
        )
    },
    functions={"tidy-up": frozenset({ADMIN}), "billing": frozenset({OTHER})},
)


def deed(arn, given="", role=ADMIN):
    return OURS.deed({"Arn": arn, "RoleArn": role, "Input": given})


@pytest.mark.parametrize(
    ("arn", "given", "role", "expected"),
    [
        (f"{LAMBDA}rally-auth", "", "", Act(on=("rally-auth",))),
        (f"arn:aws:execute-api:{REGION}:{ACCOUNT}:abc123/prod/POST/notify", "", OTHER, Act(on=("rally-api",), role=OTHER)),
        (f"{SDK}lambda:updateAlias", '{"FunctionName": "rally-auth"}', ADMIN, Act(on=("rally-auth",), role=ADMIN)),
        (f"{SDK}dynamodb:deleteTable", '{"TableName": "Users-prod"}', ADMIN, Act(on=("Users-prod",), role=ADMIN)),
        (f"{SDK}dynamodb:deleteTable", r'{"TableName": "Users\u002dprod"}', ADMIN, Act(on=("Users-prod",), role=ADMIN)),
        (f"{SDK}dynamodb:deleteTable", r'{"TableName": "Users\u002dprod", "TableName": "x"}', ADMIN, Act(on=("Users-prod",), role=ADMIN)),
        (f"{SDK}dynamodb:deleteTable", r'{"TableName": "Old-Users\u002dprod"}', ADMIN, None),
        (f"{SDK}dynamodb:deleteTable", r'{"TableName": "Users\\u002dprod"}', ADMIN, None),
        (f"{SDK}sns:publish", r'{"Message": "{\"table\": \"Users\\u002dprod\"}"}', ADMIN, Act(on=("Users-prod",), role=ADMIN)),
        (f"{SDK}dynamodb:deleteTable", r'"Users\u002dprod"', ADMIN, Act(on=("Users-prod",), role=ADMIN)),
        (f"{SDK}dynamodb:deleteTable", '{"TableName": "Users-prod', ADMIN, Act(on=("Users-prod",), role=ADMIN)),
        (f"{SDK}lambda:invoke", r'{"FunctionName": "tidy\u002dup"}', OTHER, Act(role=ADMIN)),
        (f"{SDK}eventbridge:PutTargets", '{"Rule": "x"}', ADMIN, Act(role=ADMIN)),
        (f"{SDK}apigateway:deleteDomainName", f'{{"DomainName": "{SCOPE.domain.upper()}"}}', ADMIN, Act(on=(SCOPE.domain,), role=ADMIN)),
        (f"{SDK}dynamodb:deleteTable", '{"TableName": "USERS-PROD"}', ADMIN, None),
        (f"{SDK}dynamodb:deleteTable", '{"TableName": "Users-prod"}', OTHER, None),
        (f"{SDK}dynamodb:deleteTable", '{"TableName": "Old-Users-prod"}', ADMIN, None),
        (f"{SDK}dynamodb:deleteTable", '{"TableName": "<aws.scheduler.attempt-number>"}', ADMIN, Act(role=ADMIN)),
        (f"{SDK}sfn:startExecution", '{"stateMachineArn": "x"}', OTHER, Act(role=ADMIN)),
        (f"{SDK}lambda:invoke", '{"FunctionName": "tidy-up"}', OTHER, Act(role=ADMIN)),
        (f"{SDK}lambda:invoke", '{"FunctionName": "billing"}', OTHER, None),
        (f"{SDK}fis:startExperiment", '{"experimentTemplateId": "EXT1"}', ADMIN, Act(role=ADMIN)),
        (f"{SDK}fis:startExperiment", '{"experimentTemplateId": "EXT1"}', OTHER, Act(role=ADMIN)),
        (f"{SDK}fis:stopExperiment", '{"id": "EXP1"}', ADMIN, None),
        (f"{SDK}backup:startRestoreJob", '{"RecoveryPointArn": "x"}', ADMIN, Act(role=ADMIN)),
        (f"{SDK}backup:startRestoreJob", '{"RecoveryPointArn": "x"}', OTHER, None),
        (f"{SDK}iam:attachRolePolicy", '{"RoleName": "x"}', ADMIN, Act(role=ADMIN)),
        (f"{SDK}ec2:startInstances", '{"InstanceIds": ["i-1"]}', ADMIN, Act(role=ADMIN)),
        (f"{SDK}ec2:startInstances", '{"InstanceIds": ["i-1"]}', OTHER, None),
        (f"{SDK}ec2:stopInstances", '{"InstanceIds": ["i-1"]}', ADMIN, None),
        (f"{SDK}rds:startDBInstance", '{"DbInstanceIdentifier": "x"}', ADMIN, None),
        (f"{SDK}cloudwatchlogs:createExportTask", '{"LogGroupName": "x"}', ADMIN, None),
        (f"{SDK}sqs:sendMessage", '{"QueueUrl": "x"}', ADMIN, None),
        (f"{SDK}lambda:putFunctionConcurrency", '{"FunctionName": "tidy-up"}', ADMIN, None),
        (f"{SDK}lambda:updateFunctionConfiguration", '{"FunctionName": "tidy-up"}', ADMIN, None),
        (f"{SDK}lambda:updateFunctionCode", '{"FunctionName": "tidy-up"}', OTHER, Act(role=ADMIN)),
        (f"{SDK}lambda:putFunctionConcurrency", '{"FunctionName": "rally-auth"}', ADMIN, Act(on=("rally-auth",), role=ADMIN)),
        (f"{SDK}lambda:putFunctionConcurrency", f'{{"FunctionName": "{LAMBDA}rally-auth"}}', ADMIN, Act(on=("rally-auth",), role=ADMIN)),
        (f"{SDK}lambda:putFunctionConcurrency", f'{{"FunctionName": "{ACCOUNT}:function:rally-auth"}}', ADMIN, Act(on=("rally-auth",), role=ADMIN)),
        (f"{SDK}lambda:updateFunctionConfiguration", '{"FunctionName": "rally-auth:live"}', ADMIN, Act(on=("rally-auth",), role=ADMIN)),
        (f"{SDK}lambda:getFunctionConcurrency", '{"FunctionName": "rally-auth"}', ADMIN, None),
        (f"{SDK}dynamodb:describeTable", '{"TableName": "Users-prod"}', ADMIN, None),
        (f"{SDK}redshiftdata:executeStatement", '{"Sql": "CALL nightly()"}', OTHER, Act(role=ADMIN)),
        (f"{SDK}redshiftdata:describeStatement", '{"Id": "x"}', OTHER, None),
        (f"arn:aws:redshift:{REGION}:{ACCOUNT}:cluster:reports", "", OTHER, Act(role=ADMIN)),
        (f"arn:aws:redshift-serverless:{REGION}:{ACCOUNT}:workgroup/1a2b", "", OTHER, Act(role=ADMIN)),
        (f"{LAMBDA}tidy-up:live", "", "", Act(role=ADMIN)),
        (f"{LAMBDA}tidy-up-2", "", "", None),
        (f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/x", "", OTHER, None),
        (f"arn:aws:ssm:{REGION}:{ACCOUNT}:automation-definition/x", "", ADMIN, Act(role=ADMIN)),
        (f"arn:aws:appsync:{REGION}:{ACCOUNT}:endpoints/graphql-api/x", "", OTHER, Act(role=ADMIN)),
        (f"arn:aws:ssm-incidents::{ACCOUNT}:response-plan/x", "", OTHER, None),
        (f"{SDK}cloudwatchlogs:putAccountPolicy", '{"PolicyName": "x"}', ADMIN, Act(role=ADMIN)),
        (f"{SDK}cloudwatchlogs:putAccountPolicy", '{"PolicyName": "x"}', OTHER, None),
        (f"{SDK}apigateway:updateAccount", '{"PatchOperations": []}', ADMIN, Act(role=ADMIN)),
        (f"{SDK}eventbridge:enableRule", '{"Name": "x"}', ADMIN, Act(role=ADMIN)),
        (f"{SDK}eventbridge:putEvents", '{"Entries": []}', ADMIN, None),
        (f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders", "", ADMIN, None),
    ],
)  # fmt: skip
def test_target_acts_on_ours_by_its_arn_its_input_or_its_role(arn, given, role, expected):
    assert deed(arn, given, role) == expected


@pytest.mark.parametrize(
    ("call", "given", "expected"),
    [
        ("cloudwatch:deleteAlarms", '{"AlarmNames": ["other", "rally: errors/5m"]}', ON_ALARM),
        ("cloudwatch:setAlarmState", r'{"AlarmName": "rally: errors\/5m", "StateValue": "OK"}', ON_ALARM),
        ("cloudwatch:putAlarmMuteRule", '{"Name": "x", "MuteTargets": {"AlarmNames": ["rally: errors/5m"]}}', ON_ALARM),
        ("cloudwatch:disableAlarmActions", f'{{"AlarmNames": ["{ALARM}rally: errors/5m"]}}', ON_ALARM),
        ("cloudwatchlogs:deleteLogGroup", '{"LogGroupName": "/rally/errors"}', ON_LOGS),
        ("cloudwatchlogs:putDataProtectionPolicy", f'{{"LogGroupIdentifier": "{OWN_LOGS}:*"}}', ON_LOGS),
        ("cloudwatchlogs:putRetentionPolicy", '{"LogGroupName": "/aws/lambda/rally-auth"}', Act(on=("/aws/lambda/rally-auth", "rally-auth"), role=ADMIN)),
        ("cloudwatch:deleteAlarms", '{"AlarmNames": ["other: errors/5m", "5m", "rally"]}', None),
        ("cloudwatch:deleteAlarms", '{"AlarmNames": ["rally: errors/5m-old", "my-rally: errors/5m"]}', None),
        ("cloudwatch:putMetricAlarm", '{"AlarmName": "x", "Tags": [{"Key": "app", "Value": "rally"}]}', None),
        ("cloudwatchlogs:deleteLogGroup", '{"LogGroupName": "/billing/errors"}', None),
        ("cloudwatchlogs:deleteLogGroup", '{"LogGroupName": "/rally/errors-old"}', None),
        ("cloudwatchlogs:createExportTask", '{"LogGroupName": "x", "DestinationPrefix": "rally/errors"}', None),
        ("route53:changeResourceRecordSets", '{"Name": "my-api.rally.example.jp"}', None),
        ("s3:putObject", '{"Bucket": "reports", "Key": "rally/weekly.csv"}', None),
        ("sns:publish", '{"TopicArn": "x", "Message": "The rally begins."}', None),
    ],
)  # fmt: skip
def test_alarms_and_log_groups_are_meant_by_their_whole_names_not_by_their_prefix(
    call, given, expected
):
    assert deed(f"{SDK}{call}", given) == expected


def test_input_nested_too_deep_to_parse_is_searched_as_text():
    given = "[" * 100_000 + '"Users-prod"'

    assert deed(f"{SDK}dynamodb:deleteTable", given) == Act(on=("Users-prod",), role=ADMIN)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"https://{SCOPE.domain}/notify", Act(on=("rally-api",), role=OTHER)),
        (f"https://{SCOPE.domain}:443/notify", Act(on=("rally-api",), role=OTHER)),
        (f"https://{SCOPE.domain.upper()}:443?to=all", Act(on=("rally-api",), role=OTHER)),
        (f"https://abc123.execute-api.{REGION}.amazonaws.com:443/prod", Act(on=("rally-api",), role=OTHER)),
        (f"https://{SCOPE.domain}./notify", Act(on=("rally-api",), role=OTHER)),
        ("https://second.example.jp/v1/notify", Act(on=("rally-api",), role=OTHER)),
        (f"https://www.{SCOPE.domain}:443/notify", None),
        (f"https://xyz789.execute-api.{REGION}.amazonaws.com/abc123/notify", None),
        (f"https://billing.example.jp/{SCOPE.domain}", None),
    ],
)  # fmt: skip
def test_destination_calls_ours_by_its_host_be_a_port_written_or_not(url, expected):
    arn = f"arn:aws:events:{REGION}:{ACCOUNT}:api-destination/x/1"

    assert OURS.deed({"Arn": arn, "RoleArn": OTHER}, url, DOMAINS) == expected


def test_role_whose_policies_are_unread_leaves_it_unknown():
    unread = replace(OURS, principals={ADMIN: refused("iam:GetPolicy: AccessDenied")})

    with pytest.raises(ReadFailure, match="AccessDenied"):
        unread.deed({"Arn": f"{SDK}dynamodb:deleteTable", "RoleArn": ADMIN, "Input": "Users-prod"})


def test_rules_and_schedules_that_act_on_ours_are_read(found):
    acts = {
        name: [(act.target, act.on) for act in it.acts] for name, it in found.automations.items()
    }

    assert acts == {
        "event rule default/keep-warm": [(f"{LAMBDA}rally-auth:live", ("rally-auth",))],
        "event rule default/ping": [
            (f"https://abc123.execute-api.{REGION}.amazonaws.com/prod/notify", ("rally-api",))
        ],
        "pipe to-billing": [(f"{LAMBDA}rally-auth:live", ("rally-auth",))],
        "schedule ops/nightly": [(automation.RESTORE["Arn"], ("Users-prod",))],
    }


@pytest.mark.parametrize(
    ("more", "ends"),
    [
        ({"ScheduleExpression": "rate(1 hour)"}, None),
        (
            {
                "ScheduleExpression": "at(2026-12-01T03:00:00)",
                "ScheduleExpressionTimezone": "Asia/Tokyo",
                "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
            },
            datetime(2026, 11, 30, 18, 15, tzinfo=UTC),
        ),
    ],
)
def test_schedule_ends_after_its_one_time(fake, sections, more, ends):
    fake.answers["scheduler:GetSchedule"] = {
        **automation.AUTOMATION["scheduler:GetSchedule"],
        "EndDate": None,
        **more,
    }

    assert sections().automations["schedule ops/nightly"].ends == ends


@pytest.mark.parametrize(
    ("part", "arn", "on"),
    [
        ("Source", f"{TABLE}/stream/2026-11-30T00:00:00.000", {"Users-prod", "rally-auth"}),
        ("Target", f"arn:aws:execute-api:{REGION}:{ACCOUNT}:abc123/prod/POST/notify", {"rally-api", "rally-auth"}),
        ("Target", automation.OURS, {"rally-api", "rally-auth"}),
        ("Enrichment", f"{LAMBDA}billing", set()),
    ],
)  # fmt: skip
def test_pipe_acts_on_ours_by_each_of_its_parts(fake, sections, part, arn, on):
    fake.answers["pipes:DescribePipe"] = {
        **automation.AUTOMATION["pipes:DescribePipe"],
        part: arn,
    }

    acts = getattr(sections().automations.get("pipe to-billing"), "acts", ())
    assert {name for act in acts for name in act.on} == on


def test_pipe_that_logs_into_a_log_group_of_ours_acts_on_it(fake, sections):
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/rally-auth"
    fake.answers["pipes:DescribePipe"] = {
        **automation.AUTOMATION["pipes:DescribePipe"],
        "Enrichment": None,
        "LogConfiguration": {"CloudwatchLogsLogDestination": {"LogGroupArn": group}},
    }

    (act,) = sections().automations["pipe to-billing"].acts
    assert act.target == group


@pytest.mark.parametrize(
    ("operation", "key", "off"),
    [
        ("events:ListRules", "Rules", {"State": "DISABLED"}),
        ("scheduler:ListSchedules", "Schedules", {"State": "DISABLED"}),
        ("pipes:ListPipes", "Pipes", {"DesiredState": "STOPPED"}),
    ],
)
def test_what_is_disabled_is_left_out(fake, sections, operation, key, off):
    listed = automation.AUTOMATION[operation]
    fake.answers[operation] = {key: [{**one, **off} for one in listed[key]]}

    kinds = {str(difference.kind) for difference in sections().automations.values()}
    assert len(kinds) == 2
