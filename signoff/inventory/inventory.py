"""Everything deployed, read once and frozen: the only thing that a check looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


from signoff.inventory import api, buckets, domain, functions, monitoring, roles, secrets, tables
from signoff.inventory.section import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every name found that begins with the environment's prefix (or ends as its tables do)."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """The sections and their types; the key of a section is a resource's name unless said."""

    names: Section[Names]
    """functions, tables, roles, secrets, alarms, rest_apis -> names found."""
    functions: Section[functions.Function]
    aliases: Section[tuple[functions.Alias, ...]]
    versions: Section[tuple[functions.Version, ...]]
    function_policies: Section[tuple[functions.FunctionPolicy, ...]]
    function_urls: Section[tuple[functions.FunctionUrl, ...]]
    lambda_account: Section[functions.LambdaAccount]
    """One item, ``account``."""
    roles: Section[roles.Role]
    tables: Section[tables.Table]
    backups: Section[tables.Backups]
    table_tags: Section[tables.Tags]
    table_policies: Section[tables.ResourcePolicy]
    scalable_targets: Section[tuple[tables.ScalableTarget, ...]]
    """Table name -> its own targets and its indexes'; absent without any."""
    contents: Section[tables.Contents]
    key_scans: Section[tables.KeyScan]
    secrets: Section[secrets.Secret]
    secret_values: Section[secrets.SecretValue]
    keys: Section[secrets.Key]
    """By the id, ARN or alias with which a table, secret, bucket, log group or topic refers to it."""
    rest_apis: Section[tuple[api.RestApi, ...]]
    """API Gateway lets two APIs share a name."""
    stages: Section[api.Stage]
    deployments: Section[tuple[api.Deployment, ...]]
    """API name -> newest first."""
    draft: Section[api.ApiDocument]
    """API name -> what stands in the console now."""
    served: Section[api.ApiDocument]
    """Stage name -> what the stage's deployment froze, from its export."""
    usage_plans: Section[api.UsagePlan]
    api_keys: Section[api.ApiKey]
    gateway_account: Section[api.GatewayAccount]
    """One item, ``account``."""
    domains: Section[domain.CustomDomain]
    certificates: Section[domain.Certificate]
    """By ARN."""
    resolutions: Section[domain.Resolution]
    """By domain name."""
    alarms: Section[monitoring.Alarm]
    dashboards: Section[monitoring.Dashboard]
    topics: Section[monitoring.Topic]
    """By ARN."""
    log_groups: Section[monitoring.LogGroup]
    buckets: Section[buckets.Bucket]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The sections plus where, when, by whom and with how many AWS calls they were read."""

    account: str
    region: str
    caller: str
    """ARN of the credentials that read."""
    read_at: datetime
    sections: Sections
    calls: int = 0
    partial: bool = False
    """Read on demand for a selection: sections that nobody asked for are Unreadable."""
    salts: Mapping[str, str] = field(default_factory=dict)
    """Purpose (``own``, ``dev``) -> salt of the digests of secret values."""
    endpoint: str | None = None
    """AWS_ENDPOINT_URL in force, None for AWS itself."""
