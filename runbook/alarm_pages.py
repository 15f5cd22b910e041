"""What an alarm means and what to do, one entry per kind: the alarms' own descriptions link here."""

from dataclasses import dataclass

from aws.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmPage:
    """``kind`` is the anchor, and groups the alarms of the plan."""

    kind: str
    meaning: Words
    impact: Words
    diagnosis: Words
    mitigation: Words


PAGES = (
    AlarmPage(
        kind="function-errors",
        meaning=Words(
            en="A function did not answer at all, five times in five minutes: it raised, ran out of time"
            " or memory, or did not start. Answers that it sends itself, even a 500, are not counted.",
            ja="関数が5分間に5回以上、応答せずに終わりました（例外、タイムアウト、メモリ不足、起動失敗）。関数自身が返した"
            "500は、この数に含まれません。",
        ),
        impact=Words(
            en="Callers of its routes get 502. If it is the auth function, nobody can use the API, since"
            " it is also the authorizer.",
            ja="該当ルートの呼び出し元には502が返ります。auth関数の場合はオーソライザーも兼ねるため、誰も利用できません。",
        ),
        diagnosis=Words(
            en="Run `python -m runbook troubleshoot --env prod`: it counts errors per function and names"
            " what their logs say. Did it begin with a release? Then the release is the suspect.",
            ja="`python -m runbook troubleshoot --env prod`を実行すると、関数ごとのエラー数とログの要点が表示されます。"
            "リリース直後に始まった場合は、そのリリースを疑います。",
        ),
        mitigation=Words(
            en="Go back: `python -m runbook rollback_functions --env prod --go`. It takes seconds, and the"
            " same command goes forward again.",
            ja="`python -m runbook rollback_functions --env prod --go`で戻します。数秒で完了し、同じコマンドで再び進められます。",
        ),
    ),
    AlarmPage(
        kind="function-faults",
        meaning=Words(
            en="A function answered 5xx by itself, five times in five minutes. Lambda counts those as"
            " successes, so the functions count them on their own, in the namespace StampRally.",
            ja="関数自身が5分間に5回以上5xxを返しました。Lambdaはこれを成功として数えるため、関数が名前空間StampRallyに"
            "記録しています。",
        ),
        impact=Words(
            en="Users see an error and may try again. 500 is a fault of ours; 503 says that AWS throttled or"
            " did not answer, and carries Retry-After.",
            ja="利用者にはエラーが表示されます。500はアプリケーション側の不具合、503はAWS側のスロットリングや無応答で、Retry-After"
            "が付きます。",
        ),
        diagnosis=Words(
            en="Run `python -m runbook troubleshoot --env prod`. A secret that cannot be read is the usual"
            " cause after a deployment; a step of its own follows each secret.",
            ja="`python -m runbook troubleshoot --env prod`を実行します。デプロイ直後によくある原因はシークレットの読み取り"
            "失敗で、専用のステップが各シークレットを調べます。",
        ),
        mitigation=Words(
            en="Repair what it names; after a release, go back by"
            " `python -m runbook rollback_functions --env prod --go`.",
            ja="示された原因を取り除きます。リリース後であれば`python -m runbook rollback_functions --env prod --go`で"
            "戻します。",
        ),
    ),
    AlarmPage(
        kind="api-4xx",
        meaning=Words(
            en="Ten or more requests in five minutes were refused. Awards that came twice (409) and"
            " sessions that ran out (401) are among them, so a busy day can fire it without any fault.",
            ja="5分間に10件以上のリクエストが拒否されました。二重取得の409や期限切れの401も含むため、混雑日には不具合が"
            "なくても発報します。",
        ),
        impact=Words(
            en="Maybe none. If all are 401, nobody can log in; if all are 403 or without CORS headers, the"
            " front end is cut off; 429 is the throttle.",
            ja="影響がない場合もあります。すべて401なら誰も利用できず、403やCORSヘッダーの欠落なら"
            "フロントエンドが使えません。429はスロットリングです。",
        ),
        diagnosis=Words(
            en="Look up the status in the access log. For browsers:"
            " `python -m runbook troubleshoot --env prod`. Smoke and load runs of ours fire it, too:"
            " their windows are in the report.",
            ja="アクセスログでステータスを確認します。ブラウザ側の問題は`python -m runbook troubleshoot --env prod`で"
            "調べます。スモークテストや負荷試験でも発報し、実施時間帯はレポートに記載されます。",
        ),
        mitigation=Words(
            en="After a deployment of the API: `python -m runbook rollback_api --env prod --go`. After one of"
            " the front end: `python -m runbook rollback_frontend --env prod --go`.",
            ja="APIのデプロイ後であれば`python -m runbook rollback_api --env prod --go`、フロントエンドの切替後であれば"
            "`python -m runbook rollback_frontend --env prod --go`で戻します。",
        ),
    ),
    AlarmPage(
        kind="api-5xx",
        meaning=Words(
            en="Ten or more answers in five minutes were 5xx: from a function, or from the gateway where it"
            " may not invoke one, or waited 29 seconds for it. The function's 30 seconds do not help then.",
            ja="5分間に10件以上の5xxが返りました。関数が返したもののほか、関数の呼び出し権限がない場合や、29秒以内に応答が"
            "なかった場合もあります。関数側を30秒にしても、上限は29秒です。",
        ),
        impact=Words(
            en="Users see an error. No stamp is given twice or lost: an award is one transaction.",
            ja="利用者にはエラーが表示されます。スタンプ付与は一つのトランザクションなので、二重付与や欠落は起きません。",
        ),
        diagnosis=Words(
            en="Do function-errors or function-faults fire as well? Then it is that function. If not, the"
            " gateway or slow answers: `python -m runbook troubleshoot --env prod`.",
            ja="function-errorsやfunction-faultsも発報していれば、その関数が原因です。発報していなければゲートウェイまたは遅延です。"
            "`python -m runbook troubleshoot --env prod`で調べます。",
        ),
        mitigation=Words(
            en="Roll back what was changed last: `python -m runbook rollback_functions --env prod --go` or"
            " `python -m runbook rollback_api --env prod --go`.",
            ja="直前に変更した方を戻します。`python -m runbook rollback_functions --env prod --go`または"
            "`python -m runbook rollback_api --env prod --go`を実行します。",
        ),
    ),
    AlarmPage(
        kind="throttle",
        meaning=Words(
            en="DynamoDB refused reads or writes of a table or an index. The guide watches UserErrors of the"
            " table: that metric has no table, does not count throttling, and its alarm never fires.",
            ja="DynamoDBがテーブルまたはインデックスの読み書きを拒否しました。手順書はテーブルごとのUserErrorsを監視しますが、"
            "このメトリクスにテーブル名のディメンションはなく、スロットリングも数えないため、決して発報しません。",
        ),
        impact=Words(
            en="The client tries again; if that fails, callers get 503 with Retry-After. Nothing is lost.",
            ja="クライアントが再試行し、それでも失敗するとRetry-After付きの503が返ります。データは失われません。",
        ),
        diagnosis=Words(
            en="Run `python -m runbook troubleshoot --env prod`. On demand, a table carries twice its"
            " former peak at once; one hot key carries 1,000 writes a second. A load run does this on purpose.",
            ja="`python -m runbook troubleshoot --env prod`を実行します。オンデマンドでは過去の最大値の2倍までは即座に、"
            "単一キーでは毎秒1,000書き込みまで処理できます。負荷試験が原因のこともあります。",
        ),
        mitigation=Words(
            en="Stop the load run, or lower the stage's throttle for a while in environments.toml and run"
            " `python -m runbook throttling --env prod --go`.",
            ja="負荷試験を止めるか、environments.tomlでステージの制限を一時的に下げ、"
            "`python -m runbook throttling --env prod --go`を実行します。",
        ),
    ),
)
