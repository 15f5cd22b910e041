"""The answers of CloudWatch, SNS and Logs."""

import json

from tests.aws.answers import ACCOUNT, FOREIGN_TOPIC, REGION, SCOPE, THEN, TOPIC, document


def action(alarm, state, hour):
    data = {"actionState": state, "notificationResource": TOPIC, "error": "no access to the key"}
    return {
        "AlarmName": alarm,
        "Timestamp": THEN.replace(hour=hour),
        "HistoryItemType": "Action",
        "HistorySummary": f"{state} to execute action {TOPIC}",
        "HistoryData": json.dumps(data),
    }


def alarm(name, *topics):
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}",
        "ActionsEnabled": True,
        "AlarmActions": list(topics),
        "MetricName": "Errors",
        "Namespace": "AWS/Lambda",
        "Statistic": "Sum",
        "Dimensions": [{"Name": "FunctionName", "Value": "rally-auth"}],
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 5.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "StateValue": "OK",
        "StateUpdatedTimestamp": THEN,
        "StateTransitionedTimestamp": THEN,
    }


SEARCH = """SEARCH('{AWS/Lambda,FunctionName} MetricName="Errors"', 'Sum')"""
QUOTED = """SEARCH('{"AWS/Lambda", "FunctionName"} MetricName="Throttles"', 'Sum')"""
SORTED = f"SORT({SEARCH}, SUM, DESC)"
WIDGETS = {
    "widgets": [
        {
            "type": "metric",
            "properties": {
                "title": "Errors",
                "region": REGION,
                "stat": "Sum",
                "metrics": [
                    ["AWS/Lambda", "Errors", "FunctionName", "rally-auth"],
                    ["...", "rally-notify", {"stat": "Maximum"}],
                    [".", "Duration", ".", "rally-auth"],
                    [{"expression": "m1 / m2", "id": "e1"}],
                    [{"expression": SEARCH, "id": "e2"}],
                    [{"expression": QUOTED, "id": "e3"}],
                    [{"expression": SORTED, "id": "e4"}],
                ],
            },
        },
        {"type": "text", "properties": {"markdown": "# rally, SEARCH(it)"}},
        {"type": "explorer", "properties": {"labels": [{"key": "Environment"}]}},
    ]
}
MONITORING = {
    "cloudwatch:DescribeAlarms": {
        "MetricAlarms": [
            alarm("rally-errors", TOPIC, f"arn:aws:sns:us-east-1:{ACCOUNT}:elsewhere"),
            alarm(
                "rally-healed", TOPIC, FOREIGN_TOPIC, FOREIGN_TOPIC.replace(ACCOUNT, "111122223333")
            ),
        ]
    },
    "cloudwatch:DescribeAlarmHistory": {
        "AlarmHistoryItems": [
            action("rally-errors", "Failed", 9),
            action("rally-healed", "Succeeded", 8),
            action("rally-healed", "Failed", 7),
        ]
    },
    "cloudwatch:ListAlarmMuteRules": {
        "AlarmMuteRuleSummaries": [
            {
                "AlarmMuteRuleArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm-mute-rule:nights",
                "Status": "SCHEDULED",
                "MuteType": "RECURRING",
                "LastUpdatedTimestamp": THEN,
            },
            {
                "AlarmMuteRuleArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm-mute-rule:over",
                "Status": "EXPIRED",
                "ExpireDate": THEN,
            },
        ]
    },
    "cloudwatch:GetAlarmMuteRule": lambda asked: {
        "Name": asked["AlarmMuteRuleName"],
        "Rule": {
            "Schedule": {
                "Expression": "cron(0 22 * * ? *)",
                "Duration": "PT8H",
                "Timezone": "Asia/Tokyo",
            }
        },
        "MuteTargets": {"AlarmNames": ["rally-errors"]},
        "Status": "SCHEDULED",
        "MuteType": "RECURRING",
    },
    "cloudwatch:GetDashboard": {"DashboardBody": json.dumps(WIDGETS)},
    "sns:GetTopicAttributes": lambda asked: {
        "Attributes": {
            "TopicArn": asked["TopicArn"],
            "Policy": json.dumps(document("sns:Publish")),
            "KmsMasterKeyId": "alias/rally",
        }
    },
    "sns:ListSubscriptionsByTopic": {
        "Subscriptions": [
            {
                "Protocol": "email",
                "Endpoint": "on-call@example.jp",
                "SubscriptionArn": f"{TOPIC}:1",
            },
            {
                "Protocol": "sms",
                "Endpoint": "+819012345678",
                "SubscriptionArn": "PendingConfirmation",
            },
        ]
    },
    "sns:GetSubscriptionAttributes": lambda asked: {
        "Attributes": {
            "SubscriptionArn": asked["SubscriptionArn"],
            "FilterPolicy": json.dumps({"NewStateValue": ["ALARM"]}),
            "FilterPolicyScope": "MessageBody",
            "RawMessageDelivery": "false",
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": f"{TOPIC}-lost"}),
        }
    },
    "sns:GetDataProtectionPolicy": {"DataProtectionPolicy": ""},
    "logs:DescribeAccountPolicies": {"accountPolicies": []},
    "logs:DescribeMetricFilters": {
        "metricFilters": [
            {
                "filterName": "slow",
                "logGroupName": SCOPE.log_groups[0],
                "metricTransformations": [
                    {"metricName": "Slow", "metricNamespace": "Rally", "metricValue": "1"}
                ],
            }
        ]
    },
    "logs:DescribeResourcePolicies": lambda asked: {
        "resourcePolicies": []
        if asked.get("policyScope") == "RESOURCE"
        else [
            {
                "policyName": "AWSLogDeliveryWrite",
                "policyDocument": json.dumps(document("logs:PutLogEvents")),
            }
        ]
    },
    "logs:DescribeSubscriptionFilters": lambda asked: {
        "subscriptionFilters": [
            {
                "filterName": "archive",
                "logGroupName": asked["logGroupName"],
                "destinationArn": f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/archive",
            }
        ]
    },
    "logs:DescribeLogGroups": lambda asked: {
        "logGroups": [
            {
                "logGroupName": name,
                "arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*",
                "retentionInDays": 30,
            }
            for name in (*SCOPE.log_groups, "API-Gateway-Execution-Logs_abc123/prod")
            if name.startswith(asked["logGroupNamePrefix"])
        ]
    },
}
