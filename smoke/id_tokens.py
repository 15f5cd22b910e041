"""LINE ID tokens, good and bad: on a local stack the stand-in signs them, elsewhere bad ones are forged.

No test can make LINE sign an expired token. What is forged here is refused for its signature as well;
that it is refused at all is what the development system gets wrong.
"""

from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from aws.words import Words
from smoke.line import LineClient
from smoke.manual import ManualOnly

GIVEN = "SMOKE_ID_TOKEN"
NAME = "\uff8a\uff85\uff7a・花子　𠮷野か\u3099き 👩‍🌾 Çağla"
"""The name of this suite's people, in characters that careless code loses, cuts or replaces."""
ISSUER = "https://access.line.me"
HOUR_S = 3600
ANOTHER_CHANNEL = "9999999999"
EXPIRED, UNSIGNED = Words("expired", "期限切れ"), Words("unsigned", "署名なし")
ELSEWHERE = Words("of another channel", "別チャネルあて")
BY_A_STRANGER = Words("signed by a stranger", "第三者の署名")
FLAWS = (EXPIRED, ELSEWHERE, UNSIGNED, BY_A_STRANGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdTokens:
    """For the users of one run. ``now`` is in seconds since the epoch."""

    line: LineClient
    channel_id: str
    now: int
    from_phone: str | None = field(default=None, repr=False)
    """A token that a phone got from LINE, good for an hour."""

    def good(self, user_id: str) -> str:
        """Return a token that LINE verifies; ManualOnly if only a phone can get one."""
        if self.line.embedded:
            return self.line.id_token(user_id=user_id, name=NAME, audience=self.channel_id)
        if self.from_phone:
            return self.from_phone
        raise ManualOnly(
            en=f"a login needs an ID token of LINE; pass one in {GIVEN}, or sign for a login",
            ja=f"ログインにはLINEのIDトークンが必要です。{GIVEN}に設定するか、ログインを確認して署名してください",
        )

    def bad(self, flaw: Words, user_id: str) -> str:
        """Return a token with this one of FLAWS and no other."""
        expired = flaw == EXPIRED
        spoiled: dict[str, Any] = {
            "iss": ISSUER,
            "sub": user_id,
            "aud": ANOTHER_CHANNEL if flaw == ELSEWHERE else self.channel_id,
            "exp": self.now - 60 if expired else self.now + HOUR_S,
            "iat": self.now - HOUR_S if expired else self.now,
            "name": NAME,
        }
        if flaw == BY_A_STRANGER or not self.line.embedded:
            if flaw == UNSIGNED:
                return jwt.encode(spoiled, "", "none")
            return jwt.encode(spoiled, ec.generate_private_key(ec.SECP256R1()), "ES256")
        return self.line.id_token(
            user_id=user_id,
            audience=spoiled["aud"],
            expires=spoiled["exp"],
            alg="none" if flaw == UNSIGNED else "ES256",
        )
