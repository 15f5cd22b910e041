"""Defects of preparation, data and rollback."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from aws.api.document import ApiDocument
from aws.api.integration import StaticAnswer
from aws.api.recorded import LEFT_OUT
from aws.api.surplus import CREDENTIALS, MAPPED
from aws.inventory import Names
from aws.kind.description import POLICY
from aws.kinds.function import Function
from aws.kinds.function_invocation import FunctionPolicy
from aws.kinds.key import Key
from aws.kinds.rest_api import BINARY
from aws.release import CLOSED_VERSION, PATH, closed_description
from aws.way_back import DeploymentBack, PackageContents
from aws.words import Words
from signoff.evidence import Records
from signoff.judge.checklist import Severity
from signoff.judge.outcome import Outcome
from signoff.judge.snapshot import Snapshot
from tests.defects.adversary import EVERYBODY, OFFICE
from tests.defects.changes import (
    absent,
    added,
    both,
    edited,
    item,
    record,
    told,
    unread,
    without_records,
)
from tests.defects.defect import Break, Defect
from tests.defects.documents import integrated
from tests.defects.functions import LAPTOP, NO_REQUESTS, UNDER_A_CONDITION, attached_to, packaged
from tests.healthy import compute
from tests.healthy.api_document import AUTHORIZER, CORS, document, uri

MASTERS = "StampMasters-prod"
API = "stamp-rally-prod-api"
AWARD = "stamp-rally-prod-award"
TRIAL = {"StampId": {"S": "TEST-1"}, "Type": {"S": "IMAGE"}}


def _dev(change: Any) -> Break:
    def broken(snapshot: Snapshot) -> Snapshot:
        entries = [
            change(entry) if entry.kind == "run" else entry for entry in snapshot.dev.entries
        ]
        return replace(snapshot, dev=Records(tuple(entry for entry in entries if entry)))

    return broken


def stamps(change: Any) -> Break:
    """Change the items and, so that only their form is wrong, the manifest with them."""

    def broken(snapshot: Snapshot) -> Snapshot:
        contents = snapshot.inventory.sections.contents[MASTERS]
        return edited("contents", MASTERS, lambda c: replace(c, items=change(contents.items)))(
            snapshot
        )

    return broken


def first(**attributes: Any) -> Any:
    return lambda items: ({**items[0], **attributes}, *items[1:])


def located(**keys: str | None) -> Any:
    """Change the location of the first stamp; None takes a key away."""

    def change(items: tuple[Any, ...]) -> tuple[Any, ...]:
        location = {
            k: v for k, v in items[0]["Location"]["M"].items() if keys.get(k, v) is not None
        }
        location |= {name: {"N": value} for name, value in keys.items() if value is not None}
        return ({**items[0], "Location": {"M": location}}, *items[1:])

    return change


FUNCTIONS = "arn:aws:lambda:ap-northeast-1:444455556666:function:stamp-rally-prod-"
ROLES = "arn:aws:iam::444455556666:role/"
PATHED = f"{ROLES}service-role/stamp-rally-prod-award-role"
OWN_KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/9c2f7d10-5e3a-4b81-8f6d-0a1b2c3d4e5f"
FOREIGN_KEY = OWN_KEY.replace("444455556666", "999988887777")
USABLE = Key(arn=OWN_KEY, state="Enabled", manager="CUSTOMER", policy=None)
DENYING = json.dumps(
    {
        "Statement": {
            "Effect": "Deny",
            "Principal": {"AWS": f"{ROLES}stamp-rally-prod-award-role"},
            "Action": "kms:*",
            "Resource": "*",
        }
    }
)
TO_A_TABLE = "arn:aws:apigateway:ap-northeast-1:dynamodb:action/PutItem"
RUNS = compute.handlers_with(None)


def _variables_back(section: str = "versions_back", **values: str) -> Break:
    def changed(found: Function) -> Function:
        held = {name: compute.kept_back(text) for name, text in values.items()}
        return replace(found, environment={**found.environment, **held})

    return edited(section, AWARD, changed)


def _first_release(
    name: str, code: str = compute.CLOSED, description: str = "", *, calls_nothing: bool = True
) -> Break:
    """Let a closed release be the only way back."""
    contents = PackageContents(calls_nothing=calls_nothing, handlers=RUNS)
    shut = {"code_sha256": code, "description": description, "environment": {}}
    return both(item("versions_back", name, **shut), added("packages", code, contents))


def _variables_lost(*names: str) -> Break:
    def changed(found: Function) -> Function:
        left = {name: text for name, text in found.environment.items() if name not in names}
        return replace(found, environment=left)

    return edited("versions_back", AWARD, changed)


def _authorized(**kinds: str) -> Break:
    def changed(found: DeploymentBack) -> DeploymentBack:
        return replace(found, authorization={**(found.authorization or {}), **kinds})

    return edited("deployments_back", API, changed)


def _documented(change: Callable[[ApiDocument], ApiDocument]) -> Break:
    """Change the earlier deployment's export, which is on record."""

    def changed(found: DeploymentBack) -> DeploymentBack:
        return replace(found, document=change(found.document))

    return edited("deployments_back", API, changed)


def _integrated_back(id_: str, like: str = "", **facts: Any) -> Break:
    """Let a method of the earlier deployment be integrated otherwise; of one that it had not, as ``like`` is."""

    def changed(document: ApiDocument) -> ApiDocument:
        method = document.methods[like or id_]
        other = replace(method, integration=replace(method.integration, **facts))
        return replace(document, methods={**document.methods, id_: other})

    return _documented(changed)


def _beside(route: str, kind: str, uri: str = "") -> Break:
    """Let the earlier deployment serve a route that what is live does not, and that calls ``uri``, if anything."""
    served = _authorized(**{route: kind})
    return both(served, _integrated_back(route, "GET /stamps", uri=uri)) if uri else served


def _without(*routes: str, **kinds: str) -> Break:
    """Let the earlier deployment not serve these routes."""

    def changed(found: DeploymentBack) -> DeploymentBack:
        left = {id_: kind for id_, kind in found.authorization.items() if id_ not in routes}
        return replace(found, authorization=left | kinds)

    return edited("deployments_back", API, changed)


def _before(*routes: str) -> Break:
    """Let the earlier deployment be of a release that had not yet these routes, which its record shows."""

    def changed(document: ApiDocument) -> ApiDocument:
        left = {id_: method for id_, method in document.methods.items() if id_ not in routes}
        return replace(document, methods=left)

    return both(_without(*routes), _documented(changed))


def _calling(uri: str, **policies: FunctionPolicy | None) -> Break:
    """Let one route of the earlier deployment call another function, with its policy where nobody planned it."""
    called = {f"{FUNCTIONS}{name}": policy for name, policy in policies.items()}
    return both(
        _integrated_back("POST /notify", uri=uri), item("deployments_back", API, policies=called)
    )


def _keyed(**keys: bool) -> Break:
    def changed(found: DeploymentBack) -> DeploymentBack:
        return replace(found, keys={**found.keys, **keys})

    return edited("deployments_back", API, changed)


def _preflights_back(**headers: str) -> Break:
    """Let the earlier deployment answer preflights otherwise, as its record says."""
    answers = {"204": StaticAnswer(status="204", headers={**CORS, **headers})}
    paths = {method.path for method in document(None).methods.values()}
    return both(*(_integrated_back(f"OPTIONS {path}", answers=answers) for path in sorted(paths)))


def _policy(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _policy_back(*statements: dict[str, object]) -> Break:
    return _documented(partial(replace, surplus={POLICY.en: _policy(*statements)}))


def _beyond(fact: Words, text: str) -> Break:
    """Let a method of the earlier deployment have what is not planned."""
    return _documented(partial(_with_surplus, fact, text))


def _with_surplus(fact: Words, text: str, document: ApiDocument) -> ApiDocument:
    method = replace(document.methods["GET /stamps"], surplus={fact.en: text})
    return replace(document, methods={**document.methods, "GET /stamps": method})


def _responses_back(**responses: StaticAnswer | None) -> Break:
    """Let gateway responses of the earlier deployment differ, as its record says; None: it had not that one."""

    def changed(document: ApiDocument) -> ApiDocument:
        every = {**document.gateway_responses, **responses}
        return replace(document, gateway_responses={k: v for k, v in every.items() if v})

    return _documented(changed)


def _sessions_back(**facts: Any) -> Break:
    """Let the authorizer of the earlier deployment decide otherwise, as its record says."""

    def changed(document: ApiDocument) -> ApiDocument:
        ((name, asked),) = document.authorizers.items()
        return replace(document, authorizers={name: replace(asked, **facts)})

    return _documented(changed)


def _asking_stamps(by: str) -> Break:
    """Let a route or the authorizer of the earlier deployment call the function of GET /stamps, which allows the whole API."""

    def allowed(found: tuple[FunctionPolicy, ...]) -> tuple[FunctionPolicy, ...]:
        return (found[0], replace(found[1], document=compute.permission("stamps", "*")), *found[2:])

    return both(
        edited("function_policies", "stamp-rally-prod-stamps", allowed),
        _sessions_back(uri=uri("stamps"))
        if by == AUTHORIZER
        else _integrated_back(by, uri=uri("stamps")),
    )


def _set_beside(**configuration: Any) -> Break:
    """Let the version to go back to have a setting beside the plan."""
    answer = {"Configuration": configuration}
    found = told("lambda:GetFunction", answer, FunctionName=AWARD, Qualifier="1")
    return item("versions_back", AWARD, unplanned=found)


NETWORK = {"SubnetIds": ["subnet-0a1b"]}
LAYER = ("arn:aws:lambda:ap-northeast-1:580247275435:layer:insights:14",)


def _described(text: str, authorization: dict[str, str] | None = None) -> Break:
    def changed(found: DeploymentBack) -> DeploymentBack:
        older = replace(found.deployment, description=text)
        return replace(found, deployment=older, authorization=authorization)

    return edited("deployments_back", API, changed)


def _malformed(id_: str, change: Any, *follows: str, **more: Any) -> Defect:
    """A stamp that is not as the manifest says is DATA-01's as well: two facts, two roots."""
    breaks = manifested(stamps(change))
    return Defect(id=id_, breaks=breaks, follows=frozenset(follows), **more)


def manifested(breaks: Break) -> Break:
    """Let the manifest agree with what is there, as after a migration of bad data."""

    def broken(snapshot: Snapshot) -> Snapshot:
        from plan.canonical import canonical_hash  # noqa: PLC0415 - needed here alone

        snapshot = breaks(snapshot)
        items = snapshot.inventory.sections.contents[MASTERS].items
        body = snapshot.records.newest("manifest").body
        body = {**body, "count": len(items), "hash": canonical_hash(items)}
        return record("manifest", body=body)(snapshot)

    return broken


def _named(kind: str, name: str) -> Break:
    return edited("names", kind, lambda found: Names(names=(*found.names, name)))


def scan(table: str, **fields: Any) -> Break:
    return item("key_scans", table, **fields)


PREPARATION = (
    Defect(
        id="PREP-01:no-dev-run",
        breaks=_dev(lambda _: None),
        follows=frozenset({"SEC-04", "DEP-23"}),
    ),
    Defect(
        id="PREP-01:old",
        breaks=_dev(lambda run: replace(run, created=run.created - timedelta(days=8))),
    ),
    Defect(
        id="PREP-01:award-red",
        breaks=_dev(
            lambda run: replace(
                run, body={**run.body, "rows": {**run.body["rows"], "SMOKE-03": "fail"}}
            )
        ),
    ),
    Defect(
        id="PREP-01:rich-menus-not-signed",
        breaks=_dev(
            lambda run: replace(
                run,
                body={
                    **run.body,
                    "rows": {**run.body["rows"], "SMOKE-09": "not testable", "SMOKE-12": "fail"},
                },
            )
        ),
    ),
    Defect(
        id="PREP-01:award-waived",
        breaks=_dev(
            lambda run: replace(
                run,
                body={
                    **run.body,
                    "rows": {**run.body["rows"], "SMOKE-03": "waived"},
                    "known_faults": ["SMOKE-15"],
                },
            )
        ),
    ),
    Defect(
        id="PREP-01:nothing-functional",
        breaks=_dev(lambda run: replace(run, body={**run.body, "rows": {"SEC-40": "pass"}})),
    ),
    Defect(
        id="PREP-04:two-apis",
        breaks=edited("rest_apis", API, lambda found: (*found, replace(found[0], id="zzzzzzzzzz"))),
    ),
    Defect(
        id="PREP-05:left-over-function",
        grade="minor",
        breaks=_named("functions", "stamp-rally-prod-auth-old"),
        leaves_a_go=True,
    ),
    Defect(
        id="PREP-05:left-over-secret",
        breaks=_named("secrets", "stamp-rally-prod/token-secret-key-old"),
        leaves_a_go=True,
    ),
    Defect(
        id="PREP-05:names-unread", breaks=unread("names", "functions"), outcome=Outcome.NOT_TESTABLE
    ),
    Defect(
        id="PREP-06:other-account",
        breaks=lambda snapshot: replace(
            snapshot, inventory=replace(snapshot.inventory, account="111122223333")
        ),
    ),
    Defect(
        id="PREP-06:other-region",
        breaks=lambda snapshot: replace(
            snapshot, inventory=replace(snapshot.inventory, region="us-east-1")
        ),
    ),
)
DATA = (
    Defect(id="DATA-01:no-manifest", breaks=without_records("manifest")),
    Defect(
        id="DATA-01:one-lost",
        breaks=stamps(lambda items: items[1:]),
        also=frozenset({"DATA-06"}),
        leaves_a_go=True,
    ),
    Defect(id="DATA-01:one-changed", breaks=stamps(first(Name={"S": "Statue of dev"}))),
    Defect(
        id="DATA-01:one-more",
        breaks=stamps(lambda items: (*items, {**items[0], **TRIAL})),
        also=frozenset({"DATA-06"}),
        leaves_a_go=True,
    ),
    Defect(
        id="DATA-01:cut-short",
        breaks=edited("contents", MASTERS, lambda c: replace(c, complete=False)),
        outcome=Outcome.NOT_TESTABLE,
        follows=frozenset({"DATA-02", "DATA-03", "DATA-06", "DATA-08", "DATA-10"}),
    ),
    Defect(
        id="DATA-01:unread",
        breaks=unread("contents", MASTERS),
        outcome=Outcome.NOT_TESTABLE,
        follows=frozenset({"DATA-02", "DATA-03", "DATA-06", "DATA-08", "DATA-10"}),
    ),
    _malformed("DATA-02:empty", lambda _: (), also=frozenset({"DATA-06"}), leaves_a_go=True),
    _malformed("DATA-02:nameless", first(Name={"S": ""})),
    _malformed("DATA-02:unknown-type", first(Type={"S": "QR"})),
    _malformed("DATA-02:latitude-91", located(lat="91")),
    _malformed("DATA-02:longitude-of-other-planet", located(lon="239.65428")),
    _malformed("DATA-02:radius-zero", located(radiusM="0")),
    _malformed("DATA-02:radius-in-millimetres", located(radiusM="15000")),
    _malformed("DATA-02:old-spelling", located(lon=None, lng="139.65428")),
    _malformed(
        "DATA-02:no-location",
        lambda items: ({k: v for k, v in items[0].items() if k != "Location"}, *items[1:]),
    ),
    _malformed(
        "DATA-02:valid-until-no-day", first(ValidTo={"S": "2026-02-30"}), "DATA-03", "DATA-06"
    ),
    _malformed(
        "DATA-02:valid-from-nothing-legible", first(ValidFrom={"L": []}), "DATA-03", "DATA-06"
    ),
    _malformed("DATA-03:ended", first(ValidTo={"N": "1764000000"}), leaves_a_go=True),
    _malformed(
        "DATA-03:ends-at-noon", first(ValidTo={"S": "2026-12-01T12:00:00"}), leaves_a_go=True
    ),
    Defect(id="DATA-04:smoke-user", grade="major", breaks=scan("Users-prod", foreign=("Usmoke1",))),
    Defect(id="DATA-04:test-user-stamps", breaks=scan("UserStamps-prod", foreign=("test_user",))),
    Defect(
        id="DATA-04:smoke-user-among-too-many",
        breaks=scan("Users-prod", foreign=("Usmoke1",), complete=False),
        unknown=frozenset({"DATA-07"}),
    ),
    Defect(
        id="DATA-04:too-many-to-see",
        breaks=scan("Users-prod", complete=False),
        outcome=Outcome.NOT_TESTABLE,
        follows=frozenset({"DATA-07"}),
    ),
)
ROLLBACK = (
    Defect(
        id="ROLL-06:only-one-version",
        breaks=both(
            edited("versions", AWARD, lambda found: found[-1:]), absent("versions_back", AWARD)
        ),
    ),
    Defect(
        id="ROLL-06:not-read", breaks=unread("versions_back", AWARD), outcome=Outcome.NOT_TESTABLE
    ),
    Defect(
        id="ROLL-06:package-not-read",
        breaks=unread("packages", compute.former("award")),
        unknown=frozenset({"SEC-27"}),
        outcome=Outcome.NOT_TESTABLE,
    ),
    Defect(
        id="ROLL-06:handler-not-in-the-package",
        breaks=packaged(compute.former("award"), NO_REQUESTS),
    ),
    Defect(
        id="ROLL-06:handler-under-a-condition",
        breaks=packaged(compute.former("award"), UNDER_A_CONDITION),
        outcome=Outcome.NOT_TESTABLE,
        at_most=Severity.MAJOR,
        leaves_a_go=True,
    ),
    Defect(id="ROLL-06:no-handler", breaks=item("versions_back", AWARD, handler=None)),
    Defect(
        id="ROLL-06:role-is-gone",
        breaks=item("versions_back", AWARD, role_arn=f"{ROLES}stamp-rally-prod-award-former-role"),
    ),
    Defect(
        id="ROLL-06:role-was-created-again-without-its-path",
        breaks=item("versions_back", AWARD, role_arn=PATHED),
    ),
    Defect(
        id="ROLL-06:role-of-somebody-else",
        breaks=item("versions_back", AWARD, role_arn=f"{ROLES}service-role/ci"),
    ),
    Defect(
        id="ROLL-06:runtime-without-patches",
        breaks=item("versions_back", AWARD, runtime="python3.8"),
    ),
    Defect(
        id="ROLL-06:reads-a-table-of-dev",
        breaks=_variables_back(TABLE_USERSTAMPS="UserStamps"),
    ),
    Defect(
        id="ROLL-06:reads-a-table-that-was-replaced",
        breaks=_variables_back(TABLE_USERSTAMPS="UserStamps-prod-restored"),
    ),
    Defect(
        id="ROLL-06:reads-a-replaced-table-beside-a-name-of-dev-of-both-releases",
        breaks=both(
            _variables_back("functions", LEGACY="dev"),
            _variables_back(LEGACY="dev", TABLE_USERSTAMPS="UserStamps-prod-restored"),
        ),
        also=frozenset({"DEP-14"}),
        leaves_a_go=True,
    ),
    Defect(
        id="ROLL-06:code-that-nobody-recorded",
        breaks=both(
            item("versions_back", AWARD, code_sha256=LAPTOP),
            packaged(LAPTOP, None),
        ),
        at_most=Severity.MAJOR,
        leaves_a_go=True,
    ),
    Defect(
        id="ROLL-06:described-as-closed-and-without-variables",
        breaks=_first_release(AWARD, LAPTOP, CLOSED_VERSION, calls_nothing=False),
        leaves_a_go=True,
    ),
    Defect(id="ROLL-06:too-little-time", breaks=item("versions_back", AWARD, timeout_s=1)),
    Defect(id="ROLL-06:too-little-memory", breaks=item("versions_back", AWARD, memory_mb=128)),
    Defect(id="ROLL-06:failed", breaks=item("versions_back", AWARD, state="Failed")),
    Defect(
        id="ROLL-06:update-failed",
        breaks=item("versions_back", AWARD, last_update_status="Failed"),
    ),
    Defect(
        id="ROLL-06:key-of-a-foreign-account-that-is-gone",
        breaks=item("versions_back", AWARD, kms_key_arn=FOREIGN_KEY),
    ),
    Defect(
        id="ROLL-06:key-is-disabled",
        breaks=both(
            item("versions_back", AWARD, kms_key_arn=OWN_KEY),
            added("keys", OWN_KEY, replace(USABLE, state="Disabled")),
        ),
    ),
    Defect(
        id="ROLL-06:key-denies-the-role",
        breaks=both(
            item("versions_back", AWARD, kms_key_arn=OWN_KEY),
            added("keys", OWN_KEY, replace(USABLE, policy=DENYING)),
        ),
    ),
    Defect(
        id="ROLL-06:calls-through-a-proxy",
        breaks=_variables_back(HTTPS_PROXY="http://10.0.0.9:3128"),
    ),
    Defect(
        id="ROLL-06:verifies-logins-elsewhere-than-at-line",
        breaks=_variables_back(LINE_API_ENDPOINT="https://line.example.com"),
    ),
    Defect(
        id="ROLL-06:writes-down-what-it-receives",
        breaks=_variables_back(LOG_LEVEL="DEBUG"),
        at_most=Severity.MAJOR,
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-17:layer-of-both-releases",
        breaks=both(*(item(one, AWARD, layers=LAYER) for one in ("functions", "versions_back"))),
    ),
    Defect(
        id="ROLL-06:writes-into-a-log-group-that-no-alarm-counts",
        breaks=item("versions_back", AWARD, log_group="/aws/lambda/stamp-rally-dev-award"),
    ),
    Defect(id="ROLL-06:in-a-network", breaks=_set_beside(VpcConfig=NETWORK)),
    Defect(
        id="DEP-19:network-of-both-releases",
        breaks=both(
            attached_to(AWARD, "GetFunction", Configuration={"VpcConfig": NETWORK}),
            _set_beside(VpcConfig=NETWORK),
        ),
        leaves_a_go=True,
    ),
    Defect(
        id="ROLL-06:its-failed-calls-go-to-another-queue",
        breaks=_set_beside(
            DeadLetterConfig={"TargetArn": "arn:aws:sqs:ap-northeast-1:777788889999:q"}
        ),
    ),
    Defect(
        id="ROLL-06:tells-another-function-of-winners",
        breaks=_variables_back(NOTIFY_FUNCTION="push:live"),
    ),
    Defect(
        id="ROLL-06:answers-another-front-end",
        breaks=_variables_back(ALLOWED_ORIGIN="https://old.example.jp"),
    ),
    Defect(id="ROLL-06:inactive", breaks=item("versions_back", AWARD, state="Inactive")),
    Defect(id="ROLL-06:lacks-a-variable", breaks=_variables_lost("ALLOWED_ORIGIN")),
    Defect(
        id="ROLL-06:closed-release-that-failed",
        breaks=both(_first_release(AWARD), item("versions_back", AWARD, state="Failed")),
    ),
    Defect(
        id="ROLL-06:closed-release-whose-role-is-gone",
        breaks=both(
            _first_release(AWARD),
            item("versions_back", AWARD, role_arn=f"{ROLES}stamp-rally-prod-x"),
        ),
    ),
    Defect(
        id="ROLL-07:only-one-deployment",
        breaks=both(
            edited("deployments", API, lambda found: found[:1]), absent("deployments_back", API)
        ),
    ),
    Defect(
        id="ROLL-07:route-asks-no-authorizer",
        breaks=_authorized(**{"POST /stamps/award": "NONE"}),
    ),
    Defect(
        id="ROLL-07:route-asks-for-signed-calls", breaks=_authorized(**{"GET /stamps": "AWS_IAM"})
    ),
    Defect(
        id="ROLL-07:login-asks-for-a-session",
        breaks=_authorized(**{"POST /auth/verify": "CUSTOM"}),
    ),
    Defect(
        id="ROLL-07:preflight-asks-for-a-session",
        breaks=_authorized(**{"OPTIONS /stamps": "CUSTOM"}),
    ),
    Defect(
        id="ROLL-07:is-described-as-the-closed-one-and-is-open",
        breaks=_described(closed_description(API, "1a" * 32), {"GET /stamps": "NONE"}),
    ),
    Defect(id="ROLL-07:opens-a-table-to-callers", breaks=_beside("POST /raw", "NONE", TO_A_TABLE)),
    Defect(id="ROLL-07:opens-a-verb-of-a-route", breaks=_beside("ANY /stamps", "NONE", TO_A_TABLE)),
    Defect(
        id="ROLL-07:opens-a-route-and-its-calls-are-not-on-record",
        breaks=both(_beside("GET /admin", "NONE"), item("deployments_back", API, document=None)),
        leaves_a_go=True,
    ),
    Defect(id="ROLL-07:preflight-asks-for-a-key", breaks=_keyed(**{"OPTIONS /stamps": True})),
    Defect(id="ROLL-07:route-asks-for-no-key", breaks=_keyed(**{"GET /stamps": False})),
    Defect(
        id="ROLL-07:waits-too-short-for-its-function",
        breaks=_integrated_back("POST /stamps/award", timeout_ms=3000),
    ),
    Defect(
        id="ROLL-07:reads-sessions-from-another-header",
        breaks=_sessions_back(identity_source="method.request.header.X-Session"),
    ),
    Defect(id="ROLL-07:keeps-sessions-for-an-hour", breaks=_sessions_back(ttl_s=3600)),
    Defect(
        id="ROLL-07:answers-preflights-of-another-front-end",
        breaks=_preflights_back(**{"Access-Control-Allow-Origin": "https://old.example.jp"}),
    ),
    Defect(
        id="ROLL-07:allows-no-sessions",
        breaks=_preflights_back(**{"Access-Control-Allow-Headers": "Content-Type"}),
    ),
    Defect(
        id="ROLL-07:invokes-its-function-by-another-type",
        breaks=_integrated_back("GET /stamps", kind="AWS"),
    ),
    Defect(
        id="ROLL-07:invokes-its-function-by-another-method",
        breaks=_integrated_back("GET /stamps", http_method="GET"),
    ),
    Defect(
        id="ROLL-07:lets-another-address-answer-a-preflight",
        breaks=_integrated_back("OPTIONS /stamps", kind="HTTP", uri="https://cors.example.com"),
    ),
    Defect(
        id="ROLL-07:calls-a-function-as-another-role",
        breaks=_beyond(CREDENTIALS, "arn:aws:iam::444455556666:role/admin"),
    ),
    Defect(
        id="ROLL-07:sets-a-header-of-every-call",
        breaks=_beyond(MAPPED, "integration.request.header.Authorization: 'Bearer x'"),
    ),
    Defect(
        id="DEP-34:sets-a-header-of-every-call-and-did-so-before",
        breaks=both(
            _beyond(MAPPED, f"integration.request.header.X-Team={LEFT_OUT}"),
            edited(
                "served",
                "prod",
                partial(_with_surplus, MAPPED, "integration.request.header.X-Team='rally'"),
            ),
        ),
        leaves_a_go=True,
    ),
    Defect(
        id="ROLL-07:answers-a-refusal-with-what-the-caller-sent",
        breaks=_responses_back(
            ACCESS_DENIED=StaticAnswer(
                status="401",
                headers=CORS,
                templates={"text/html": "$method.request.header.Referer"},
            )
        ),
    ),
    Defect(
        id="ROLL-07:takes-bodies-for-bytes",
        breaks=_documented(partial(replace, surplus={BINARY.en: "*/*"})),
    ),
    Defect(
        id="ROLL-07:refuses-a-preflight",
        breaks=_integrated_back(
            "OPTIONS /stamps", answers={"403": StaticAnswer(status="403", headers=CORS)}
        ),
    ),
    Defect(
        id="ROLL-07:refuses-a-preflight-that-a-function-answers-now",
        breaks=both(
            integrated("OPTIONS /stamps", kind="AWS_PROXY"),
            _integrated_back(
                "OPTIONS /stamps", answers={"403": StaticAnswer(status="403", headers=CORS)}
            ),
        ),
        also=frozenset({"DEP-25"}),
    ),
    Defect(
        id="ROLL-07:hides-errors-of-the-server",
        breaks=_responses_back(DEFAULT_5XX=None),
    ),
    Defect(
        id="ROLL-07:hides-every-error",
        breaks=_documented(partial(replace, gateway_responses={})),
    ),
    Defect(
        id="ROLL-07:allows-errors-to-another-front-end",
        breaks=_responses_back(
            ACCESS_DENIED=StaticAnswer(
                status="401", headers={"Access-Control-Allow-Origin": "https://old.example.jp"}
            )
        ),
    ),
    Defect(
        id="ROLL-07:calls-an-error-a-success",
        breaks=_responses_back(THROTTLED=StaticAnswer(status="200", headers=CORS)),
    ),
    Defect(
        id="ROLL-07:forbids-where-a-session-has-ended",
        breaks=_responses_back(ACCESS_DENIED=StaticAnswer(status="403", headers=CORS)),
    ),
    Defect(
        id="ROLL-07:lets-only-the-office-in",
        breaks=_policy_back(EVERYBODY, OFFICE),
    ),
    Defect(
        id="ROLL-07:lets-no-person-in",
        breaks=_policy_back({**EVERYBODY, "Effect": "Deny"}),
    ),
    Defect(
        id="ROLL-07:calls-the-function-of-another-route",
        breaks=_asking_stamps("POST /stamps/award"),
    ),
    Defect(
        id="ROLL-07:calls-an-address-elsewhere", breaks=_calling("https://rally.example.com/notify")
    ),
    Defect(
        id="ROLL-07:calls-a-function-of-another-account",
        breaks=_calling(uri("notify").replace("444455556666", "777788889999")),
    ),
    Defect(
        id="ROLL-07:calls-another-account-beside-our-routes",
        breaks=_beside("GET /badges", "CUSTOM", uri("notify").replace("444455556666", "7" * 12)),
    ),
    Defect(
        id="ROLL-07:answers-a-route-by-itself",
        breaks=_integrated_back("POST /notify", kind="MOCK", uri="", http_method=""),
    ),
    Defect(
        id="ROLL-07:asks-the-function-of-a-route-for-sessions",
        breaks=_asking_stamps(AUTHORIZER),
    ),
    Defect(id="ROLL-07:calls-a-function-that-is-gone", breaks=_calling(uri("push", ""), push=None)),
    Defect(id="ROLL-07:calls-an-alias-that-is-gone", breaks=_calling(uri("notify", ":green"))),
    Defect(id="ROLL-07:may-not-invoke-what-it-calls", breaks=_calling(uri("notify", ""))),
    Defect(
        id="ROLL-07:may-not-invoke-what-nobody-planned",
        breaks=_calling(uri("push", ""), push=FunctionPolicy(qualifier=None, document=None)),
    ),
    Defect(id="ROLL-07:lacks-a-route", breaks=_without("POST /stamps/award")),
    Defect(id="ROLL-07:lacks-a-preflight", breaks=_without("OPTIONS /stamps/award")),
    Defect(
        id="ROLL-07:serves-a-route-by-any-without-authorizer",
        breaks=_without("POST /stamps/award", **{"ANY /stamps/award": "NONE"}),
    ),
    Defect(
        id="ROLL-07:lacks-a-preflight-of-a-route-that-it-had",
        breaks=_before("OPTIONS /stamps/award"),
    ),
    Defect(
        id="ROLL-07:lacks-a-route-and-was-not-released",
        breaks=both(
            _before("GET /stamps", "OPTIONS /stamps"),
            edited(
                "deployments_back",
                API,
                lambda found: replace(found, deployment=replace(found.deployment, id="h4nd")),
            ),
        ),
    ),
    Defect(
        id="ROLL-07:serves-nothing",
        breaks=both(
            item("deployments_back", API, authorization={}),
            _documented(lambda found: replace(found, methods={}, authorizers={})),
        ),
    ),
    Defect(
        id="ROLL-07:contents-unknown",
        breaks=item("deployments_back", API, authorization=None),
        outcome=Outcome.NOT_TESTABLE,
    ),
    Defect(
        id="ROLL-07:calls-what-no-record-says",
        breaks=item("deployments_back", API, document=None),
        at_most=Severity.MAJOR,
        leaves_a_go=True,
    ),
    Defect(
        id="ROLL-03:stale",
        breaks=item("backups", "UserStamps-prod", latest=datetime(2026, 11, 25, 8, 30, tzinfo=UTC)),
    ),
    Defect(
        id="ROLL-03:just-turned-on",
        breaks=item(
            "backups", "UserStamps-prod", earliest=datetime(2026, 11, 25, 8, 58, tzinfo=UTC)
        ),
    ),
    Defect(
        id="ROLL-03:no-times",
        breaks=item("backups", "UserStamps-prod", earliest=None, latest=None),
    ),
    Defect(id="ROLL-04:not-recorded", grade="major", breaks=without_records("front-end")),
    Defect(
        id="ROLL-04:empty", breaks=record("front-end", body={"url": "https://rally.example.jp"})
    ),
)
BARE = compute.permission("notify", "*/POST/notify", qualifier="")
SOUND: dict[str, Break] = {
    "the closed release is the only way back of a function": _first_release(AWARD),
    "the closed release of an earlier commit is the only way back of a function": _first_release(
        AWARD, LAPTOP, CLOSED_VERSION
    ),
    "the closed deployment is the only way back of the API": _described(
        closed_description(API, "1a" * 32)
    ),
    "the closed deployment is the only way back of the API, and serves its one path": _described(
        closed_description(API, "1a" * 32), {f"ANY {PATH}": "NONE"}
    ),
    "the version to go back to has a planned variable less": edited(
        "versions_back",
        AWARD,
        lambda found: replace(
            found, environment={k: v for k, v in found.environment.items() if k != "ACCURACY_CAP_M"}
        ),
    ),
    "the role has a path": both(
        item("roles", "stamp-rally-prod-award-role", arn=PATHED),
        item("functions", AWARD, role_arn=PATHED),
        item("versions_back", AWARD, role_arn=PATHED),
    ),
    "the deployment to go back to calls a function itself, which lets the API invoke it": both(
        _calling(uri("notify", "")),
        edited(
            "function_policies",
            "stamp-rally-prod-notify",
            lambda found: (replace(found[0], document=BARE), *found[1:]),
        ),
    ),
    "the deployment to go back to calls another function, which lets the API invoke it": _calling(
        uri("push", ""),
        push=FunctionPolicy(
            qualifier=None, document=compute.permission("push", "*/POST/notify", qualifier="")
        ),
    ),
    "the deployment to go back to has a route more, which asks for a session": _beside(
        "GET /badges", "CUSTOM", TO_A_TABLE
    ),
    "the deployment to go back to has a page of health, which calls nothing": _beside(
        "GET /health", "NONE"
    ),
    "the deployment to go back to has a preflight more": _beside(
        "OPTIONS /badges", "NONE", TO_A_TABLE
    ),
    "the deployment to go back to serves a route by ANY, and asks for the same": _without(
        "POST /stamps/award", **{"ANY /stamps/award": "CUSTOM"}
    ),
    "the deployment to go back to is a release from before a route": _before(
        "GET /stamps", "OPTIONS /stamps"
    ),
    "the version to go back to has more time and memory": item(
        "versions_back", AWARD, memory_mb=1024, timeout_s=60
    ),
    "the variables of the version to go back to have a key that can be used": both(
        item("versions_back", AWARD, kms_key_arn=OWN_KEY), added("keys", OWN_KEY, USABLE)
    ),
    "a preflight of the deployment to go back to waits for less": _integrated_back(
        "OPTIONS /stamps", timeout_ms=3000
    ),
    "the deployment to go back to keeps sessions for less": _sessions_back(ttl_s=0),
    "the deployment to go back to has a policy that refuses no caller": _policy_back(EVERYBODY),
    "the deployment to go back to has a policy that names our API alone": _policy_back(
        {
            **EVERYBODY,
            "Resource": "arn:aws:execute-api:ap-northeast-1:444455556666:k3v9x0q2ma/*",
        }
    ),
    "the authorizer of the deployment to go back to receives whole requests": _sessions_back(
        kind="REQUEST"
    ),
    "the deployment to go back to has fewer gateway responses, since the defaults allow the origin": _responses_back(
        UNAUTHORIZED=None, THROTTLED=None, QUOTA_EXCEEDED=None
    ),
    "the deployment to go back to has a gateway response more, and headers in lower case": _responses_back(
        WAF_FILTERED=StaticAnswer(
            status="403", headers={key.lower(): value for key, value in CORS.items()}
        )
    ),
    "the deployment to go back to is from before a verb, and its preflights allow less": both(
        _before("DELETE /richmenu/unset"),
        _preflights_back(**{"Access-Control-Allow-Methods": "GET,POST,OPTIONS"}),
    ),
    "API Gateway says nothing of the keys of the deployment to go back to": item(
        "deployments_back", API, keys={}
    ),
    "the version to go back to logs less, and retries as it likes": _variables_back(
        LOG_LEVEL="WARNING", AWS_RETRY_MODE="standard"
    ),
}
"""Ways back that are as good as ours."""
DEFECTS = PREPARATION + DATA + ROLLBACK
