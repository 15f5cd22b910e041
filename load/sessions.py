"""Sessions for synthetic users, minted before the run with the environment's own key: LINE is never asked."""

import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import jwt
from botocore.exceptions import BotoCoreError, ClientError

from load.engine.gate import Refused
from load.engine.pool import Pool, Visitor
from load.target import Aws, Target

HOURS = 24
MEMBER = "TOKEN_SECRET_KEY"
PREFIX = "Uload"
"""Never like a real id (U and 32 hex digits): notify drops it, and rankings leave it out."""


def mint(
    target: Target, aws: Aws, count: int, now: Callable[[], float] = time.time
) -> list[Visitor]:
    """Mint ``count`` users that no other run has, each with a session of 24 hours.

    Raises `Refused` where the key can't be read.
    """
    key, issued, run = _key(target, aws), int(now()), secrets.token_hex(4)
    times = {"iat": issued, "exp": issued + HOURS * 3600}
    users = [f"{PREFIX}-{run}-{number:06d}" for number in range(count)]
    return [Visitor(user, jwt.encode({"sub": user, **times}, key, "HS256")) for user in users]


def read_pool(path: Path) -> Pool:
    """Read users, sessions and spots from a file outside the repository; `Refused` if malformed."""
    try:
        return Pool.from_json(json.loads(path.read_text()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"{path} is no pool ({type(error).__name__}); write "
            '{"visitors": [["Uload-1", "<session>"]], "spots": [{"id": "STATUE-001", "lat": 35.5, '
            '"lon": 139.6, "radius_m": 15}]}'
        ) from None


def _key(target: Target, aws: Aws) -> str:
    try:
        content = aws("secretsmanager").get_secret_value(SecretId=target.token_secret)
        key: str = json.loads(content["SecretString"])[MEMBER]
    except (ClientError, BotoCoreError) as error:
        raise Refused(
            f"{target.token_secret} can't be read ({reason(error)}); let this caller read it, or "
            "give sessions with --pool"
        ) from None
    except (ValueError, KeyError):
        raise Refused(f"{target.token_secret} holds no {MEMBER}; set it first") from None
    return key


def reason(error: ClientError | BotoCoreError) -> str:
    """Name what AWS or the way to it said, without data."""
    if isinstance(error, ClientError):
        return str(error.response["Error"]["Code"])
    return type(error).__name__
