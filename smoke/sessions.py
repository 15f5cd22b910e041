"""Sessions of this run's users: minted with the live key, so that their acceptance proves that the functions read it.

If the operator may not read the key, SMOKE_SESSION_TOKEN has a session of their own; rows that write,
or need a minted session, then say what they can't show.
"""

import base64
import hashlib
import json
import secrets
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt

from aws.desired import Secret
from aws.section import Follows, NotTestable, Obstacle
from aws.words import SILENCE, Words
from smoke.aws import Clients, live_value
from smoke.calls import Session
from smoke.manual import ManualOnly

Claims = Mapping[str, Any]
BORROWED = "SMOKE_SESSION_TOKEN"
DAY_S = 24 * 60 * 60
SYNTHETIC = "Usmoke-"
"""Prefix of ids that never have LINE's form: notify drops such users, and rankings leave them out."""
UNISSUED = "U" + "0" * 12
"""Prefix of ids of LINE's form that LINE never gives out, for when the id must not be a flaw."""
HARNESS = (SYNTHETIC, UNISSUED, "Uload-")
"""Prefixes of the ids of all users that this project makes, those of load included."""
PUBLIC_KEYS = ("default-secret-key-change-in-production", "your-production-secret-key-here")
"""Token keys in the development code and in the guide, which anyone can read."""


LIVE, FORGED = Words("live", "正規"), Words("forged", "偽造")
MISSING = Words("missing", "セッションなし")


class NoSession(NotTestable):
    """There is neither a key to sign with nor a session of the operator's."""

    obstacle = Obstacle.CALLER_RIGHTS


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMinter:
    """Mints for the users of one run. ``now`` is in seconds since the epoch."""

    now: int
    key: str | None = field(default=None, repr=False)
    borrowed: str | None = field(default=None, repr=False)
    skew_s: int = 60
    """How far the functions' clock may be from ours: what expired longer ago has expired there, too."""
    unread: NotTestable | None = None
    """Why there is no key."""
    run: str = field(default_factory=lambda: secrets.token_hex(4))

    def user(self, name: str) -> str:
        """Return this run's synthetic user of that name."""
        return f"{SYNTHETIC}{self.run}-{name}"

    def unissued(self, name: str) -> str:
        """Return an id of LINE's form that is this run's own, and no person's."""
        return UNISSUED + self.run + hashlib.sha256(name.encode()).hexdigest()[:12]

    def live(self, user_id: str) -> Session:
        """Return a session under the live key, or the operator's own in place of it."""
        if self.key:
            claims = {"sub": user_id, "iat": self.now, "exp": self.now + DAY_S}
            return Session(kind=LIVE, user_id=user_id, token=signed(claims, self.key))
        if self.borrowed:
            return Session(
                kind=Words("borrowed", "担当者"),
                user_id=_subject(self.borrowed),
                token=self.borrowed,
            )
        why = self._why_there_is_no_key()
        if self.unread and self.unread.obstacle in {Obstacle.CREDENTIALS, Obstacle.CLOCK}:
            raise NoSession(why, self.unread.obstacle)
        raise NoSession(
            en=f"{why.en}; allow this caller to read it, or set {BORROWED}",
            ja=f"{why.ja}。読み取りを許可するか、{BORROWED}を設定してください",
        )

    def own(self, user_id: str) -> Session:
        """Return a session of a user of this run, never the operator's."""
        if not self.key and self.borrowed:
            raise ManualOnly(
                en=f"{BORROWED} is a person's session, and nothing is changed with it",
                ja=f"{BORROWED}は個人のセッションのため、自動では何も変更しません",
            )
        return self.live(user_id)

    def bad(self, kind: Words, like: Session) -> Session | None:
        """Return a session of one of KINDS or ODD: the same claims, except for what the kind names; None for MISSING."""
        if kind == MISSING:
            return None
        return Session(kind=kind, user_id=like.user_id, token=FLAWED[kind](self, _claims_of(like)))

    def ahead(self, like: Session) -> Session:
        """Return a session issued by a clock that is a minute ahead of ours."""
        claims = {**_claims_of(like), "iat": self.now + 60}
        return Session(kind=LIVE, user_id=like.user_id, token=self.sign(claims))

    def sign(self, claims: Mapping[str, Any], algorithm: str = "HS256") -> str:
        if not self.key:
            why = self._why_there_is_no_key()
            raise NotTestable(
                en=f"a session of other times can only be signed with the live key; {why.en}",
                ja=f"日時を変えたセッションは本番の署名鍵でしか署名できません。{why.ja}",
            )
        return signed(claims, self.key, algorithm)

    def _why_there_is_no_key(self) -> Words:
        """Raise Follows where it is another row's fault: no right, and no session of the operator's, would help."""
        if isinstance(self.unread, Follows):
            raise self.unread
        return self.unread.words if self.unread else SILENCE

    def forged(self, like: Session, key: str, kind: Words = FORGED) -> Session:
        """Return a session with the same claims under another key."""
        token = signed(_claims_of(like), key)
        return Session(kind=kind, user_id=like.user_id, token=token)


def sessions_of(
    aws: Clients,
    secret: Secret,
    *,
    borrowed: str | None,
    now: int,
    skew_s: int = 60,
    variable_of: str | None = None,
) -> SessionMinter:
    """Read the live token key, whose value leaves this process only as signatures; ``variable_of`` may hold it."""
    try:
        key = live_value(aws, secret, variable_of)
    except NotTestable as unread:
        return SessionMinter(now=now, borrowed=borrowed, skew_s=skew_s, unread=unread)
    return SessionMinter(now=now, key=key, skew_s=skew_s)


def signed(claims: Mapping[str, Any], key: str, algorithm: str = "HS256", **header: Any) -> str:
    # Keys that anyone can read are short as well; the warning would say nothing new.
    with warnings.catch_warnings(action="ignore", category=jwt.InsecureKeyLengthWarning):
        return jwt.encode(dict(claims), key, algorithm, headers=header)


def _unsigned(algorithm: str, claims: Claims) -> str:
    parts = ({"typ": "JWT", "alg": algorithm}, claims)
    head = "".join(f"{_base64url(json.dumps(part).encode())}." for part in parts)
    return head + _base64url(secrets.token_bytes(32))


def _expired(minter: SessionMinter, claims: Claims) -> str:
    """Sign a session that expired just now, even late in a run, so that expiry is its only flaw."""
    ended = int(time.time()) - minter.skew_s
    return minter.sign({**claims, "iat": ended - DAY_S, "exp": ended})


def _by_its_kid(_: SessionMinter, claims: Claims) -> str:
    own = secrets.token_hex(32)
    return signed(claims, own, kid=own)


def _by_its_jwk(_: SessionMinter, claims: Claims) -> str:
    own = secrets.token_hex(32)
    return signed(claims, own, jwk={"kty": "oct", "k": _base64url(own.encode())})


FLAWED: Mapping[Words, Callable[[SessionMinter, Claims], str]] = {
    Words("garbage", "不正な文字列"): lambda minter, _: f"garbage-{minter.run}",
    Words("unsigned", "署名なし"): lambda _, claims: jwt.encode(dict(claims), "", "none"),
    Words("expired", "期限切れ"): _expired,
    Words("endless", "期限なし"): lambda minter, claims: minter.sign(
        {name: claim for name, claim in claims.items() if name != "exp"}
    ),
    Words(
        "unsigned, with something for a signature", "署名なし（署名欄に無関係な値）"
    ): lambda _, claims: _unsigned("none", claims),
    Words("unsigned in other letters", "署名なし（algの大文字小文字が異なる）"): lambda _, claims: (
        _unsigned("nOnE", claims)
    ),
    Words("signed by its own kid", "自身のkidを鍵とする署名"): _by_its_kid,
    Words("signed by its own jwk", "自身のjwkを鍵とする署名"): _by_its_jwk,
    Words("signed in part", "途中で切れた署名"): lambda minter, claims: minter.sign(claims)[:-32],
    Words("signed as HS512", "HS512の署名"): lambda minter, claims: minter.sign(claims, "HS512"),
}
KINDS = (MISSING, *tuple(FLAWED)[:3])
"""Sessions that must never be accepted, on any route."""
ODD = tuple(kind for kind in FLAWED if kind not in KINDS)
"""Sessions that careless code accepts, tried on one route. Our own functions do not accept the last one, either."""


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _claims_of(session: Session) -> dict[str, Any]:
    return jwt.decode(session.token, options={"verify_signature": False})


def _subject(token: str) -> str:
    try:
        return str(jwt.decode(token, options={"verify_signature": False})["sub"])
    except (jwt.InvalidTokenError, KeyError):
        raise NoSession(
            en=f"{BORROWED} is not a session of this app; copy one from the front end",
            ja=f"{BORROWED}は本アプリのセッションではありません。フロントエンドから取得してください",
        ) from None
