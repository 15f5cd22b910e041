"""Secrets come from Secrets Manager and from nowhere else: there is no value to fall back to."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

KEPT_S = 300
"""Seconds. A rotated secret is in use within five minutes, and a warm function rarely reads it."""


class SecretUnusable(Exception):  # noqa: N818 - read as a sentence: the secret is unusable
    """The secret exists but is not what it should be. The message has its name, never its value."""


@dataclass
class CachedSecret:
    """One member of a secret whose value is a JSON object, kept for KEPT_S seconds."""

    client: Any
    name: str
    member: str
    now: Callable[[], float] = time.monotonic
    _kept: tuple[float, str] | None = field(default=None, init=False, repr=False)

    def text(self) -> str:
        """Return the value. Raises SecretUnusable, or whatever the client raises."""
        if self._kept is None or self.now() >= self._kept[0]:
            self._kept = (self.now() + KEPT_S, self._read())
        return self._kept[1]

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
