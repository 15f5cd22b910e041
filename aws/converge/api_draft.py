"""The draft of the API (guide step 3-3): routes, preflights, authorizer, gateway responses, as they need one another.

A method that differs is replaced as a whole; the stage serves its deployment meanwhile. Changes are made one by one,
never in threads: API Gateway answers concurrent changes with ConflictException.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from aws.api_document import Method, decode_authorizer
from aws.bounds import Bound, at_most, exactly, one_of
from aws.change.gate import ChangeContext, Changes, difference, repairs
from aws.converge import gateway_responses, rest_api
from aws.converge.rest_api import Draft, read
from aws.cors import preflight_differences, without_header
from aws.desired import NEEDED_S, Api, Authorizer, Route
from aws.raw import Raw
from aws.words import Words


def converge(context: ChangeContext, api: Api) -> Changes:
    """Bring the draft to the plan. Nothing is served before it is deployed."""
    at = rest_api.needed(context, api)
    id_ = None if at == rest_api.UNKNOWN_ID else at
    draft = read(context, id_)
    asked = api.authorizer if api.asks_authorizer else None
    made = _authorizer(context, at, draft, asked) if asked else ()
    if made and context.go:
        draft = read(context, id_)  # the methods need the authorizer's id
    made += _methods(context, at, draft, api)
    return made + gateway_responses.converge(context, at, draft, api)


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
        context.tell(
            Words(
                en=f"{extra} is not in the plan and is left alone; does anybody need it?",
                ja=f"{extra}は計画にないため変更しません。必要なものか確認します",
            )
        )
    return made


def _path(context: ChangeContext, api_id: str, resources: dict[str, str], path: str) -> Changes:
    """Create the resources of a path that are missing, from the root down; ``resources`` grows."""
    made: Changes = ()
    parts = path.strip("/").split("/")
    for depth in range(1, len(parts) + 1):
        here = "/" + "/".join(parts[:depth])
        if here not in resources:
            changes = difference(f"resource {here}", None, {"path": here})
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
AUTHORIZER_MEMBERS = {
    "type": "type",
    "uri": "authorizerUri",
    "identity source": "identitySource",
    "ttl_s": "authorizerResultTtlInSeconds",
}
"""Our field -> AWS's member, whose name is also its path in an update."""


def _authorizer(
    context: ChangeContext, api_id: str, draft: Draft, authorizer: Authorizer
) -> Changes:
    """Create the authorizer, or bring it to the plan; its URI names the alias."""
    raw = draft.authorizers.get(authorizer.name)
    have = None
    if raw:
        found = decode_authorizer(raw)
        have = {
            "type": found.kind,
            "uri": found.uri,
            "identity source": found.identity_source,
            "ttl_s": found.ttl_s,
        }
    changes = repairs(f"authorizer {authorizer.name}", have, _of_authorizer(authorizer))
    return context.settle(
        changes, lambda: _apply_authorizer(context, api_id, authorizer, raw, changes)
    )


def invocation_uri(alias_arn: str) -> str:
    """Return the URI by which API Gateway invokes an alias; the alias can move without a deployment."""
    region = alias_arn.split(":")[3]
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{alias_arn}/invocations"


def _of_authorizer(authorizer: Authorizer) -> dict[str, Bound]:
    """Return the authorizer's bounds: a shorter cache TTL than planned is as good."""
    return {
        "type": one_of(AUTHORIZER_KIND, "REQUEST"),
        "uri": exactly(invocation_uri(authorizer.function.alias_arn)),
        "identity source": exactly(authorizer.identity_source),
        "ttl_s": at_most(authorizer.ttl_s),
    }


def _apply_authorizer(
    context: ChangeContext,
    api_id: str,
    authorizer: Authorizer,
    found: Raw | None,
    changes: Changes,
) -> None:
    client = context.client("apigateway")
    if found is None:
        members = {AUTHORIZER_MEMBERS[one.field]: one.after for one in changes}
        client.create_authorizer(restApiId=api_id, name=authorizer.name, **members)
        return
    patch = [
        {"op": "replace", "path": f"/{AUTHORIZER_MEMBERS[one.field]}", "value": str(one.after)}
        for one in changes
    ]
    client.update_authorizer(restApiId=api_id, authorizerId=found["id"], patchOperations=patch)


PREFLIGHT = "OPTIONS"
OK = "200"
JSON = "application/json"
HEADER = "method.response.header."


@dataclass(frozen=True, slots=True, kw_only=True)
class MockAnswer:
    """What a MOCK answers: a status, header name -> value, and a body without any `$` in it."""

    status: str
    headers: Mapping[str, str]
    body: str = ""

    @property
    def template(self) -> Mapping[str, str]:
        """The request template by which a MOCK chooses its answer."""
        return {JSON: json.dumps({"statusCode": int(self.status)})}

    @property
    def mapped(self) -> Mapping[str, str]:
        """The headers as API Gateway maps them: static values are quoted."""
        return {f"{HEADER}{name}": f"'{text}'" for name, text in self.headers.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMethod:
    """What one method should be, in our own fields; a method without ``uri`` is a MOCK."""

    path: str
    verb: str
    authorizer: str | None = None
    api_key: bool = False
    uri: str | None = None
    timeout_ms: int | None = None
    """None: AWS's own."""
    answer: MockAnswer | None = None


def planned(api: Api) -> tuple[PlannedMethod, ...]:
    """List the routes, and one preflight on each path."""
    routes = [_route(api, one) for one in api.routes]
    return (*routes, *(preflight(api, path) for path in api.paths))


def preflight(api: Api, path: str) -> PlannedMethod:
    answer = MockAnswer(status=OK, headers=api.cors.preflight_headers)
    return PlannedMethod(path=path, verb=PREFLIGHT, answer=answer)


def _method(
    context: ChangeContext, api_id: str, draft: Draft, method: PlannedMethod, at: tuple[Api, str]
) -> Changes:
    """Make the method as planned; ``at`` is the API and the resource id of the path."""
    api, resource_id = at
    raw = draft.methods.get((method.path, method.verb))
    there = draft.decoded(method.path, method.verb) if raw else None
    method = _keeping(context, method, there, api) if there else method
    wanted = _wanted(method)
    have = _found(context, there, wanted, api) if there else None
    changes = difference(f"method {method.verb} {method.path}", have, wanted)
    place = {"restApiId": api_id, "resourceId": resource_id, "httpMethod": method.verb}
    return context.settle(changes, lambda: _apply(context, place, draft, method, remake=bool(raw)))


def _keeping(
    context: ChangeContext, method: PlannedMethod, found: Method, api: Api
) -> PlannedMethod:
    """Return the planned method with what may stay of the found one: its time-out, headers of its preflight, what it asks for a session."""
    if not api.asks_authorizer:
        method = replace(method, authorizer=found.authorizer)
    behind = found.integration
    answer = behind.answers.get(OK) if behind else None
    if answer and method.answer:
        planned, left = method.answer.headers, dict(answer.headers)
        flaws = context.undecided(preflight_differences(found.path, found, api))
        for name in {one.fact.en for one in flaws} & planned.keys():
            left = without_header(left, name) | {name: planned[name]}
        return replace(method, answer=replace(method.answer, headers=left))
    waits = behind.timeout_ms if behind and method.uri else 0
    return replace(method, timeout_ms=waits if waits >= NEEDED_S * 1000 else None)


def unplanned(draft: Draft, methods: Iterable[PlannedMethod]) -> tuple[str, ...]:
    """Return the methods that are not in the plan; they are left alone."""
    ours = {(one.path, one.verb) for one in methods}
    return tuple(f"{verb} {path}" for path, verb in draft.methods if (path, verb) not in ours)


def _route(api: Api, route: Route) -> PlannedMethod:
    asked = api.authorizer if api.asks_authorizer and route.authorized else None
    return PlannedMethod(
        path=route.path,
        verb=route.verb,
        authorizer=asked.name if asked else None,
        api_key=api.usage_plan.api_key is not None,
        uri=invocation_uri(route.function.alias_arn),
    )


def _wanted(method: PlannedMethod) -> dict[str, Any]:
    uri, answer = method.uri, method.answer
    return {
        "authorizer": method.authorizer,
        "api key": method.api_key,
        "integration": "AWS_PROXY" if uri else "MOCK",
        **({"uri": uri, "called by": "POST", "waits": True} if uri else {}),
        **({"template": answer.template, "headers": answer.headers} if answer else {}),
    }


def _found(
    context: ChangeContext, found: Method, wanted: Mapping[str, Any], api: Api
) -> dict[str, Any]:
    """Return the found method in the fields of ``wanted``; a preflight that is complete and safe counts as planned."""
    behind = found.integration
    answer = behind.answers.get(OK) if behind else None
    have = {
        "authorizer": found.authorizer,
        "api key": found.api_key_required,
        "integration": behind.kind if behind else None,
        "uri": behind.uri if behind else None,
        "called by": behind.http_method if behind else None,
        "waits": behind is not None and behind.timeout_ms >= NEEDED_S * 1000,
        "template": behind.request_templates if behind else None,
        "headers": answer.headers if answer else None,
    }
    if found.verb == PREFLIGHT and not context.undecided(
        preflight_differences(found.path, found, api)
    ):
        return have | {name: wanted[name] for name in ("integration", "template", "headers")}
    return have


def put(context: ChangeContext, at: Mapping[str, str], draft: Draft, method: PlannedMethod) -> None:
    """Create a method; ``at`` has the parameters that identify its place."""
    client = context.client("apigateway")
    authorizer = draft.authorizers[method.authorizer]["id"] if method.authorizer else None
    client.put_method(
        **at,
        authorizationType="CUSTOM" if authorizer else "NONE",
        apiKeyRequired=method.api_key,
        **({"authorizerId": authorizer} if authorizer else {}),
    )
    if method.uri:
        waits = {"timeoutInMillis": method.timeout_ms} if method.timeout_ms else {}
        proxy = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": method.uri}
        client.put_integration(**at, **proxy, **waits)
    if method.answer:
        _put_mock(client, at, method.answer)


def _apply(
    context: ChangeContext,
    at: Mapping[str, str],
    draft: Draft,
    method: PlannedMethod,
    *,
    remake: bool,
) -> None:
    if remake:
        context.client("apigateway").delete_method(**at)
    put(context, at, draft, method)


def _put_mock(client: Any, at: Mapping[str, str], answer: MockAnswer) -> None:
    client.put_integration(**at, type="MOCK", requestTemplates=dict(answer.template))
    # API Gateway refuses an integration response header that the method response does not declare.
    declared = dict.fromkeys(answer.mapped, False)
    client.put_method_response(**at, statusCode=answer.status, responseParameters=declared)
    client.put_integration_response(
        **at,
        statusCode=answer.status,
        responseParameters=dict(answer.mapped),
        responseTemplates={JSON: answer.body},
    )
