"""The seven functions, and the contract as a judge of their answers: whatever smoke/openapi.yaml does not document is wrong."""

import functools
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from lambdas.packing import described

MODULES = {name: import_module(f"lambdas.{name.replace('-', '_')}.handler") for name in described()}
PATH = Path(__file__).parents[2] / "smoke" / "openapi.yaml"
_URI = "urn:contract"


@functools.cache
def document() -> dict[str, Any]:
    return yaml.load(PATH.read_text(), yaml.CSafeLoader)


def operations() -> dict[str, dict[str, Any]]:
    """Return every operation by its route, `GET /stamps`."""
    paths = document()["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def response(route: str, status: int) -> dict[str, Any]:
    """Return what is documented for a status, with its `$ref` followed. KeyError if nothing."""
    found = operations()[route]["responses"][str(status)]
    if "$ref" in found:
        name = found["$ref"].rpartition("/")[2]
        return document()["components"]["responses"][name]
    return found


def codes(documented: dict[str, Any]) -> set[str]:
    """Return the error codes that a response documents."""
    return set(documented.get("x-error-codes", ()))


def schema_of(content: dict[str, Any]) -> Draft202012Validator:
    """Return the validator of a request's or response's JSON content."""
    resource = Resource(contents=document(), specification=DRAFT202012)
    registry = Registry().with_resource(_URI, resource)
    schema = _absolute(content["application/json"]["schema"])
    return Draft202012Validator(schema, registry=registry)


def check(route: str, status: int, body: object, headers: dict[str, str]) -> None:
    """Raise where the answer is none of the documented."""
    documented = response(route, status)
    schema_of(documented["content"]).validate(body)
    missing = documented["headers"].keys() - headers.keys()
    assert not missing, f"{route} answered {status} without {', '.join(missing)}"
    if status != 200:
        code = body["error_code"]
        assert code in codes(documented), f"{code} is not documented for {status} of {route}"


def _absolute(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: _URI + value if key == "$ref" else _absolute(value) for key, value in node.items()
        }
    return [_absolute(one) for one in node] if isinstance(node, list) else node
