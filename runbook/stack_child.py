"""The process of a run's local stack: ``stack_process`` starts it, and it ends when its pipe is closed."""

import gc
import pickle
import sys
from multiprocessing.connection import Connection

from local.line.fake import FakeLine
from runbook.stack_process import StackAddresses

LONG_LIVED = (100_000, 50, 100)
"""Thresholds of garbage collection where AWS's service models, a million objects, live to the end."""


def serve(pipe: Connection) -> None:
    """Send the address of LINE and the stack's birth, progress, and the stack or what stopped it; then serve."""
    gc.set_threshold(*LONG_LIVED)
    environment = pipe.recv()
    with FakeLine() as line:
        from runbook.local_stack import local_stack  # noqa: PLC0415 - LINE's address is waited for

        local = local_stack(line=line)
        with local.localized(environment) as localized:
            pipe.send((localized.line.endpoint, localized.birth))
            try:
                with local.start(localized, lambda en, ja: pipe.send((en, ja))) as stack:
                    pipe.send(StackAddresses(stack.aws, stack.api))
                    pipe.recv()
            except (EOFError, ConnectionError):
                return  # the run has ended
            except BaseException as error:  # noqa: BLE001 - the run tells it
                pipe.send(_portable(error))


def _portable(error: BaseException) -> BaseException:
    """Return the error as another process can have it."""
    try:
        return pickle.loads(pickle.dumps(error))  # type: ignore[no-any-return]  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - whatever its class can't do
        return RuntimeError(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    with Connection(int(sys.argv[1])) as connection:
        serve(connection)
