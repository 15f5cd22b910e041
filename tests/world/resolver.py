"""DNS of this world: every name it serves is 127.0.0.1, and every other name does not exist."""

import socket
import struct
import threading
from types import TracebackType
from typing import Self

from tests.world.names import SERVED

QUERY_HEADER = 12
ADDRESS = 1
"""The type of an A record (RFC 1035, 3.2.2)."""
ANSWER, NO_SUCH_NAME = 0x8180, 0x8183


class Resolver:
    """Answers on 127.0.0.1:53 from ``with`` to its end."""

    def __init__(self, port: int = 53) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                query, client = self._socket.recvfrom(2048)
            except OSError:
                return  # closed
            self._socket.sendto(answer(query), client)


def answer(query: bytes) -> bytes:
    """Answer a DNS query: a record where an address was asked for, none for other types."""
    end = query.index(b"\0", QUERY_HEADER) + 5
    question = query[QUERY_HEADER:end]
    name, kind = _name(question), struct.unpack(">H", question[-4:-2])[0]
    known = any(name == served or name.endswith(f".{served}") for served in SERVED)
    counted = known and kind == ADDRESS
    head = query[:2] + struct.pack(">HHHHH", ANSWER if known else NO_SUCH_NAME, 1, counted, 0, 0)
    record = b"\xc0\x0c" + struct.pack(">HHIH", ADDRESS, 1, 60, 4) + socket.inet_aton("127.0.0.1")
    return head + question + (record if counted else b"")


def _name(question: bytes) -> str:
    labels, at = [], 0
    while length := question[at]:
        labels.append(question[at + 1 : at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels).lower()
