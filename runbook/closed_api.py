"""An API's first deployment: closed, so that going back from the first release (guide step 8-2) closes it.

One greedy resource answers every path by itself, without a function or an authorizer that could fail.
It is drawn up, deployed, and taken out of the draft again before anything else is in there. Where a later release
is the only one left, the draft is emptied for it, and drawn up anew by the step that follows.
"""

import json
from collections.abc import Collection

from aws.api.document import Method
from aws.api.integration import StaticAnswer
from aws.change.gate import Changes
from aws.converge import rest_api
from aws.converge.api_draft import JSON, RESOURCE, answering, preflight, put
from aws.converge.deployment import listed
from aws.converge.rest_api import Draft, digest, read, stage_of
from aws.desired import Api
from aws.kinds.rest_api import REST_API, Deployment
from aws.release import PATH, closed_description, is_closed
from aws.words import Words
from lambdas.closed.handler import BODY, RETRY_AFTER_S
from runbook.engine import Change, StepContext

ANY = "ANY"

CLOSED_DEPLOYMENT = Words(en="closed deployment", ja="メンテナンス版のデプロイ")
ALL_503 = Words(en="every path answers 503", ja="すべてのパスが503を返す")
DRAWN_ANEW = Words(
    en="every path answers 503; for it the draft is emptied and drawn up again, which no caller sees",
    ja="すべてのパスが503を返す。下書きを空にして作り直しますが、呼び出し元に影響はありません",
)


def converge(context: StepContext, api: Api) -> Changes:
    """Deploy an API closed that was never deployed, or whose only deployment is a release of ours.

    What others drew up or deployed is left alone.
    """
    id_ = rest_api.find_id(context, api)
    draft, name = read(context, id_), REST_API.resource(api.name)
    there = listed(context, id_).values()
    if _only_one(context, api, id_, there):
        return _behind_it(context, api, name)
    if there:
        removal = [Change(name, RESOURCE, PATH, None)] if PATH in draft.resources else ()
        return context.settle(
            removal, lambda: _take_out(context, rest_api.needed(context, api), draft)
        )
    if set(draft.resources) - {"/", PATH} | {path for path, _ in draft.methods} - {PATH}:
        context.say(
            en=f"{name.en} was not created by this runbook: there is no deployment before its first one",
            ja=f"{name.ja}は手動で作成済みのため、最初のデプロイより前に戻る先はありません",
        )
        return ()
    planned = [Change(name, CLOSED_DEPLOYMENT, None, ALL_503)]
    return context.settle(planned, lambda: _deploy(context, api, rest_api.needed(context, api)))


def _only_one(
    context: StepContext, api: Api, id_: str | None, there: Collection[Deployment]
) -> bool:
    """Whether the stage serves a release of ours, and nothing else is there to go back to."""
    marks = {deployment.draft for deployment in there}
    closed = any(is_closed(deployment.description) for deployment in there)
    alone = len(marks) == 1 and None not in marks and not closed
    return alone and stage_of(context, api, id_) is not None


def _behind_it(context: StepContext, api: Api, name: Words) -> Changes:
    planned = (Change(name, CLOSED_DEPLOYMENT, None, DRAWN_ANEW, destroys=True),)

    def deploy() -> None:
        id_ = rest_api.needed(context, api)
        _empty(context, id_, read(context, id_))
        _deploy(context, api, id_)

    return context.settle(planned, deploy)


def _empty(context: StepContext, id_: str, draft: Draft) -> None:
    """Take everything out of the draft, the deepest resources first."""
    client = context.client("apigateway")
    for path, verb in draft.methods:
        if path == "/":
            client.delete_method(restApiId=id_, resourceId=draft.resources[path], httpMethod=verb)
    for path in sorted(draft.resources, key=lambda resource: resource.count("/"), reverse=True):
        if path != "/":
            client.delete_resource(restApiId=id_, resourceId=draft.resources[path])


def _deploy(context: StepContext, api: Api, id_: str) -> None:
    """Draw it up and deploy it. What a killed run left goes first, since a method can't be created twice."""
    client, draft = context.client("apigateway"), read(context, id_)
    _take_out(context, id_, draft)
    resource = client.create_resource(
        restApiId=id_, parentId=draft.resources["/"], pathPart=PATH.strip("/")
    )
    for method in _methods(api):
        at = {"restApiId": id_, "resourceId": resource["id"], "httpMethod": method.verb}
        put(context, at, draft, method)
    drawn = read(context, id_)
    text = closed_description(api.name, digest(drawn))
    client.create_deployment(restApiId=id_, description=text)
    _take_out(context, id_, drawn)


def _take_out(context: StepContext, id_: str, draft: Draft) -> None:
    if resource := draft.resources.get(PATH):
        context.client("apigateway").delete_resource(restApiId=id_, resourceId=resource)


def _methods(api: Api) -> tuple[Method, Method]:
    headers = {
        "Access-Control-Allow-Origin": api.cors.origin,
        "Retry-After": str(RETRY_AFTER_S),
    }
    closed = StaticAnswer(status="503", headers=headers, templates={JSON: json.dumps(BODY)})
    return answering(PATH, ANY, closed), preflight(api, PATH)
