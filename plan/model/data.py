"""Tables and secrets."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A global secondary index; it projects everything."""

    name: str
    hash_key: str
    range_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``attributes`` gives the type (S, N) of every key attribute, the indexes' included."""

    key: str
    name: str
    arn: str
    hash_key: str
    range_key: str | None
    attributes: Mapping[str, str]
    indexes: tuple[Index, ...] = ()
    ttl_attribute: str | None = None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A JSON object with one field; ``min_bits`` of randomness, 0 where LINE decides its form."""

    key: str
    name: str
    arn_pattern: str
    """ARN with ``??????`` for the six characters that AWS adds."""
    json_key: str
    min_bits: int = 0

    def __str__(self) -> str:
        return self.name
