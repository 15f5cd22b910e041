"""Application Auto Scaling: what changes the capacity of our tables, and when."""

from aws.ledger import (
    NAMES,
    WHEN,
    Closed,
    Harmless,
    Judged,
    Ledger,
    Operation,
    Resource,
    only,
)
from aws.ledgers.dynamodb import TABLE
from aws.raw import Raw
from aws.words import Words

ASKED = Harmless("DynamoDB, since nothing else is asked for")
STEPS = Harmless("says nothing unless the type of the policy is another, which is closed")


def _table(_: Raw, found: Raw) -> str:
    """Return the table of ``table/Users-prod`` or ``table/Users-prod/index/ByDay``."""
    return str(found["ResourceId"]).split("/")[1]


TRACKING = "ScalingPolicies.TargetTrackingScalingPolicyConfiguration"

LEDGER: Ledger = {
    "application-autoscaling:DescribeScalableTargets": Operation(
        resources={"ScalableTargets": Resource(kind=TABLE, name=_table)},
        needs=frozenset({"ScalableTargets"}),
        members={
            "ScalableTargets.ServiceNamespace": ASKED,
            "ScalableTargets.ResourceId": Judged("resource"),
            "ScalableTargets.ScalableDimension": Judged("dimension"),
            "ScalableTargets.MinCapacity": Judged("minimum"),
            "ScalableTargets.MaxCapacity": Judged("maximum"),
            "ScalableTargets.PredictedCapacity": Harmless("a forecast, which lifts the minimum"),
            "ScalableTargets.RoleARN": Harmless("the role of the service itself"),
            "ScalableTargets.CreationTime": WHEN,
            "ScalableTargets.SuspendedState.DynamicScalingInSuspended": Harmless(
                "capacity that never shrinks throttles nobody"
            ),
            "ScalableTargets.SuspendedState.DynamicScalingOutSuspended": Judged("suspended"),
            "ScalableTargets.SuspendedState.ScheduledScalingSuspended": Harmless(
                "about scheduled actions, which are closed"
            ),
            "ScalableTargets.ScalableTargetARN": NAMES,
        },
    ),
    "application-autoscaling:DescribeScalingPolicies": Operation(
        resources={"ScalingPolicies": Resource(kind=TABLE, name=_table)},
        needs=frozenset({"ScalingPolicies"}),
        members={
            "ScalingPolicies.PolicyARN": NAMES,
            "ScalingPolicies.PolicyName": Judged("policies"),
            "ScalingPolicies.ServiceNamespace": ASKED,
            "ScalingPolicies.ResourceId": Judged("resource"),
            "ScalingPolicies.ScalableDimension": Judged("dimension"),
            "ScalingPolicies.PolicyType": Closed(
                Words(en="type of scaling policy", ja="スケーリングポリシーの種類"),
                usual=only("TargetTrackingScaling"),
                ids="PolicyName",
            ),
            "ScalingPolicies.StepScalingPolicyConfiguration": STEPS,
            f"{TRACKING}.TargetValue": Harmless(
                "AWS takes 20 to 90 percent, each of which leaves room"
            ),
            f"{TRACKING}.PredefinedMetricSpecification": Harmless(
                "the use of the capacity itself, as its dimension says"
            ),
            f"{TRACKING}.CustomizedMetricSpecification": Closed(
                Words(en="scaled by a metric of its own", ja="独自メトリクスによるスケーリング"),
                shows="MetricName",
                ids="PolicyName",
            ),
            f"{TRACKING}.ScaleOutCooldown": Harmless("AWS scales out as soon as it is needed"),
            f"{TRACKING}.ScaleInCooldown": Harmless("how long capacity stays before it shrinks"),
            f"{TRACKING}.DisableScaleIn": Harmless("capacity that never shrinks throttles nobody"),
            "ScalingPolicies.PredictiveScalingPolicyConfiguration": STEPS,
            "ScalingPolicies.Alarms": Harmless("the alarms by which the service works"),
            "ScalingPolicies.CreationTime": WHEN,
        },
    ),
    "application-autoscaling:DescribeScheduledActions": Operation(
        resources={"ScheduledActions": Resource(kind=TABLE, name=_table)},
        needs=frozenset({"ScheduledActions"}),
        members={
            "ScheduledActions": Closed(
                Words(en="scheduled change of capacity", ja="キャパシティのスケジュール変更"),
                shows="ScheduledActionName",
                terms=("Schedule", "ScalableTargetAction"),
            ),
        },
    ),
}
