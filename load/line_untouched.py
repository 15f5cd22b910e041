"""LINE is never loaded: proof that awards of synthetic users reach no person."""

from typing import Any

import requests

from load.engine.admission import LoadRefused
from load.engine.session_pool import SyntheticUser
from load.target import LoadTarget

TIMEOUT_S = 10
ANSWERED = 200


def prove_line_untouched(target: LoadTarget, visitor: SyntheticUser) -> str:
    """Call notify for a synthetic user, and return what proves that LINE was not called.

    LINE refuses an id that it does not know, and notify passes that on as 502. So a 200 for such
    an id means that notify dropped it. If LINE is a fake, its log is checked, too.
    Raises `LoadRefused` if nothing is proven.
    """
    question = {"user_id": visitor.id, "type": "stamp_awarded", "data": {"stamp_name": "load"}}
    try:
        answer = requests.post(
            f"{target.host}/notify",
            json=question,
            headers={"Authorization": f"Bearer {visitor.token}"},
            timeout=TIMEOUT_S,
            allow_redirects=False,
        )
        silent = answer.status_code == ANSWERED and answer.json().get("ok") is True
    except (requests.RequestException, ValueError) as error:
        raise LoadRefused(
            f"{target.host} does not answer a first call ({type(error).__name__}); check that it is up",
            f"{target.host}が最初の呼び出しに応答しません（{type(error).__name__}）。稼働しているか確認してください",
        ) from None
    if not silent:
        raise LoadRefused(
            f"POST /notify answered {answer.status_code} for a synthetic user, so it is not proven "
            "that awards reach no LINE user; deploy a notify that drops such ids",
            f"POST /notifyが合成ユーザーに{answer.status_code}を返しました。付与がLINEの利用者に届かないと証明できません。そのIDを省くnotifyをデプロイしてください",
        )
    if heard := line_calls(target, visitor.id):
        raise LoadRefused(
            f"the fake of LINE got {heard} calls for a synthetic user; nothing is loaded",
            f"LINEの代役が合成ユーザーについて{heard}回呼び出されました。負荷はかけません",
        )
    return "POST /notify answers 200 for an id that LINE would refuse"


def line_calls(target: LoadTarget, user: str) -> int:
    """Count the calls to the fake of LINE that name a user or a prefix of users; 0 if LINE is real."""
    if target.line is None:
        return 0
    answer = requests.get(f"{target.line}/local/received", timeout=TIMEOUT_S)
    answer.raise_for_status()
    received: list[dict[str, Any]] = answer.json()["received"]
    return sum(user in call["body"] or user in call["path"] for call in received)
