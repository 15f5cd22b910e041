"""The answers of DynamoDB, its autoscaling and S3."""

import json

from tests.aws.answers import ACCOUNT, REGION, SCOPE, TABLE_KEY, THEN, document

OWNER = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"
"""How S3 names the account in ACLs."""


def table(asked):
    name = asked["TableName"]
    key = "UserId" if name == "Users-prod" else "SpotId"
    return {
        "Table": {
            "TableName": name,
            "TableArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}",
            "TableStatus": "ACTIVE",
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
            "BillingModeSummary": {
                "BillingMode": "PROVISIONED" if name == "Users-prod" else "PAY_PER_REQUEST"
            },
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "ByPeriod",
                    "KeySchema": [
                        {"AttributeName": "Period", "KeyType": "HASH"},
                        {"AttributeName": "Count", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                    "IndexStatus": "ACTIVE",
                }
            ],
            "SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": TABLE_KEY},
            "DeletionProtectionEnabled": True,
        }
    }


def scan(asked):
    if asked["TableName"] == "Spots-prod":
        spots = [{"SpotId": {"S": f"spot-{n}"}, "Photo": {"B": b"\x00\xff"}} for n in (1, 2)]
        return {"Items": spots, "Count": 2, "ScannedCount": 2}
    keys = ["U" + "0" * 32, "Usmoke-1", "Usmoke-1", "U" + "a" * 32]
    return {"Items": [{"UserId": {"S": key}} for key in keys], "Count": 4, "ScannedCount": 4}


TABLES = {
    "dynamodb:ListTables": {"TableNames": [*SCOPE.tables, "Orders-prod", "Orders"]},
    "dynamodb:DescribeTable": table,
    "dynamodb:DescribeContinuousBackups": {
        "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": {
                "PointInTimeRecoveryStatus": "ENABLED",
                "RecoveryPeriodInDays": 35,
                "EarliestRestorableDateTime": THEN,
                "LatestRestorableDateTime": THEN,
            },
        }
    },
    "dynamodb:DescribeTimeToLive": {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}},
    "dynamodb:DescribeKinesisStreamingDestination": {"KinesisDataStreamDestinations": []},
    "dynamodb:ListTagsOfResource": {
        "Tags": [{"Key": "Environment", "Value": "prod"}, {"Key": "Project", "Value": "CC"}]
    },
    "dynamodb:GetResourcePolicy": {"Policy": json.dumps(document("dynamodb:GetItem"))},
    "dynamodb:Scan": scan,
}
AUTOSCALING = {
    "application-autoscaling:DescribeScalableTargets": {
        "ScalableTargets": [
            {
                "ResourceId": resource,
                "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
                "MinCapacity": 5,
                "MaxCapacity": 50,
            }
            for resource in ("table/Users-prod", "table/Users-prod/index/ByPeriod", "table/Orders")
        ]
    },
    "application-autoscaling:DescribeScheduledActions": {"ScheduledActions": []},
    "application-autoscaling:DescribeScalingPolicies": {
        "ScalingPolicies": [
            {
                "PolicyName": f"seventy percent of {unit}",
                "ResourceId": "table/Users-prod",
                "ScalableDimension": f"dynamodb:table:{unit}CapacityUnits",
            }
            for unit in ("Read", "Write")
        ]
    },
}
BUCKETS = {
    "s3:GetBucketLocation": {"LocationConstraint": REGION},
    "s3:GetBucketEncryption": {
        "ServerSideEncryptionConfiguration": {
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": "alias/rally-images",
                    }
                }
            ]
        }
    },
    "s3:GetPublicAccessBlock": {
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        }
    },
    "s3:GetBucketPolicy": {"Policy": json.dumps(document("s3:GetObject"))},
    "s3:GetBucketWebsite": {},
    "s3:GetBucketAcl": {
        "Owner": {"ID": OWNER},
        "Grants": [
            {"Grantee": {"ID": OWNER, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
        ],
    },
    "s3:GetBucketRequestPayment": {"Payer": "BucketOwner"},
}
