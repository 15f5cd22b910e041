"""Put the session key and the LINE token into Secrets Manager.

A secret that is good stays as it is: a new session key would log everybody out. No value is ever
shown, logged, or given on a command line, where every user of the machine could read it.

The guide's sample code falls back to a key that stands in the guide. Ours has no fallback: without
the secret, nobody is logged in.

セッション署名鍵とLINEトークンをSecrets Managerに保存する。

正しいシークレットは変更しません。署名鍵を替えると全員がログアウトされるためです。値は画面にもログにも
出さず、コマンドラインでも受け取りません（同じマシンの利用者に見えるため）。

手順書のサンプルコードは、手順書に書かれた鍵へフォールバックします。本プロジェクトの関数には
フォールバックがなく、シークレットを読めなければログインできません。
"""

from runbook.converge import secrets
from signoff.procedure import Work, step
from signoff.procedure.work import Changes


@step("2-1", proves=("SEC-01", "SEC-02", "SEC-03", "SEC-05", "SEC-08"))
def generate_the_session_key(work: Work) -> Changes:
    """Generate the key that signs sessions.

    64 random bytes, in hex, as JSON under `TOKEN_SECRET_KEY`.

    セッションに署名する鍵を生成する。

    64バイトの乱数を16進で生成し、キー`TOKEN_SECRET_KEY`のJSONとして保存します。
    """
    return secrets.converge(work, work.plan.secret("token_key"))


@step("2-1", proves=("SEC-01", "SEC-02", "SEC-03", "SEC-05", "SEC-08"))
def store_the_line_token(work: Work) -> Changes:
    """Store the channel access token of LINE.

    Issue it in the LINE Developers console, for the channel of this environment. It is asked for at a
    prompt that shows nothing, or read from the file of `--line-token-file`.

    LINEのチャネルアクセストークンを保存する。

    この環境のチャネルについて、LINE Developersコンソールで発行します。入力が表示されないプロンプト、
    または`--line-token-file`で指定したファイルから読み取ります。
    """
    return secrets.converge(work, work.plan.secret("line_token"))
