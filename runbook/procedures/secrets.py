"""Put the session key and the LINE token into Secrets Manager.

A good secret stays as it is: a new session key would log out all users. If you have to replace it all the
same, because dev has it too or it was seen, `--rotate token_key` makes a new session key, and
`--line-token-file` replaces the stored LINE token. Both ask first.

No value is ever shown, logged, or given on a command line, where every user of the machine could read it.

The guide's sample code falls back to a key that is printed in the guide. Ours has no fallback: without
the secret, no user can log in.

セッション署名鍵とLINEトークンをSecrets Managerに保存する。

正しいシークレットは変更しません。署名鍵を替えると全員がログアウトされるためです。開発環境と同じ値だった、漏えいした
などの理由で替える場合、署名鍵は`--rotate token_key`で生成し直し、LINEトークンは`--line-token-file`で指定した
ものに置き換えます。どちらも先に確認を求めます。

値は画面にもログにも出さず、コマンドラインでも受け取りません（同じマシンの利用者に見えるため）。

手順書のサンプルコードは、手順書に書かれた鍵へフォールバックします。本プロジェクトの関数には
フォールバックがなく、シークレットを読めなければログインできません。
"""

from datetime import UTC, datetime

from aws.change.gate import Changes
from aws.converge import secret
from aws.desired import Secret
from aws.kind.description import VALUE
from runbook.engine import StepContext, repaired_by, step
from runbook.options import LINE_TOKEN_FILE, ROTATE
from signoff.environment import in_japan
from signoff.judge.drift import KEY_KEPT

OPTIONS = (ROTATE, LINE_TOKEN_FILE)
"""The only two ways to replace a value that is good."""


PROVEN = repaired_by("secrets")


@step("2-1", proves=PROVEN, shown=False)
def generate_the_session_key(context: StepContext) -> Changes:
    """Generate the key that signs sessions.

    64 random bytes, in hex, as JSON under `TOKEN_SECRET_KEY`. With `--rotate token_key`, it replaces a
    good one, too, and every session ends. Functions cache the key for up to five minutes, so some answer
    401 until then.

    セッションに署名する鍵を生成する。

    64バイトの乱数を16進で生成し、キー`TOKEN_SECRET_KEY`のJSONとして保存します。`--rotate token_key`を付けると
    正しい鍵も置き換え、全セッションが無効になります。関数は鍵を最長5分間保持するため、その間は401が返ることがあります。
    """
    if context.chosen.get(ROTATE.name) and not context.go:
        context.say(
            en="a new session key ends every session: all users have to log in again",
            ja="署名鍵を替えるとすべてのセッションが無効になり、利用者全員の再ログインが必要です",
        )
    return _converged(context, made_up=True)


@step("2-1", proves=PROVEN, shown=False)
def store_the_line_token(context: StepContext) -> Changes:
    """Store the channel access token of LINE.

    Issue it in the LINE Developers console, for the channel of this environment. It is asked for at a
    prompt that shows nothing, or read from the file of `--line-token-file`; a token that differs from the
    stored one replaces it.

    LINEのチャネルアクセストークンを保存する。

    この環境のチャネルについて、LINE Developersコンソールで発行します。入力が表示されないプロンプト、
    または`--line-token-file`で指定したファイルから読み取ります。保存済みの値と異なる場合は置き換えます。
    """
    return _converged(context, made_up=False)


def _converged(context: StepContext, *, made_up: bool) -> Changes:
    """Bring the secrets to the plan that a machine can make up, or those that it cannot."""
    secrets = (secret for secret in context.plan.secrets if bool(secret.min_bits) is made_up)
    return tuple(change for secret in secrets for change in _converge(context, secret))


def _converge(context: StepContext, planned: Secret) -> Changes:
    value = secret.NewValue(
        supply=lambda: context.secret(planned.key),
        rotate=context.chosen.get(ROTATE.name) == planned.key,
        replace=LINE_TOKEN_FILE.name in context.chosen,
    )
    overwrites = value.rotate or value.replace
    if not overwrites and context.stays(f"secret {planned.name}", rows=PROVEN):
        return ()
    made = secret.converge(context, planned, value)
    if context.go and any(change.field == VALUE and change.before for change in made):
        until = in_japan(datetime.now(UTC) + KEY_KEPT)
        again = f"pytest --env {context.environment.name} --wait"
        context.say(
            en=f"functions may keep the former value until {until}: judge then, by {again}",
            ja=f"関数は{until}まで以前の値を保持することがあります。その後に{again}で確認してください",
        )
    return made
