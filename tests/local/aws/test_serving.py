"""The local AWS answers over HTTP as AWS does, and forgets everything when it ends."""

import http.client
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import boto3
import pytest

from local.aws.request import Response, json_response
from local.aws.server import LocalAws, load
from tests.local.aws.account import ACCOUNT, ONCE, REGION, refused


def test_it_listens_on_the_loopback_interface_only(aws):
    assert urlsplit(aws.endpoint).hostname == "127.0.0.1"
    assert aws._server.server_address[0] == "127.0.0.1"  # noqa: SLF001  # the socket itself


def test_it_is_the_account_that_it_was_given(client):
    assert client("sts").get_caller_identity()["Account"] == ACCOUNT


def test_importing_it_imports_neither_moto_nor_boto3():
    told = "import sys, local.aws.server; print([m for m in ('moto', 'boto3') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_services_can_be_asked_before_a_stack_is_there():
    assert {response.status for response in load()} == {200}


def test_a_connection_stays_open_for_the_next_call(aws, session):
    signed = session.client("sts", endpoint_url=aws.endpoint, config=ONCE)
    headers = {}
    signed.meta.events.register("before-send", lambda request, **_: headers.update(request.headers))
    signed.get_caller_identity()
    connection = http.client.HTTPConnection(urlsplit(aws.endpoint).netloc, timeout=60)

    def call():
        connection.request("POST", "/", "Action=GetCallerIdentity&Version=2011-06-15", headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, connection.sock

    first, second = call(), call()
    connection.close()

    assert first == second
    assert first[0] == 200


def test_a_call_without_a_signature_is_refused(aws):
    connection = http.client.HTTPConnection(urlsplit(aws.endpoint).netloc, timeout=60)
    connection.request("GET", "/moto-api/reset")
    answer = connection.getresponse()

    assert answer.status == 403
    assert answer.getheader("x-amzn-ErrorType") == "MissingAuthenticationTokenException"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b'{"TransactItems": 3}'])
def test_a_body_that_makes_no_sense_is_answered_all_the_same(aws, body):
    scope = f"Credential=AKIALOCAL/20261125/{REGION}/dynamodb/aws4_request, Signature=x"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 {scope}",
        "X-Amz-Target": "DynamoDB_20120810.TransactWriteItems",
    }
    connection = http.client.HTTPConnection(urlsplit(aws.endpoint).netloc, timeout=60)
    connection.request("POST", "/", body, headers)
    answer = connection.getresponse()

    assert answer.status >= 400
    assert not answer.read().startswith(b"<")


def test_another_idea_of_the_account_stops_the_start(monkeypatch):
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)

    with (
        pytest.raises(RuntimeError, match="MOTO_ACCOUNT_ID is set"),
        LocalAws("111122223333", REGION),
    ):
        pass
    monkeypatch.delenv("MOTO_ACCOUNT_ID")
    with LocalAws("111122223333", REGION) as aws:  # the failed start left nothing behind
        assert aws.account == "111122223333"


def test_what_moto_lacks_is_not_implemented_in_the_services_own_words(client):
    with refused("NotImplemented", "dynamodb DescribeContributorInsights"):
        client("dynamodb").describe_contributor_insights(TableName="Users-prod")
    with refused("NotImplemented", "iam SimulatePrincipalPolicy"):
        client("iam").simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:role/r", ActionNames=["s3:GetObject"]
        )
    with refused("NotImplemented", "apigateway GetUsage"):
        client("apigateway").get_usage(
            usagePlanId="x", startDate="2026-11-24", endDate="2026-11-25"
        )


@pytest.mark.parametrize("service", ["dynamodb", "sts", "s3", "apigateway", "cloudwatch"])
def test_a_bug_of_the_simulator_is_a_500_of_awss_shape(aws, client, service):
    def broken(_request):
        raise KeyError("surprise")

    aws.extensions.append(broken)
    calls = {
        "dynamodb": lambda: client("dynamodb").list_tables(),
        "sts": lambda: client("sts").get_caller_identity(),
        "s3": lambda: client("s3").list_buckets(),
        "apigateway": lambda: client("apigateway").get_rest_apis(),
        "cloudwatch": lambda: client("cloudwatch").describe_alarms(),
    }

    with refused("InternalFailure", "KeyError", "surprise"):
        calls[service]()


def test_an_extension_may_answer_in_place_of_moto(aws, client):
    def extension(request):
        answers = request.operation == "ListTables"
        return json_response({"TableNames": ["from-the-extension"]}) if answers else None

    aws.extensions.append(extension)

    assert client("dynamodb").list_tables()["TableNames"] == ["from-the-extension"]
    assert client("sts").get_caller_identity()["Account"] == ACCOUNT


def test_a_fault_refuses_before_anything_else_is_asked(aws, client):
    reached = []
    aws.extensions.append(reached.append)
    aws.faults.append(lambda _: Response(status=503, headers={}, body=b""))

    with refused("503"):
        client("dynamodb").list_tables()
    assert reached == []


def test_every_call_is_recorded_with_caller_and_status(aws, users, role, acting):
    acting_as = acting(role({"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": users}))(
        "dynamodb"
    )
    acting_as.get_item(TableName="Users-prod", Key={"UserId": {"S": "U1"}})
    with refused("AccessDeniedException"):
        acting_as.scan(TableName="Users-prod")

    read, scan = aws.calls[-2:]

    assert (read.service, read.operation, read.status) == ("dynamodb", "GetItem", 200)
    assert read.caller == f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/test"
    assert (scan.operation, scan.status) == ("Scan", 400)
    assert aws.calls[0].caller == "admin"


def test_state_ends_with_the_stack(session):
    """Each stack begins empty, even where the one before had the same account."""

    def tables():
        return session.client("dynamodb", endpoint_url=aws.endpoint, config=ONCE)

    key = {"AttributeName": "Id", "KeyType": "HASH"}
    with LocalAws("111122223333", REGION) as aws:
        tables().create_table(
            TableName="Users-prod",
            KeySchema=[key],
            AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    with LocalAws("111122223333", REGION) as aws:
        assert tables().list_tables()["TableNames"] == []


def test_two_accounts_live_side_by_side_and_apart(client, session):
    client("sns").create_topic(Name="ours")
    with LocalAws("111122223333", "us-east-1") as other:
        there = session.client(
            "sns", region_name="us-east-1", endpoint_url=other.endpoint, config=ONCE
        )
        arn = there.create_topic(Name="theirs")["TopicArn"]

        assert arn == "arn:aws:sns:us-east-1:111122223333:theirs"
        assert there.list_topics()["Topics"] == [{"TopicArn": arn}]
    assert len(client("sns").list_topics()["Topics"]) == 1


def test_one_account_has_one_stack_in_a_process(aws):
    with pytest.raises(RuntimeError, match="already has a local AWS"):
        LocalAws(aws.account, REGION).__enter__()


def test_concurrent_writes_are_all_kept(client, users):
    table = client("dynamodb")

    def add():
        for _ in range(10):
            table.update_item(
                TableName="Users-prod",
                Key={"UserId": {"S": "counter"}},
                UpdateExpression="ADD Visits :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    item = table.get_item(TableName="Users-prod", Key={"UserId": {"S": "counter"}})["Item"]

    assert item["Visits"] == {"N": "80"}, f"{users} lost writes"


def test_bodies_survive_in_both_directions(client):
    s3 = client("s3")
    s3.create_bucket(
        Bucket="rally-images", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    image = bytes(range(256)) * 4096
    s3.put_object(Bucket="rally-images", Key="a b/スタンプ.png", Body=image)

    assert s3.get_object(Bucket="rally-images", Key="a b/スタンプ.png")["Body"].read() == image
    assert s3.head_object(Bucket="rally-images", Key="a b/スタンプ.png")["ContentLength"] == len(
        image
    )


def test_a_client_in_another_session_meets_the_same_state(aws, client):
    client("sns").create_topic(Name="alerts")
    other = boto3.Session("AKIAOTHER", "secret", region_name=REGION)

    assert len(other.client("sns", endpoint_url=aws.endpoint).list_topics()["Topics"]) == 1
