"""Break what runs in four ways, go back with the four procedures, time them, and prove that everything is as it was.

`--env local` breaks the kept stack, which affects nobody. In another environment callers would notice:
rehearse before the go-live; in production it refuses as soon as there is a user. The guide describes
rollbacks, but never tries one.

稼働中の環境を4通りの方法で壊し、4つの手順で戻し、所要時間を測り、元どおりになったことを証明する。

`--env local`では起動中のスタックを壊すだけで、影響はありません。他の環境では呼び出し元に影響するため、本番稼働前に
限ります。本番環境に利用者が一人でもいれば実行を拒否します。手順書にはロールバックの記載がありますが、試す手順は
ありません。
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from aws.change.gate import Changes
from aws.words import Words
from runbook.cutover import front_end
from runbook.cutover.front_end import write
from runbook.engine import Change, Refused, StepContext, step
from runbook.procedures import restore_tables, rollback_api, rollback_frontend, rollback_functions
from runbook.rollback import drill, faults
from runbook.rollback.drill import Drill, temporary_front_end
from runbook.rollback.restore import window
from signoff.environment.calendar import JST

KIND = "rehearsal"
PARTS = ("functions", "api", "tables", "front-end")
TOGETHER = timedelta(hours=12)
"""Age up to which drills belong to one rehearsal: older ones are of another day."""


@step("8-3", shown=False)
def rehearse_the_functions(context: StepContext) -> Changes:
    """Release functions that do not start, and go back by `rollback_functions`.

    起動しない関数をリリースし、`rollback_functions`で戻す。
    """
    _refuse_with_users(context)
    held = Drill(
        part="functions",
        procedure=rollback_functions,
        fault=Words(
            en="all functions are released with a handler that does not exist",
            ja="存在しないハンドラーですべての関数をリリースします",
        ),
        break_it=faults.release_a_broken_function,
        shows=faults.a_function_fails,
        mend=faults.take_back_the_release,
    )
    return drill.run_drill(context, held)


@step("8-2", shown=False)
def rehearse_the_api(context: StepContext) -> Changes:
    """Deploy an API that lacks a route, and go back by `rollback_api`.

    ルートが欠けたAPIをデプロイし、`rollback_api`で戻す。
    """
    _refuse_with_users(context)
    held = Drill(
        part="api",
        procedure=rollback_api,
        fault=Words(
            en="the API is deployed without one of its routes",
            ja="ルートが一つ欠けたAPIをデプロイします",
        ),
        break_it=faults.deploy_without_a_method,
        shows=faults.a_method_is_missing,
        mend=faults.take_back_the_deployment,
    )
    return drill.run_drill(context, held)


@step("8-4", shown=False)
def rehearse_the_tables(context: StepContext) -> Changes:
    """Write what is wrong into a table, restore all three, compare; then go back to the old ones.

    What was restored is deleted at the end; on AWS it costs its storage until then.

    テーブルに誤ったデータを書き、3つとも復元して照合し、元のテーブルに戻す。

    復元したテーブルは最後に削除します。AWSでは、それまでの間ストレージ料金がかかります。
    """
    _refuse_with_users(context)
    held = Drill(
        part="tables",
        procedure=restore_tables,
        fault=Words(
            en="an item is written that no function wrote",
            ja="関数が書いたものではない項目を書き込みます",
        ),
        break_it=faults.write_what_is_wrong,
        shows=faults.the_wrong_item_is_read,
        mend=partial(faults.tear_down_the_restore, functions_back=rollback_functions),
        chosen=lambda given: {"to": _restorable_now(given)},
        mends_alone=True,
    )
    return drill.run_drill(context, held)


@step("8-1", shown=False)
def rehearse_the_front_end(context: StepContext) -> Changes:
    """Serve a wrong configuration from a stand-in on loopback, and go back by `rollback_frontend`.

    The real front end is not touched: the only difference is that people deploy it.

    ループバック上の代替サーバーで誤った設定を配信し、`rollback_frontend`で戻す。

    実際のフロントエンドには触れません。違いは、実際のデプロイを人が行う点だけです。
    """
    with temporary_front_end() as there:
        environment = replace(context.environment, front_end=there.front_end)
        kept: list[tuple[str, Mapping[str, Any]]] = []
        good = front_end.rendered(None, environment, front_end.base_url(context))
        path = there.folder / there.front_end.config_path
        write(path, good)
        previous = {"url": front_end.address(there.front_end), "config": good}
        held = Drill(
            part="front-end",
            procedure=rollback_frontend,
            fault=Words(
                en="the front end calls an address where there is no API",
                ja="フロントエンドがAPIのないアドレスを呼び出します",
            ),
            break_it=lambda _: write(path, good.replace("https://", "https://wrong.")),
            shows=lambda _: front_end.served(previous["url"]) != good,
            chosen=lambda _: {"site": str(there.folder)},
        )

        def recorded(kind: str, **_: Any) -> Mapping[str, Any] | None:
            return previous if kind == front_end.KIND else None

        apart = replace(
            context,
            environment=environment,
            record=lambda kind, body: kept.append((kind, body)),
            recorded=recorded,
        )
        made = drill.run_drill(apart, held)
    for kind, body in kept:
        if kind == drill.KIND:
            context.record(kind, body)
    return made


@step("8-1", proves=("ROLL-05",), shown=False)
def leave_the_record(context: StepContext) -> Changes:
    """Record the rehearsal for the release that is live, with the time that each way back took.

    稼働中のリリースに対する訓練として、各手順の所要時間を記録する。
    """
    found = {part: context.recorded(drill.KIND, part=part, equal=True) for part in PARTS}
    missing = [part for part, one in found.items() if one is None or _old(one)]
    if missing and context.go:
        raise Refused(
            Words(
                en=f"not rehearsed today: {', '.join(missing)}; run it again from the start",
                ja=f"本日まだ訓練していません: {', '.join(missing)}。最初から再実行してください",
            )
        )
    seconds = {part: one["seconds"] for part, one in found.items() if one}
    body = {"complete": True, "equal": True, "seconds": seconds}
    change = Change("evidence", KIND, None, seconds or "seconds of each part")
    return context.settle((change,), lambda: context.record(KIND, body))


def _refuse_with_users(context: StepContext) -> None:
    """Nobody's stamps are put at risk for an exercise."""
    if not context.environment.production:
        return
    users = context.plan.table("users").name
    if context.client("dynamodb").scan(TableName=users, Limit=1)["Items"]:
        raise Refused(
            Words(
                en=f"{users} has users, and a rehearsal breaks what they use: rehearse before the go-live, or"
                " in another environment",
                ja=f"{users}に利用者がおり、訓練は利用中のものを壊します。公開前に、または別の環境で訓練してください",
            )
        )


def _restorable_now(context: StepContext) -> str:
    """Wait until the tables can be restored to this moment: on AWS some five minutes."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    context.wait(
        lambda: all(window(context, one)[1] >= at for one in context.plan.tables),
        what=Words(
            en=f"the tables can be restored to {at.astimezone(JST):%H:%M:%S} JST",
            ja=f"テーブルを{at.astimezone(JST):%H:%M:%S} JSTの時点に復元できるようになること",
        ),
        every_s=1,
        within_s=900,
    )
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _old(one: Mapping[str, Any]) -> bool:
    return datetime.now(UTC) - datetime.fromisoformat(one["at"]) > TOGETHER
