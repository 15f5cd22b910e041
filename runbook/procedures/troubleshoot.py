"""Find the likely cause of a fault: what is live, alarms, logs, then the guide's three problems: secrets, CORS, slow answers.

It changes nothing. Start here when an alarm fires or a row is red without a remedy of its own. Errors that our own
runs, load tests and drills provoked are left out, and each step says from when to when it looked. On a healthy
system it proposes nothing.

原因不明の異常について、稼働中の内容、アラーム、ログ、手順書の3つの問題（シークレット、CORS、遅延）を順に調べ、考えられる原因を示す。

何も変更しません。アラームが発報したとき、または固有の対処がない項目が不合格のときに、最初に実行します。自分たちの
検証・負荷試験・訓練が起こしたエラーは除き、各ステップは対象期間を表示します。正常なシステムには何も提案しません。
"""

from dataclasses import replace

from aws.change.gate import Changes
from aws.converge import api_draft
from aws.words import Words
from runbook import releases
from runbook.diagnosis import cors, secret_access, slowness
from runbook.diagnosis.alarms import report_alarms
from runbook.diagnosis.cause import Cause, cause
from runbook.diagnosis.log_signs import report_signs
from runbook.diagnosis.metrics import measured, metrics_of
from runbook.diagnosis.own_runs import last_hour
from runbook.engine import StepContext, step
from runbook.engine.change_lines import parts
from runbook.rollback.forward import closed_parts

CLOSED = cause(
    "every route that leads there answers 503; this points forward to the newest recorded release",
    "該当するルートはすべて503を返します。次のコマンドで、記録済みの最新リリースに進みます",
    "python -m runbook roll_forward --env {env} --go",
)
PAST_THE_PROCEDURES = cause(
    "a change past the procedures: look at what going back to the record would do",
    "手順を通さない変更。記録に戻した場合の変更を確認してください",
    "python -m runbook roll_forward --env {env}",
)


@step("troubleshooting")
def see_whether_it_is_open(context: StepContext) -> Changes:
    """Check whether what is live is a release that is open: the closed one answers 503 to every caller.

    稼働中のリリースが公開中のものかを確認する。メンテナンス版は、すべての呼び出しに503を返します。
    """
    if closed := closed_parts(context):
        for one in closed:
            context.tell(one)
        _tell(context, CLOSED)
    return ()


@step("troubleshooting")
def see_which_alarms_burn(context: StepContext) -> Changes:
    """Check which alarms are in ALARM, and since when.

    発報中のアラームと、その開始時刻を確認する。
    """
    report_alarms(context, last_hour(context))
    return ()


@step("troubleshooting")
def see_what_was_changed(context: StepContext) -> Changes:
    """Check whether what is live is what was released.

    Suspect a change that bypassed the procedures, or a recent release, first.

    稼働中の内容が、記録されたリリースと一致するかを確認する。

    手順を通さない変更や直前のリリースを、まず疑います。
    """
    recorded, live = context.recorded(releases.KIND), releases.read_live(context)
    if recorded:
        live = releases.apart_from_versions(live, recorded)
    for one in releases.record(replace(context, go=False), recorded, live):
        for part in parts(one):
            context.tell(
                Words(
                    en=f"live differs from the recorded {part.field}: {part.before} -> {part.after}",
                    ja=f"稼働中の内容が記録された{part.field}と異なります: {part.before} -> {part.after}",
                )
            )
        _tell(context, PAST_THE_PROCEDURES)
    return ()


@step("troubleshooting")
def see_what_functions_say(context: StepContext) -> Changes:
    """Count errors, faults and throttles of the last hour, and what the logs mention.

    Lines are counted by what they mean, and not shown: a log may hold more than a ticket should.

    直近1時間のエラー、障害、スロットリングと、ログの内容を集計する。

    ログは意味ごとに数え、本文は表示しません。チケットに載せるべきでない情報が含まれ得るためです。
    """
    ours = last_hour(context)
    context.tell(ours.told())
    figures = measured(
        context, [one for f in context.plan.functions for one in metrics_of(f)], ours
    )
    for label, one in sorted(figures.items()):
        if one.value:
            context.tell(f"{label}: {one.value:g}, {one.seen.told()}")
    spoken = [report_signs(context, function, ours) for function in context.plan.functions]
    if not any(spoken):
        context.tell(
            Words(
                en="the functions' logs show no known sign", ja="関数ログに既知の兆候はありません"
            )
        )
    return ()


@step("troubleshooting 1")
def follow_every_secret(context: StepContext) -> Changes:
    """Follow every secret from the function that reads it, and name what is broken.

    The guide looks at permission, name and Region. Two more causes are common: a policy that names the secret
    without the six characters that AWS adds to its ARN matches nothing; and the key that encrypts it may be
    disabled. No value is read.

    各シークレットを読み取る関数からたどり、問題のある箇所を示す。

    手順書が挙げるのは権限・名前・リージョンです。他によくある原因が2つあります。AWSがARNに付ける6文字を考慮しない
    ポリシーは何にも一致しません。また、暗号化に使うキーが無効になっていることもあります。値そのものは読み取りません。
    """
    for function in context.plan.functions:
        for name in function.secrets:
            secret_access.report(context, function, name)
    return ()


@step("troubleshooting 2")
def see_what_is_served(context: StepContext) -> Changes:
    """Check which origin every preflight and the gateway's own errors allow, and whether the draft says otherwise.

    The guide names `https://liff.line.me` as the origin. That address only redirects; what the browser sends is
    the origin of the page it lands on. And an error of the gateway itself carries no CORS headers unless its
    gateway responses do, so a 401 looks like a CORS error.

    各プリフライトとゲートウェイ自身のエラーが許可するオリジンと、下書きとの違いを確認する。

    手順書のオリジン`https://liff.line.me`はリダイレクトするだけで、ブラウザが送るのは転送先ページのオリジンです。
    また、ゲートウェイ自身のエラーには、ゲートウェイレスポンスで設定しない限りCORSヘッダーが付かず、401もCORSエラーに
    見えます。
    """
    found = list(cors.causes(context, cors.served(context)))
    for one in found:
        _tell(context, one)
    if not found:
        origin = context.plan.api.cors.origin
        context.tell(
            Words(
                en=f"every preflight and error allows {origin}",
                ja=f"すべてのプリフライトとエラーが{origin}を許可しています",
            )
        )
    if changes := api_draft.converge(replace(context, go=False), context.plan.api):
        rehearsal = f"python -m runbook api --env {context.environment.name}"
        context.tell(
            Words(
                en=f"the draft differs from the plan in {len(changes)} fields; this shows them: {rehearsal}",
                ja=f"下書きと計画の差異が{len(changes)}項目あります。内容の確認: {rehearsal}",
            )
        )
    return ()


@step("troubleshooting 2")
def ask_as_a_browser_does(context: StepContext) -> Changes:
    """Send a preflight from here, with the front end's origin.

    フロントエンドのオリジンで、ここからプリフライトを送る。
    """
    context.tell(cors.asked(context, context.plan.api.routes[0].path))
    return ()


@step("troubleshooting 3")
def see_where_the_time_goes(context: StepContext) -> Changes:
    """Compare the gateway's time with the functions', and look for throttling, before making anything larger.

    A percentile is the median of its minutes: one cold start in a quiet minute is no cause. The guide turns the
    API's cache on. Do not: an answer is for one user, and a cache that is not keyed by user returns it to another.

    リソースを増やす前に、ゲートウェイと関数の所要時間を比較し、スロットリングの有無を調べる。

    パーセンタイルは1分ごとの値の中央値です。静かな時間帯のコールドスタート1回は原因とみなしません。手順書はAPI Gateway
    のキャッシュ有効化を挙げていますが、行ってはいけません。応答は利用者ごとに異なり、利用者をキーに含まないキャッシュは
    他人の応答を返します。
    """
    ours = last_hour(context)
    context.tell(ours.told())
    figures = measured(context, slowness.metrics(context), ours)
    for label, figure in sorted(figures.items()):
        context.tell(f"{label}: {figure.value:g}")
    if not figures:
        context.tell(slowness.nothing_measured(context))
    for one in slowness.causes(figures):
        _tell(context, one)
    return ()


def _tell(context: StepContext, one: Cause) -> None:
    context.tell(one.told(context.environment.name))
