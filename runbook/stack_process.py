"""A run's local stack in a process of its own: in one process the judge and the AWS that it asks share an interpreter.

The emulator is imported there while this process imports the judge and collects the checks; this one provisions it, and
does not import it. This module is a plugin of pytest (``addopts``), so that the process starts before all of that.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from multiprocessing import Pipe
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aws.words import Tell, Words
from signoff import ROOT

if TYPE_CHECKING:
    import pytest

    from local.stack import Stack
    from signoff.environment import Environment


def kept_at(home: Path) -> Path:
    """Return where a kept stack leaves its address: each application's among its own reports."""
    return home / "report" / "local" / "stack.json"


KEPT_AT = kept_at(ROOT)
Provision = Callable[["Environment", str, Tell], None]
"""Called with the localized environment, the channel access token that its LINE accepts, and what tells progress."""
STARTING = Words(en="starting the local stack", ja="ローカルスタックを起動しています")
ENDS_WITHIN_S = 10
TAIL_BYTES = 2_000
PROFILES = frozenset({"AWS_PROFILE", "AWS_DEFAULT_PROFILE"})


class StackChild:
    """The process, from its start until it is closed: it ends when its pipe is closed, however this process ends."""

    def __init__(self, module: str = "runbook.stack_child") -> None:
        self._pipe, theirs = Pipe()
        self._log = TemporaryFile()  # noqa: SIM115 - closed with the process
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", module, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**without_profiles(os.environ), "PYTHONPATH": os.pathsep.join(paths)},
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,  # Ctrl-C is this process's affair
            )

    def send(self, message: Any) -> None:
        """Send a message; that the process has ended is for ``received`` to say."""
        with suppress(ConnectionError):
            self._pipe.send(message)

    def close(self) -> None:
        self._pipe.close()
        try:
            self.process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()

    pytest_unconfigure = close
    """Where a run was refused before it took the process over."""

    def received(self) -> Any:
        """Return what the process sends next; GuardError if it has ended."""
        from signoff.environment.guard import GuardError  # noqa: PLC0415 - the child starts before

        try:
            return self._pipe.recv()
        except (EOFError, ConnectionError):
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(ENDS_WITHIN_S)  # until then it may print why
            self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - TAIL_BYTES))
            printed = self._log.read().decode("utf-8", "replace").strip() or "-"
            raise GuardError(
                en=f"the process of the local stack has ended; it printed: {printed}",
                ja=f"ローカルスタックのプロセスが終了しました。出力: {printed}",
            ) from None


def without_profiles(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables without what names a profile on AWS: where it is wrong, boto3 would not even make a session."""
    own = {name: value for name, value in variables.items() if name not in PROFILES}
    return own | dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)


BEGUN = "the process of the run's stack"
"""The name by which pytest knows it, where it began before the run."""


def begins_early(
    args: Sequence[str], variables: Mapping[str, str] = os.environ, kept_at: Path = KEPT_AT
) -> bool:
    """Whether these arguments ask for the stack: nothing is loaded yet, and where the run then takes none, the process ends unused."""
    local = "--env=local" in args or ("--env", "local") in pairwise(args)
    elsewhere = "AWS_ENDPOINT_URL" in variables or kept_at.exists()
    return local and not elsewhere and not any(arg.startswith("--replay") for arg in args)


def pytest_load_initial_conftests(early_config: "pytest.Config", args: Sequence[str]) -> None:
    if begins_early(args):
        early_config.pluginmanager.register(StackChild(), BEGUN)


def served_by(environment: "Environment", line: str, birth: str) -> "Environment":
    """Return the environment as a stack serves it: its address of LINE, its own identity."""
    return replace(environment, line=replace(environment.line, endpoint=line), birth=birth)


@dataclass(slots=True)
class StackProcess:
    """The stack that the process serves, provisioned when a run asks for it."""

    provision: Provision
    """Brings the empty account to the environment's plan."""
    child: StackChild
    _line_token: str = field(init=False, repr=False)

    @contextmanager
    def localized(self, environment: "Environment") -> Iterator["Environment"]:
        """Yield the environment with the address of its LINE; the stack lives until the block ends."""
        with closing(self.child):
            self.child.send((environment.account, environment.region, environment.stage))
            line, self._line_token = self.child.received()
            yield served_by(environment, line, uuid4().hex[:12])

    @contextmanager
    def start(self, environment: "Environment", say: Tell) -> Iterator["Stack"]:
        """Yield the provisioned stack of the localized ``environment``, which ends with this run."""
        from local.stack import Stack, calls_go_to  # noqa: PLC0415 - what runs against AWS loads nothing of local/

        say(STARTING)
        aws, api = self.child.received()
        with calls_go_to(aws):
            try:
                self.provision(environment, self._line_token, say)
            except Exception:
                if self.child.process.poll() is not None:
                    self.child.received()  # says what it printed, which is why nothing answers
                raise
            self.child.send(None)  # provisioned
            yield Stack(aws=aws, api=api, line=environment.line.endpoint)
