"""Remove users who are not people from the user tables: those of smoke, load and development.

A person's id is the one that LINE gives: `U` and 32 hexadecimal digits. Any other user id in `Users` and
`UserStamps` is deleted, with all its items, after you agree; what people collected is not touched.

実在の利用者でないユーザー（自動検証、負荷試験、開発用）を、利用者のテーブルから削除する。

実在の利用者のIDは、LINEが付与する「U」と32桁の16進数です。`Users`と`UserStamps`にあるそれ以外のIDの項目を、
確認のうえすべて削除します。利用者の取得記録には触れません。
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from aws.change.gate import Change, Changes
from aws.desired import Table
from plan import scope_of
from runbook.engine import StepContext, step

OF_PEOPLE = ("users", "userstamps")
Key = Mapping[str, Any]


@step("4-2", proves=("DATA-04",))
def remove_them(context: StepContext) -> Changes:
    """Delete the items of users whose id is not one of LINE's.

    LINEのIDでないユーザーの項目を削除する。
    """
    real = re.compile(scope_of(context.plan, context.environment).real_key)
    return context.each(partial(_removed, real=real), map(context.plan.table, OF_PEOPLE))


def _removed(context: StepContext, table: Table, *, real: re.Pattern[str]) -> Changes:
    keys = [key for key in _keys(context, table) if not real.fullmatch(_text(key[table.hash_key]))]
    users = sorted({_text(key[table.hash_key]) for key in keys})
    lost = [
        Change(f"table {table.name}", f"user {one}", "there", None, destroys=True, final=True)
        for one in users
    ]

    def delete() -> None:
        client = context.client("dynamodb")
        for key in keys:
            client.delete_item(TableName=table.name, Key=dict(key))

    return context.settle(lost, delete)


def _keys(context: StepContext, table: Table) -> Iterator[Key]:
    """Read the keys alone, and all of them."""
    names = [one for one in (table.hash_key, table.range_key) if one]
    aliases = {f"#{number}": name for number, name in enumerate(names)}
    asked = {"ProjectionExpression": ", ".join(aliases), "ExpressionAttributeNames": aliases}
    return context.listed(
        "dynamodb", "scan", "Items", TableName=table.name, ConsistentRead=True, **asked
    )


def _text(attribute: Mapping[str, Any]) -> str:
    return str(next(iter(attribute.values())))
