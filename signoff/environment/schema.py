"""The typed form of one table of environments.toml: where the environment is, and what was decided for it."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urljoin

from pydantic import Field, TypeAdapter

from aws.api.integration import IAM
from signoff.environment.accountability import Acceptance, Decider, Decision, Waiver
from signoff.environment.application import Application, Memory, StrictTable, TimeOut, application
from signoff.environment.value_types import (
    Account,
    Ascii,
    BasePath,
    Billing,
    EnvironmentBefore,
    EvidenceKey,
    HostName,
    LiffId,
    LineUserId,
    LoadPlan,
    MailAddress,
    Minutes,
    NeverInFile,
    Origin,
    PageUrl,
    Positive,
    Reason,
    RecoveryDays,
    Region,
    Retention,
    SecretKey,
    Signer,
    StoreLocation,
    TableKey,
    Tags,
    distinct,
    some_keys,
    unless,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle(StrictTable):
    """Requests a second, burst (bucket size), requests a day: guide step 2-4."""

    rate: Positive
    burst: Positive
    daily_quota: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds(StrictTable):
    """Sums over ``period_s`` seconds from which an alarm fires: guide step 6-1."""

    function_errors: Positive
    api_4xx: Positive
    api_5xx: Positive
    throttles: Positive
    period_s: Minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain(StrictTable):
    """A custom domain of the API (guide step 5)."""

    name: HostName
    base_path: BasePath = ""
    hosted_zone: Ascii | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChannels(StrictTable):
    """The LINE channels: ``channel_id`` is the audience of ID tokens, ``bot_user_id`` our bot."""

    channel_id: Annotated[str, Field(pattern=r"^[0-9]{10}$")]
    endpoint: str = "https://api.line.me"
    bot_user_id: LineUserId | None = None
    liff_id: LiffId | None = None
    expected_messages: Annotated[int, Field(ge=0)] | None = None
    """How many messages the rally sends in a month; the quota at LINE must cover them."""
    login_token_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEnd(StrictTable):
    """Where the front end is served, and the path of its configuration file."""

    url: PageUrl
    config_path: str = "js/config.js"

    @property
    def config_url(self) -> str:
        """Where that file is served; a path that begins with a slash is the host's."""
        return urljoin(f"{self.url.rstrip('/')}/", self.config_path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoke(StrictTable):
    """What the smoke calls may do here. ``test_user`` is a LINE user who agreed to be sent messages."""

    writes: bool = False
    test_user: LineUserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSettings(StrictTable):
    """Where one function differs from the ``timeout_s`` and ``memory_mb`` of all."""

    timeout_s: TimeOut | None = None
    memory_mb: Memory | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSettings(StrictTable):
    """Where one table differs from the keys that apply to all tables."""

    billing: Billing | None = None
    key: TableKey | None = None
    pitr: bool | None = None
    pitr_days: RecoveryDays | None = None
    deletion_protection: bool | None = None
    capacity: Positive | None = None
    """Capacity units a second that the table must be able to reach, by autoscaling or on demand."""
    stream: Literal["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"] | None = None
    replicas: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSettings(StrictTable):
    """Where one route differs from ``throttle``, and how long the API waits for its function."""

    rate: Positive | None = None
    burst: Positive | None = None
    timeout_ms: Annotated[int, Field(ge=50, le=29_000)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area(StrictTable):
    """Where the rally is: a circle of ``km`` around a place in degrees."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    km: Annotated[float, Field(gt=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Season(StrictTable):
    """The days of the rally in Japan, first and last included."""

    begins: date
    ends: date


IN_ORDER = unless(
    lambda season: season.begins <= season.ends,
    en="write a last day that is not before the first one",
    ja="初日以降の最終日を書いてください",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand(StrictTable):
    """What the busiest day brings: visitors, the stamps that each collects, and the hours over which they come."""

    visitors: Positive
    stamps_each: Positive
    hours: Annotated[float, Field(ge=0.01, le=24)]

    def requests(self, app: Application) -> int:
        return self.visitors * self.stamps_each * app.demand.for_each

    def least_rate(self, app: Application) -> int:
        """Return the requests a second of the busiest minute."""
        return math.ceil(app.demand.peak * self.requests(app) / (self.hours * 3600))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAges(StrictTable):
    """How old a record may be, in days, to count."""

    dev_run: Positive = 7
    load: Positive = 14
    signature: Positive = 14
    rehearsal: Positive = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(StrictTable):
    """One environment, complete; a key that has a default may be left out of the file."""

    name: str
    application: Annotated[Application, Field(exclude=True)] = field(default_factory=application)
    """What runs here; app.toml has it, and no key of this file."""
    account: Account
    region: Region
    production: bool = True
    """Unless the table says otherwise."""
    before: EnvironmentBefore = "dev"
    """Name of the environment in which a release is tried before it comes here."""
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]+[A-Za-z0-9]$")]
    stage: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    alias: str = "live"
    tables: Annotated[Mapping[str, str], some_keys(lambda app: app.tables)] = field(
        default_factory=dict
    )
    """Names that are not the table's name in app.toml and that of the environment: key -> name; once loaded, all of them."""
    secrets: Annotated[Mapping[str, str], some_keys(lambda app: app.secrets)] = field(
        default_factory=dict
    )
    """Names that are not the prefix and the secret's name in app.toml: key -> name; once loaded, all of them."""
    names: Annotated[Mapping[str, str], some_keys(lambda app: app.named)] = field(
        default_factory=dict
    )
    """Names that are not ``prefix`` and key, such as those that a tool made up: key -> name."""
    tags: Tags
    origin: Origin = ""
    """That of ``front_end.url``, once loaded, where the file has none."""
    throttle: Throttle
    alarms: Thresholds
    retention_days: Retention
    billing: Billing = "PAY_PER_REQUEST"
    table_key: TableKey | None = None
    """KMS key of the tables; None is the AWS owned key (``alias/aws/dynamodb`` the managed one)."""
    secret_key: SecretKey | None = None
    """KMS key of the secrets, by its ARN; None is the AWS managed key."""
    pitr: bool = True
    pitr_days: RecoveryDays = 35
    deletion_protection: bool = True
    table_settings: Annotated[Mapping[str, TableSettings], some_keys(lambda app: app.tables)] = (
        field(default_factory=dict)
    )
    """Single tables that differ from the keys above for all tables."""
    runtime: Ascii = "python3.13"
    timeout_s: TimeOut = 30
    memory_mb: Memory = 256
    functions: Annotated[
        Mapping[str, FunctionSettings],
        some_keys(lambda app: app.functions),
    ] = field(default_factory=dict)
    """Single functions that differ from ``timeout_s`` and ``memory_mb``."""
    routes: Annotated[Mapping[str, RouteSettings], some_keys(lambda app: app.routes)] = field(
        default_factory=dict
    )
    """Single routes that differ from ``throttle``."""
    cors_max_age_s: Annotated[int, Field(ge=0, le=86_400)] | None = None
    """For how long a browser may keep the answer to a preflight."""
    authorizer_ttl_s: Annotated[int, Field(ge=0, le=3600)] = 60
    sessions_checked_by: Literal["authorizer", "functions"] = "authorizer"
    """What refuses a call without a session; SEC-41 and SEC-42 prove either by behaviour."""
    access_log: bool = True
    own_code: bool = False
    """The functions are not this project's: no remedy uploads its packages over them."""
    accuracy_cap_m: Positive = 50
    award_requires_position: bool = False
    alert_email: MailAddress | None = None
    evidence: StoreLocation
    """A folder, or ``s3://bucket/prefix``, that holds this environment's records."""
    evidence_key: EvidenceKey | None = None
    """KMS key that signs the records, by its ARN; None is a file of this machine, which no production may use."""
    evidence_public_key: str | None = None
    """Its public key (base64), so that records are verified without AWS; None reads it from KMS."""
    evidence_signers: tuple[Signer, ...] = ()
    """ARNs of the roles and users that may sign, from which ``runbook evidence`` makes the key's policy."""
    birth: NeverInFile = None
    """Identity of the embedded stack that serves this environment; the stack sets it, a file never does."""
    load_plan: LoadPlan
    target_rate: Positive = 0
    """Requests a second that must be carried on the first day; once loaded, what follows from ``demand`` where the file has none."""
    demand: Demand | None = None
    seconds_per_call: Annotated[float, Field(gt=0)] = 0.3
    """Measured duration of a call, from which the concurrency follows."""
    go_live: date | None = None
    """Once loaded, the first day of the season where the file has none."""
    area: Area | None = None
    """Where the rally is; without it, only stamps far from all others, at 0, 0 or at another's place are wrong."""
    season: Annotated[Season, IN_ORDER] | None = None
    stamps: Positive | None = None
    """How many stamps this season has."""
    api_key: bool = False
    bucket: str | None = None
    domain: Domain | None = None
    line: LineChannels
    front_end: FrontEnd | None = None
    smoke: Smoke = field(default_factory=Smoke)
    fresh: RecordAges = field(default_factory=RecordAges)
    administrators: tuple[Ascii, ...] = ()
    """Who else may act on what is ours: ARNs of roles and users, ``*`` for any text, and services by name."""
    known_faults: Mapping[str, Reason] = field(default_factory=dict)
    """Rows that may fail here, with the reason; no production has any."""
    signers: Annotated[tuple[Decider, ...], distinct(lambda decider: decider.name)] = ()
    """Who decides: the people who sign the page."""
    waivers: tuple[Waiver, ...] = ()
    decisions: tuple[Decision, ...] = ()
    accepted: Annotated[tuple[Acceptance, ...], distinct(lambda made: made.what)] = ()
    """Owners and days of the conditions under which people may go live."""

    @property
    def authorizer(self) -> bool:
        """Whether an authorizer of the API checks sessions."""
        return self.sessions_checked_by == "authorizer" and bool(self.application.authorizer)

    @property
    def guarded(self) -> bool:
        """Whether API Gateway decides about callers, by an authorizer or IAM."""
        by_iam = IAM in map(self.application.guard, self.application.routes)
        return self.authorizer or (self.sessions_checked_by == "authorizer" and by_iam)

    @property
    def our_code(self) -> bool:
        """Whether the functions are this project's."""
        return not self.own_code

    @property
    def our_counters(self) -> bool:
        """Whether the functions count stamps for a ranking, as this project's do."""
        return self.our_code and bool(self.application.masters)

    def value(self, key: str) -> Any:
        """Return the value at a dotted key (``line.liff_id``, ``routes.GET /v1.0/items.rate``); None where it has none."""
        value: Any = self
        group, _, inner = key.partition(".")
        name, _, last = inner.rpartition(".")
        for part in filter(None, (group, name, last)):
            value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
        return value

    def day_of_go_live(self, today: date) -> date:
        """Return the decided day of go-live, or today if none is decided or it has passed."""
        return max(self.go_live or today, today)

    @property
    def notifies_people(self) -> bool:
        """Whether a person is to receive the alarms: in production always, elsewhere where an address is given."""
        return self.production or bool(self.alert_email)

    @property
    def tried_before(self) -> bool:
        """Whether a release is tried in another environment before it comes here."""
        return self.before != self.name


LEAST_RATE = 10
"""No rally is judged for fewer requests a second."""
NOT_KEYS = frozenset({"name", "application"})
"""Fields that no key of a table sets: its header, and what app.toml has."""
ADAPTER = TypeAdapter(Environment)
"""Reads and writes an environment as JSON; made once, since that takes longer than a whole file of environments."""


def embedded(environment: Environment, variables: Mapping[str, str] = os.environ) -> bool:
    """Whether an embedded stack serves this environment: the local one, unless an endpoint is named."""
    return environment.name == "local" and "AWS_ENDPOINT_URL" not in variables
