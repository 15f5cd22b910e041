"""Record what a pipeline of your own made live, with the name of the person who released it; change nothing else.

The procedures of this runbook record what they put live. Code or a deployment that came another way is
red (DEP-17) until a person answers for it with `--by NAME`. It is another release than the one that was
signed for: repeat the load run, the rehearsal and the signatures.

独自のパイプラインでリリースした内容を、担当者の名前とともに記録する。ほかには何も変更しない。

ランブックの手順は、自らリリースした内容を記録します。別の方法でリリースされたコードやデプロイは、担当者が`--by`で
名前を示して記録するまで不合格（DEP-17）になります。署名済みのリリースとは別のリリースになるため、負荷試験、
ロールバック訓練、署名はやり直しになります。
"""

from aws.change.gate import Changes, Refused
from runbook import releases
from runbook.engine import StepContext, step
from runbook.options import RELEASED_BY

OPTIONS = (RELEASED_BY,)


@step("3-2", proves=("DEP-17",))
def record_what_is_live(context: StepContext) -> Changes:
    """Record the code behind the aliases and the deployment of the stage.

    エイリアスの背後のコードと、ステージのデプロイを記録する。
    """
    live = releases.read_live(context)
    missing = [key for key, code in live["functions"].items() if not code]
    if missing or not live["deployment"]:
        absent = ", ".join(missing) or f"stage {live['stage']}"
        raise Refused(
            en=f"{absent} is not live yet: release it first",
            ja=f"{absent}の稼働中のものがありません。先にリリースしてください",
        )
    return releases.record(
        context,
        context.recorded(releases.KIND),
        live | {releases.BY: context.chosen[RELEASED_BY.name]},
    )
