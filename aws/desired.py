"""How a resource is to be, one frozen type per kind: the plan builds them, ``aws.converge`` applies them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws.bounds import Bound, at_least, at_most, between, exactly, one_of
from aws.kind.description import TIME_TO_LIVE
from aws.kinds.function import MEMORY, TIMEOUT
from aws.kinds.log_group import LOG_CLASS, RETENTION, STANDARD, expiring
from aws.kinds.table import KEY, PROTECTION, STREAM, TABLE, Index, typed_key
from aws.kinds.table_backups import RECOVERY, WINDOW
from aws.kinds.usage_plan import BURST, PERIOD, QUOTA, RATE
from aws.words import Words

Tags = Mapping[str, str]
NEEDED_S = 10
"""Seconds that a function needs: one call of AWS or LINE may take nine of them before it gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedResource:
    """What is planned by its name."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged(PlannedResource):
    """What AWS keeps tags of."""

    tags: Tags = field(hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Tagged):
    """``attributes`` gives the type (S, N) of every key attribute, the indexes' included."""

    key: str
    arn: str
    hash_key: str
    range_key: str | None
    attributes: Mapping[str, str]
    indexes: tuple[Index, ...] = ()
    ttl_attribute: str | None = None
    billing: str
    """PAY_PER_REQUEST or PROVISIONED."""
    demand: int
    """Units a second that it must have room for."""
    kms_key: str | None
    """ARN or alias of the key that encrypts it; None: the key that AWS owns."""
    deletion_protection: bool
    pitr: bool
    """Point-in-time recovery."""
    recovery_days: int
    """For how long back, at least."""
    stream: str | None = None
    """View type of the stream that it has; None: it has none."""
    replicas: frozenset[str] = frozenset()
    """Regions that may hold a copy of it."""

    @property
    def bounds(self) -> Mapping[Words, Bound]:
        """What its own facts and those of its backups have to keep to; what is not asked for is absent."""
        recovery = {RECOVERY: exactly(value=True)} if self.pitr else {}
        protection = {PROTECTION: exactly(value=True)} if self.deletion_protection else {}
        key = exactly(typed_key(self.attributes, self.hash_key, self.range_key))
        own = {**TABLE.always, **protection}
        return {KEY: key, WINDOW: at_least(self.recovery_days), **recovery, **own}

    @property
    def allows(self) -> Mapping[Words, Bound]:
        """What may be attached beyond AWS's defaults: fact -> bound."""
        may_have = {TIME_TO_LIVE: self.ttl_attribute, STREAM: self.stream}
        return {fact: one_of(value) for fact, value in may_have.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret(Tagged):
    """A JSON object with one field; ``min_bits`` of randomness, 0 where LINE decides its form."""

    key: str
    arn_pattern: str
    """ARN with ``??????`` for the six characters that AWS adds."""
    json_key: str
    min_bits: int = 0
    kms_key: str | None
    """ARN or alias of the key that encrypts it; None: any."""
    known_defaults: frozenset[str]
    """Values that are published somewhere."""


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One IAM action on one resource ARN (patterns as IAM reads them)."""

    action: str
    resource: str

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Tagged):
    """``required`` must all be there, ``granted`` is what we write; nothing beyond ``allowed`` may be."""

    arn: str
    function: str
    function_arn: str
    required: frozenset[Permission]
    granted: frozenset[Permission]
    accepted: frozenset[Permission]
    written_by_tools: frozenset[Permission]
    """What AWS's own tools (CDK, SAM, the console) write next to these: no surplus, and never written by us."""
    secrets: tuple[Secret, ...]
    """Those that its function reads."""
    own: tuple[str, ...]
    """Patterns of all that belongs to this environment by its name; keys have no names."""
    table_keys: frozenset[str]
    """Customer's keys of the tables that its function reads: DynamoDB uses them with the caller's rights."""
    judged_for_missing: bool = True
    """False where code of the team's own may need other permissions than ours, since the guide gives no table."""

    def reads(self, table: Table) -> bool:
        """Whether its function needs the table, or an index of it."""
        return any(each.resource.partition("/index/")[0] == table.arn for each in self.required)

    @property
    def allowed(self) -> tuple[tuple[str, str], ...]:
        """Pairs of action and resource that are no surplus."""
        permissions = self.granted | self.accepted | self.written_by_tools
        return tuple((permission.action, permission.resource) for permission in sorted(permissions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Function(Tagged):
    """``arn`` is unqualified; callers use ``alias_arn``."""

    key: str
    arn: str
    alias: str
    alias_arn: str
    role: Role
    handler: str
    runtime: str
    timeout_s: int
    memory_mb: int
    environment: Mapping[str, str]
    table_variables: frozenset[str]
    """Names of those variables that name a table."""
    indispensable: frozenset[str]
    """Names of those without which our code answers nothing."""
    arns: Mapping[str, tuple[str, ...]]
    """Variable -> the ARNs, as patterns, by which AWS knows what it names as well."""
    log_group: str

    @property
    def bounds(self) -> Mapping[Words, Bound]:
        """What its configuration has to keep to, besides what is decided."""
        most = self.timeout_s
        timeout = between(NEEDED_S, most) if most > NEEDED_S else exactly(NEEDED_S)
        return {TIMEOUT: timeout, MEMORY: at_least(self.memory_mb)}


@dataclass(frozen=True, slots=True)
class Limit:
    """Requests a second, and how many at once."""

    rate: float
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One verb on one path, as the contract has it."""

    verb: str
    path: str
    function: Function
    authorized: bool
    by_iam: bool = False
    most: Limit
    """What callers may get at most."""
    waits_ms: int = NEEDED_S * 1000
    """What the API waits for its function, at least."""

    @property
    def id(self) -> str:
        return f"{self.verb} {self.path}"

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors:
    """The three headers, exactly as a preflight must answer them."""

    origin: str
    headers: str
    methods: str
    max_age_s: int | None = None
    """For how long browsers may keep the answer to a preflight; None leaves it to them."""

    @property
    def preflight_headers(self) -> Mapping[str, str]:
        max_age = {} if self.max_age_s is None else {"Access-Control-Max-Age": str(self.max_age_s)}
        return {**self.answer_headers, **max_age}

    @property
    def answer_headers(self) -> Mapping[str, str]:
        return {
            "Access-Control-Allow-Origin": self.origin,
            "Access-Control-Allow-Headers": self.headers,
            "Access-Control-Allow-Methods": self.methods,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayResponse:
    """An answer that API Gateway makes itself; ``status`` None keeps AWS's own."""

    kind: str
    status: str | None
    headers: Mapping[str, str]
    template: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorizer(PlannedResource):
    """The Lambda authorizer: the auth function, through its alias."""

    function: Function
    identity_source: str
    ttl_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePlan(PlannedResource):
    rate: int
    least_rate: int
    """Requests a second that it must leave room for."""
    burst: int
    daily_quota: int
    least_quota: int
    """What a day has to allow a key that all visitors share."""
    api_key: str | None
    """Name of the API key, None where there is none."""

    @property
    def bounds(self) -> Mapping[Words, Bound]:
        """A narrower limit is as good; what the target rate needs of it is judged apart."""
        return {
            RATE: between(1, self.rate, "/s"),
            BURST: between(1, self.burst),
            QUOTA: between(1, self.daily_quota),
            PERIOD: exactly("DAY"),
        }

    @property
    def bounds_of_methods(self) -> Mapping[Words, Bound]:
        """What it may allow on single methods, in place of its own limits."""
        return {RATE: at_most(self.rate, "/s"), BURST: at_most(self.burst)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Api(Tagged):
    region: str
    stage: str
    stage_description: Bound
    routes: tuple[Route, ...]
    cors: Cors
    gateway_responses: tuple[GatewayResponse, ...]
    authorizer: Authorizer | None
    usage_plan: UsagePlan
    access_log_group: str
    access_log_arn: str
    access_log_format: str
    log_role: str
    """Name of the account's role by which API Gateway writes logs."""
    log_role_arn: str
    logs_access: bool = True
    asks_authorizer: bool = True
    by_domain: bool = False
    """It is called by a domain of its own, so that its own address may be closed."""
    least_rates: Mapping[str, float] = field(default_factory=dict, hash=False)
    """``GET /stamps``, ``OPTIONS /stamps`` -> requests a second that its limit has to leave room for."""

    @property
    def most(self) -> Limit:
        """What callers may get of a method that has no limit of its own."""
        return Limit(self.usage_plan.rate, self.usage_plan.burst)

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(route.path for route in self.routes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm(Tagged):
    """A metric alarm: Sum over ``period_s`` >= threshold. ``kind`` groups them by row."""

    kind: str
    """function-errors, function-faults, api-4xx, api-5xx, throttle."""
    subject: str
    """The function, API, table or index that it watches."""
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    period_s: int
    threshold: int
    description: str
    topic_arn: str
    also_accepted: tuple[Mapping[str, str], ...] = ()
    """Other dimension sets under which AWS publishes the same truth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """A dashboard widget: ``metrics`` are (namespace, metric, dimensions)."""

    kind: str
    """invocations, errors, requests, latency, capacity: the guide's five (step 6-2)."""
    title: str
    statistic: str
    metrics: tuple[tuple[str, str, Mapping[str, str]], ...]

    def __str__(self) -> str:
        return self.kind

    @property
    def words(self) -> Words:
        return Words.same(self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard(PlannedResource):
    account: str
    region: str
    period_s: int
    widgets: tuple[Widget, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup(Tagged):
    retention_days: int
    counted: bool = False
    """Metrics are made of its lines, which its class has to allow."""

    @property
    def bounds(self) -> Mapping[Words, Bound]:
        counted = {LOG_CLASS: exactly(STANDARD)} if self.counted else {}
        return {RETENTION: expiring(self.retention_days), **counted}


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Tagged):
    arn: str
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket(PlannedResource):
    """A private bucket, encrypted, reached by TLS only."""

    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomDomain(Tagged):
    """A custom domain; ``base_path`` is empty for the root, ``hosted_zone`` None where others keep its DNS."""

    base_path: str
    hosted_zone: str | None
