"""Whether a name found in the account is of this environment: by its beginning, or as its tables end."""

import re
from collections.abc import Collection, Iterable
from itertools import takewhile

from aws.scope import Scope


def ours(name: str, prefix: str) -> bool:
    """Whether a name begins with the prefix as a whole word: ``p-prod`` is not in ``p-production``."""
    return re.match(rf"{re.escape(prefix)}(?![A-Za-z0-9])", name) is not None


def kept(found: Iterable[str], scope: Scope) -> tuple[str, ...]:
    return tuple(sorted(name for name in found if ours(name, scope.prefix)))


def kept_tables(found: Iterable[str], scope: Scope) -> tuple[str, ...]:
    """Return the environment's tables: told by the ending that all the expected ones share."""
    ending = shared_ending(scope.tables)
    return tuple(
        sorted(
            name
            for name in found
            if name in scope.tables
            or ours(name, scope.prefix)
            or (ending and name.endswith(ending))
        )
    )


def shared_ending(tables: Iterable[str]) -> str:
    """Return ``-prod`` for ``Users-prod`` and ``UserStamps-prod``; nothing where nothing is meant."""
    backwards = shared_beginning([name[::-1] for name in tables])
    separator = re.search(r"[-_.][^-_.]*$", backwards[::-1])
    return separator.group() if separator else ""


def shared_beginning(names: Collection[str]) -> str:
    """Return the characters with which all the names begin."""
    pairs = zip(min(names, default=""), max(names, default=""), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
