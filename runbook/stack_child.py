"""The process of a run's local stack: ``stack_process`` starts it, and it ends when its pipe is closed.

LINE's address is waited for, so what it takes no part in is imported after it was sent.
"""

import gc
import logging
import os
import sys
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection

from local.line.fake import FakeLine
from local.stack import Place

LONG_LIVED = (100_000, 50, 100)
"""Thresholds of garbage collection where AWS's service models, a million objects, live to the end."""


def serve(pipe: Connection) -> None:
    """Send the address of LINE and its token, then those of the empty stack; once told that it is provisioned, serve until the run has ended."""
    gc.set_threshold(*LONG_LIVED)
    with FakeLine() as line, ExitStack() as parts:
        pipe.send((line.url, line.channels.messaging_access_token))
        from local.assembly import assemble  # noqa: PLC0415 - a second of imports
        from local.aws.server import load  # noqa: PLC0415 - as above

        load()  # while the other process loads the judge
        stack = assemble(parts, Place(*pipe.recv()), line)
        pipe.send((stack.aws, stack.api))
        if functions := stack.functions:
            functions.prepare()  # while the other process provisions the stack
            pipe.recv()
            functions.warm()  # while it reads the stack
        pipe.recv()


if __name__ == "__main__":
    with Connection(int(sys.argv[1])) as connection, suppress(EOFError, ConnectionError):
        serve(connection)
    logging.shutdown()
    # Its parts are closed; Python would take half a second to free AWS's models one by one.
    os._exit(0)
