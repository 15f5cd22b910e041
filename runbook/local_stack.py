"""Composition: the local stack, provisioned by this runbook, with its records in the local evidence store.

A run against AWS loads nothing of local/, and one that joins a kept stack neither the emulator nor the procedures.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import sleep as real_sleep
from typing import TYPE_CHECKING

import boto3

from aws.change.waiting import Sleep
from aws.door.sessions import boto_session
from aws.words import Words
from runbook.stack_process import kept_at, served_by
from signoff import ROOT
from signoff.environment import Environment, embedded
from signoff.environment.guard import GuardError
from signoff.evidence import StoreSettings, open_store
from signoff.judge.snapshot import Live

if TYPE_CHECKING:
    from local.keeping import LocalStack, Say

PROVISIONER = "arn:aws:iam::{account}:root"
"""Who provisions a stack that has no people."""
WAITING = Words(en="waiting until {}", ja="待機中: {}")


def local_stack(
    home: Path = ROOT, *, sleep: Sleep = real_sleep, late: bool = False
) -> "LocalStack[Environment]":
    """Return the stack of the application there, not yet started; its provisioning waits by ``sleep``, also for ``late`` reads."""
    from local.keeping import LocalStack  # noqa: PLC0415 - see above

    return LocalStack(
        provision=partial(provision_stack, sleep=sleep, late=late),
        served_by=served_by,
        kept_at=kept_at(home),
        refuse=lambda en, ja: GuardError(en=en, ja=ja),
    )


@contextmanager
def reached(environment: Environment) -> Iterator[Environment | None]:
    """Yield the environment, with calls going to the kept stack where it is the local one; None where none is kept up."""
    if not embedded(environment):
        yield environment
        return
    stack = local_stack(environment.application.home)
    if stack.kept() is None:
        yield None
        return
    with stack.localized(environment) as localized, stack.start(localized, lambda *_: None):
        yield localized


def provision_stack(
    environment: Environment,
    line_token: str,
    say: "Say",
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
