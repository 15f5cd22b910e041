"""Routes and preflights of the draft (guide step 3-3): a method that differs is made anew, whole.

The stage goes on serving its deployment meanwhile. One after another, never in threads: API Gateway
answers changes that meet with ConflictException.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from plan.model import Api, Route
from runbook.converge.authorizers import invocation_uri
from runbook.converge.draft import Draft
from signoff.procedure import Work, difference
from signoff.procedure.work import Changes

PREFLIGHT = "OPTIONS"
OK = "200"
ANSWER_OK = {"application/json": '{"statusCode": 200}'}
HEADER = "method.response.header."


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """What one method should be, in fields of our own; ``answers`` are headers of a MOCK."""

    path: str
    verb: str
    authorizer: str | None
    api_key: bool
    uri: str | None
    answers: Mapping[str, str]


def planned(work: Work, api: Api) -> tuple[Method, ...]:
    """List the routes, and one preflight on each path."""
    routes = [_route(work, api, one) for one in api.routes]
    answers = {f"{HEADER}{name}": f"'{text}'" for name, text in api.cors.answer_headers.items()}
    preflights = [
        Method(path=path, verb=PREFLIGHT, authorizer=None, api_key=False, uri=None, answers=answers)
        for path in api.paths
    ]
    return (*routes, *preflights)


def converge(work: Work, api_id: str, draft: Draft, method: Method, resource_id: str) -> Changes:
    """Make the method as planned; ``resource_id`` is that of its path."""
    found = draft.methods.get((method.path, method.verb))
    changes = difference(
        f"method {method.verb} {method.path}",
        _found(draft, found) if found else None,
        _wanted(method),
    )
    at = {"restApiId": api_id, "resourceId": resource_id, "httpMethod": method.verb}
    return work.settle(changes, lambda: _apply(work, at, draft, method, remake=bool(found)))


def unplanned(draft: Draft, methods: Iterable[Method]) -> tuple[str, ...]:
    """Name the methods that the plan does not have; they are left alone."""
    ours = {(one.path, one.verb) for one in methods}
    return tuple(f"{verb} {path}" for path, verb in draft.methods if (path, verb) not in ours)


def _route(work: Work, api: Api, route: Route) -> Method:
    return Method(
        path=route.path,
        verb=route.verb,
        authorizer=api.authorizer.name if route.authorized else None,
        api_key=api.usage_plan.api_key is not None,
        uri=invocation_uri(work, route.function.alias_arn),
        answers={},
    )


def _wanted(method: Method) -> dict[str, Any]:
    proxied = method.uri is not None
    return {
        "authorization": "CUSTOM" if method.authorizer else "NONE",
        "authorizer": method.authorizer,
        "api key": method.api_key,
        "integration": "AWS_PROXY" if proxied else "MOCK",
        **({"uri": method.uri, "called by": "POST"} if proxied else {}),
        **({} if proxied else {"template": ANSWER_OK, "headers": dict(method.answers)}),
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


def _apply(
    work: Work, at: Mapping[str, str], draft: Draft, method: Method, *, remake: bool
) -> None:
    client = work.client("apigateway")
    if remake:
        client.delete_method(**at)
    authorizer = draft.authorizers[method.authorizer]["id"] if method.authorizer else None
    client.put_method(
        **at,
        authorizationType="CUSTOM" if authorizer else "NONE",
        apiKeyRequired=method.api_key,
        **({"authorizerId": authorizer} if authorizer else {}),
    )
    if method.uri:
        client.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=method.uri)
    else:
        _put_mock(client, at, method)


def _put_mock(client: Any, at: Mapping[str, str], method: Method) -> None:
    client.put_integration(**at, type="MOCK", requestTemplates=ANSWER_OK)
    # A header that the method response does not declare is refused in the integration response.
    declared = dict.fromkeys(method.answers, False)
    client.put_method_response(**at, statusCode=OK, responseParameters=declared)
    client.put_integration_response(
        **at,
        statusCode=OK,
        responseParameters=dict(method.answers),
        responseTemplates={"application/json": ""},
    )
