"""Load the stamp masters into an environment that has none.

The five spots are in `runbook/data/stamp_masters.json`. To bring the spots of another environment, its
own changes included, use the migration.

The guide passes the output of `scan` to `batch-write-item`, which does not accept it.

スタンプマスターのない環境に、スタンプマスターを投入する。

5スポットのデータは`runbook/data/stamp_masters.json`にあります。別環境のデータを、そこでの変更も含めて
移す場合は移行手順を使います。

手順書は`scan`の出力を`batch-write-item`に渡しますが、その形式は受け付けられません。
"""

from aws.change.gate import Changes
from aws.words import Words
from runbook import master_items
from runbook.engine import StepContext, step


@step("4-1", proves=("DATA-02",), shown=False)
def load_the_spots(context: StepContext) -> Changes:
    """Write the spots that are missing.

    A spot with other content is shown, and overwritten only after you agree. A table that holds spots of
    your own is left alone, as is everything that a migration brought.

    不足しているスポットを書き込む。

    内容が異なるスポットは差分を表示し、確認のうえ上書きします。独自のスポットがあるテーブルと、移行手順で移した
    内容には触れません。
    """
    table = context.plan.table("stampmasters")
    if master_items.were_migrated(context, table):
        context.tell(
            Words(
                en=f"{table.name} was filled by `migrate_masters`, and is left to it",
                ja=f"{table.name}は`migrate_masters`で移行済みのため、変更しません",
            )
        )
        return ()
    if others := master_items.others(context, table):
        named = ", ".join(others[:5])
        context.tell(
            Words(
                en=f"{table.name} holds spots of its own ({named}), and is left as it is",
                ja=f"{table.name}には独自のスポット（{named}）があるため、変更しません",
            )
        )
        return ()
    return master_items.converge(context, table, master_items.source())


@step("4-1", proves=("DATA-01",), shown=False)
def leave_the_manifest(context: StepContext) -> Changes:
    """Read the table back, compare it with the source, and record count and hash.

    The hash is the same for the same content, in whatever order and spelling.

    テーブルを読み戻して元データと照合し、件数とハッシュを記録する。

    ハッシュは、順序や表記によらず内容が同じなら一致します。
    """
    table = context.plan.table("stampmasters")
    if master_items.were_migrated(context, table):
        return ()
    if master_items.others(context, table) and context.all_green("DATA-01", "DATA-02"):
        return ()
    return master_items.converge_manifest(context, table, master_items.source())
