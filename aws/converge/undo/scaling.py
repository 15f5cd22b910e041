"""What nobody planned of the capacity of tables: scheduled changes, and policies that do not follow the use."""

from collections.abc import Mapping
from typing import Any

from aws.change.undo import HowToUndo, UndoTarget, by_call
from aws.raw import Raw

SCALING = "application-autoscaling"
METRICS = {
    "ReadCapacityUnits": "DynamoDBReadCapacityUtilization",
    "WriteCapacityUnits": "DynamoDBWriteCapacityUtilization",
}
"""What a dimension ends with -> the metric of its use."""
TARGET_PERCENT = 70


def _scheduled(target: UndoTarget) -> None:
    client = target.context.client(SCALING)
    for one in _of_table(target, "describe_scheduled_actions", "ScheduledActions"):
        if one["ScheduledActionName"] in target.ids:
            client.delete_scheduled_action(
                ScheduledActionName=one["ScheduledActionName"], **_place(one)
            )


def _policies(target: UndoTarget) -> None:
    """Put a policy that follows the use of the capacity in the place of each that was found."""
    client = target.context.client(SCALING)
    for one in _of_table(target, "describe_scaling_policies", "ScalingPolicies"):
        if one["PolicyName"] not in target.ids:
            continue
        client.delete_scaling_policy(PolicyName=one["PolicyName"], **_place(one))
        metric = METRICS[one["ScalableDimension"].rpartition(":")[2]]
        client.put_scaling_policy(
            PolicyName=f"{one['ResourceId'].replace('/', '-')}-{metric}",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": TARGET_PERCENT,
                "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
            },
            **_place(one),
        )


def _of_table(target: UndoTarget, operation: str, key: str) -> list[Mapping[str, Any]]:
    listed = target.context.listed(SCALING, operation, key, ServiceNamespace="dynamodb")
    ours = f"table/{target.name}"
    return [one for one in listed if f"{one['ResourceId']}/".startswith(f"{ours}/")]


def _place(one: Raw) -> dict[str, str]:
    return {name: one[name] for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")}


UNDO: Mapping[tuple[str, str], HowToUndo[UndoTarget]] = {
    ("table", "scheduled change of capacity"): by_call(
        _scheduled,
        en="the capacity no longer changes at those times",
        ja="その時刻のキャパシティ変更は行われなくなります",
        final=True,
    ),
    **dict.fromkeys(
        (("table", "type of scaling policy"), ("table", "scaled by a metric of its own")),
        by_call(
            _policies,
            en=f"the capacity follows its utilization from then on (target {TARGET_PERCENT} %)",
            ja=f"以後、キャパシティは使用率（目標{TARGET_PERCENT}%）に追従します",
            final=True,
        ),
    ),
}
