"""Where AWS says "not yet", a procedure waits and asks again, for a while; "no" it tells at once."""

import json
from collections.abc import Callable
from dataclasses import replace
from secrets import token_hex

import pytest
from botocore.exceptions import ClientError

from aws.change.waiting import WAITS_S
from aws.words import Words
from local.aws.request import Request, Response, json_response, refusal
from runbook.engine import Refused
from runbook.engine.step_context import RETRYING
from runbook.procedures import api, functions, least_privilege, masters, monitoring, secrets, tables
from tests.faults import throttled
from tests.recording_aws import RecordingAws
from tests.runbook.desk import Desk, clients
from tests.runbook.migration.two_tables import everything


def saying(
    code: str, message: str, operation: str, *, times: int, status: int = 400
) -> Callable[[Request], Response | None]:
    """Refuse ``service:Operation`` with this code and message the first ``times`` calls."""
    left = [times]

    def fault(request: Request) -> Response | None:
        if f"{request.service}:{request.operation}" != operation or not left[0]:
            return None
        left[0] -= 1
        return refusal(request, code, message, status)

    return fault


NOT_YET = {
    "a role that Lambda may not assume yet": saying(
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
        "lambda:CreateFunction",
        times=3,
    ),
    "backups before the table is ready": saying(
        "ContinuousBackupsUnavailableException",
        "Backups are being enabled for the table: Users-prod. Please retry later",
        "dynamodb:UpdateContinuousBackups",
        times=3,
    ),
    "too many tables being made": saying(
        "LimitExceededException",
        "Subscriber limit exceeded: Only 10 tables can be created, updated, or deleted",
        "dynamodb:CreateTable",
        times=2,
    ),
    "a table that is being changed": saying(
        "ResourceInUseException",
        "Attempt to change a resource which is still in use: Table is being updated",
        "dynamodb:UpdateTimeToLive",
        times=2,
    ),
    "a function that is being updated": saying(
        "ResourceConflictException",
        "The operation cannot be performed at this time. An update is in progress for resource",
        "lambda:PublishVersion",
        times=2,
        status=409,
    ),
    "a log role that API Gateway does not know yet": saying(
        "BadRequestException",
        "The role ARN does not have required permissions configured.",
        "apigateway:UpdateAccount",
        times=2,
    ),
    "logs before the account's role is known": saying(
        "BadRequestException",
        "CloudWatch Logs role ARN must be set in account settings to enable logging",
        "apigateway:UpdateStage",
        times=2,
    ),
}
FOR_GOOD = 10_000


def test_everything_is_made_though_aws_is_not_ready(empty, everything):
    empty.aws.faults.extend(NOT_YET.values())
    for action in everything:
        empty.do(action)

    assert [change for action in everything for change in empty.do(action)] == []
    assert len(empty.naps) == 3 + 3 + 2 + 2 + 2 + 2 + 2


def test_a_role_that_lambda_may_never_assume_ends_the_waiting(empty):
    empty.do(least_privilege.give_each_function_its_role.action)
    empty.aws.faults.append(
        saying(
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
            "lambda:CreateFunction",
            times=FOR_GOOD,
        )
    )
    with pytest.raises(ClientError, match="cannot be assumed"):
        empty.do(functions.upload_the_functions.action)

    calls = [call for call in empty.aws.calls if call.operation == "CreateFunction"]
    assert len(calls) == 7 * (len(WAITS_S) + 1)
    assert 60 < sum(empty.naps) / 7 < 120


def test_another_wrong_parameter_is_told_at_once(empty):
    empty.do(least_privilege.give_each_function_its_role.action)
    message = "The runtime parameter of python3.13 is not supported."
    empty.aws.faults.append(
        saying("InvalidParameterValueException", message, "lambda:CreateFunction", times=FOR_GOOD)
    )
    with pytest.raises(ClientError, match="not supported"):
        empty.do(functions.upload_the_functions.action)

    assert empty.naps == []


def test_a_table_of_other_keys_is_refused_before_anything_is_changed(empty):
    empty.client("dynamodb").create_table(
        TableName="Users-prod",
        KeySchema=[{"AttributeName": "Email", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Email", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    told = r"Users-prod: its key is Email \(S\), the plan wants UserId \(S\)"
    with pytest.raises(Refused, match=told):
        empty.do(tables.create_the_tables.action)

    assert not empty.client("dynamodb").describe_table(TableName="Users-prod")["Table"][
        "DeletionProtectionEnabled"
    ]


def test_a_key_of_another_type_is_refused(empty):
    empty.client("dynamodb").create_table(
        TableName="Users-prod",
        KeySchema=[{"AttributeName": "UserId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "UserId", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with pytest.raises(Refused, match=r"its key is UserId \(N\), the plan wants UserId \(S\)"):
        empty.do(tables.create_the_tables.action)


def test_another_time_to_live_is_left_to_detach_and_keeps_nothing_else_from_being_repaired(empty):
    empty.do(tables.create_the_tables.action)
    open_to_deletion = {"TableName": "UserStamps-prod", "DeletionProtectionEnabled": False}
    empty.client("dynamodb").update_table(**open_to_deletion)
    for on, name in ((False, "TTL"), (True, "Expires")):
        empty.client("dynamodb").update_time_to_live(
            TableName="UserStamps-prod",
            TimeToLiveSpecification={"Enabled": on, "AttributeName": name},
        )
    made = empty.do(tables.create_the_tables.action)

    assert [change.field.en for change in made] == ["deletion protection"]


def test_two_apis_of_one_name_are_refused(empty):
    for _ in range(2):
        empty.client("apigateway").create_rest_api(name="stamp-rally-prod-api")
    with pytest.raises(Refused, match="2 of that name"):
        empty.do(api.draw_up_the_api.action)


def test_an_alarm_that_would_tell_nobody_is_refused(empty):
    nobody = replace(empty.environment, alert_email=None)
    empty.do(monitoring.create_the_topic.action, environment=nobody)
    with pytest.raises(Refused, match="SIGNOFF_ALERT_EMAIL"):
        empty.do(monitoring.name_who_hears_of_it.action, environment=nobody)


def test_spots_of_somebody_else_keep_the_manifest_from_being_written(empty):
    empty.do(tables.create_the_tables.action)
    empty.do(masters.load_the_spots.action)
    item = {"StampId": {"S": "SOMEBODY-ELSES"}, "Name": {"S": "x"}, "Type": {"S": "IMAGE"}}
    empty.client("dynamodb").put_item(TableName="StampMasters-prod", Item=item)
    with pytest.raises(Refused, match="only in the target: SOMEBODY-ELSES"):
        empty.do(masters.leave_the_manifest.action)

    assert empty.evidence.records == []


def test_spots_of_a_team_s_own_get_no_samples_beside_them(empty):
    """A team that typed its masters into the console found ours on its map afterwards."""
    empty.do(tables.create_the_tables.action)
    item = {"StampId": {"S": "SHRINE-001"}, "Name": {"S": "x"}, "Type": {"S": "IMAGE"}}
    empty.client("dynamodb").put_item(TableName="StampMasters-prod", Item=item)
    told = []

    assert empty.do(masters.load_the_spots.action, tell=told.append) == ()
    assert "holds spots of its own (SHRINE-001)" in told[0].en
    assert everything(empty.client("dynamodb"), "StampMasters-prod") == [item]
    with pytest.raises(Refused, match=r"does not equal .*only in the target: SHRINE-001"):
        empty.do(masters.leave_the_manifest.action)


def test_items_that_were_not_processed_are_sent_again(empty, monkeypatch):
    empty.do(tables.create_the_tables.action)
    unprocessed = [5]
    monkeypatch.setattr(empty.aws, "extensions", [_processing_none(unprocessed)])
    empty.do(masters.load_the_spots.action)

    assert unprocessed == [3]
    assert len(everything(empty.client("dynamodb"), "StampMasters-prod")) == 5


def _processing_none(left):
    def extension(request):
        if request.operation != "BatchWriteItem" or left[0] == 3:
            return None
        left[0] -= 1
        return json_response({"UnprocessedItems": request.parameters["RequestItems"]})

    return extension


@pytest.mark.parametrize(
    ("given", "flaw"),
    [
        ("your-line-channel-access-token", "a placeholder"),
        ("7c9e6679f425b40de944be07fc1f90ae", "not a token of LINE"),
    ],
)
def test_a_token_given_by_mistake_is_refused_before_it_is_stored(empty, given, flaw):
    context = replace(empty.context(go=True), secret=lambda _: given)
    with pytest.raises(Refused, match=flaw) as refused:
        secrets.store_the_line_token.action(context)

    assert given not in str(refused.value)
    assert empty.changing_calls() == []


def test_a_key_of_256_random_bits_is_good_enough(empty):
    """`openssl rand -hex 32`: its characters show a little less than 256 bits by chance."""
    name = "stamp-rally-prod/token-secret-key"
    value = json.dumps({"TOKEN_SECRET_KEY": token_hex(32)})
    tags = [{"Key": k, "Value": v} for k, v in empty.environment.tags.items()]
    empty.client("secretsmanager").create_secret(Name=name, SecretString=value, Tags=tags)

    assert empty.do(secrets.generate_the_session_key.action) == ()


def test_a_secret_that_is_being_deleted_is_brought_back(empty):
    client = empty.client("secretsmanager")
    empty.do(secrets.generate_the_session_key.action)
    name = "stamp-rally-prod/token-secret-key"
    before = client.get_secret_value(SecretId=name)["SecretString"]
    client.delete_secret(SecretId=name)
    made = empty.do(secrets.generate_the_session_key.action)

    assert [(change.field.en, change.after) for change in made] == [
        ("scheduled for deletion", None)
    ]
    assert client.get_secret_value(SecretId=name)["SecretString"] == before


def test_a_rate_limit_costs_time_and_nothing_else():
    """With the clients that procedures really use: the control plane takes a few calls a second."""
    with RecordingAws("777788881111", "ap-northeast-1") as aws:
        desk = Desk(aws, clients(aws, RETRYING))
        aws.faults.append(throttled("apigateway:UpdateAccount", times=1))
        made = desk.do(api.let_it_write_logs.action)

        assert [call.status for call in aws.calls if call.operation == "UpdateAccount"] == [
            429,
            200,
        ]
        assert "role for logs" in [change.field.en for change in made]


@pytest.mark.parametrize(
    ("account", "kept"), [("222233334444", True), ("999988887777", False)], ids=["own", "another's"]
)
def test_role_for_logs_that_the_account_has_is_kept_unless_it_is_another_accounts(
    account, kept, empty
):
    gateway, role = empty.client("apigateway"), f"arn:aws:iam::{account}:role/team-logs"
    patch = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
    gateway.update_account(patchOperations=[patch])
    made = empty.do(api.let_it_write_logs.action)

    assert (gateway.get_account()["cloudwatchRoleArn"] == role) is kept
    assert ("role for logs" not in [change.field.en for change in made]) is kept


def test_waiting_says_for_what_and_ends_with_a_sentence(empty):
    said = []
    what = Words(en="the index is built", ja="インデックスが作成されること")
    with pytest.raises(Refused, match="the index is built: timed out after 10 s"):
        empty.context(waiting=said.append).wait(lambda: False, until=what, every_s=2, within_s=10)

    assert empty.naps == [2] * 5
    assert (
        said
        == [
            Words(
                en="the index is built (at most 10 s)",
                ja="インデックスが作成されること（最長10秒）",
            )
        ]
        * 5
    )


def test_what_is_not_found_yet_is_waited_for(empty):
    client, asked = empty.client("dynamodb"), []

    def there():
        asked.append("asked")
        if len(asked) == 3:
            empty.do(tables.create_the_tables.action)
        return bool(client.describe_table(TableName="Users-prod"))

    what = Words(en="the table is found", ja="テーブルが見つかること")
    empty.context().wait(there, until=what, every_s=1, within_s=10)

    assert len(asked) == 3
