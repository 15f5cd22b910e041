"""Composite alarms: which alarms a rule names, and whether some of them are enough to make it fire.

Source: CloudWatch user guide, "Composite alarms", rule expressions.
"""

import ast
import re
from collections.abc import Callable, Mapping

ALARM = "ALARM"
YES, UNKNOWN, NO = 2, 1, 0
"""What is known of a state: of several, AND is the least and OR the greatest."""
States = Callable[[str, str], int]
"""State, name of an alarm -> whether it is in that state."""
_STATE = r"ALARM|OK|INSUFFICIENT_DATA"
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'[^']*'"
_NAME, _LISTED = rf"{_QUOTED}|[^()]*?", rf"(?:{_QUOTED}|[^()\"',]+?)"
_TERM = re.compile(
    rf"\b(?P<state>{_STATE})\s*\(\s*(?P<name>{_NAME})\s*\)"
    rf"|\bAT_LEAST\s*\(\s*(?P<least>[1-9]\d*)(?P<share>%?)\s*,\s*(?P<without>NOT\s+)?(?P<of>{_STATE})\s*,"
    rf"\s*\(\s*(?P<names>{_LISTED}(?:\s*,\s*{_LISTED})*)\s*\)\s*\)"
)
_EACH = re.compile(rf"\s*({_LISTED})\s*(?:,|$)")
_WORD = re.compile(r"\b(?:AND|OR|NOT)\b|[\r\n]")
_AS_PYTHON = {"AND": "<", "OR": ">", "NOT": "-"}
"""Operators of Python that bind as the rule's do: AND and OR alike, so that one chain shows where they are mixed."""


def alarms_in(rule: str) -> frozenset[str]:
    return frozenset(name for term in _TERM.finditer(rule) for name in _names(term))


def fires_with(rule: str, alarms: frozenset[str]) -> bool:
    """Whether a composite alarm goes into ALARM when all of these do, regardless of the state of others.

    False if it may be in ALARM while no alarm is, for then it signals nothing new: ``NOT OK(x)`` without data for x.
    """

    def firing(state: str, name: str) -> int:
        return UNKNOWN if name not in alarms else YES if state == ALARM else NO

    def quiet(state: str, _: str) -> int:
        return NO if state == ALARM else UNKNOWN

    terms = {f"term{number}": term for number, term in enumerate(_TERM.finditer(rule))}
    names = iter(terms)
    written = _TERM.sub(lambda _: f" {next(names)} ", rule)
    try:
        parsed = ast.parse(
            _WORD.sub(lambda word: _AS_PYTHON.get(word[0], " "), written).strip(), mode="eval"
        ).body
        return _truth(parsed, terms, firing) == YES and _truth(parsed, terms, quiet) == NO
    except (SyntaxError, RecursionError, MemoryError):  # one may be nested thousands of levels deep
        return False


def _truth(node: ast.expr, terms: Mapping[str, re.Match[str]], states: States) -> int:
    """Evaluate a rule; SyntaxError where it mixes AND and OR without parentheses, or has what we do not know."""
    match node:
        case ast.Compare(left=first, ops=[operator, *more], comparators=others) if all(
            isinstance(each, type(operator)) for each in more
        ):
            choose = min if isinstance(operator, ast.Lt) else max
            return choose(_truth(each, terms, states) for each in (first, *others))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return YES - _truth(operand, terms, states)
        case ast.Name(id="TRUE" | "FALSE" as word):
            return YES if word == "TRUE" else NO
        case ast.Name(id=name) if name in terms:
            return _truth_of_term(terms[name], states)
    raise SyntaxError


def _truth_of_term(term: re.Match[str], states: States) -> int:
    names = _names(term)
    if state := term["state"]:
        return states(state, names[0])
    least = int(term["least"])
    if term["share"]:
        least = -(-least * len(names) // 100)  # rounded up
    truths = sorted((states(term["of"], name) for name in names), reverse=not term["without"])
    truth = truths[least - 1] if least <= len(truths) else NO
    return YES - truth if term["without"] else truth


def _names(term: re.Match[str]) -> list[str]:
    written = [term["name"]] if term["state"] else _EACH.findall(term["names"])
    return [_alarm_name(name) for name in written]


def _alarm_name(written: str) -> str:
    """Return the alarm's name from a rule, where it may be quoted, and a name or an ARN."""
    quoted = written[:1] in {'"', "'"}
    text = re.sub(r"\\(.)", r"\1", written[1:-1]) if quoted else written.strip()
    return text.partition(":alarm:")[2] or text
