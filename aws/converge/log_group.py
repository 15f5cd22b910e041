"""Log groups that end some day (guide step 6-3): one that AWS makes by itself keeps its logs for ever."""

from typing import Any

from aws.change import Change, ChangeContext, Changes, difference
from aws.converge.tags import tag_fields
from aws.desired import LogGroup

RETENTION = "retention_days"
FOR_EVER = "never expires"


def converge(context: ChangeContext, group: LogGroup) -> Changes:
    """Create the group, or set its retention; one that keeps logs longer, yet not for ever, is right."""
    found = _found(context, group)
    changes = (*_retention(group, found), *_tags(context, group, found))
    return context.settle(changes, lambda: _apply(context, group, found, changes))


def _retention(group: LogGroup, found: dict[str, Any] | None) -> Changes:
    have = found.get("retentionInDays", FOR_EVER) if found else None
    if isinstance(have, int) and have >= group.retention_days:
        return ()
    # Where logs never expired, those that are older go away.
    lost = have == FOR_EVER and bool(found and found.get("storedBytes"))
    return (
        Change(
            _name(group),
            RETENTION,
            have,
            group.retention_days,
            lost,
            final=lost,
            creates=found is None,
        ),
    )


def _tags(context: ChangeContext, group: LogGroup, found: dict[str, Any] | None) -> Changes:
    have: dict[str, str] | None = None
    if found is not None:
        answer = context.client("logs").list_tags_for_resource(resourceArn=_arn(found))
        have = tag_fields(context, answer["tags"])
    return difference(_name(group), have, tag_fields(context, group.tags))


def _found(context: ChangeContext, group: LogGroup) -> dict[str, Any] | None:
    pages = context.client("logs").get_paginator("describe_log_groups")
    for page in pages.paginate(logGroupNamePrefix=group.name):
        for one in page["logGroups"]:
            if one["logGroupName"] == group.name:
                return dict(one)
    return None


def _apply(
    context: ChangeContext, group: LogGroup, found: dict[str, Any] | None, changes: Changes
) -> None:
    logs, fields = context.client("logs"), {one.field for one in changes}
    if found is None:
        logs.create_log_group(logGroupName=group.name, tags=dict(group.tags))
    if RETENTION in fields:
        keep = {"logGroupName": group.name, "retentionInDays": group.retention_days}
        context.retry(lambda: logs.put_retention_policy(**keep), fresh=found is None)
    if found is not None and fields - {RETENTION}:
        logs.tag_resource(resourceArn=_arn(found), tags=dict(group.tags))


def _arn(found: dict[str, Any]) -> str:
    """Cut the ARN to what the tagging calls want: without the ``:*`` of DescribeLogGroups."""
    return str(found["arn"]).removesuffix(":*")


def _name(group: LogGroup) -> str:
    return f"log group {group.name}"
