"""A run's local stack in a process of its own: in one process the judge and the AWS that it asks share an interpreter.

The emulator is imported there while this process collects the checks; this one provisions it, and does not import it.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import uuid4

from aws.words import Words
from signoff.environment import Environment
from signoff.environment.guard import GuardError

ROOT = Path(__file__).parent.parent
KEPT_AT = ROOT / "report" / "local" / "stack.json"
"""Where a kept stack leaves its address."""
Say = Callable[[str, str], None]
Provision = Callable[[Environment, str, Say], None]
"""Called with the localized environment, the channel access token that its LINE accepts, and what tells progress."""
STARTING = Words(en="starting the local stack", ja="ローカルスタックを起動しています")
ENDS_WITHIN_S = 10
TAIL_BYTES = 2_000


def served_by(environment: Environment, line: str, birth: str) -> Environment:
    """Return the environment as a stack serves it: its address of LINE, its own identity."""
    return replace(environment, line=replace(environment.line, endpoint=line), birth=birth)


@dataclass(frozen=True, slots=True)
class StackAddresses:
    """The addresses of the stack: AWS's API and the stage."""

    aws: str
    api: str
    kept: bool = False
    """It ends with this run."""


@dataclass(slots=True)
class StackProcess:
    """Starts the process when the environment is localized, and provisions its stack when a run asks for it."""

    provision: Provision
    """Brings the empty account to the environment's plan."""
    child: str = "runbook.stack_child"
    """The module that is started; tests have others."""
    _pipe: Connection = field(init=False)
    _process: subprocess.Popen[bytes] = field(init=False)
    _log: IO[bytes] = field(init=False)
    _line_token: str = field(init=False, repr=False)

    @contextmanager
    def localized(self, environment: Environment) -> Iterator[Environment]:
        """Yield the environment with the address of its LINE; the stack lives until the block ends."""
        self._pipe, theirs = Pipe()
        with (
            TemporaryFile() as self._log,
            _running(self.child, theirs, self._log) as self._process,
            self._pipe,
        ):
            self._pipe.send((environment.account, environment.region, environment.stage))
            line, self._line_token = self._received()
            yield served_by(environment, line, uuid4().hex[:12])

    @contextmanager
    def start(self, environment: Environment, say: Say) -> Iterator[StackAddresses]:
        """Yield the provisioned stack of the localized ``environment``."""
        from local.calls import calls_go_to  # noqa: PLC0415 - what runs against AWS loads nothing of local/

        say(STARTING.en, STARTING.ja)
        addresses = StackAddresses(*self._received())
        with calls_go_to(addresses.aws):
            self.provision(environment, self._line_token, say)
            self._pipe.send(None)  # provisioned
            yield addresses

    def _received(self) -> Any:
        """Return what the child sends next; GuardError if it has ended."""
        try:
            return self._pipe.recv()
        except (EOFError, ConnectionError):
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(ENDS_WITHIN_S)  # until then it may print why
            raise GuardError(_ended(self._log)) from None


@contextmanager
def _running(child: str, pipe: Connection, log: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Run the child, which ends when the other end of its pipe is closed, however this process ends."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    with pipe:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", child, str(pipe.fileno())],
            pass_fds=[pipe.fileno()],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is this process's affair
        )
    try:
        yield process
    finally:
        try:
            process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ended(log: IO[bytes]) -> Words:
    log.seek(max(0, log.seek(0, os.SEEK_END) - TAIL_BYTES))
    printed = log.read().decode("utf-8", "replace").strip() or "-"
    return Words(
        en=f"the process of the local stack has ended; it printed: {printed}",
        ja=f"ローカルスタックのプロセスが終了しました。出力: {printed}",
    )
