"""Defects of the functions, their release and their room: DEP-10 to DEP-12, DEP-17, DEP-18."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aws.api.document import ApiDocument, Integration, Method
from aws.api.integration import StaticAnswer
from aws.kinds.function import HandlerFlaw
from aws.kinds.function_invocation import LambdaAccount, Version
from aws.kinds.rest_api import Deployment
from aws.release import CLOSED_VERSION, PATH, Package, closed_description
from aws.way_back import PackageContents
from aws.words import Words
from signoff.judge.checklist import Severity
from signoff.judge.outcome import Outcome
from signoff.judge.snapshot import Snapshot, contents_of
from tests.defects import following
from tests.defects.changes import (
    absent,
    added,
    answering,
    both,
    edited,
    item,
    record,
    unread,
    without_records,
)
from tests.defects.defect import Break, Defect
from tests.healthy import compute, edge
from tests.healthy.api_document import CORS
from tests.healthy.store import FORMER_DEPLOYMENT

AUTH, AWARD, STAMPS = "stamp-rally-prod-auth", "stamp-rally-prod-award", "stamp-rally-prod-stamps"
NO_REQUESTS = HandlerFlaw(
    Words(
        en="handler.py:3 imports requests, which neither the package nor Lambda's runtime has",
        ja="handler.py:3でインポートするrequestsがパッケージにもLambdaのランタイムにもない",
    )
)
UNDER_A_CONDITION = HandlerFlaw(
    Words(
        en="handler.py defines handler under a condition only",
        ja="handler.pyのhandlerは条件を満たす場合にのみ定義される",
    ),
    certain=False,
)
LAPTOP = "L4pt0pK9mZtY1sD7fHcX5bNw2jLr8aUe6gOi0kTqBVxCM="
"""CodeSha256 of what this commit does not build."""
LAYERS = "arn:aws:lambda:ap-northeast-1"
CLOSED_DEPLOYMENT = closed_description("stamp-rally-prod-api", "0" * 64)
EVERYWHERE = (
    *("functions", "aliases", "versions", "function_policies", "function_urls"),
    "function_attachments",
)


def live(change: Callable[[Any], object]) -> Callable[[Callable[[str], Any]], object]:
    """Return the call that changes $LATEST of ``STAMPS`` on AWS and puts that live."""

    def harm(client: Callable[[str], Any]) -> None:
        aws = client("lambda")
        change(aws)
        version = aws.publish_version(FunctionName=STAMPS)["Version"]
        aws.update_alias(FunctionName=STAMPS, Name="live", FunctionVersion=version)

    return harm


def configured(**changes: Any) -> Callable[[Callable[[str], Any]], object]:
    return live(lambda aws: aws.update_function_configuration(FunctionName=STAMPS, **changes))


def _lost(name: str) -> Break:
    """Take a function away with all that AWS would have told of it."""
    return both(*(absent(section, name) for section in EVERYWHERE))


def packaged(code: str, flaw: HandlerFlaw | None) -> Break:
    """Let Lambda not find the handler in the package of that code."""
    contents = PackageContents(handlers=compute.handlers_with(flaw))
    return added("packages", code, contents)


def _released(name: str, **fields: str) -> Break:
    def broken(snapshot: Snapshot) -> Snapshot:
        newest = snapshot.records.newest("release")
        assert newest
        functions = {**newest.body["functions"], name: fields}
        return record("release", body={**newest.body, "functions": functions})(snapshot)

    return broken


def _deployed_by_hand(snapshot: Snapshot) -> Snapshot:
    """Deploy the API once more, without the procedure that leaves a record."""
    newest = replace(
        edge.deployments()[edge.API][0],
        id="0yz7rk",
        created=datetime(2026, 11, 25, 7, 12, tzinfo=UTC),
    )
    again = edited("deployments", edge.API, lambda found: (newest, *found))
    return both(again, item("stages", "prod", deployment_id="0yz7rk"))(snapshot)


def _with_contents(contents: str) -> Break:
    """Let the release record hold what the stage served then."""

    def broken(snapshot: Snapshot) -> Snapshot:
        entries = [
            replace(entry, body={**entry.body, "contents": contents})
            if entry.kind == "release"
            else entry
            for entry in snapshot.records.entries
        ]
        return replace(snapshot, records=replace(snapshot.records, entries=tuple(entries)))

    return broken


def _same_second(*, older_first: bool) -> Break:
    """Deploy the API twice within a second: AWS dates both alike, and lists them in any order."""

    def again(found: tuple[Deployment, ...]) -> tuple[Deployment, ...]:
        twin = replace(found[0], id="0yz7rk")
        return (twin, *found) if older_first else (found[0], twin, *found[1:])

    return edited("deployments", edge.API, again)


def _room(unreserved: int, **reserved: int) -> Break:
    """Leave so much unreserved concurrency, and reserve some for functions (by their key)."""
    account = LambdaAccount(concurrent_executions=1000, unreserved=unreserved)
    kept = (
        item("functions", f"stamp-rally-prod-{key}", reserved_concurrency=figure)
        for key, figure in reserved.items()
    )
    return both(added("lambda_account", "account", account), *kept)


def _rolled_back(name: str, code: str) -> Break:
    """Move the alias to version 1, whose code is another."""
    return both(
        edited("aliases", name, lambda found: (replace(found[0], version="1"),)),
        item("functions", name, version="1", code_sha256=code),
        packaged(code, None),
    )


def _closed_by_an_earlier_commit(name: str) -> Break:
    """Move the alias to the closed release of a commit that built another package for it."""
    return both(_rolled_back(name, LAPTOP), item("functions", name, description=CLOSED_VERSION))


def _sent_to_the_version_before(name: str, share: float, **version: str) -> Break:
    """Let the alias send a share of the calls to version 1, which is as ``version`` says."""

    def first(found: tuple[Version, ...]) -> tuple[Version, ...]:
        return (replace(found[0], **version), *found[1:])

    weighted = edited("aliases", name, lambda found: (replace(found[0], weights={"1": share}),))
    return both(edited("versions", name, first), weighted)


def _canary(percent: float, description: str) -> Break:
    """Let the stage send a share of the calls to the deployment before, of that description."""

    def last(found: tuple[Deployment, ...]) -> tuple[Deployment, ...]:
        return (*found[:-1], replace(found[-1], description=description))

    canary = {"canary_percent": percent, "canary_deployment": FORMER_DEPLOYMENT}
    return both(edited("deployments", edge.API, last), item("stages", "prod", **canary))


def _back_to_the_closed_release(name: str) -> Break:
    """Go back from the first release, as the procedure does: it records what is live then."""
    return both(
        _rolled_back(name, compute.CLOSED),
        _released(name, version="1", code_sha256=compute.CLOSED),
    )


def _built_anew(name: str, code: str) -> Break:
    """Let the judged commit build another package than the one that is live."""

    def broken(snapshot: Snapshot) -> Snapshot:
        builds = snapshot.scope.builds
        assert builds
        other = {**builds.functions, name: Package(code_sha256=code, content=b"")}
        scope = replace(snapshot.scope, builds=replace(builds, functions=other))
        return replace(snapshot, scope=scope)

    return broken


def _closed_api(api: ApiDocument) -> ApiDocument:
    """Return what the first deployment serves: one path, which answers by itself."""
    answer = StaticAnswer(status="503", headers=CORS)
    mock = Integration(kind="MOCK", answers={"503": answer})
    one = Method(path=PATH, verb="ANY", authorizer=None, api_key_required=False, integration=mock)
    return replace(api, methods={f"ANY {PATH}": one}, authorizers={})


def attached_to(name: str, operation: str, **answer: Any) -> Break:
    call = f"lambda:{operation}"
    return answering(
        "function_attachments", name, call, answer, FunctionName=name, Qualifier="live"
    )


RUNNING = (
    Defect(
        id="DEP-10:absent",
        breaks=_lost(STAMPS),
        follows=following.A_FUNCTION,
    ),
    Defect(id="DEP-10:pending", breaks=item("functions", AWARD, state="Pending")),
    Defect(id="DEP-10:inactive", breaks=item("functions", AWARD, state="Inactive")),
    Defect(id="DEP-10:update-failed", breaks=item("functions", AUTH, last_update_status="Failed")),
    Defect(
        id="DEP-10:update-under-way",
        breaks=item("functions", AUTH, last_update_status="InProgress"),
    ),
    Defect(
        id="DEP-10:handler-not-in-the-package", breaks=packaged(compute.CODE["award"], NO_REQUESTS)
    ),
    Defect(
        id="DEP-10:handler-under-a-condition",
        breaks=packaged(compute.CODE["award"], UNDER_A_CONDITION),
        outcome=Outcome.NOT_TESTABLE,
        at_most=Severity.MAJOR,
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-11:deprecated", grade="major", breaks=item("functions", AWARD, runtime="python3.9")
    ),
    Defect(
        id="DEP-11:one-older",
        breaks=item("functions", AUTH, runtime="python3.12"),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-11:one-newer",
        breaks=item("functions", AUTH, runtime="python3.14"),
        leaves_a_go=True,
    ),
    Defect(id="DEP-11:container-image", breaks=item("functions", STAMPS, runtime=None)),
    Defect(
        id="DEP-12:lambda-default",
        grade="major",
        breaks=item("functions", AUTH, timeout_s=3, memory_mb=128),
    ),
    Defect(id="DEP-12:too-short-for-one-call", breaks=item("functions", AWARD, timeout_s=9)),
    Defect(id="DEP-12:longer-than-decided", breaks=item("functions", AWARD, timeout_s=31)),
    Defect(id="DEP-12:half-the-memory", breaks=item("functions", STAMPS, memory_mb=128)),
)
RELEASES = (
    Defect(
        id="DEP-17:other-code",
        breaks=item("functions", AWARD, code_sha256=compute.CODE["stamps"]),
        follows=frozenset({"DEP-38"}),
    ),
    Defect(
        id="DEP-17:rolled-back",
        breaks=_rolled_back(AWARD, f"old{compute.CODE['award'][3:]}"),
        follows=frozenset({"DEP-38"}),
    ),
    Defect(
        id="DEP-39:function-went-back-to-closed",
        breaks=_back_to_the_closed_release(AWARD),
        follows=frozenset({"DEP-38"}),
    ),
    Defect(
        id="DEP-39:alias-moved-to-closed-in-the-console",
        breaks=_rolled_back(AWARD, compute.CLOSED),
        follows=frozenset({"DEP-17", "DEP-38"}),
    ),
    Defect(
        id="DEP-39:alias-moved-to-the-closed-release-of-an-earlier-commit",
        breaks=_closed_by_an_earlier_commit(AWARD),
        follows=frozenset({"DEP-17", "DEP-38"}),
    ),
    Defect(
        id="DEP-39:stage-went-back-to-closed",
        breaks=both(
            item("stages", "prod", deployment_id="m4x8c1"),
            edited("served", "prod", _closed_api),
        ),
        follows=following.AN_OPEN_STAGE,
    ),
    Defect(
        id="DEP-39:tenth-of-the-calls-sent-to-the-closed-version",
        breaks=_sent_to_the_version_before(AWARD, 0.1, code_sha256=compute.CLOSED),
        follows=frozenset({"DEP-28"}),
    ),
    Defect(
        id="DEP-39:tenth-of-the-calls-sent-to-the-closed-version-of-an-earlier-commit",
        breaks=_sent_to_the_version_before(AWARD, 0.1, description=CLOSED_VERSION),
        follows=frozenset({"DEP-28"}),
    ),
    Defect(
        id="DEP-39:tenth-of-the-calls-sent-to-a-version-that-is-not-listed",
        breaks=edited(
            "aliases", AWARD, lambda found: (replace(found[0], weights={"9": 0.1}), *found[1:])
        ),
        follows=frozenset({"DEP-28"}),
    ),
    Defect(
        id="DEP-39:canary-of-the-closed-deployment",
        breaks=_canary(20.0, CLOSED_DEPLOYMENT),
        follows=frozenset({"DEP-28"}),
    ),
    Defect(
        id="DEP-28:canary-of-the-closed-deployment-without-traffic",
        breaks=_canary(0.0, CLOSED_DEPLOYMENT),
    ),
    Defect(
        id="DEP-28:canary-of-an-open-deployment",
        breaks=_canary(20.0, "sprint 9: closed: 12 tickets"),
    ),
    Defect(
        id="DEP-28:closed-version-without-traffic",
        breaks=_sent_to_the_version_before(AWARD, 0.0, code_sha256=compute.CLOSED),
    ),
    Defect(
        id="DEP-17:no-record",
        breaks=without_records("release"),
        follows=frozenset({"DEP-38"}),
    ),
    Defect(
        id="DEP-17:function-not-recorded",
        breaks=_released(AWARD),
        follows=frozenset({"DEP-38"}),
    ),
    Defect(
        id="DEP-38:laptop-upload-that-somebody-recorded",
        grade="major",
        breaks=both(
            item("functions", AWARD, code_sha256=LAPTOP),
            packaged(LAPTOP, None),
            _released(AWARD, version="2", code_sha256=LAPTOP),
        ),
    ),
    Defect(
        id="DEP-38:live-is-an-older-commit",
        breaks=_built_anew(AUTH, LAPTOP),
        also=frozenset({"PREP-10"}),  # nobody has proven the commit that judges, either
    ),
    Defect(id="DEP-17:deployed-by-hand", breaks=_deployed_by_hand),
    Defect(
        id="DEP-17:something-else-deployed",
        breaks=both(_deployed_by_hand, _with_contents("0f1e2d3c4b5a6978")),
    ),
    Defect(
        id="DEP-17:layer",
        breaks=item("functions", AWARD, layers=(f"{LAYERS}:444455556666:layer:hotfix:3",)),
    ),
    Defect(
        id="DEP-17:layer-of-somebody-else",
        breaks=item("functions", AUTH, layers=(f"{LAYERS}:580247275435:layer:LambdaInsights:38",)),
    ),
    Defect(
        id="DEP-17:code-on-a-file-system",
        breaks=item("functions", STAMPS, file_systems=("/mnt/code",)),
    ),
    Defect(
        id="DEP-19:in-a-network",
        breaks=attached_to(
            AWARD,
            "GetFunction",
            Configuration={"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}},
        ),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-19:fed-by-a-stream",
        breaks=attached_to(
            STAMPS,
            "ListEventSourceMappings",
            EventSourceMappings=[
                {
                    "UUID": "14e0db71",
                    "EventSourceArn": "arn:aws:sqs:…",
                    "FunctionArn": f"arn:aws:lambda:ap-northeast-1:444455556666:function:{STAMPS}",
                }
            ],
        ),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-19:runtime-pinned",
        breaks=attached_to(AWARD, "GetRuntimeManagementConfig", UpdateRuntimeOn="Manual"),
    ),
    Defect(
        id="DEP-19:unreadable",
        breaks=unread("function_attachments", AWARD),
        unknown=frozenset({"PREP-02"}),
        outcome=Outcome.NOT_TESTABLE,
    ),
    Defect(id="DEP-18:new-account", breaks=_room(10)),
    Defect(id="DEP-18:one-too-few", breaks=_room(179)),
    Defect(id="DEP-18:others-reserved-it-all", breaks=_room(100)),
    Defect(id="DEP-18:one-reserved-more-than-it-can-need", breaks=_room(100, auth=900)),
    Defect(id="DEP-18:switched-off", breaks=_room(900, stamps=0)),
    Defect(id="DEP-18:strangled", breaks=_room(900, auth=59)),
    Defect(
        id="DEP-18:unreadable",
        breaks=unread("lambda_account"),
        unknown=frozenset({"PREP-02"}),
        outcome=Outcome.NOT_TESTABLE,
    ),
)
DEFECTS: tuple[Defect, ...] = (*RUNNING, *RELEASES)

SOUND: dict[str, Break] = {
    "the same API deployed again by a pipeline": both(
        _deployed_by_hand, _with_contents(contents_of(edge.served()["prod"]))
    ),
    "a time-out of API Gateway's own limit": item("functions", AWARD, timeout_s=29),
    "a shorter time-out that still suffices": item("functions", AWARD, timeout_s=20),
    "more memory": item("functions", STAMPS, memory_mb=1024),
    "two deployments of one second, of which the later-listed is live": _same_second(
        older_first=True
    ),
    "two deployments of one second": _same_second(older_first=False),
    "a newer patch of the runtime": item(
        "functions", AWARD, runtime_version=f"{LAYERS}::runtime:7c2f"
    ),
    "just enough concurrency": _room(180),
    "just enough, reserved": _room(120, auth=60),
}
"""Other ways to be right: nothing may turn red."""
