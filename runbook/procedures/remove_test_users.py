"""Remove users who are not people from the user tables: those of smoke, load and development.

A person's id is the one that LINE gives: `U` and 32 hexadecimal digits. Any other user id in `Users` and
`UserStamps` is deleted, with all its items, after you agree; what people collected is not touched. An id of LINE in
capitals, or with something before or after it, may be a person's: it stays, and you correct it by hand.

実在の利用者でないユーザー（自動検証、負荷試験、開発用）を、利用者のテーブルから削除する。

実在の利用者のIDは、LINEが付与する「U」と32桁の16進数です。`Users`と`UserStamps`にあるそれ以外のIDの項目を、
確認のうえすべて削除します。利用者の取得記録には触れません。LINEのIDが大文字で書かれているもの、前後に文字や空白があるものは、
実在の利用者の可能性があるため削除しません。手動で修正してください。
"""

import re
from functools import partial

from aws.change.gate import Change, Changes
from aws.desired import Table
from aws.items import Key, KeyedTable
from aws.kinds.table import TABLE
from aws.words import Words
from plan import scope_of
from runbook.engine import StepContext, step

OF_PEOPLE = ("users", "userstamps")
USER = Words(en="user", ja="ユーザー")


@step("4-2", proves=("DATA-04",))
def remove_them(context: StepContext) -> Changes:
    """Delete the items of users whose id is not one of LINE's.

    LINEのIDでないユーザーの項目を削除する。
    """
    real = re.compile(scope_of(context.plan, context.environment).real_key, re.IGNORECASE)
    return context.each(partial(_removed, real=real), map(context.plan.table, OF_PEOPLE))


def _removed(context: StepContext, table: Table, *, real: re.Pattern[str]) -> Changes:
    items = KeyedTable.of(table, context.client("dynamodb"))
    test = [key for key in items.every_key() if not real.search(_user(key, table))]
    lost = [
        Change(
            TABLE.resource(table.name), USER.named(name), "there", None, destroys=True, final=True
        )
        for name in sorted({_user(key, table) for key in test})
    ]

    def delete() -> None:
        for key in test:
            items.delete(key)

    return context.settle(lost, delete)


def _user(key: Key, table: Table) -> str:
    (value,) = key[table.hash_key].values()
    return str(value)
