"""What a record keeps of an API's export, which no person can read any more once the stage has left the deployment."""

import re
from typing import Any

from aws.api.document import INTEGRATION
from aws.api.surplus import ANY, VERBS
from aws.raw import Raw

PROSE = frozenset(
    {
        *("description", "externalDocs", "info", "parameters", "responses", "schemas", "servers"),
        *("summary", "tags", "x-amazon-apigateway-documentation"),
    }
)
"""Members of an export, its operations and components that nothing here reads."""
PASSED_ON = re.compile(r"method\.request\.[\w.$-]+")
"""A parameter that an integration is given as the caller sent it."""
LEFT_OUT = "'…'"
"""What stands in a record for a text that an integration alone is given."""


def as_recorded(export: Raw) -> Raw:
    """Return what ``from_export`` reads of an export, without the texts that an integration alone is given: a record holds no secret."""
    paths = {
        path: {
            verb: _without_texts(raw) if verb in {*VERBS, ANY} else raw
            for verb, raw in operations.items()
        }
        for path, operations in export["paths"].items()
    }
    components = _without_prose(export.get("components", {}))
    return {**_without_prose(export), "paths": paths, "components": components}


def _without_prose(raw: Raw) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key not in PROSE}


def _without_texts(operation: Raw) -> Raw:
    left = _without_prose(operation)
    behind: Raw = left.get(INTEGRATION) or {"type": "MOCK"}
    if behind["type"].upper() != "MOCK":
        given = {key: behind.get(key) or {} for key in ("requestParameters", "requestTemplates")}
        texts = {
            key: {
                name: text if PASSED_ON.fullmatch(text) else LEFT_OUT
                for name, text in named.items()
            }
            for key, named in given.items()
        }
        left[INTEGRATION] = {**behind, **texts}
    return left
