"""Whether an answer keeps the contract: compiled once, fast enough to look at every answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

try:
    import orjson
except ImportError:  # Locust alone: slower, the same answers
    parse: Callable[[bytes], Any] = json.loads
else:
    parse = orjson.loads

NOT_CHECKED = "not checked"

Fault = Callable[[Any], str | None]
"""Says in a few words where an answer breaks its schema, or None."""
Compiler = Callable[[Mapping[str, Any]], Fault]


@dataclass(frozen=True, slots=True)
class Contract:
    """Validators by (endpoint, status). ``checked_by`` names the library, or says "not checked"."""

    validators: Mapping[tuple[str, int], Fault]
    checked_by: str

    def fault(self, endpoint: str, status: int, answer: Any) -> str | None:
        validator = self.validators.get((endpoint, status))
        return validator(answer) if validator else None


def compiled(
    answers: Mapping[str, Mapping[str, Any]],
    definitions: Mapping[str, Any],
    compiler: tuple[Compiler | None, str] | None = None,
) -> Contract:
    """Compile ``answers`` (endpoint -> status -> schema), whose references end in ``definitions``.

    ``compiler`` is the quickest `installed`, unless it is given; the verdict says which it was.
    """
    compile_schema, name = compiler or installed()
    if compile_schema is None:
        return Contract({}, NOT_CHECKED)
    validators = {
        (endpoint, int(status)): compile_schema({**schema, "components": definitions})
        for endpoint, by_status in answers.items()
        for status, schema in by_status.items()
    }
    return Contract(validators, f"checked by {name}")


def installed() -> tuple[Compiler | None, str]:
    """Choose jsonschema-rs (0.6 us an answer), else jsonschema (50 us), else none at all."""
    try:
        import jsonschema_rs  # noqa: PLC0415 - optional: Locust alone must do
    except ImportError:
        pass
    else:
        return by_rust, jsonschema_rs.__name__
    try:
        import jsonschema  # noqa: PLC0415 - optional: Locust alone must do
    except ImportError:
        return None, ""
    return by_python, jsonschema.__name__


def by_rust(schema: Mapping[str, Any]) -> Fault:
    """Compile with jsonschema-rs."""
    import jsonschema_rs  # noqa: PLC0415 - optional, and chosen only where it is there

    validator = jsonschema_rs.Draft202012Validator(dict(schema))

    def fault(answer: Any) -> str | None:
        if validator.is_valid(answer):
            return None
        first = next(iter(validator.iter_errors(answer)))
        return _pointer(first.instance_path)

    return fault


def by_python(schema: Mapping[str, Any]) -> Fault:
    """Compile with jsonschema."""
    import jsonschema  # noqa: PLC0415 - optional, and chosen only where it is there

    validator = jsonschema.Draft202012Validator(schema)

    def fault(answer: Any) -> str | None:
        first = next(validator.iter_errors(answer), None)
        return None if first is None else _pointer(first.absolute_path)

    return fault


def _pointer(path: Any) -> str:
    """Point at the member, without its value: the words of a user stay out of reports."""
    return "/" + "/".join("*" if isinstance(part, int) else str(part) for part in path)
