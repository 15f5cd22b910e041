"""Migrate users and their stamps to another environment: personal data, and normally not needed.

Production usually starts with new users. Nothing here runs unless you ask for it by name, with the name
of the person who decided it (`--by`). Synthetic users and the ranking's counters are not migrated.

利用者とその取得スタンプを別の環境に移行する。個人情報であり、通常は不要。

本番環境は通常、新規の利用者から始めます。この手順は、手順名を明示し、実施を決めた人の氏名
（`--by`）を添えたときだけ動きます。
合成ユーザーとランキングの集計値は移行しません。
"""

from aws.change.gate import Changes
from runbook.engine import StepContext, ask, step
from runbook.migration.source import of_people, of_table
from runbook.migration.steps import Job, leave_manifest, look_at_items, write_items
from runbook.options import DECIDED_BY, SOURCE, SOURCE_PROFILE, TARGET

OPTIONS = (SOURCE, SOURCE_PROFILE, DECIDED_BY, TARGET)

TABLES = ("users", "userstamps")


@ask("4-2")
def decide_that_it_may_be() -> None:
    """Decide with the person responsible for personal data whether it may be done.

    It copies LINE user ids, display names, and who was where and when. That takes a purpose that these
    people were told, and their consent or another basis in the law on personal information; requests for
    deletion must from now on be fulfilled in both environments.

    User ids differ between LINE providers: if the channels of both environments are not under one, the
    ids belong to no user there, and no message arrives. What production has under the same key stays as it
    is. The only way back is to delete them one by one.

    個人情報の責任者と、実施の可否を決める。

    コピーされるのは、LINEのユーザーID、表示名、誰がいつどこにいたかの記録です。本人に示した利用目的の範囲内で
    あること、同意など個人情報保護法上の根拠があることが必要です。以後、削除の求めには両方の環境で応じます。

    ユーザーIDはLINEのプロバイダーごとに異なります。両環境のチャネルが同じプロバイダーになければ、移行したIDは
    誰とも結び付かず、通知も届きません。本番に同じキーの項目があれば変更しません。元に戻すには個別に削除する
    しかありません。
    """


@step("4-2", shown=False)
def look_at_every_item(context: StepContext) -> Changes:
    """Check that DynamoDB accepts every item. None is shown.

    全項目がDynamoDBに書き込める形式か確認する。内容は表示しない。
    """
    return tuple(change for job in _jobs(context) for change in look_at_items(context, job))


@step("4-2", proves=("DATA-04",), shown=False)
def write_who_is_missing(context: StepContext) -> Changes:
    """Write the users and stamps that the target lacks; what it has stays as it is.

    移行先にない利用者とスタンプを書き込む。既存の項目は変更しない。
    """
    return tuple(item for job in _jobs(context) for item in write_items(context, job))


@step("4-2", shown=False)
def compare_both_sides(context: StepContext) -> Changes:
    """Read both sides again, and record that all have arrived, and who decided it.

    Then run `recount`: until then the ranking counts no user.

    両側を読み直し、すべて届いたことと決定者を記録する。

    続けて`recount`を実行してください。それまで、移行した利用者はランキングに表示されません。
    """
    return tuple(change for job in _jobs(context) for change in leave_manifest(context, job))


def _jobs(context: StepContext) -> tuple[Job, ...]:
    return tuple(
        Job(
            source=of_people(of_table(context, table)),
            table=table,
            adds_only=True,
            private=True,
            decided_by=context.chosen[DECIDED_BY.name],
        )
        for table in map(context.plan.table, TABLES)
    )
