"""EventBridge Scheduler: schedules, and what they do by themselves."""

from aws.ledger import LABELS, NAMES, WHEN, Harmless, Judged, Ledger, Operation
from aws.words import Words

SCHEDULE = Words(en="schedule", ja="スケジュール")


LEDGER: Ledger = {
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
