"""DynamoDB: whether the capacity of a table follows demand: on demand without a low cap, or by Application Auto Scaling.

What else moves it is judged, too.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from aws.bounds import Bound
from aws.change.undo import Undoing, by_hand
from aws.kinds.table import ON_DEMAND, TABLE, Table, all_on_demand
from aws.ledger import NAMES, WHEN, Closed, Harmless, Ledger, Resource, Unplanned, only, operation
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.section import Section
from aws.words import Words

AUTOSCALING = "application-autoscaling"
SCALING = Words(en="scaling", ja="スケーリング")
POLICY_TYPE = Words(en="type of scaling policy", ja="スケーリングポリシーの種類")
OWN_METRIC = Words(en="scaled by a metric of its own", ja="独自メトリクスによるスケーリング")
SCHEDULED = Words(en="scheduled change of capacity", ja="キャパシティのスケジュール変更")
ASKED = Harmless("DynamoDB, since nothing else is asked for")
STEPS = Harmless("says nothing unless the type of the policy is another, which is closed")


def _table_of(_: Raw, element: Raw) -> str:
    """Return the table of ``table/Users-prod`` or ``table/Users-prod/index/ByDay``."""
    return str(element["ResourceId"]).split("/")[1]


TRACKING = "TargetTrackingScalingPolicyConfiguration"
NEVER_SHRINKS = Harmless("capacity that never shrinks throttles no caller")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalableTarget:
    """Application Auto Scaling on a table or an index: ``dimension`` is AWS's name of it."""

    resource: str
    dimension: str
    minimum: int
    maximum: int
    suspended: bool = False
    """Scaling out is suspended."""
    policies: tuple[str, ...] = ()
    """Names of its scaling policies: without one, its capacity never changes."""


CAPACITIES = ("ReadCapacityUnits", "WriteCapacityUnits")


def scales(demand: int) -> Bound:
    """No capacity of the table may be rigid; ``demand`` is in units a second."""
    return Bound(
        holds=lambda rigid: not rigid,
        words=Words(
            en=f"on demand or autoscaled, with room for {demand} units a second",
            ja=f"オンデマンドまたは自動スケーリングで、毎秒{demand}ユニット以上の余裕があること",
        ),
    )


def without_scaling(
    table: Table, targets: Iterable[ScalableTarget], demand: int
) -> tuple[Words, ...]:
    """Return the capacities that do not follow demand, in words; empty is good. ``demand``: units a second.

    A scalable target only sets the range; its scaling policy changes the capacity.
    """
    if table.billing_mode == ON_DEMAND:
        small = {name: most for name, most in table.caps.items() if most < demand}
        return tuple(
            Words(en=f"{name} on demand up to {most}/s", ja=f"{name}: オンデマンドで毎秒{most}まで")
            for name, most in small.items()
        )
    most = {
        (target.resource, target.dimension): target.maximum
        for target in targets
        if target.maximum > target.minimum and target.policies and not target.suspended
    }
    rigid = {at: most.get(at) for at in _scalable(table) if most.get(at, 0) < demand}
    return tuple(
        Words(en=f"{name} {units} up to {limit}/s", ja=f"{name} {units}: 毎秒{limit}まで")
        if limit
        else Words(en=f"{name} {units} fixed", ja=f"{name} {units}: 固定")
        for (name, units), limit in rigid.items()
    )


def _scalable(table: Table) -> Iterator[tuple[str, str]]:
    for capacity in CAPACITIES:
        yield f"table/{table.name}", f"dynamodb:table:{capacity}"
        for index in table.indexes:
            yield f"table/{table.name}/index/{index.name}", f"dynamodb:index:{capacity}"


_FOLLOW_USE = by_hand(
    en="DynamoDB console > Tables > {name} > Additional settings > Read/write capacity > Edit: auto scaling by target"
    " utilization",
    ja="DynamoDBコンソール > テーブル > {name} > 追加の設定 > 読み込み/書き込みキャパシティ > 編集で、ターゲット使用率による"
    "自動スケーリングにしてください",
)
UNDO: Undoing = {
    (TABLE.words, SCHEDULED): by_hand(
        en="`aws application-autoscaling describe-scheduled-actions --service-namespace dynamodb` lists it with all that"
        " `delete-scheduled-action` takes; no console of AWS shows those of {name}",
        ja="{name}のスケジュールはコンソールに表示されません。`aws application-autoscaling describe-scheduled-actions"
        " --service-namespace dynamodb`で確認し、`delete-scheduled-action`で削除してください",
    ),
    (TABLE.words, POLICY_TYPE): _FOLLOW_USE,
    (TABLE.words, OWN_METRIC): _FOLLOW_USE,
}
LEDGER: Ledger = {
    "application-autoscaling:DescribeScalableTargets": operation(
        "ScalableTargets",
        judged=(
            "ResourceId ScalableDimension MinCapacity MaxCapacity"
            " SuspendedState.DynamicScalingOutSuspended"
        ),
        harmless={
            ASKED: "ServiceNamespace",
            NAMES: "ScalableTargetARN",
            WHEN: "CreationTime",
            NEVER_SHRINKS: "SuspendedState.DynamicScalingInSuspended",
            "a forecast, which lifts the minimum": "PredictedCapacity",
            "the role of the service itself": "RoleARN",
            "about scheduled actions, which are closed": "SuspendedState.ScheduledScalingSuspended",
        },
        resources={"ScalableTargets": Resource(kind=TABLE.words, name=_table_of)},
        needs="ScalableTargets",
    ),
    "application-autoscaling:DescribeScalingPolicies": operation(
        "ScalingPolicies",
        judged="PolicyName ResourceId ScalableDimension",
        harmless={
            NAMES: "PolicyARN",
            ASKED: "ServiceNamespace",
            WHEN: "CreationTime",
            STEPS: "StepScalingPolicyConfiguration PredictiveScalingPolicyConfiguration",
            "the alarms by which the service works": "Alarms",
            "AWS takes 20 to 90 percent, each of which leaves room": f"{TRACKING}.TargetValue",
            "the use of the capacity itself, as its dimension says": (
                f"{TRACKING}.PredefinedMetricSpecification"
            ),
            "AWS scales out as soon as it is needed": f"{TRACKING}.ScaleOutCooldown",
            "how long capacity stays before it shrinks": f"{TRACKING}.ScaleInCooldown",
            NEVER_SHRINKS: f"{TRACKING}.DisableScaleIn",
        },
        members={
            "PolicyType": Closed(
                POLICY_TYPE, usual=only("TargetTrackingScaling"), ids="PolicyName"
            ),
            f"{TRACKING}.CustomizedMetricSpecification": Closed(
                OWN_METRIC, shows="MetricName", ids="PolicyName"
            ),
        },
        resources={"ScalingPolicies": Resource(kind=TABLE.words, name=_table_of)},
        needs="ScalingPolicies",
    ),
    "application-autoscaling:DescribeScheduledActions": operation(
        members={
            "ScheduledActions": Closed(
                SCHEDULED, shows="ScheduledActionName", terms=("Schedule", "ScalableTargetAction")
            ),
        },
        resources={"ScheduledActions": Resource(kind=TABLE.words, name=_table_of)},
        needs="ScheduledActions",
    ),
}


def scalable_targets(reading: Reading) -> Section[tuple[ScalableTarget, ...]]:
    """Read what changes the capacities; makes no call if every table is known to be on demand."""
    if all_on_demand(reading.section("tables")):
        return {}
    targets = targets_of(reading.aws.listed)
    by_table = {
        name: tuple(target for target in targets if target.resource.split("/")[1] == name)
        for name in reading.scope.tables
    }
    return {name: own for name, own in by_table.items() if own}


def of_all_tables(listed: Callable[..., Iterable[Raw]], operation: str, key: str) -> list[Raw]:
    """Return the entries of a list of Application Auto Scaling that are about DynamoDB; ``listed`` as in `targets_of`."""
    return [*listed(AUTOSCALING, operation, key, ServiceNamespace="dynamodb")]


def targets_of(listed: Callable[..., Iterable[Raw]]) -> list[ScalableTarget]:
    """Return what moves capacities; ``listed`` returns the entries of a list over all its pages, for a reader or a change."""
    policies = of_all_tables(listed, "describe_scaling_policies", "ScalingPolicies")
    targets = of_all_tables(listed, "describe_scalable_targets", "ScalableTargets")
    return [_target(target, policies) for target in targets]


def _target(raw: Raw, policies: Iterable[Raw]) -> ScalableTarget:
    moved = (raw["ResourceId"], raw["ScalableDimension"])
    return ScalableTarget(
        resource=raw["ResourceId"],
        dimension=raw["ScalableDimension"],
        minimum=raw["MinCapacity"],
        maximum=raw["MaxCapacity"],
        suspended=raw.get("SuspendedState", {}).get("DynamicScalingOutSuspended", False),
        policies=tuple(
            policy["PolicyName"]
            for policy in policies
            if (policy["ResourceId"], policy["ScalableDimension"]) == moved
        ),
    )


def attachments(reading: Reading) -> Section[tuple[Unplanned, ...]]:
    """Read what DescribeTable leaves out: time to live, streams to Kinesis, and scheduled capacity."""
    reading.needed("scalable_targets")
    if not all_on_demand(reading.section(TABLE.section)):
        reading.source(_scheduled_actions)
    attached: Section[tuple[Unplanned, ...]] = OF_TABLES.read(reading)
    return attached


def _scheduled_actions(reading: Reading) -> None:
    """Read all scheduled actions of the Region at once: the ledger says which table each belongs to."""
    of_all_tables(reading.aws.listed, "describe_scheduled_actions", "ScheduledActions")


OF_TABLES = TABLE.reader_of_attached()[TABLE.attached_section]
READERS = {
    "scalable_targets": Reader(
        scalable_targets,
        (
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "dynamodb:DescribeTable",
        ),
    ),
    TABLE.attached_section: Reader(
        attachments, ("application-autoscaling:DescribeScheduledActions", *OF_TABLES.actions)
    ),
}
