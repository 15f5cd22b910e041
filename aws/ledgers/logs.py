"""CloudWatch Logs: the groups, who reads along, and the policies of the account that reach them."""

from aws.ledger import (
    Closed,
    Coverage,
    Effect,
    Harmless,
    Judged,
    Ledger,
    Operation,
    Resource,
    answered,
    only,
)
from aws.words import Words

LOG_GROUP = Words(en="log group", ja="ロググループ")
ACCOUNT_POLICY = Words(en="account policy", ja="アカウントポリシー")
APPLIED = Words(en="applied to our log groups", ja="本環境のロググループへの適用")
SUBSCRIPTION_FILTER = Words(en="subscription filter", ja="サブスクリプションフィルター")
METRICS_MADE = Words(
    en="metric filter into namespace", ja="メトリクスフィルターの出力先ネームスペース"
)

NEXT = Harmless("where the next page begins; every page is read")
WHEN = Harmless("when something was made or changed decides nothing")
NAMES = Harmless("an id or ARN of what its name says already")
OF_FILTER = Harmless("about a filter, which is red as such")
DATA_PROTECTION = Words(en="data protection", ja="データ保護")

LEDGER: Ledger = {
    "logs:DescribeLogGroups": Operation(
        needs=frozenset({"logGroups"}),
        resources={"logGroups": Resource(kind=LOG_GROUP, name=answered("logGroupName"))},
        members={
            "logGroups.logGroupName": Judged("name"),
            "logGroups.creationTime": WHEN,
            "logGroups.retentionInDays": Judged("retention_days"),
            "logGroups.metricFilterCount": Harmless("the filters are listed"),
            "logGroups.arn": Judged("arn"),
            "logGroups.storedBytes": Harmless("grows with use"),
            "logGroups.kmsKeyId": Judged("kms_key"),
            "logGroups.dataProtectionStatus": Closed(
                DATA_PROTECTION, usual=only("DELETED", "ARCHIVED", "DISABLED")
            ),
            "logGroups.inheritedProperties": Closed(DATA_PROTECTION),
            "logGroups.logGroupClass": Judged(
                "log_class",
                values=frozenset({"STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"}),
            ),
            "logGroups.logGroupArn": NAMES,
            "logGroups.deletionProtectionEnabled": Harmless("protects the logs from deletion"),
            "logGroups.bearerTokenAuthenticationEnabled": Closed(
                Words(en="ingestion by bearer token", ja="ベアラートークンによる取り込み"),
                loosens=True,
            ),
            "logGroups.retentionPolicyName": Closed(
                Words(en="retention policy of the account", ja="アカウントの保持ポリシー")
            ),
            "nextToken": NEXT,
        },
    ),
    "logs:DescribeSubscriptionFilters": Operation(
        needs=frozenset({"subscriptionFilters"}),
        resources={"": Resource(kind=LOG_GROUP, name=lambda asked, _: str(asked["logGroupName"]))},
        members={
            "subscriptionFilters": Closed(
                SUBSCRIPTION_FILTER,
                shows="destinationArn",
                ids="filterName",
                terms=("filterPattern",),
                loosens=True,
            ),
            "nextToken": NEXT,
        },
    ),
    "logs:DescribeMetricFilters": Operation(
        needs=frozenset({"metricFilters"}),
        resources={"metricFilters": Resource(kind=LOG_GROUP, name=answered("logGroupName"))},
        members={
            "metricFilters.filterName": NAMES,
            "metricFilters.filterPattern": OF_FILTER,
            "metricFilters.metricTransformations": Closed(
                METRICS_MADE,
                shows="metricNamespace",
                ids="filterName",
                terms=("metricName", "metricValue"),
                effect=Effect.OBSERVES,
            ),
            "metricFilters.creationTime": WHEN,
            "metricFilters.logGroupName": Judged("name"),
            "metricFilters.applyOnTransformedLogs": OF_FILTER,
            "metricFilters.fieldSelectionCriteria": OF_FILTER,
            "metricFilters.emitSystemFieldDimensions": OF_FILTER,
            "nextToken": NEXT,
        },
    ),
    "logs:DescribeAccountPolicies": Operation(
        needs=frozenset({"accountPolicies"}),
        resources={},
        members={
            "accountPolicies.policyName": Judged("account_log_policies"),
            "accountPolicies.policyDocument": Judged("account_log_policies"),
            "accountPolicies.selectionCriteria": Judged("account_log_policies"),
            "accountPolicies.lastUpdatedTime": WHEN,
            "accountPolicies.policyType": NAMES,
            "accountPolicies.scope": Harmless("always ALL"),
            "accountPolicies.accountId": NAMES,
            "nextToken": Harmless("an account has a handful of policies: one page"),
        },
    ),
    "logs:DescribeResourcePolicies": Operation(
        needs=frozenset({"resourcePolicies"}),
        resources={},
        members={
            "resourcePolicies.policyName": Judged("name"),
            "resourcePolicies.policyDocument": Judged("document"),
            "resourcePolicies.lastUpdatedTime": WHEN,
            "resourcePolicies.policyScope": Harmless("both scopes are asked for"),
            "resourcePolicies.resourceArn": Judged("name"),
            "resourcePolicies.revisionId": NAMES,
            "nextToken": NEXT,
        },
    ),
}

READ_ALONG = "reads what is there and changes nothing"
DELIVERY = "about logs that other services deliver; ours are written by Lambda and API Gateway"
QUERY = "a query that somebody asks, or asked; it changes nothing"
COVERAGE = Coverage(
    speaks_by=frozenset(
        {
            "logGroupName",
            "logGroupIdentifier",
            "logGroupIdentifiers",
            "resourceArn",
            "filterLogGroupArn",
            "policyType",
        }
    ),
    ignored={
        "logs:DescribeConfigurationTemplates": DELIVERY,
        "logs:DescribeDeliveries": DELIVERY,
        "logs:DescribeDeliveryDestinations": DELIVERY,
        "logs:DescribeDeliverySources": DELIVERY,
        "logs:DescribeDestinations": "where other accounts may send their logs to",
        "logs:DescribeExportTasks": "copies that somebody once asked for; nothing goes on",
        "logs:DescribeFieldIndexes": "makes searches faster; the lines stay what they are",
        "logs:DescribeImportTasks": "brings older lines in from elsewhere, and not into ours",
        "logs:DescribeIndexPolicies": "makes searches faster; the lines stay what they are",
        "logs:DescribeLogStreams": "the parts of a group; its lines are read as a whole",
        "logs:DescribeLookupTables": QUERY,
        "logs:DescribeQueries": QUERY,
        "logs:DescribeQueryDefinitions": QUERY,
        "logs:GetDataProtectionPolicy": "DescribeLogGroups tells whether there is one",
        "logs:GetLogEvents": "this run's own lines are searched for, and no others read",
        "logs:GetLogGroupFields": READ_ALONG,
        "logs:GetStorageTierPolicy": "how old lines are stored",
        "logs:GetTransformer": "adds a second form of each line; the original is kept, which metrics of ours are made of",
        "logs:ListAnomalies": READ_ALONG,
        "logs:ListIntegrations": READ_ALONG,
        "logs:ListLogAnomalyDetectors": READ_ALONG,
        "logs:ListLogGroups": "of all groups what is asked of each of ours",
        "logs:ListScheduledQueries": QUERY,
        "logs:ListSyslogConfigurations": "lets machines of a network write; a group of ours has no such writer",
        "logs:ListTagsForResource": "tags of log groups decide nothing",
        "logs:ListTagsLogGroup": "tags of log groups decide nothing",
    },
)
