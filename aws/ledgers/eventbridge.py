"""EventBridge, its pipes and its scheduler: rules, pipes and schedules, and what they do by themselves."""

from aws.ledger import LABELS, NAMES, WHEN, Harmless, Judged, Ledger, Operation
from aws.words import Words

RULE = Words(en="event rule", ja="イベントルール")

BUS = Harmless(
    "who may put events onto a bus; what they cause is what its rules do, which is judged"
)
WHOLE = Judged("acts")
"""Part of what a target does: each is in the digest that a decision repeats."""

PIPE = Words(en="pipe", ja="パイプ")

STATE = Harmless("a pipe that is meant to run may run again at any time")

SCHEDULE = Words(en="schedule", ja="スケジュール")

LEDGER: Ledger = {
    "events:ListEventBuses": Operation(
        resources={},
        needs=frozenset({"EventBuses"}),
        members={
            "EventBuses.Name": Judged("name"),
            "EventBuses.Arn": NAMES,
            "EventBuses.Description": LABELS,
            "EventBuses.Policy": BUS,
            "EventBuses.CreationTime": WHEN,
            "EventBuses.LastModifiedTime": WHEN,
            "EventBuses.ManagedBy": Harmless("whose rules are on it is judged, not whose it is"),
        },
    ),
    "events:ListRules": Operation(
        resources={},
        members={
            "Rules.Name": Judged("name"),
            "Rules.Arn": NAMES,
            "Rules.EventPattern": Judged("when"),
            "Rules.State": Judged("acts"),
            "Rules.Description": LABELS,
            "Rules.ScheduleExpression": Judged("when"),
            "Rules.RoleArn": Judged("acts"),
            "Rules.ManagedBy": Harmless("a rule of a service of AWS is judged like any other"),
            "Rules.EventBusName": Judged("name"),
        },
    ),
    "events:ListTargetsByRule": Operation(resources={}, members={"Targets": WHOLE}),
    "events:ListApiDestinations": Operation(
        resources={},
        needs=frozenset({"ApiDestinations"}),
        members={
            "ApiDestinations.ApiDestinationArn": Judged("acts"),
            "ApiDestinations.Name": NAMES,
            "ApiDestinations.ApiDestinationState": Harmless(
                "an inactive one may be active tomorrow"
            ),
            "ApiDestinations.ConnectionArn": Harmless("how it signs in elsewhere"),
            "ApiDestinations.InvocationEndpoint": Judged("acts"),
            "ApiDestinations.HttpMethod": Harmless("any call of our API counts"),
            "ApiDestinations.InvocationRateLimitPerSecond": Harmless("any call of our API counts"),
            "ApiDestinations.CreationTime": WHEN,
            "ApiDestinations.LastModifiedTime": WHEN,
        },
    ),
    "pipes:ListPipes": Operation(
        resources={},
        members={
            "Pipes.Name": Judged("name"),
            "Pipes.Arn": NAMES,
            "Pipes.DesiredState": Judged("acts"),
            "Pipes.CurrentState": STATE,
            "Pipes.StateReason": STATE,
            "Pipes.CreationTime": WHEN,
            "Pipes.LastModifiedTime": WHEN,
            "Pipes.Source": Judged("acts"),
            "Pipes.Target": Judged("acts"),
            "Pipes.Enrichment": Judged("acts"),
        },
    ),
    "pipes:DescribePipe": Operation(
        resources={},
        needs=frozenset({"Source", "Target", "RoleArn"}),
        members={
            "Arn": NAMES,
            "Name": Judged("name"),
            "Description": LABELS,
            "DesiredState": Judged("acts"),
            "CurrentState": STATE,
            "StateReason": STATE,
            "Source": Judged("when"),
            "SourceParameters": Judged("acts"),
            "Enrichment": Judged("acts"),
            "EnrichmentParameters": Judged("acts"),
            "Target": Judged("acts"),
            "TargetParameters": Judged("acts"),
            "RoleArn": Judged("acts"),
            "Tags": Harmless("a pipe's own tags decide nothing"),
            "CreationTime": WHEN,
            "LastModifiedTime": WHEN,
            "LogConfiguration": Judged("acts"),
            "KmsKeyIdentifier": Harmless("how the pipe itself is stored"),
        },
    ),
    "scheduler:ListSchedules": Operation(
        resources={},
        members={
            "Schedules.Arn": NAMES,
            "Schedules.Name": Judged("name"),
            "Schedules.GroupName": Judged("name"),
            "Schedules.State": Judged("acts"),
            "Schedules.CreationDate": WHEN,
            "Schedules.LastModificationDate": WHEN,
            "Schedules.Target.Arn": Judged("acts"),
        },
    ),
    "scheduler:GetSchedule": Operation(
        resources={},
        needs=frozenset({"Target"}),
        members={
            "Arn": NAMES,
            "GroupName": Judged("name"),
            "Name": Judged("name"),
            "ScheduleExpression": Judged("when"),
            "StartDate": Harmless("one that starts later still acts by itself"),
            "EndDate": Judged("ends"),
            "Description": LABELS,
            "ScheduleExpressionTimezone": Judged("ends"),
            "State": Judged("acts"),
            "CreationDate": WHEN,
            "LastModificationDate": WHEN,
            "KmsKeyArn": Harmless("how the schedule itself is stored"),
            "Target": Judged("acts"),
            "FlexibleTimeWindow.Mode": Harmless("any time counts"),
            "FlexibleTimeWindow.MaximumWindowInMinutes": Judged("ends"),
            "ActionAfterCompletion": Harmless("what becomes of the schedule once it is over"),
        },
    ),
}
