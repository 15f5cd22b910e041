"""Secrets come from Secrets Manager and from nowhere else: there is no value to fall back to."""

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lambdas.rally.aws import passes

KEPT_S = 300
"""Seconds. A rotated secret is in use within five minutes, and a warm function rarely reads it."""
STALE_S = 1800
"""Seconds. For so long after that, a value stays in use while Secrets Manager cannot be reached."""
RETRY_S = 15
"""Seconds between two attempts meanwhile: each may take nine, and callers wait for it."""


class SecretUnusable(Exception):  # noqa: N818 - read as a sentence: the secret is unusable
    """The secret exists but is not what it should be. The message has its name, never its value."""


@dataclass(repr=False)
class CachedSecret:
    """One member of a secret whose value is a JSON object, kept for KEPT_S seconds.

    If Secrets Manager throttles, fails or cannot be reached then, the value is used for STALE_S seconds more.
    A refusal (the secret is gone, the role may not read it) or an unusable value is never waited out.
    """

    client: Any
    name: str
    member: str
    now: Callable[[], float] = time.monotonic
    _value: str = field(default="", init=False)
    _read_at: float = field(default=-math.inf, init=False)
    _due: float = field(default=-math.inf, init=False)

    def text(self) -> str:
        """Return the value. Raises SecretUnusable, or what the client raises."""
        if (now := self.now()) >= self._due:
            try:
                self._value = self._read()
            except Exception as error:
                if not passes(error) or now >= self._read_at + KEPT_S + STALE_S:
                    raise
                self._due = now + RETRY_S
            else:
                self._read_at, self._due = now, now + KEPT_S
        return self._value

    def expire(self) -> None:
        """Read the value anew next time: what it is for refuses it, so it was rotated."""
        self._due = -math.inf

    def _read(self) -> str:
        content = self.client.get_secret_value(SecretId=self.name).get("SecretString", "")
        try:
            value = json.loads(content)[self.member]
        except (ValueError, KeyError, TypeError):
            value = None
        # A line break in a token would make http.client quote the whole header in its error.
        if not isinstance(value, str) or not value.isprintable() or not value.strip():
            raise SecretUnusable(f"{self.name} holds no usable {self.member}")
        return value
