"""What a restore leaves behind: what the plan wants of a table, and what the old one has beyond it.

AWS restores items, keys, indexes, capacity and encryption. Backups, expiry, tags, the stream,
autoscaling, a resource policy and deletion protection stay with the old table
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_restores.html).
"""

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from aws.change import Changes
from aws.desired import Table
from runbook.converge import tables
from runbook.converge.clear import tag_fields, tag_list, tag_map
from runbook.converge.table_safety import converge as converge_safety
from runbook.engine import StepContext, difference
from runbook.rollback import scaling
from runbook.rollback.restored import Restore, found

OF_AWS = "aws:"
"""AWS sets tags of this prefix itself, and lets nobody else do it."""


def reapply(context: StepContext, one: Restore) -> Changes:
    """Bring all of it to the restored table; ``context`` is of afterwards."""
    old, new = found(context, one.old) or {}, found(context, one.new)
    planned = _foreseen(context, one) if new is None else tables.converge(context, one.new)
    scaled: Changes = ()
    if context.environment.billing == "PROVISIONED":
        scaled = scaling.carry(context, one.old, one.new, there=new is not None)
    return (
        *planned,
        *_tags(context, one, new),
        *_stream(context, one, old, new),
        *_policy(context, one, new),
        *scaled,
    )


def _foreseen(context: StepContext, one: Restore) -> Changes:
    """Show what the plan will want of a table that is not there yet."""
    protected = {"deletion protection": True} if context.environment.deletion_protection else {}
    return (
        *difference(f"table {one.new.name}", None, protected),
        *converge_safety(context, one.new, None),
    )


def _tags(context: StepContext, one: Restore, new: Mapping[str, Any] | None) -> Changes:
    """Carry the tags beyond the plan: a plan of AWS Backup, or the accounting, may go by them."""
    there = _tags_of(context, one.new) if new else {}
    beyond = {
        key: value
        for key, value in _tags_of(context, one.old).items()
        if key not in context.plan.tags and not key.startswith(OF_AWS)
    }
    changes = difference(
        f"table {one.new.name}", tag_fields(context, there), tag_fields(context, beyond)
    )
    call = partial(context.client("dynamodb").tag_resource, ResourceArn=one.new.arn)
    return context.settle(
        changes, lambda: context.retry(lambda: call(Tags=tag_list(beyond)), *tables.BUSY)
    )


def _tags_of(context: StepContext, table: Table) -> dict[str, str]:
    pages = context.client("dynamodb").get_paginator("list_tags_of_resource")
    return tag_map([one for p in pages.paginate(ResourceArn=table.arn) for one in p["Tags"]])


def _stream(
    context: StepContext, one: Restore, old: Mapping[str, Any], new: Mapping[str, Any] | None
) -> Changes:
    """Turn the stream on; it is another one, and who reads the old one must be sent to it."""
    wanted = old.get("StreamSpecification", {})
    if not wanted.get("StreamEnabled"):
        return ()
    there = (new or {}).get("StreamSpecification", {}).get("StreamViewType")
    changes = difference(
        f"table {one.new.name}", {"stream": there}, {"stream": wanted["StreamViewType"]}
    )

    def turn_on() -> None:
        call = partial(context.client("dynamodb").update_table, TableName=one.new.name)
        context.retry(lambda: call(StreamSpecification=wanted), *tables.BUSY)
        tables.wait_until_active(context, one.new)

    return context.settle(changes, turn_on)


def _policy(context: StepContext, one: Restore, new: Mapping[str, Any] | None) -> Changes:
    """Carry the table's own policy, which names the old table by its ARN."""
    text = _policy_of(context, one.old)
    if text is None:
        return ()
    whole = re.compile(re.escape(one.old.arn) + r'(?=["/])')
    wanted = json.loads(whole.sub(one.new.arn, text))
    there = _policy_of(context, one.new) if new else None
    have = {"resource policy": json.loads(there)} if there else None
    changes = difference(f"table {one.new.name}", have, {"resource policy": wanted})
    put = partial(context.client("dynamodb").put_resource_policy, ResourceArn=one.new.arn)
    return context.settle(changes, lambda: put(Policy=json.dumps(wanted)))


def _policy_of(context: StepContext, table: Table) -> str | None:
    client = context.client("dynamodb")
    try:
        return str(client.get_resource_policy(ResourceArn=table.arn)["Policy"])
    except client.exceptions.PolicyNotFoundException:
        return None
