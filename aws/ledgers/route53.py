"""Route 53: the records of the custom domain's name in the environment's hosted zone, where there is one."""

from aws.ledger import Harmless, Judged, Ledger, Operation, harmless

WHERE_NEXT = Harmless("where the next page begins; one name has far fewer records than a page")
CACHED = Harmless("for how long resolvers keep an answer")

LEDGER: Ledger = {
    "route53:ListResourceRecordSets": Operation(
        needs=frozenset({"ResourceRecordSets"}),
        resources={},
        members={
            "ResourceRecordSets": Judged("records"),
            **harmless(
                {
                    CACHED: "ResourceRecordSets.TTL",
                    "which of several records answers; each of them has to lead to the target": "ResourceRecordSets.HealthCheckId",
                    WHERE_NEXT: "IsTruncated NextRecordName NextRecordType NextRecordIdentifier MaxItems",
                }
            ),
        },
    ),
}
