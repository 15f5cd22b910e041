"""The release record: what was put live, which checks compare and rollbacks go back to.

A procedure records what it put live itself, and nothing else that it finds: a record made of what is found
would declare right what others deployed. Only `record_release` does that, by name.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from aws.api.document import AS_OPENAPI, from_export
from aws.api.recorded import as_recorded
from aws.change.gate import Changes
from aws.converge import alias
from aws.converge.deployment import find_stage
from aws.desired import Api, Function
from aws.raw import Raw
from aws.release import SERVED_EXPORT, RecordedRelease, exports_on_record
from aws.words import Words
from runbook.engine import StepContext
from signoff.judge.judged_by import commit_of_run
from signoff.judge.snapshot import contents_of

KIND = "release"
DEPLOYMENT = "deployment"
"""Kind of the records of a deployment's export: noted while a stage serves it, since no person can read it afterwards."""
AS_DEPLOYED = Words(en="as it is deployed then", ja="その時点でデプロイされている内容")
BY = "by"
"""Who released it, where it was no procedure of the runbook."""
COMMIT = "commit"
"""The commit whose functions a procedure made live: for people to know, no part of what is compared."""
API = ("api", "stage", "deployment", "contents", SERVED_EXPORT)
"""Fields of the body that speak of the API; ``functions`` is the other one."""


def converge(
    context: StepContext, *, functions: Iterable[Function] = (), api: bool = False
) -> Changes:
    """Record these functions, and the deployment if ``api``; the rest stays as it is recorded.

    A release that was on record before keeps the name and the commit that it had there.

    In a rehearsal it is unknown yet which versions there will be: none of its uploads is made.
    """
    recorded, live = context.recorded(KIND), read_live(context)
    before = recorded or {"functions": {}, **dict.fromkeys(API)}
    source = live if api else before
    released = {function.name: live["functions"][function.name] for function in functions}
    body = {
        "functions": {
            **{function: {} for function in live["functions"]},
            **before["functions"],
            **released,
        },
        **{field: source.get(field) for field in API},
        COMMIT: commit_of_run(context.environment.application.folder)
        if released
        else before.get(COMMIT),
    }
    same = (entry for entry in context.history(KIND) if _without_name(entry) == _without_name(body))
    known = not (released and context.rehearsed)
    return record(context, recorded, next(same, body), known=known)


def record(
    context: StepContext,
    recorded: Mapping[str, Any] | None,
    body: Mapping[str, Any],
    *,
    known: bool = True,
) -> Changes:
    """Leave the record, unless the newest one says the same."""
    if recorded is not None and _without_name(recorded) == _without_name(body):
        return ()
    shown = _shown(body) if known else AS_DEPLOYED
    before = _shown(recorded) if recorded else None
    return context.leave_record(KIND, shown, lambda: context.record(KIND, body), before=before)


def read_live(context: StepContext) -> dict[str, Any]:
    """Read the body: function name -> version and CodeSha256; ids of the API, None before it."""
    plan = context.plan
    names = (function.name for function in plan.functions)
    functions = dict(zip(names, context.answers(alias.released, plan.functions), strict=True))
    id_, stage = find_stage(context, plan.api)
    served = export_of(context, plan.api, id_) if id_ and stage else None
    return {
        "functions": functions,
        "api": id_,
        "stage": plan.api.stage,
        "deployment": stage["deploymentId"] if stage else None,
        "contents": contents_of(from_export(served)) if served else None,
        SERVED_EXPORT: as_recorded(served) if served else None,
    }


def on_record(context: StepContext) -> list[RecordedRelease]:
    """Return the releases that are on record, newest first."""
    return [*map(RecordedRelease.of, context.history(KIND))]


def apart_from_versions(live: Mapping[str, Any], recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is live by the recorded names, under the recorded versions where they run the recorded code.

    A repair of a function's configuration publishes one more version, and releases nothing; nor does another
    deployment of the same contents.
    """
    before = recorded["functions"]
    code = {name: value.get("code_sha256") for name, value in before.items()}
    functions = {
        name: before[name] if function and function["code_sha256"] == code.get(name) else function
        for name, function in live["functions"].items()
    }
    renamed = {**recorded, **live, "functions": functions}
    same = live["contents"] is not None and live["contents"] == recorded.get("contents")
    return {**renamed, "deployment": recorded["deployment"]} if same else renamed


def _shown(body: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the export of a deployment, which is long and follows from the contents."""
    return {field: value for field, value in body.items() if field != SERVED_EXPORT}


def _without_name(body: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out who released it as well."""
    return {field: value for field, value in _shown(body).items() if field not in {BY, COMMIT}}


def note(context: StepContext, api: Api, api_id: str, deployment: str) -> None:
    """Record what only the stage shows of its deployment, unless that is on record: earlier versions noted less."""
    served = as_recorded(export_of(context, api, api_id))
    if noted(context, deployment) != served:
        context.record(DEPLOYMENT, {"deployment": deployment, SERVED_EXPORT: served})


def noted(context: StepContext, deployment: str) -> Raw | None:
    """Return the export of a deployment that is on record, None where it was not noted."""
    newest_first = (*context.history(DEPLOYMENT), *context.history(KIND))
    return exports_on_record(reversed(newest_first)).get(deployment)


def export_of(context: StepContext, api: Api, api_id: str) -> Raw:
    """Return what the stage serves, as API Gateway exports it."""
    client = context.client("apigateway")
    answer = client.get_export(restApiId=api_id, stageName=api.stage, **AS_OPENAPI)
    export: Raw = json.loads(answer["body"].read())
    return export
