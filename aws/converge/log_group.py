"""Log groups with a retention (guide step 6-3): a group that AWS creates by itself never expires its logs."""

from typing import Any

from aws.change.gate import Change, ChangeContext, Changes, Refused, difference
from aws.converge.tags import tag_fields
from aws.desired import LogGroup
from aws.log_group import LOG_CLASS, RETENTION, decode
from aws.raw import Raw
from aws.words import Words

DAYS = "retention_days"
FOR_EVER = "never expires"


def converge(context: ChangeContext, group: LogGroup) -> Changes:
    """Create the group, or set its retention; a longer retention than planned stays, but not an unlimited one.

    Tags are given where it is made; no row asks for them later. Raise Refused for a class that makes no
    metrics: AWS never changes it.
    """
    raw = _found(context, group)
    tags = () if raw else difference(_name(group), None, tag_fields(context, group.tags))
    changes = (*_retention(group, raw), *tags)
    made = context.settle(changes, lambda: _apply(context, group, raw, changes))
    if raw:
        _refuse_other_class(group, raw)
    return made


def _retention(group: LogGroup, raw: Raw | None) -> Changes:
    found, bound = decode(raw) if raw else None, group.bounds[RETENTION]
    if found and bound.holds(found.facts[RETENTION]):
        return ()
    have = found and (found.retention_days or FOR_EVER)
    # If logs never expired so far, older ones will be deleted.
    lost = have == FOR_EVER and bool(raw and raw.get("storedBytes"))
    wanted, told = bound.prefers, _name(group)
    return (Change(told, DAYS, have, wanted, lost, final=lost, creates=found is None),)


def _refuse_other_class(group: LogGroup, raw: Raw) -> None:
    bound, found = group.bounds.get(LOG_CLASS), decode(raw).log_class
    if bound and not bound.holds(found):
        raise Refused(
            Words(
                en=f"log group {group.name} is of class {found}, which makes no metrics and never changes: export"
                " the lines that you need, delete the group by hand (CloudWatch console > Log groups), then run"
                " it again",
                ja=f"ロググループ{group.name}のクラスは{found}で、メトリクスを作成できず、変更もできません。必要なログを"
                "エクスポートし、手動で削除してから（CloudWatchコンソール > ロググループ）再実行してください",
            )
        )


def _found(context: ChangeContext, group: LogGroup) -> dict[str, Any] | None:
    pages = context.client("logs").get_paginator("describe_log_groups")
    found = pages.paginate(logGroupNamePrefix=group.name)
    listed = (one for page in found for one in page["logGroups"])
    return next((one for one in listed if one.get("logGroupName") == group.name), None)


def _apply(context: ChangeContext, group: LogGroup, raw: Raw | None, changes: Changes) -> None:
    logs, fields = context.client("logs"), {one.field for one in changes}
    if raw is None:
        logs.create_log_group(logGroupName=group.name, tags=dict(group.tags))
    if DAYS in fields:
        keep = {"logGroupName": group.name, "retentionInDays": group.retention_days}
        context.once_found(lambda: logs.put_retention_policy(**keep))


def _name(group: LogGroup) -> str:
    return f"log group {group.name}"
