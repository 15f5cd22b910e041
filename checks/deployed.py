"""Find what is deployed for what is expected; what is absent is red once, at the row that owns it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aws import desired
from aws.access import Principal
from aws.api_document import ApiDocument, Integration, Method
from aws.bucket import Bucket
from aws.dashboard import Dashboard
from aws.domain import BasePath, CustomDomain
from aws.function import (
    Alias,
    Function,
    FunctionPolicy,
    FunctionUrl,
    LambdaAccount,
    RoleUser,
    Version,
)
from aws.inventory import Sections
from aws.ledger import Unplanned
from aws.ledgers.apigateway import DOMAIN, REST_API, STAGE, USAGE_PLAN
from aws.ledgers.dynamodb import TABLE
from aws.ledgers.iam import ROLE
from aws.ledgers.lambda_ import FUNCTION
from aws.ledgers.logs import LOG_GROUP
from aws.ledgers.s3 import BUCKET
from aws.ledgers.secretsmanager import SECRET
from aws.log_group import LogGroup
from aws.names import Names
from aws.rest_api import Deployment, GatewayAccount, RestApi, Stage
from aws.role import Role
from aws.secret import Secret, SecretValue
from aws.section import Follows, Missing, NotTestable, Section, Unreadable, known, lookup
from aws.table import (
    DELETING,
    Backups,
    Contents,
    KeyScan,
    ResourcePolicy,
    ScalableTarget,
    Table,
    Tags,
)
from aws.usage_plan import UsagePlan
from aws.words import Words
from checks.dashboards import has_kind, not_shown
from plan import Plan
from signoff.evidence import Record, Records
from signoff.signatures import believed, readable

T = TypeVar("T")

ALARM_ROWS = {
    "function-errors": "MON-01",
    "api-4xx": "MON-02",
    "api-5xx": "MON-03",
    "throttle": "MON-04",
    "function-faults": "MON-05",
}
"""Kind of alarm -> the row that owns its existence."""


def cut_short(table: str, scan: KeyScan) -> NotTestable:
    """Return what to raise where the bound cut a scan short."""
    return NotTestable(
        Words(
            en=f"only {scan.examined} keys of {table} were examined",
            ja=f"{table}のキーは{scan.examined}件までしか調べていません",
        )
    )


@dataclass(frozen=True, slots=True)
class Deployed:
    """Lookups for the test of ``row``. Absent: Missing at the owning row, Follows at any other."""

    found: Sections
    plan: Plan
    row: str
    records: Records = field(default_factory=Records)

    def table(self, want: desired.Table) -> Table:
        """Return the table; one that is being deleted is told by DEP-01, and nothing else is known of it."""
        found = self._one("DEP-01", TABLE, want.name, self.found.tables)
        if found.status == DELETING and self.row != "DEP-01":
            raise Follows(
                "DEP-01",
                Words(
                    en=f"table {want.name} is being deleted", ja=f"テーブル{want.name}は削除中です"
                ),
            )
        return found

    def secret(self, want: desired.Secret) -> Secret:
        return self._one("SEC-01", SECRET, want.name, self.found.secrets)

    def secret_attachments(self, want: desired.Secret) -> tuple[Unplanned, ...]:
        self.secret(want)
        section = self.found.secret_attachments
        return self._one(
            "SEC-01",
            Words(en="attachments of secret", ja="シークレットの付属設定"),
            want.name,
            section,
        )

    def secret_value(self, want: desired.Secret) -> SecretValue:
        """Return what is known of the value; a secret that is on its way out has none to read."""
        secret = self.secret(want)
        if secret.deleted or not secret.current:
            raise Follows(
                "SEC-01",
                Words(
                    en=f"secret {want.name} has no value that can be read",
                    ja=f"シークレット{want.name}には読み取れる値がありません",
                ),
            )
        return self._one(
            "SEC-01",
            Words(en="value of secret", ja="シークレットの値"),
            want.name,
            self.found.secret_values,
        )

    def role(self, want: desired.Role) -> Role:
        return self._one("SEC-10", ROLE, want.name, self.found.roles)

    def principals(self) -> tuple[Principal, ...]:
        """Return everybody of the account who may act on what is ours; NotTestable if one is unread."""
        return tuple(known(one) for one in known(self.found.principals).values())

    def role_users(self, want: desired.Role) -> tuple[RoleUser, ...]:
        self.role(want)
        return self._one(
            "SEC-10",
            Words(en="users of role", ja="ロールの利用者"),
            want.name,
            self.found.role_users,
        )

    def role_attachments(self, want: desired.Role) -> tuple[Unplanned, ...]:
        self.role(want)
        section = self.found.role_attachments
        return self._one(
            "SEC-10", Words(en="attachments of role", ja="ロールの付属設定"), want.name, section
        )

    def key_attachments(self, name: str) -> tuple[Unplanned, ...]:
        """Return what stands at a key; of one that does not exist, the row about it tells already."""
        return lookup(self.found.key_attachments, name) or ()

    def function(self, want: desired.Function) -> Function:
        return self._one("DEP-10", FUNCTION, want.name, self.found.functions)

    def alias(self, want: desired.Function) -> Alias:
        self.function(want)
        aliases = self._one(
            "DEP-10",
            Words(en="aliases of function", ja="関数のエイリアス"),
            want.name,
            self.found.aliases,
        )
        by_name = {alias.name: alias for alias in aliases}
        return self._one(
            "DEP-15",
            Words(en=f"alias of {want.name}", ja=f"{want.name}のエイリアス"),
            want.alias,
            by_name,
        )

    def function_policies(self, want: desired.Function) -> tuple[FunctionPolicy, ...]:
        self.function(want)
        return self._one(
            "DEP-10",
            Words(en="policies of function", ja="関数のポリシー"),
            want.name,
            self.found.function_policies,
        )

    def function_urls(self, want: desired.Function) -> tuple[FunctionUrl, ...]:
        self.function(want)
        return self._one(
            "DEP-10",
            Words(en="URLs of function", ja="関数のURL"),
            want.name,
            self.found.function_urls,
        )

    def lambda_account(self) -> LambdaAccount:
        return self._one(
            "DEP-18",
            Words(en="Lambda settings of the", ja="Lambdaの設定"),
            "account",
            self.found.lambda_account,
        )

    def rest_api(self) -> RestApi:
        """Return the one API of that name; the first where PREP-04 says that there are several."""
        return self._one("DEP-20", REST_API, self.plan.api.name, self.found.rest_apis)[0]

    def stage(self) -> Stage:
        self.rest_api()
        return self._one("DEP-20", STAGE, self.plan.api.stage, self.found.stages)

    def stages(self) -> Mapping[str, Stage | Unreadable]:
        """Return every stage of the API; the planned one's existence is DEP-20's."""
        self.stage()
        return known(self.found.stages)

    def usage_plans(self) -> Mapping[str, UsagePlan]:
        """Return the planned usage plan, those of our prefix, and all that name our API."""
        plans = known(self.found.usage_plans)
        return {name: known(one) for name, one in plans.items()}

    def api_mappings(self) -> Mapping[str, tuple[BasePath, ...]]:
        """Return what other custom domains of the Region map to our API."""
        mappings = known(self.found.api_mappings)
        return {name: known(one) for name, one in mappings.items()}

    def served(self) -> ApiDocument:
        """What the stage's deployment serves, which alone is judged."""
        self.stage()
        return self._one(
            "DEP-20",
            Words(en="export of stage", ja="ステージのエクスポート"),
            self.plan.api.stage,
            self.found.served,
        )

    def draft(self) -> ApiDocument:
        self.rest_api()
        return self._one(
            "DEP-20",
            Words(en="draft of API", ja="APIの未デプロイの定義"),
            self.plan.api.name,
            self.found.draft,
        )

    def method(self, want: desired.Route) -> Method:
        """Return what answers the route: its own method, or the ``ANY`` of its path."""
        served = self.served().methods
        found = served.get(want.id, served.get(f"ANY {want.path}"))
        return self._one(
            "DEP-21", Words(en="route", ja="ルート"), want.id, {want.id: found} if found else {}
        )

    def integration(self, want: desired.Route) -> Integration:
        behind = self.method(want).integration
        return self._one(
            "DEP-21",
            Words(en="integration of", ja="統合"),
            want.id,
            {want.id: behind} if behind else {},
        )

    def preflight(self, path: str) -> Method:
        return self._one(
            "DEP-25", Words(en="method", ja="メソッド"), f"OPTIONS {path}", self.served().methods
        )

    def gateway_account(self) -> GatewayAccount:
        return self._one(
            "DEP-29",
            Words(en="API Gateway settings of the", ja="API Gatewayの設定"),
            "account",
            self.found.gateway_account,
        )

    def usage_plan(self) -> UsagePlan:
        name = self.plan.api.usage_plan.name
        return self._one("SEC-30", USAGE_PLAN, name, self.found.usage_plans)

    def domain(self, name: str) -> CustomDomain:
        return self._one("DEP-40", DOMAIN, name, self.found.domains)

    def bucket(self, name: str) -> Bucket:
        return self._one("SEC-21", BUCKET, name, self.found.buckets)

    def bucket_attachments(self, name: str) -> tuple[Unplanned, ...]:
        self.bucket(name)
        section = self.found.bucket_attachments
        return self._one(
            "SEC-21", Words(en="attachments of bucket", ja="バケットの付属設定"), name, section
        )

    def dashboard(self) -> Dashboard:
        return self._one(
            "MON-10",
            Words(en="dashboard", ja="ダッシュボード"),
            self.plan.dashboard.name,
            self.found.dashboards,
        )

    def log_group(self, want: desired.LogGroup) -> LogGroup:
        return self._one("MON-12", LOG_GROUP, want.name, self.found.log_groups)

    def log_group_attachments(self, want: desired.LogGroup) -> tuple[Unplanned, ...]:
        self.log_group(want)
        section = self.found.log_group_attachments
        return self._one(
            "MON-12",
            Words(en="attachments of log group", ja="ロググループの付属設定"),
            want.name,
            section,
        )

    def widget_shown(self, want: desired.Widget) -> Dashboard:
        """Return the dashboard if it shows this kind at all, which MON-10 owns."""
        dashboard = self.dashboard()
        if not has_kind(dashboard, want):
            raise Follows("MON-10", not_shown(dashboard, want))
        return dashboard

    def rest_apis(self) -> tuple[RestApi, ...]:
        """Return every API of the planned name."""
        return self._one("DEP-20", REST_API, self.plan.api.name, self.found.rest_apis)

    def deployments(self) -> tuple[Deployment, ...]:
        self.rest_api()
        name = self.plan.api.name
        return self._one(
            "DEP-20",
            Words(en="deployments of API", ja="APIのデプロイ"),
            name,
            self.found.deployments,
        )

    def function_attachments(self, want: desired.Function) -> tuple[Unplanned, ...]:
        self.function(want)
        section = self.found.function_attachments
        return self._one(
            "DEP-10", Words(en="attachments of function", ja="関数の付属設定"), want.name, section
        )

    def versions(self, want: desired.Function) -> tuple[Version, ...]:
        self.function(want)
        return self._one(
            "DEP-10",
            Words(en="versions of function", ja="関数のバージョン"),
            want.name,
            self.found.versions,
        )

    def backups(self, want: desired.Table) -> Backups:
        """Return the backups if they are on at all, which DEP-04 owns."""
        self.table(want)
        backups = self._one(
            "DEP-01",
            Words(en="backups of table", ja="テーブルのバックアップ"),
            want.name,
            self.found.backups,
        )
        if not backups.pitr and self.row != "DEP-04":
            raise Follows(
                "DEP-04",
                Words(
                    en=f"point-in-time recovery of {want.name} is off",
                    ja=f"{want.name}のポイントインタイムリカバリが無効です",
                ),
            )
        return backups

    def table_tags(self, want: desired.Table) -> Tags:
        self.table(want)
        return self._one(
            "DEP-01",
            Words(en="tags of table", ja="テーブルのタグ"),
            want.name,
            self.found.table_tags,
        )

    def table_policy(self, want: desired.Table) -> ResourcePolicy:
        self.table(want)
        return self._one(
            "DEP-01",
            Words(en="policy of table", ja="テーブルのポリシー"),
            want.name,
            self.found.table_policies,
        )

    def table_attachments(self, want: desired.Table) -> tuple[Unplanned, ...]:
        self.table(want)
        section = self.found.table_attachments
        return self._one(
            "DEP-01", Words(en="attachments of table", ja="テーブルの付属設定"), want.name, section
        )

    def scalable_targets(self, want: desired.Table) -> tuple[ScalableTarget, ...]:
        """Return what autoscaling moves of the table; a table without any is no item."""
        return lookup(self.found.scalable_targets, want.name) or ()

    def contents(self, want: desired.Table) -> Contents:
        self.table(want)
        return self._one(
            "DEP-01",
            Words(en="contents of table", ja="テーブルの内容"),
            want.name,
            self.found.contents,
        )

    def key_scan(self, want: desired.Table) -> KeyScan:
        """Return what the keys tell; NotTestable where the bound cut the scan short."""
        self.table(want)
        scan = self._one(
            "DEP-01",
            Words(en="keys of table", ja="テーブルのキー"),
            want.name,
            self.found.key_scans,
        )
        if not scan.complete and not scan.foreign:
            raise cut_short(want.name, scan)
        return scan

    def names(self, kind: str) -> Names:
        names = lookup(self.found.names, kind)
        if names is None:
            raise NotTestable(
                Words(
                    en=f"the names of {kind} were not listed",
                    ja=f"{kind}の名前が一覧されていません",
                )
            )
        return names

    def record(self, kind: str, **body: Any) -> Record:
        """Return the newest record of this environment's evidence store, or raise Missing."""
        believed(self.records)
        return self._record(kind, self.records, body)

    def newest(self, kind: str, **body: Any) -> Record | None:
        """Return the newest record of a kind, or None; NotTestable where the store can't be read."""
        believed(self.records)
        return self.records.newest(kind, **body)

    def dev_record(self, kind: str, dev: Records) -> Record:
        readable(dev)
        return self._record(kind, dev, {})

    def _record(self, kind: str, records: Records, body: Mapping[str, Any]) -> Record:
        record = records.newest(kind, **body)
        if record is None:
            raise Missing(
                Words(
                    en=f"the evidence store has no record of kind {kind}",
                    ja=f"証跡ストアに種類{kind}の記録がありません",
                )
            )
        return record

    def _one(self, owner: str, kind: Words, name: str, section: Section[T] | Mapping[str, T]) -> T:
        item = lookup(section, name)
        if item is not None:
            return item
        absent = Words(en=f"{kind.en} {name} does not exist", ja=f"{kind.ja}{name}が存在しません")
        raise Missing(absent) if self.row == owner else Follows(owner, absent)
