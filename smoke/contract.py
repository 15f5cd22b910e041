"""The contract as a judge: whatever smoke/openapi.yaml does not document is wrong, and said by pointer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from smoke.calls import Answer, redacted, shown

PATH = Path(__file__).with_name("openapi.yaml")
URI = "urn:contract"
JSON = "application/json"
RETRY_AFTER = "retry-after"
ORIGIN = "Access-Control-Allow-Origin"
"""Documented for every answer; SMOKE-14 alone judges it, so that one fault is red once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """What one route may answer under one status."""

    headers: tuple[str, ...]
    codes: Mapping[str, str]
    """error_code -> what it takes to see it: request, data, setting, line, aws, gateway."""
    recorded: frozenset[str]
    """Codes that the recorded API has: other functions than ours may leave out the rest."""
    body: Draft202012Validator


@dataclass(frozen=True, slots=True)
class Contract:
    """Route (``GET /stamps``) and status -> what is documented, its validator compiled."""

    responses: Mapping[tuple[str, int], Documented]
    session_s: int
    """How long a session lasts."""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Contract":
        """Compile an OpenAPI 3.1 document, whose schemas are JSON Schema 2020-12."""
        resource = DRAFT202012.create_resource(document)
        registry: Registry[Any] = Registry().with_resource(URI, resource)
        session = document["components"]["securitySchemes"]["session"]
        return cls(dict(_responses(document, registry)), session["x-lifetime-seconds"])

    def flaw(self, answer: Answer, status: int, code: str | None = None) -> str:
        """Say in a sentence how this is not the documented answer of that status; empty if it is.

        ``code`` is the ``error_code`` that it must have; any documented one where it is not given.
        """
        for why in self._flaws(answer, status, code):
            body = shown(answer.text) or "no body"
            return f"{answer}, {why}; it said: {body} (request {answer.request_id or 'without id'})"
        return ""

    def _flaws(self, answer: Answer, status: int, code: str | None) -> Iterator[str]:
        documented = self.responses.get((answer.call.route, status))
        if answer.status != status or (code and not _has(answer, code, documented)):
            yield f"not {status}{f' {code}' if code else ''}"
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        if kind != JSON:
            yield f"as {kind or 'nothing named'}, not {JSON}"
        if documented is None:
            yield "a status that is documented nowhere"
            return
        for name in documented.headers:
            if name.lower() not in answer.headers:
                yield f"without the header {name}"
        if status < 400 and RETRY_AFTER in answer.headers:
            yield "though it asks for another try (Retry-After)"
        for error in documented.body.iter_errors(answer.json):
            where = _pointer(error.absolute_path) or "the body"
            yield f"but {where}: {redacted(error.message)}"
        if documented.codes and not any(_has(answer, one, documented) for one in documented.codes):
            yield f"but /error_code is none of {', '.join(documented.codes)}"


def _has(answer: Answer, code: str, documented: Documented | None) -> bool:
    """Whether an answer has the code, or none where the recorded API has none either."""
    if answer.error_code is None and documented is not None:
        return code in documented.codes and code not in documented.recorded
    return answer.error_code == code


@cache
def contract() -> Contract:
    """Compile smoke/openapi.yaml, once."""
    return Contract.of(yaml.load(PATH.read_text(encoding="utf-8"), yaml.CSafeLoader))


def _responses(
    document: Mapping[str, Any], registry: Registry[Any]
) -> Iterator[tuple[tuple[str, int], Documented]]:
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            for status in operation["responses"]:
                place = ("paths", path, verb, "responses", status)
                found = _documented(document, registry, place)
                yield (f"{verb.upper()} {path}", int(status)), found


def _documented(
    document: Mapping[str, Any], registry: Registry[Any], place: tuple[str, ...]
) -> Documented:
    response: Any = document
    for part in place:
        response = response[part]
    if "$ref" in response:
        return _documented(document, registry, tuple(response["$ref"].split("/")[1:]))
    schema = {"$ref": f"{URI}#{_pointer((*place, 'content', JSON, 'schema'))}"}
    return Documented(
        headers=tuple(name for name in response["headers"] if name != ORIGIN),
        codes=response.get("x-error-codes", {}),
        recorded=frozenset(response.get("x-recorded-codes", ())),
        body=Draft202012Validator(schema, registry=registry),
    )


def _pointer(path: Iterable[Any]) -> str:
    """Write a JSON pointer (RFC 6901); empty for the whole."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "".join(f"/{part}" for part in parts)
