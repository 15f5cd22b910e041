"""Composition: the local stack, provisioned by this runbook, with its records in the local evidence store.

A run against AWS loads nothing of local/, and one that joins a kept stack neither the emulator nor the procedures.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import sleep as real_sleep
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import boto3

from aws.change.waiting import Sleep
from aws.door.sessions import boto_session
from aws.words import Tell, Words
from runbook.stack_process import KEPT_AT, kept_at, served_by
from signoff.environment import Environment, embedded
from signoff.environment.guard import GuardError
from signoff.evidence import StoreSettings, open_store
from signoff.judge.snapshot import Live

if TYPE_CHECKING:
    from local.aws.server import LocalAws
    from local.line.fake import FakeLine
    from local.stack import Stack

PROVISIONER = "arn:aws:iam::{account}:root"
"""Who provisions a stack that has no people."""
WAITING = Words(en="waiting until {}", ja="待機中: {}")
ANSWERS_WITHIN_S = 5
LONGEST_BIRTH = 200
"""Bytes of the answer that are read: the program that has taken the port may say anything."""


@dataclass(slots=True)
class LocalStack:
    """Starts a stack of this process, or joins the one that is kept up."""

    kept_at: Path = KEPT_AT
    """Where ``up`` leaves the address of the stack that it keeps."""
    sleep: Sleep = real_sleep
    """By which provisioning waits."""
    late: bool = False
    """Whether it also waits for late reads."""
    aws: "Callable[[str, str], LocalAws] | None" = None
    """Makes the AWS of an account and a Region, for tests that want it as late as the real one."""
    line: "FakeLine | None" = None
    _birth: str = field(default_factory=lambda: uuid4().hex[:12])

    @classmethod
    def of(cls, home: Path) -> "LocalStack":
        """Return the stack of the application in this folder."""
        return cls(kept_at(home))

    @contextmanager
    def localized(self, environment: Environment) -> Iterator[Environment]:
        """Yield the environment with the address of the LINE that its functions will call."""
        with ExitStack() as stacked:
            if kept := self.kept():
                url, birth = kept.line, kept.birth
            else:
                from local.line.fake import FakeLine  # noqa: PLC0415 - only for a stack that is made

                self.line = stacked.enter_context(FakeLine())
                url, birth = self.line.url, self._birth
            yield served_by(environment, url, birth)

    @contextmanager
    def start(
        self, environment: Environment, say: Tell, *, empty: bool = False
    ) -> Iterator["Stack"]:
        """Yield a stack of this (localized) environment, provisioned unless ``empty``."""
        from local.stack import Place, calls_go_to  # noqa: PLC0415 - see above

        if kept := self.kept():
            with calls_go_to(kept.aws):
                yield kept
            return
        if self.line is None:
            raise RuntimeError("localize the environment before the stack is started")
        from local.assembly import assemble  # noqa: PLC0415 - loads the emulator

        with ExitStack() as parts:
            place = Place(environment.account, environment.region, environment.stage)
            stack = assemble(parts, place, self.line, self.aws, self._birth)
            parts.enter_context(calls_go_to(stack.aws))
            if not empty:
                provision_stack(
                    environment, stack.line_token, say, sleep=self.sleep, late=self.late
                )
            yield stack

    def kept(self) -> "Stack | None":
        """Return the stack that ``up`` keeps, if there is one.

        GuardError if it does not answer: starting another stack instead would judge one that was not asked for.
        """
        from local.stack import Stack  # noqa: PLC0415 - see above

        try:
            stack = Stack(**json.loads(self.kept_at.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        birth = _birth_at(stack.aws)
        if birth is None:
            raise GuardError(
                en=f"the stack kept at {stack.aws} (process {stack.pid}) does not answer within "
                f"{ANSWERS_WITHIN_S} s; stop it if it still runs, delete {self.kept_at}, and run again",
                ja=f"{stack.aws}の常駐スタック（プロセス{stack.pid}）が{ANSWERS_WITHIN_S}秒以内に応答しません。"
                f"まだ動いている場合は停止し、{self.kept_at}を削除してから再実行してください",
            )
        if birth != stack.birth:
            raise GuardError(
                en=f"what answers at {stack.aws} is not the stack that was kept there (process {stack.pid}, "
                f"birth {stack.birth}): that one is gone, and the port is another program's; delete "
                f"{self.kept_at}, and run again",
                ja=f"{stack.aws}で応答しているのは、そこで起動していた常駐スタック（プロセス{stack.pid}、スタックID "
                f"{stack.birth}）ではありません。スタックは終了し、ポートは別のプログラムが使っています。"
                f"{self.kept_at}を削除してから再実行してください",
            )
        return stack

    @contextmanager
    def keep(self, stack: "Stack") -> Iterator[None]:
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


@contextmanager
def reached(environment: Environment) -> Iterator[Environment | None]:
    """Yield the environment, with calls going to the kept stack where it is the local one; None where none is kept up."""
    if not embedded(environment):
        yield environment
        return
    stack = LocalStack.of(environment.application.home)
    if stack.kept() is None:
        yield None
        return
    with stack.localized(environment) as localized, stack.start(localized, lambda *_: None):
        yield localized


def provision_stack(
    environment: Environment,
    line_token: str,
    say: Tell,
    *,
    sleep: Sleep = real_sleep,
    late: bool = False,
) -> None:
    """Bring the empty account of a localized environment to its plan, by this runbook's own procedures."""
    from lambdas.packing import pack  # noqa: PLC0415 - see above
    from runbook.engine.evidence import Evidence, asked_of  # noqa: PLC0415 - as above
    from runbook.procedures.provision import context_for, procedure  # noqa: PLC0415 - as above

    session = boto_session(environment.region)
    store = open_store(
        StoreSettings.of(environment), client=session.client, root=environment.application.home
    )
    caller = PROVISIONER.format(account=environment.account)
    evidence = Evidence(store=store, caller=caller, live=lambda _: Live(release=None))
    context = context_for(
        session,
        environment,
        secret=lambda _: line_token,
        build=partial(pack, application=environment.application.folder),
        record=evidence.record,
        recorded=evidence.recorded,
        waiting=lambda progress: say(WAITING.format(progress)),
        go=True,
        sleep=sleep,
        late=late,
        mailed=mail_answerer(session),
    )
    for step in asked_of(procedure(), environment).steps:
        if step.action is not None:
            say(step.text.title)
            step.action(context)


def mail_answerer(session: boto3.Session) -> Callable[[str, str], None]:
    """Return what clicks the link in a mail that the stack can't send: on AWS a person does this."""
    from local.stack import confirmation_token  # noqa: PLC0415 - see above

    def click(topic: str, address: str) -> None:
        token = confirmation_token(topic, address)
        session.client("sns").confirm_subscription(TopicArn=topic, Token=token)

    return click
