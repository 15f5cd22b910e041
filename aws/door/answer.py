"""What AWS answered, in a form that names what is missing from it."""

from collections.abc import Mapping
from typing import Any

from aws.door.failures import ReadFailure


class AwsAnswer(dict[str, Any]):
    """An answer, or a structure within it. Accessing a missing member raises a ReadFailure that names it.

    AWS's models require next to nothing of an answer, so that any member may be absent from any of them.
    """

    call: str = ""
    """``service:Operation``"""
    path: str = ""

    @classmethod
    def of(cls, call: str, value: Any, path: str = "") -> Any:
        """Return the value with every mapping in it as an AwsAnswer."""
        if isinstance(value, Mapping):
            made = cls(
                (name, cls.of(call, one, f"{path}.{name}".lstrip(".")))
                for name, one in value.items()
            )
            made.call, made.path = call, path
            return made
        if isinstance(value, list):
            return [cls.of(call, one, path) for one in value]
        return value

    @classmethod
    def over(cls, call: str, answer: Mapping[str, Any]) -> "AwsAnswer":
        """Return an answer of which only the outermost members are looked after."""
        made = cls(answer)
        made.call = call
        return made

    def __or__(self, more: Mapping[str, Any]) -> "AwsAnswer":  # type: ignore[override]
        """Return the answer with more members, still one that names what it lacks; ``{**answer}`` is none."""
        made = AwsAnswer({**self, **more})
        made.call, made.path = self.call, self.path
        return made

    def __missing__(self, member: str) -> Any:
        raise ReadFailure(f"{self.call}: the answer has no {f'{self.path}.{member}'.lstrip('.')}")
