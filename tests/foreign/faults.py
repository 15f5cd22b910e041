"""Faults that turn more red than their own row: what matters here is that the row's remedy mends it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lambdas.packing import pack
from tests.defects import CALLED
from tests.foreign.changes.change import Change, change
from tests.foreign.changes.platform import under_a_path
from tests.foreign.hand import vault
from tests.runbook.facts import ANSWERS, repaired
from tests.runbook.facts.answer import Repaired

STAMPS, USERS, STAGE = "stamp-rally-prod-stamps", "Users-prod", "prod"


def gone(row: str, *reads: str) -> Any:
    """Make a fault that nobody takes back: the account is as it was before for the next one."""
    return change(row, reads=reads)


@gone("DEP-01", "tables")
def table_is_deleted(client) -> Iterator[None]:
    dynamodb = client("dynamodb")
    dynamodb.update_table(TableName=USERS, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=USERS)
    yield


@gone("DEP-10", "functions")
def function_is_deleted(client) -> Iterator[None]:
    client("lambda").delete_function(FunctionName=STAMPS)
    yield


@gone("DEP-10", "functions", "roles")
def function_whose_role_has_a_path_is_deleted(client) -> Iterator[None]:
    with under_a_path(client):
        client("lambda").delete_function(FunctionName=STAMPS)
        yield


@change(
    "DEP-15",
    "DEP-16",
    reads=("aliases", "functions", "function_policies"),
    follows=("ROLL-06",),
)
def alias_is_deleted(client) -> Iterator[None]:
    """With it goes the permission by which the API invokes it."""
    client("lambda").delete_alias(FunctionName=STAMPS, Name="live")
    yield


@contextmanager
def out_of_its_plan(client) -> Iterator[dict[str, str]]:
    """Take the stage out of its usage plan, without which AWS deletes neither it nor its API."""
    gateway = client("apigateway")
    (api,), (plan,) = gateway.get_rest_apis()["items"], gateway.get_usage_plans()["items"]
    gone = [{"op": "remove", "path": "/apiStages", "value": f"{api['id']}:{STAGE}"}]
    gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=gone)
    yield {"restApiId": api["id"]}


@change("DEP-20", reads=(), follows=("SEC-30",))
def stage_is_deleted(client) -> Iterator[None]:
    with out_of_its_plan(client) as api:
        client("apigateway").delete_stage(**api, stageName=STAGE)
        yield


@change("DEP-20", reads=(), follows=("SEC-30", "DEP-16", "SEC-32"))
def api_is_deleted(client) -> Iterator[None]:
    with out_of_its_plan(client) as api:
        client("apigateway").delete_rest_api(**api)
        yield


@gone(
    "ROLL-06",
    *("functions", "aliases", "versions", "versions_back", "packages", "function_policies"),
)
def function_was_made_anew_with_what_is_released(client) -> Iterator[None]:
    """Not by deleting a version: moto would give its number to the next one."""
    functions = client("lambda")
    before = functions.get_function_configuration(FunctionName=STAMPS)
    kept = ("Runtime", "Role", "Handler", "Timeout", "MemorySize", "Environment")
    functions.delete_function(FunctionName=STAMPS)
    functions.create_function(
        FunctionName=STAMPS,
        Code={"ZipFile": pack("stamps")},
        Publish=True,
        **{name: before[name] for name in kept},
    )
    functions.create_alias(FunctionName=STAMPS, Name="live", FunctionVersion="1")
    yield


@gone("SEC-05", "secrets", "keys", "key_attachments")
def key_of_the_secret_is_disabled(client) -> Iterator[None]:
    key = client("kms").create_key(Description="of another team")["KeyMetadata"]["Arn"]
    client("secretsmanager").update_secret(SecretId=vault.TOKEN_KEY, KmsKeyId=key)
    client("kms").disable_key(KeyId=key.rpartition("/")[2])
    yield


@gone("SEC-27")
def session_key_stands_in_an_alarm(client) -> Iterator[None]:
    value = client("secretsmanager").get_secret_value(SecretId=vault.TOKEN_KEY)["SecretString"]
    (key,) = json.loads(value).values()
    client("cloudwatch").put_metric_alarm(
        AlarmName="stamp-rally-prod-notes",
        AlarmDescription=f"the key is {key}",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": STAMPS}],
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    yield


@gone("SEC-30", "usage_plans")
def usage_plan_is_deleted(client) -> Iterator[None]:
    gateway = client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    for plan in gateway.get_usage_plans()["items"]:
        if any(entry["apiId"] == api["id"] for entry in plan["apiStages"]):
            for stage in plan["apiStages"]:
                patch = [
                    {
                        "op": "remove",
                        "path": "/apiStages",
                        "value": f"{stage['apiId']}:{stage['stage']}",
                    }
                ]
                gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=patch)
            gateway.delete_usage_plan(usagePlanId=plan["id"])
    yield


@gone("MON-10", "dashboards")
def dashboard_is_deleted(client) -> Iterator[None]:
    cloudwatch = client("cloudwatch")
    for entry in cloudwatch.list_dashboards()["DashboardEntries"]:
        cloudwatch.delete_dashboards(DashboardNames=[entry["DashboardName"]])
    yield


@gone("MON-06", "topics")
def topic_is_deleted(client) -> Iterator[None]:
    sns = client("sns")
    for topic in sns.list_topics()["Topics"]:
        sns.delete_topic(TopicArn=topic["TopicArn"])
    yield


@gone("MON-01", "alarms")
def alarms_are_deleted(client) -> Iterator[None]:
    cloudwatch = client("cloudwatch")
    names = [alarm["AlarmName"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]]
    cloudwatch.delete_alarms(AlarmNames=names)
    yield


@gone("SEC-01", "secrets")
def secret_is_deleted_for_good(client) -> Iterator[None]:
    client("secretsmanager").delete_secret(
        SecretId=vault.TOKEN_KEY, ForceDeleteWithoutRecovery=True
    )
    yield


@gone("SEC-10", "roles")
def role_is_deleted(client) -> Iterator[None]:
    iam, name = client("iam"), "stamp-rally-prod-stamps-role"
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for entry in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=entry["PolicyArn"])
    iam.delete_role(RoleName=name)
    yield


def _of(name: str, answer: Repaired) -> Change:
    """Make the fault of a fact that the walk through all facts makes; all of the account is read after it."""

    def make(client) -> Iterator[None]:
        answer.harm(client)
        yield

    make.__name__ = name
    return gone(answer.row)(make)


FAULTS: tuple[Change, ...] = (
    *(
        _of(f"{fact}_of_{kind.__name__}_differs", answer)
        for kind, answers in ANSWERS.items()
        for fact, answer in answers.items()
        if isinstance(answer, Repaired) and answer.row
    ),
    *(_of(f"made by a call: {one}", repaired(one)) for one in CALLED),
    *(
        table_is_deleted,
        function_is_deleted,
        function_whose_role_has_a_path_is_deleted,
        alias_is_deleted,
        stage_is_deleted,
        api_is_deleted,
        function_was_made_anew_with_what_is_released,
    ),
    *(
        key_of_the_secret_is_disabled,
        session_key_stands_in_an_alarm,
        usage_plan_is_deleted,
        dashboard_is_deleted,
    ),
    *(topic_is_deleted, alarms_are_deleted, secret_is_deleted_for_good, role_is_deleted),
)
