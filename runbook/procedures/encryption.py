"""Check that tables, and the bucket if there is one, are encrypted as decided.

DynamoDB encrypts every table, even where the console shows no key: then AWS owns the key. In the guide
this step comes before the tables exist; new tables are created encrypted as decided, and this procedure
is for older ones.

テーブルと（使用する場合は）バケットが、決定どおり暗号化されていることを確認する。

DynamoDBのテーブルは、コンソールに鍵が表示されなくても必ず暗号化されています（AWS所有キー）。手順書では
テーブル作成より前のステップですが、新しいテーブルは作成時に設定されます。この手順は以前からある
テーブルのためのものです。
"""

from aws.change.gate import Changes
from aws.converge import bucket, table
from runbook.engine import StepContext, step


@step("2-3", proves=("SEC-20",))
def encrypt_the_tables(context: StepContext) -> Changes:
    """Bring the key of every table to the decided one.

    Changing from a key of your own to the AWS owned one asks first, since it changes who can read the data.

    各テーブルの暗号化キーを決定どおりにする。

    カスタマー管理型のキーからAWS所有キーへ戻す場合は確認を求めます。データを読める主体が変わるためです。
    """
    tables = context.plan.tables
    differing = [
        table for table in tables if not context.stays(f"table {table.name}", rows=("SEC-20",))
    ]
    return context.each(table.converge_encryption, differing)


@step("2-3", proves=("SEC-21", "SEC-22"))
def encrypt_the_bucket(context: StepContext) -> Changes:
    """Encrypt the image bucket, block public access, and allow TLS only.

    Only where the environment names a bucket. To close an open one asks first: at S3's own address, phones then get no image.

    画像用バケットを暗号化し、公開を遮断し、TLSに限定する。

    環境の定義にバケットがある場合だけ実行します。公開中のバケットを閉じる前に確認を求めます（S3のアドレスの画像は表示されなくなります）。
    """
    planned = context.plan.bucket
    return bucket.converge(context, planned) if planned else ()
