"""Load the stamp masters into an environment that has none.

The five spots are in `runbook/data/stamp_masters.json`. To bring the spots of another environment, its
own changes included, use the migration.

The guide passes the output of `scan` to `batch-write-item`, which does not accept it.

スタンプマスターのない環境に、スタンプマスターを投入する。

5スポットのデータは`runbook/data/stamp_masters.json`にあります。別環境のデータを、そこでの変更も含めて
移す場合は`migrate_masters`を使います。

手順書は`scan`の出力を`batch-write-item`に渡しますが、その形式は受け付けられません。
"""

import json
from decimal import Decimal
from pathlib import Path

from boto3.dynamodb.types import TypeSerializer

from aws.change.gate import Changes, unless_absent
from aws.desired import Table
from aws.words import first_of
from plan.canonical import Item
from runbook.engine import StepContext, step
from runbook.migration.items import key_of, name_of, scanned
from runbook.migration.source import Source
from runbook.migration.steps import MANIFEST, NAMED, Job, leave_manifest, write_items

SPOTS = Path(__file__).parents[1] / "data" / "stamp_masters.json"
"""The five spots of the development table, in plain JSON."""


@step("4-1", proves=("DATA-02",), shown=False)
def load_the_spots(context: StepContext) -> Changes:
    """Write the spots that are missing.

    A spot with other content is shown, and overwritten only after you agree. A table that holds spots of
    your own is left alone, as is everything that a migration brought.

    不足しているスポットを書き込む。

    内容が異なるスポットは差分を表示し、確認のうえ上書きします。独自のスポットがあるテーブルと、`migrate_masters`で
    移行した内容には触れません。
    """
    job = _job(context)
    name, others = job.table.name, _others(context, job)
    if _were_migrated(context, job.table):
        context.say(
            en=f"{name} was filled by `migrate_masters`, and is left to it",
            ja=f"{name}は`migrate_masters`で移行済みのため、変更しません",
        )
        return ()
    if others:
        listed = first_of(others, NAMED)
        context.say(
            en=f"{name} holds spots of its own ({listed.en}), and is left as it is",
            ja=f"{name}には独自のスポット（{listed.ja}）があるため、変更しません",
        )
        return ()
    return write_items(context, job)


@step("4-1", proves=("DATA-01",), shown=False)
def leave_the_manifest(context: StepContext) -> Changes:
    """Read the table back, compare it with the source, and record count and hash.

    The hash is the same for the same content, in any order and spelling.

    テーブルを読み戻して元データと照合し、件数とハッシュを記録する。

    ハッシュは、順序や表記によらず内容が同じなら一致します。
    """
    job = _job(context)
    if _were_migrated(context, job.table):
        return ()
    if _others(context, job) and context.all_green("DATA-01", "DATA-02"):
        return ()
    return leave_manifest(context, job)


def spots() -> list[Item]:
    """Read the spots of this project into DynamoDB JSON; numbers keep every digit."""
    write = TypeSerializer().serialize
    read = json.loads(SPOTS.read_text(encoding="utf-8"), parse_float=Decimal)
    return [{name: write(value) for name, value in spot.items()} for spot in read]


def _job(context: StepContext) -> Job:
    source = Source(f"file {SPOTS.name}", {}, lambda: iter(spots()))
    return Job(source=source, table=context.plan.table("stampmasters"))


def _others(context: StepContext, job: Job) -> list[str]:
    """Return the spots that only the table holds: a team's own, beside which ours have no place."""
    client, table = context.client("dynamodb"), job.table
    if unless_absent(client.describe_table, TableName=table.name) is None:
        return []
    ours = {key_of(spot, table) for spot in spots()}
    keys = (key_of(entry, table) for entry in scanned(client, table.name))
    return sorted(name_of(key) for key in keys if key not in ours)


def _were_migrated(context: StepContext, table: Table) -> bool:
    """Whether a migration filled the table: from then on, its source says what belongs there."""
    newest = context.recorded(MANIFEST, table=table.name)
    return newest is not None and "source" in newest
