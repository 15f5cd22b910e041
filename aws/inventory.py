"""Everything deployed, read at once or section by section, and frozen: checks see nothing else."""

import secrets as randomness
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

import boto3

from aws import contents, dns, kinds, secret_value, way_back
from aws.access import automation
from aws.access import principals as access
from aws.access.automation import Automation
from aws.access.principals import Principal
from aws.api import document
from aws.api.document import ApiDocument
from aws.contents import Contents, KeyScan
from aws.dns import Resolution, resolve
from aws.door.clients import Aws
from aws.door.sessions import RetryPolicy
from aws.kinds import alarm_actions, function_invocation, rest_api, role, secret, table
from aws.kinds.alarm import Alarm
from aws.kinds.alarm_actions import MuteRule
from aws.kinds.bucket import Bucket
from aws.kinds.certificate import Certificate
from aws.kinds.dashboard import Dashboard
from aws.kinds.domain import BasePath, CustomDomain
from aws.kinds.function import Function
from aws.kinds.function_invocation import (
    Alias,
    FunctionPolicy,
    FunctionUrl,
    LambdaAccount,
    RoleUser,
    Version,
)
from aws.kinds.key import Key
from aws.kinds.log_group import LogGroup
from aws.kinds.log_policy import LogPolicy
from aws.kinds.rest_api import Deployment, RestApi, Stage
from aws.kinds.role import Role
from aws.kinds.secret import Secret
from aws.kinds.table import Table
from aws.kinds.table_backups import Backups, ResourcePolicy, Tags
from aws.kinds.table_scaling import ScalableTarget
from aws.kinds.topic import Topic
from aws.kinds.usage_plan import ApiKey, GatewayAccount, UsagePlan
from aws.ledger import Unplanned
from aws.reading import Progress, Reader, Reading, Resolve, Scope, named_like_ours
from aws.redaction.leak import Leak
from aws.secret_value import SecretValue
from aws.section import Section, Unreadable
from aws.way_back import DeploymentBack, PackageContents
from aws.words import Words

Listing = Callable[[Reading], Iterable[str]]

LISTINGS: Mapping[str, Listing] = {
    "rest_apis": rest_api.names,
    "functions": function_invocation.names,
    "tables": table.names,
    "roles": role.names,
    "secrets": secret.names,
    "alarms": alarm_actions.names,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every name found that begins with the environment's prefix (or ends as its tables do)."""

    names: tuple[str, ...]


def _names_of(reading: Reading, kind: str) -> Names:
    scope, listed = reading.scope, reading.source(LISTINGS[kind])
    tables = scope.tables if kind == "tables" else ()
    named = (name for name in listed if named_like_ours(name, scope.prefix, tables))
    return Names(names=tuple(sorted(named)))


def _leaks(reading: Reading) -> Section[tuple[Leak, ...]]:
    """Read everything else first: any answer may contain a secret."""
    reading.sections(name for name in READERS if name != "leaks")
    values = reading.needed("secret_values")
    unread = next((value for value in values.values() if isinstance(value, Unreadable)), None)
    return unread or {"account": reading.aws.leaks}


READERS: Mapping[str, Reader] = (
    document.READERS
    | dns.READERS
    | access.READERS
    | automation.READERS
    | kinds.READERS
    | contents.READERS
    | secret_value.READERS
    | way_back.READERS
    | {
        "names": Reader(
            lambda reading: reading.each(LISTINGS, partial(_names_of, reading)),
            (
                "apigateway:GET",
                "cloudwatch:DescribeAlarms",
                "dynamodb:ListTables",
                "iam:GetAccountAuthorizationDetails",
                "lambda:ListFunctions",
                "secretsmanager:ListSecrets",
            ),
        ),
        "leaks": Reader(_leaks, ()),
    }
)
"""Section -> how it is read; the slowest chain, API Gateway's, comes first."""


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
    role_users: Section[tuple[RoleUser, ...]]
    """Role -> functions of other names that run under it."""
    lambda_account: Section[LambdaAccount]
    """One item, ``account``."""
    versions_back: Section[Function]
    """The version that a rollback takes; absent where there is none."""
    packages: Section[PackageContents]
    """By CodeSha256: what is live, and what a rollback takes."""
    function_attachments: Section[tuple[Unplanned, ...]]
    """Unplanned settings of what the alias runs."""
    roles: Section[Role]
    principals: Section[Principal]
    """By ARN: every role and user of the account that may act on what is ours, the planned ones included."""
    automations: Section[Automation]
    """Kind and name -> the rules and schedules of EventBridge that act on something of ours."""
    role_attachments: Section[tuple[Unplanned, ...]]
    """Unplanned settings of a role."""
    tables: Section[Table]
    backups: Section[Backups]
    table_tags: Section[Tags]
    table_policies: Section[ResourcePolicy]
    scalable_targets: Section[tuple[ScalableTarget, ...]]
    """Table name -> its own targets and its indexes'; absent without any."""
    table_attachments: Section[tuple[Unplanned, ...]]
    """Unplanned settings of a table."""
    contents: Section[Contents]
    key_scans: Section[KeyScan]
    secrets: Section[Secret]
    secret_values: Section[SecretValue]
    secret_attachments: Section[tuple[Unplanned, ...]]
    """Unplanned settings of a secret: rotation, replicas, further versions."""
    leaks: Section[tuple[Leak, ...]]
    """One item, ``account``: the answers about our resources that contain a planned secret."""
    keys: Section[Key]
    """By the id, ARN or alias with which a table, secret, bucket, log group or topic refers to it."""
    key_attachments: Section[tuple[Unplanned, ...]]
    """By the same names: who was granted the use of a key, and how long it lasts."""
    rest_apis: Section[tuple[RestApi, ...]]
    """API Gateway lets two APIs share a name."""
    stages: Section[Stage]
    deployments: Section[tuple[Deployment, ...]]
    """API name -> newest first."""
    deployments_back: Section[DeploymentBack]
    """API name -> the deployment that a rollback takes; absent where there is none."""
    draft: Section[ApiDocument]
    """API name -> the draft, as the console shows it now."""
    served: Section[ApiDocument]
    """Stage name -> what the stage's deployment froze, from its export."""
    usage_plans: Section[UsagePlan]
    api_keys: Section[ApiKey]
    gateway_account: Section[GatewayAccount]
    """One item, ``account``."""
    domains: Section[CustomDomain]
    api_mappings: Section[tuple[BasePath, ...]]
    """Name of another custom domain -> what it maps to our API; absent where that is nothing."""
    certificates: Section[Certificate]
    """By ARN."""
    resolutions: Section[Resolution]
    """By domain name."""
    alarms: Section[Alarm]
    """Of all types, those named for us and those on our resources."""
    alarm_attachments: Section[tuple[Unplanned, ...]]
    """Unplanned settings of an alarm."""
    mute_rules: Section[MuteRule]
    """Of the whole account; those that are over are left out."""
    dashboards: Section[Dashboard]
    topics: Section[Topic]
    """By ARN."""
    log_groups: Section[LogGroup]
    log_group_attachments: Section[tuple[Unplanned, ...]]
    """Unplanned settings of a log group."""
    account_log_policies: Section[tuple[Unplanned, ...]]
    """Type of policy -> those of the account that reach its log groups."""
    log_policies: Section[LogPolicy]
    """Resource policies of the account's logs."""
    buckets: Section[Bucket]
    bucket_attachments: Section[tuple[Unplanned, ...]]
    """Unplanned settings of a bucket."""


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
    salts: Mapping[str, str] = field(default_factory=dict)
    """Purpose (``own``, ``dev``) -> salt of the digests of secret values."""
    endpoint: str | None = None
    """AWS_ENDPOINT_URL in force, None for AWS itself."""


PURPOSES = ("own", "dev")
"""Purposes of a scope's salts, in their order, unless the caller names them."""
NOT_ASKED = Unreadable(
    Words(
        en="not asked for: this run judges a part of the list",
        ja="この実行は一部の項目だけを判定するため、読み取っていません",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How to read: how hard to try, whom to ask for addresses, and the clock; tests pass their own."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    resolve: Resolve = resolve
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


DEFAULT = ReadOptions()


def on_demand(  # noqa: PLR0913 - keywords that a caller may leave out
    session: boto3.Session,
    scope: Scope,
    *,
    caller: str,
    salts: Mapping[str, str] | None = None,
    endpoint: str | None = None,
    progress: Progress = lambda *_: None,
    options: ReadOptions = DEFAULT,
) -> Inventory:
    """Return an inventory that reads a section when a check first looks at it; what AWS does is recorded there, never raised.

    ``caller`` is the ARN that the guard found; ``salts`` name those of the scope by their purpose. The session needs the
    IAM actions of ``aws.reader_policy.actions()``, no more. Its ``calls`` are 0 and its sections go on being read:
    ``frozen()`` makes a plain one of it, and so does ``read_all()``.
    """
    scope = salted(scope)
    aws = Aws(session, scope.region, options.retry, kinds.LEDGERS)
    reading = Reading(
        aws,
        scope,
        readers=READERS,
        progress=progress,
        resolve=options.resolve,
        now=options.now(),
        first=secret_value.search_all_answers,
    )
    return Inventory(
        account=scope.account,
        region=scope.region,
        caller=caller,
        read_at=reading.now,
        sections=cast("Sections", LazySections(reading)),
        salts=salts or dict(zip(PURPOSES, scope.salts, strict=False)),
        endpoint=endpoint,
    )


def read_all(lazy: Inventory) -> Inventory:
    """Read every section that is left, in parallel, and release the threads."""
    reading = cast("LazySections", lazy.sections).reading
    reading.sections(READERS)
    reading.close()
    return frozen(lazy)


def frozen(inventory: Inventory, ask_for: Iterable[str] = ()) -> Inventory:
    """Return what was read so far, to be saved; a section that no row asked for says so.

    ``ask_for`` are sections to read before, in parallel.
    """
    lazy = inventory.sections
    if not isinstance(lazy, LazySections):
        return inventory
    reading = lazy.reading
    reading.sections(ask_for)
    asked_for = reading.sections_read()
    sections = {
        field.name: reading.section(field.name) if field.name in asked_for else NOT_ASKED
        for field in fields(Sections)
    }
    calls = reading.aws.calls.total()
    return replace(inventory, sections=Sections(**sections), calls=calls)


class LazySections:
    """Takes the place of Sections: the same attributes, each read when first accessed."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def __getattr__(self, name: str) -> Section[Any]:
        if name not in READERS:
            raise AttributeError(name)
        return self.reading.section(name)


def salted(scope: Scope) -> Scope:
    """Add a random salt to a scope without one: unsalted digests of weak secrets could be looked up."""
    return scope if scope.salts else replace(scope, salts=(randomness.token_hex(16),))
