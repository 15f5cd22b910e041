"""Reads from the API's OpenAPI document the JSON Schemas of the answers that the load validates."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from load.engine.admission import LoadRefused
from load.engine.plan import ENDPOINTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
STATUSES = ("200", "409")
"""Answers that are no failure; for others only the status counts."""

Answers = dict[str, dict[str, Any]]


def read_contract(
    path: Path, endpoints: Iterable[str] = ENDPOINTS
) -> tuple[Answers, dict[str, Any]]:
    """Return (endpoint -> status -> schema, definitions).

    A schema of OpenAPI 3.1 is a JSON Schema of 2020-12 whose references begin at the document's
    root. Put ``components`` beside it and it is complete. Raises `LoadRefused` if an endpoint is not
    in the document.
    """
    document = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    answers = {endpoint: _answers(document, endpoint, path) for endpoint in endpoints}
    return answers, {"schemas": document.get("components", {}).get("schemas", {})}


def _answers(document: Mapping[str, Any], endpoint: str, path: Path) -> dict[str, Any]:
    method, _, route = endpoint.partition(" ")
    try:
        responses = document["paths"][route][method.lower()]["responses"]
    except KeyError:
        raise LoadRefused(
            f"{path.name} does not describe {endpoint}; the contract must, before load can check it",
            f"{path.name}に{endpoint}がありません。検査するには契約に必要です",
        ) from None
    found = {
        status: _resolved(document, responses[status]) for status in STATUSES & responses.keys()
    }
    return {
        status: {"$schema": DIALECT, **response["content"]["application/json"]["schema"]}
        for status, response in sorted(found.items())
    }


def _resolved(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference to a whole response; the validator resolves those inside schemas."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node
