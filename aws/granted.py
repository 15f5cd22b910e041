"""What single policies grant of all that somebody could act on: many principals share them, and each is read once."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from aws.iam import Statement, parse
from aws.iam.pattern import action_pattern, resource_pattern
from aws.targets import Target
from aws.words import Words

Grant = tuple[int, str, str, Words]
"""Gravity (0 first), action, ARN, statement."""


def by_gravity(grant: Grant) -> tuple[int, str, str]:
    """Leave the statement out: two of them may grant the same, and neither comes before the other."""
    return grant[:3]


class Targets:
    """All that somebody could act on, and what single policies grant of it: many principals share them."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self.all = tuple(targets)
        self._granted: dict[tuple[str, str], tuple[tuple[int, Grant], ...]] = {}

    def granted(self, name: str, document: str) -> tuple[tuple[int, Grant], ...]:
        """Return (place of the target, grant) for all that one policy might allow."""
        key = (name, document)
        if key not in self._granted:
            self._granted[key] = tuple(self._grants(parsed(document, name)))
        return self._granted[key]

    def _grants(self, statements: Iterable[Statement]) -> Iterator[tuple[int, Grant]]:
        for one in (one for one in statements if one.effect == "Allow"):
            named: dict[tuple[str, ...], list[tuple[int, str]]] = {}
            for place, target in enumerate(self.all):
                if target.actions not in named:
                    named[target.actions] = list(_named(one, target.actions))
                for gravity, action in named[target.actions]:
                    for arn in _touched(one, target):
                        yield place, (gravity, action, arn, one.words)


def _touched(one: Statement, target: Target) -> Iterator[str]:
    """Yield the ARNs of a target that a statement speaks of; an index by its own name, too."""
    written = one.resources or one.not_resources
    inner = (r for r in written if r.startswith(f"{target.arns[0]}/") and "*" not in r)
    for arn in dict.fromkeys((*target.arns, *inner)):
        matched = any("${" in r or resource_pattern(r).matches(arn) for r in written)
        if matched is bool(one.resources):
            yield arn


def _named(one: Statement, actions: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the actions that a statement allows, each with its place: the gravest has the first."""
    written = one.actions or one.not_actions
    patterns = [action_pattern(pattern) for pattern in written]
    for place, action in enumerate(actions):
        if any(p.matches(action.lower()) for p in patterns) is bool(one.actions):
            yield place, action


@lru_cache(maxsize=4096)
def parsed(document: str, name: str) -> tuple[Statement, ...]:
    """Read each text once: many principals have the same policy."""
    return parse(document, name)
