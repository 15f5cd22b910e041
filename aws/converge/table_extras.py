"""What an environment decided for a single table beside what every table has: a stream, copies, fixed capacity.

One call of DynamoDB turns a stream on. The rest takes figures or rights that the plan does not have: a person does it,
and is told so, since no row misses it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aws.change.gate import Change, ChangeContext, Changes
from aws.desired import Table
from aws.kinds.table import ON_DEMAND
from aws.raw import Raw
from aws.words import Words

PLACE = Words(en="DynamoDB console > Tables", ja="DynamoDBコンソール > テーブル")
Update = Callable[[Mapping[str, Any]], None]
"""Makes one UpdateTable, and waits for its end."""


def converge(context: ChangeContext, table: Table, update: Update) -> Changes:
    """Turn a decided stream on, and say what a person has to do; what is not decided is not looked at."""
    if not (table.stream or table.replicas or table.billing != ON_DEMAND):
        return ()
    found = context.client("dynamodb").describe_table(TableName=table.name)["Table"]
    _report_billing(context, table, found)
    _report_missing_copies(context, table, found)
    return _stream(context, table, found, update)


def _stream(context: ChangeContext, table: Table, found: Raw, update: Update) -> Changes:
    there = found.get("StreamSpecification", {}).get("StreamViewType")
    if table.stream in (None, there):
        return ()
    if there:
        context.say(
            en=f"table {table.name} has a stream of {there}, decided is {table.stream}: DynamoDB changes no stream;"
            " turn it off by `detach`, then run this again",
            ja=f"テーブル{table.name}のストリームは{there}ですが、決定は{table.stream}です。ストリームは変更できないため、"
            "`detach`で無効にしてから再実行してください",
        )
        return ()
    on = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": table.stream}}
    change = Change(f"table {table.name}", "stream", None, table.stream)
    return context.settle((change,), lambda: update(on))


def _report_missing_copies(context: ChangeContext, table: Table, found: Raw) -> None:
    there = {replica["RegionName"] for replica in found.get("Replicas", ())}
    if absent := ", ".join(sorted(table.replicas - there)):
        context.say(
            en=f"table {table.name} has no copy in {absent}, which was decided: a person makes it, with rights in that"
            f" Region ({PLACE.en} > {table.name} > Global tables > Create replica)",
            ja=f"テーブル{table.name}には、決定したレプリカ（{absent}）がありません。そのリージョンの権限を持つ人が作成してください"
            f"（{PLACE.ja} > {table.name} > グローバルテーブル > レプリカの作成）",
        )


def _report_billing(context: ChangeContext, table: Table, found: Raw) -> None:
    mode = found.get("BillingModeSummary", {}).get("BillingMode")
    if mode == ON_DEMAND != table.billing:
        context.say(
            en=f"table {table.name} is on demand, and {table.billing} was decided, for which the plan has no figures:"
            f" a person changes it, with its autoscaling ({PLACE.en} > {table.name} > Additional settings >"
            " Read/write capacity)",
            ja=f"テーブル{table.name}はオンデマンドですが、決定は{table.billing}です。計画に値がないため、自動スケーリングとともに"
            f"手動で変更してください（{PLACE.ja} > {table.name} > 追加の設定 > 読み込み/書き込みキャパシティ）",
        )
