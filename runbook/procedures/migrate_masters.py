"""Migrate the stamp masters of one environment to another, and prove that all have arrived.

From the development table, in another Region or account (`--from dev`, with `--from-profile` where it
takes other credentials), or from a file (`--file`): what `aws dynamodb scan --output json` writes, or a
list of items in DynamoDB JSON. Reading needs `dynamodb:DescribeTable` and `Scan`.

The guide passes the output of `scan` to `batch-write-item`, which does not accept it: that call expects
`{table: [{"PutRequest": {"Item": …}}]}`, 25 items at most, and may leave some of them unwritten.

If there is no table to migrate, as beside the local stack, `python -m runbook masters --env local --go`
loads the spots that come with this project instead.

Stopped at any point, the same command starts again and writes what is missing. A put replaces the item of the
same key, so nothing is lost or doubled; count and hash of both sides prove it.

A table that is too large for one machine goes through S3 by two commands of AWS, before `tables`, which takes
over the imported table. The export reads the source's point-in-time recovery; the import makes a new table.
Enter the plan's keys and your own names; the second command takes the ID from the ARN that the first one prints.
Compare both sides afterwards with this procedure.

```sh
aws dynamodb export-table-to-point-in-time --table-arn ARN --s3-bucket BUCKET --s3-prefix masters --export-format DYNAMODB_JSON
aws dynamodb import-table --input-format DYNAMODB_JSON --input-compression-type GZIP --s3-bucket-source S3Bucket=BUCKET,S3KeyPrefix=masters/AWSDynamoDB/ID/data/ --table-creation-parameters 'TableName=StampMasters-prod,BillingMode=PAY_PER_REQUEST,AttributeDefinitions=[{AttributeName=StampId,AttributeType=S}],KeySchema=[{AttributeName=StampId,KeyType=HASH}]'
```

ある環境のスタンプマスターを別の環境に移行し、すべて届いたことを確認する。

移行元は、別リージョンや別アカウントの開発用テーブル（`--from dev`、認証情報が異なる場合は
`--from-profile`）か、ファイル（`--file`）です。ファイルは`aws dynamodb scan --output json`の出力、または
DynamoDB JSONの項目の配列です。読み取りには`dynamodb:DescribeTable`と`Scan`が必要です。

手順書は`scan`の出力をそのまま`batch-write-item`に渡しますが、受け付けられません。必要な形式は
`{テーブル名: [{"PutRequest": {"Item": …}}]}`で、1回25項目まで、未処理の項目（UnprocessedItems）が返ることもあります。

ローカルスタックのように移行元のテーブルがない場合は、代わりに`python -m runbook masters --env local --go`を
実行します。本プロジェクト付属のスポットを投入します。

途中で止まっても、同じコマンドをもう一度実行すれば、足りない項目だけを書き込みます。書き込みは同じキーの項目を置き換える
だけなので、失われることも二重になることもなく、両側の件数とハッシュで確認できます。

1台のマシンでは運べない大きさのテーブルは、AWSの2つのコマンドでS3経由で移します。`tables`より先に実行すると、`tables`が
インポート済みのテーブルを引き継ぎます。エクスポートは移行元のポイントインタイムリカバリを読み、インポートは新しい
テーブルを作成します。キーは計画に合わせ、名前は実際のものに置き換えます。2つ目のコマンドのIDは、1つ目が表示するARNの
末尾です。その後、この手順で両側を照合します。

```sh
aws dynamodb export-table-to-point-in-time --table-arn ARN --s3-bucket BUCKET --s3-prefix masters --export-format DYNAMODB_JSON
aws dynamodb import-table --input-format DYNAMODB_JSON --input-compression-type GZIP --s3-bucket-source S3Bucket=BUCKET,S3KeyPrefix=masters/AWSDynamoDB/ID/data/ --table-creation-parameters 'TableName=StampMasters-prod,BillingMode=PAY_PER_REQUEST,AttributeDefinitions=[{AttributeName=StampId,AttributeType=S}],KeySchema=[{AttributeName=StampId,KeyType=HASH}]'
```
"""

from pathlib import Path

from aws.change.gate import Changes
from plan.masters import flaw_in_turn
from runbook.engine import StepContext, step
from runbook.migration.items import transformed_master
from runbook.migration.source import of_file, of_table
from runbook.migration.steps import Job, leave_manifest, look_at_items, write_items
from runbook.options import SOURCE, SOURCE_FILE, SOURCE_PROFILE, TARGET

OPTIONS = (SOURCE, SOURCE_PROFILE, SOURCE_FILE, TARGET)


@step("4-1", shown=False)
def look_at_every_item(context: StepContext) -> Changes:
    """Check every item before anything is written.

    The first ones are shown as they are and as they will be: location keys get today's names (`lng`,
    `longitude` become `lon`, `latitude` `lat`, `radius` `radiusM`), and nothing else changes. One bad
    item (a missing key, impossible coordinates, an unknown spelling) stops the run; `bad-items.json`
    lists all of them with the reason.

    書き込みの前に全項目を確認する。

    先頭の数件を変換前と変換後で表示します。位置情報のキーは現在の名前にそろえ（`lng`・`longitude`は`lon`、
    `latitude`は`lat`、`radius`は`radiusM`）、他は変更しません。キーの欠落、ありえない座標、未知の
    キー名などが1件でもあれば停止し、全件を理由とともに`bad-items.json`に記録します。
    """
    return look_at_items(context, _job(context))


@step("4-1", proves=("DATA-02",), shown=False)
def write_what_is_missing(context: StepContext) -> Changes:
    """Write the items that the target lacks.

    25 at a time, several batches in parallel. What DynamoDB leaves unwritten or throttles is sent again
    after a pause. An item with other content is shown, replaced only after you agree, and kept in a file.
    An item that is only in the target is left alone.

    移行先にない項目を書き込む。

    25件ずつ、複数を並行して書き込みます。未処理の項目（UnprocessedItems）やスロットリングは、間隔を置いて再送します。内容が異なる
    既存の項目は差分を表示し、確認のうえ置き換え、元の内容をファイルに残します。移行先にしかない項目には
    触れません。
    """
    return write_items(context, _job(context))


@step("4-1", proves=("DATA-01",), shown=False)
def compare_both_sides(context: StepContext) -> Changes:
    """Read both sides again, compare them item by item, and leave the manifest.

    Items are counted by reading, since the count of DescribeTable is hours old. The hash is the same for
    the same content, in any order and spelling. If both sides agree, count and hash go into the
    evidence store; if not, `differences.json` lists what differs.

    両側を読み直して項目ごとに照合し、マニフェストを残す。

    DescribeTableの件数は数時間前の値なので、実際に読んで数えます。ハッシュは、順序や表記によらず内容が
    同じなら一致します。差異がなければ件数とハッシュを証跡に記録し、あれば`differences.json`に列挙します。
    """
    return leave_manifest(context, _job(context))


def _job(context: StepContext) -> Job:
    table, file = context.plan.table("stampmasters"), context.chosen.get(SOURCE_FILE.name)
    source = of_file(Path(file)) if file else of_table(context, table)
    judged = (lambda _: None) if context.environment.own_code else flaw_in_turn()
    return Job(source=source, table=table, transform=transformed_master, flaw=judged)
