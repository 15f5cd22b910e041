"""A small stack, set up by plain boto3: no plan and no procedure of ours had a hand in it."""

import io
import json
import zipfile

from aws.reading import Scope
from tests.aws.answers import CANARY

ACCOUNT, REGION = "555566667777", "ap-northeast-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:tour-alerts"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com", "AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        }
    ],
}
SCOPE = Scope(
    account=ACCOUNT,
    region=REGION,
    prefix="tour",
    alias="live",
    functions=("tour-login", "tour-absent"),
    roles=("tour-login-role",),
    tables=("People-tour", "Places-tour"),
    contents=("Places-tour",),
    key_scans=("People-tour",),
    real_key=r"U[0-9a-f]{32}",
    secrets=("tour/token",),
    api="tour-api",
    stage="live",
    usage_plan="tour-plan",
    topic=TOPIC,
    dashboard="tour-dashboard",
    log_groups=("/aws/lambda/tour-login",),
    salts=("own",),
)


def provision(session):
    role = session.client("iam").create_role(
        RoleName="tour-login-role", AssumeRolePolicyDocument=json.dumps(TRUST)
    )["Role"]["Arn"]
    function = function_of(session, role)
    data(session)
    api(session, function)
    watch(session)


def function_of(session, role):
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): return event")
    client = session.client("lambda")
    client.create_function(
        FunctionName="tour-login",
        Runtime="python3.13",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": package.getvalue()},
        Environment={"Variables": {"KEY": CANARY}},
        Publish=True,
    )
    return client.create_alias(FunctionName="tour-login", Name="live", FunctionVersion="1")[
        "AliasArn"
    ]


def data(session):
    client = session.client("dynamodb")
    for name, key in (("People-tour", "UserId"), ("Places-tour", "PlaceId")):
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.get_waiter("table_exists").wait(TableName=name)
        client.put_item(TableName=name, Item={key: {"S": "Usmoke-1"}})
    session.client("secretsmanager").create_secret(
        Name="tour/token", SecretString=json.dumps({"KEY": CANARY})
    )


def api(session, function):
    client = session.client("apigateway")
    api_id = client.create_rest_api(name="tour-api")["id"]
    root = client.get_resources(restApiId=api_id)["items"][0]["id"]
    place = client.create_resource(restApiId=api_id, parentId=root, pathPart="places")["id"]
    at = {"restApiId": api_id, "resourceId": place, "httpMethod": "GET"}
    client.put_method(**at, authorizationType="NONE")
    client.put_integration(
        **at,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations",
    )
    client.create_deployment(restApiId=api_id, stageName="live")


def watch(session):
    session.client("sns").create_topic(Name="tour-alerts")
    session.client("sns").subscribe(
        TopicArn=TOPIC, Protocol="email", Endpoint="somebody@example.jp"
    )
    session.client("logs").create_log_group(logGroupName="/aws/lambda/tour-login")
    session.client("cloudwatch").put_metric_alarm(
        AlarmName="tour-errors",
        AlarmActions=[TOPIC],
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
