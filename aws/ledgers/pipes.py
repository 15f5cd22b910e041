"""EventBridge Pipes: pipes, and what they do by themselves."""

from aws.ledger import LABELS, NAMES, WHEN, Harmless, Judged, Ledger, Operation
from aws.words import Words

PIPE = Words(en="pipe", ja="パイプ")

STATE = Harmless("a pipe that is meant to run may run again at any time")

LEDGER: Ledger = {
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
}
