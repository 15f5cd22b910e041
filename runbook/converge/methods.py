"""Routes and preflights of the draft (guide step 3-3): a method that differs is made anew, whole.

The stage goes on serving its deployment meanwhile. One after another, never in threads: API Gateway
answers changes that meet with ConflictException.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aws.change import Changes
from aws.desired import Api, Route
from runbook.converge.authorizers import invocation_uri
from runbook.converge.draft import Draft
from runbook.engine import StepContext, difference

PREFLIGHT = "OPTIONS"
OK = "200"
JSON = "application/json"
HEADER = "method.response.header."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
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
        """The headers as API Gateway maps them: values of its own making stand in quotes."""
        return {f"{HEADER}{name}": f"'{text}'" for name, text in self.headers.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """What one method should be, in fields of our own; one without ``uri`` is a MOCK."""

    path: str
    verb: str
    authorizer: str | None = None
    api_key: bool = False
    uri: str | None = None
    answer: Answer | None = None


def planned(context: StepContext, api: Api) -> tuple[Method, ...]:
    """List the routes, and one preflight on each path."""
    routes = [_route(context, api, one) for one in api.routes]
    return (*routes, *(preflight(api, path) for path in api.paths))


def preflight(api: Api, path: str) -> Method:
    answer = Answer(status=OK, headers=api.cors.answer_headers)
    return Method(path=path, verb=PREFLIGHT, answer=answer)


def converge(
    context: StepContext, api_id: str, draft: Draft, method: Method, resource_id: str
) -> Changes:
    """Make the method as planned; ``resource_id`` is that of its path."""
    found = draft.methods.get((method.path, method.verb))
    changes = difference(
        f"method {method.verb} {method.path}",
        _found(draft, found) if found else None,
        _wanted(method),
    )
    at = {"restApiId": api_id, "resourceId": resource_id, "httpMethod": method.verb}
    return context.settle(changes, lambda: _apply(context, at, draft, method, remake=bool(found)))


def unplanned(draft: Draft, methods: Iterable[Method]) -> tuple[str, ...]:
    """Name the methods that the plan does not have; they are left alone."""
    ours = {(one.path, one.verb) for one in methods}
    return tuple(f"{verb} {path}" for path, verb in draft.methods if (path, verb) not in ours)


def _route(context: StepContext, api: Api, route: Route) -> Method:
    return Method(
        path=route.path,
        verb=route.verb,
        authorizer=api.authorizer.name if route.authorized else None,
        api_key=api.usage_plan.api_key is not None,
        uri=invocation_uri(context, route.function.alias_arn),
    )


def _wanted(method: Method) -> dict[str, Any]:
    uri, answer = method.uri, method.answer
    return {
        "authorization": "CUSTOM" if method.authorizer else "NONE",
        "authorizer": method.authorizer,
        "api key": method.api_key,
        "integration": "AWS_PROXY" if uri else "MOCK",
        **({"uri": uri, "called by": "POST"} if uri else {}),
        **({"template": answer.template, "headers": answer.mapped} if answer else {}),
    }


def _found(draft: Draft, found: Mapping[str, Any]) -> dict[str, Any]:
    integration = found.get("methodIntegration") or {}
    answer = (integration.get("integrationResponses") or {}).get(OK, {})
    return {
        "authorization": found.get("authorizationType"),
        "authorizer": draft.authorizer_named(found.get("authorizerId")),
        "api key": bool(found.get("apiKeyRequired")),
        "integration": integration.get("type"),
        "uri": integration.get("uri"),
        "called by": integration.get("httpMethod"),
        "template": integration.get("requestTemplates"),
        "headers": answer.get("responseParameters") or {},
    }


def put(context: StepContext, at: Mapping[str, str], draft: Draft, method: Method) -> None:
    """Make a method that is not there; ``at`` are the parameters that name its place."""
    client = context.client("apigateway")
    authorizer = draft.authorizers[method.authorizer]["id"] if method.authorizer else None
    client.put_method(
        **at,
        authorizationType="CUSTOM" if authorizer else "NONE",
        apiKeyRequired=method.api_key,
        **({"authorizerId": authorizer} if authorizer else {}),
    )
    if method.uri:
        client.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=method.uri)
    if method.answer:
        _put_mock(client, at, method.answer)


def _apply(
    context: StepContext, at: Mapping[str, str], draft: Draft, method: Method, *, remake: bool
) -> None:
    if remake:
        context.client("apigateway").delete_method(**at)
    put(context, at, draft, method)


def _put_mock(client: Any, at: Mapping[str, str], answer: Answer) -> None:
    client.put_integration(**at, type="MOCK", requestTemplates=dict(answer.template))
    # A header that the method response does not declare is refused in the integration response.
    declared = dict.fromkeys(answer.mapped, False)
    client.put_method_response(**at, statusCode=answer.status, responseParameters=declared)
    client.put_integration_response(
        **at,
        statusCode=answer.status,
        responseParameters=dict(answer.mapped),
        responseTemplates={JSON: answer.body},
    )
