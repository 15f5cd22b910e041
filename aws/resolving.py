"""Where a name leads: DNS, asked with a deadline, which the resolver of the system does not have."""

import queue
import socket
import threading
from collections.abc import Callable

DEADLINE_S = 5.0
NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})

Resolve = Callable[[str], tuple[str, ...]]


def resolve(name: str) -> tuple[str, ...]:
    """Return the sorted addresses behind a name, none where it has none; OSError if nobody knows."""
    try:
        found = socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in NO_SUCH_NAME:
            return ()
        raise
    return tuple(sorted({str(address[0]) for *_, address in found}))


def within(seconds: float, look_up: Resolve, name: str) -> tuple[str, ...]:
    """Return what ``look_up`` finds, or raise TimeoutError; a thread that hangs is left behind."""
    answers: queue.SimpleQueue[tuple[str, ...] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(look_up(name))
        except OSError as error:
            answers.put(error)

    threading.Thread(target=ask, name=f"resolve {name}", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"no answer within {seconds:g} s") from None
    if isinstance(answer, OSError):
        raise answer
    return answer
