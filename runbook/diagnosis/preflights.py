"""CORS as the stage serves it: read from its export, and asked for as a browser would ask."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from runbook.converge import rest_api
from runbook.front_end import TIMEOUT_S, base_url
from signoff.procedure import Work

ALLOWED = "Access-Control-Allow-Origin"
RESPONSES = "x-amazon-apigateway-gateway-responses"


def served(work: Work) -> dict[str, Any]:
    """Return the export of the stage: what is live, not what is drawn up."""
    api = work.plan.api
    answer = work.client("apigateway").get_export(
        restApiId=rest_api.needed(work, api),
        stageName=api.stage,
        exportType="oas30",
        parameters={"extensions": "apigateway"},
    )
    document: dict[str, Any] = json.loads(answer["body"].read())
    return document


def causes(work: Work, document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what keeps a browser out, with its remedy."""
    wanted, remedy = work.plan.api.cors.origin, "python -m runbook api"
    for path in work.plan.api.paths:
        operation = document["paths"].get(path, {}).get("options")
        if operation is None:
            yield f"{path} answers no preflight", remedy
        elif (origin := _origin(operation)) != wanted:
            yield f"the preflight of {path} allows {origin}, the front end is {wanted}", remedy
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        given = document.get(RESPONSES, {}).get(kind, {}).get("responseParameters", {})
        allowed = _unquoted(given.get(f"gatewayresponse.header.{ALLOWED}"))
        if allowed != wanted:
            yield f"errors that the gateway makes ({kind}) allow {allowed}, not {wanted}", remedy


def asked(work: Work, path: str) -> str:
    """Ask for a preflight as the front end's page does; return what came, in words."""
    if "127.0.0.1" in work.client("apigateway").meta.endpoint_url:
        return "an embedded stack answers at another address: the smoke calls ask it there"
    url = f"{base_url(work)}{path}"
    headers = {
        "Origin": work.plan.api.cors.origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    asking = Request(url, method="OPTIONS", headers=headers)  # noqa: S310 - base_url is https
    try:
        with urlopen(asking, timeout=TIMEOUT_S) as answer:  # noqa: S310 - as above
            return f"OPTIONS {url}: {answer.status}, allows {answer.headers.get(ALLOWED)}"
    except HTTPError as error:
        return f"OPTIONS {url}: {error.code}, allows {error.headers.get(ALLOWED)}"
    except (URLError, TimeoutError) as error:
        return f"OPTIONS {url}: no answer from here ({error})"


def _origin(operation: dict[str, Any]) -> str | None:
    responses = operation.get("x-amazon-apigateway-integration", {}).get("responses", {})
    for one in responses.values():
        given = one.get("responseParameters", {}).get(f"method.response.header.{ALLOWED}")
        if given:
            return _unquoted(given)
    return None


def _unquoted(value: str | None) -> str | None:
    return value.strip("'") if value else None
