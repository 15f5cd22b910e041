"""Whether an answer is right: its schema, compiled once, and what it says about the user who asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import orjson

from load.engine.api_requests import ApiRequest
from load.engine.plan import AWARD

Fault = Callable[[Any], str | None]
"""Returns a JSON pointer to where an answer breaks its schema, or None."""


@dataclass(frozen=True, slots=True)
class ContractValidator:
    """Validators by (endpoint, status)."""

    validators: Mapping[tuple[str, int], Fault]

    def fault(self, endpoint: str, status: int, answer: Any) -> str | None:
        validator = self.validators.get((endpoint, status))
        return validator(answer) if validator else None


def compiled(answers: Mapping[str, Mapping[str, Any]]) -> ContractValidator:
    """Compile ``answers`` (endpoint -> status -> schema)."""
    validators = {
        (endpoint, int(status)): _by_rust(schema)
        for endpoint, by_status in answers.items()
        for status, schema in by_status.items()
    }
    return ContractValidator(validators)


def _by_rust(schema: Mapping[str, Any]) -> Fault:
    """Compile with jsonschema-rs: 0.6 us an answer, where jsonschema takes 50 us."""
    validator = jsonschema_rs.Draft202012Validator(dict(schema))

    def fault(answer: Any) -> str | None:
        if validator.is_valid(answer):
            return None
        first = next(iter(validator.iter_errors(answer)))
        return _pointer(first.instance_path)

    return fault


def _pointer(path: Any) -> str:
    """Point at the member, without its value: the words of a user stay out of reports."""
    return "/" + "/".join("*" if isinstance(part, int) else str(part) for part in path)


OK, CONFLICT, TOO_MANY = 200, 409, 429


@dataclass(frozen=True, slots=True)
class RequestResult:
    """``what`` is answered, failed, throttled or conflict; ``kind`` names a failure in a few words.

    A kind never contains content of the answer.
    """

    what: str
    kind: str | None = None

    @property
    def timed(self) -> bool:
        """Whether latency counts: a 429 is quick and would flatter the application."""
        return self.what in ("answered", "failed")


ANSWERED, THROTTLED, REPEATED = (
    RequestResult("answered"),
    RequestResult("throttled"),
    RequestResult("conflict"),
)


def classify(  # noqa: PLR0911 - one line for each way an answer can go
    call: ApiRequest,
    status: int,
    content: bytes,
    error: Exception | None,
    contract: ContractValidator,
) -> RequestResult:
    """Classify one answer. A 200 counts only if it keeps the contract and is about the caller.

    A 409 is a regular answer to an award of a stamp that was there before; elsewhere it is an error.
    """
    if error is not None:
        return RequestResult("failed", f"network: {type(error).__name__}")
    if status == TOO_MANY:
        return THROTTLED
    if status != OK and (status, call.endpoint) != (CONFLICT, AWARD):
        return RequestResult("failed", f"HTTP {status}")
    try:
        answer = orjson.loads(content)
    except ValueError:
        return RequestResult("failed", f"HTTP {status} without JSON")
    if (pointer := contract.fault(call.endpoint, status, answer)) is not None:
        return RequestResult("failed", f"contract: {pointer}")
    if status == CONFLICT:
        return REPEATED
    if not isinstance(answer, dict):
        return RequestResult("failed", "no JSON object")
    wrong = next((name for name, value in call.expect.items() if answer.get(name) != value), None)
    return ANSWERED if wrong is None else RequestResult("failed", f"wrong {wrong}")
