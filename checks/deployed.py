"""Finds what is deployed for what is planned; what is absent is red once, at the row that owns it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from aws import desired
from aws.access.principals import Principal
from aws.api_document import ApiDocument, Integration, Method
from aws.bucket import Bucket
from aws.closed import CLOSED, PATH
from aws.dashboard import Dashboard
from aws.domain import BasePath, CustomDomain
from aws.function import RoleUser
from aws.ledger import Unplanned
from aws.ledgers.apigateway import DOMAIN, REST_API, STAGE, USAGE_PLAN
from aws.ledgers.iam import ROLE
from aws.ledgers.logs import LOG_GROUP
from aws.ledgers.s3 import BUCKET
from aws.log_group import LogGroup
from aws.rest_api import Deployment, GatewayAccount, RestApi, Stage
from aws.role import Role
from aws.section import Follows, known, lookup
from aws.unreadable import Unreadable
from aws.usage_plan import UsagePlan
from aws.words import Words
from checks.deployed_data import DASHBOARD
from checks.deployed_functions import DeployedCompute

SERVING_CLOSED = frozenset({"DEP-20", "DEP-39"})
"""Rows that say something of a stage that serves the closed release; any other one follows."""
ALARM_ROWS = {
    "function-errors": "MON-01",
    "api-4xx": "MON-02",
    "api-5xx": "MON-03",
    "throttle": "MON-04",
    "function-faults": "MON-05",
}
"""Kind of alarm -> the row that owns its existence."""


@dataclass(frozen=True, slots=True)
class Deployed(DeployedCompute):
    """Lookups for the test of ``row``. Absent: Missing at the owning row, Follows at any other."""

    def role(self, want: desired.Role) -> Role:
        return self._one("SEC-10", ROLE, want.name, self.found.roles)

    def roles_by_path(self) -> Iterator[desired.Role]:
        """Yield the planned roles with their real ARNs: the console adds a path to them."""
        for want in self.plan.roles:
            role = lookup(self.found.roles, want.name)
            yield replace(want, arn=role.arn) if role else want

    def principals(self) -> tuple[Principal, ...]:
        """Return every principal of the account who may act on our resources; NotTestable if one was not read."""
        return tuple(known(one) for one in known(self.found.principals).values())

    def role_users(self, want: desired.Role) -> tuple[RoleUser, ...]:
        name, kind = self.role(want).name, Words("users of role", "ロールの利用者")
        return self._one("SEC-10", kind, name, self.found.role_users)

    def role_attachments(self, want: desired.Role) -> tuple[Unplanned, ...]:
        name, kind = self.role(want).name, Words("attachments of role", "ロールの付属設定")
        return self._one("SEC-10", kind, name, self.found.role_attachments)

    def key_attachments(self, name: str) -> tuple[Unplanned, ...]:
        """Return what is attached to a key; nothing if the key does not exist, which is another row's."""
        return lookup(self.found.key_attachments, name) or ()

    def rest_api(self) -> RestApi:
        """Return the API of the planned name; if there are several, which PREP-04 says, the first."""
        return self.rest_apis()[0]

    def stage(self) -> Stage:
        self.rest_api()
        return self._one("DEP-20", STAGE, self.plan.api.stage, self.found.stages)

    def stages(self) -> Mapping[str, Stage | Unreadable]:
        """Return every stage of the API; DEP-20 owns the existence of the planned one."""
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
        """What the stage's deployment serves: this is judged, not the draft."""
        name, kind = self.stage().name, Words("export of stage", "ステージのエクスポート")
        served = self._one("DEP-20", kind, name, self.found.served)
        if self.row not in SERVING_CLOSED and PATH in served.paths:
            raise Follows(
                "DEP-39",
                Words(
                    en=f"stage {name} serves {CLOSED.en}", ja=f"ステージ{name}は{CLOSED.ja}を提供中"
                ),
            )
        return served

    def draft(self) -> ApiDocument:
        name, kind = self.rest_api().name, Words("draft of API", "APIの下書き")
        return self._one("DEP-20", kind, name, self.found.draft)

    def method(self, want: desired.Route) -> Method:
        """Return what answers the route: its own method, or the ``ANY`` of its path."""
        served = self.served().methods
        found = served.get(want.id, served.get(f"ANY {want.path}"))
        there = {want.id: found} if found else {}
        return self._one("DEP-21", Words("route", "ルート"), want.id, there)

    def integration(self, want: desired.Route) -> Integration:
        behind = self.method(want).integration
        there = {want.id: behind} if behind else {}
        return self._one("DEP-21", Words("integration of", "統合"), want.id, there)

    def preflight(self, path: str) -> Method:
        methods, kind = self.served().methods, Words("method", "メソッド")
        return self._one("DEP-25", kind, f"OPTIONS {path}", methods)

    def gateway_account(self) -> GatewayAccount:
        kind = Words("API Gateway settings of the", "API Gatewayの設定")
        return self._one("DEP-29", kind, "account", self.found.gateway_account)

    def usage_plan(self) -> UsagePlan:
        name = self.plan.api.usage_plan.name
        return self._one("SEC-30", USAGE_PLAN, name, self.found.usage_plans)

    def domain(self, name: str) -> CustomDomain:
        return self._one("DEP-40", DOMAIN, name, self.found.domains)

    def bucket(self, name: str) -> Bucket:
        return self._one("SEC-21", BUCKET, name, self.found.buckets)

    def bucket_attachments(self, name: str) -> tuple[Unplanned, ...]:
        self.bucket(name)
        kind = Words("attachments of bucket", "バケットの付属設定")
        return self._one("SEC-21", kind, name, self.found.bucket_attachments)

    def dashboard(self) -> Dashboard:
        return self._one("MON-10", DASHBOARD, self.plan.dashboard.name, self.found.dashboards)

    def log_group(self, want: desired.LogGroup) -> LogGroup:
        return self._one("MON-12", LOG_GROUP, want.name, self.found.log_groups)

    def log_group_attachments(self, want: desired.LogGroup) -> tuple[Unplanned, ...]:
        name, section = self.log_group(want).name, self.found.log_group_attachments
        kind = Words("attachments of log group", "ロググループの付属設定")
        return self._one("MON-12", kind, name, section)

    def rest_apis(self) -> tuple[RestApi, ...]:
        """Return every API of the planned name."""
        return self._one("DEP-20", REST_API, self.plan.api.name, self.found.rest_apis)

    def deployments(self) -> tuple[Deployment, ...]:
        name, kind = self.rest_api().name, Words("deployments of API", "APIのデプロイ")
        return self._one("DEP-20", kind, name, self.found.deployments)
