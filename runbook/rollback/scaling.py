"""Autoscaling of a table with provisioned capacity, which a restore leaves behind: carried to the new one."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from aws.change import Changes
from aws.desired import Table
from runbook.engine import StepContext, difference

SERVICE = "application-autoscaling"
OF_DYNAMODB = {"ServiceNamespace": "dynamodb"}
TRACKING = "TargetTrackingScalingPolicyConfiguration"
Place = tuple[str, str]
"""What is scaled: "" for the table, else ``/index/<name>``; and the dimension."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """Bounds in capacity units; ``policies`` are target tracking, by name."""

    minimum: int
    maximum: int
    policies: Mapping[str, Any]

    def fields(self, dimension: str) -> dict[str, Any]:
        units = dimension.rpartition(":")[2]
        return {f"scaling of {units}": asdict(self)}


def carry(context: StepContext, old: Table, new: Table, *, there: bool) -> Changes:
    """Give the new table the bounds and the target tracking of the old one, and of its indexes.

    Where the new table is not there yet, only show it. Scheduled actions are not carried.
    """
    found = _scaling(context, new) if there else {}
    made: Changes = ()
    for place, wanted in _scaling(context, old).items():
        part, dimension = place
        have = found[place].fields(dimension) if place in found else None
        changes = difference(f"table {new.name}{part}", have, wanted.fields(dimension))
        resource = {"ResourceId": f"table/{new.name}{part}", "ScalableDimension": dimension}
        made += context.settle(changes, partial(_register, context, resource, wanted))
    return made


def _scaling(context: StepContext, table: Table) -> dict[Place, Scaling]:
    policies: dict[Place, dict[str, Any]] = {}
    for one in _listed(context, "describe_scaling_policies", "ScalingPolicies", table):
        if TRACKING in one:
            policies.setdefault(_place(one), {})[one["PolicyName"]] = one[TRACKING]
    targets = _listed(context, "describe_scalable_targets", "ScalableTargets", table)
    return {
        _place(one): Scaling(one["MinCapacity"], one["MaxCapacity"], policies.get(_place(one), {}))
        for one in targets
    }


def _listed(
    context: StepContext, operation: str, key: str, table: Table
) -> Iterator[Mapping[str, Any]]:
    for page in context.client(SERVICE).get_paginator(operation).paginate(**OF_DYNAMODB):
        yield from (one for one in page[key] if one["ResourceId"].split("/")[1] == table.name)


def _place(one: Mapping[str, Any]) -> Place:
    _, _, *index = one["ResourceId"].split("/")
    return "".join(f"/{part}" for part in index), one["ScalableDimension"]


def _register(context: StepContext, resource: Mapping[str, str], wanted: Scaling) -> None:
    client, target = context.client(SERVICE), {**OF_DYNAMODB, **resource}
    bounds = {"MinCapacity": wanted.minimum, "MaxCapacity": wanted.maximum}
    client.register_scalable_target(**target, **bounds)
    for name, tracking in wanted.policies.items():
        kind = {"PolicyType": "TargetTrackingScaling", TRACKING: tracking}
        client.put_scaling_policy(**target, PolicyName=name, **kind)
