"""What `stack_process` starts in place of the stack: it serves nothing, or ends early, by the name of the stage."""

import sys
from contextlib import suppress
from multiprocessing.connection import Connection

if __name__ == "__main__":
    with Connection(int(sys.argv[1])) as pipe, suppress(EOFError, ConnectionError):
        pipe.send(("http://127.0.0.1:8", "token"))
        *_, stage = pipe.recv()
        print("out of memory")
        if stage != "gone":
            pipe.send(("http://127.0.0.1:9", f"http://127.0.0.1:9/{stage}"))
        if stage == "served":
            pipe.recv()  # provisioned
            pipe.recv()
