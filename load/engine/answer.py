"""What became of one request: the kinds of failure are few words, never content."""

from dataclasses import dataclass

from load.engine.calls import Call
from load.engine.contract import Contract, parse
from load.engine.plan import AWARD

OK, CONFLICT, TOO_MANY = 200, 409, 429


@dataclass(frozen=True, slots=True)
class Outcome:
    """``what`` is answered, failed, throttled or conflict; ``kind`` tells a failure in a few words."""

    what: str
    kind: str | None = None

    @property
    def timed(self) -> bool:
        """A refusal is quick: its latency would flatter the application's."""
        return self.what in ("answered", "failed")


ANSWERED, THROTTLED, REPEATED = Outcome("answered"), Outcome("throttled"), Outcome("conflict")


def understand(  # noqa: PLR0911 - one line for each way an answer can go
    call: Call, status: int, content: bytes, error: Exception | None, contract: Contract
) -> Outcome:
    """Classify one answer. A 200 counts only if it keeps the contract and speaks of the asker.

    A 409 is an answer of an award alone, of a stamp that was there before; elsewhere it is an error.
    """
    if error is not None:
        return Outcome("failed", f"network: {type(error).__name__}")
    if status == TOO_MANY:
        return THROTTLED
    if status != OK and (status, call.endpoint) != (CONFLICT, AWARD):
        return Outcome("failed", f"HTTP {status}")
    try:
        answer = parse(content)
    except ValueError:
        return Outcome("failed", f"HTTP {status} without JSON")
    if (pointer := contract.fault(call.endpoint, status, answer)) is not None:
        return Outcome("failed", f"contract: {pointer}")
    if status == CONFLICT:
        return REPEATED
    if not isinstance(answer, dict):
        return Outcome("failed", "no JSON object")
    wrong = next((name for name, value in call.expect.items() if answer.get(name) != value), None)
    return ANSWERED if wrong is None else Outcome("failed", f"wrong {wrong}")
