"""Route 53: the records of the custom domain's name in the environment's hosted zone, where there is one."""

from aws.ledger import Coverage, Harmless, Judged, Ledger, Operation

WHERE_NEXT = Harmless("where the next page begins; one name has far fewer records than a page")
CACHED = Harmless("for how long resolvers keep an answer")

LEDGER: Ledger = {
    "route53:ListResourceRecordSets": Operation(
        needs=frozenset({"ResourceRecordSets"}),
        resources={},
        members={
            "ResourceRecordSets": Judged("records"),
            "ResourceRecordSets.TTL": CACHED,
            "ResourceRecordSets.HealthCheckId": Harmless(
                "which of several records answers; each of them has to lead to the target"
            ),
            "IsTruncated": WHERE_NEXT,
            "NextRecordName": WHERE_NEXT,
            "NextRecordType": WHERE_NEXT,
            "NextRecordIdentifier": WHERE_NEXT,
            "MaxItems": WHERE_NEXT,
        },
    ),
}

COUNTED = "counts things, or says how many there may be"
OF_ALL = "lists zones, checks or policies of the account: what the decided zone answers is read from the zone"
BEFORE = "says how records came to be; what they are is read"
COVERAGE = Coverage(
    speaks_by=frozenset({"HostedZoneId"}),
    ignored={
        "route53:GetCheckerIpRanges": "where AWS's health checks come from",
        "route53:GetDNSSEC": "whether answers are signed: resolvers refuse a wrong signature, as a lookup shows",
        "route53:GetGeoLocation": "which places have names",
        "route53:GetHealthCheckCount": COUNTED,
        "route53:GetHostedZoneChangeBatch": BEFORE,
        "route53:GetHostedZoneCount": COUNTED,
        "route53:GetHostedZoneLimit": COUNTED,
        "route53:GetTrafficPolicyInstanceCount": COUNTED,
        "route53:ListCidrCollections": OF_ALL,
        "route53:ListGeoLocations": "which places have names",
        "route53:ListHealthCheckSources": "where AWS's health checks come from",
        "route53:ListHealthChecks": OF_ALL,
        "route53:ListHostedZoneChangeBatches": BEFORE,
        "route53:ListHostedZones": OF_ALL,
        "route53:ListHostedZonesByName": OF_ALL,
        "route53:ListQueryLoggingConfigs": "who counts queries: it observes",
        "route53:ListResourceRecordSetChanges": BEFORE,
        "route53:ListResourceRecordSetProtections": "what keeps records from being changed: it protects",
        "route53:ListReusableDelegationSets": OF_ALL,
        "route53:ListTrafficPolicies": OF_ALL,
        "route53:ListTrafficPolicyInstances": "what makes records by a policy; the records are read",
        "route53:ListTrafficPolicyInstancesByHostedZone": "what makes records by a policy; the records are read",
        "route53:ListVPCAssociationAuthorizations": "about private zones, which no phone asks",
    },
)
