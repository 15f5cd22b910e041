"""Switch the users to this environment, step by step, each with who did it and when.

People sign for what they do, with the name of `--by` or one that they type, for the release that is live.
A signature for another release, one that is too old, or one from before a rollback of the front end does not
count, and its step is asked for again.

In the guide maintenance mode is optional, and on dev. It belongs wherever the users are, and a row
requires it: a stamp collected during the switch is lost.

利用者をこの環境へ切り替える。各作業の実施者と日時を記録する。

人が行う作業には署名が付きます。`--by`で指定した名前、または入力した名前で、稼働中のリリースに対して署名します。
別のリリースへの署名、期限切れの署名、フロントエンドのロールバックより前の署名は無効となり、その作業を
再度確認します。

手順書はメンテナンスモードを任意とし、開発環境に設定しますが、必要なのは利用者が現在使っている環境で、項目（CUT-07）でも
確認します。有効にしないと、切替中に取得されたスタンプは失われます。
"""

from aws.change.gate import Changes
from runbook.cutover import front_end, verdict
from runbook.engine import StepContext, ask, step
from runbook.options import SIGNER, SITE

OPTIONS = (SITE, SIGNER)


@step("7-4", shown=False)
def see_the_verdict(context: StepContext) -> Changes:
    """Check that the newest verdict is GO or CONDITIONAL, of today, and of the release that is live.

    `pytest --env prod` gives it, the load verdict of this release included. A verdict on another release,
    on a replay, or on some rows only does not count. Nothing is switched before this.

    最新の判定がGOまたは条件付きGOで、当日の、稼働中のリリースに対するものであることを確認する。

    判定は`pytest --env prod`で行い、このリリースの負荷試験の結果も含みます。別のリリース、リプレイ、一部の項目だけの
    判定は無効です。この確認より前に切替は行いません。
    """
    return verdict.hold_the_verdict(context)


@ask("7-4", proves=("CUT-08",))
def users_told() -> None:
    """Tell the users beforehand: from when to when, and what they will notice.

    利用者に、開始・終了予定時刻と影響を事前に知らせる。
    """


@ask("7-4", proves=("CUT-07",))
def maintenance_on() -> None:
    """Turn maintenance mode on, wherever the users are now.

    利用者が現在使っている環境でメンテナンスモードを有効にする。
    """


@step("7-2", proves=("ROLL-04",), shown=False)
def record_the_previous_configuration(context: StepContext) -> Changes:
    """Record the configuration that the front end serves now: step 8-1 goes back to it.

    フロントエンドが現在提供している設定を記録する（手順書のステップ8-1で戻す先）。
    """
    return front_end.record_previous(context)


@step("7-2", shown=False)
def write_the_configuration(context: StepContext) -> Changes:
    """Write the front end's configuration for this environment.

    Only the API's address and the LIFF id change: in the file in the folder of `--site`, or without one
    in a copy of what is served now, written beside the report. You do not type the address: it is read from
    AWS.

    この環境用のフロントエンド設定を書き込む。

    変更するのはAPIのアドレスとLIFF IDだけです。`--site`のフォルダにあるファイルを書き換え、なければ現在提供中の
    設定を元にレポートの隣に書き込みます。アドレスはAWSから読み取るため、手入力は不要です。
    """
    return front_end.write_new(context)


@ask("7-2", proves=("CUT-01",))
def front_end_switched() -> None:
    """Deploy the front end with that file.

    この設定でフロントエンドをデプロイする。
    """


@ask("7-2", proves=("CUT-02",))
def caches_invalidated() -> None:
    """Invalidate the caches in front of it.

    Otherwise some users, and it is unknown which, keep the old configuration until it expires. The guide
    omits this step.

    配信経路のキャッシュを無効化する。

    無効化しないと、一部の利用者がキャッシュの期限まで古い設定を使い続け、誰が該当するかも分かりません。手順書には
    このステップがありません。
    """


@step("7-2", shown=False)
def see_the_configuration_served(context: StepContext) -> Changes:
    """Check at its address that the front end serves the new configuration.

    フロントエンドのURLで、新しい設定が提供されていることを確認する。
    """
    return front_end.see_new(context)


@ask("7-4", proves=("CUT-03",))
def front_end_reaches_api() -> None:
    """Open the front end in a browser, and check that it reaches the API.

    In the developer tools, check that calls go to this API and no preflight fails. The page's own origin
    counts, not `https://liff.line.me`, which only redirects.

    ブラウザでフロントエンドを開き、APIに接続できることを確認する。

    開発者ツールで、呼び出し先がこのAPIであり、プリフライトが失敗していないことを確認します。評価されるのはページ
    自身のオリジンです。`https://liff.line.me`はリダイレクトするだけです。
    """


@ask("7-3", proves=("CUT-05",))
def channel_token_stored() -> None:
    """Issue the channel access token, store it, and check that both channels are under one provider.

    Store it with `python -m runbook secrets --env prod --line-token-file FILE --go`. Under two providers
    a user has two ids, and pushes never arrive.

    チャネルアクセストークンを発行・保存し、両チャネルが同一プロバイダーであることを確認する。

    保存には`python -m runbook secrets --env prod --line-token-file FILE --go`を使います。プロバイダーが異なると
    ユーザーIDも異なり、通知が届きません。
    """


@ask("7-3", proves=("CUT-04",))
def line_developers_switched() -> None:
    """Set the LIFF app of the production channel: endpoint URL and scopes. Publish the channel.

    The endpoint URL is the front end's address, the scopes are `profile` and `openid`: read back from LINE if a token of
    the login channel is configured. While the channel is "Developing", only people with a role in it can log in.

    本番チャネルのLIFFアプリに、エンドポイントURLとスコープを設定する。チャネルを「公開済み」にする。

    エンドポイントURLはフロントエンドのURL、スコープは`profile`と`openid`です（ログインチャネルのトークンの設定があれば、
    LINEから読み取って確認します）。チャネルが「開発中」の間は、チャネルの権限を持つ人しかログインできません。
    """


@ask("7-3", proves=("CUT-06",))
def phone_test() -> None:
    """Collect a stamp with a real phone, from LINE, at a real spot.

    As a person without a role in LINE's channels: log in, open the list, collect a stamp, get the message, be in the ranking.

    実機のLINEから起動し、実際のスポットでスタンプを取得する。

    LINEのチャネルの権限を持たない人が、ログイン、一覧表示、取得、通知の受信、ランキングへの反映までを確認します。
    """


@ask("7-4", proves=("CUT-09",))
def monitoring_started() -> None:
    """Name who watches alarms and dashboard from now on, and check that an alarm reaches them.

    今後アラームとダッシュボードを監視する担当者を決め、アラームが届くことを確認する。
    """


@ask("7-4", proves=("CUT-10",))
def maintenance_lifted() -> None:
    """Lift the maintenance mode.

    メンテナンスモードを解除する。
    """


@ask("7-4", proves=("CUT-11",))
def production_declared() -> None:
    """Declare that production runs.

    From here on a fault is an incident: the rollbacks of step 8 are rehearsed and ready.

    本番稼働の開始を宣言する。

    以後の不具合は障害として扱います。手順書のステップ8のロールバックは訓練済みで、すぐに使えます。
    """
