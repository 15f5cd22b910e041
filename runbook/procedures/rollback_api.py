"""Go back to an earlier deployment of the API by pointing its stage at it.

Without `--to`, the target is the newest recorded deployment that is not the served one, or the one
deployed before it, so the same command run once more goes forward again. `--to` names a deployment.

ステージを以前のデプロイに向けてAPIを戻す。

`--to`を省略すると、記録済みで提供中でない最新のデプロイ、または一つ前のデプロイに戻します。同じコマンドを
もう一度実行するとロールバック前の状態に戻ります。`--to`でデプロイを指定できます。
"""

from aws.change.gate import Changes
from runbook import releases
from runbook.engine import StepContext, step
from runbook.options import DEPLOYMENT
from runbook.rollback.deployments import point_stage, stage_move

OPTIONS = (DEPLOYMENT,)


@step("8-2")
def say_what_is_lost(context: StepContext) -> Changes:
    """Say what is lost.

    No stored data is lost. Callers lose the methods that only the newer deployment has, and those of a
    deployment made by hand whose function no longer allows the API to invoke it: you are asked about
    both. Throttle, logs and tags belong to the stage and stay as they are. The draft stays, too, and
    would be deployed again by `python -m runbook api --env prod --go`, so fix it first.

    失われるものを示す。

    保存済みのデータは失われません。新しいデプロイにしかないメソッドと、手動で作られたデプロイのうちAPIに関数の
    呼び出しが許可されていないメソッドは使えなくなるため、確認を求めます。スロットリング、ログ、タグはステージの
    設定であり変わりません。下書きも残るので、`python -m runbook api --env prod --go`を実行すると再びデプロイされます。
    先に下書きを直してください。
    """
    planned = stage_move(context)
    moves = f"{planned.live.id} -> {planned.target.id}"
    context.say(
        en=f"stage {planned.stage}: deployment {moves}",
        ja=f"ステージ{planned.stage}: デプロイ{moves}",
    )
    context.say(
        en="stored data: nothing is lost; the newer deployment stays in the history",
        ja="保存済みデータ: 失われません。新しいデプロイは履歴に残ります",
    )
    for failing in planned.warnings():
        context.tell(failing)
    if planned.now is None or planned.then is None:
        context.say(
            en="API Gateway does not show what these deployments serve: compare them by hand",
            ja="各デプロイの内容をAPI Gatewayから取得できません。手動で比べてください",
        )
    return ()


@step("8-2", shown=False)
def point_the_stage_back(context: StepContext) -> Changes:
    """Point the stage at the earlier deployment.

    A deployment whose routes ask for no authorization, where the live one does, is refused first.

    Callers get it within seconds; the stage keeps its URL. To go forward again, run the same command, or
    name the deployment that was served with `--to`.

    ステージを以前のデプロイに向ける。

    稼働中のものと違い、認可を求めないルートがあるデプロイには戻しません。

    数秒で反映され、URLは変わりません。ロールバックを取り消すには、同じコマンドを実行するか、元のデプロイを
    `--to`で指定します。
    """
    return point_stage(context, stage_move(context))


@step("8-2", proves=("ROLL-07",))
def record_the_release(context: StepContext) -> Changes:
    """Record what is served now.

    It is another release than the one that was signed for, unless you go forward again. The rows that
    compare the newest deployment and the draft with what is served (DEP-17, DEP-22) are red until the
    draft is fixed and deployed, as they should be.

    現在提供しているリリースを記録する。

    元に戻さない限り、署名済みのリリースとは別のリリースになります。最新のデプロイや下書きを提供内容と比べる項目
    （DEP-17、DEP-22）は、下書きを直してデプロイするまで不合格のままです。これは正しい状態です。
    """
    return releases.converge(context, api=True)
