"""How names show whose they are: by their beginning, those of tables also by the ending that they share."""

import re
from collections.abc import Collection, Iterable
from itertools import takewhile


def ours(name: str, prefix: str) -> bool:
    """Whether a name begins with the prefix as a whole word: ``p-prod`` is not in ``p-production``."""
    return re.match(rf"{re.escape(prefix)}(?![A-Za-z0-9])", name) is not None


def shared_ending(tables: Iterable[str]) -> str:
    """Return ``-prod`` for ``Users-prod`` and ``UserStamps-prod``; nothing where nothing is meant."""
    backwards = shared_beginning([name[::-1] for name in tables])
    separator = re.search(r"[-_.][^-_.]*$", backwards[::-1])
    return separator.group() if separator else ""


def shared_beginning(names: Collection[str]) -> str:
    """Return the characters with which all the names begin."""
    pairs = zip(min(names, default=""), max(names, default=""), strict=False)
    return "".join(name for name, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
