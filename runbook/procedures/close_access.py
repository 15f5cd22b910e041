"""Close what lets somebody in and nobody planned: function URLs, methods, policies on tables and on secrets.

The functions' roles need none of them. Each is shown whole, and taken away only after you agreed. Who
may invoke a function is put right by `api`, and what roles may do by `least_privilege`.

計画外の経路を閉じる。対象は関数URL、計画にないメソッド、テーブルおよびシークレットのポリシー。

関数のロールには、いずれも必要ありません。内容をすべて表示し、同意を得てから取り除きます。関数の呼び出し許可は`api`、
ロールの権限は`least_privilege`で直します。
"""

from aws.change import Changes
from aws.converge import access
from runbook.engine import StepContext, step


@step("2-2", proves=("SEC-18",))
def close_the_urls_of_functions(context: StepContext) -> Changes:
    """Delete the URLs of functions: they answer without the API's throttle, log and authorizer.

    関数URLを削除する。関数URLには、APIのスロットリング、ログ、オーソライザーが効きません。
    """
    return context.each(access.close_urls, context.plan.functions)


@step("3-3")
def take_methods_out_of_the_draft(context: StepContext) -> Changes:
    """Delete the methods of the API that are not in the plan.

    The stage serves them until the draft is deployed: run `api` after this.

    計画にないAPIのメソッドを削除する。

    下書きをデプロイするまでステージには残るため、続けて`api`を実行します。
    """
    return access.close_methods(context, context.plan.api)


@step("2-2", proves=("SEC-19",))
def close_the_tables(context: StepContext) -> Changes:
    """Delete the policies of tables.

    テーブルのポリシーを削除する。
    """
    return context.each(access.close_table, context.plan.tables)


@step("2-2", proves=("SEC-08",))
def close_the_secrets(context: StepContext) -> Changes:
    """Delete the policies of secrets.

    シークレットのポリシーを削除する。
    """
    return context.each(access.close_secret, context.plan.secrets)
