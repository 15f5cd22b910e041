"""The API broken: its draft changed, and deployed; or mended, and not deployed."""

import json
from collections.abc import Callable
from typing import Any

from tests.smoke.breaking import redrawn, resource_of, stale
from tests.smoke.defect import FAIL, Defect, following
from tests.smoke.rally import Rally

ORIGIN = "gatewayresponse.header.Access-Control-Allow-Origin"
PREFLIGHT = "method.response.header.Access-Control-Allow-"
API = "the API"


def method(path: str, verb: str, **patch: str) -> Callable[[Any, str], None]:
    def draw(client: Any, api_id: str) -> None:
        operations = [{"op": "replace", "path": f"/{key}", "value": v} for key, v in patch.items()]
        client.update_method(
            restApiId=api_id,
            resourceId=resource_of(client, api_id, path),
            httpMethod=verb,
            patchOperations=operations,
        )

    return draw


def _without(path: str, verb: str) -> Callable[[Any, str], None]:
    def draw(client: Any, api_id: str) -> None:
        resource = resource_of(client, api_id, path)
        client.delete_method(restApiId=api_id, resourceId=resource, httpMethod=verb)

    return draw


def _integrated_as(path: str, verb: str, other: str) -> Callable[[Any, str], None]:
    """Give a route the integration of another one."""

    def draw(client: Any, api_id: str) -> None:
        which = {"restApiId": api_id, "httpMethod": verb}
        uri = client.get_integration(**which, resourceId=resource_of(client, api_id, other))["uri"]
        client.put_integration(
            **which,
            resourceId=resource_of(client, api_id, path),
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=uri,
        )

    return draw


def _preflight(path: str, header: str, value: str) -> Callable[[Any, str], None]:
    def draw(client: Any, api_id: str) -> None:
        which = {
            "restApiId": api_id,
            "resourceId": resource_of(client, api_id, path),
            "httpMethod": "OPTIONS",
            "statusCode": "200",
        }
        found = client.get_integration_response(**which)
        parameters = {**found["responseParameters"], f"{PREFLIGHT}{header}": f"'{value}'"}
        client.put_integration_response(
            **which,
            responseParameters=parameters,
            responseTemplates={k: v or "" for k, v in found["responseTemplates"].items()},
        )

    return draw


def _gateway_response(kind: str, **change: Any) -> Callable[[Any, str], None]:
    """Take the origin from a gateway response, or change what else it has."""

    def draw(client: Any, api_id: str) -> None:
        found = client.get_gateway_response(restApiId=api_id, responseType=kind)
        parameters = {k: v for k, v in found["responseParameters"].items() if k != ORIGIN}
        response = {
            "statusCode": found.get("statusCode", "403"),
            "responseParameters": parameters if not change else found["responseParameters"],
            "responseTemplates": found["responseTemplates"],
        }
        client.put_gateway_response(restApiId=api_id, responseType=kind, **{**response, **change})

    return draw


def _redrawn(draw: Callable[[Any, str], None]) -> Any:
    return lambda rally: redrawn(rally, draw)


def _with_function_of_stamps(rally: Rally) -> Any:
    """Integrate a ranking with the function of stamps, and let that route invoke it.

    The runbook, which mends the API, also takes the permission away: nothing planned it.
    """
    function = rally.plan.function("stamps")
    rally.client("lambda").add_permission(
        FunctionName=function.name,
        Qualifier=function.alias,
        StatementId="broken",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    return redrawn(rally, _integrated_as("/ranking/weekly", "GET", "/stamps"))


DEFECTS = (
    Defect(
        "a route without its authorizer",
        _redrawn(method("/gps/verify", "POST", authorizationType="NONE")),
        {
            "SMOKE-04": FAIL,
            **following("SMOKE-04", "SMOKE-11", "SMOKE-14", "SMOKE-17"),
            **following("SMOKE-04", "SEC-42", "SEC-44"),
        },
        at=API,
    ),
    Defect(
        "a route that the draft has, and the older deployment that the stage serves has not",
        lambda rally: stale(rally, _without("/ranking/monthly", "GET")),
        {
            "SMOKE-07": FAIL,
            **following("SMOKE-07", "SMOKE-11", "SMOKE-17", "SEC-40", "SEC-41", "SEC-42"),
        },
        at=API,
    ),
    Defect(
        "a route with another route's function",
        _with_function_of_stamps,
        {
            "SMOKE-06": FAIL,
            **following("SMOKE-06", "SMOKE-14", "SMOKE-17", "SEC-42", "SEC-46", "MON-14"),
        },
        at=API,
    ),
    Defect(
        "a path without its preflight",
        _redrawn(_without("/notify", "OPTIONS")),
        {"SMOKE-13": FAIL},
        at=API,
    ),
)
DEEP = (
    Defect(
        "a preflight without the verb",
        _redrawn(_preflight("/richmenu/unset", "Methods", "GET,POST,OPTIONS")),
        {"SMOKE-13": FAIL},
    ),
    Defect(
        "a refused session that is 403",
        _redrawn(_gateway_response("ACCESS_DENIED", statusCode="403")),
        {"SEC-40": FAIL, "SEC-41": FAIL, "SMOKE-15": FAIL, "SMOKE-14": "SEC-40"},
    ),
    Defect(
        "a gateway response that tells of the inside",
        _redrawn(
            _gateway_response(
                "UNAUTHORIZED",
                responseTemplates={
                    "application/json": json.dumps(
                        {
                            "ok": False,
                            "error": "UNAUTHORIZED",
                            "error_code": "UNAUTHORIZED",
                            "message": "stamp-rally-local-auth refused",
                        }
                    )
                },
            )
        ),
        {"SEC-45": FAIL},
    ),
    Defect(
        "a preflight for everybody",
        _redrawn(_preflight("/stamps", "Origin", "*")),
        {"SMOKE-13": FAIL},
    ),
    Defect(
        "a gateway response without the origin",
        _redrawn(_gateway_response("UNAUTHORIZED")),
        {"SMOKE-14": FAIL},
    ),
)
"""Kinds of fault whose row has a defect above, or that take long."""
