"""A healthy production, written by hand in the shapes that AWS answers with.

Nothing here is derived from ``plan/``: plan, procedures and checks could agree on a mistake, and
this is the second opinion. ``Snapshot.plan`` alone is the real one, since it is what checks judge by.
"""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from aws.inventory import Inventory, Names, Sections
from aws.kind.engine import Kind
from aws.kinds import KINDS
from plan import plan_for, scope_of
from plan.canonical import canonical_hash
from signoff.environment import load
from signoff.evidence.facts import SALT, salt_of
from signoff.evidence.parts import Part
from signoff.judge.snapshot import Snapshot, live_of, releases_of
from tests.healthy import compute, data, edge, identity, store, vault, watch
from tests.second_opinion import FUNCTIONS, ROUTES, TABLES

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
PROD = Path(__file__).parent.parent / "prod.toml"
SALTS = {"own": "own-3f9c", "dev": "5a1f", SALT: salt_of("prod", "444455556666")}


@cache
def healthy() -> Snapshot:
    """Return the snapshot in which every row is green; frozen, so that one is enough for all."""
    environment = load("prod", PROD, {}).environment
    plan = plan_for(environment)
    planned = {each.key for each in (*plan.functions, *plan.tables)}
    planned |= {route.id for route in plan.api.routes}
    if differing := planned ^ {*FUNCTIONS, *TABLES, *ROUTES}:
        names = ", ".join(sorted(differing))
        raise LookupError(f"only one of app.toml and tests/second_opinion.py has: {names}")
    scope = replace(
        scope_of(plan, environment), salts=tuple(SALTS.values()), builds=compute.builds()
    )
    sections = _sections()
    inventory = Inventory(
        account="444455556666",
        region="ap-northeast-1",
        caller="arn:aws:sts::444455556666:assumed-role/signoff-reader/hanako",
        read_at=NOW,
        sections=sections,
        calls=83,
        salts=SALTS,
    )
    records = store.records(
        canonical_hash(data.contents()["StampMasters-prod"].items),
        {name: function.code_sha256 for name, function in compute.functions().items()},
        edge.DEPLOYMENT,
        live_of(inventory, scope, Part, embedded=True),
    )
    return Snapshot(
        environment=environment,
        plan=plan,
        scope=replace(scope, releases=releases_of(records)),
        inventory=inventory,
        records=records,
        dev=store.dev_records(),
        now=NOW,
    )


def _sections() -> Sections:
    found: dict[str, Any] = {
        "functions": compute.functions(),
        "aliases": compute.aliases(),
        "versions": compute.versions(),
        "versions_back": compute.versions_back(),
        "packages": compute.packages(),
        "function_policies": compute.function_policies(),
        "function_urls": compute.function_urls(),
        "role_users": dict.fromkeys(identity.roles().keys() - {identity.LOGS_ROLE}, ()),
        "lambda_account": compute.lambda_account(),
        "roles": identity.roles(),
        "principals": identity.principals(),
        "automations": {},
        "role_attachments": dict.fromkeys(identity.roles().keys() - {identity.LOGS_ROLE}, ()),
        "tables": data.tables(),
        "backups": data.backups(),
        "table_tags": data.table_tags(),
        "table_policies": data.table_policies(),
        "scalable_targets": data.scalable_targets(),
        "table_attachments": data.table_attachments(),
        "contents": data.contents(),
        "key_scans": data.key_scans(),
        "secrets": vault.secrets(),
        "secret_values": vault.secret_values(),
        "leaks": {"account": ()},
        "keys": vault.keys(),
        "rest_apis": edge.rest_apis(),
        "stages": edge.stages(),
        "deployments": edge.deployments(),
        "deployments_back": edge.deployments_back(),
        "draft": edge.draft(),
        "served": edge.served(),
        "usage_plans": edge.usage_plans(),
        "api_keys": edge.api_keys(),
        "gateway_account": edge.gateway_account(),
        "domains": edge.domains(),
        "api_mappings": {},
        "certificates": edge.certificates(),
        "resolutions": edge.resolutions(),
        "alarms": watch.alarms(),
        "dashboards": watch.dashboards(),
        "topics": watch.topics(),
        "log_groups": watch.log_groups(),
        "account_log_policies": {
            "SUBSCRIPTION_FILTER_POLICY": (),
            "METRIC_EXTRACTION_POLICY": (),
        },
        "log_policies": watch.log_policies(),
        "buckets": edge.buckets(),
    }
    kinds = ("functions", "tables", "roles", "secrets", "alarms", "rest_apis")
    names = {kind: Names(names=tuple(sorted(found[kind]))) for kind in kinds}
    for kind in KINDS:
        items = found.get(kind.section, {})
        found[kind.section] = {name: _as_always(kind, item) for name, item in items.items()}
        if kind.attached_section:
            found.setdefault(kind.attached_section, dict.fromkeys(found[kind.section], ()))
    return Sections(names=names, **found)


def _as_always(kind: Kind[Any], item: Any) -> Any:
    """Give a fact of which nothing is written here the value that every environment wants."""
    wanted = {
        name: fact.always.prefers
        for name, fact in kind.facts.items()
        if fact.always and isinstance(item, kind.type) and getattr(item, name) == fact.absent
    }
    return replace(item, **wanted) if wanted else item
