"""A run's local stack in a process of its own: in one process the judge and the AWS that it asks share an interpreter.

The stack is started and provisioned while this process collects the checks. Nothing here imports the emulator.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from aws.words import Words
from signoff.environment import Environment
from signoff.environment.guard import GuardError

ROOT = Path(__file__).parent.parent
KEPT_AT = ROOT / "report" / "local" / "stack.json"
ENDS_WITHIN_S = 10
TAIL_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class StackAddresses:
    """The addresses of the stack: AWS's API and the stage."""

    aws: str
    api: str
    kept: bool = False
    """It ends with this run."""


@dataclass(slots=True)
class StackProcess:
    """Starts the stack when the environment is localized, and hands it over once it is provisioned."""

    child: str = "runbook.stack_child"
    """The module that is started; tests have others."""
    _pipe: Connection = field(init=False)
    _log: IO[bytes] = field(init=False)

    @contextmanager
    def localized(self, environment: Environment) -> Iterator[Environment]:
        """Yield the environment with the address of its LINE; the stack lives until the block ends."""
        self._pipe, theirs = Pipe()
        with TemporaryFile() as self._log, _running(self.child, theirs, self._log), self._pipe:
            self._pipe.send(environment)
            line, birth = self._received()
            yield served_by(environment, line, birth)

    @contextmanager
    def start(
        self, environment: Environment, say: Callable[[str, str], None]
    ) -> Iterator[StackAddresses]:
        """Yield the provisioned stack of the localized ``environment``; what stopped it is raised here."""
        from local.calls import calls_go_to  # noqa: PLC0415 - what runs against AWS loads nothing of local/

        del environment  # the child has it
        while not isinstance(message := self._received(), StackAddresses):
            if isinstance(message, BaseException):
                raise message
            say(*message)
        with calls_go_to(message.aws):
            yield message

    def _received(self) -> Any:
        """Return what the child says next, a pair of texts, an error or addresses; GuardError if it has ended."""
        try:
            return self._pipe.recv()
        except (EOFError, ConnectionError):
            raise GuardError(_ended(self._log)) from None


def served_by(environment: Environment, line: str, birth: str) -> Environment:
    """Return the environment as a stack serves it: its address of LINE, its own identity."""
    return replace(environment, line=replace(environment.line, endpoint=line), birth=birth)


@contextmanager
def _running(child: str, pipe: Connection, log: IO[bytes]) -> Iterator[None]:
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
        yield
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
