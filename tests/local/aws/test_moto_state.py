"""A saved state comes back as it was, in all that moto holds, and shares nothing with what is changed since."""

import io
import json
import zipfile

import pytest

from local.aws.moto import Moto
from tests.local.aws.account import REGION
from tests.moto_state import restore, state_of

KEY = {"UserId": {"S": "U1"}}
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def package():
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): ...")
    return code.getvalue()


@pytest.fixture
def things(client, role):
    """One thing of each service that keeps its state in its own way."""
    arn = role({"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"})
    client("iam").attach_role_policy(RoleName="worker", PolicyArn=READ_ONLY)
    client("dynamodb").create_table(
        TableName="Users",
        KeySchema=[{"AttributeName": "UserId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "UserId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client("dynamodb").put_item(TableName="Users", Item=KEY)
    made = {"FunctionName": "auth", "Role": arn, "Runtime": "python3.13", "Handler": "main.handler"}
    client("lambda").create_function(**made, Code={"ZipFile": package()}, Publish=True)
    client("lambda").create_alias(FunctionName="auth", Name="live", FunctionVersion="1")
    where = {"LocationConstraint": REGION}
    client("s3").create_bucket(Bucket="images", CreateBucketConfiguration=where)
    client("s3").put_object(Bucket="images", Key="a.txt", Body=b"as saved")
    client("logs").create_log_group(logGroupName="/aws/lambda/auth")
    client("sns").create_topic(Name="alerts")


@pytest.fixture
def seen(client):
    """Return what the APIs tell of those things."""

    def seen():
        functions = client("lambda")
        answers = (
            client("iam").list_role_policies(RoleName="worker"),
            client("iam").list_attached_role_policies(RoleName="worker"),
            client("iam").get_policy(PolicyArn=READ_ONLY),
            client("dynamodb").scan(TableName="Users")["Items"],
            client("dynamodb").describe_table(TableName="Users"),
            functions.list_versions_by_function(FunctionName="auth"),
            functions.list_aliases(FunctionName="auth"),
            functions.get_function_configuration(FunctionName="auth", Qualifier="live"),
            [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]],
            client("s3").get_object(Bucket="images", Key="a.txt")["Body"].read().decode(),
            client("logs").describe_log_groups(),
            client("sns").list_topics(),
        )
        return [_without_metadata(answer) for answer in answers]

    return seen


@pytest.fixture
def change_everything(client):
    def change():
        client("iam").delete_role_policy(RoleName="worker", PolicyName="own")
        client("iam").detach_role_policy(RoleName="worker", PolicyArn=READ_ONLY)
        client("dynamodb").put_item(TableName="Users", Item={"UserId": {"S": "U2"}})
        client("lambda").update_function_configuration(FunctionName="auth", Timeout=9)
        client("lambda").publish_version(FunctionName="auth")
        client("lambda").update_alias(FunctionName="auth", Name="live", FunctionVersion="2")
        client("s3").put_object(Bucket="images", Key="a.txt", Body=b"changed")
        where = {"LocationConstraint": REGION}
        client("s3").create_bucket(Bucket="more-images", CreateBucketConfiguration=where)
        client("logs").delete_log_group(logGroupName="/aws/lambda/auth")
        client("sns").create_topic(Name="more-alerts")

    return change


@pytest.mark.usefixtures("things")
def test_what_is_changed_after_saving_is_not_in_the_copy(aws, seen, change_everything):
    state, before = state_of(aws), seen()
    change_everything()
    changed = seen()
    restore(aws, state)

    assert all(one != other for one, other in zip(before, changed, strict=True))
    assert seen() == before


@pytest.mark.usefixtures("things")
def test_a_copy_that_was_restored_once_is_restored_again(aws, seen, change_everything):
    state, before = state_of(aws), seen()
    restore(aws, state)
    change_everything()
    restore(aws, state)

    assert seen() == before


@pytest.mark.usefixtures("things")
def test_a_copy_replaces_all_that_was_there(aws, client):
    state = state_of(aws)
    client("secretsmanager").create_secret(Name="later", SecretString="x")
    restore(aws, state)

    assert client("secretsmanager").list_secrets()["SecretList"] == []


def test_a_deployment_comes_back_with_what_it_froze(aws, api, served):
    api.deploy()
    before, state = served(api.id, "prod").document, state_of(aws)
    aws.clear()
    gone = served(api.id, "prod")
    restore(aws, state)

    assert gone is None
    assert served(api.id, "prod").document == before


def _without_metadata(answer):
    if isinstance(answer, dict):
        answer = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    return json.loads(json.dumps(answer, default=str))


@pytest.mark.parametrize("service", ["dynamodbstreams", "kms"])
def test_a_service_into_which_dynamodb_writes_waits_for_its_lock(service):
    moto = Moto("123456789012")

    assert moto.lock(service) is moto.lock("dynamodb")
    assert moto.lock(service) is not moto.lock("iam")
