"""The draft of the API (guide step 3-3): routes, preflights, authorizer, gateway responses, as they need one another.

A method that differs is replaced as a whole; the stage serves its deployment meanwhile. Changes are made one by one,
never in threads: API Gateway answers concurrent changes with ConflictException.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from aws.api.cors import BY_FUNCTION, INTEGRATED, KEYED, MOCK, preflight_differences, without_header
from aws.api.document import Integration, Method, decode_authorizer
from aws.api.integration import IAM, StaticAnswer
from aws.bounds import at_most, exactly, one_of
from aws.change.gate import ChangeContext, Changes, difference, repairs
from aws.converge import gateway_responses, rest_api
from aws.converge.gateway_responses import HEADERS, TEMPLATE
from aws.converge.rest_api import Draft, read, replaced, stage_of
from aws.desired import NEEDED_S, Api, Authorizer, Route
from aws.kind.description import TIME_TO_LIVE
from aws.ledgers import AUTHORIZER, IDENTITY_SOURCE
from aws.raw import Raw
from aws.words import Words


def converge(context: ChangeContext, api: Api) -> Changes:
    """Bring the draft to the plan. Nothing is served before it is deployed."""
    at = rest_api.needed(context, api)
    id_ = None if at == rest_api.UNKNOWN_ID else at
    draft = _read(context, id_, api)
    authorizer = api.authorizer if api.asks_authorizer else None
    made = _authorizer(context, at, draft, authorizer) if authorizer else ()
    if made and context.go:
        draft = _read(context, id_, api)  # the methods need the authorizer's id
    made += _methods(context, at, draft, api)
    return made + gateway_responses.converge(context, at, draft, api)


def _read(context: ChangeContext, id_: str | None, api: Api) -> Draft:
    stage = stage_of(context, api, id_) or {}
    return replace(read(context, id_), variables=stage.get("variables", {}))


def _methods(context: ChangeContext, api_id: str, draft: Draft, api: Api) -> Changes:
    resources, methods = dict(draft.resources), planned(api)
    made: Changes = ()
    for method in methods:
        route = f"{method.verb} {method.path}"
        context.watch(Words(en=f"method {route}", ja=f"メソッド{route}"))
        made += _path(context, api_id, resources, method.path)
        resource = resources.get(method.path, rest_api.UNKNOWN_ID)
        made += _method(context, api_id, draft, method, (api, resource))
    for extra in unplanned(draft, methods):
        context.say(
            en=f"{extra} is not in the plan and is left alone; is it needed?",
            ja=f"{extra}は計画にないため変更しません。必要なものか確認します",
        )
    return made


def _path(context: ChangeContext, api_id: str, resources: dict[str, str], path: str) -> Changes:
    """Create the resources of a path that are missing, from the root down; ``resources`` grows."""
    made: Changes = ()
    parts = path.strip("/").split("/")
    for depth in range(1, len(parts) + 1):
        here = "/" + "/".join(parts[:depth])
        if here not in resources:
            changes = difference(RESOURCE.named(here), None, {PATH: here})
            made += context.settle(changes, partial(_create, context, api_id, resources, here))
            resources.setdefault(here, rest_api.UNKNOWN_ID)
    return made


def _create(context: ChangeContext, api_id: str, resources: dict[str, str], path: str) -> None:
    parent, _, part = path.rpartition("/")
    created = context.client("apigateway").create_resource(
        restApiId=api_id, parentId=resources[parent or "/"], pathPart=part
    )
    resources[path] = created["id"]


AUTHORIZER_KIND = "TOKEN"
RESOURCE = Words(en="resource", ja="リソース")
PATH = Words(en="path", ja="パス")
METHOD = Words(en="method", ja="メソッド")
TYPE = Words(en="type", ja="種類")
URI = Words(en="URI", ja="URI")
CALLED_BY = Words(en="called by", ja="統合のメソッド")
WAITS = Words(en="waits", ja="関数を待つ時間の充足")
AUTHORIZER_MEMBERS = {
    TYPE: "type",
    URI: "authorizerUri",
    IDENTITY_SOURCE: "identitySource",
    TIME_TO_LIVE: "authorizerResultTtlInSeconds",
}
"""Our field -> AWS's member, whose name is also its path in an update."""


def _authorizer(
    context: ChangeContext, api_id: str, draft: Draft, authorizer: Authorizer
) -> Changes:
    """Create the authorizer, or bring it to the plan; its URI names the alias."""
    raw = draft.authorizers.get(authorizer.name)
    current = decode_authorizer(raw) if raw else None
    uri = invocation_uri(authorizer.function.alias_arn)
    same = current and draft.same(current.uri, uri)
    compared = {
        TYPE: (current and current.kind, one_of(AUTHORIZER_KIND, "REQUEST")),
        URI: (uri if same else current and current.uri, exactly(uri)),
        IDENTITY_SOURCE: (current and current.identity_source, exactly(authorizer.identity_source)),
        # A shorter one is as good.
        TIME_TO_LIVE: (current and current.ttl_s, at_most(authorizer.ttl_s)),
    }
    changes = repairs(AUTHORIZER.named(authorizer.name), compared, absent=current is None)
    return context.settle(
        changes, lambda: _apply_authorizer(context, api_id, authorizer, raw, changes)
    )


def invocation_uri(alias_arn: str) -> str:
    """Return the URI by which API Gateway invokes an alias; the alias can move without a deployment."""
    region = alias_arn.split(":")[3]
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{alias_arn}/invocations"


def _apply_authorizer(
    context: ChangeContext, api_id: str, authorizer: Authorizer, raw: Raw | None, changes: Changes
) -> None:
    client = context.client("apigateway")
    if raw is None:
        members = {AUTHORIZER_MEMBERS[change.field]: change.after for change in changes}
        client.create_authorizer(restApiId=api_id, name=authorizer.name, **members)
        return
    patch = [replaced(f"/{AUTHORIZER_MEMBERS[change.field]}", change.after) for change in changes]
    client.update_authorizer(restApiId=api_id, authorizerId=raw["id"], patchOperations=patch)


PREFLIGHT = "OPTIONS"
OK = "200"
JSON = "application/json"
HEADER = "method.response.header."
COMPARED = {
    BY_FUNCTION: (AUTHORIZER, KEYED, INTEGRATED, URI, CALLED_BY, WAITS),
    MOCK: (AUTHORIZER, KEYED, INTEGRATED, TEMPLATE, HEADERS),
}
"""Kind of integration -> what is compared of its method."""


def planned(api: Api) -> tuple[Method, ...]:
    """List the routes, and one preflight on each path."""
    routes = [_route(api, route) for route in api.routes]
    return (*routes, *(preflight(api, path) for path in api.paths))


def _route(api: Api, route: Route) -> Method:
    authorizer = api.authorizer if api.asks_authorizer and route.authorized else None
    uri = invocation_uri(route.function.alias_arn)
    return Method(
        path=route.path,
        verb=route.verb,
        authorizer=IAM if route.by_iam else authorizer.name if authorizer else None,
        api_key_required=api.usage_plan.api_key is not None,
        integration=Integration(kind=BY_FUNCTION, uri=uri, http_method="POST"),
    )


def preflight(api: Api, path: str) -> Method:
    return answering(path, PREFLIGHT, StaticAnswer(status=OK, headers=api.cors.preflight_headers))


def answering(path: str, verb: str, answer: StaticAnswer) -> Method:
    """Return a method that API Gateway answers by itself."""
    template = {JSON: json.dumps({"statusCode": int(answer.status)})}
    mock = Integration(kind=MOCK, request_templates=template, answers={answer.status: answer})
    return Method(path=path, verb=verb, authorizer=None, api_key_required=False, integration=mock)


def _method(
    context: ChangeContext, api_id: str, draft: Draft, method: Method, at: tuple[Api, str]
) -> Changes:
    """Make the method as planned; ``at`` is the API and the resource id of the path."""
    (api, resource_id), before = at, None
    exists = (method.path, method.verb) in draft.methods
    if exists:
        current = draft.document.methods[f"{method.verb} {method.path}"]
        method = _keeping(context, method, current, api, draft)
        before = _current_fields(context, current, _fields(method), api)
    kind = method.integration.kind if method.integration else MOCK
    desired = {name: field for name, field in _fields(method).items() if name in COMPARED[kind]}
    changes = difference(METHOD.named(f"{method.verb} {method.path}"), before, desired)
    place = {"restApiId": api_id, "resourceId": resource_id, "httpMethod": method.verb}

    def apply() -> None:
        if exists:
            context.client("apigateway").delete_method(**place)
        put(context, place, draft, method)

    return context.settle(changes, apply)


def _keeping(
    context: ChangeContext, method: Method, current: Method, api: Api, draft: Draft
) -> Method:
    """Return the planned method with what may stay of the found one: its time-out, a URI that means the same, headers of its preflight, what it asks for a session."""
    if not (api.asks_authorizer or method.authorizer):
        method = replace(method, authorizer=current.authorizer)
    behind, ours = current.integration, method.integration
    if behind is None or ours is None:
        return method
    if ours.kind == MOCK and (answer := behind.answers.get(OK)):
        planned, headers = ours.answers[OK].headers, dict(answer.headers)
        flaws = context.undecided(preflight_differences(current.path, current, api))
        for name in {flaw.fact.en for flaw in flaws} & planned.keys():
            headers = without_header(headers, name) | {name: planned[name]}
        integration = replace(ours, answers={OK: replace(ours.answers[OK], headers=headers)})
    else:
        integration = replace(ours, timeout_ms=behind.timeout_ms) if _waits(behind) else ours
        if draft.same(behind.uri, ours.uri):
            integration = replace(integration, uri=behind.uri)
    return replace(method, integration=integration)


def _waits(behind: Integration) -> bool:
    return behind.timeout_ms >= NEEDED_S * 1000


def unplanned(draft: Draft, methods: Iterable[Method]) -> tuple[str, ...]:
    """Return the methods that are not in the plan; they are left alone."""
    ours = {(method.path, method.verb) for method in methods}
    return tuple(f"{verb} {path}" for path, verb in draft.methods if (path, verb) not in ours)


def _fields(method: Method) -> dict[Words, Any]:
    behind = method.integration
    access = {AUTHORIZER: method.authorizer, KEYED: method.api_key_required}
    if behind is None:
        return {**access, INTEGRATED: None}
    answer = behind.answer
    return {
        **access,
        INTEGRATED: behind.kind,
        URI: behind.uri,
        CALLED_BY: behind.http_method,
        WAITS: _waits(behind),
        TEMPLATE: behind.request_templates,
        HEADERS: answer.headers if answer and answer.status == OK else None,
    }


def _current_fields(
    context: ChangeContext, current: Method, desired: Mapping[Words, Any], api: Api
) -> dict[Words, Any]:
    """Return the fields of the found method; a preflight that is complete and safe counts as planned."""
    fields = _fields(current)
    if current.verb == PREFLIGHT and not context.undecided(
        preflight_differences(current.path, current, api)
    ):
        return fields | {name: desired[name] for name in (INTEGRATED, TEMPLATE, HEADERS)}
    return fields


def put(context: ChangeContext, at: Mapping[str, str], draft: Draft, method: Method) -> None:
    """Create a method; ``at`` has the parameters that identify its place."""
    client = context.client("apigateway")
    guard = {"authorizationType": method.authorizer or "NONE"}
    if method.authorizer not in {None, IAM}:
        id_ = draft.authorizers[method.authorizer]["id"]
        guard = {"authorizationType": "CUSTOM", "authorizerId": id_}
    client.put_method(**at, **guard, apiKeyRequired=method.api_key_required)
    behind = method.integration
    if behind and behind.kind == MOCK:
        _put_mock(client, at, behind)
    elif behind:
        own = behind.timeout_ms == Integration(kind=BY_FUNCTION).timeout_ms
        waits = {} if own else {"timeoutInMillis": behind.timeout_ms}
        proxy = {"type": behind.kind, "integrationHttpMethod": "POST", "uri": behind.uri}
        client.put_integration(**at, **proxy, **waits)


def _put_mock(client: Any, at: Mapping[str, str], mock: Integration) -> None:
    client.put_integration(**at, type=MOCK, requestTemplates=dict(mock.request_templates))
    for answer in mock.answers.values():
        # API Gateway maps headers, and takes static values in quotes.
        mapped = {f"{HEADER}{name}": f"'{text}'" for name, text in answer.headers.items()}
        # It refuses an integration response header that the method response does not declare.
        declared = dict.fromkeys(mapped, False)
        client.put_method_response(**at, statusCode=answer.status, responseParameters=declared)
        client.put_integration_response(
            **at,
            statusCode=answer.status,
            responseParameters=mapped,
            responseTemplates={JSON: answer.templates.get(JSON, "")},
        )
