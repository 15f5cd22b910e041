"""What API Gateway answers by itself: gateway responses that the front end may read, and that call an error an error."""

from collections.abc import Mapping
from functools import partial

from aws.api.cors import (
    ORIGIN,
    STATUS,
    gateway_answer,
    gateway_status,
    header,
    misleading_statuses,
    without_header,
)
from aws.api.document import ApiDocument
from aws.api.integration import StaticAnswer
from aws.change.gate import Change, ChangeContext, Changes, difference
from aws.converge.rest_api import Draft
from aws.desired import Api, GatewayResponse
from aws.ledgers import GATEWAY_RESPONSE
from aws.words import Words

JSON = "application/json"
HEADERS = Words(en="headers", ja="ヘッダー")
TEMPLATE = Words(en="template", ja="テンプレート")
GATEWAY_HEADER = "gatewayresponse.header."
PROMISED = ("error", "message")
"""Members that the contract promises in an error; AWS's own bodies do not have them all."""


def converge(context: ChangeContext, api_id: str, draft: Draft, api: Api) -> Changes:
    """Put the planned responses, and remove unplanned ones that give an error a misleading status: defaults answer instead."""
    made: Changes = ()
    for response in api.gateway_responses:
        made += _gateway_response(context, api_id, draft, response, api)
    client = context.client("apigateway")
    planned_kinds = {response.kind for response in api.gateway_responses}
    for status in misleading_statuses(draft.document):
        if status.name not in planned_kinds:
            resource = GATEWAY_RESPONSE.named(status.name)
            lost = Change(resource, STATUS, status.actual, None, destroys=True)
            call = partial(
                client.delete_gateway_response, restApiId=api_id, responseType=status.name
            )
            made += context.settle((lost,), call)
    return made


def _defaults_are_ours(document: ApiDocument, api: Api) -> bool:
    """Whether a default response is ours: then the other kinds must have our more specific texts."""
    return any(
        default.templates.get(JSON) == response.template
        for response in api.gateway_responses
        if response.kind.startswith("DEFAULT_")
        and (default := document.gateway_responses.get(response.kind))
    )


def _allows(answer: StaticAnswer, api: Api) -> bool:
    """Whether the front end may read an answer: only the origin header matters, the others are for preflights."""
    return header(answer.headers, ORIGIN) == api.cors.origin


def _answers(document: ApiDocument, response: GatewayResponse, api: Api) -> bool:
    """Whether a response type, or its default, lets the front end read what the contract promises."""
    answer = gateway_answer(document, response.kind)
    if answer is None or not _allows(answer, api):
        return False
    if not _promises(answer):
        return False
    return response.status is None or gateway_status(document, response.kind) == response.status


def _promises(answer: StaticAnswer) -> bool:
    body = answer.templates.get(JSON, "")
    return all(f'"{name}"' in body for name in PROMISED)


def _preserved(
    current: StaticAnswer, response: GatewayResponse, api: Api
) -> tuple[Mapping[str, str], str]:
    """Return the headers and the text to write: what may stay of the found ones stays."""
    origin = {ORIGIN: api.cors.origin}
    allowed = _allows(current, api)
    headers = current.headers if allowed else without_header(current.headers, ORIGIN) | origin
    text = current.templates[JSON] if _promises(current) else response.template
    return headers, text


def _gateway_response(
    context: ChangeContext, api_id: str, draft: Draft, response: GatewayResponse, api: Api
) -> Changes:
    """Put the response if it differs; a status of None keeps AWS's own.

    A response that the front end may read and that says what the contract promises counts as planned,
    however it is written. But where a default of ours stands in for it, our more specific text is put.
    """
    document = draft.document
    misled = any(difference.name == response.kind for difference in misleading_statuses(document))
    as_promised = not misled and _answers(document, response, api)
    current = document.gateway_responses.get(response.kind)
    if as_promised and (current or not _defaults_are_ours(document, api)):
        return ()
    headers, template = (
        _preserved(current, response, api) if current else (response.headers, response.template)
    )
    parameters = {f"{GATEWAY_HEADER}{name}": f"'{text}'" for name, text in headers.items()}
    desired = {
        **({STATUS: response.status} if response.status or misled else {}),
        HEADERS: headers,
        TEMPLATE: template,
    }
    before = None
    if current:
        text = current.templates.get(JSON)
        before = {STATUS: current.status, HEADERS: current.headers, TEMPLATE: text}
    changes = difference(GATEWAY_RESPONSE.named(response.kind), before, desired)
    status = {"statusCode": response.status} if response.status else {}
    return context.settle(
        changes,
        lambda: context.client("apigateway").put_gateway_response(
            restApiId=api_id,
            responseType=response.kind,
            responseParameters=parameters,
            responseTemplates={JSON: template},
            **status,
        ),
    )
