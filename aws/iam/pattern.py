"""Wildcards as IAM reads them: what a pattern matches, and what one pattern has beyond others.

In an ARN, ``*`` at the end of a part (before a colon, or last) also crosses colons; elsewhere it
stays within its part, and ``?`` always does (IAM user guide, JSON policy elements: Resource).
"""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Final

from aws.words import Bilingual

DIGIT, HEX = "\ufdd2", "\ufdd3"
"""In a named pattern: any character of its kind."""
BACKUP_ID: Final = f"{DIGIT * 14}-{HEX * 8}"
"""As AWS gives them (01489602797149-73d8d5bc): so ``table/*-dec`` covers none."""
STREAM_LABEL: Final = "dddd-dd-ddTdd:dd:dd.ddd".replace("d", DIGIT)
_ONE_OF: Final = {DIGIT: "0123456789", HEX: "0123456789abcdef"}
_ARN_COLONS: Final = 5
_STATES_TRIED: Final = 100_000
_STAND_INS: Final = "xyzXYZ0123456789_~!^`|\N{BULLET}"
"""The first that no pattern names stands for all characters that none names."""


class TooIntricateError(Bilingual, ValueError):
    """The patterns cannot be compared within reason: report it, never guess."""


@dataclass(frozen=True, slots=True)
class _Token:
    literal: str
    """One character, or empty for a wildcard."""
    repeats: bool = False
    crosses: bool = True
    """Whether a wildcard also stands for a colon."""
    only: str = ""
    """The characters that a wildcard stands for, where these are few."""

    def accepts(self, character: str) -> bool:
        if self.literal or self.only:
            return character in (self.literal or self.only)
        return self.crosses or character != ":"


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A compiled pattern. Make one with ``resource_pattern`` or ``text_pattern``.

    Each text is compiled once, so patterns compare by identity: to hash all tokens of one takes longer
    than most questions about it.
    """

    text: str
    tokens: tuple[_Token, ...]
    expression: re.Pattern[str]

    def matches(self, value: str) -> bool:
        return self.expression.fullmatch(value) is not None


@lru_cache(maxsize=4096)
def resource_pattern(text: str) -> Pattern:
    """Compile a Resource. An ARN of fewer than six parts is completed with ``*``."""
    if not text.startswith("arn:"):
        return text_pattern(text)
    missing = 0 if text.endswith("*") else max(0, _ARN_COLONS - text.count(":"))
    return _compiled(text, _tokens(text + ":*" * missing, arn=True))


@lru_cache(maxsize=4096)
def text_pattern(text: str) -> Pattern:
    """Compile plain text, where ``*`` and ``?`` stand for anything."""
    return _compiled(text, _tokens(text, arn=False))


@lru_cache(maxsize=4096)
def named_pattern(text: str) -> Pattern:
    """Compile an ARN whose ``*`` stands for a name that AWS gives, and ``?`` for a character of it.

    Only the keys of S3's objects hold colons. With a colon in it, ``arn:aws:sns:*:123456789012:orders`` would
    be about a part of any topic.
    """
    colons = text.startswith("arn:aws:s3:")
    return _compiled(text, _tokens(text, arn=False) if colons else map(_in_name, text))


@lru_cache(maxsize=4096)
def action_pattern(text: str) -> Pattern:
    """Compile an action. Actions know no case: match against lower case."""
    return text_pattern(text.lower())


def escape_from(outer: Sequence[Pattern], inner: Sequence[Pattern]) -> str | None:
    """Find the shortest text that all of ``inner`` match and none of ``outer`` does.

    None if there is none. Exact: every possible text is considered. Raises TooIntricateError.
    """
    return _escape((*inner, *outer), len(inner))


@lru_cache(maxsize=4096)
def _escape(patterns: tuple[Pattern, ...], within: int) -> str | None:
    if within and len(only := _beginning(patterns[0])) == len(patterns[0].tokens):
        matches = [pattern.matches(only) for pattern in patterns]  # of most questions, by far
        return only if all(matches[:within]) and not any(matches[within:]) else None
    other = _other(patterns)
    start = tuple(_closure(p, {0}) for p in patterns)
    seen, waiting = {start}, deque([(start, "")])
    while waiting:
        states, text = waiting.popleft()
        ends = [len(p.tokens) in s for p, s in zip(patterns, states, strict=True)]
        if all(ends[:within]) and not any(ends[within:]):
            return text
        for character in _distinguishing(patterns, states, other):
            after = tuple(_step(p, s, character) for p, s in zip(patterns, states, strict=True))
            if all(after[:within]) and after not in seen:
                seen.add(after)
                waiting.append((after, text + character))
        if len(seen) > _STATES_TRIED:
            texts = ", ".join(pattern.text for pattern in patterns)
            raise TooIntricateError(
                en=f"too intricate to compare: {texts}", ja=f"複雑すぎて比較できません: {texts}"
            )
    return None


def covers(outer: str, inner: str) -> bool:
    """Whether every resource that ``inner`` matches is one that ``outer`` matches, too."""
    return escape_from((resource_pattern(outer),), (resource_pattern(inner),)) is None


def overlap(*patterns: Pattern) -> bool:
    """Whether any text is matched by all of the patterns."""
    beginnings = [_beginning(pattern) for pattern in patterns]
    shortest = min(map(len, beginnings), default=0)
    if len({beginning[:shortest] for beginning in beginnings}) > 1:
        return False  # most pairs: actions of two services
    return escape_from((), patterns) is not None


@lru_cache(maxsize=16384)
def _beginning(pattern: Pattern) -> str:
    """Return what stands before the first wildcard."""
    return "".join(token.literal for token in takewhile(lambda part: part.literal, pattern.tokens))


_Positions = frozenset[int]


def _closure(pattern: Pattern, positions: Iterable[int]) -> _Positions:
    reached = set(positions)
    for position in sorted(reached):
        at = position
        while at < len(pattern.tokens) and pattern.tokens[at].repeats:
            at += 1
            reached.add(at)
    return frozenset(reached)


def _step(pattern: Pattern, positions: _Positions, character: str) -> _Positions:
    reached = {
        position if pattern.tokens[position].repeats else position + 1
        for position in positions
        if position < len(pattern.tokens) and pattern.tokens[position].accepts(character)
    }
    return _closure(pattern, reached)


def _distinguishing(
    patterns: Sequence[Pattern], states: Sequence[_Positions], other: str
) -> Iterable[str]:
    """Yield the characters that lead to different states from here; ``other`` is all the rest."""
    literals = {
        character
        for pattern, positions in zip(patterns, states, strict=True)
        for position in positions
        if position < len(pattern.tokens)
        for character in pattern.tokens[position].literal or pattern.tokens[position].only
    }
    yield from sorted(literals - {":"})
    yield ":"
    yield other


def _other(patterns: Iterable[Pattern]) -> str:
    literals = {
        character
        for pattern in patterns
        for token in pattern.tokens
        for character in token.literal or token.only
    }
    return next(c for c in _STAND_INS if c not in literals)


def _compiled(text: str, read: Iterable[_Token]) -> Pattern:
    tokens = tuple(read)
    expression = "".join(_expression(token) for token in tokens)
    return Pattern(text, tokens, re.compile(expression, re.DOTALL))


def _in_name(character: str) -> _Token:
    if character in {"*", "?"}:
        return _Token("", repeats=character == "*", crosses=False)
    only = _ONE_OF.get(character, "")
    return _Token("" if only else character, only=only)


def _tokens(text: str, *, arn: bool) -> Iterable[_Token]:
    for index, character in enumerate(text):
        last = text[index + 1 : index + 2] in {"", ":"}
        if character == "*":
            yield _Token("", repeats=True, crosses=last or not arn)
        elif character == "?":
            yield _Token("", crosses=not arn)
        else:
            yield _Token(character)


def _expression(token: _Token) -> str:
    if token.literal:
        return re.escape(token.literal)
    character = f"[{re.escape(token.only)}]" if token.only else "." if token.crosses else "[^:]"
    return character + ("*" if token.repeats else "")
