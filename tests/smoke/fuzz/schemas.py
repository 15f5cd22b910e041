"""Hypothesis strategies out of the contract's JSON Schemas: as much of the language as requests use."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from signoff.environment.application import application

Schema = Mapping[str, Any]
URI = "urn:contract"
LONGEST = 300
"""Characters of a text whose schema sets no bound."""
CHARACTERS = st.characters(exclude_categories=["Cs"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=8,
)
"""Lone surrogates, NaN and infinities too: Python writes them, JSON has no such values."""


def routes() -> tuple[str, ...]:
    """Return every route of the contract: ``GET /stamps``."""
    return application().routes


def operation(route: str) -> Schema:
    """Return a route's operation as it stands in the contract."""
    verb, path = route.split(" ")
    found: Schema = application().paths[path][verb.lower()]
    return found


def body_schema(route: str) -> Schema | None:
    """Return the schema of a route's body, followed to its object; None where it takes none."""
    body = operation(route).get("requestBody")
    return followed(body["content"]["application/json"]["schema"]) if body else None


def query_schemas(route: str) -> Mapping[str, Schema]:
    """Return the schemas of a route's query parameters by name."""
    return {
        parameter["name"]: parameter["schema"]
        for parameter in operation(route).get("parameters", ())
    }


def followed(schema: Schema) -> Schema:
    """Return what a ``$ref`` refers to, or the schema itself."""
    if "$ref" not in schema:
        return schema
    found: Any = application().document
    for part in schema["$ref"].split("/")[1:]:
        found = found[part]
    return followed(found)


@cache
def _registry() -> Registry[Any]:
    resource = DRAFT202012.create_resource(application().document)
    return Registry().with_resource(URI, resource)


def judge_of(schema: Schema) -> Draft202012Validator:
    return Draft202012Validator(_absolute(schema), registry=_registry())


def valid(schema: Schema) -> st.SearchStrategy[Any]:
    """Return a strategy of what the schema allows; the validator has the last word."""
    return _values(schema).filter(judge_of(schema).is_valid)


def _values(schema: Schema) -> st.SearchStrategy[Any]:
    schema = followed(schema)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "string":
            return _texts(schema)
        case "number":
            return _numbers(schema)
        case "object":
            return _objects(schema)
        case ["object", "null"]:
            return _objects(schema) | st.none()
        case None:  # anything
            return st.none() | st.integers() | st.text(CHARACTERS, max_size=LONGEST)
    raise NotImplementedError(f"no values for {schema}")


def _texts(schema: Schema) -> st.SearchStrategy[str]:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", LONGEST)
    plain = st.text(CHARACTERS, min_size=shortest, max_size=longest)
    if "pattern" not in schema:
        return plain
    # `$` of Python also matches before a last line break; that of JSON Schema does not.
    pattern = schema["pattern"].removesuffix("$")
    whole = pattern + (r"\Z" if pattern != schema["pattern"] else "")
    drawn = st.from_regex(whole, alphabet=CHARACTERS)
    # Hardly any plain text has a form of its own: most requests would be thrown away unsent.
    return drawn if pattern.startswith("^") else drawn | plain


def _numbers(schema: Schema) -> st.SearchStrategy[float]:
    low, high = schema.get("minimum"), schema.get("maximum")
    edges = st.sampled_from([bound for bound in (low, high, 0, -0.0) if bound is not None])
    return edges | st.integers(low, high) | st.floats(low, high, allow_nan=False).filter(_finite)


def _finite(number: float) -> bool:
    return abs(number) != float("inf")


def _objects(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    values = {name: valid(one) for name, one in schema["properties"].items()}
    needed = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: value for name, value in values.items() if name in needed},
        optional={name: value for name, value in values.items() if name not in needed},
    )


def _absolute(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {
            key: URI + value if key == "$ref" else _absolute(value) for key, value in node.items()
        }
    return [_absolute(one) for one in node] if isinstance(node, list) else node
