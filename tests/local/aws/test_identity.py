"""A role may do what its policies say, and nothing else."""

import json
from functools import partial

import pytest

from tests.local.aws.account import ACCOUNT, REGION, refused

GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/rally"


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def test_a_role_reads_only_the_table_that_it_is_given(users, role, acting):
    tables = acting(role(allow("dynamodb:GetItem", users)))("dynamodb")

    assert "Item" not in tables.get_item(TableName="Users-prod", Key={"UserId": {"S": "U1"}})
    with refused("AccessDeniedException", "dynamodb:GetItem", "table/Other-prod"):
        tables.get_item(TableName="Other-prod", Key={"UserId": {"S": "U1"}})


def test_the_refusal_names_caller_action_resource_and_reason(users, role, acting):
    tables = acting(role(allow("dynamodb:GetItem", users)))("dynamodb")

    with refused(
        "AccessDeniedException",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/worker/test is not authorized",
        f"perform: dynamodb:PutItem on resource: {users}",
        "no statement allows",
    ):
        tables.put_item(TableName="Users-prod", Item={"UserId": {"S": "U1"}})


def test_an_index_is_a_resource_of_its_own(users, role, acting):
    query = {
        "TableName": "Users-prod",
        "IndexName": "ByTeam",
        "KeyConditionExpression": "Team = :team",
        "ExpressionAttributeValues": {":team": {"S": "red"}},
    }
    on_the_table = acting(role(allow("dynamodb:Query", users)))("dynamodb")
    on_the_index = acting(role(allow("dynamodb:Query", f"{users}/index/*"), name="indexed"))

    with refused("AccessDeniedException", "table/Users-prod/index/ByTeam"):
        on_the_table.query(**query)
    assert on_the_index("dynamodb").query(**query)["Count"] == 0


def test_a_role_writes_objects_of_the_bucket_that_it_is_given_alone(client, role, acting):
    where = {"LocationConstraint": REGION}
    for name in ("files", "orders"):
        client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)
    files = acting(role(allow("s3:PutObject", "arn:aws:s3:::files/in/*")))("s3")

    assert files.put_object(Bucket="files", Key="in/a", Body=b"a")["ETag"]
    for bucket, key in (("files", "b"), ("orders", "in/a")):
        with refused("AccessDenied", f"s3:PutObject on resource: arn:aws:s3:::{bucket}/{key}"):
            files.put_object(Bucket=bucket, Key=key, Body=b"a")


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        (["PutItem", "ConditionCheckItem"], "UpdateItem"),
        (["PutItem", "UpdateItem"], "ConditionCheckItem"),
        (["UpdateItem", "ConditionCheckItem"], "PutItem"),
        (["TransactWriteItems"], "PutItem"),
    ],
)
def test_a_transaction_needs_the_permission_of_each_part(users, role, acting, granted, missing):
    tables = acting(role(allow([f"dynamodb:{name}" for name in granted], users)))("dynamodb")
    condition = {"ConditionExpression": "attribute_exists(UserId)"}

    with refused("AccessDeniedException", f"dynamodb:{missing}"):
        tables.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": users, "Item": {"UserId": {"S": "U1"}}}},
                {
                    "Update": {
                        "TableName": users,
                        "Key": {"UserId": {"S": "U2"}},
                        "UpdateExpression": "SET Team = :t",
                        "ExpressionAttributeValues": {":t": {"S": "red"}},
                    }
                },
                {
                    "ConditionCheck": {
                        "TableName": users,
                        "Key": {"UserId": {"S": "U3"}},
                        **condition,
                    }
                },
            ]
        )


def test_a_batch_needs_its_own_permission_on_every_table(users, role, acting):
    tables = acting(role(allow("dynamodb:BatchGetItem", users)))("dynamodb")
    key = {"Keys": [{"UserId": {"S": "U1"}}]}

    assert tables.batch_get_item(RequestItems={"Users-prod": key})["UnprocessedKeys"] == {}
    with refused("AccessDeniedException", "dynamodb:BatchGetItem", "Other-prod"):
        tables.batch_get_item(RequestItems={"Users-prod": key, "Other-prod": key})


@pytest.fixture
def reading_secrets(client, role, acting):
    """The end of an ARN in a policy -> Secrets Manager as its role reaches it."""
    client("secretsmanager").create_secret(Name="rally/key", SecretString="{}")
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rally/key"
    allowed = partial(allow, "secretsmanager:GetSecretValue")
    return lambda suffix: acting(role(allowed(f"{arn}{suffix}")))("secretsmanager")


@pytest.mark.parametrize("suffix", ["-??????", "-*"])
def test_a_secret_is_matched_by_its_full_arn(reading_secrets, suffix):
    read = reading_secrets(suffix).get_secret_value(SecretId="rally/key")

    assert read["SecretString"] == "{}"


@pytest.mark.parametrize("suffix", ["", "-?????"])
def test_a_secret_is_not_matched_by_less_than_its_arn(reading_secrets, suffix):
    with refused("AccessDeniedException", "secret:rally/key-"):
        reading_secrets(suffix).get_secret_value(SecretId="rally/key")


def test_an_invocation_is_asked_for_on_the_alias(role, acting):
    alias = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:notify:live"
    functions = acting(role(allow("lambda:InvokeFunction", alias)))("lambda")

    with refused("NotImplemented"):  # IAM let it pass, and nobody runs functions here
        functions.invoke(FunctionName="notify", Qualifier="live")
    with refused("NotImplemented"):
        functions.invoke(FunctionName=alias)
    with refused("AccessDeniedException", "function:notify because"):
        functions.invoke(FunctionName="notify")
    with refused("AccessDeniedException", "function:notify:2"):
        functions.invoke(FunctionName="notify", Qualifier="2")


def test_logs_are_written_to_the_own_group_only(client, role, acting):
    client("logs").create_log_group(logGroupName="/aws/lambda/rally")
    logs = acting(role(allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"{GROUP}:*")))("logs")
    event = {"timestamp": 1795568699683, "message": "hello"}

    logs.create_log_stream(logGroupName="/aws/lambda/rally", logStreamName="s")
    logs.put_log_events(logGroupName="/aws/lambda/rally", logStreamName="s", logEvents=[event])
    with refused("AccessDeniedException", "logs:CreateLogStream", "/aws/lambda/other"):
        logs.create_log_stream(logGroupName="/aws/lambda/other", logStreamName="s")
    with refused("AccessDeniedException", "logs:CreateLogGroup"):
        logs.create_log_group(logGroupName="/aws/lambda/other")


def test_api_gateway_is_asked_by_method_and_path(api, role, acting):
    path = f"arn:aws:apigateway:{REGION}::/restapis/{api.id}/*"
    gateway = acting(role(allow("apigateway:GET", path)))("apigateway")

    assert gateway.get_resources(restApiId=api.id)["items"]
    with refused("AccessDeniedException", "apigateway:GET", "::/restapis because"):
        gateway.get_rest_apis()
    with refused("AccessDeniedException", "apigateway:POST"):
        gateway.create_deployment(restApiId=api.id)


def test_managed_policies_count_as_the_roles_own(client, role, acting):
    arn = role()
    client("iam").attach_role_policy(
        RoleName="worker",
        PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    )

    acting(arn)("logs").create_log_group(logGroupName="/aws/lambda/any")
    with refused("AccessDeniedException", "logs:DescribeLogGroups"):
        acting(arn)("logs").describe_log_groups()


def test_a_boundary_narrows_the_role(client, users, role, acting):
    boundary = client("iam").create_policy(
        PolicyName="boundary",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": allow("dynamodb:GetItem", users)}
        ),
    )["Policy"]["Arn"]
    tables = acting(role(allow("dynamodb:*", users), PermissionsBoundary=boundary))("dynamodb")

    assert "Item" not in tables.get_item(TableName="Users-prod", Key={"UserId": {"S": "U1"}})
    with refused("AccessDeniedException", "dynamodb:PutItem", "boundary"):
        tables.put_item(TableName="Users-prod", Item={"UserId": {"S": "U1"}})


def test_a_session_policy_narrows_the_session(users, role, acting):
    arn = role(allow("dynamodb:*", users))
    narrow = json.dumps({"Statement": allow("dynamodb:GetItem", users)})

    with refused("AccessDeniedException", "dynamodb:Scan"):
        acting(arn, Policy=narrow)("dynamodb").scan(TableName="Users-prod")
    assert acting(arn)("dynamodb").scan(TableName="Users-prod")["Count"] == 0


def test_an_explicit_deny_wins(users, role, acting):
    deny = {"Effect": "Deny", "Action": "dynamodb:Scan", "Resource": "*"}
    tables = acting(role(allow("dynamodb:*", users), deny))("dynamodb")

    with refused("AccessDeniedException", "explicit deny"):
        tables.scan(TableName="Users-prod")


def test_a_condition_on_the_region_is_judged(users, role, acting):
    def tables(region, name):
        condition = {"StringEquals": {"aws:RequestedRegion": region}}
        return acting(role(allow("dynamodb:*", users, Condition=condition), name=name))("dynamodb")

    assert tables(REGION, "here").scan(TableName="Users-prod")["Count"] == 0
    with refused("AccessDeniedException"):
        tables("us-east-1", "elsewhere").scan(TableName="Users-prod")


KEY = {"TableName": "Users-prod", "Key": {"UserId": {"S": "U1"}}}


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("get_item", KEY),
        ("delete_item", KEY),
        ("put_item", {"TableName": "Users-prod", "Item": {"UserId": {"S": "U1"}}}),
        (
            "query",
            {
                "TableName": "Users-prod",
                "KeyConditionExpression": "#user = :user",
                "ExpressionAttributeNames": {"#user": "UserId"},
                "ExpressionAttributeValues": {":user": {"S": "U1"}},
            },
        ),
        ("batch_get_item", {"RequestItems": {"Users-prod": {"Keys": [KEY["Key"]]}}}),
        ("transact_write_items", {"TransactItems": [{"Delete": KEY}]}),
    ],
)
def test_items_that_a_role_may_touch_are_limited_by_their_hash_key(
    users, role, acting, operation, call
):
    limit = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["U1*"]}}
    other = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["U2*"]}}
    own = acting(role(allow("dynamodb:*", users, Condition=limit)))("dynamodb")
    strange = acting(role(allow("dynamodb:*", users, Condition=other), name="other"))("dynamodb")

    assert getattr(own, operation)(**call)
    with refused("AccessDeniedException", "Users-prod"):
        getattr(strange, operation)(**call)


def test_a_condition_that_cannot_be_judged_refuses_and_says_so(users, role, acting):
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    tables = acting(role(allow("dynamodb:*", users, Condition=condition)))("dynamodb")

    with refused("AccessDeniedException", "cannot be judged locally", "aws:PrincipalOrgID"):
        tables.scan(TableName="Users-prod")


def test_a_change_of_the_policy_counts_at_the_next_call(client, users, role, acting):
    tables = acting(role(allow("dynamodb:Scan", users)))("dynamodb")
    assert tables.scan(TableName="Users-prod")["Count"] == 0

    client("iam").delete_role_policy(RoleName="worker", PolicyName="own")

    with refused("AccessDeniedException"):
        tables.scan(TableName="Users-prod")


def test_everyone_may_ask_who_they_are(role, acting):
    assert acting(role())("sts").get_caller_identity()["Arn"].endswith("assumed-role/worker/test")


def test_a_role_that_does_not_exist_cannot_be_assumed(client):
    with refused("AccessDenied", "sts:AssumeRole"):
        client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/nosuch", RoleSessionName="test"
        )


def test_temporary_credentials_that_were_never_issued_are_invalid(aws, session):
    stranger = session.client(
        "dynamodb",
        endpoint_url=aws.endpoint,
        aws_access_key_id="ASIASTRANGER",
        aws_secret_access_key="x",
        aws_session_token="x",
    )

    with refused("UnrecognizedClientException", "security token"):
        stranger.list_tables()


def test_expired_credentials_are_refused(aws, role, acting):
    tables = acting(role(allow("dynamodb:*")))("dynamodb")
    for session in aws.moto.backend("sts", "aws").assumed_roles:
        session.expiration = session.expiration.replace(year=2020)

    with refused("ExpiredTokenException"):
        tables.list_tables()


def test_the_administrator_of_the_stack_may_do_anything(client, users):
    assert client("dynamodb").scan(TableName=users)["Count"] == 0
