"""Composite alarms: which alarms a rule names, and whether some of them are enough to make it fire.

Source: CloudWatch user guide, "Composite alarms", rule expressions.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache

from aws.iam.condition import Answer, Unknown, every, negated, some
from aws.words import SILENCE

Expression = Callable[[Callable[[str, str], Answer]], Answer]
"""Answers for the whole rule, given a function (state, alarm name) -> whether the alarm is in that state."""
OPEN, CLOSE, AND, OR, NOT = "(", ")", "AND", "OR", "NOT"
ALARM = "ALARM"
_STATE = r"ALARM|OK|INSUFFICIENT_DATA"
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'[^']*'"
_NAME, _LISTED = rf"{_QUOTED}|[^()]*?", rf"(?:{_QUOTED}|[^()\"',]+?)"
_TOKEN = re.compile(
    rf"\s*(?:\b(?P<state>{_STATE})\s*\(\s*(?P<name>{_NAME})\s*\)"
    rf"|\bAT_LEAST\s*\(\s*(?P<least>\d+)(?P<share>%?)\s*,\s*(?P<without>NOT\s+)?(?P<of>{_STATE})\s*,"
    rf"\s*\(\s*(?P<names>{_LISTED}(?:\s*,\s*{_LISTED})*)\s*\)\s*\)"
    r"|\b(?P<word>AND|OR|NOT|TRUE|FALSE)\b|(?P<mark>[()]))\s*"
)
_EACH = re.compile(rf"\s*({_LISTED})\s*(?:,|$)")


class _UnreadableError(ValueError):
    """The rule has a syntax that we do not know."""


def alarms_in(rule: str) -> frozenset[str]:
    """Return the names of the alarms in a rule."""
    return frozenset(name for token in _TOKEN.finditer(rule) for name in _names(token))


def fires_with(rule: str, alarms: frozenset[str]) -> bool:
    """Whether a composite alarm goes into ALARM when all of these do, regardless of the state of others.

    False if it may be in ALARM while no alarm is, for then it signals nothing new: ``NOT OK(x)`` without data for x.
    """

    def firing(state: str, name: str) -> Answer:
        return state == ALARM if name in alarms else Unknown(SILENCE)

    def quiet(state: str, _: str) -> Answer:
        return False if state == ALARM else Unknown(SILENCE)

    try:
        expression = _parsed(rule)
        return expression(firing) is True and expression(quiet) is False
    except (_UnreadableError, RecursionError):  # a rule may be nested thousands of levels deep
        return False


@lru_cache(maxsize=256)
def _parsed(rule: str) -> Expression:
    tokens = deque(_tokens(rule))
    parsed = _joined(tokens)
    if tokens:
        raise _UnreadableError(rule)
    return parsed


def _tokens(rule: str) -> Iterator[str | Expression]:
    """Yield operators and parentheses as text, and tests of a state as expressions."""
    place, end = 0, len(rule.rstrip())
    while place < end:
        token = _TOKEN.match(rule, place)
        if token is None:
            raise _UnreadableError(rule)
        yield token["word"] or token["mark"] or _asking(token)
        place = token.end()


def _joined(tokens: deque[str | Expression]) -> Expression:
    """Read terms joined by one operator; mixing two without parentheses is ambiguous, and so unreadable."""
    terms, joined = [_term(tokens)], set[str | Expression]()
    while tokens and tokens[0] in {AND, OR}:
        joined.add(tokens.popleft())
        terms.append(_term(tokens))
    if len(joined) > 1:
        raise _UnreadableError
    whole = every if joined == {AND} else some
    return lambda states: whole(term(states) for term in terms)


def _term(tokens: deque[str | Expression]) -> Expression:
    first = tokens.popleft() if tokens else CLOSE
    if first == NOT:
        inner = _term(tokens)
        return lambda states: negated(inner(states))
    if first == OPEN:
        inner = _joined(tokens)
        if not tokens or tokens.popleft() != CLOSE:
            raise _UnreadableError
        return inner
    if isinstance(first, str):
        if first not in {"TRUE", "FALSE"}:
            raise _UnreadableError
        return lambda _: first == "TRUE"
    return first


def _asking(token: re.Match[str]) -> Expression:
    names = _names(token)
    if state := token["state"]:
        return lambda states: states(state, names[0])
    least = int(token["least"])
    if token["share"]:
        least = -(-least * len(names) // 100)  # rounded up
    of, without = token["of"], bool(token["without"])

    def enough(states: Callable[[str, str], Answer]) -> Answer:
        answers = [states(of, name) for name in names]
        counted = [negated(answer) for answer in answers] if without else answers
        if sum(holds is True for holds in counted) >= least:
            return True
        return Unknown(SILENCE) if sum(holds is not False for holds in counted) >= least else False

    return enough


def _names(token: re.Match[str]) -> list[str]:
    written = [token["name"]] if token["state"] else _EACH.findall(token["names"] or "")
    return [_alarm_name(name) for name in written]


def _alarm_name(written: str) -> str:
    """Return the alarm's name from a rule, where it may be quoted, and a name or an ARN."""
    quoted = written[:1] in {'"', "'"}
    text = re.sub(r"\\(.)", r"\1", written[1:-1]) if quoted else written.strip()
    return text.partition(":alarm:")[2] or text
