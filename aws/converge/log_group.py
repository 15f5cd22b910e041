"""Log groups: created with tags, and given the nearest retention within the bound; their class never changes."""

from dataclasses import replace
from functools import partial

from aws.change.gate import Change, ChangeContext, Changes, Refused, tag_fields
from aws.desired import LogGroup
from aws.kinds.log_group import LOG_CLASS, LOG_GROUP, RETENTION
from aws.kinds.log_group import LogGroup as CurrentLogGroup
from aws.raw import Raw


def converge(context: ChangeContext, group: LogGroup) -> Changes:
    """Create the log group, or limit its retention. Raise Refused, last, if its class makes no metrics."""
    operation, of_prefix = "describe_log_groups", {"logGroupNamePrefix": group.name}
    listed = context.listed("logs", operation, "logGroups", **of_prefix)
    raw: Raw = next((entry for entry in listed if entry["logGroupName"] == group.name), {})
    current = LOG_GROUP.of(raw) if raw else None
    changes = LOG_GROUP.repairs(group.name, current, {RETENTION: group.bounds[RETENTION]})
    if current and current.retention_days is None and raw.get("storedBytes"):
        # Logs never expired so far: older ones will be deleted.
        changes = tuple(replace(change, destroys=True, final=True) for change in changes)
    tags = {} if current else tag_fields(context, group.tags)
    resource = LOG_GROUP.resource(group.name)
    made = [Change(resource, name, None, value, creates=True) for name, value in tags.items()]
    settled = context.settle((*changes, *made), lambda: _send(context, group, current, changes))
    _require_metrics(group, current)
    return settled


def _send(
    context: ChangeContext, group: LogGroup, current: CurrentLogGroup | None, changes: Changes
) -> None:
    logs = context.client("logs")
    if current is None:
        logs.create_log_group(logGroupName=group.name, tags=dict(group.tags))
    for change in changes:
        limited = {"logGroupName": group.name, "retentionInDays": change.after}
        context.once_found(partial(logs.put_retention_policy, **limited))


def _require_metrics(group: LogGroup, current: CurrentLogGroup | None) -> None:
    bound = group.bounds.get(LOG_CLASS)
    if current and bound and not bound.holds(current.log_class):
        raise Refused(
            en=f"log group {group.name} is of class {current.log_class}, which makes no metrics and never changes:"
            " export the lines that you need, delete the group by hand (CloudWatch console > Log groups),"
            " then run it again",
            ja=f"ロググループ{group.name}のクラスは{current.log_class}で、メトリクスを作成できず、変更もできません。必要なログを"
            "エクスポートし、手動で削除してから（CloudWatchコンソール > ロググループ）再実行してください",
        )
