"""Restore the front end's previous configuration.

The cut-over recorded what was served before it switched. The guide says "the configuration of the
development environment", which is what users had only if they were on it.

フロントエンドの設定を切替前のものに戻す。

切替時に、それまで提供していた設定を記録しています。手順書は「開発環境の設定に戻す」としていますが、利用者が
それまで使っていた設定とは限りません。
"""

from aws.change.gate import Changes
from aws.words import Words
from runbook.cutover.front_end import KIND, file_of, needed, see, setting, write, writing, written
from runbook.engine import Refused, StepContext, ask, step
from runbook.options import SITE
from runbook.rollback.execution import ServedPart, execute

OPTIONS = (SITE,)

PREVIOUS = Words(en="the previous configuration", ja="以前の設定")

PART = "front-end"


@step("8-1", shown=False)
def say_what_is_lost(context: StepContext) -> Changes:
    """Say what is lost.

    Nothing that is stored here is lost. If the previous configuration names another API, stamps that
    users collected since the switch stay with this one, where users do not see them.

    失われるものを示す。

    この環境に保存済みのデータは失われません。以前の設定が別のAPIを指す場合、切替後に取得されたスタンプはこの環境に
    残り、利用者からは見えなくなります。
    """
    url = setting(previous(context), "API_BASE_URL")
    context.say(en=f"browsers will call {url}", ja=f"ブラウザの呼び出し先: {url}")
    context.say(
        en="stored data: nothing is lost; what was collected since the switch stays here",
        ja="保存済みデータ: 失われません。切替後に取得されたスタンプはこの環境に残ります",
    )
    return ()


@step("8-1", shown=False)
def write_the_previous_configuration(context: StepContext) -> Changes:
    """Write the recorded configuration into the folder of the front end.

    `--site` names that folder. To go forward again, run `python -m runbook cutover --env prod --go`,
    which writes the new configuration.

    記録済みの設定をフロントエンドのフォルダに書き込む。

    フォルダは`--site`で指定します。ロールバックを取り消すには`python -m runbook cutover --env prod --go`で新しい
    設定を書き込みます。
    """
    path, text = file_of(context), previous(context)
    file = ServedPart(part=PART, read=lambda: {"config": written(path)})
    moves = [(writing(path, text), lambda: write(path, text))]
    return execute(context, file, {"config": text}, moves)


@ask("8-1")
def deploy_it() -> None:
    """Deploy the front end with that file, and invalidate its caches.

    With S3 and CloudFront, upload the file and create an invalidation of its path: browsers would keep the
    wrong configuration for as long as the cache says.

    この設定でフロントエンドをデプロイし、キャッシュを無効化する。

    S3とCloudFrontの場合は、ファイルをアップロードし、そのパスの無効化を作成します。無効化しないと、キャッシュの
    期限まで誤った設定が使われます。
    """


@step("8-1", shown=False)
def see_it_served(context: StepContext) -> Changes:
    """Check that the front end serves the previous configuration.

    以前の設定が提供されていることを確認する。
    """
    return see(context, previous(context), PREVIOUS)


def previous(context: StepContext) -> str:
    """Return the recorded configuration; Refused where none was recorded."""
    recorded = context.recorded(KIND, url=needed(context).config_url)
    if recorded is None or not recorded.get("config"):
        raise Refused(
            en="no previous configuration of the front end is recorded: `python -m runbook cutover --env"
            f" {context.environment.name} --go` does that before it switches; restore the file from the front end's own repository",
            ja=f"以前のフロントエンド設定が記録されていません。`python -m runbook cutover --env {context.environment.name} --go`が切替前に記録します。フロントエンドのリポジトリからファイルを戻してください",
        )
    return str(recorded["config"])
