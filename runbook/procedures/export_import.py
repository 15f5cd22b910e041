"""Migrate a table that is too large for one machine by DynamoDB's own export to S3 and import from S3.

Both run inside AWS and consume no capacity of the tables. Import creates a new table, so run this before
`tables`, which then finds it. Nothing changes on the way: old spellings and the manifest are the job of
`migrate_masters`, which afterwards writes only what differs.

The bucket (`--bucket`) belongs to the target's account; its policy allows the source's account to write.
You need `dynamodb:ExportTableToPointInTime`, `DescribeExport`, `ListExports` and `s3:PutObject` in the
source's account; `dynamodb:ImportTable`, `DescribeImport`, `ListImports`, `s3:GetObject`, `s3:ListBucket`
and writing logs in the target's. The export stays in the bucket: delete it when the migration is proven.

Not verified: this procedure has run against a stand-in of the two services (moto's own does not suffice),
never against AWS. Try it with a small table first: whether the source's account may write to the bucket
and use its key, what AWS calls a failure, how long both take, whether the counts are exact. Whatever
happens here, `migrate_masters` afterwards compares every item.

1台のマシンでは運べないテーブルを、DynamoDBのS3エクスポートとS3インポートで移行する。

どちらもAWS内部で動き、テーブルの容量を消費しません。インポートは新しいテーブルを作るため、`tables`より先に
実行します（`tables`は作成済みのテーブルを引き継ぎます）。途中で内容は変わりません。旧表記の修正とマニフェストは
`migrate_masters`の役割で、差分だけを書き込みます。

バケット（`--bucket`）は移行先アカウントのもので、バケットポリシーで移行元アカウントの書き込みを許可します。
移行元では`dynamodb:ExportTableToPointInTime`、`DescribeExport`、`ListExports`、`s3:PutObject`、
移行先では`dynamodb:ImportTable`、`DescribeImport`、`ListImports`、`s3:GetObject`、`s3:ListBucket`と
ログの書き込み権限が必要です。エクスポートはバケットに残るので、移行の証明後に削除してください。

未検証の点: この手順は両サービスの模擬サービスでのみ実行しており、AWSでは未確認です（motoの実装では実行できません）。
先に小さなテーブルで試し、移行元アカウントからバケットとその鍵に書き込めるか、失敗時の表示、所要時間、件数の
正確さを確かめてください。結果にかかわらず、続く`migrate_masters`が全項目を照合します。
"""

from collections.abc import Mapping
from typing import Any

from aws.converge import table
from aws.converge.change import Changes
from aws.converge.table import wait_until_active
from aws.words import Words
from runbook.engine import Change, Refused, StepContext, step
from runbook.migration.job import source_of
from runbook.migration.s3_transfer import Export, Import, exists, refuse_lost, utc_now
from runbook.migration.source import ScannedTable

KIND = "import"


@step("4-1", shown=False)
def see_whether_it_can_be_done(context: StepContext) -> Changes:
    """Check whether it can be done.

    Export reads a backup: point-in-time recovery of the source must be on. Import makes the table: there
    must be none of that name, unless an import made it.

    実行できるか確認する。

    エクスポートはバックアップを読むため、移行元のポイントインタイムリカバリが有効である必要があります。
    インポートはテーブルを作成するため、同名のテーブルがあってはいけません（インポートで作成したものを除く）。
    """
    source = _source(context)
    answer = source.scan.client.describe_continuous_backups(TableName=source.scan.table)
    recovery = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        raise Refused(
            Words(
                en=f"{source} has no point-in-time recovery, which an export reads: turn it on, then run it again",
                ja=f"{source}のポイントインタイムリカバリが無効で、エクスポートできません。有効にしてから再実行してください",
            )
        )
    if exists(context, _import(context).table) and _import(context).standing(context) is None:
        raise Refused(
            Words(
                en=f"table {_import(context).table.name} exists, and an import makes a new one: name another in"
                f" environments.toml, or run `python -m runbook migrate_masters --env {context.environment.name}`",
                ja=f"テーブル{_import(context).table.name}がすでにあり、インポートは新しいテーブルを作ります。environments.tomlで別のテーブルを指定するか、`python -m runbook migrate_masters --env {context.environment.name}`を実行してください",
            )
        )
    return ()


@step("4-1", shown=False)
def export_to_s3(context: StepContext) -> Changes:
    """Export the source into the bucket, and wait for it.

    It has the table as it was when the export began. An export of the last 24 hours is reused.

    移行元をバケットにエクスポートし、完了を待つ。

    内容はエクスポート開始時点のものです。24時間以内のエクスポートがあれば、それを引き継ぎます。
    """
    export = _export(context)
    found = export.under_way(utc_now())
    if _is_done(found, "ExportStatus") or _import(context).standing(context):
        return ()
    place = f"s3://{export.bucket}/{export.prefix}"
    before = str(found["ExportStatus"]) if found else None
    change = Change(f"export of {_source(context)}", place, before, "COMPLETED")

    def finish() -> None:
        begun = found or export.start()
        done = export.finished(context, begun["ExportArn"])
        context.tell(f"{_source(context)}: {done['ItemCount']:,}")

    return context.settle((change,), finish)


@step("4-1", shown=False)
def import_into_a_new_table(context: StepContext) -> Changes:
    """Import into a new table, and wait for it.

    Keys and encryption follow the plan. Items that DynamoDB could not read are left out, which only its
    log shows, so the counts of both ends must be equal.

    新しいテーブルにインポートし、完了を待つ。

    キーと暗号化は計画に従います。読めなかった項目は除外され、ログにしか現れないため、両端の件数が一致する
    ことを確かめます。
    """
    importing = _import(context)
    found = importing.standing(context)
    if found and _is_done(found, "ImportStatus"):
        refuse_lost(_export(context).under_way(utc_now()), found)
        return ()
    before = str(found["ImportStatus"]) if found else None
    change = Change(f"table {importing.table.name}", "import", before, "COMPLETED")

    def finish() -> None:
        begun = found or importing.start(_data(context))
        done = importing.finished(context, begun["ImportArn"])
        refuse_lost(_export(context).under_way(utc_now()), done)
        wait_until_active(context, importing.table.name)
        context.tell(f"{importing.table.name}: {done['ImportedItemCount']:,}")

    return context.settle((change,), finish)


@step("4-1", proves=("DEP-01",), shown=False)
def bring_the_table_to_the_plan(context: StepContext) -> Changes:
    """Give the new table its backups, protection and tags.

    作成されたテーブルに、バックアップ・保護・タグを設定する。
    """
    return table.converge(context, _import(context).table)


@step("4-1", shown=False)
def leave_a_record(context: StepContext) -> Changes:
    """Record what was imported from where. Then run `migrate_masters`, which leaves the manifest.

    何をどこからインポートしたかを記録する。続けて`migrate_masters`でマニフェストを残す。
    """
    newest = _import(context).standing(context) or {}
    wanted = {
        "table": _import(context).table.name,
        "count": newest.get("ImportedItemCount"),
        "source": _source(context).described(),
        "import": newest.get("ImportArn"),
    }
    found = context.recorded(KIND, table=wanted["table"])
    changes = (Change("evidence", KIND, found, wanted),) if found != wanted else ()
    return context.settle(changes, lambda: context.record(KIND, wanted))


def _is_done(found: Mapping[str, Any] | None, status: str) -> bool:
    return found is not None and found[status] == "COMPLETED"


def _data(context: StepContext) -> str:
    export = _export(context)
    found = export.under_way(utc_now())
    if found is None:
        raise Refused(
            Words(
                en="there is no export of the last 24 hours to import: run it again",
                ja="過去24時間に取り込めるエクスポートがありません。再実行してください",
            )
        )
    return export.data(found["ExportArn"])


def _source(context: StepContext) -> ScannedTable:
    source = source_of(context, context.plan.table("stampmasters"))
    if not isinstance(source, ScannedTable):
        raise Refused(
            Words(
                en="a file cannot be exported: name the environment of the table with --from",
                ja="ファイルはエクスポートできません。テーブルの環境を--fromで指定してください",
            )
        )
    return source


def _export(context: StepContext) -> Export:
    source, table = _source(context), context.plan.table("stampmasters")
    arn = f"arn:aws:dynamodb:{source.region}:{source.account}:table/{source.scan.table}"
    return Export(
        client=source.scan.client,
        table_arn=arn,
        bucket=_bucket(context),
        owner=context.environment.account,
        prefix=f"migration/{table.name}",
    )


def _import(context: StepContext) -> Import:
    return Import(
        client=context.client("dynamodb"),
        table=context.plan.table("stampmasters"),
        bucket=_bucket(context),
        owner=context.environment.account,
    )


def _bucket(context: StepContext) -> str:
    if bucket := context.chosen.get("bucket"):
        return bucket
    raise Refused(
        Words(
            en="an export goes through a bucket of S3: name it with --bucket",
            ja="エクスポートにはS3バケットが必要です。--bucketで指定してください",
        )
    )
