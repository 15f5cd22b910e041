"""Point the functions' aliases and the API's stage at the newest recorded release that is open.

Use it where the service is closed after a rollback, or where an alias was moved or the stage past the
procedures, also where a weight or a canary sends a share of the calls elsewhere: what is on record only has to be
pointed at again, for all calls. A share of an open release stays where a decision allows it. Nothing is built,
uploaded or deployed.

関数のエイリアスとAPIのステージを、記録済みの最新の公開版に向ける。

ロールバックの後でメンテナンス版のままになっているとき、または手順を通さずにエイリアスやステージが動かされたときに
使います。重み付けやカナリアが一部の呼び出しを別のリリースに送っているときも同じです。記録済みのものをすべての呼び出しに
ついて指し直すだけで、ビルド、アップロード、デプロイはしません。例外承認（decisions）で認めた公開版への振り分けは残します。
"""

from aws.change.gate import Changes
from aws.kinds.function_invocation import sent_to
from aws.words import Words, joined
from runbook import releases
from runbook.engine import StepContext, step
from runbook.rollback.deployments import point_stage
from runbook.rollback.forward import FORWARD, alias_moves, move_of_stage
from runbook.rollback.starting import move_aliases


@step("8-3")
def say_where_it_goes(context: StepContext) -> Changes:
    """Say which version and which deployment callers get afterwards.

    リリース後に呼び出し元が使うバージョンとデプロイを示す。
    """
    aliases, stage = alias_moves(context), move_of_stage(context)
    for alias in aliases:
        name, origin = alias.function.name, alias.live["Version"]
        if origin != alias.target["Version"]:
            context.tell(f"{name}: {origin} -> {alias.target['Version']}")
        for version, share in alias.weights.items():
            of = sent_to(version, share)
            context.say(en=f"{name}: no longer {of.en}", ja=f"{name}: {of.ja}の振り分けを解除")
    if stage:
        stage_words = Words(en=f"stage {stage.stage}", ja=f"ステージ{stage.stage}")
        origin, target = stage.live.id, stage.target.id
        if origin != target:
            context.tell(joined((stage_words, Words.same(f"{origin} -> {target}")), ": "))
        if stage.canary is not None:
            percent = f"{stage.canary.get('percentTraffic', 0.0):g}%"
            context.say(
                en=f"{stage_words.en}: canary of {percent} removed",
                ja=f"{stage_words.ja}: {percent}のカナリアを解除",
            )
        for failing in stage.warnings():
            context.tell(failing)
    if not stage and not aliases:
        context.say(
            en="the newest recorded open release is live already; after a rollback to an earlier one that is open, the same "
            "rollback once more leads forward: rollback_functions, rollback_api",
            ja="記録済みの最新の公開版がすでに稼働しています。以前の公開版に戻した後であれば、同じロールバック"
            "（rollback_functions、rollback_api）をもう一度実行すると元に戻ります",
        )
    return ()


@step("8-3", shown=False)
def move_the_aliases(context: StepContext) -> Changes:
    """Point the aliases at the recorded versions.

    They move together or not at all, and take effect with the next call.

    エイリアスを記録済みのバージョンに向ける。

    すべて移動するか、一つも移動しないかのどちらかで、次の呼び出しから有効です。
    """
    return move_aliases(context, alias_moves(context), context.plan.functions, (FORWARD,))


@step("8-2", shown=False)
def point_the_stage(context: StepContext) -> Changes:
    """Point the stage at the recorded deployment.

    Callers get it within seconds; the stage keeps its URL.

    ステージを記録済みのデプロイに向ける。

    数秒で反映され、URLは変わりません。
    """
    planned = move_of_stage(context)
    return point_stage(context, planned, (FORWARD,)) if planned else ()


@step("8-3", proves=("DEP-15", "DEP-28", "DEP-39"))
def record_the_release(context: StepContext) -> Changes:
    """Record what is live now.

    現在稼働しているリリースを記録する。
    """
    return releases.converge(context, functions=context.plan.functions, api=True)
