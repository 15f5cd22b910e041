"""Reads the contract, and puts in place what its references name: a validator of one schema would look it up for each answer."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import yaml
from pydantic import ValidationError
from pydantic_core import CoreSchema, SchemaValidator
from pydantic_core import core_schema as shape

from signoff.environment.problems import EnvironmentFileError, FileTable, problem, text_of

VERBS = ("get", "post", "put", "patch", "delete", "head")
SENT = {"accept", "authorization", "content-type", "x-api-key"}
"""Headers of each call where it needs them; OpenAPI itself takes the first three for no parameters."""


@cache
def document(contract: Path) -> Mapping[str, Any]:
    try:
        parsed: Mapping[str, Any] = yaml.load(text_of(contract), yaml.CSafeLoader)
    except yaml.YAMLError as error:
        why = " ".join(str(error).replace(' in "<unicode string>",', " at").split())
        raise EnvironmentFileError(
            en=f"{contract} is not YAML: {why}; fix that place",
            ja=f"{contract}がYAMLではありません: {why}。その箇所を修正してください",
        ) from None
    try:
        _CONTRACT.validate_python(parsed)
        in_place(parsed["paths"], parsed)
    except ValidationError as error:
        place = FileTable(contract.name)
        raise EnvironmentFileError(problem(each, place) for each in error.errors()) from None
    except KeyError as dangling:
        raise EnvironmentFileError(
            en=f"{contract} refers to {dangling}, which it does not have; write that into it, or correct the $ref",
            ja=f"{contract}が参照する{dangling}がありません。そのファイルに書くか、$refを修正してください",
        ) from None
    return parsed


def in_place(part: Any, document: Mapping[str, Any], within: frozenset[str] = frozenset()) -> Any:
    """Return a part of an OpenAPI document without references; KeyError with one that names nothing.

    What lies ``within`` itself, as a tree does, has no end: there anything goes.
    """
    match part:
        case {"$ref": str(pointer)} if pointer in within:
            return {}
        case {"$ref": str(pointer), **rest}:
            whole = in_place(_named(pointer, document), document, within | {pointer})
            if isinstance(whole, Mapping) and rest.keys() <= {"summary", "description"}:
                return {**whole, **rest}  # all that may stand beside it where it is no schema
            return {"allOf": [whole], **in_place(rest, document, within)} if rest else whole
        case Mapping():
            return {name: in_place(value, document, within) for name, value in part.items()}
        case list():
            return [in_place(entry, document, within) for entry in part]
    return part


def _named(pointer: str, document: Mapping[str, Any]) -> Any:
    file, *steps = unquote(pointer).split("/")
    part: Any = document if file == "#" else None
    try:
        for step in steps:
            name = step.replace("~1", "/").replace("~0", "~")
            part = part[int(name) if isinstance(part, list) else name]
    except (LookupError, TypeError, ValueError):
        raise KeyError(pointer) from None
    return part


def required_of(
    item: Mapping[str, Any], verb: str, document: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """Return the parameters that a verb of a path can't be called without, beside the headers ``SENT``; ``item`` is the path's part of the document."""
    asked = [*item.get("parameters", ()), *item[verb.lower()].get("parameters", ())]
    required = [each for each in in_place(asked, document) if each.get("required")]
    return [each for each in required if each["in"] != "header" or each["name"].lower() not in SENT]


def url_of(path: str, verb: str, document: Mapping[str, Any]) -> str | None:
    """Return a path with the ``example`` of each parameter that its URL requires; None where one has none, or a list."""
    required = required_of(document["paths"][path], verb, document)
    asked = [each for each in required if each["in"] in {"path", "query"}]
    if any(isinstance(each.get("example"), list | dict | None) for each in asked):
        return None
    texts = {(each["in"], each["name"].rstrip("+")): _in_url(each["example"]) for each in asked}
    filled = re.sub("{(.+?)[+]?}", lambda name: texts.get(("path", name[1]), name[0]), path)
    query = "&".join(
        f"{_in_url(name)}={text}" for (at, name), text in texts.items() if at == "query"
    )
    return None if "{" in filled else filled + (query and f"?{query}")


def _in_url(value: object) -> str:
    """Return a value as a URL has it; a boolean, or a day that YAML reads as one, as JSON does."""
    text = value if isinstance(value, str) else json.dumps(value, default=str).strip('"')
    return quote(text, safe="")


def _table(**parts: CoreSchema) -> CoreSchema:
    """Return the shape of a part of a contract; all of its own parts but the paths may be absent."""
    fields = {name: shape.typed_dict_field(parts[name], required=name == "paths") for name in parts}
    return shape.typed_dict_schema(fields)


_TEXT, _LIST = shape.str_schema(), shape.tuple_schema([_table()], variadic_item_index=0)
_ASKED = {"security": shape.nullable_schema(_LIST), "parameters": _LIST}
_ITEM = _table(**_ASKED, **dict.fromkeys(VERBS, _table(**_ASKED, **{"x-function": _TEXT})))
_PATHS = shape.dict_schema(
    shape.str_schema(pattern=r"^/$|^(/([^/{}]+|\{[^/{}+]+(\}|\+\}$)))+$"), _ITEM
)
_SCHEMES = _table(securitySchemes=shape.dict_schema(_TEXT, _table(name=_TEXT)))
_CONTRACT = SchemaValidator(
    _table(**_ASKED, paths=_PATHS, components=shape.nullable_schema(_SCHEMES))
)
