"""The answers of EventBridge, its Scheduler and its Pipes: one rule for each kind of target, one schedule, one pipe."""

from tests.aws.answers import ACCOUNT, LAMBDA, REGION, THEN

HERE = f"{REGION}:{ACCOUNT}"
BILLING = f"arn:aws:events:{HERE}:api-destination/billing/1a2b"
OURS = f"arn:aws:events:{HERE}:api-destination/rally/3c4d"
TARGETS = {
    "keep-warm": {"Id": "1", "Arn": f"{LAMBDA}rally-auth:live"},
    "ping": {"Id": "1", "Arn": OURS, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/pinger"},
    "invoices": {"Id": "1", "Arn": BILLING, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/pinger"},
}


def rule(name):
    return {
        "Name": name,
        "Arn": f"arn:aws:events:{HERE}:rule/{name}",
        "State": "ENABLED",
        "ScheduleExpression": "rate(5 minutes)",
        "EventBusName": "default",
    }


def destination(arn, url):
    return {"ApiDestinationArn": arn, "InvocationEndpoint": url, "HttpMethod": "POST"}


RESTORE = {
    "Arn": "arn:aws:scheduler:::aws-sdk:dynamodb:restoreTableFromBackup",
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/OrganizationAccess",
    "Input": '{"TargetTableName": "Users-prod"}',
}
PIPE = {
    "Name": "to-billing",
    "DesiredState": "RUNNING",
    "Source": f"arn:aws:sqs:{HERE}:orders",
    "Enrichment": f"{LAMBDA}rally-auth:live",
    "Target": f"arn:aws:sqs:{HERE}:billing",
}
AUTOMATION = {
    "events:ListEventBuses": {"EventBuses": [{"Name": "default", "Arn": f"arn:aws:events:{HERE}"}]},
    "events:ListRules": {"Rules": [rule(name) for name in TARGETS]},
    "events:ListTargetsByRule": lambda asked: {"Targets": [TARGETS[asked["Rule"]]]},
    "events:ListApiDestinations": {
        "ApiDestinations": [
            destination(BILLING, "https://billing.example.jp/invoices"),
            destination(OURS, f"https://abc123.execute-api.{REGION}.amazonaws.com/prod/notify"),
        ]
    },
    "scheduler:ListSchedules": {
        "Schedules": [
            {
                "Name": "nightly",
                "GroupName": "ops",
                "State": "ENABLED",
                "Target": {"Arn": RESTORE["Arn"]},
            }
        ]
    },
    "pipes:ListPipes": {"Pipes": [PIPE, {**PIPE, "Name": "old", "DesiredState": "STOPPED"}]},
    "pipes:DescribePipe": {**PIPE, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/pinger"},
    "scheduler:GetSchedule": {
        "Name": "nightly",
        "GroupName": "ops",
        "State": "ENABLED",
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "EndDate": THEN.replace(year=2027),
        "Target": RESTORE,
    },
}
