"""Finds what is deployed for what is planned; what is absent is red once, at the row that owns it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from aws import desired
from aws.access.principals import Principal
from aws.api.document import ApiDocument, Integration, Method
from aws.contents import Contents, KeyScan
from aws.desired import PlannedResource
from aws.dns import Resolution
from aws.inventory import Names, Sections
from aws.kind.engine import Kind
from aws.kinds.bucket import BUCKET
from aws.kinds.dashboard import DASHBOARD, Dashboard
from aws.kinds.domain import DOMAIN, BasePath
from aws.kinds.function import FUNCTION
from aws.kinds.function_invocation import (
    ALIAS,
    Alias,
    FunctionPolicy,
    FunctionUrl,
    LambdaAccount,
    RoleUser,
    Version,
)
from aws.kinds.log_group import LOG_GROUP
from aws.kinds.rest_api import REST_API, STAGE, Deployment, RestApi, Stage
from aws.kinds.role import ROLE, Role
from aws.kinds.secret import SECRET
from aws.kinds.table import DELETING, TABLE, Table
from aws.kinds.table_backups import Backups, ResourcePolicy, Tags
from aws.kinds.table_scaling import ScalableTarget
from aws.kinds.usage_plan import API_KEY, USAGE_PLAN, GatewayAccount, UsagePlan
from aws.ledger import Unplanned
from aws.ledgers import ROUTE
from aws.release import CLOSED, PATH
from aws.secret_value import SecretValue
from aws.section import Follows, Missing, NotTestable, Obstacle, Section, Unreadable, known, lookup
from aws.words import Words
from checks.invocation import invoked
from plan import Plan
from signoff.evidence import Record, Records, kind_of
from signoff.evidence.parts import label_of_section
from signoff.judge.staleness import believed, readable

T = TypeVar("T")
RENAMED = frozenset(
    kind.words for kind in (FUNCTION, ROLE, REST_API, USAGE_PLAN, API_KEY, DASHBOARD, LOG_GROUP)
)
"""Kinds whose names tools make up (environments.toml, key names)."""


@dataclass(frozen=True)  # Python 3.11 cannot subscript a frozen generic with slots
class Lookup(Generic[T]):
    """Finds what is deployed for one of several planned resources: ``deployed.secret(planned)``."""

    owner: str
    """The row that says Missing where it is absent; any other row follows."""
    kind: Kind[T]

    def __get__(self, deployed: "Deployed", owner: object = None) -> Callable[[PlannedResource], T]:
        section: Section[T] = getattr(deployed.sections, self.kind.section)
        return lambda want: look_up(deployed, self.owner, self.kind.words, want.name, section)


@dataclass(frozen=True)  # Python 3.11 cannot subscript a frozen generic with slots
class Beside(Generic[T]):
    """Finds what is attached to a planned resource; if AWS shows only the resource itself, that is unknown."""

    resource: str
    """The lookup of the resource, by its name in ``Deployed``."""
    section: str

    def __get__(self, deployed: "Deployed", owner: object = None) -> Callable[[PlannedResource], T]:
        return partial(self.find, deployed)

    def find(self, deployed: "Deployed", want: PlannedResource) -> T:
        getattr(deployed, self.resource)(want)
        section: Section[T] = getattr(deployed.sections, self.section)
        if (item := lookup(section, want.name)) is None:
            kind = label_of_section(self.section)
            raise NotTestable(
                en=f"AWS did not show the {kind.en} {want.name}, which exists",
                ja=f"{want.name}は存在しますが、AWSは{kind.ja}を返しませんでした",
            )
        return item


def answering(id_: str, methods: Mapping[str, T]) -> T | None:
    """Return what answers a route: a method of its own, or the ``ANY`` of its path; None where it is not served."""
    return methods.get(id_, methods.get(f"ANY {id_.partition(' ')[2]}"))


def look_up(
    deployed: "Deployed", owner: str, kind: Words, name: str, section: Section[T] | Mapping[str, T]
) -> T:
    """Return the resource of that name; raise Missing in a test of the owning row, Follows in any other."""
    item = lookup(section, name)
    if item is not None:
        return item
    if deployed.row == owner:
        raise Missing(absent(kind, name))
    raise Follows(owner, gone(kind, name))


def absent(kind: Words, name: str) -> Words:
    """Say that something does not exist, and where to write its name if it has another."""
    words = gone(kind, name)
    if kind not in RENAMED:
        return words
    return Words(
        en=f"{words.en}; if it has another name, say so in environments.toml, key names",
        ja=f"{words.ja}。別の名前であれば、environments.tomlのキーnamesに書いてください",
    )


def gone(kind: Words, name: str) -> Words:
    return Words(en=f"{kind.en} {name} does not exist", ja=f"{kind.ja}{name}が存在しません")


SERVING_CLOSED = frozenset({"DEP-20", "DEP-39"})
"""Rows that say something of a stage that serves the closed release; any other one follows."""


def cut_short(table: str, scan: KeyScan) -> NotTestable:
    """Return what to raise if a scan was cut short at its limit."""
    return NotTestable(
        en=f"only {scan.examined} keys of {table} were examined",
        ja=f"{table}のキーは{scan.examined}件までしか調べていません",
        obstacle=Obstacle.SIZE,
    )


@dataclass(frozen=True, slots=True)
class Deployed:
    """What was read, what is planned, and the row that asks. Absent: Missing at the owning row, Follows at any other."""

    sections: Sections
    plan: Plan
    row: str
    records: Records = field(default_factory=Records)

    backups = Beside[Backups]("table", "backups")
    table_tags = Beside[Tags]("table", "table_tags")
    table_policy = Beside[ResourcePolicy]("table", "table_policies")
    table_attachments = Beside[tuple[Unplanned, ...]]("table", "table_attachments")
    contents = Beside[Contents]("table", "contents")
    scanned = Beside[KeyScan]("table", "key_scans")
    secret = Lookup("SEC-01", SECRET)
    value_of_secret = Beside[SecretValue]("secret", "secret_values")
    secret_attachments = Beside[tuple[Unplanned, ...]]("secret", "secret_attachments")
    function = Lookup("DEP-10", FUNCTION)
    function_policies = Beside[tuple[FunctionPolicy, ...]]("function", "function_policies")
    function_urls = Beside[tuple[FunctionUrl, ...]]("function", "function_urls")
    function_attachments = Beside[tuple[Unplanned, ...]]("function", "function_attachments")
    all_aliases = Beside[tuple[Alias, ...]]("function", "aliases")
    versions = Beside[tuple[Version, ...]]("function", "versions")
    role = Lookup("SEC-10", ROLE)
    role_users = Beside[tuple[RoleUser, ...]]("role", "role_users")
    role_attachments = Beside[tuple[Unplanned, ...]]("role", "role_attachments")
    domain = Lookup("DEP-40", DOMAIN)
    resolution = Beside[Resolution]("domain", "resolutions")
    bucket = Lookup("SEC-21", BUCKET)
    bucket_attachments = Beside[tuple[Unplanned, ...]]("bucket", "bucket_attachments")
    log_group = Lookup("MON-12", LOG_GROUP)
    log_group_attachments = Beside[tuple[Unplanned, ...]]("log_group", "log_group_attachments")

    def usage_plan(self) -> UsagePlan:
        name, plans = self.plan.api.usage_plan.name, self.sections.usage_plans
        return look_up(self, "SEC-30", USAGE_PLAN.words, name, plans)

    def dashboard(self) -> Dashboard:
        name, dashboards = self.plan.dashboard.name, self.sections.dashboards
        return look_up(self, "MON-10", DASHBOARD.words, name, dashboards)

    def rest_apis(self) -> tuple[RestApi, ...]:
        return look_up(self, "DEP-20", REST_API.words, self.plan.api.name, self.sections.rest_apis)

    def gateway_account(self) -> GatewayAccount:
        kind = Words("API Gateway settings of the", "API Gatewayの設定")
        return look_up(self, "DEP-29", kind, "account", self.sections.gateway_account)

    def lambda_account(self) -> LambdaAccount:
        kind = Words("Lambda settings of the", "Lambdaの設定")
        return look_up(self, "DEP-18", kind, "account", self.sections.lambda_account)

    def roles(self) -> Iterator[tuple[desired.Role, Role | None]]:
        for want in self.plan.roles:
            yield want, lookup(self.sections.roles, want.name)

    def principals(self) -> tuple[Principal, ...]:
        """Return every principal of the account who may act on our resources; NotTestable if one was not read."""
        return tuple(known(principal) for principal in known(self.sections.principals).values())

    def key_attachments(self, name: str) -> tuple[Unplanned, ...]:
        """Return what is attached to a key; nothing if the key does not exist, which is another row's."""
        return lookup(self.sections.key_attachments, name) or ()

    def rest_api(self) -> RestApi:
        """Return the API of the planned name; if there are several, which PREP-04 says, the first."""
        try:
            return self.rest_apis()[0]
        except Missing as missing:
            if not (urls := ", ".join(self._urls())):
                raise
            raise Missing(
                en=f"{missing.words.en}. Function URL {urls} is in its place, which is out of scope: this project"
                " judges REST APIs alone, as the guide does",
                ja=f"{missing.words.ja}。代わりに関数URL {urls}がありますが、対象外です。本プロジェクトが判定するのは"
                "手順書と同じREST APIだけです",
            ) from None

    def _urls(self) -> Iterator[str]:
        with suppress(NotTestable):  # what was not read is another row's
            for function in self.plan.functions:
                yield from (
                    url.url for url in lookup(self.sections.function_urls, function.name) or ()
                )

    def stage(self) -> Stage:
        self.rest_api()
        return look_up(self, "DEP-20", STAGE.words, self.plan.api.stage, self.sections.stages)

    def stages(self) -> Mapping[str, Stage | Unreadable]:
        """Return every stage of the API; DEP-20 owns the existence of the planned one."""
        self.stage()
        return known(self.sections.stages)

    def usage_plans(self) -> Mapping[str, UsagePlan]:
        """Return the planned usage plan, those of our prefix, and all that name our API."""
        return {name: known(plan) for name, plan in known(self.sections.usage_plans).items()}

    def api_mappings(self) -> Mapping[str, tuple[BasePath, ...]]:
        """Return what other custom domains of the Region map to our API."""
        return {name: known(paths) for name, paths in known(self.sections.api_mappings).items()}

    def served(self) -> ApiDocument:
        """What the stage's deployment serves: this is judged, not the draft."""
        name, kind = self.stage().name, Words("export of stage", "ステージのエクスポート")
        served = look_up(self, "DEP-20", kind, name, self.sections.served)
        if self.row not in SERVING_CLOSED and PATH in served.paths:
            raise Follows(
                "DEP-39",
                en=f"stage {name} serves {CLOSED.en}",
                ja=f"ステージ{name}は{CLOSED.ja}を提供中",
            )
        return served

    def draft(self) -> ApiDocument:
        name, kind = self.rest_api().name, Words("draft of API", "APIの下書き")
        return look_up(self, "DEP-20", kind, name, self.sections.draft)

    def method(self, want: desired.Route) -> Method:
        served = answering(want.id, self.served().methods)
        there = {want.id: served} if served else {}
        return look_up(self, "DEP-21", ROUTE, want.id, there)

    def integration(self, want: desired.Route) -> Integration:
        behind = self.method(want).integration
        there = {want.id: behind} if behind else {}
        return look_up(self, "DEP-21", Words("integration of", "統合"), want.id, there)

    def preflight(self, path: str) -> Method:
        methods, kind = self.served().methods, Words("method", "メソッド")
        return look_up(self, "DEP-25", kind, f"OPTIONS {path}", methods)

    def deployments(self) -> tuple[Deployment, ...]:
        name, kind = self.rest_api().name, Words("deployments of API", "APIのデプロイ")
        return look_up(self, "DEP-20", kind, name, self.sections.deployments)

    def table(self, want: desired.Table) -> Table:
        """Return the table; one that is being deleted is DEP-01's, and nothing else is known of it."""
        table = look_up(self, "DEP-01", TABLE.words, want.name, self.sections.tables)
        if table.status == DELETING and self.row != "DEP-01":
            raise Follows(
                "DEP-01",
                en=f"table {want.name} is being deleted",
                ja=f"テーブル{want.name}は削除中です",
            )
        return table

    def scalable_targets(self, want: desired.Table) -> tuple[ScalableTarget, ...]:
        """Return the capacities that autoscaling adjusts; none for a table without autoscaling."""
        return lookup(self.sections.scalable_targets, want.name) or ()

    def key_scan(self, want: desired.Table) -> KeyScan:
        """Return what the scan of the keys found; NotTestable if it was cut short at its limit."""
        scan = self.scanned(want)
        if not scan.complete and not scan.foreign:
            raise cut_short(want.name, scan)
        return scan

    def secret_value(self, want: desired.Secret) -> SecretValue:
        """Return what is known of the value; a secret that is scheduled for deletion has none to read."""
        secret = self.secret(want)
        if secret.deleted or not secret.current:
            raise Follows(
                "SEC-01",
                en=f"secret {want.name} has no value that can be read",
                ja=f"シークレット{want.name}には読み取れる値がありません",
            )
        return self.value_of_secret(want)

    def secret_names(self) -> Iterable[str]:
        """Return the names of all secrets; NotTestable where they were not listed."""
        return self.names("secrets").names

    def names(self, kind: str) -> Names:
        return known(known(self.sections.names)[kind])

    def record(self, kind: str, **body: Any) -> Record:
        """Return the newest record of this environment's evidence store, or raise Missing."""
        believed(self.records)
        record = self.records.newest(kind, **body)
        if record is None:
            others = body and self.records.newest(kind)
            of = f" ({', '.join(f'{k}: {v}' for k, v in body.items())})" if others else ""
            raise Missing(
                en=f"the evidence store has no {kind_of(kind).en} record{of}",
                ja=f"証跡ストアに{kind_of(kind).ja}の記録{of}がありません",
            )
        return record

    def newest(self, kind: str, **body: Any) -> Record | None:
        """Return the newest record of a kind, or None; NotTestable where the store can't be read."""
        believed(self.records)
        return self.records.newest(kind, **body)

    def run_before(self, dev: Records, before: str) -> Record:
        """Return the newest run of the environment before, whose existence PREP-01 owns."""
        readable(dev)
        run = dev.newest("run")
        if run is None:
            absent = Words(
                en=f"there is no run against {before}", ja=f"{before}に対する実行がありません"
            )
            raise Missing(absent) if self.row == "PREP-01" else Follows("PREP-01", absent)
        return run

    def alias(self, want: desired.Function) -> Alias:
        its_own = Words(f"alias of {want.name}", f"{want.name}のエイリアス")
        there = {alias.name: alias for alias in self.aliases(want)}
        return look_up(self, "DEP-15", its_own, want.alias, there)

    def invoked(self, uri: str, want: desired.Function, stage: Stage) -> str:
        """Return the ARN by which the API calls a function; Missing if it calls an alias that is not there."""
        arn, its_own = invoked(uri, stage, want), {alias.arn for alias in self.aliases(want)}
        if arn == want.alias_arn and arn not in its_own:
            raise Missing(absent(ALIAS, arn))
        return arn

    def aliases(self, want: desired.Function) -> tuple[Alias, ...]:
        """Return the aliases of the planned name: one, or none, which DEP-15 reports."""
        return tuple(alias for alias in self.all_aliases(want) if alias.name == want.alias)
