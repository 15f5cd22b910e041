"""Try and sign for what the smoke calls cannot try in this environment.

Each step is for one thing that needs a person, a phone, or special data, and none builds on another.
It shows all of them and asks once which you have tried: name only those, by their numbers. The others stay
unsigned. Run the command again when you have tried more.

この環境で自動検証が試せない項目を、人が試して署名する。

人・実機・特別なデータが必要な項目ごとに一つのステップがあり、互いに独立しています。全項目を表示した後、試したものを
一度だけ尋ねるので、その番号だけを答えてください。残りの項目には署名しません。別の項目を試した後は、再度実行します。
"""

from runbook.engine import ask
from runbook.options import SIGNER

OPTIONS = (SIGNER,)


@ask("7-1", proves=("PREP-03",), may_wait=True)
def security_test() -> None:
    """Sign that the security test of this release is done.

    Checks try the attacks that they know. Did a person look at the rest: the front end, the LINE console if
    you use LINE, who has access to the account, what the last review left open?

    このリリースのセキュリティテストが完了したことに署名する。

    自動検証が試すのは既知の攻撃だけです。フロントエンド、LINEを使う場合はそのコンソール、アカウントへのアクセス権、前回レビューの
    残課題など、それ以外も担当者が確認しましたか。
    """


@ask("4-1", proves=("DATA-09",), may_wait=True)
def masters() -> None:
    """Sign that every stamp is where it belongs.

    The sign-off page has a table of the stamp masters (row DATA-09): open each place on the map, and each picture,
    and compare them, name, radius and nearest spot with the plan of the rally. No machine knows that two are swapped.

    すべてのスタンプが正しい位置にあることに署名する。

    判定ページのスタンプマスターの表（項目DATA-09）で、各位置を地図で、各画像もリンクから開き、名前、半径、最寄りの
    スポットとともにラリーの計画と照合してください。スポットや画像の入れ違いは機械では分かりません。
    """


@ask("7-1", may_wait=True)
def log_in() -> None:
    """Log in with LINE, and check that the session works.

    LINEでログインし、セッションが有効であることを確認する。
    """


@ask("7-1", may_wait=True)
def collect() -> None:
    """Collect a stamp at its spot: once it is given, then refused; it is listed and ranked.

    Do this if smoke may not write, or if no stamp is valid now. Remove the items afterwards.

    スポットでスタンプを取得し、一度目は付与、二度目は拒否、一覧とランキングへの反映を確認する。

    検証による書き込みが許可されていない場合や、有効なスタンプがない場合に行います。付与されたスタンプは後で削除します。
    """


@ask("7-1", may_wait=True)
def notify() -> None:
    """Have a message sent to a person who agreed, and check that it arrives on the phone.

    同意を得た人にメッセージを送信し、実機に届くことを確認する。
    """


@ask("7-1", may_wait=True)
def rich_menus() -> None:
    """Set a rich menu for a person who agreed, check it on the phone, and unset it again.

    同意を得た人にリッチメニューを設定し、実機で表示を確認してから解除する。
    """


@ask("7-1", may_wait=True)
def special_stamps() -> None:
    """Try a stamp that has expired, one that is not valid yet, one of another type, and a broken location.

    Keep data for these in another environment of the same release, not among production's spots.

    期限切れ、開始前、種別違い、位置情報不正のスタンプを試す。

    これらのデータは本番のスポットに混ぜず、同じリリースの別環境に用意します。
    """


@ask("7-3", may_wait=True)
def bot() -> None:
    """Check in the LINE console that the stored token is the production bot's.

    保存したトークンが本番のボットのものであることを、LINEのコンソールで確認する。
    """


@ask("7-2", may_wait=True)
def front_end() -> None:
    """Check that the front end is served, shows its pictures, sends the API's key if callers need one, and in its configuration names this API and, with LINE, this LIFF id.

    フロントエンドが配信され、画像を表示し、必要ならAPIキーを送り、設定がこのAPI（LINEを使う場合はLIFF IDも）を指すことを確認する。
    """


@ask("7-3", may_wait=True)
def liff_app() -> None:
    """Check in the LINE console that the LIFF app's endpoint is the front end, and its scopes profile and openid.

    LIFFアプリのエンドポイントURLがフロントエンドで、スコープがprofileとopenidであることを、LINEのコンソールで確認する。
    """
