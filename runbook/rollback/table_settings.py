"""What a restore leaves behind: what the plan wants of a table, and what the old one has beyond it.

AWS restores items, keys, indexes, capacity and encryption. Backups, expiry, tags, the stream,
autoscaling, a resource policy and deletion protection stay with the old table
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_restores.html).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from aws.change.gate import Changes, tag_map
from aws.converge import table as tables
from aws.converge.table import converge_safety
from aws.desired import Table
from aws.kind.description import POLICY
from aws.kinds.table import PROTECTION, STREAM, TABLE
from aws.kinds.table_scaling import AUTOSCALING, SCALING, TRACKING, of_all_tables
from runbook.engine import StepContext, difference
from runbook.rollback.restore import Restore, described_table, exists

OF_AWS = "aws:"
"""AWS sets tags of this prefix itself, and lets no other person do it."""
Place = tuple[str, str]
"""What is scaled: "" for the table, else ``/index/<name>``; and the dimension."""


def reapply(context: StepContext, restore: Restore) -> Changes:
    """Bring all of it to the restored table; ``context`` is that of `afterwards`."""
    there = exists(context, restore)
    table = _carrying(context, restore)
    planned = (
        (*tables.converge(context, table), *tables.converge_expiry(context, table))
        if there
        else _foreseen(context, table)
    )
    scaled: Changes = ()
    if context.environment.billing == "PROVISIONED":
        scaled = carry_scaling(context, restore.old, restore.new, there=there)
    return (*planned, *_policy(context, restore, there=there), *scaled)


def _carrying(context: StepContext, restore: Restore) -> Table:
    """Return the new table as planned, with the old one's further tags, by which AWS Backup or the accounting may go, and its stream.

    The stream is another one, and who reads the old one must be sent to it.
    """
    of_old = {"ResourceArn": restore.old.arn}
    tags = tag_map([*context.listed("dynamodb", "list_tags_of_resource", "Tags", **of_old)])
    beyond = {key: value for key, value in tags.items() if not key.startswith(OF_AWS)}
    stream = (described_table(context, restore.old) or {}).get("StreamSpecification", {})
    view = stream["StreamViewType"] if stream.get("StreamEnabled") else restore.new.stream
    return replace(restore.new, tags={**beyond, **restore.new.tags}, stream=view)


def _foreseen(context: StepContext, table: Table) -> Changes:
    """Show what will be wanted of a table that is not there yet."""
    facts = {PROTECTION: table.deletion_protection or None, STREAM: table.stream}
    desired = {fact: value for fact, value in facts.items() if value is not None}
    return (
        *difference(TABLE.resource(table.name), None, desired),
        *converge_safety(context, table, None),
    )


def _policy(context: StepContext, restore: Restore, *, there: bool) -> Changes:
    """Carry the table's own policy, which names the old table by its ARN."""
    text = _policy_of(context, restore.old)
    if text is None:
        return ()
    whole = re.compile(re.escape(restore.old.arn) + r'(?=["/])')
    desired = json.loads(whole.sub(restore.new.arn, text))
    current = _policy_of(context, restore.new) if there else None
    have = {POLICY: json.loads(current)} if current else None
    changes = difference(TABLE.resource(restore.new.name), have, {POLICY: desired})
    put = partial(context.client("dynamodb").put_resource_policy, ResourceArn=restore.new.arn)
    return context.settle(changes, lambda: put(Policy=json.dumps(desired)))


def _policy_of(context: StepContext, table: Table) -> str | None:
    client = context.client("dynamodb")
    try:
        return str(client.get_resource_policy(ResourceArn=table.arn)["Policy"])
    except client.exceptions.PolicyNotFoundException:
        return None


def carry_scaling(context: StepContext, old: Table, new: Table, *, there: bool) -> Changes:
    """Give the new table the bounds and the target tracking of the old one, and of its indexes.

    Where the new table is not there yet, only show it. Scheduled actions are not carried.
    """
    current = _scaling(context, new) if there else {}
    made: Changes = ()
    for (part, dimension), desired in _scaling(context, old).items():
        name, fact = f"{new.name}{part}", SCALING.named(dimension.rpartition(":")[2])
        have = current.get((part, dimension))
        before = {fact: have} if have else None
        changes = difference(TABLE.resource(name), before, {fact: desired})
        resource = {"ResourceId": f"table/{name}", "ScalableDimension": dimension}
        made += context.settle(changes, partial(_register, context, resource, desired))
    return made


def _scaling(context: StepContext, table: Table) -> dict[Place, dict[str, Any]]:
    """Return the bounds in capacity units of what is scaled, and its target tracking by the policy's name."""
    policies: dict[tuple[str, str, str], dict[str, Any]] = {}
    for entry in of_all_tables(context.listed, "describe_scaling_policies", "ScalingPolicies"):
        if TRACKING in entry:
            policies.setdefault(_place(entry), {})[entry["PolicyName"]] = entry[TRACKING]
    return {
        (part, dimension): {
            "minimum": target["MinCapacity"],
            "maximum": target["MaxCapacity"],
            "policies": policies.get((name, part, dimension), {}),
        }
        for target in of_all_tables(context.listed, "describe_scalable_targets", "ScalableTargets")
        for name, part, dimension in [_place(target)]
        if name == table.name
    }


def _place(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    _, name, *index = entry["ResourceId"].split("/")
    return name, "".join(f"/{part}" for part in index), entry["ScalableDimension"]


def _register(
    context: StepContext, resource: Mapping[str, str], desired: Mapping[str, Any]
) -> None:
    client, target = context.client(AUTOSCALING), {"ServiceNamespace": "dynamodb", **resource}
    client.register_scalable_target(
        **target, MinCapacity=desired["minimum"], MaxCapacity=desired["maximum"]
    )
    for name, tracking in desired["policies"].items():
        kind = {"PolicyType": "TargetTrackingScaling", TRACKING: tracking}
        client.put_scaling_policy(**target, PolicyName=name, **kind)
