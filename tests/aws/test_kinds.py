"""Each kind by a literal answer of AWS and its literal facts: a wrong path cannot hide in its own default."""

from datetime import UTC, datetime

import pytest

from aws.change.gate import ChangeContext
from aws.change.undo import EACH, ITS_ID, THIS, Calling, Undo, UndoTarget
from aws.kind.description import BY_NAME
from aws.kind.engine import Kind
from aws.kinds import KINDS, MODULES, UNDO, log_group
from aws.kinds.alarm import TYPE, Alarm, WatchedMetric
from aws.kinds.alarm_actions import MuteRule
from aws.kinds.bucket import BUCKET, SWITCHES, Bucket
from aws.kinds.certificate import CERTIFICATE, Certificate
from aws.kinds.dashboard import Dashboard, Metric, Widget
from aws.kinds.domain import BasePath, CustomDomain
from aws.kinds.function import Function
from aws.kinds.function_invocation import Alias, LambdaAccount
from aws.kinds.key import Key
from aws.kinds.log_group import LOG_GROUP, LogGroup
from aws.kinds.rest_api import MethodSetting, RestApi, Stage
from aws.kinds.role import PolicyDocument, Role
from aws.kinds.secret import Secret
from aws.kinds.table import Index, Table
from aws.kinds.table_backups import Backups, ResourcePolicy, Tags
from aws.kinds.topic import Subscription, Topic
from aws.kinds.usage_plan import ApiKey, GatewayAccount, OwnLimit, UsagePlan
from aws.ledger import Unplanned
from aws.reading import Scope
from aws.redaction.secret_text import masked
from aws.words import Words
from tests.defects import CALLED, changed_by

MORE = (
    Unplanned(
        kind=Words.same("stage"),
        name="prod",
        fact=Words.same("web ACL"),
        found="x",
        call="GetStages",
    ),
)
ANSWERS = {
    "log group": (
        {
            "group": {
                "logGroupName": "/aws/lambda/stamp-rally-prod-auth",
                "arn": "arn:aws:logs:ap-northeast-1:444455556666:log-group:/aws/lambda/x:*",
                "retentionInDays": 90,
                "logGroupClass": "INFREQUENT_ACCESS",
                "kmsKeyId": "arn:aws:kms:ap-northeast-1:444455556666:key/1",
                "storedBytes": 7,
            }
        },
        LogGroup(
            name="/aws/lambda/stamp-rally-prod-auth",
            arn="arn:aws:logs:ap-northeast-1:444455556666:log-group:/aws/lambda/x",
            retention_days=90,
            log_class="INFREQUENT_ACCESS",
            kms_key="arn:aws:kms:ap-northeast-1:444455556666:key/1",
        ),
    ),
    "bucket": (
        {
            "location": {"LocationConstraint": "EU"},
            "encryption": {
                "ServerSideEncryptionConfiguration": {
                    "Rules": [
                        {
                            "ApplyServerSideEncryptionByDefault": {
                                "SSEAlgorithm": "aws:kms",
                                "KMSMasterKeyID": "alias/images",
                            },
                            "BucketKeyEnabled": True,
                        }
                    ]
                }
            },
            "block": {
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": True,
                    "IgnorePublicAcls": True,
                    "BlockPublicPolicy": True,
                    "RestrictPublicBuckets": True,
                }
            },
            "policy": {"Policy": '{"Statement": []}'},
        },
        Bucket(
            name="images",
            encryption="aws:kms",
            kms_key="alias/images",
            public_access_blocked=True,
            policy='{"Statement": []}',
            region="eu-west-1",
        ),
    ),
    "API Gateway of this": (
        {
            "account": {
                "cloudwatchRoleArn": "arn:aws:iam::444455556666:role/logs",
                "throttleSettings": {"rateLimit": 10_000.0, "burstLimit": 5_000},
            }
        },
        GatewayAccount(
            log_role_arn="arn:aws:iam::444455556666:role/logs", rate=10_000.0, burst=5_000
        ),
    ),
    "topic": (
        {
            "topic": {
                "Attributes": {
                    "Policy": '{"Statement": []}',
                    "KmsMasterKeyId": "alias/alerts",
                    "DeliveryPolicy": '{"http": {}}',
                    "FifoTopic": "true",
                    "MaximumMessageSize": "1024",
                }
            },
            "subscriptions": {
                "Subscriptions": [
                    {
                        "Protocol": "sqs",
                        "Endpoint": "arn:aws:sqs:ap-northeast-1:444455556666:alerts",
                        "SubscriptionArn": "PendingConfirmation",
                    }
                ]
            },
            "protection": {"DataProtectionPolicy": '{"Name": "mask"}'},
        },
        Topic(
            arn="arn:aws:sns:ap-northeast-1:444455556666:alerts",
            policy='{"Statement": []}',
            kms_key="alias/alerts",
            subscriptions=(
                Subscription(
                    protocol="sqs",
                    endpoint="arn:aws:sqs:ap-northeast-1:444455556666:alerts",
                    confirmed=False,
                    arn="PendingConfirmation",
                ),
            ),
            delivery_policy='{"http": {}}',
            data_protection='{"Name": "mask"}',
            fifo=True,
            max_message_bytes=1024,
        ),
    ),
    "table": (
        {
            "table": {
                "Table": {
                    "TableName": "Users-prod",
                    "TableArn": "arn:aws:dynamodb:ap-northeast-1:444455556666:table/Users-prod",
                    "TableStatus": "ACTIVE",
                    "KeySchema": [
                        {"AttributeName": "UserId", "KeyType": "HASH"},
                        {"AttributeName": "StampId", "KeyType": "RANGE"},
                    ],
                    "AttributeDefinitions": [{"AttributeName": "UserId", "AttributeType": "S"}],
                    "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
                    "GlobalSecondaryIndexes": [
                        {
                            "IndexName": "Ranking",
                            "KeySchema": [
                                {"AttributeName": "Period", "KeyType": "HASH"},
                                {"AttributeName": "Rank", "KeyType": "RANGE"},
                                {"AttributeName": "Shard", "KeyType": "RANGE"},
                            ],
                            "Projection": {"ProjectionType": "KEYS_ONLY"},
                            "IndexStatus": "CREATING",
                            "OnDemandThroughput": {"MaxReadRequestUnits": 7},
                        }
                    ],
                    "OnDemandThroughput": {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 9},
                    "SSEDescription": {
                        "SSEType": "KMS",
                        "Status": "ENABLED",
                        "KMSMasterKeyArn": "arn:aws:kms:ap-northeast-1:444455556666:key/1",
                    },
                    "DeletionProtectionEnabled": True,
                    "Replicas": [{"RegionName": "us-east-1"}, {"RegionName": "eu-west-1"}],
                }
            }
        },
        Table(
            name="Users-prod",
            arn="arn:aws:dynamodb:ap-northeast-1:444455556666:table/Users-prod",
            status="ACTIVE",
            hash_key="UserId",
            range_key="StampId",
            attribute_types={"UserId": "S"},
            billing_mode="PAY_PER_REQUEST",
            indexes=(
                Index(
                    name="Ranking",
                    hash_key="Period",
                    range_key="Shard",
                    projection="KEYS_ONLY",
                    status="CREATING",
                    more_keys=("Rank",),
                ),
            ),
            sse_type="KMS",
            sse_status="ENABLED",
            sse_key_arn="arn:aws:kms:ap-northeast-1:444455556666:key/1",
            deletion_protection=True,
            caps={"Users-prod": 9, "Ranking": 7},
            replicas=("eu-west-1", "us-east-1"),
        ),
    ),
    "backups of table": (
        {
            "backups": {
                "ContinuousBackupsDescription": {
                    "PointInTimeRecoveryDescription": {
                        "PointInTimeRecoveryStatus": "ENABLED",
                        "RecoveryPeriodInDays": 7,
                        "EarliestRestorableDateTime": datetime(2026, 11, 16, 2, tzinfo=UTC),
                        "LatestRestorableDateTime": datetime(2026, 11, 25, 8, tzinfo=UTC),
                    }
                }
            }
        },
        Backups(
            pitr=True,
            window_days=7,
            earliest=datetime(2026, 11, 16, 2, tzinfo=UTC),
            latest=datetime(2026, 11, 25, 8, tzinfo=UTC),
        ),
    ),
    "tags of table": (
        {"tags": {"Tags": [{"Key": "Environment", "Value": "prod"}]}},
        Tags(tags={"Environment": masked("prod", public={"prod"}, salts=())}),
    ),
    "policy of table": (
        {"policy": {"Policy": '{"Statement": []}'}},
        ResourcePolicy(document='{"Statement": []}'),
    ),
    "custom domain": (
        {
            "domain": {
                "domainName": "api.rally.example.jp",
                "domainNameStatus": "AVAILABLE",
                "endpointConfiguration": {"types": ["REGIONAL"]},
                "securityPolicy": "TLS_1_2",
                "regionalCertificateArn": "arn:aws:acm:ap-northeast-1:444455556666:certificate/1",
                "regionalDomainName": "d-1.execute-api.ap-northeast-1.amazonaws.com",
                "routingMode": "ROUTING_RULE_ONLY",
            }
        },
        CustomDomain(
            name="api.rally.example.jp",
            status="AVAILABLE",
            endpoint_types=("REGIONAL",),
            security_policy="TLS_1_2",
            certificate_arn="arn:aws:acm:ap-northeast-1:444455556666:certificate/1",
            target="d-1.execute-api.ap-northeast-1.amazonaws.com",
            mappings=(BasePath(path="v1", api_id="a1", stage="prod"),),
            routing="ROUTING_RULE_ONLY",
            rules=("{}",),
            unplanned=MORE,
        ),
    ),
    "certificate": (
        {
            "certificate": {
                "Certificate": {
                    "CertificateArn": "arn:aws:acm:ap-northeast-1:444455556666:certificate/1",
                    "Status": "ISSUED",
                    "DomainName": "api.rally.example.jp",
                    "SubjectAlternativeNames": ["api.rally.example.jp", "*.rally.example.jp"],
                    "NotBefore": datetime(2026, 11, 1, tzinfo=UTC),
                    "NotAfter": datetime(2027, 11, 1, tzinfo=UTC),
                    "RenewalSummary": {"RenewalStatus": "PENDING_AUTO_RENEWAL"},
                    "RenewalEligibility": "INELIGIBLE",
                    "KeyAlgorithm": "RSA_1024",
                    "Type": "IMPORTED",
                    "Options": {"CertificateTransparencyLoggingPreference": "DISABLED"},
                }
            }
        },
        Certificate(
            arn="arn:aws:acm:ap-northeast-1:444455556666:certificate/1",
            status="ISSUED",
            names=("api.rally.example.jp", "*.rally.example.jp"),
            not_before=datetime(2026, 11, 1, tzinfo=UTC),
            not_after=datetime(2027, 11, 1, tzinfo=UTC),
            renewal="PENDING_AUTO_RENEWAL",
            renews=False,
            distrusted=("KeyAlgorithm RSA_1024",),
        ),
    ),
    "function": (
        {
            "function": {
                "Configuration": {
                    "FunctionName": "rally-auth",
                    "FunctionArn": "arn:aws:lambda:ap-northeast-1:444455556666:function:rally-auth:live",
                    "Version": "7",
                    "Runtime": "python3.13",
                    "State": "Active",
                    "LastUpdateStatus": "Successful",
                    "Handler": "handler.handler",
                    "Role": "arn:aws:iam::444455556666:role/rally-auth",
                    "Timeout": 30,
                    "MemorySize": 256,
                    "CodeSha256": "7n0R",
                    "Description": "the rally's logins",
                    "Environment": {"Variables": {"ENVIRONMENT": "prod"}},
                    "LoggingConfig": {"LogGroup": "/rally"},
                    "TracingConfig": {"Mode": "Active"},
                    "KMSKeyArn": "arn:aws:kms:ap-northeast-1:444455556666:key/1",
                    "Layers": [{"Arn": "arn:aws:lambda:ap-northeast-1:1:layer:extra:3"}],
                    "FileSystemConfigs": [{"Arn": "arn:aws:efs:x", "LocalMountPath": "/mnt/x"}],
                    "SnapStart": {"ApplyOn": "PublishedVersions"},
                    "Architectures": ["arm64"],
                    "RuntimeVersionConfig": {"RuntimeVersionArn": "arn:aws:lambda:x::runtime:y"},
                },
                "Tags": {"Environment": "prod"},
                "Concurrency": {"ReservedConcurrentExecutions": 9},
            }
        },
        Function(
            name="rally-auth",
            arn="arn:aws:lambda:ap-northeast-1:444455556666:function:rally-auth",
            version="7",
            runtime="python3.13",
            state="Active",
            last_update_status="Successful",
            handler="handler.handler",
            role_arn="arn:aws:iam::444455556666:role/rally-auth",
            timeout_s=30,
            memory_mb=256,
            code_sha256="7n0R",
            description="the rally's logins",
            environment={"ENVIRONMENT": masked("prod", public={"prod"}, salts=())},
            log_group="/rally",
            tracing="Active",
            kms_key_arn="arn:aws:kms:ap-northeast-1:444455556666:key/1",
            reserved_concurrency=9,
            layers=("arn:aws:lambda:ap-northeast-1:1:layer:extra:3",),
            file_systems=("/mnt/x (arn:aws:efs:x)",),
            architectures=("arm64",),
            runtime_version="arn:aws:lambda:x::runtime:y",
            tags={"Environment": masked("prod", public={"prod"}, salts=())},
            unplanned=MORE,
        ),
    ),
    "aliases of function": (
        {
            "alias": {
                "Name": "live",
                "AliasArn": "arn:aws:lambda:ap-northeast-1:444455556666:function:rally-auth:live",
                "FunctionVersion": "7",
                "RoutingConfig": {"AdditionalVersionWeights": {"6": 0.1}},
                "RevisionId": "r-9",
            }
        },
        Alias(
            name="live",
            arn="arn:aws:lambda:ap-northeast-1:444455556666:function:rally-auth:live",
            version="7",
            weights={"6": 0.1},
            revision="r-9",
        ),
    ),
    "Lambda of this": (
        {
            "account": {
                "AccountLimit": {
                    "ConcurrentExecutions": 1000,
                    "UnreservedConcurrentExecutions": 900,
                }
            }
        },
        LambdaAccount(concurrent_executions=1000, unreserved=900),
    ),
    "REST API": (
        {
            "api": {
                "id": "a1b2c3",
                "name": "rally-api",
                "createdDate": datetime(2026, 11, 1, 9, tzinfo=UTC),
                "endpointConfiguration": {"types": ["EDGE"]},
                "disableExecuteApiEndpoint": True,
                "policy": '{\\"Statement\\": []}',
                "tags": {"Environment": "prod"},
            }
        },
        RestApi(
            id="a1b2c3",
            name="rally-api",
            created=datetime(2026, 11, 1, 9, tzinfo=UTC),
            endpoint_types=("EDGE",),
            execute_api_disabled=True,
            policy='{"Statement": []}',
            tags={"Environment": masked("prod", public={"prod"}, salts=())},
            unplanned=MORE,
        ),
    ),
    "stage": (
        {
            "stage": {
                "stageName": "prod",
                "deploymentId": "d1",
                "description": "production",
                "variables": {"table": "prod"},
                "cacheClusterEnabled": True,
                "methodSettings": {
                    "~1spots~1{id}/GET": {
                        "throttlingRateLimit": 7.0,
                        "throttlingBurstLimit": -1,
                        "loggingLevel": "INFO",
                        "dataTraceEnabled": True,
                        "cachingEnabled": True,
                    }
                },
                "accessLogSettings": {
                    "format": "$context.requestId",
                    "destinationArn": "arn:aws:logs:ap-northeast-1:444455556666:log-group:rally",
                },
                "tracingEnabled": True,
                "canarySettings": {"percentTraffic": 10.0, "deploymentId": "d2"},
                "lastUpdatedDate": datetime(2026, 11, 2, 9, tzinfo=UTC),
                "tags": {"Environment": "prod"},
            }
        },
        Stage(
            name="prod",
            deployment_id="d1",
            description="production",
            variables={"table": masked("prod", public={"prod"}, salts=())},
            settings={
                "spots/{id}/GET": MethodSetting(
                    rate=7.0, burst=None, caching=True, data_trace=True, logging_level="INFO"
                )
            },
            cache_enabled=True,
            access_log_arn="arn:aws:logs:ap-northeast-1:444455556666:log-group:rally",
            access_log_format="$context.requestId",
            tracing=True,
            canary_percent=10.0,
            canary_deployment="d2",
            updated=datetime(2026, 11, 2, 9, tzinfo=UTC),
            tags={"Environment": masked("prod", public={"prod"}, salts=())},
            unplanned=MORE,
        ),
    ),
    "role": (
        {
            "role": {
                "RoleName": "rally-auth",
                "Arn": "arn:aws:iam::444455556666:role/rally-auth",
                "AssumeRolePolicyDocument": {"Statement": []},
                "RolePolicyList": [{"PolicyName": "least", "PolicyDocument": {"Statement": []}}],
                "RoleId": "AROAJ7QZ3F5H2KXWYEXAM",
                "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/Logs"}],
                "PermissionsBoundary": {
                    "PermissionsBoundaryArn": "arn:aws:iam::444455556666:policy/edge"
                },
                "RoleLastUsed": {"Region": "us-east-1"},
                "Tags": [{"Key": "Environment", "Value": "prod"}],
            }
        },
        Role(
            name="rally-auth",
            arn="arn:aws:iam::444455556666:role/rally-auth",
            unique_id="AROAJ7QZ3F5H2KXWYEXAM",
            trust='{"Statement": []}',
            policies=(
                PolicyDocument(name="least", document='{"Statement": []}'),
                PolicyDocument(name="Logs", document="logs", arn="arn:aws:iam::aws:policy/Logs"),
            ),
            boundary=PolicyDocument(
                name="edge", document="edge", arn="arn:aws:iam::444455556666:policy/edge"
            ),
            last_used_in="us-east-1",
            tags={"Environment": masked("prod", public={"prod"}, salts=())},
        ),
    ),
    "secret": (
        {
            "secret": {
                "Name": "rally/token",
                "ARN": "arn:aws:secretsmanager:ap-northeast-1:444455556666:secret:rally/token-aB3xYz",
                "KmsKeyId": "alias/rally",
                "DeletedDate": datetime(2026, 12, 3, 9, tzinfo=UTC),
                "LastChangedDate": datetime(2026, 11, 1, 9, tzinfo=UTC),
                "VersionIdsToStages": {"1": ["AWSPREVIOUS"], "2": ["AWSCURRENT"]},
                "PrimaryRegion": "us-east-1",
                "ReplicationStatus": [{"Region": "eu-west-1"}],
                "Tags": [{"Key": "Environment", "Value": "prod"}],
            },
            "policy": {"ResourcePolicy": '{"Statement": []}'},
        },
        Secret(
            name="rally/token",
            arn="arn:aws:secretsmanager:ap-northeast-1:444455556666:secret:rally/token-aB3xYz",
            kms_key="alias/rally",
            deleted=datetime(2026, 12, 3, 9, tzinfo=UTC),
            current=True,
            policy='{"Statement": []}',
            tags={"Environment": masked("prod", public={"prod"}, salts=())},
            replicas=("eu-west-1", "us-east-1"),
            replaced=datetime(2026, 11, 1, 9, tzinfo=UTC),
        ),
    ),
    "dashboard": (
        {
            "dashboard": {
                "DashboardArn": "arn:aws:cloudwatch::444455556666:dashboard/rally",
                "DashboardBody": """{"widgets": [{"type": "metric", "properties": {
                    "title": "Errors", "stat": "Sum",
                    "metrics": [["AWS/Lambda", "Errors", "FunctionName", "auth"]]}}]}""",
            }
        },
        Dashboard(
            name="rally",
            widgets=(
                Widget(
                    title="Errors",
                    kind="metric",
                    metrics=(
                        Metric(
                            namespace="AWS/Lambda",
                            name="Errors",
                            dimensions={"FunctionName": "auth"},
                            statistic="Sum",
                            region="ap-northeast-1",
                        ),
                    ),
                ),
            ),
        ),
    ),
    "alarm": (
        {
            "alarm": {
                TYPE: "CompositeAlarm",
                "AlarmName": "rally-errors",
                "AlarmArn": "arn:aws:cloudwatch:ap-northeast-1:444455556666:alarm:rally-errors",
                "ActionsEnabled": True,
                "AlarmActions": ["arn:aws:sns:ap-northeast-1:444455556666:alerts"],
                "Namespace": "AWS/Lambda",
                "MetricName": "Errors",
                "Dimensions": [{"Name": "FunctionName", "Value": "auth"}],
                "ExtendedStatistic": "p90",
                "Period": 300,
                "Unit": "Count",
                "EvaluationPeriods": 3,
                "DatapointsToAlarm": 2,
                "Threshold": 5.0,
                "ComparisonOperator": "GreaterThanThreshold",
                "TreatMissingData": "notBreaching",
                "StateValue": "OK",
                "StateUpdatedTimestamp": datetime(2026, 11, 25, 9, tzinfo=UTC),
                "StateTransitionedTimestamp": datetime(2026, 11, 25, 8, tzinfo=UTC),
                "AlarmDescription": "errors of auth",
                "Metrics": [
                    {"Id": "e1", "Expression": "m1 / 2"},
                    {
                        "Id": "m1",
                        "AccountId": "444455556666",
                        "MetricStat": {
                            "Metric": {
                                "Namespace": "StampRally",
                                "MetricName": "Faults",
                                "Dimensions": [{"Name": "FunctionName", "Value": "award"}],
                            },
                            "Period": 300,
                            "Stat": "Sum",
                        },
                    },
                    {"Id": "m2", "AccountId": "777788889999", "MetricStat": {"Metric": {}}},
                ],
                "ScheduledQueryConfiguration": {"QueryString": "stats count(*)"},
                "AlarmRule": "ALARM(rally-faults)",
                "ActionsSuppressor": "deployments",
            },
            "history": {
                "HistorySummary": "Failed to execute action",
                "HistoryData": '{"actionState": "Failed"}',
            },
        },
        Alarm(
            type="CompositeAlarm",
            name="rally-errors",
            arn="arn:aws:cloudwatch:ap-northeast-1:444455556666:alarm:rally-errors",
            actions_enabled=True,
            alarm_actions=("arn:aws:sns:ap-northeast-1:444455556666:alerts",),
            namespace="AWS/Lambda",
            metric="Errors",
            dimensions={"FunctionName": "auth"},
            statistic="p90",
            period_s=300,
            unit="Count",
            evaluation_periods=3,
            datapoints_to_alarm=2,
            threshold=5.0,
            comparison="GreaterThanThreshold",
            missing_data="notBreaching",
            state="OK",
            state_since=datetime(2026, 11, 25, 8, tzinfo=UTC),
            description="errors of auth",
            expressions=("m1 / 2", "stats count(*)"),
            watched=(
                WatchedMetric(
                    namespace="StampRally",
                    metric="Faults",
                    dimensions={"FunctionName": "award"},
                    statistic="Sum",
                    period_s=300,
                ),
            ),
            rule="ALARM(rally-faults)",
            failed_action="Failed to execute action",
        ),
    ),
    "mute rule": (
        {
            "rule": {
                "Name": "nights",
                "Status": "SCHEDULED",
                "MuteTargets": {"AlarmNames": ["rally-errors"]},
                "Rule": {
                    "Schedule": {
                        "Expression": "cron(0 22 * * ? *)",
                        "Duration": "PT8H",
                        "Timezone": "Asia/Tokyo",
                    }
                },
            }
        },
        MuteRule(
            name="nights",
            status="SCHEDULED",
            alarms=("rally-errors",),
            schedule="cron(0 22 * * ? *) PT8H Asia/Tokyo",
        ),
    ),
    "key": (
        {
            "key": {
                "KeyMetadata": {
                    "KeyId": "1",
                    "Arn": "arn:aws:kms:ap-northeast-1:444455556666:key/1",
                    "KeyState": "Enabled",
                    "KeyManager": "CUSTOMER",
                }
            },
            "policy": {"Policy": '{"Statement": []}'},
        },
        Key(
            arn="arn:aws:kms:ap-northeast-1:444455556666:key/1",
            state="Enabled",
            manager="CUSTOMER",
            policy='{"Statement": []}',
        ),
    ),
    "usage plan": (
        {
            "plan": {
                "id": "u1",
                "name": "rally-plan",
                "throttle": {"rateLimit": 100.0, "burstLimit": 200},
                "quota": {"limit": 1000, "offset": 5, "period": "DAY"},
                "apiStages": [
                    {"apiId": "b2", "stage": "prod"},
                    {
                        "apiId": "a1",
                        "stage": "prod",
                        "throttle": {"/stamps/GET": {"rateLimit": 7.0, "burstLimit": 9}},
                    },
                ],
            },
            "keys": {"items": [{"id": "k2"}, {"id": "k1", "type": "API_KEY"}]},
        },
        UsagePlan(
            id="u1",
            name="rally-plan",
            rate=100.0,
            burst=200,
            quota=1000,
            period="DAY",
            stages=("a1:prod", "b2:prod"),
            keys=("k1", "k2"),
            own_limits=(OwnLimit(method="a1:prod /stamps/GET", rate=7.0, burst=9),),
            offset=5,
        ),
    ),
    "API key": (
        {"key": {"id": "k1", "name": "rally-key", "enabled": True}},
        ApiKey(id="k1", name="rally-key", enabled=True),
    ),
}
"""Kind -> the answers of its calls, and the facts that they hold; none of them its fact's default."""
HERE = {
    "prefix": "stamp-rally-prod",
    "region": "ap-northeast-1",
    "unplanned": MORE,
    "mappings": (BasePath(path="v1", api_id="a1", stage="prod"),),
    "rules": ("{}",),
    "documents": {
        "arn:aws:iam::aws:policy/Logs": "logs",
        "arn:aws:iam::444455556666:policy/edge": "edge",
    },
    "scope": Scope(
        account="444455556666",
        region="ap-northeast-1",
        prefix="",
        alias="live",
        public_values=frozenset({"prod"}),
    ),
}
"""What is known of the place that they were read in."""


@pytest.mark.parametrize("table", ["READERS", "LEDGER", "UNDO"])
def test_no_two_modules_speak_of_the_same_thing(table):
    keys = [key for module in MODULES for key in getattr(module, table, {})]

    assert len(keys) == len({*keys}) > 3


@pytest.mark.parametrize("kind", KINDS, ids=lambda finding: finding.words.en)
def test_literal_answer_has_these_literal_facts(kind: Kind):
    answers, facts = ANSWERS[kind.words.en]

    named = next(
        iter(getattr(facts, key) for key in kind.facts if kind.facts[key].at == BY_NAME), ""
    )
    assert kind.decode(answers, named, **HERE) == facts


@pytest.mark.parametrize("kind", KINDS, ids=lambda finding: finding.words.en)
def test_no_literal_fact_is_what_its_absence_would_mean(kind: Kind):
    """A fact that a defect's call changes on AWS is read there with another value."""
    _, facts = ANSWERS[kind.words.en]
    same = {name for name, fact in kind.facts.items() if getattr(facts, name) == fact.absent}

    missing = ", ".join(sorted(same - changed_by(CALLED, kind.type)))
    assert not missing, f"{missing}: no default in the literal answer of the kind in this file"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"Type": "PRIVATE"}, "Type PRIVATE"),
        ({"Type": "AMAZON_ISSUED"}, "CertificateTransparencyLoggingPreference DISABLED"),
        ({"SignatureAlgorithm": "SHA1WITHRSA"}, "SignatureAlgorithm SHA1WITHRSA"),
        ({"ExtendedKeyUsages": [{"Name": "CODE_SIGNING"}]}, "ExtendedKeyUsages CODE_SIGNING"),
    ],
)
def test_certificate_that_no_phone_accepts_is_told(changed, told):
    answers, _ = ANSWERS["certificate"]
    raw = {"Certificate": answers["certificate"]["Certificate"] | changed}

    assert told in CERTIFICATE.decode({"certificate": raw}).distrusted


def test_group_of_which_aws_says_nothing_more_never_expires():
    found = LOG_GROUP.decode({"group": {"logGroupName": "/aws/lambda/x"}})

    assert (found.retention_days, found.log_class) == (None, "STANDARD")
    (finding,) = LOG_GROUP.differences(
        found.name, found, {log_group.RETENTION: log_group.expiring(30)}, loosens=True
    )
    assert finding.words.en == (
        "log group /aws/lambda/x: retention (days): found unlimited (logs:DescribeLogGroups),"
        " expected 30 or more, but limited"
    )


NOTHING_SET = {"location": {}, "encryption": {}, "block": {}, "policy": {}}


def test_bucket_of_which_nothing_is_set_is_open_and_in_the_oldest_region():
    found = BUCKET.decode(NOTHING_SET, "images")

    assert (found.encryption, found.policy, found.region) == (None, None, "us-east-1")
    assert not found.public_access_blocked


@pytest.mark.parametrize(
    "switch", ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
)
def test_bucket_is_closed_only_if_all_four_switches_are_on(switch):
    on = dict.fromkeys(SWITCHES, True) | {switch: False}
    block = {"PublicAccessBlockConfiguration": on}

    assert not BUCKET.decode({**NOTHING_SET, "block": block}, "images").public_access_blocked


ODD = ("Nightly: maintenance", "Nightly", "a, b", 'it\'s "mine"', "夜間：停止、保守", "{name}")
"""S1: names that have our own separators in them, one the beginning of another."""
OF_EACH = [
    (kind, fact, how.call)
    for (kind, fact), how in UNDO.items()
    if isinstance(how, Undo) and isinstance(how.call, Calling)
    if EACH in how.call.parameters.values()
]


class NotingClient:
    """A client that only records what it is asked."""

    def __init__(self):
        self.asked = []

    def __getattr__(self, method):
        return lambda **parameters: self.asked.append((method, parameters))


@pytest.mark.parametrize(
    ("kind", "fact", "call"), OF_EACH, ids=[f"{kind}: {fact}" for kind, fact, _ in OF_EACH]
)
def test_undoing_takes_each_name_whole_and_no_other(kind, fact, call):
    client = NotingClient()
    context = ChangeContext(clients=lambda _: client, go=True, sleep=lambda _: None)
    call(UndoTarget(context=context, name="ours, of: prod", id="1f3c", ids=ODD))
    member = next(name for name, value in call.parameters.items() if value == EACH)
    others = {*call.parameters.values()} - {EACH}

    assert [method for method, _ in client.asked] == [call.operation] * len(ODD), (kind, fact)
    assert [asked[member] for _, asked in client.asked] == list(ODD)
    assert {value for _, asked in client.asked for value in asked.values()} == {
        *ODD,
        *({THIS: "ours, of: prod", ITS_ID: "1f3c"}.get(value, value) for value in others),
    }
