"""Builds the session pool: synthetic users with minted sessions, and the spots of the target's own table.

LINE is never loaded: awards of synthetic users reach no person, which is proven here.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import requests
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter

from aws.kinds.usage_plan import key_value
from aws.words import SILENCE, Words, joined
from load.engine.admission import LoadRefused, unreadable
from load.engine.run_file import require_private
from load.engine.session_pool import GpsSpot, SessionPool, SyntheticUser
from load.target import ClientFactory, LoadTarget
from plan.masters import spots_in
from plan.naming import Naming
from signoff.environment.application import SIGNING
from signoff.judge.errors import sentence

TIMEOUT_S = 10
ANSWERED = 200
BY_NOTIFY = frozenset({ANSWERED, 502})
"""Statuses of a notify that works: it dropped the id, or LINE refused it. Any other says nothing of the id."""


def read_api_key(target: LoadTarget, aws: ClientFactory) -> str:
    """Read the value of the API's key, empty if it requires none; raises `LoadRefused`."""
    if not target.environment.api_key:
        return ""
    name = Naming(target.environment).name_of("api-key")
    with _reading(name):
        value = key_value(aws("apigateway"), name)
    if value is not None:
        return value
    raise LoadRefused(
        en=f"the API key {name} does not exist; create it first: python -m runbook api --env {target.name}",
        ja=f"APIキー{name}がありません。先に作成してください: python -m runbook api --env {target.name}",
    )


def prove_line_untouched(target: LoadTarget, visitor: SyntheticUser, api_key: str = "") -> str:
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
            headers={"Authorization": f"Bearer {visitor.token}", "X-Api-Key": api_key or None},
            # An auth object, or requests takes credentials from ~/.netrc in place of the session.
            auth=lambda prepared: prepared,
            timeout=TIMEOUT_S,
            allow_redirects=False,
        )
        silent = answer.status_code == ANSWERED and answer.json().get("ok") is True
    except (requests.RequestException, ValueError) as error:
        raise LoadRefused(
            en=f"{target.host} does not answer a first call ({type(error).__name__}); check that it is up",
            ja=f"{target.host}が最初の呼び出しに応答しません（{type(error).__name__}）。稼働しているか確認してください",
        ) from None
    if not silent:
        judging = f"pytest --env {target.name}"
        dropping = answer.status_code in BY_NOTIFY
        raise LoadRefused(
            en=f"POST /notify answered {answer.status_code} for a synthetic user, so it is not proven that awards reach"
            f" no LINE user; {'deploy a notify that drops such ids' if dropping else f'see why first: {judging}'}",
            ja=f"POST /notifyが合成ユーザーに{answer.status_code}を返しました。スタンプの付与がLINEの利用者に通知されないことを"
            f"確認できません。{'そのIDを省くnotifyをデプロイしてください' if dropping else f'先に原因を確認してください: {judging}'}",
        )
    if heard := line_calls(target, visitor.id):
        raise LoadRefused(
            en=f"the fake of LINE got {heard} calls for a synthetic user; nothing is loaded",
            ja=f"ローカルスタックのLINEが合成ユーザーについて{heard}回呼び出されました。負荷はかけません",
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


HOURS = 24
POOL = TypeAdapter(SessionPool)
PREFIX = "Uload"
"""Never like a real id (U and 32 hex digits): notify drops it, and rankings leave it out."""


def mint(
    target: LoadTarget, aws: ClientFactory, count: int, now: Callable[[], float] = time.time
) -> list[SyntheticUser]:
    """Mint ``count`` users that no other run has, each with a session of 24 hours.

    The sessions are signed with the environment's own key: LINE is never called. Raises `LoadRefused`
    if the key can't be read.
    """
    key, issued, run = _key(target, aws), int(now()), secrets.token_hex(4)
    times = {"iat": issued, "exp": issued + HOURS * 3600}
    users = [f"{PREFIX}-{run}-{number:06d}" for number in range(count)]
    return [SyntheticUser(user, jwt.encode({"sub": user, **times}, key, "HS256")) for user in users]


def read_pool(path: Path) -> SessionPool:
    """Read users, sessions and spots from a private file outside the repository; `LoadRefused` if malformed."""
    require_private(path)
    try:
        return POOL.validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        reason = unreadable(error)
        raise LoadRefused(
            en=f"{path} is not a pool ({reason}); write "
            '{"visitors": [["Uload-1", "<session>"]], "spots": [{"id": "STATUE-001", "lat": 35.5, '
            '"lon": 139.6, "radius_m": 15}]}',
            ja=f"{path}はプールではありません（{reason.ja}）。次の形で書いてください: "
            '{"visitors": [["Uload-1", "<session>"]], "spots": [{"id": "STATUE-001", "lat": 35.5, "lon": 139.6, "radius_m": 15}]}',
        ) from None


def _key(target: LoadTarget, aws: ClientFactory) -> str:
    """Read the token key; where there is none, any does for routes that ask for no session."""
    app = target.environment.application
    if (declared := app.secrets.get(SIGNING)) is None:
        if {*app.demand.shares} <= {*app.open_routes}:
            return secrets.token_hex()
        raise LoadRefused(
            en=f"app.toml has no secret {SIGNING} that sessions are signed with; pass sessions with --pool",
            ja=f"app.tomlにセッションの署名に使うシークレット{SIGNING}がありません。--poolでセッションを渡してください",
        )
    secret, member = target.environment.secrets[SIGNING], declared.json_key
    with _reading(secret, Words("sessions", "セッション")):
        content = aws("secretsmanager").get_secret_value(SecretId=secret)
    try:
        key: str = json.loads(content["SecretString"])[member]
    except (ValueError, KeyError, TypeError):
        raise LoadRefused(
            en=f"{secret} has no {member}; set it first",
            ja=f"{secret}に{member}がありません。先に設定してください",
        ) from None
    return key


@contextmanager
def _reading(name: str, instead: Words = SILENCE) -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        why = sentence(error)
        passing = instead and Words(
            en=f", or pass {instead} with --pool", ja=f"。--poolで{instead.ja}を渡すこともできます"
        )
        raise LoadRefused(joined((Words.same(f"{name}: "), why, passing), "")) from None


LONGEST_S = 3 * 3600
"""A spot that closes within this time could close during the run."""


def spots_of(
    target: LoadTarget, aws: ClientFactory, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> tuple[GpsSpot, ...]:
    """Read the places of GPS stamps that are valid now; `LoadRefused` if there is none."""
    table = target.environment.tables["stampmasters"]
    with _reading(table, Words("users and spots", "利用者とスポット")):
        pages = aws("dynamodb").get_paginator("scan").paginate(TableName=table)
        items = [item for page in pages for item in page["Items"]]
    at = now().timestamp()
    spots = tuple(
        GpsSpot(spot.stamp_id, spot.lat, spot.lon, spot.radius_m)
        for spot in spots_in(items)
        if spot.open_at(at) and spot.open_at(at + LONGEST_S)
    )
    if not spots:
        raise LoadRefused(
            en=f"{table} has no GPS stamp that is valid now; add one first",
            ja=f"{table}に現在有効なGPSスタンプがありません。先に追加してください",
        )
    return spots
