"""Create the tables, with their backups, protection and tags.

Keys cannot be changed afterwards. Point-in-time recovery is refused by AWS until a table is active,
so the procedure waits for each.

全テーブルを、バックアップ・保護・タグを含めて作成する。

キーは後から変更できません。ポイントインタイムリカバリはテーブルがACTIVEになるまでAWSに拒否されるため、
テーブルごとに完了を待ちます。
"""

from aws.change.gate import Changes
from aws.converge import table
from runbook import out_of_scope
from runbook.engine import StepContext, repaired_by, step
from runbook.options import row_of

LATER = "ROLL-03"
"""Green five minutes after its table is repaired."""
PROVEN = (*(row for row in repaired_by("tables") if row != LATER), "SEC-20")
OPTIONS = (row_of(repaired_by("tables")),)


@step("3-1", proves=PROVEN)
def create_the_tables(context: StepContext) -> Changes:
    """Create the tables, or bring them to the plan.

    On demand, encrypted, with point-in-time recovery and deletion protection where the environment
    asks for them. Nothing that protects a table is ever removed. With `--row DEP-04` only the tables that
    this row names change.

    テーブルを作成する。既存のものは計画に合わせる。

    オンデマンド、暗号化あり。環境の定義に応じてポイントインタイムリカバリと削除保護を有効にします。
    すでにある保護を外すことはありません。`--row DEP-04`を付けると、その項目が示すテーブルだけを変更します。
    """
    out_of_scope.refuse_a_single_table(context)
    tables = context.concerned(context.plan.tables, lambda table: table.name)
    differing = [table for table in tables if not context.stays(f"table {table.name}", rows=PROVEN)]
    return context.each(table.converge, differing)
