"""Ways to change the deployed API; draft and served alike, so that nothing is left to deploy."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from aws.api.document import ApiDocument, Method
from aws.api.integration import StaticAnswer
from tests.defects.changes import both, edited
from tests.defects.defect import Break
from tests.healthy.edge import API
from tests.second_opinion import ROUTES

Change = Callable[[ApiDocument], ApiDocument]


def document(change: Change) -> Break:
    """Change the API in its draft and as it is served."""
    return both(edited("served", "prod", change), edited("draft", API, change))


def drafted(change: Change) -> Break:
    """Change the draft alone: somebody worked in the console and did not deploy."""
    return edited("draft", API, change)


def with_method(id_: str, **fields: Any) -> Change:
    """Give fields of one method (``GET /stamps``) other values."""
    return lambda api: _methods(api, {id_: replace(api.methods[id_], **fields)})


def everywhere(**fields: Any) -> Change:
    """Give fields of every route other values."""

    def changed(api: ApiDocument) -> ApiDocument:
        routes = {id_: replace(api.methods[id_], **fields) for id_ in ROUTES}
        return replace(api, methods={**api.methods, **routes})

    return changed


def without_method(id_: str) -> Change:
    return lambda api: replace(api, methods={k: m for k, m in api.methods.items() if k != id_})


def one_more(like: str, verb: str, path: str) -> Change:
    """Add a method that is built like another one."""

    def more(api: ApiDocument) -> ApiDocument:
        return _methods(api, {f"{verb} {path}": replace(api.methods[like], verb=verb, path=path)})

    return more


def integrated(id_: str, **fields: Any) -> Break:
    """Change the integration of one method."""

    def moved(api: ApiDocument) -> ApiDocument:
        behind = api.methods[id_].integration
        assert behind, f"{id_} has no integration"
        return with_method(id_, integration=replace(behind, **fields))(api)

    return document(moved)


def preflight(path: str, **headers: str | None) -> Break:
    """Give the preflight of a path other headers: underscores for hyphens, None takes one away."""

    def answered(api: ApiDocument) -> ApiDocument:
        behind = api.methods[f"OPTIONS {path}"].integration
        assert behind, f"OPTIONS {path} has no integration"
        answers = {status: _headed(answer, headers) for status, answer in behind.answers.items()}
        return with_method(f"OPTIONS {path}", integration=replace(behind, answers=answers))(api)

    return document(answered)


def refusal(kind: str, answer: StaticAnswer | None) -> Break:
    """Put a gateway response in the place of another; None is AWS's own."""

    def refused(api: ApiDocument) -> ApiDocument:
        others = {k: response for k, response in api.gateway_responses.items() if k != kind}
        mine = {} if answer is None else {kind: answer}
        return replace(api, gateway_responses={**others, **mine})

    return document(refused)


def _headed(answer: StaticAnswer, headers: Mapping[str, str | None]) -> StaticAnswer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    merged = {**answer.headers, **named}
    return replace(answer, headers={name: value for name, value in merged.items() if value})


def _methods(api: ApiDocument, methods: Mapping[str, Method]) -> ApiDocument:
    return replace(api, methods={**api.methods, **methods})
