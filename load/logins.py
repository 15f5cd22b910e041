"""Logins under load, which only a local stack allows: there, LINE is a fake that vouches for made-up people."""

import requests

from load.target import Target

USERS = tuple(f"U10ad{number:028x}" for number in range(50))
"""Of the form of LINE's ids, since auth takes no other; they exist on no LINE."""
TIMEOUT_S = 10


def vouched_for(target: Target) -> tuple[str, ...]:
    """Have the fake of LINE sign an ID token for each; the guard has seen that it is a fake."""
    return tuple(_token(target, user) for user in USERS)


def _token(target: Target, user: str) -> str:
    asked = {"user_id": user, "name": "Load", "audience": target.channel_id}
    answer = requests.post(f"{target.line}/local/id_token", json=asked, timeout=TIMEOUT_S)
    answer.raise_for_status()
    token: str = answer.json()["id_token"]
    return token
