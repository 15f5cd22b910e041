"""Proof that awards of synthetic users reach no person: without it, no award is ever put under load."""

from typing import Any

import requests

from load.engine.gate import Refused
from load.engine.pool import Visitor
from load.target import Target

TIMEOUT_S = 10
ANSWERED = 200


def prove_silence(target: Target, visitor: Visitor) -> str:
    """Ask notify to notify a synthetic user, and tell what proves that LINE was not asked.

    LINE refuses an id that is none of its own, and notify passes that on as 502. So a 200 for
    such an id means that notify dropped it. Where LINE is a fake, the fake is asked, too.
    Raises `Refused` where nothing is proven.
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
        raise Refused(
            f"{target.host} does not answer a first call ({type(error).__name__}); see that it runs"
        ) from None
    if not silent:
        raise Refused(
            f"POST /notify answered {answer.status_code} for a synthetic user, so it is not proven "
            "that awards reach no LINE user; deploy a notify that drops such ids"
        )
    if heard := line_heard(target, visitor.id):
        raise Refused(f"the fake of LINE got {heard} calls for a synthetic user; nothing is loaded")
    return "POST /notify answers 200 for an id that LINE would refuse"


def line_heard(target: Target, user: str) -> int:
    """Count the calls to the fake of LINE that name a user, or begin of users; 0 where LINE is real."""
    if target.line is None:
        return 0
    answer = requests.get(f"{target.line}/local/received", timeout=TIMEOUT_S)
    answer.raise_for_status()
    received: list[dict[str, Any]] = answer.json()["received"]
    return sum(user in call["body"] or user in call["path"] for call in received)
