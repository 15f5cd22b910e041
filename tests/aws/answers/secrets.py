"""The answers of Secrets Manager and KMS."""

import json

from tests.aws.answers import ACCOUNT, CANARY, REGION, SCOPE, TABLE_KEY, document

SECRETS = {
    "secretsmanager:ListSecrets": {
        "SecretList": [{"Name": name} for name in (*SCOPE.secrets, "rally-old")]
    },
    "secretsmanager:DescribeSecret": lambda asked: {
        "Name": asked["SecretId"],
        "ARN": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{asked['SecretId']}-AbCdEf",
        "VersionIdsToStages": {"one": ["AWSPREVIOUS"], "two": ["AWSCURRENT"]},
        "Tags": [{"Key": "Environment", "Value": "prod"}],
    },
    "secretsmanager:GetResourcePolicy": lambda asked: {
        "ARN": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{asked['SecretId']}-AbCdEf",
        "Name": asked["SecretId"],
    },
    "secretsmanager:GetSecretValue": lambda asked: {
        "Name": asked["SecretId"],
        "SecretString": json.dumps({"KEY": CANARY}),
    },
    "kms:DescribeKey": lambda asked: {
        "KeyMetadata": {
            "KeyId": "11111111-2222-3333-4444-555555555555",
            "Arn": TABLE_KEY,
            "KeyState": "Enabled",
            "KeyManager": "AWS" if asked["KeyId"].startswith("alias/aws/") else "CUSTOMER",
        }
    },
    "kms:ListGrants": {"Grants": []},
    "kms:GetKeyPolicy": {"Policy": json.dumps(document("kms:*"))},
}
