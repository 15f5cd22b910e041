"""What keeps a table's data safe and short-lived: backups, expiry, tags (guide step 3-1)."""

from typing import Any

from aws.change import Changes
from aws.desired import Table
from runbook.converge.clear import tag_fields, tag_list, tag_map
from runbook.engine import Change, Refused, StepContext, difference

PITR = "point-in-time recovery"
WINDOW = "recovery window_days"
WINDOW_DAYS = 35
"""The longest, and AWS's own default; a shorter one is a choice that somebody made."""
TTL = "time to live"
UNAVAILABLE = ("ContinuousBackupsUnavailableException", "ResourceInUseException")
"""AWS refuses PITR for a while after a table was made, though it is ACTIVE."""


def converge(context: StepContext, table: Table, found: dict[str, Any] | None) -> Changes:
    """Bring backups, time to live and tags to the plan; ``found`` None: there was no table before."""
    return (
        *_pitr(context, table, found),
        *_ttl(context, table, found),
        *_tags(context, table, found),
    )


def _pitr(context: StepContext, table: Table, found: dict[str, Any] | None) -> Changes:
    if not context.environment.pitr:
        return ()
    wanted = {PITR: "ENABLED", WINDOW: WINDOW_DAYS}
    changes = difference(_name(table), _backups(context, table, found), wanted)
    client = context.client("dynamodb")
    on = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": WINDOW_DAYS}
    return context.settle(
        changes,
        lambda: context.retry(
            lambda: client.update_continuous_backups(
                TableName=table.name, PointInTimeRecoverySpecification=on
            ),
            *UNAVAILABLE,
        ),
    )


def _backups(
    context: StepContext, table: Table, found: dict[str, Any] | None
) -> dict[str, Any] | None:
    if found is None:
        return None
    answer = context.client("dynamodb").describe_continuous_backups(TableName=table.name)
    recovery = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    status = recovery.get("PointInTimeRecoveryStatus", "DISABLED")
    days = recovery.get("RecoveryPeriodInDays", WINDOW_DAYS if status == "ENABLED" else None)
    return {PITR: status, WINDOW: days}


def _ttl(context: StepContext, table: Table, found: dict[str, Any] | None) -> Changes:
    if table.ttl_attribute is None:
        return ()
    have = _expiry(context, table) if found else None
    changes = difference(_name(table), {TTL: have}, {TTL: table.ttl_attribute})
    if have and changes:
        raise Refused(
            f"table {table.name}: its time to live is on {have}, the plan wants {table.ttl_attribute},"
            " and AWS changes it once an hour at most: turn it off by hand, then run it again"
        )
    return context.settle(changes, lambda: _turn_on(context, table))


def _turn_on(context: StepContext, table: Table) -> None:
    specification = {"Enabled": True, "AttributeName": table.ttl_attribute}
    context.retry(
        lambda: context.client("dynamodb").update_time_to_live(
            TableName=table.name, TimeToLiveSpecification=specification
        ),
        "ResourceInUseException",
    )


def _expiry(context: StepContext, table: Table) -> str | None:
    answer = context.client("dynamodb").describe_time_to_live(TableName=table.name)
    ttl = answer["TimeToLiveDescription"]
    on = ttl.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}
    return ttl.get("AttributeName") if on else None


def _tags(context: StepContext, table: Table, found: dict[str, Any] | None) -> Changes:
    client = context.client("dynamodb")
    have: dict[str, str] | None = None
    if found is not None:
        pages = client.get_paginator("list_tags_of_resource").paginate(ResourceArn=table.arn)
        have = tag_fields(context, tag_map([one for page in pages for one in page["Tags"]]))
    changes: tuple[Change, ...] = difference(
        _name(table), have, tag_fields(context, context.plan.tags)
    )
    tags = tag_list(context.plan.tags)
    return context.settle(
        changes,
        lambda: context.retry(
            lambda: client.tag_resource(ResourceArn=table.arn, Tags=tags),
            "ResourceInUseException",
        ),
    )


def _name(table: Table) -> str:
    return f"table {table.name}"
