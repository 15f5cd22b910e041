"""Judges answers by the contract: what smoke/openapi.yaml does not document is wrong, and named by JSON pointer.

What the contract says in words, since no schema can, is judged too: whether a success agrees with its request and with itself.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from aws.words import SILENCE, Words
from signoff.environment.application import application
from signoff.environment.references import VERBS, in_place
from smoke.calls import Answer, Call, redacted, shown

JSON = "application/json"
JSON_TYPE = re.compile(r".+[/+]json")
OK = 200
RETRY_AFTER = "retry-after"
ORIGIN = "Access-Control-Allow-Origin"
"""Documented for every answer; SMOKE-14 alone judges it, so that one fault is red once."""
NO_JSON = Words(en="but the body: it is null, or no JSON", ja="本文: nullか、JSONではありません")


def _matches(
    _: Draft202012Validator, pattern: str, instance: object, __: object
) -> Iterator[ValidationError]:
    # The contract's patterns are ECMAScript's, whose `$` is the end; Python's matches before a last line break.
    python = re.sub(r"\$$", r"\\Z", pattern)
    if isinstance(instance, str) and not re.search(python, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


Validator = extend(Draft202012Validator, {"pattern": _matches})  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """What one route may answer with one status."""

    headers: Mapping[str, Draft202012Validator]
    required: frozenset[str]
    """The headers that no answer may lack."""
    codes: Mapping[str, str]
    """error_code -> what it takes to see it: request, data, setting, line, aws, gateway."""
    recorded: frozenset[str]
    """Codes that the recorded API has; functions other than ours may leave out the rest."""
    bodies: Mapping[str, Draft202012Validator]
    """Media type, or range of them (``text/*``), the narrowest first -> what JSON of it must be; empty where none is promised."""


@dataclass(frozen=True, slots=True)
class Contract:
    """Route (``GET /stamps``) and status -> what is documented, its validator compiled."""

    responses: Mapping[tuple[str, int], Documented]
    of_rally: bool
    """Whether its words are known, too; another application may have a route of the same name."""

    @classmethod
    def of(cls, document: Mapping[str, Any], *, of_rally: bool = False) -> "Contract":
        """Compile an OpenAPI 3.1 document, whose schemas are JSON Schema 2020-12."""
        return cls(dict(_responses(document)), of_rally)

    def flaw(self, answer: Answer, status: int, code: str | None = None) -> Words:
        """Say in a sentence how this differs from the documented answer of that status; empty if it does not.

        ``code`` is the ``error_code`` that it must have; None accepts any documented one.
        """
        for why in self._flaws(answer, status, code):
            body, request = shown(answer.text), answer.request_id
            return Words(
                en=f"{answer}, {why.en}; it said: {body or 'no body'} (request {request or 'without id'})",
                ja=f"{answer.ja}。{why.ja}。応答の本文: {body or 'なし'}（リクエスト{request or 'IDなし'}）",
            )
        return SILENCE

    def _flaws(self, answer: Answer, status: int, code: str | None) -> Iterator[Words]:
        documented = self.responses.get((answer.call.route, status))
        if answer.status != status or (code and not _has(answer, code, documented)):
            expected = f"{status} {code}" if code else str(status)
            yield Words(en=f"not {expected}", ja=f"期待値は{expected}です")
        kind = _media_type(answer.headers.get("content-type", ""))
        promised = documented.bodies if documented else {JSON: Validator(True)}
        body = next((promised[each] for each in promised if fnmatchcase(kind, each)), None)
        if promised and not body:
            yield Words(
                en=f"as {kind or 'no named type'}, not {' or '.join(promised)}",
                ja=f"Content-Typeが{'または'.join(promised)}ではありません（{kind or '指定なし'}）",
            )
        if documented is None:
            yield Words(
                en="a status that the contract does not document by its number",
                ja="API仕様に番号で書かれていないステータスです",
            )
            return
        yield from _broken_headers(answer, documented)
        if status < 400 and RETRY_AFTER in answer.headers:
            yield Words(
                en="though it asks to retry (Retry-After)", ja="再試行を求めるRetry-Afterがあります"
            )
        for error in body.iter_errors(answer.json) if body and JSON_TYPE.fullmatch(kind) else ():
            yield NO_JSON if answer.json is None else _broken_rule(error)
        if documented.codes and not any(
            _has(answer, name, documented) for name in documented.codes
        ):
            codes = ", ".join(documented.codes)
            yield Words(
                en=f"but /error_code is none of {codes}",
                ja=f"/error_codeが{codes}のいずれでもありません",
            )
        if status == OK and self.of_rally:
            yield from disagreements(answer)


def _broken_headers(answer: Answer, documented: Documented) -> Iterator[Words]:
    for name, right in documented.headers.items():
        value = answer.headers.get(name.lower())
        if value is None and name in documented.required:
            yield Words(en=f"without the header {name}", ja=f"ヘッダー{name}がありません")
        elif value is not None and not right.is_valid(value):
            yield Words(en=f"with {name}: {value}", ja=f"ヘッダーが{name}: {value}です")


def _broken_rule(error: ValidationError) -> Words:
    """Name the part of the body by JSON pointer, and the rule of the schema that it breaks."""
    pointer, instance, rule = _pointer(error.absolute_path), error.instance, error.validator
    value, constraint = (shown(json.dumps(entry)) for entry in (instance, error.validator_value))
    ja = f"{value}がスキーマの{rule}: {constraint}を満たしていません"
    if rule == "required":
        ja = f"必須のメンバーがありません（必須: {constraint}、応答: {value}）"
    elif rule in {"additionalProperties", "unevaluatedProperties"}:
        ja = f"API仕様にないメンバーがあります（{value}）"
    return Words(
        en=f"but {pointer or 'the body'}: {redacted(error.message)}",
        ja=f"{pointer or '本文'}: {ja}",
    )


def _has(answer: Answer, code: str, documented: Documented | None) -> bool:
    """Whether an answer has the code, or has none where the recorded API has none either."""
    if answer.error_code is None and documented is not None:
        return code in documented.codes and code not in documented.recorded
    return answer.error_code == code


@cache
def contract() -> Contract:
    """Compile smoke/openapi.yaml, once."""
    return Contract.of(application().document, of_rally=True)


def session_s() -> int:
    """Return how long a session lasts, by the contract."""
    schemes = application().document["components"]["securitySchemes"]
    return int(schemes["session"]["x-lifetime-seconds"])


@cache
def operations() -> Mapping[str, Mapping[str, Any]]:
    """Return route -> its operation in the contract."""
    return {
        f"{verb.upper()} {path}": operation
        for path, item in application().paths.items()
        for verb, operation in item.items()
    }


def rows() -> Mapping[str, str]:
    """Return route -> the row of the checklist that owns what it answers (``x-row``)."""
    # A test names a route of the rally that has none.
    return {route: each["x-row"] for route, each in operations().items() if "x-row" in each}


def warming() -> tuple[str, ...]:
    """Return a route of each function that needs a session, a read where it has one."""
    reads_first = sorted(operations().items(), key=lambda each: not each[0].startswith("GET "))
    routes: dict[str, str] = {}
    for route, operation in reads_first:
        if "security" not in operation:
            routes.setdefault(operation["x-function"], route)
    return tuple(routes.values())


def asked_of(route: str) -> Mapping[str, Mapping[str, Any]]:
    """Return name -> schema of what a request says: the members of its body, or its parameters."""
    operation = operations()[route]
    if "requestBody" in operation:
        return _properties(operation["requestBody"]["content"][JSON]["schema"])
    return {each["name"]: each["schema"] for each in operation.get("parameters", ())}


def schema_name(schema: Mapping[str, Any]) -> str:
    """Return the name by which a schema is referred to; empty for one that is written in place."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    component = application().document["components"]["schemas"].get(schema_name(schema), {})
    return {**component.get("properties", {}), **schema.get("properties", {})}


def _responses(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, int], Documented]]:
    for path, item in document["paths"].items():
        for verb in item.keys() & {*VERBS}:
            for status, response in item[verb].get("responses", {}).items():
                if str(status).isdigit():  # neither "default" nor "4XX" says which
                    documented = _documented(in_place(response, document))
                    yield (f"{verb.upper()} {path}", int(status)), documented


def _documented(response: Mapping[str, Any]) -> Documented:
    content = {_media_type(name): media for name, media in response.get("content", {}).items()}
    headers = {name: each for name, each in response.get("headers", {}).items() if name != ORIGIN}
    return Documented(
        headers={name: Validator(each.get("schema", True)) for name, each in headers.items()},
        required=frozenset(name for name, each in headers.items() if each.get("required")),
        codes=response.get("x-error-codes", {}),
        recorded=frozenset(response.get("x-recorded-codes", ())),
        bodies={
            kind: Validator(content[kind].get("schema", True))
            for kind in sorted(content, key=lambda kind: kind.count("*"))
        },
    )


def _media_type(header: str) -> str:
    """Return the type of a Content-Type, without its parameters."""
    return header.partition(";")[0].strip().lower()


def _pointer(path: Iterable[Any]) -> str:
    """Write a JSON pointer (RFC 6901); empty for the whole."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "".join(f"/{part}" for part in parts)


ITS_OWN = frozenset({"lat", "lon"})
"""Members of an answer that say where the spot is: the request has the person's by the same names."""
CENTIMETRE = 0.01
"""What rounding a distance in metres hides."""
Fact = tuple[str, object, object]
"""Pointer to a member, what it is, and what it must be."""


def disagreements(answer: Answer) -> Iterator[Words]:
    """Yield what a success, valid by its schema, says of itself or of its request that can't be true."""
    for member, actual, expected in _facts(answer):
        if actual != expected:
            yield Words(
                en=f"but {member} is {actual!r}, expected {expected!r}",
                ja=f"{member}が{actual!r}です（期待値{expected!r}）",
            )


def _facts(answer: Answer) -> Iterator[Fact]:
    body, request = answer.json, _request_members(answer.call)
    for name, of in repeated(answer.call.route).items():
        if of in request:
            yield f"/{name}", body[name], request[of]
    if rule := RULES.get(answer.call.route):
        yield from rule(answer)


@cache
def repeated(route: str) -> Mapping[str, str]:
    """Return member of a success -> what of the request has the same name, and so the same value; of the rally alone."""
    if route not in operations():
        return {}
    requested = {_plain(name): name for name in asked_of(route) if name not in ITS_OWN}
    answered = _properties(operations()[route]["responses"][str(OK)]["content"][JSON]["schema"])
    return {name: requested[_plain(name)] for name in answered if _plain(name) in requested}


def _plain(name: str) -> str:
    """Return a name as userId and user_id have it in common."""
    return name.replace("_", "").lower()


def _request_members(call: Call) -> Mapping[str, Any]:
    """Return what a request says by name; of a position without an accuracy, that it has none."""
    members = call.members
    absent = {"accuracy": None} if members and call.path == "/gps/verify" else {}
    return {**absent, **dict(call.query), **members}


def _list(answer: Answer) -> Iterator[Fact]:
    ids = [entry["stamp_id"] for entry in answer.member("stamps")]
    yield "/total", answer.member("total"), len(ids)
    yield "/stamps/*/stamp_id", ids, sorted(set(ids))


def _position(answer: Answer) -> Iterator[Fact]:
    body = answer.json
    metres, radius_m = body["distanceM"], body["radiusM"]
    yield "/distanceM", metres, round(metres, 2)
    if metres < radius_m - CENTIMETRE:
        yield f"/within ({metres} m from a spot of radius {radius_m:g} m)", body["within"], True
    reach_m = max(radius_m, body["accuracy"] or 0)
    if metres > reach_m + CENTIMETRE:
        yield (
            f"/within ({metres} m from a spot that is reached from {reach_m:g} m)",
            body["within"],
            False,
        )


def _ranking(answer: Answer) -> Iterator[Fact]:
    entries, own = answer.member("rankings"), answer.call.user_id
    for place, entry in enumerate(entries):
        yield f"/rankings/{place}/rank", entry["rank"], place + 1
        if own:
            yield f"/rankings/{place}/is_self", entry["is_self"], entry["user_id"] == own
    for place, (better, worse) in enumerate(pairwise(entries), 1):
        most = min(better["stamp_count"], worse["stamp_count"])
        yield f"/rankings/{place}/stamp_count", worse["stamp_count"], most
    yield (
        "/rankings/*/user_id (how many differ)",
        len({item["user_id"] for item in entries}),
        len(entries),
    )


def _menus(answer: Answer) -> Iterator[Fact]:
    ids = [entry["richMenuId"] for entry in answer.member("richmenus")]
    yield "/richmenus/*/richMenuId", ids, list(dict.fromkeys(ids))


RULES: Mapping[str, Callable[[Answer], Iterator[Fact]]] = {
    "GET /stamps": _list,
    "POST /gps/verify": _position,
    "GET /ranking/weekly": _ranking,
    "GET /ranking/monthly": _ranking,
    "GET /richmenu/list": _menus,
}
"""Route -> what the members of its answer must be to each other."""
