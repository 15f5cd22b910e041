"""EventBridge: rules, by schedule or by event, and what they do by themselves."""

from aws.ledger import LABELS, NAMES, WHEN, Harmless, Judged, Ledger, Operation
from aws.words import Words

RULE = Words(en="event rule", ja="イベントルール")

BUS = Harmless(
    "who may put events onto a bus; what they cause is what its rules do, which is judged"
)
WHOLE = Judged("acts")
"""Part of what a target does: each is in the digest that a decision repeats."""

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
}
