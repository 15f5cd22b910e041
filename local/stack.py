"""What a local stack is to those who call it: its addresses, and its parts where it runs in their process."""

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

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


class Place(Protocol):
    """What a stack has to know of the environment that it serves."""

    @property
    def account(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def stage(self) -> str: ...


def confirmation_token(topic_arn: str, endpoint: str) -> str:
    """Give the token that AWS would send to ``endpoint``: ConfirmSubscription takes it.

    It can be computed, so that a test, or the person who plays the operator, need not read mail.
    """
    return hashlib.sha256(f"{topic_arn} {endpoint}".encode()).hexdigest()
