"""Defects of the functions: DEP-10 to DEP-18."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from signoff.inventory.api import ApiDocument
from signoff.inventory.functions import Alias, FunctionPolicy, LambdaAccount
from signoff.inventory.value import Value
from signoff.outcome import Outcome
from signoff.world import World
from tests.defects import following
from tests.defects.changes import absent, added, both, edited, item, record, unread, without_records
from tests.defects.defect import Break, Defect
from tests.healthy import compute, edge
from tests.healthy.api_document import AUTHORIZER, uri

AUTH, AWARD, STAMPS = "stamp-rally-prod-auth", "stamp-rally-prod-award", "stamp-rally-prod-stamps"
EVERYWHERE = ("functions", "aliases", "versions", "function_policies", "function_urls")
API_OF_DEV = "arn:aws:execute-api:us-east-1:444455556666:q8w2e5r1ty"


def _lost(name: str) -> Break:
    """Take a function away with all that AWS would have told of it."""
    return both(*(absent(section, name) for section in EVERYWHERE))


def _set(name: str, **variables: Value) -> Break:
    """Give a function these variables, in the place of its own or beside them."""
    return edited(
        "functions",
        name,
        lambda one: replace(one, environment={**one.environment, **variables}),
    )


def _unset(name: str, variable: str) -> Break:
    return edited(
        "functions",
        name,
        lambda one: replace(
            one, environment={k: v for k, v in one.environment.items() if k != variable}
        ),
    )


def _alias(name: str, **fields: Any) -> Break:
    return edited("aliases", name, lambda found: (replace(found[0], **fields),))


def _policy(key: str, document: str, qualifier: str | None = "live") -> Break:
    found = FunctionPolicy(qualifier=qualifier, document=document)
    return added("function_policies", f"stamp-rally-prod-{key}", (found,))


def _document(change: Any) -> Break:
    """Change the API as it is served, and the draft with it: nothing is left to deploy."""
    return both(edited("served", "prod", change), edited("draft", edge.API, change))


def _called(route: str, address: str) -> Break:
    """Integrate one route with another address."""

    def moved(document: ApiDocument) -> ApiDocument:
        method = document.methods[route]
        assert method.integration
        integration = replace(method.integration, uri=address)
        methods = {**document.methods, route: replace(method, integration=integration)}
        return replace(document, methods=methods)

    return _document(moved)


def _asked(address: str) -> Break:
    """Let another address decide on sessions."""

    def moved(document: ApiDocument) -> ApiDocument:
        authorizer = replace(document.authorizers[AUTHORIZER], uri=address)
        return replace(document, authorizers={AUTHORIZER: authorizer})

    return _document(moved)


def _without_alias(name: str) -> Break:
    """Take the alias away: what stands then for the function is $LATEST, and its policy is gone."""
    return both(
        added("aliases", name, ()),
        item("functions", name, version="$LATEST"),
        added("function_policies", name, ()),
    )


def _released(name: str, **fields: str) -> Break:
    def broken(world: World) -> World:
        newest = world.records.newest("release")
        assert newest
        functions = {**newest.body["functions"], name: fields}
        return record("release", body={**newest.body, "functions": functions})(world)

    return broken


def _deployed_by_hand(world: World) -> World:
    """Deploy the API once more, without the procedure that leaves a record."""
    newest = replace(
        edge.deployments()[edge.API][0],
        id="0yz7rk",
        created=datetime(2026, 11, 25, 7, 12, tzinfo=UTC),
    )
    again = edited("deployments", edge.API, lambda found: (newest, *found))
    return both(again, item("stages", "prod", deployment_id="0yz7rk"))(world)


def _room(unreserved: int, **reserved: int) -> Break:
    """Leave so much unreserved concurrency, and reserve some for functions (by their key)."""
    account = LambdaAccount(concurrent_executions=1000, unreserved=unreserved)
    kept = (
        item("functions", f"stamp-rally-prod-{key}", reserved_concurrency=figure)
        for key, figure in reserved.items()
    )
    return both(added("lambda_account", "account", account), *kept)


DEV_SECRET = compute.kept_back("stamp-rally/token-secret-key")
NO_VERSION = Alias(name="live", arn=f"{compute.PREFIX}{STAMPS}:live", version="$LATEST")
OTHER_ALIAS = Alias(name="prod", arn=f"{compute.PREFIX}{STAMPS}:prod", version="2")

RUNNING = (
    Defect(
        id="DEP-10:absent",
        breaks=_lost(STAMPS),
        follows=following.A_FUNCTION | {"MON-11", "PREP-04", "ROLL-01"},
    ),
    Defect(
        id="DEP-10:unreadable",
        breaks=unread("functions", STAMPS),
        outcome=Outcome.NOT_TESTABLE,
        unknown=following.A_FUNCTION | {"MON-11", "PREP-04", "PREP-06", "ROLL-01"},
    ),
    Defect(id="DEP-10:pending", breaks=item("functions", AWARD, state="Pending")),
    Defect(id="DEP-10:inactive", breaks=item("functions", AWARD, state="Inactive")),
    Defect(
        id="DEP-10:update-failed", breaks=item("functions", AUTH, last_update_status="Failed")
    ),
    Defect(
        id="DEP-10:update-under-way", breaks=item("functions", AUTH, last_update_status="InProgress")
    ),
    Defect(id="DEP-11:deprecated", breaks=item("functions", AWARD, runtime="python3.9")),
    Defect(id="DEP-11:one-older", breaks=item("functions", AUTH, runtime="python3.12")),
    Defect(id="DEP-11:one-newer", breaks=item("functions", AUTH, runtime="python3.14")),
    Defect(id="DEP-11:container-image", breaks=item("functions", STAMPS, runtime=None)),
    Defect(
        id="DEP-11:past-its-day",
        breaks=lambda world: replace(
            item("functions", AUTH, runtime="python3.13")(world),
            environment=replace(world.environment, runtime="python3.13"),
        ),
    ),
    Defect(id="DEP-12:lambda-default", breaks=item("functions", AUTH, timeout_s=3, memory_mb=128)),
    Defect(id="DEP-12:limit-of-api-gateway", breaks=item("functions", AWARD, timeout_s=29)),
    Defect(id="DEP-12:half-the-memory", breaks=item("functions", STAMPS, memory_mb=128)),
)
VARIABLES = (
    Defect(id="DEP-13:absent", breaks=_unset(AWARD, "TABLE_STAMPMASTERS")),
    Defect(id="DEP-13:empty", breaks=_set(AUTH, TABLE_USERS=compute.kept_back(""))),
    Defect(
        id="DEP-13:wrong-table", breaks=_set(AUTH, TABLE_USERS=compute.clear("UserStamps-prod"))
    ),
    Defect(
        id="DEP-13:with-a-blank", breaks=_set(AUTH, TABLE_USERS=compute.kept_back("Users-prod "))
    ),
    Defect(
        id="DEP-13:notify-without-alias",
        breaks=_set(AWARD, NOTIFY_FUNCTION=compute.kept_back("stamp-rally-prod-notify")),
    ),
    Defect(
        id="DEP-13:origin-with-a-slash",
        breaks=_set(AWARD, ALLOWED_ORIGIN=compute.kept_back("https://rally.example.jp/")),
    ),
    Defect(
        id="DEP-13:accuracy-unlimited",
        breaks=_set(AWARD, ACCURACY_CAP_M=compute.clear("100000")),
    ),
    Defect(
        id="DEP-13:fake-line",
        breaks=_set(AUTH, LINE_API_ENDPOINT=compute.kept_back("http://127.0.0.1:8999")),
    ),
    Defect(
        id="DEP-13:almost-line",
        breaks=_set(AUTH, LINE_API_ENDPOINT=compute.kept_back("http://api.line.me")),
    ),
    Defect(
        id="DEP-14:table-of-dev",
        breaks=_set(AUTH, TABLE_USERS=compute.kept_back("Users")),
        follows=frozenset({"DEP-13"}),
    ),
    Defect(
        id="DEP-14:table-of-staging",
        breaks=_set(STAMPS, TABLE_USERSTAMPS=compute.kept_back("UserStamps-stg")),
        follows=frozenset({"DEP-13"}),
    ),
    Defect(
        id="DEP-14:secret-of-dev",
        breaks=_set(AUTH, SECRET_NAME_TOKEN_KEY=DEV_SECRET),
        follows=frozenset({"DEP-13"}),
    ),
    Defect(
        id="DEP-14:says-it-is-dev",
        breaks=_set(AWARD, ENVIRONMENT=compute.kept_back("dev")),
        follows=frozenset({"DEP-13"}),
    ),
    Defect(
        id="DEP-14:notify-of-dev",
        breaks=_set(AWARD, NOTIFY_FUNCTION=compute.kept_back("stamp-rally-notify:live")),
        follows=frozenset({"DEP-13"}),
    ),
    Defect(
        id="DEP-14:extra-region",
        breaks=_set(AWARD, BUCKET_REGION=compute.kept_back("us-east-1")),
    ),
    Defect(
        id="DEP-14:extra-table-of-dev",
        breaks=_set(AWARD, TABLE_OLD=compute.kept_back("UserStamps")),
    ),
)
ALIASES = (
    Defect(
        id="DEP-15:absent",
        breaks=_without_alias(STAMPS),
        follows=following.AN_ALIAS | {"ROLL-01"},
    ),
    Defect(
        id="DEP-15:another-name",
        breaks=both(_without_alias(STAMPS), added("aliases", STAMPS, (OTHER_ALIAS,))),
        follows=following.AN_ALIAS | {"ROLL-01"},
    ),
    Defect(
        id="DEP-15:latest",
        breaks=both(
            added("aliases", STAMPS, (NO_VERSION,)), item("functions", STAMPS, version="$LATEST")
        ),
    ),
    Defect(id="DEP-15:version-that-is-gone", breaks=_alias(STAMPS, version="7")),
    Defect(id="DEP-16:route-on-the-function", breaks=_called("GET /stamps", uri("stamps", ""))),
    Defect(id="DEP-16:route-on-a-version", breaks=_called("GET /stamps", uri("stamps", ":2"))),
    Defect(
        id="DEP-16:route-on-latest", breaks=_called("POST /notify", uri("notify", ":$LATEST"))
    ),
    Defect(id="DEP-16:authorizer-on-the-function", breaks=_asked(uri("auth", ""))),
    Defect(id="DEP-16:authorizer-is-another", breaks=_asked(uri("stamps"))),
    Defect(id="DEP-16:no-permission", breaks=added("function_policies", STAMPS, ())),
    Defect(
        id="DEP-16:permission-on-the-function",
        breaks=_policy("stamps", compute.permission("stamps", "*/*/*", qualifier=""), None),
    ),
    Defect(
        id="DEP-16:permission-for-another-api",
        breaks=_policy("stamps", compute.permission("stamps", "*/GET/stamps", api=API_OF_DEV)),
    ),
    Defect(
        id="DEP-16:permission-for-another-stage",
        breaks=_policy("stamps", compute.permission("stamps", "dev/GET/stamps")),
    ),
    Defect(
        id="DEP-16:permission-for-one-route-of-two",
        breaks=_policy("ranking", compute.permission("ranking", "prod/GET/ranking/weekly")),
    ),
    Defect(
        id="DEP-16:authorizer-not-permitted",
        breaks=_policy("auth", compute.permission("auth", "prod/POST/auth/verify")),
    ),
    Defect(
        id="DEP-16:another-authorizer-permitted",
        breaks=_policy(
            "auth", compute.permission("auth", "prod/POST/auth/verify", "authorizers/zzz999")
        ),
    ),
)
RELEASES = (
    Defect(
        id="DEP-17:other-code",
        breaks=item("functions", AWARD, code_sha256=compute.CODE["stamps"]),
    ),
    Defect(
        id="DEP-17:rolled-back",
        breaks=both(
            _alias(AWARD, version="1"),
            item("functions", AWARD, version="1", code_sha256=f"old{compute.CODE['award'][3:]}"),
        ),
    ),
    Defect(id="DEP-17:no-record", breaks=without_records("release")),
    Defect(id="DEP-17:function-not-recorded", breaks=_released(AWARD)),
    Defect(id="DEP-17:deployed-by-hand", breaks=_deployed_by_hand),
    Defect(id="DEP-18:new-account", breaks=_room(10)),
    Defect(id="DEP-18:one-too-few", breaks=_room(179)),
    Defect(id="DEP-18:others-reserved-it-all", breaks=_room(100)),
    Defect(id="DEP-18:switched-off", breaks=_room(900, stamps=0)),
    Defect(id="DEP-18:strangled", breaks=_room(900, auth=59)),
    Defect(
        id="DEP-18:unreadable",
        breaks=unread("lambda_account"),
        outcome=Outcome.NOT_TESTABLE,
    ),
)
DEFECTS: tuple[Defect, ...] = (*RUNNING, *VARIABLES, *ALIASES, *RELEASES)

SOUND: tuple[tuple[str, Break], ...] = (
    ("a variable more", _set(AUTH, LOG_LEVEL=compute.kept_back("INFO"))),
    ("LINE's endpoint set", _set(AUTH, LINE_API_ENDPOINT=compute.kept_back("https://api.line.me"))),
    ("just enough concurrency", _room(180)),
    ("just enough, reserved", _room(100, auth=80)),
    ("permission for every stage", _policy("stamps", compute.permission("stamps", "*/GET/stamps"))),
    ("permission for everything", _policy("stamps", compute.permission("stamps", "*"))),
)
"""Other ways to be right: nothing may turn red."""
