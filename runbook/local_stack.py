"""Composition: the local stack, provisioned by this runbook, its records left in the local evidence store."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from lambdas.packing import pack
from plan import plan_for
from plan.model import Topic
from runbook.provision import provision
from signoff.environment import Environment
from signoff.local.line import FakeLine
from signoff.local.mend_sns import confirmation_token
from signoff.local.stack import LocalStack, Say
from signoff.store import Folder, Store

ROOT = Path(__file__).parent.parent
KEPT_AT = ROOT / "report" / "local" / "stack.json"
PROVISIONER = "arn:aws:iam::{account}:root"
"""Who provisions a stack that has no people."""


def local_stack() -> LocalStack:
    return LocalStack(provision=_provision, kept_at=KEPT_AT)


def _provision(environment: Environment, line: FakeLine, say: Say) -> None:
    store = Store(Folder(ROOT / environment.evidence), environment.name)
    caller = PROVISIONER.format(account=environment.account)

    def record(kind: str, body: Mapping[str, Any]) -> None:
        store.append(kind, body, caller=caller, release=None)

    def recorded(kind: str, **body: Any) -> Mapping[str, Any] | None:
        newest = store.load().newest(kind, **body)
        return newest.body if newest else None

    session = boto3.Session(region_name=environment.region)
    provision(
        session,
        environment,
        secrets_in=lambda _: line.channels.messaging_access_token,
        build=pack,
        record=record,
        recorded=recorded,
        progress=say,
    )
    _confirm(session.client("sns"), plan_for(environment).topic)


def _confirm(sns: Any, topic: Topic) -> None:
    """Click the link in the mail that the stack can't send: on AWS a person does this."""
    if topic.email:
        sns.confirm_subscription(
            TopicArn=topic.arn, Token=confirmation_token(topic.arn, topic.email)
        )
