"""Build the seven functions, upload them, publish versions, and point the alias to them.

Callers know a function by its alias only: moving the alias is the rollback of step 8-3, which the
guide describes without ever creating one.

七つの関数をビルドしてアップロードし、バージョンを公開してエイリアスを向ける。

呼び出し元は常にエイリアス経由で関数を呼びます。エイリアスの移動が手順8-3のロールバックですが、手順書には
エイリアスを作成するステップがありません。
"""

from runbook.converge import function_releases, functions, log_groups, releases
from signoff.procedure import Work, step
from signoff.procedure.work import Changes


@step("3-2")
def create_their_log_groups(work: Work) -> Changes:
    """Create the log groups before the functions write their first line.

    A log group that Lambda makes itself keeps its logs for ever.

    関数が最初のログを書く前にロググループを作成する。

    Lambdaが自動作成したロググループは無期限に保持されます。
    """
    names = {one.log_group for one in work.plan.functions}
    return work.each(log_groups.converge, [g for g in work.plan.log_groups if g.name in names])


@step(
    "3-2",
    proves=("DEP-10", "DEP-11", "DEP-12", "DEP-13", "DEP-14", "SEC-06", "SEC-10", "SEC-18"),
)
def upload_the_functions(work: Work) -> Changes:
    """Upload packages and configuration.

    The variables become exactly the planned ones: a key that stood in a variable is gone after this,
    and belongs into Secrets Manager. A new role takes some seconds before Lambda may use it.

    パッケージと設定をアップロードする。

    環境変数は計画と完全に一致させます。環境変数にあった鍵はここで消えるので、Secrets Managerに
    移しておきます。新しいロールをLambdaが使えるようになるまで数秒かかります。
    """
    return work.each(functions.converge, work.plan.functions)


@step("3-2", proves=("DEP-15", "ROLL-01"))
def release_them(work: Work) -> Changes:
    """Publish what was uploaded and point the alias to it.

    From here on callers get the new code, if the API calls the alias already.

    アップロードした内容を公開し、エイリアスを向ける。

    APIが既にエイリアスを呼んでいる場合、この時点から新しいコードが使われます。
    """
    return work.each(function_releases.converge, work.plan.functions)


@step("3-2")
def record_the_release(work: Work) -> Changes:
    """Record which versions are live, with the digests of their code.

    Checks compare with this record, and rollbacks go back by it.

    稼働中のバージョンとコードのダイジェストを記録する。

    検証はこの記録と照合し、ロールバックはこの記録に基づいて行います。
    """
    return releases.converge(work)
