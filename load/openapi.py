"""Reads from the API's OpenAPI document the JSON Schemas of the answers that the load validates."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from load.engine.admission import LoadRefused
from plan.references import in_place
from signoff.environment.application import Application

DIALECT = "https://json-schema.org/draft/2020-12/schema"
STATUSES = ("200", "409")
"""Answers that are no failure; for others only the status counts."""

Answers = dict[str, dict[str, Any]]


def read_contract(path: Path, endpoints: Iterable[str]) -> Answers:
    """Return endpoint -> status -> schema; `LoadRefused` if an endpoint is not in the document.

    A schema of OpenAPI 3.1 is a JSON Schema of 2020-12 once its references are in place.
    """
    document = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    answers: Answers = {}
    for endpoint in endpoints:
        method, _, route = endpoint.partition(" ")
        responses = document["paths"].get(route, {}).get(method.lower(), {}).get("responses")
        if responses is None:
            raise LoadRefused(
                f"{path.name} does not describe {endpoint}; the contract must, before load can check it",
                f"{path.name}に{endpoint}がありません。検査するにはAPI仕様に必要です",
            )
        found = {
            status: in_place(responses[status], document)
            for status in STATUSES
            if status in responses
        }
        answers[endpoint] = {
            status: {"$schema": DIALECT, **response["content"]["application/json"]["schema"]}
            for status, response in found.items()
        }
    return answers


def bodies_of(app: Application, endpoints: Iterable[str]) -> dict[str, str]:
    """Return endpoint -> the body that the contract gives as an example, empty where it asks for none."""
    return {endpoint: _body(app, endpoint) for endpoint in endpoints}


def _body(app: Application, endpoint: str) -> str:
    verb, path = endpoint.split(" ")
    asked = app.paths[path][verb.lower()].get("requestBody")
    if asked is None and "{" not in path:
        return ""
    example = asked and asked["content"]["application/json"].get("example")
    if example is None or "{" in path:
        raise LoadRefused(
            f"{endpoint} can't be called by load: {app.contract} has no example of its body, or its path has a "
            "parameter; add the example, or take its share out of app.toml",
            f"{endpoint}には負荷をかけられません。{app.contract}に本文のexampleがないか、パスにパラメータがあります。"
            "exampleを加えるか、app.tomlのsharesから外してください",
        )
    return json.dumps(example)
