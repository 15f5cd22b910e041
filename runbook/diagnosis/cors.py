"""CORS as the stage serves it: read from its export, and asked for as a browser would ask."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from aws.converge import rest_api
from aws.words import Words
from runbook.cutover.front_end import TIMEOUT_S, base_url
from runbook.diagnosis.cause import Cause, cause
from runbook.engine import StepContext

AWS_ITSELF = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
"""How the hosts of AWS's own endpoints end."""
ALLOWED = "Access-Control-Allow-Origin"
RESPONSES = "x-amazon-apigateway-gateway-responses"


def served(context: StepContext) -> dict[str, Any]:
    """Return the export of the stage: what is live, not what is drawn up."""
    api = context.plan.api
    answer = context.client("apigateway").get_export(
        restApiId=rest_api.needed(context, api),
        stageName=api.stage,
        exportType="oas30",
        parameters={"extensions": "apigateway"},
    )
    document: dict[str, Any] = json.loads(answer["body"].read())
    return document


def causes(context: StepContext, document: dict[str, Any]) -> Iterator[Cause]:
    """Yield what keeps a browser out."""
    wanted, remedy = context.plan.api.cors.origin, "python -m runbook api --env {env} --go"
    for path in context.plan.api.paths:
        operation = document["paths"].get(path, {}).get("options")
        if operation is None:
            yield cause(
                f"{path} answers no preflight",
                f"{path}がプリフライトに応答しません",
                remedy,
            )
        elif (origin := _origin(operation)) != wanted:
            yield cause(
                f"the preflight of {path} allows {origin}, the front end is {wanted}",
                f"{path}のプリフライトは{origin}を許可していますが、フロントエンドは{wanted}です",
                remedy,
            )
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        given = document.get(RESPONSES, {}).get(kind, {}).get("responseParameters", {})
        allowed = _unquoted(given.get(f"gatewayresponse.header.{ALLOWED}"))
        if allowed != wanted:
            yield cause(
                f"errors that the gateway makes ({kind}) allow {allowed}, not {wanted}",
                f"ゲートウェイ自身のエラー({kind})は{wanted}ではなく{allowed}を許可しています",
                remedy,
            )


def asked(context: StepContext, path: str) -> Words:
    """Send a preflight as the front end's page does; return the answer in words."""
    endpoint = context.client("apigateway").meta.endpoint_url
    if not str(urlsplit(endpoint).hostname).endswith(AWS_ITSELF):
        return Words(
            en=f"AWS is at {endpoint} here, and its API at another address: the smoke calls ask it there",
            ja=f"ここではAWSが{endpoint}にあり、APIの応答先は別のアドレスです。スモークテストがそこで確認します",
        )
    url = f"{base_url(context)}{path}"
    headers = {
        "Origin": context.plan.api.cors.origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    asking = Request(url, method="OPTIONS", headers=headers)  # noqa: S310 - base_url is https
    try:
        with urlopen(asking, timeout=TIMEOUT_S) as answer:  # noqa: S310 - as above
            return _answered(url, answer.status, answer.headers.get(ALLOWED))
    except HTTPError as error:
        return _answered(url, error.code, error.headers.get(ALLOWED))
    except (URLError, TimeoutError) as error:
        return Words(
            en=f"OPTIONS {url}: no answer from here ({error})",
            ja=f"OPTIONS {url}: ここからは応答がありません ({error})",
        )


def _answered(url: str, status: int, allowed: str | None) -> Words:
    return Words(
        en=f"OPTIONS {url}: {status}, allows {allowed}",
        ja=f"OPTIONS {url}: {status}、許可するオリジンは{allowed}",
    )


def _origin(operation: dict[str, Any]) -> str | None:
    responses = operation.get("x-amazon-apigateway-integration", {}).get("responses", {})
    for one in responses.values():
        given = one.get("responseParameters", {}).get(f"method.response.header.{ALLOWED}")
        if given:
            return _unquoted(given)
    return None


def _unquoted(value: str | None) -> str | None:
    return value.strip("'") if value else None
