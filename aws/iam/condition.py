"""Does a Condition hold? Yes, no, or unknown with its reason: what cannot be judged is never taken for a no."""

import ipaddress
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aws.iam.pattern import resource_pattern, text_pattern
from aws.iam.statement import Condition
from aws.words import Words

Context = Mapping[str, tuple[str, ...]]
"""Keys in lower case; ``context`` makes one."""
Compare = Callable[[str, str], bool]
CLOCKS = ("aws:CurrentTime", "aws:EpochTime", "aws:TokenIssueTime")
"""Condition keys that hold a time: that of the call, twice, and that of its credentials, which are renewed all the time."""
LONGEST_SESSION = timedelta(hours=12)
"""The longest that the credentials of a role's session are valid (IAM user guide, MaxSessionDuration)."""
CALLED_ALONE = "keys of the called service"
"""In a context that has it, other services have put no keys into the session."""
SINCE = " since"
"""Follows a key whose value is a time from then on."""
PUBLIC = " is public"
"""Follows a key whose value is an address of the internet, which one is not known."""
IF_ANY = " if any"
"""Follows a key that has this value, or that the call does not carry: AWS's pages disagree."""
PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"),
        *("127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128"),
    )
)
"""The networks of which no address is public."""
ANY_PUBLIC = "192.0.2.1"
"""Stands for an address of the internet where none of them, or each of them, is asked for."""
EVERY_ADDRESS = ipaddress.ip_network("0.0.0.0/0")
_RELATIONS: Mapping[str, Callable[..., bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_NEGATIONS: Mapping[str, str] = {
    name: name.replace("Not", "")
    for name in (
        *("StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NumericNotEquals"),
        *("ArnNotEquals", "ArnNotLike", "DateNotEquals", "NotIpAddress"),
    )
}
OF_ITEMS = frozenset({"attributes", "leadingkeys", "returnconsumedcapacity"})
OF_SECRETS = frozenset({"secretid", "secretprimaryregion", "versionid", "versionstage"})
CARRIED: Mapping[str, frozenset[str]] = {
    "dynamodb:batchgetitem": OF_ITEMS | {"select"},
    "dynamodb:getitem": OF_ITEMS | {"select", "enclosingoperation"},
    "dynamodb:putitem": OF_ITEMS | {"returnvalues", "enclosingoperation"},
    "dynamodb:query": OF_ITEMS | {"select", "returnvalues"},
    "dynamodb:updateitem": OF_ITEMS | {"returnvalues", "enclosingoperation"},
    "lambda:invokefunction": frozenset({"eventsourcetoken", "invokedviafunctionurl"}),
    "logs:createloggroup": frozenset(),
    "logs:createlogstream": frozenset(),
    "logs:putlogevents": frozenset(),
    "secretsmanager:getsecretvalue": OF_SECRETS | {"resource", "resourcetag"},
    "xray:puttelemetryrecords": frozenset(),
    "xray:puttracesegments": frozenset(),
}
"""What functions call -> the keys of its service that it carries; tags by what stands before their slash."""
ALWAYS = frozenset({"dynamodb:leadingkeys", "secretsmanager:secretid"})
"""Those that each call of an action which carries them has."""
ENCLOSING = "dynamodb:enclosingoperation"
ENCLOSED: tuple[tuple[str, ...], ...] = ((), ("TransactGetItems",), ("TransactWriteItems",))
"""What the call of an item may lie in: nothing, or a transaction (DynamoDB developer guide, IAM with transactions)."""
OF_PARTIQL = ("ExecuteTransaction",)
"""The transaction that PartiQL alone lies in, by actions of its own (DynamoDB developer guide, IAM with PartiQL)."""
OF_OTHERS: Mapping[str, frozenset[str]] = {
    **{action.partition(":")[0]: frozenset() for action in CARRIED},
    "xray": frozenset({"logs"}),
}
"""Service that functions call -> the services whose keys its calls have as well. Of services that are not here nothing
is known: sts:AssumeRole has iam:ResourceTag."""


def may_carry(action: str, key: str) -> bool:
    """Whether a call may have a condition key, both in lower case: of a service that functions call, none of another, nor one that the action never has."""
    service, _, name = key.partition(":")
    called = action.partition(":")[0]
    if service == "aws" or service in OF_OTHERS.get(called, {service}):
        return True
    carried = CARRIED.get(action)
    return service == called and (carried is None or name.partition("/")[0] in carried)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither yes nor no. ``reason`` completes «cannot be judged: …»."""

    reason: Words


def unknown(**texts: str) -> Unknown:
    return Unknown(Words(**texts))


Answer = bool | Unknown
"""Compare with ``is True`` and ``is False``: an Unknown is neither."""


def every(answers: Iterable[Answer]) -> Answer:
    """No if any is no, even beside unknown ones; yes only if all are yes."""
    return _decided(answers, by=False)


def some(answers: Iterable[Answer]) -> Answer:
    """Yes if any is yes, even beside unknown ones; no only if all are no."""
    return _decided(answers, by=True)


def _decided(answers: Iterable[Answer], *, by: bool) -> Answer:
    """Return ``by`` if any answer is that; else the first that is unknown, else the contrary."""
    otherwise: Answer = not by
    for answer in answers:
        if answer is by:
            return by
        if isinstance(answer, Unknown) and not isinstance(otherwise, Unknown):
            otherwise = answer
    return otherwise


def negated(answer: Answer) -> Answer:
    return answer if isinstance(answer, Unknown) else not answer


def context(values: Mapping[str, str | tuple[str, ...]]) -> Context:
    """Make a Context of what is known: one value, several, or ``()`` for known to be absent."""
    return {
        key.lower(): (value,) if isinstance(value, str) else tuple(value)
        for key, value in values.items()
    }


def at(request: Context, now: datetime) -> Context:
    """Return a context in which it is ``now``; a clock that ``request`` has keeps its value."""
    return {**context({key: _shown(key, int(now.timestamp())) for key in CLOCKS}), **request}


def since(request: Context, now: datetime) -> Context:
    """Return what is known of every call from ``now`` on: a date decides a condition only if no later call changes that."""
    starts = dict.fromkeys(CLOCKS, now) | {"aws:TokenIssueTime": now - LONGEST_SESSION}
    seconds = {key + SINCE: str(int(start.timestamp())) for key, start in starts.items()}
    return {**context(seconds), **request}


def over_time(request: Context, now: datetime) -> tuple[Context, Context]:
    """Return what is known of a call now, and of every call from now on."""
    return at(request, now), since(request, now)


def _shown(key: str, seconds: int) -> str:
    """Return a time as a key has it: in seconds, or as a date."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return str(seconds) if "epoch" in key.lower() else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def holds(condition: Condition, request: Context, action: str = "*") -> Answer:
    values = _values(condition.key.lower(), request, action.lower())
    if values is None:
        return _of_any_value(condition, request, action.lower())
    if condition.operator == "Null":
        return (not values) is ({value.lower() for value in condition.values} == {"true"})
    positive = _NEGATIONS.get(condition.operator, condition.operator)
    if positive not in _COMPARISONS:
        return unknown(
            en=f"the condition operator {condition.operator} is not known",
            ja=f"条件演算子{condition.operator}に対応していません",
        )
    is_negation = positive != condition.operator
    if not values:
        return _when_absent(condition, is_negation=is_negation)
    if len(values) > 1 and not condition.quantifier:
        return unknown(
            en=f"{condition.key} has {len(values)} values, and no quantifier says how",
            ja=f"{condition.key}の値が{len(values)}個あり、ForAnyValueなどの指定がありません",
        )
    answers = [_holds_for(value, condition, positive, is_negation) for value in values]
    return every(answers) if condition.quantifier == "ForAllValues" else some(answers)


def _values(key: str, request: Context, action: str) -> tuple[str, ...] | None:
    """Return the values of a key in a call of ``action``, none if the call does not carry it; None where they are unknown."""
    if key in request:
        return request[key]
    if CALLED_ALONE in request and not may_carry(action, key):
        return ()
    tag, slash, _ = key.partition("/")
    return request.get(tag + slash) if slash else None


def _of_any_value(condition: Condition, request: Context, action: str) -> Answer:
    """Judge a key whose value is unknown: each value that it may have may give the same answer."""
    key, is_null = condition.key.lower(), condition.operator == "Null"
    if key + PUBLIC in request and (is_null or _alike_to_the_public(condition.values)):
        return holds(condition, {key: (ANY_PUBLIC,)})
    if start := request.get(key + SINCE):
        return _from_then_on(condition, int(*start))
    if is_null and CALLED_ALONE in request and key in ALWAYS and action in CARRIED:
        return holds(condition, {key: ("any",)})
    answers = {holds(condition, {key: values}) for values in _possible(key, request, action)}
    if len(answers) == 1:
        return answers.pop()
    return unknown(
        en=f"the value of {condition.key} is not known (condition: {condition})",
        ja=f"{condition.key}の値が不明です（条件: {condition}）",
    )


def _possible(key: str, request: Context, action: str) -> tuple[tuple[str, ...], ...]:
    """Return the few values that a key may have, none where it may have any."""
    if key == ENCLOSING:
        return ENCLOSED if action in CARRIED else (*ENCLOSED, OF_PARTIQL)
    return ((), request[key + IF_ANY]) if key + IF_ANY in request else ()


def _from_then_on(condition: Condition, start: int) -> Answer:
    """Judge a time at its start, at each date that the condition names, and after it."""
    key, dates = condition.key.lower(), () if condition.operator == "Null" else condition.values
    try:
        dates_s = [int(_date(date).timestamp()) for date in dates]
    except ValueError:
        return holds(condition, {})
    moments = {start, *(max(start, moment + after) for moment in dates_s for after in (0, 1))}
    answers = {holds(condition, {key: (_shown(key, moment),)}) for moment in moments}
    if len(answers) == 1:
        return answers.pop()
    return unknown(
        en=f"the condition {condition} holds at some times only",
        ja=f"条件（{condition}）が成立する時期が限られています",
    )


def _when_absent(condition: Condition, *, is_negation: bool) -> bool:
    if condition.quantifier == "ForAnyValue":
        return condition.if_exists
    return condition.if_exists or is_negation or condition.quantifier == "ForAllValues"


def _holds_for(value: str, condition: Condition, positive: str, is_negation: bool) -> Answer:
    compare = _COMPARISONS[positive]
    matched = some(_compared(compare, value, expected, condition) for expected in condition.values)
    return negated(matched) if is_negation else matched


def _compared(compare: Compare, value: str, expected: str, condition: Condition) -> Answer:
    if "${" in expected:
        return unknown(
            en=f"{condition.key} is compared with the variable {expected}",
            ja=f"{condition.key}が変数{expected}と比較されています",
        )
    try:
        return compare(value, expected)
    except ValueError:
        return unknown(
            en=f"{condition.operator} cannot compare {value!r} with {expected!r}",
            ja=f"{condition.operator}では{value!r}と{expected!r}を比較できません",
        )


def _as(read: Callable[[str], Any], relation: Callable[..., bool]) -> Compare:
    return lambda value, expected: relation(read(value), read(expected))


def _date(text: str) -> datetime:
    """Read an ISO 8601 date or seconds since the epoch."""
    if text.replace(".", "", 1).isdigit():
        return datetime.fromtimestamp(float(text), UTC)
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _alike_to_the_public(values: Iterable[str]) -> bool:
    """Whether the networks of a condition hold no public address, or all of IPv4, by which functions call."""
    try:
        networks = [ipaddress.ip_network(value, strict=False) for value in values]
    except ValueError:
        return False
    of_four = [network for network in networks if isinstance(network, ipaddress.IPv4Network)]
    return all(map(_is_private, networks)) or [*ipaddress.collapse_addresses(of_four)] == [
        EVERY_ADDRESS
    ]


def _is_private(block: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    first, last = block[0], block[-1]
    return any(first in network and last in network for network in PRIVATE)


_COMPARISONS: Mapping[str, Compare] = {
    "StringEquals": operator.eq,
    "StringEqualsIgnoreCase": _as(str.casefold, operator.eq),
    "StringLike": lambda value, expected: text_pattern(expected).matches(value),
    "ArnEquals": lambda value, expected: resource_pattern(expected).matches(value),
    "ArnLike": lambda value, expected: resource_pattern(expected).matches(value),
    "Bool": _as(str.lower, operator.eq),
    "BinaryEquals": operator.eq,
    "IpAddress": lambda value, network: (
        ipaddress.ip_address(value) in ipaddress.ip_network(network, strict=False)
    ),
    **{f"Numeric{name}": _as(float, relation) for name, relation in _RELATIONS.items()},
    **{f"Date{name}": _as(_date, relation) for name, relation in _RELATIONS.items()},
}
