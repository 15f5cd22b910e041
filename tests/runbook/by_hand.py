"""An account that somebody set up in the console, following the guide: names right, much else not.

Nothing of our plan or our procedures is used here: names and figures are written out.
"""

import json
from collections.abc import Callable
from typing import Any

from tests.packages import zipped

REGION = "ap-northeast-1"
PREFIX = "stamp-rally-prod"
PASSWORD = "hunter2-hunter2-hunter2-hunter2-hunter2"
"""Stands where no secret belongs; it must come out nowhere."""
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def set_up(client: Callable[[str], Any], account: str, authorization: str = "NONE") -> None:
    """Make what a hurried person makes."""
    _secrets(client("secretsmanager"))
    _table(client("dynamodb"))
    role = _role(client("iam"))
    _function(client("lambda"), role)
    client("logs").create_log_group(logGroupName=f"/aws/lambda/{PREFIX}-auth")
    _api(client("apigateway"), account, authorization)
    _monitoring(client("cloudwatch"), client("sns"))
    _bucket(client("s3"))


def _secrets(secrets: Any) -> None:
    for name, value in (
        ("token-secret-key", {"TOKEN_SECRET_KEY": "your-production-secret-key-here"}),
        ("line-channel-access-token", {"LINE_CHANNEL_ACCESS_TOKEN": "kept-" + "Zq3" * 20 + "7"}),
    ):
        secrets.create_secret(Name=f"{PREFIX}/{name}", SecretString=json.dumps(value))


def _table(dynamodb: Any) -> None:
    """Provisioned, unprotected, without the ranking's index, and with a spot of other coordinates."""
    dynamodb.create_table(
        TableName="UserStamps-prod",
        KeySchema=[
            {"AttributeName": "UserId", "KeyType": "HASH"},
            {"AttributeName": "StampId", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "UserId", "AttributeType": "S"},
            {"AttributeName": "StampId", "AttributeType": "S"},
        ],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    )
    dynamodb.create_table(
        TableName="StampMasters-prod",
        KeySchema=[{"AttributeName": "StampId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "StampId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    spot = {"lat": {"N": "35.55548"}, "lng": {"N": "139.65428"}, "radius": {"N": "15.0"}}
    moved = {"lat": {"N": "35.6"}, "lon": {"N": "139.65394"}, "radiusM": {"N": "15"}}
    for key, name, location in (
        ("STATUE-001", "Statue", spot),
        ("SEV-001", "7-Eleven", moved),
    ):
        item = {"StampId": {"S": key}, "Name": {"S": name}, "Type": {"S": "GPS"}}
        dynamodb.put_item(TableName="StampMasters-prod", Item=item | {"Location": {"M": location}})


def _role(iam: Any) -> str:
    """One that may do everything."""
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        },
    }
    name = f"{PREFIX}-auth-role"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    for arn in (ADMIN, BASIC):
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    wide = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [wide]})
    iam.put_role_policy(RoleName=name, PolicyName="console", PolicyDocument=document)
    return str(role["Role"]["Arn"])


def _function(functions: Any, role: str) -> None:
    """Three seconds, 128 MB, the key in a variable, published, and open to the world."""
    code = zipped({"lambda_function.py": "def lambda_handler(event, context): ..."})
    name = f"{PREFIX}-auth"
    functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role,
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": code},
        Environment={"Variables": {"TOKEN_SECRET_KEY": PASSWORD, "TABLE_USERS": "Users"}},
        Publish=True,
    )
    functions.create_alias(
        FunctionName=name,
        Name="live",
        FunctionVersion="1",
    )
    functions.add_permission(
        FunctionName=name,
        StatementId="world",
        Action="lambda:InvokeFunction",
        Principal="*",
    )


def _api(gateway: Any, account: str, authorization: str) -> None:
    """An edge API with one route to the bare function, deployed, with a debugging route."""
    api = gateway.create_rest_api(name=f"{PREFIX}-api")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    function = f"arn:aws:lambda:{REGION}:{account}:function:{PREFIX}-auth"
    for part, verb in (("stamps", "GET"), ("debug", "GET")):
        resource = gateway.create_resource(restApiId=api, parentId=root, pathPart=part)["id"]
        at = {"restApiId": api, "resourceId": resource, "httpMethod": verb}
        gateway.put_method(**at, authorizationType=authorization)
        gateway.put_integration(
            **at,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations",
        )
    deployment = gateway.create_deployment(restApiId=api, description="by hand")["id"]
    gateway.create_stage(restApiId=api, stageName="prod", deploymentId=deployment)
    settings = {
        "/*/*/throttling/rateLimit": "5000",
        "/*/*/logging/dataTrace": "true",
        "/~1stamps/GET/throttling/rateLimit": "9000",
        "/~1notify/POST/throttling/rateLimit": "1",
        "/~1debug/GET/throttling/rateLimit": "5",
    }
    patch = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
    gateway.update_stage(restApiId=api, stageName="prod", patchOperations=patch)
    gateway.create_usage_plan(
        name=f"{PREFIX}-usage-plan", throttle={"rateLimit": 10, "burstLimit": 20}
    )


def _monitoring(cloudwatch: Any, sns: Any) -> None:
    """The guide's alarm as the console offers it: an average, and nobody to tell."""
    sns.create_topic(Name=f"{PREFIX}-alerts", Attributes={"KmsMasterKeyId": "alias/aws/sns"})
    cloudwatch.put_metric_alarm(
        AlarmName=f"{PREFIX}-auth-errors-alarm",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": f"{PREFIX}-auth"}],
        Statistic="Average",
        Period=300,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
    )
    body = {"widgets": [{"type": "text", "properties": {"markdown": "hello"}}]}
    cloudwatch.put_dashboard(DashboardName=f"{PREFIX}-dashboard", DashboardBody=json.dumps(body))


def _bucket(s3: Any) -> None:
    where = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=f"{PREFIX}-images", CreateBucketConfiguration=where)
    read = {
        "Sid": "Readers",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{PREFIX}-images/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": read})  # of one, no list
    s3.put_bucket_policy(Bucket=f"{PREFIX}-images", Policy=policy)
