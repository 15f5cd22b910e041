"""Finds the planned tables, secrets, names and records; what is absent is red once, at the row that owns it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aws import desired
from aws.inventory import Sections
from aws.ledger import Unplanned
from aws.ledgers.apigateway import REST_API, USAGE_PLAN
from aws.ledgers.dynamodb import TABLE
from aws.ledgers.iam import ROLE
from aws.ledgers.lambda_ import FUNCTION
from aws.ledgers.logs import LOG_GROUP
from aws.ledgers.secretsmanager import SECRET
from aws.names import Names
from aws.obstacle import Obstacle
from aws.secret import Secret, SecretValue
from aws.section import Follows, Missing, NotTestable, Section, lookup
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
from aws.words import Words
from plan import Plan
from signoff.evidence import Record, Records, kind_of
from signoff.judge.signatures import believed, readable

T = TypeVar("T")
API_KEY = Words(en="API key", ja="APIキー")
DASHBOARD = Words(en="dashboard", ja="ダッシュボード")
RENAMED = frozenset({FUNCTION, ROLE, REST_API, USAGE_PLAN, API_KEY, DASHBOARD, LOG_GROUP})
"""Kinds whose names tools make up (environments.toml, key names)."""


def cut_short(table: str, scan: KeyScan) -> NotTestable:
    """Return what to raise if a scan was cut short at its limit."""
    return NotTestable(
        Words(
            en=f"only {scan.examined} keys of {table} were examined",
            ja=f"{table}のキーは{scan.examined}件までしか調べていません",
        ),
        Obstacle.SIZE,
    )


def absent(kind: Words, name: str) -> Words:
    """Say that something does not exist, and where to write its name if it has another."""
    gone = _gone(kind, name)
    if kind not in RENAMED:
        return gone
    return Words(
        en=f"{gone.en}; if it has another name, say so in environments.toml, key names",
        ja=f"{gone.ja}。別の名前であれば、environments.tomlのキーnamesに書いてください",
    )


def _gone(kind: Words, name: str) -> Words:
    return Words(en=f"{kind.en} {name} does not exist", ja=f"{kind.ja}{name}が存在しません")


@dataclass(frozen=True, slots=True)
class DeployedData:
    """Lookups for the test of ``row``. Absent: Missing at the owning row, Follows at any other."""

    found: Sections
    plan: Plan
    row: str
    records: Records = field(default_factory=Records)

    def table(self, want: desired.Table) -> Table:
        """Return the table; one that is being deleted is DEP-01's, and nothing else is known of it."""
        found = self._one("DEP-01", TABLE, want.name, self.found.tables)
        if found.status == DELETING and self.row != "DEP-01":
            raise Follows(
                "DEP-01",
                Words(
                    en=f"table {want.name} is being deleted", ja=f"テーブル{want.name}は削除中です"
                ),
            )
        return found

    def backups(self, want: desired.Table) -> Backups:
        name, kind = self.table(want).name, Words("backups of table", "テーブルのバックアップ")
        return self._one("DEP-01", kind, name, self.found.backups)

    def table_tags(self, want: desired.Table) -> Tags:
        name, kind = self.table(want).name, Words("tags of table", "テーブルのタグ")
        return self._one("DEP-01", kind, name, self.found.table_tags)

    def table_policy(self, want: desired.Table) -> ResourcePolicy:
        name, kind = self.table(want).name, Words("policy of table", "テーブルのポリシー")
        return self._one("DEP-01", kind, name, self.found.table_policies)

    def table_attachments(self, want: desired.Table) -> tuple[Unplanned, ...]:
        name, kind = self.table(want).name, Words("attachments of table", "テーブルの付属設定")
        return self._one("DEP-01", kind, name, self.found.table_attachments)

    def scalable_targets(self, want: desired.Table) -> tuple[ScalableTarget, ...]:
        """Return the capacities that autoscaling adjusts; none for a table without autoscaling."""
        return lookup(self.found.scalable_targets, want.name) or ()

    def contents(self, want: desired.Table) -> Contents:
        name, kind = self.table(want).name, Words("contents of table", "テーブルの内容")
        return self._one("DEP-01", kind, name, self.found.contents)

    def key_scan(self, want: desired.Table) -> KeyScan:
        """Return what the scan of the keys found; NotTestable if it was cut short at its limit."""
        name, kind = self.table(want).name, Words("keys of table", "テーブルのキー")
        scan = self._one("DEP-01", kind, name, self.found.key_scans)
        if not scan.complete and not scan.foreign:
            raise cut_short(name, scan)
        return scan

    def secret(self, want: desired.Secret) -> Secret:
        return self._one("SEC-01", SECRET, want.name, self.found.secrets)

    def secret_attachments(self, want: desired.Secret) -> tuple[Unplanned, ...]:
        name, section = self.secret(want).name, self.found.secret_attachments
        kind = Words("attachments of secret", "シークレットの付属設定")
        return self._one("SEC-01", kind, name, section)

    def secret_value(self, want: desired.Secret) -> SecretValue:
        """Return what is known of the value; a secret that is scheduled for deletion has none to read."""
        secret = self.secret(want)
        if secret.deleted or not secret.current:
            raise Follows(
                "SEC-01",
                Words(
                    en=f"secret {want.name} has no value that can be read",
                    ja=f"シークレット{want.name}には読み取れる値がありません",
                ),
            )
        kind = Words("value of secret", "シークレットの値")
        return self._one("SEC-01", kind, want.name, self.found.secret_values)

    def secret_names(self) -> Iterable[str]:
        """Return the names of all secrets; NotTestable where they were not listed."""
        return self.names("secrets").names

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
        record = self.records.newest(kind, **body)
        if record is None:
            others = body and self.records.newest(kind)
            of = f" ({', '.join(f'{k}: {v}' for k, v in body.items())})" if others else ""
            raise Missing(
                Words(
                    en=f"the evidence store has no {kind_of(kind).en} record{of}",
                    ja=f"証跡ストアに{kind_of(kind).ja}の記録{of}がありません",
                )
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

    def _one(self, owner: str, kind: Words, name: str, section: Section[T] | Mapping[str, T]) -> T:
        item = lookup(section, name)
        if item is not None:
            return item
        raise (
            Missing(absent(kind, name)) if self.row == owner else Follows(owner, _gone(kind, name))
        )
