"""Everything deployed, read once and frozen: the only thing that a check looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aws.api import (
    ApiDocument,
    ApiKey,
    Deployment,
    GatewayAccount,
    RestApi,
    Stage,
    UsagePlan,
)
from aws.buckets import Bucket
from aws.domain import Certificate, CustomDomain, Resolution
from aws.functions import (
    Alias,
    Function,
    FunctionPolicy,
    FunctionUrl,
    LambdaAccount,
    Version,
)
from aws.monitoring import Alarm, Dashboard, LogGroup, Topic
from aws.roles import Role
from aws.secrets import Key, Secret, SecretValue
from aws.section import Section
from aws.tables import (
    Backups,
    Contents,
    KeyScan,
    ResourcePolicy,
    ScalableTarget,
    Table,
    Tags,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every name found that begins with the environment's prefix (or ends as its tables do)."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """The sections and their types; the key of a section is a resource's name unless said."""

    names: Section[Names]
    """functions, tables, roles, secrets, alarms, rest_apis -> names found."""
    functions: Section[Function]
    aliases: Section[tuple[Alias, ...]]
    versions: Section[tuple[Version, ...]]
    function_policies: Section[tuple[FunctionPolicy, ...]]
    function_urls: Section[tuple[FunctionUrl, ...]]
    lambda_account: Section[LambdaAccount]
    """One item, ``account``."""
    roles: Section[Role]
    tables: Section[Table]
    backups: Section[Backups]
    table_tags: Section[Tags]
    table_policies: Section[ResourcePolicy]
    scalable_targets: Section[tuple[ScalableTarget, ...]]
    """Table name -> its own targets and its indexes'; absent without any."""
    contents: Section[Contents]
    key_scans: Section[KeyScan]
    secrets: Section[Secret]
    secret_values: Section[SecretValue]
    keys: Section[Key]
    """By the id, ARN or alias with which a table, secret, bucket, log group or topic refers to it."""
    rest_apis: Section[tuple[RestApi, ...]]
    """API Gateway lets two APIs share a name."""
    stages: Section[Stage]
    deployments: Section[tuple[Deployment, ...]]
    """API name -> newest first."""
    draft: Section[ApiDocument]
    """API name -> what stands in the console now."""
    served: Section[ApiDocument]
    """Stage name -> what the stage's deployment froze, from its export."""
    usage_plans: Section[UsagePlan]
    api_keys: Section[ApiKey]
    gateway_account: Section[GatewayAccount]
    """One item, ``account``."""
    domains: Section[CustomDomain]
    certificates: Section[Certificate]
    """By ARN."""
    resolutions: Section[Resolution]
    """By domain name."""
    alarms: Section[Alarm]
    dashboards: Section[Dashboard]
    topics: Section[Topic]
    """By ARN."""
    log_groups: Section[LogGroup]
    buckets: Section[Bucket]


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
