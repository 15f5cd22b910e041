"""Go back with the four procedures, go forward again, time both, and prove that everything is as it was.

`--env local` rehearses on the kept stack, which affects no caller. In another environment callers notice: meanwhile they get
the release before, and where there is none, the closed one, which answers 503. Rehearse before the go-live; in production
it refuses as soon as there is a user. The guide describes rollbacks, but never tries one.

4つの手順で戻し、再び進め、所要時間を測り、元どおりになったことを確認する。

`--env local`は起動中のスタックだけを使うため、影響はありません。他の環境では呼び出し元に影響します。その間は一つ前の
リリースが応答し、それがなければメンテナンス版が503を返します。本番稼働前に実施してください。本番環境に利用者が一人でも
いれば実行を拒否します。手順書にはロールバックの記載がありますが、試す手順はありません。
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from aws.change.gate import Changes, nothing
from aws.words import Words, joined
from runbook.cutover import front_end
from runbook.engine import Refused, StepContext, step
from runbook.procedures import restore_tables, rollback_api, rollback_frontend, rollback_functions
from runbook.rollback import drill
from runbook.rollback.drill import Drill, go_back, temporary_front_end
from runbook.rollback.execution import BEGUN
from runbook.rollback.forward import closed_parts
from runbook.rollback.redirect import leave_the_restored, take_away
from runbook.rollback.restore import window
from signoff.environment import JST
from signoff.judge.drift import WINDOW

PARTS = ("functions", "api", "tables", "front-end")
TOGETHER = timedelta(hours=12)
"""Age up to which drills belong to one rehearsal: older ones are of another day."""
FUNCTIONS = Drill(
    part="functions",
    procedure=rollback_functions,
    forward=partial(go_back, procedure=rollback_functions),
)
API = Drill(part="api", procedure=rollback_api, forward=partial(go_back, procedure=rollback_api))
TABLES = Drill(
    part="tables",
    procedure=restore_tables,
    forward=partial(leave_the_restored, functions_back=rollback_functions),
    clean_up=take_away,
    chosen=lambda context: {"to": _restorable_now(context)},
)


@step("8-3", shown=False)
def rehearse_the_functions(context: StepContext) -> Changes:
    """Move the aliases back by `rollback_functions`, and forward by the same command.

    `rollback_functions`でエイリアスを戻し、同じコマンドで再び進める。
    """
    _refuse_with_users(context)
    _refuse_closed(context)
    return _drilled(context, FUNCTIONS)


@step("8-2", shown=False)
def rehearse_the_api(context: StepContext) -> Changes:
    """Point the stage back by `rollback_api`, and forward by the same command.

    `rollback_api`でステージを戻し、同じコマンドで再び進める。
    """
    _refuse_with_users(context)
    return _drilled(context, API)


@step("8-4", shown=False)
def rehearse_the_tables(context: StepContext) -> Changes:
    """Restore all tables to this moment, compare them, and go back to the old ones.

    What was restored is deleted at the end; on AWS it costs its storage until then.

    全テーブルを現在の時点に復元して照合し、元のテーブルに戻す。

    復元したテーブルは最後に削除します。AWSでは、それまでの間ストレージ料金がかかります。
    """
    _refuse_with_users(context)
    to = {} if context.go else {"to": f"{_restorable(context):%Y-%m-%dT%H:%M:%SZ}"}
    return _drilled(replace(context, chosen=to), TABLES)


@step("8-1", shown=False)
def rehearse_the_front_end(context: StepContext) -> Changes:
    """Go back to a recorded configuration by `rollback_frontend`, on a stand-in on loopback, and forward again.

    The real front end is not touched: the only difference is that people deploy it.

    ループバック上の代替サーバーで、`rollback_frontend`により記録済みの設定に戻し、再び進める。

    実際のフロントエンドには触れません。違いは、実際のデプロイを人が行う点だけです。
    """
    with temporary_front_end() as (there, folder):
        environment = replace(context.environment, front_end=there)
        good = front_end.rendered(None, environment, front_end.base_url(context))
        path = folder / there.config_path
        front_end.write(path, good)
        previous = {
            "url": there.config_url,
            "config": good.replace("https://", "https://before."),
        }
        front_end_drill = Drill(
            part="front-end",
            procedure=rollback_frontend,
            forward=lambda _: front_end.write(path, good),
            chosen=lambda _: {"site": str(folder)},
        )

        def recorded(kind: str, **body: Any) -> Mapping[str, Any] | None:
            return previous if kind == front_end.KIND else context.recorded(kind, **body)

        def record(kind: str, body: Mapping[str, Any]) -> None:
            # A maintenance function has no rollback to rehearse.
            if kind in {drill.KIND, drill.REHEARSAL, WINDOW}:
                context.record(kind, body)

        apart = replace(context, environment=environment, record=record, recorded=recorded)
        return drill.run_drill(apart, front_end_drill)


SECONDS = Words(en="seconds of each part", ja="部分ごとの秒数")


@step("8-1", proves=("ROLL-05",), shown=False)
def leave_the_record(context: StepContext) -> Changes:
    """Record the rehearsal for the release that is live, with the time that each way took.

    稼働中のリリースに対する訓練として、それぞれの所要時間を記録する。
    """
    recorded = {part: context.recorded(drill.KIND, part=part, equal=True) for part in PARTS}
    missing = [part for part, value in recorded.items() if value is None or _old(value)]
    if missing and context.go:
        raise Refused(
            en=f"not rehearsed today: {', '.join(missing)}; run it again from the start",
            ja=f"本日まだ訓練していません: {', '.join(missing)}。最初から再実行してください",
        )
    seconds = {part: value["seconds"] for part, value in recorded.items() if value}
    forward = {part: value["forward"] for part, value in recorded.items() if value}
    body = {"complete": True, "equal": True, "seconds": seconds, "forward": forward}
    return context.leave_record(
        drill.REHEARSAL, seconds or SECONDS, lambda: context.record(drill.REHEARSAL, body)
    )


def _drilled(context: StepContext, chosen: Drill) -> Changes:
    """Run the drill; rehearse its way back first where that is only shown, since what refuses there refuses here."""
    if not context.go and not _begun(context, chosen.part):
        go_back(replace(context, tell=nothing), chosen.procedure)
    return drill.run_drill(context, chosen)


def _refuse_with_users(context: StepContext) -> None:
    """No user's stamps are put at risk for an exercise."""
    if not context.environment.production:
        return
    users = context.plan.table("users").name
    if context.client("dynamodb").scan(TableName=users, Limit=1)["Items"]:
        raise Refused(
            en=f"{users} has users, and a rehearsal changes what they get: rehearse before the go-live, or"
            " in another environment",
            ja=f"{users}に利用者がおり、訓練は応答内容を変えます。稼働開始前に、または別の環境で訓練してください",
        )


def _refuse_closed(context: StepContext) -> None:
    """What is closed proves nothing of the way back; a drill that was killed may have left it so, and is ended first."""
    if any(_begun(context, part) for part in PARTS):
        return
    if closed := joined(closed_parts(context), ", "):
        forward = f"python -m runbook roll_forward --env {context.environment.name} --go"
        raise Refused(
            en=f"callers get the closed release, which answers 503 ({closed.en}): go forward first, `{forward}`",
            ja=f"メンテナンス版が503を返しています（{closed.ja}）。先に`{forward}`で公開版に戻してください",
        )


def _begun(context: StepContext, part: str) -> bool:
    newest = context.recorded(drill.KIND, part=part)
    return newest is not None and newest.get("state") == BEGUN


def _restorable(context: StepContext) -> datetime:
    """Return the latest moment to which all tables can be restored."""
    return min(window(context, table)[1] for table in context.plan.tables)


def _restorable_now(context: StepContext) -> str:
    """Wait until the tables can be restored to this moment: on AWS some five minutes."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    context.wait(
        lambda: _restorable(context) >= at,
        until=Words(
            en=f"the tables can be restored to {at.astimezone(JST):%H:%M:%S} JST",
            ja=f"テーブルを{at.astimezone(JST):%H:%M:%S} JSTの時点に復元できるようになること",
        ),
        every_s=1,
        within_s=900,
    )
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _old(entry: Mapping[str, Any]) -> bool:
    return datetime.now(UTC) - datetime.fromisoformat(entry["at"]) > TOGETHER
