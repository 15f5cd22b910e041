"""Find the likely cause of a fault: what is live, alarms, logs, then the guide's three problems: secrets, CORS, slow answers.

What the checklist has a row for, the checks judge here and now: `fix` then knows the remedy of each.

It changes nothing. Start here when an alarm fires or a row is red without a remedy of its own. Errors that our own
runs, load tests and drills provoked are left out, and each step says from when to when it looked. On a healthy
system it proposes nothing.

原因不明の異常について、稼働中の内容、アラーム、ログ、手順書の3つの問題（シークレット、CORS、遅延）を順に調べ、考えられる原因を示す。

チェックリストに項目があるものは、その場で判定します。それぞれの対処は`fix`が示します。

何も変更しません。アラームが発報したとき、または固有の対処がない項目が不合格のときに、最初に実行します。自分たちの
検証・負荷試験・訓練が起こしたエラーは除き、各ステップは対象期間を表示します。正常なシステムには何も提案しません。
"""

from dataclasses import replace

from aws.bounds import ABSENT
from aws.change.gate import Changes, Refused
from aws.words import Words
from runbook import releases
from runbook.diagnosis import slowness
from runbook.diagnosis.log_signs import Cause, report_signs
from runbook.diagnosis.own_runs import last_hour, report_alarms
from runbook.engine import StepContext, step
from runbook.engine.change_lines import parts
from runbook.rollback.forward import closed_parts

OF_SECRETS = (
    "SEC-01",
    "SEC-05",
    "SEC-09",
    "SEC-10",
    "SEC-13",
    "SEC-16",
    "SEC-23",
    "DEP-13",
    "DEP-15",
)
"""Rows on what a function needs to read its secret: name, state, key, role, rights, variable, alias."""
OF_CORS = ("DEP-22", "DEP-25", "DEP-26")
"""Rows on preflights, on errors of the gateway itself, and on a draft that is not served."""
OF_LIMITS = ("DEP-18", "DEP-37", "SEC-32")
"""Rows on what lets too few calls through, or none, as where no concurrency is left: without traffic no figure shows it."""
CLOSED = Cause(
    "every call that gets there is answered 503; this points forward to the newest recorded release",
    "そこに届いた呼び出しにはすべて503が返ります。次のコマンドで、記録済みの最新リリースに進みます",
    "python -m runbook roll_forward --env {env} --go",
)
RED_ROWS = Cause(
    "the rows above, which are red; judge everything, then fix what is red",
    "上の不合格の項目です。全体を判定し、不合格を解決します",
    "pytest --env {env}; python -m runbook fix --env {env}",
)
PAST_THE_PROCEDURES = Cause(
    "a change past the procedures: look at what going back to the record would do",
    "手順を通さない変更。記録に戻した場合の変更を確認してください",
    "python -m runbook roll_forward --env {env}",
)
NOT_THERE = replace(
    RED_ROWS,
    en="what is absent was deleted, and no record leads back to it; judge everything, then fix what is red",
    ja="「なし」は削除されたもので、記録からは戻せません。全体を判定し、不合格を解決します",
)


@step("troubleshooting")
def see_whether_it_is_open(context: StepContext) -> Changes:
    """Check whether what is live is a release that is open: the closed one answers 503 to every caller.

    稼働中のリリースが公開版かを確認する。メンテナンス版は、すべての呼び出しに503を返す。
    """
    if closed := closed_parts(context):
        for words in closed:
            context.tell(words)
        context.tell(CLOSED.explained(context.environment.name))
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
    if recorded is None:
        context.say(
            en="no release is on record: there is nothing to compare what is live with",
            ja="リリースの記録がないため、稼働中の内容と比較できません",
        )
        return ()
    live = releases.apart_from_versions(live, recorded)
    for change in releases.record(replace(context, go=False), recorded, live):
        for part in parts(change):
            was, now = (Words.same(str(v)) if v else ABSENT for v in (part.before, part.after))
            context.say(
                en=f"live differs from the recorded {part.field.en}: {was.en} -> {now.en}",
                ja=f"稼働中の内容が記録された{part.field.ja}と異なります: {was.ja} -> {now.ja}",
            )
        cause = NOT_THERE if None in [part.after for part in parts(change)] else PAST_THE_PROCEDURES
        context.tell(cause.explained(context.environment.name))
    return ()


@step("troubleshooting")
def see_what_functions_say(context: StepContext) -> Changes:
    """Count errors, faults and throttles of the last hour, and what the logs mention.

    Lines are counted by what they mean, and not shown: a log may hold more than a ticket should.

    直近1時間のエラー、障害、スロットリングと、ログの内容を集計する。

    ログは意味ごとに数え、本文は表示しません。チケットに載せるべきでない情報が含まれ得るためです。
    """
    ours = last_hour(context)
    context.tell(ours.in_words())
    metrics, functions = context.environment.application.metrics, context.plan.functions
    queries = [metric for f in functions for metric in slowness.metrics_of(f, metrics)]
    figures = slowness.measured(context, queries, ours)
    for label, figure in sorted(figures.items()):
        if figure.value:
            context.tell(f"{label}: {figure.value:g}, {figure.occurrences.clock_times()}")
    spoken = [report_signs(context, function, ours) for function in functions]
    if not any(spoken):
        context.say(
            en="the functions' logs show no known sign", ja="関数ログに既知の兆候はありません"
        )
    return ()


@step("troubleshooting 1")
def follow_every_secret(context: StepContext) -> Changes:
    """Judge all that a function needs to read its secret, and name what is broken.

    The guide looks at permission, name and Region. Two more causes are common: a policy that names the secret
    without the six characters that AWS adds to its ARN matches nothing; and the key that encrypts it may be
    disabled.

    関数がシークレットを読み取るために必要なものを判定し、問題のある箇所を示す。

    手順書が挙げるのは権限・名前・リージョンです。他によくある原因が2つあります。AWSがARNに付ける6文字を考慮しない
    ポリシーは何にも一致しません。また、暗号化に使うキーが無効になっていることもあります。
    """
    return _judged(context, OF_SECRETS)


@step("troubleshooting 2")
def see_what_is_served(context: StepContext) -> Changes:
    """Judge which origin every preflight and the gateway's own errors allow, and whether the draft says otherwise.

    The guide names `https://liff.line.me` as the origin. That address only redirects; what the browser sends is
    the origin of the page it lands on. And an error of the gateway itself carries no CORS headers unless its
    gateway responses do, so a 401 looks like a CORS error.

    各プリフライトとゲートウェイ自身のエラーが許可するオリジンと、下書きとの違いを判定する。

    手順書のオリジン`https://liff.line.me`はリダイレクトするだけで、ブラウザが送るのは転送先ページのオリジンです。
    また、ゲートウェイ自身のエラーには、ゲートウェイレスポンスで設定しない限りCORSヘッダーが付かず、401もCORSエラーに
    見えます。
    """
    return _judged(context, OF_CORS)


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
    context.tell(ours.in_words())
    figures = slowness.measured(context, slowness.metrics(context), ours)
    for label, figure in sorted(figures.items()):
        context.tell(f"{label}: {figure.value:g}")
    if not figures:
        context.tell(slowness.nothing_measured(context))
    for slow in slowness.causes(figures):
        context.tell(slow.explained(context.environment.name))
    return _judged(context, OF_LIMITS)


def _judged(context: StepContext, rows: tuple[str, ...]) -> Changes:
    """Have the checks judge some rows, and tell what is red of them; where they say nothing, that is told."""
    try:
        red = context.findings(rows)
    except Refused as error:
        context.tell(error.words)
        return ()
    for row, words in dict.fromkeys((finding.row, finding.words) for finding in red):
        context.say(en=f"{row}: {words.en}", ja=f"{row}: {words.ja}")
    if red:
        context.tell(RED_ROWS.explained(context.environment.name))
    else:
        context.say(en=f"not red: {', '.join(rows)}", ja=f"不合格なし: {', '.join(rows)}")
    return ()
