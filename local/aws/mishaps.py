"""What another process asks the local API to answer in place of AWS: bad days that no call from outside brings about."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.aws.request import Request, Response

PATH = "/local/mishaps"
"""Path to post them to, all at once, as a JSON list of ``Mishap``; [] removes them."""


@dataclass(kw_only=True)
class Mishap:
    """``operation`` is named ``service:Operation``; it strikes the calls of it whose body has ``holds`` and not ``lacks``."""

    operation: str
    holds: str
    lacks: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    times: int | None = None
    """How often it strikes; None: until it is removed."""
    delivered: bool = False
    """Whether AWS does what it is asked, and only its answer is another one."""

    @property
    def response(self) -> Response:
        return Response(status=self.status, headers=self.headers, body=self.body.encode())

    def strikes(self, request: Request) -> bool:
        if f"{request.service}:{request.operation}" != self.operation:
            return False
        asked = request.body.decode(errors="replace")
        return self.holds in asked and not (self.lacks and self.lacks in asked)


class Mishaps:
    """The mishaps that may still strike."""

    def __init__(self) -> None:
        self._told: list[Mishap] = []
        self._lock = threading.Lock()

    def tell(self, document: bytes) -> None:
        told: list[dict[str, Any]] = json.loads(document)
        self._told = [Mishap(**one) for one in told]

    def of(self, request: Request) -> Mishap | None:
        """Return the mishap that strikes a call, and count it."""
        if not self._told:
            return None
        with self._lock:
            left = (one for one in self._told if one.times != 0 and one.strikes(request))
            if (found := next(left, None)) and found.times:
                found.times -= 1
            return found
