"""A process of its own that has one idle worker and one that hangs, until it is ended from outside.

Run as ``python -m tests.local.functions.parent_process``; it prints the ids of both workers.
"""

import signal
import sys
import threading

from local.aws.server import LocalAws
from local.functions.functions import Functions
from tests.local.functions.account import FunctionsAccount

IDLE = "import os\ndef handler(event, context): return os.getpid()"
HANG = """
import os, time
def handler(event, context):
    print(os.getpid(), file=open(event["pipe"], "w"))
    time.sleep(600)
"""


def main(pipe: str) -> None:
    # A shell that runs the tests in the background lets its children ignore an interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with (
        LocalAws("111122223333", "ap-northeast-1") as aws,
        Functions(aws.endpoint, aws.moto, aws.region) as functions,
    ):
        account = FunctionsAccount(aws, functions)
        account.deploy("idle", IDLE)
        account.deploy("hang", HANG, Timeout=900)
        print(account.answer("idle"), flush=True)
        functions.invoke("hang", {"pipe": pipe}, kind="Event")
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
