"""What AWS answered, in a form that names what is missing from it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from aws.door.failures import lacking_member
from aws.raw import Raw

ITEMS = frozenset({"BatchGetItem", "BatchWriteItem", "GetItem", "Query", "Scan"})
"""Operations whose answers are mostly a table's items, of which each has the attributes that it was given."""


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
        if isinstance(value, dict):
            made = cls(value)
            made.call, made.path = call, path
            inside = f"{path}." if path else ""
            for name, entry in value.items():
                if isinstance(entry, (dict, list)):
                    made[name] = cls.of(call, entry, inside + name)
            return made
        if isinstance(value, list):
            return [cls.of(call, item, path) for item in value]
        return value

    @classmethod
    def over(cls, call: str, answer: Raw) -> "AwsAnswer":
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
        raise lacking_member(self.call, f"{self.path}.{member}".lstrip("."))


def naming_what_is_missing(client: Any) -> Any:
    """Return the client, whose answers raise a ReadFailure for a member that they lack.

    Every call ends here, those of paginators and waiters too; botocore lets no event replace an answer.
    """
    service, ask = client.meta.service_model.service_name, client._make_api_call  # noqa: SLF001
    if getattr(ask, "func", None) is _answered:
        return client
    client._make_api_call = partial(_answered, service, ask)  # noqa: SLF001
    return client


def _answered(service: str, ask: Any, operation: str, parameters: Mapping[str, Any]) -> Any:
    """Return the answer as one that looks after its members: AWS's models require next to none of them."""
    answer = ask(operation, parameters)
    call = f"{service}:{operation}"
    return AwsAnswer.over(call, answer) if operation in ITEMS else AwsAnswer.of(call, answer)
