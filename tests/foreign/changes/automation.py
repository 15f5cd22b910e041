"""Changes of what acts by itself: rules and pipes of EventBridge, and schedules of EventBridge Scheduler."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.foreign.changes.access import AWARD, OWN, _allow, role
from tests.foreign.changes.change import Client, change, harmless
from tests.foreign.hand import identity

READS = ["principals", "automations"]
HERE = identity.HERE
ADMINISTRATOR = f"arn:aws:iam::{OWN}:role/administrator"
SDK = "arn:aws:scheduler:::aws-sdk"
RESTORE = f"{SDK}:dynamodb:restoreTableToPointInTime"
NIGHTLY = {"ScheduleExpression": "cron(0 3 * * ? *)"}


@contextmanager
def rule(client: Client, *targets: Mapping[str, Any], **more: Any) -> Iterator[None]:
    """Let there be a rule with these targets."""
    events, ids = client("events"), [f"t{number}" for number, _ in enumerate(targets)]
    events.put_rule(Name="nightly", **{**NIGHTLY, **more})
    named = [{"Id": id_, **target} for id_, target in zip(ids, targets, strict=True)]
    events.put_targets(Rule="nightly", Targets=named)
    yield
    events.remove_targets(Rule="nightly", Ids=ids)
    events.delete_rule(Name="nightly")


@contextmanager
def schedule(
    client: Client, arn: str, given: Mapping[str, Any] | str = "", **more: Any
) -> Iterator[None]:
    """Let the administrator's role call something by a schedule."""
    text = given if isinstance(given, str) else json.dumps(given)
    client("scheduler").create_schedule(
        Name="nightly",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": ADMINISTRATOR, "Input": text},
        **{**NIGHTLY, **more},
    )
    yield
    client("scheduler").delete_schedule(Name="nightly", GroupName="default")


@contextmanager
def administrator(client: Client, service: str = "scheduler") -> Iterator[None]:
    with role(client, _allow("*", "*"), name="administrator", service=service):
        yield


@change("SEC-36", reads=READS)
def schedule_restores_a_table_at_night(client):
    given = {"SourceTableName": "Users-backup", "TargetTableName": "Users-prod"}
    with administrator(client), schedule(client, RESTORE, given):
        yield


@change("SEC-36", reads=READS)
def schedule_fills_in_what_it_is_called_with(client):
    given = {"TableName": "<aws.scheduler.execution-id>"}
    with administrator(client), schedule(client, f"{SDK}:dynamodb:deleteTable", given):
        yield


@change("SEC-36", reads=READS)
def schedule_starts_an_experiment_that_names_its_targets_itself(client):
    given = {"experimentTemplateId": "EXT1a2b3c"}
    with administrator(client), schedule(client, f"{SDK}:fis:startExperiment", given):
        yield


@change("SEC-36", reads=READS)
def schedule_starts_a_restore_that_its_recovery_point_describes(client):
    given = {"RecoveryPointArn": f"arn:aws:backup:{HERE}:recovery-point:1a2b"}
    with administrator(client), schedule(client, f"{SDK}:backup:startRestoreJob", given):
        yield


@change("SEC-36", reads=READS)
def rule_starts_a_state_machine_that_may_run_under_an_administrator(client):
    machine = f"arn:aws:states:{HERE}:stateMachine:tidy-up"
    with (
        administrator(client, "states"),
        rule(client, {"Arn": machine, "RoleArn": f"{ADMINISTRATOR}-2"}),
    ):
        yield


@change("SEC-36", reads=READS)
def rule_runs_sql_in_a_cluster_that_may_use_an_administrator(client):
    cluster = f"arn:aws:redshift:{HERE}:cluster:reports"
    query = {"Database": "reports", "Sql": "CALL nightly()"}
    with (
        administrator(client, "redshift"),
        rule(
            client,
            {"Arn": cluster, "RoleArn": f"{ADMINISTRATOR}-2", "RedshiftDataParameters": query},
        ),
    ):
        yield


@change("SEC-36", reads=READS)
def schedule_takes_all_concurrency_from_award(client):
    given = {"FunctionName": f"{AWARD}:live", "ReservedConcurrentExecutions": 0}
    with administrator(client), schedule(client, f"{SDK}:lambda:putFunctionConcurrency", given):
        yield


@contextmanager
def pipe(client: Client, source: str, target: str) -> Iterator[None]:
    """Let a pipe carry what arrives at its source to its target."""
    client("pipes").create_pipe(
        Name="orders", Source=source, Target=target, RoleArn=f"{ADMINISTRATOR}-2"
    )
    yield
    client("pipes").delete_pipe(Name="orders")


@change("SEC-36", reads=READS)
def pipe_passes_orders_to_award(client):
    with pipe(client, f"arn:aws:sqs:{HERE}:orders", AWARD):
        yield


@harmless(reads=READS)
def pipe_connects_the_queues_of_others(client):
    with pipe(client, f"arn:aws:sqs:{HERE}:orders", f"arn:aws:sqs:{HERE}:billing"):
        yield


@change("SEC-36", reads=READS)
def rule_invokes_award(client):
    with rule(client, {"Arn": f"{AWARD}:live"}, {"Arn": f"arn:aws:sqs:{HERE}:other"}):
        yield


@change("SEC-36", reads=READS)
def rule_calls_the_api(client):
    events = client("events")
    key = {"ApiKeyName": "x", "ApiKeyValue": "y"}
    connection = events.create_connection(
        Name="rally", AuthorizationType="API_KEY", AuthParameters={"ApiKeyAuthParameters": key}
    )["ConnectionArn"]
    listed = client("apigateway").get_rest_apis()["items"]
    api = next(entry["id"] for entry in listed if entry["name"] == "stamp-rally-prod-api")
    url = f"https://{api}.execute-api.ap-northeast-1.amazonaws.com/prod/notify"
    made = events.create_api_destination(
        Name="rally", ConnectionArn=connection, InvocationEndpoint=url, HttpMethod="POST"
    )["ApiDestinationArn"]
    with rule(client, {"Arn": made, "RoleArn": f"{ADMINISTRATOR}-2"}):
        yield
    events.delete_api_destination(Name="rally")
    events.delete_connection(Name="rally")


@harmless(reads=READS, decides=["SEC-36"])
def rule_that_keeps_award_warm_is_decided(client):
    with rule(client, {"Arn": f"{AWARD}:live"}, ScheduleExpression="rate(5 minutes)"):
        yield


@harmless(reads=READS)
def rule_is_disabled(client):
    with rule(client, {"Arn": AWARD}, State="DISABLED"):
        yield


@harmless(reads=READS)
def schedule_is_over(client):
    over = {
        "ScheduleExpression": "at(2026-11-01T03:00:00)",
        "ScheduleExpressionTimezone": "Asia/Tokyo",
    }
    with (
        administrator(client),
        schedule(client, RESTORE, {"TargetTableName": "Users-prod"}, **over),
    ):
        yield


@harmless(reads=READS)
def schedule_backs_up_a_table_of_others(client):
    given = {"TableName": "Users-prod-reports", "BackupName": "nightly"}
    with administrator(client), schedule(client, f"{SDK}:dynamodb:createBackup", given):
        yield


@harmless(reads=READS)
def schedule_limits_a_function_of_others(client):
    given = {"FunctionName": "billing", "ReservedConcurrentExecutions": 5}
    with administrator(client), schedule(client, f"{SDK}:lambda:putFunctionConcurrency", given):
        yield


@harmless(reads=READS)
def schedule_stops_the_machines_of_others(client):
    given = {"InstanceIds": ["i-0a1b2c3d"]}
    with administrator(client), schedule(client, f"{SDK}:ec2:stopInstances", given):
        yield


@harmless(reads=READS)
def rule_feeds_the_functions_and_queues_of_others(client):
    others = f"arn:aws:lambda:{HERE}:function:billing", f"arn:aws:sqs:{HERE}:orders"
    with rule(client, *({"Arn": other} for other in others)):
        yield


CHANGES = (
    schedule_restores_a_table_at_night,
    schedule_fills_in_what_it_is_called_with,
    schedule_starts_an_experiment_that_names_its_targets_itself,
    schedule_starts_a_restore_that_its_recovery_point_describes,
    rule_starts_a_state_machine_that_may_run_under_an_administrator,
    rule_runs_sql_in_a_cluster_that_may_use_an_administrator,
    schedule_takes_all_concurrency_from_award,
    rule_invokes_award,
    rule_calls_the_api,
    pipe_passes_orders_to_award,
)
HARMLESS = (
    rule_that_keeps_award_warm_is_decided,
    rule_is_disabled,
    schedule_is_over,
    schedule_backs_up_a_table_of_others,
    schedule_limits_a_function_of_others,
    schedule_stops_the_machines_of_others,
    rule_feeds_the_functions_and_queues_of_others,
    pipe_connects_the_queues_of_others,
)
