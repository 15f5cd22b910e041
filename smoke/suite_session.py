"""Starts one run of the suite against what is deployed, and ends it: data is cleaned up, and the window is recorded."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from aws.door.sessions import boto_session
from aws.kinds.usage_plan import key_value
from aws.section import Follows, NotTestable, lookup
from plan import Plan
from plan.naming import domain_url, stage_url
from signoff.judge.snapshot import Snapshot
from smoke.aws import AWAY, Clients, clients, not_read
from smoke.cleaning import Cleaner
from smoke.client import Client
from smoke.id_tokens import GIVEN, IdTokens
from smoke.line import LineClient
from smoke.notes import Notes
from smoke.row_calls import require
from smoke.scenarios import users_of
from smoke.sessions import BORROWED, sessions_of
from smoke.suite import Suite, left_behind

LOGS_WITHIN_S = 90.0
LOCAL_LOGS_WITHIN_S = 5.0
"""Seconds: the local stack's log lines take a few tenths of one; on CloudWatch Logs it is seconds, at times a minute."""


def address(snapshot: Snapshot[Plan], api_url: str | None) -> str:
    """Return the stage's URL without a trailing slash; Follows if there is no such API.

    NotTestable if something other than AWS was read: the API at the environment's own address is then not the one read.
    """
    environment, name = snapshot.environment, snapshot.plan.api.name
    if not api_url and (endpoint := snapshot.inventory.endpoint):
        raise NotTestable(
            en=f"what was read is at {endpoint}, and nothing says where its API is: no call is made; "
            f"add --api-url URL",
            ja=f"読み取り先は{endpoint}だが、そのAPIの場所が指定されていないため、呼び出しを行わない。"
            f"--api-url URLを追加する",
        )
    url = api_url or domain_url(environment)
    try:
        apis = lookup(snapshot.inventory.sections.rest_apis, name)
    except NotTestable:
        if not url:
            raise
        return url.rstrip("/")
    if not apis:
        raise Follows(
            "DEP-20", en=f"REST API {name} does not exist", ja=f"REST API {name}が存在しません"
        )
    return url.rstrip("/") if url else stage_url(environment, apis[0].id)


def api_key(snapshot: Snapshot[Plan], aws: Clients) -> str | None:
    """Read the value of the API key that browsers send; None if the API requires none."""
    name = snapshot.plan.api.usage_plan.api_key
    if name is None:
        return None
    try:
        value = key_value(aws("apigateway"), name)
    except AWAY as error:
        raise not_read(f"API key {name}", error, f"APIキー{name}") from None
    if value is None:
        raise Follows(
            "SEC-31", en=f"API key {name} does not exist", ja=f"APIキー{name}が存在しません"
        )
    return value


@contextmanager
def suite_session(
    snapshot: Snapshot[Plan],
    api_url: str | None,
    *,
    embedded: bool,
    environ: Mapping[str, str] = os.environ,
    patience_s: float | None = None,
    aws: Clients | None = None,
    notes: Notes | None = None,
) -> Iterator[Suite]:
    """Yield a suite whose functions are warm; AssertionError if something can't be taken back.

    ``embedded``: this is the harness's own stack, whose stand-in of LINE signs ID tokens. ``notes``:
    where to note what may be written; None for a stack that does not outlive this process.
    """
    if patience_s is None:
        patience_s = LOCAL_LOGS_WITHIN_S if embedded else LOGS_WITHIN_S
    environment, plan = snapshot.environment, snapshot.plan
    now = int(snapshot.reading.now().timestamp())  # AWS's, which bears with a clock of five minutes
    url, aws = address(snapshot, api_url), aws or clients(boto_session(environment.region))
    line = LineClient(endpoint=environment.line.endpoint, embedded=embedded)
    sessions = sessions_of(
        aws,
        plan.secret("token_key"),
        borrowed=environ.get(BORROWED),
        now=now,
        skew_s=(1 if embedded else 60) + max(0, int(time.time()) - now),
        variable_of=None if environment.production else plan.function("auth").name,
    )
    # A browser sends an Origin; any will do if dev allows all.
    origin = environment.origin if environment.origin != "*" else "https://smoke.example.com"
    suite = Suite(
        snapshot=snapshot,
        client=Client(url, origin, api_key(snapshot, aws)),
        sessions=sessions,
        id_tokens=IdTokens(
            line=line,
            channel_id=environment.line.channel_id,
            now=now,
            from_phone=environ.get(GIVEN),
        ),
        line=line,
        aws=aws,
        cleaner=Cleaner.of(environment, plan, aws, users_of(sessions)),
        patience_s=patience_s,
    )
    consenting = suite.known_consenting_user  # before anything is awarded
    note = notes and notes.before(sessions, environment, consenting)
    try:
        suite.warm()
        yield suite
    finally:
        left = suite.tidy()
        suite.client.close()
        if notes and note and not left:
            notes.settled(note)
    require(not left, left_behind(left))
