"""One table to be carried over: from where, to where, what becomes of an item, and what is wrong with one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws.change.gate import unless_absent
from aws.desired import Table
from aws.words import Words
from plan.canonical import Item
from runbook.engine import Refused, StepContext
from runbook.migration.progress import Progress, reading
from runbook.migration.source import ScannedTable, Source, SourceEnvironment
from runbook.migration.table_io import Scan
from runbook.migration.transform import Flaw, transformed
from runbook.migration.verify import MANIFEST, ItemHashes, Transform, source_hashes
from runbook.options import SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """``adds_only``: what the target has under the same key stays as it is, and may differ.

    ``private``: items are people's, whose content and keys are neither shown nor kept in the journal.
    """

    source: Source
    table: Table
    folder: Path
    """Where it lists what is wrong, and keeps what it replaces."""
    transform: Transform = transformed
    flaw: Flaw = lambda _: None
    adds_only: bool = False
    private: bool = False
    decided_by: str = ""
    """Who decided that personal data may be carried over."""

    def manifest(self, context: StepContext) -> Mapping[str, Any] | None:
        """Return the newest manifest of the table that a migration left."""
        found = context.recorded(MANIFEST, table=self.table.name)
        return found if found and "source" in found else None

    def items(self) -> Iterator[Item]:
        """Yield what is to be carried over, page by page from the source."""
        for part in range(self.source.parts):
            for page in self.source.pages(part):
                yield from page.items

    def wanted(self, context: StepContext) -> ItemHashes:
        """List the source as it is now; its hash is the same before and after the transform."""
        progress = Progress(what=reading(str(self.source)), watch=context.watch)
        return source_hashes(self.source, self.table, _as_it_is, progress)

    def found(self, context: StepContext) -> ItemHashes:
        """List the target as it is now; nothing, in a rehearsal, where it is yet to be made."""
        client, name = context.client("dynamodb"), self.table.name
        answer = unless_absent(client.describe_table, TableName=name)
        before = f"python -m runbook tables --env {context.environment.name} --go"
        absent = Words(
            en=f"table {name} does not exist: run `{before}` first",
            ja=f"テーブル{name}が存在しません。先に`{before}`を実行してください",
        )
        context.needs(answer, absent)
        if answer is None:
            return ItemHashes({})
        progress = Progress(what=reading(name), watch=context.watch)
        target = target_of(context, self.table)
        return source_hashes(target, self.table, self.transform, progress)


def job_folder(context: StepContext, table: Table) -> Path:
    return context.folder / "migration" / table.name


def target_of(context: StepContext, table: Table) -> ScannedTable:
    environment = context.environment
    return ScannedTable(
        scan=Scan(client=context.client("dynamodb"), table=table.name, sleep=context.sleep),
        environment=environment.name,
        account=environment.account,
        region=environment.region,
    )


def source_of(context: StepContext, table: Table) -> ScannedTable:
    """Open the same table of the environment that the command line chose, or of the one before."""
    name = context.chosen.get(SOURCE.name) or context.environment.before
    there = None if name == context.environment.name else context.elsewhere(name)
    if there is None:
        raise Refused(
            Words(
                en=f"items of {context.environment.name} can't be migrated from {name}: name another environment"
                " with --from, or a file with --file",
                ja=f"{context.environment.name}の項目を{name}から移行できません。--fromで別の環境を、または--fileでファイルを指定してください",
            )
        )
    found = _opened(there, table, context)
    if found.described() == {**target_of(context, table).described(), "environment": name}:
        raise Refused(
            Words(
                en=f"{found} is the target itself: give --from another Region or account",
                ja=f"{found}は移行先そのものです。--fromで別のリージョンまたはアカウントを指定してください",
            )
        )
    return found


def _opened(there: SourceEnvironment, table: Table, context: StepContext) -> ScannedTable:
    client, name = there.client("dynamodb"), there.tables[table.key]
    found = ScannedTable(
        scan=Scan(client=client, table=name, sleep=context.sleep),
        environment=there.name,
        account=there.account,
        region=there.region,
    )
    if unless_absent(client.describe_table, TableName=name) is None:
        otherwise = _otherwise(context, table)
        raise Refused(
            Words(
                en=f"{found} does not exist: {otherwise.en}",
                ja=f"{found}が存在しません。{otherwise.ja}",
            )
        )
    return found


def _otherwise(context: StepContext, table: Table) -> Words:
    """Say what to do without a source; where nobody named one, there may be none, as on local."""
    named = Words(
        en="name its environment with --from, or a file with --file",
        ja="--fromで移行元の環境を、または--fileでファイルを指定してください",
    )
    if context.chosen.get("from") or table.key != "stampmasters":
        return named
    instead = f"python -m runbook masters --env {context.environment.name} --go"
    return Words(
        en=f"run `{instead}`, which loads the spots of this project, or {named.en}",
        ja=f"`{instead}`で本プロジェクトのスポットを投入するか、{named.ja}",
    )


def _as_it_is(item: Item) -> Item:
    return item
