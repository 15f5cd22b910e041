"""What a local stack is to those who call it: its addresses, its parts where it runs in their process, and how calls go to it.

It is light to import, without moto.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from local.aws.server import LocalAws
    from local.functions.functions import Functions


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Where a stack answers: URLs of the AWS API, of the stage, and of the fake of LINE."""

    aws: str
    api: str
    line: str
    pid: int = field(default_factory=os.getpid)
    birth: str = ""
    """An id that distinguishes this stack from every other: records of a dead stack are not about it."""
    server: "LocalAws | None" = field(default=None, repr=False, compare=False)
    """The server itself, where it runs in this process: tests and benches give it faults."""
    functions: "Functions | None" = field(default=None, repr=False, compare=False)
    """Its functions, where they are called from this process."""
    line_token: str = field(default="", repr=False, compare=False)
    """The channel access token that this LINE accepts; known to the process that keeps the stack."""

    @property
    def kept(self) -> bool:
        """Whether another process keeps it up."""
        return self.pid != os.getpid()


class Place(NamedTuple):
    """What a stack has to know of the environment that it serves."""

    account: str
    region: str
    stage: str


def confirmation_token(topic_arn: str, endpoint: str) -> str:
    """Give the token that AWS would send to ``endpoint``: ConfirmSubscription takes it.

    It can be computed, so that a test, or the person who plays the operator, need not read mail.
    """
    return hashlib.sha256(f"{topic_arn} {endpoint}".encode()).hexdigest()


CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
FOREIGN = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_PROFILE")
"""What would send a local run's calls to a real account."""


@contextmanager
def calls_go_to(endpoint: str) -> Iterator[None]:
    """Point this process and its children at the stack, with credentials that open nothing else."""
    used = {"AWS_ENDPOINT_URL": endpoint, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}
    ours = {**used, **CREDENTIALS}
    foreign = [*FOREIGN, *(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL_"))]
    before = {name: os.environ.pop(name) for name in (*ours, *foreign) if name in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in (*ours, *foreign):
            os.environ.pop(name, None)
        os.environ.update(before)
