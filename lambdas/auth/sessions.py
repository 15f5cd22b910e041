"""Sessions: minted and checked with the one key that only this function may read.

Rotating the key ends every session. An instance keeps the key that it has read for KEPT_S seconds, and
API Gateway keeps the policy of a session for the authorizer's TTL. So for five minutes, plus that TTL,
sessions under the old key may still be accepted, and a session under either key may be refused by an
instance that holds the other one: people then log in again. After that, only the new key counts. An instance
that Secrets Manager does not answer meanwhile keeps the old key for half an hour more (docs/decisions/0029).
"""

from dataclasses import dataclass

import jwt

from lambdas.auth.domain import session_claims
from lambdas.rally.secrets import CachedSecret

ALGORITHM = "HS256"


@dataclass(frozen=True)
class Sessions:
    """Sessions signed with the live key. Every method raises if the key cannot be read."""

    key: CachedSecret

    def mint(self, user_id: str, now: int) -> str:
        """Return a session of 24 hours for the user."""
        return jwt.encode(session_claims(user_id, now), self.key.text(), ALGORITHM)

    def user_of(self, token: str) -> str:
        """Return the user of a valid session. Raises jwt.InvalidTokenError for any other token."""
        claims = jwt.decode(
            token,
            self.key.text(),
            algorithms=[ALGORITHM],
            # An `iat` in the future means that two clocks differ, not that the session is bad.
            options={"require": ["sub", "exp"], "verify_iat": False},
        )
        return str(claims["sub"])
