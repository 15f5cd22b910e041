"""Composite alarms: which alarms a rule names, and whether one of them is enough to make it fire.

Source: CloudWatch user guide, "Composite alarms", rule expressions.
"""

import re

ALARM = "ALARM"
_STATE = r"ALARM|OK|INSUFFICIENT_DATA"
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'[^']*'"
_NAME, _LISTED = rf"{_QUOTED}|[^()]*?", rf"(?:{_QUOTED}|[^()\"',]+?)"
_TERM = re.compile(
    rf"\b(?P<state>{_STATE})\s*\(\s*(?P<name>{_NAME})\s*\)"
    rf"|\bAT_LEAST\s*\(\s*(?P<least>\d+%?)\s*,\s*(?P<of>(?:NOT\s+)?(?:{_STATE}))\s*,"
    rf"\s*\(\s*(?P<names>{_LISTED}(?:\s*,\s*{_LISTED})*)\s*\)\s*\)"
)
_EACH = re.compile(rf"\s*({_LISTED})\s*(?:,|$)")
_ANY_OF_THEM = re.compile(r"[\s()]*(?:OR[\s()]*)*")
"""What stands between the terms of a rule of which each is enough."""


def alarms_in(rule: str) -> frozenset[str]:
    """Return the names of the alarms in a rule."""
    return frozenset(name for term in _TERM.finditer(rule) for name in _names(term))


def fires_with(rule: str, alarms: frozenset[str]) -> bool:
    """Whether a composite alarm surely goes into ALARM with any of these: where each term of its rule is enough.

    Of another rule (AND, NOT, a state that is none of a fault) a person has to say what it does.
    """
    terms = [*_TERM.finditer(rule)]
    each_is_enough = _ANY_OF_THEM.fullmatch(_TERM.sub("", rule)) and all(
        (term["state"] or term["of"]) == ALARM and term["least"] in {None, "1"} for term in terms
    )
    return bool(each_is_enough) and not alarms.isdisjoint(alarms_in(rule))


def _names(term: re.Match[str]) -> list[str]:
    written = [term["name"]] if term["state"] else _EACH.findall(term["names"])
    return [_alarm_name(name) for name in written]


def _alarm_name(written: str) -> str:
    """Return the alarm's name from a rule, where it may be quoted, and a name or an ARN."""
    quoted = written[:1] in {'"', "'"}
    text = re.sub(r"\\(.)", r"\1", written[1:-1]) if quoted else written.strip()
    return text.partition(":alarm:")[2] or text
