"""CloudWatch Logs: what of it need not be asked; the kinds say what becomes of the rest."""

from aws.ledger import Coverage

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
