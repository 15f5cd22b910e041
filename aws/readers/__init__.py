"""Every section and its reader; the slowest chain, API Gateway's, comes first."""

from collections.abc import Mapping

from aws.engine import Reader
from aws.readers import (
    alarms,
    api,
    buckets,
    contents,
    dashboards,
    documents,
    domains,
    functions,
    keys,
    log_groups,
    names,
    roles,
    secrets,
    tables,
    topics,
    usage,
)

READERS: Mapping[str, Reader] = (
    api.READERS
    | documents.READERS
    | usage.READERS
    | domains.READERS
    | functions.READERS
    | names.READERS
    | roles.READERS
    | alarms.READERS
    | topics.READERS
    | dashboards.READERS
    | log_groups.READERS
    | tables.READERS
    | contents.READERS
    | secrets.READERS
    | keys.READERS
    | buckets.READERS
)
"""Section -> how it is read."""
