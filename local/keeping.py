"""The whole local stack, provisioned, and found again: to find one that is kept up takes no emulator."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from local.stack import Place, Stack, calls_go_to

if TYPE_CHECKING:
    from local.aws.server import LocalAws
    from local.line.fake import FakeLine

Say = Callable[[Any], None]
"""Called by what provisions, with what goes on: this package says nothing itself."""
ANSWERS_WITHIN_S = 5
LONGEST_BIRTH = 200
"""Bytes of the answer that are read: the program that has taken the port may say anything."""
EnvironmentT = TypeVar("EnvironmentT", bound=Place)


@dataclass(slots=True)
class LocalStack(Generic[EnvironmentT]):
    """Starts a stack with the procedures it is handed, or joins the one that is kept up."""

    provision: Callable[[EnvironmentT, str, Say], None]
    """Brings the empty account to the environment's plan, with the token that its LINE accepts; may say what it is doing."""
    served_by: Callable[[EnvironmentT, str, str], EnvironmentT]
    """Returns the environment with this URL for LINE, and with this birth of its stack."""
    kept_at: Path
    """Where ``up`` leaves the address of the stack that it keeps."""
    refuse: Callable[[str, str], Exception] = RuntimeError
    """Makes the exception to raise if the kept stack does not answer, from a sentence in English and Japanese.

    Starting another stack instead would judge one that was not asked for.
    """
    aws: "Callable[[str, str], LocalAws] | None" = None
    """Makes the AWS of an account and a Region, for tests that want it as late as the real one."""
    line: "FakeLine | None" = None
    _birth: str = field(default_factory=lambda: uuid4().hex[:12])

    @contextmanager
    def localized(self, environment: EnvironmentT) -> Iterator[EnvironmentT]:
        """Yield the environment with the address of the LINE that its functions will call."""
        with ExitStack() as stacked:
            if kept := self.kept():
                url, birth = kept.line, kept.birth
            else:
                from local.line.fake import FakeLine  # noqa: PLC0415 - only for a stack that is made

                self.line = stacked.enter_context(FakeLine())
                url, birth = self.line.url, self._birth
            yield self.served_by(environment, url, birth)

    @contextmanager
    def start(self, environment: EnvironmentT, say: Say, *, empty: bool = False) -> Iterator[Stack]:
        """Yield a stack of this (localized) environment, provisioned unless ``empty``."""
        if kept := self.kept():
            with calls_go_to(kept.aws):
                yield kept
            return
        if self.line is None:
            raise RuntimeError("localize the environment before the stack is started")
        from local.assembly import assemble  # noqa: PLC0415 - loads the emulator

        with ExitStack() as parts:
            stack = assemble(parts, environment, self.line, self.aws, self._birth)
            parts.enter_context(calls_go_to(stack.aws))
            if not empty:
                self.provision(environment, stack.line_token, say)
            yield stack

    def kept(self) -> Stack | None:
        """Return the stack that ``up`` keeps, if there is one; raise ``refuse`` if it does not answer."""
        try:
            stack = Stack(**json.loads(self.kept_at.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        birth = _birth_at(stack.aws)
        if birth is None:
            raise self.refuse(
                f"the stack kept at {stack.aws} (process {stack.pid}) does not answer within "
                f"{ANSWERS_WITHIN_S} s; stop it if it still runs, delete {self.kept_at}, and run again",
                f"{stack.aws}の常駐スタック（プロセス{stack.pid}）が{ANSWERS_WITHIN_S}秒以内に応答しません。"
                f"まだ動いている場合は停止し、{self.kept_at}を削除してから再実行してください",
            )
        if birth != stack.birth:
            raise self.refuse(
                f"what answers at {stack.aws} is not the stack that was kept there (process {stack.pid}, "
                f"birth {stack.birth}): that one is gone, and the port is another program's; delete "
                f"{self.kept_at}, and run again",
                f"{stack.aws}で応答しているのは、そこで起動していた常駐スタック（プロセス{stack.pid}、スタックID "
                f"{stack.birth}）ではありません。スタックは終了し、ポートは別のプログラムが使っています。"
                f"{self.kept_at}を削除してから再実行してください",
            )
        return stack

    @contextmanager
    def keep(self, stack: Stack) -> Iterator[None]:
        """Leave the address for other runs, until the end."""
        self.kept_at.parent.mkdir(parents=True, exist_ok=True)
        address = {name: getattr(stack, name) for name in ("aws", "api", "line", "pid", "birth")}
        self.kept_at.write_text(json.dumps(address, indent=2), encoding="utf-8")
        try:
            yield
        finally:
            self.kept_at.unlink(missing_ok=True)


def _birth_at(url: str) -> str | None:
    """Return the birth of the stack that answers there, "" of anything else; None where nothing answers."""
    try:
        address = urlsplit(url)
        calling = HTTPConnection(address.hostname or "", address.port, timeout=ANSWERS_WITHIN_S)
        with closing(calling):
            calling.request("GET", "/local/birth")
            return str(json.loads(calling.getresponse().read(LONGEST_BIRTH))["birth"])
    except OSError:
        return None
    except (HTTPException, ValueError, KeyError, TypeError):
        return ""
