"""The account that other hands set up, read and judged as the production of tests/prod.toml."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from math import inf
from typing import Any

import boto3
import pytest

from aws.door.sessions import RetryPolicy
from aws.inventory import Inventory, ReadOptions, on_demand, read_all
from aws.kinds.function import Function
from aws.reading import Scope
from aws.release import Builds, Package, RecordedRelease
from aws.section import NotTestable, lookup
from local.stack import confirmation_token
from plan import scope_of
from plan.canonical import canonical_hash
from signoff.evidence import Record, Records
from signoff.evidence.parts import Part
from signoff.judge.snapshot import Live, Snapshot, live_of
from tests.api_patches import patching
from tests.foreign.changes.change import Change
from tests.healthy import healthy, store
from tests.healthy.compute import CLOSED
from tests.in_process import SessionInProcess
from tests.recording_aws import RecordingAws
from tests.resting import OF_OTHERS, resting_on

ACCOUNT, REGION = "444455556666", "ap-northeast-1"
CALLER = "arn:aws:iam::444455556666:user/auditor"
SALTS = {"own": "own-7c21", "dev": "5a1f"}
OPTIONS = ReadOptions(
    retry=RetryPolicy(rates={}, attempts=1, at_once=1, deadline_s=inf),
    resolve=lambda _: ("192.0.2.7",),
)
"""One attempt and no pace, since nobody else is calling; DNS knows one address for every name."""


@dataclass(frozen=True, slots=True)
class Account:
    """``client`` gives the boto3 client of a service, made once each."""

    aws: RecordingAws
    session: boto3.Session
    client: Callable[[str], Any]

    def inventory(self, options: ReadOptions = OPTIONS) -> Inventory:
        """Read everything."""
        return read_all(
            on_demand(self.session, _scope(), caller=CALLER, salts=SALTS, options=options)
        )

    def looked_at(self) -> Inventory:
        """Read each section when it is looked at."""
        return on_demand(self.session, _scope(), caller=CALLER, salts=SALTS, options=OPTIONS)

    def again(self, before: Inventory, *sections: str) -> Inventory:
        """Read these sections anew, with the secrets found in them, and take all others from ``before``."""
        lazy: Any = self.looked_at().sections
        fresh = {name: getattr(lazy, name) for name in sections if name not in OF_OTHERS}
        leaks = lazy.reading.aws.leaks  # without reading all the rest
        asked = OF_OTHERS.intersection(sections)
        if "functions" in sections:  # what is in a package is noted by the versions that run it
            asked |= {"packages"}
        if asked:
            known = replace(before.sections, **fresh)
            resting: Any = resting_on(known, asked, self.session, _scope(), OPTIONS)
            fresh |= {name: getattr(resting, name) for name in asked}
            leaks += resting.reading.aws.leaks
        fresh["leaks"] = {"account": tuple(sorted({*leaks}))}
        return replace(before, sections=replace(before.sections, **fresh))

    def after(self, change: Change, before: Inventory) -> Inventory:
        """Make a change, read what it is about anew, and take the change back."""
        with change.made(self.client):
            return self.again(before, *change.reads)

    def grow_old(self) -> None:
        """Move the deployments made so far into the past, a day apart: moto's clock has seconds."""
        apis = self.aws.moto.backend("apigateway", REGION).apis.values()
        for made in (list(api.deployments.values()) for api in apis):
            for days, deployment in enumerate(reversed(made), 1):
                deployment.created_date -= days * 86_400

    def confirm(self, topic: str, address: str) -> None:
        """Be the person who gets SNS's mail and follows the link in it."""
        token = confirmation_token(topic, address)
        self.client("sns").confirm_subscription(TopicArn=topic, Token=token)


@contextmanager
def served() -> Iterator[Account]:
    """Serve an empty account until the end."""
    with RecordingAws(ACCOUNT, REGION) as aws, pytest.MonkeyPatch.context() as patch:
        aws.extensions.append(patching(aws))
        patch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
        session = SessionInProcess(aws)
        yield Account(aws, session, cache(session.client))


def without_evidence(inventory: Inventory) -> Snapshot:
    """Return the snapshot of somebody who set up everything and recorded nothing."""
    contents: Any = inventory.sections.contents
    masters = getattr(contents, "get", lambda _: None)("StampMasters-prod")
    number = len(getattr(masters, "items", ())) or healthy().environment.stamps
    return replace(
        healthy(),
        environment=replace(healthy().environment, stamps=number),
        scope=replace(_scope(), builds=_builds(inventory), releases=(_before(inventory),)),
        inventory=inventory,
        records=Records(),
        dev=Records(),
        now=inventory.read_at,
    )


def with_evidence(inventory: Inventory, changed: Inventory | None = None) -> Snapshot:
    """Return the same with records of a day ago that speak of exactly what is there.

    ``changed`` is judged instead, by records of the same release that know of the change: what a change
    makes of evidence has tests of its own.
    """
    inventory, changed = exported(inventory), exported(changed or inventory)
    found, bare = inventory.sections, without_evidence(inventory)
    masters = found.contents["StampMasters-prod"].items
    of_prod = store.records(
        canonical_hash(masters),
        {name: function.code_sha256 for name, function in found.functions.items()},
        found.stages["prod"].deployment_id,
        replace(_live(changed, inventory, bare.scope), release=bare.release),
    )
    return replace(
        bare,
        inventory=changed,
        records=replace(
            of_prod,
            entries=tuple(_dated(_counted(entry, len(masters)), bare) for entry in of_prod.entries),
        ),
        dev=Records(tuple(_dated(entry, bare) for entry in store.dev_records().entries)),
    )


def exported(inventory: Inventory) -> Inventory:
    """Return the deployment to go back to with its contents, as the team recorded them: an unrecorded one has tests of its own."""
    sections = inventory.sections
    served = lookup(sections.served, "prod")
    backs = {api: replace(back, document=served) for api, back in sections.deployments_back.items()}
    return replace(inventory, sections=replace(sections, deployments_back=backs))


def _live(changed: Inventory, inventory: Inventory, scope: Scope) -> Live:
    """Return what is live after a change; where that can't be known any more, what was before it."""
    try:
        return live_of(changed, scope, Part, embedded=True)
    except NotTestable:
        return live_of(inventory, scope, Part, embedded=True)


def _counted(record: Record, masters: int) -> Record:
    counted = {"count": masters} if record.kind == "manifest" else {}
    return replace(record, body={**record.body, **counted})


def _dated(record: Record, snapshot: Snapshot) -> Record:
    yesterday = snapshot.now - timedelta(days=1)
    return replace(record, created=yesterday, expires=yesterday + timedelta(days=14))


def _builds(inventory: Inventory) -> Builds:
    """Return what is live as what the commit builds: other code has tests of its own."""
    found = inventory.sections.functions
    digests = {
        name: function.code_sha256
        for name, function in found.items()
        if isinstance(function, Function)
    }
    packed = {name: Package(code_sha256=sha, content=b"") for name, sha in digests.items()}
    return Builds(functions=packed, closed=Package(code_sha256=CLOSED, content=b""))


def _before(inventory: Inventory) -> RecordedRelease:
    """Return the release before, as the team recorded it: code that nobody recorded has tests of its own."""
    back = inventory.sections.versions_back
    known = back.items() if isinstance(back, Mapping) else ()
    return RecordedRelease(
        functions={
            name: (function.version, function.code_sha256)
            for name, function in known
            if isinstance(function, Function)
        }
    )


@cache
def _scope() -> Any:
    snapshot = healthy()
    return replace(scope_of(snapshot.plan, snapshot.environment), salts=tuple(SALTS.values()))
