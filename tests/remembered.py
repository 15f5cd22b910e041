"""What the judge makes of an item or of a package, remembered: a test changes one of a hundred, and judges all of them.

Both follow from their arguments alone.
"""

import io
import pickle
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any

from aws.handler import flaw
from aws.kinds.function import Function, HandlerFlaw
from aws.redaction.secret_text import MaskedValue
from signoff.evidence import facts


class _ByIdentity:
    """A frozen value by its identity, since the mappings in it have no hash."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


class _Unsalted(pickle.Pickler):
    """Each reading has salts of its own, and digests by them of the same values."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, MaskedValue):
            return str, (str(value),)
        return NotImplemented


def remember() -> None:
    facts._facts_of_item = _facts_remembered(facts._facts_of_item)  # noqa: SLF001 - its only place
    flaw.handler_flaw = _flaws_remembered(flaw.handler_flaw)


def _facts_remembered(make: Callable[..., Any]) -> Callable[..., Any]:
    @lru_cache(maxsize=4096)
    def made(section: str, item: str, value: _ByIdentity, salt: str) -> Any:
        return tuple(make(section, item, value.value, salt))

    return lambda section, item, value, salt: made(section, item, _ByIdentity(value), salt)


def _flaws_remembered(find: Callable[..., HandlerFlaw | None]) -> Callable[..., Any]:
    found: dict[bytes, HandlerFlaw | None] = {}

    def looked_for(files: Mapping[str, bytes], version: Function) -> HandlerFlaw | None:
        _Unsalted(asked := io.BytesIO()).dump((files, version))
        key = sha256(asked.getbuffer()).digest()
        if key not in found:
            found[key] = find(files, version)
        return found[key]

    return looked_for
