"""Go back to an earlier version of one function or of all by moving the alias.

Without `--to`, the target is the newest recorded release that is not live, so the same command run once
more goes forward again. `--only award` moves one function, `--to 3` names a version.

The guide moves an alias that none of its steps creates, and does not say that this works only if the API
calls the alias. Here the API does, from the first deployment on.

一つまたはすべての関数を、エイリアスの移動で以前のバージョンに戻す。

`--to`を省略すると、記録済みのリリースのうち、稼働中のものと異なる最新のリリースに戻します。同じコマンドを
もう一度実行するとロールバック前の状態に戻ります。`--only award`で関数を一つに限定し、`--to 3`でバージョンを
指定します。

手順書はエイリアスを動かしますが、エイリアスを作成する手順がなく、APIがエイリアスを呼んでいなければ
効果がないことにも触れていません。本環境では最初のデプロイからエイリアス経由で呼び出します。
"""

from aws.change.gate import Changes
from runbook import releases
from runbook.engine import StepContext, step
from runbook.options import FUNCTION, VERSION
from runbook.rollback.starting import move_aliases
from runbook.rollback.versions import chosen, moves

OPTIONS = (VERSION, FUNCTION)


@step("8-3")
def say_what_is_lost(context: StepContext) -> Changes:
    """Say what is lost.

    No stored data is lost. Callers lose what the newer code does; its versions stay. The variables of a
    version are frozen with it: a version that was published before a table was restored reads the old
    table, and then you are asked. If the older code does not write the ranking's counters, `recount` fixes them.

    失われるものを示す。

    保存済みのデータは失われません。新しいコードの動作が失われますが、バージョンは残ります。環境変数は
    バージョンごとに固定されるため、テーブル復元より前のバージョンは旧テーブルを参照します。その場合は確認を
    求めます。古いコードがランキングの集計値を書かない場合は`recount`で直します。
    """
    for move in moves(context):
        words = move.target.get("Description")
        target = f"{move.target['Version']} ({words})" if words else move.target["Version"]
        if move.changes():
            context.tell(f"{move.function.name}: {move.live['Version']} -> {target}")
        else:
            context.say(
                en=f"{move.function.name}: {target}, moved already",
                ja=f"{move.function.name}: {target}（移動済み）",
            )
    context.say(
        en="stored data: nothing is lost; the newer versions stay",
        ja="保存済みデータ: 失われません。新しいバージョンは残ります",
    )
    return ()


@step("8-3", shown=False)
def move_the_aliases(context: StepContext) -> Changes:
    """Point the aliases at the earlier versions.

    A version that cannot start is refused first: its role is gone, or its handler is not in its package.

    It takes effect with the next call. If one alias can't be moved, the others are put back, so that
    callers do not meet both. To go forward again, run the same command, or name the version that was live
    with `--to`.

    エイリアスを以前のバージョンに向ける。

    ロールがない、またはハンドラーがパッケージにないなど、起動できないバージョンへは戻しません。

    次の呼び出しから有効です。一つでも移動できなければ、移動済みのものを元に戻し、新旧の混在を防ぎます。ロール
    バックを取り消すには、同じコマンドを実行するか、元のバージョンを`--to`で指定します。
    """
    return move_aliases(context, moves(context), chosen(context))


@step("8-3", proves=("DEP-15", "DEP-17"))
def record_the_release(context: StepContext) -> Changes:
    """Record what is live now.

    It is another release than the one that was signed for: unless you go forward again, repeat signatures
    and load run.

    現在稼働しているリリースを記録する。

    署名済みのリリースとは別のリリースになります。元に戻さない限り、署名と負荷試験はやり直しになります。
    """
    return releases.converge(context, functions=chosen(context))
