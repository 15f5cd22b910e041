"""What a finding rests on, as a reader sees it: fact, found, expected, call and time, in both languages."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from aws.bounds import as_text
from aws.secret_text import withheld_in_japanese
from aws.words import SILENCE, Words, joined
from signoff.observations import Comparison
from signoff.outcome import Finding

SUBJECTS = ("resource", "table", "function", "role", "secret", "group", "dashboard", "route")
"""Keys of an observation that say what was looked at, the first that it has."""
OF_AN_ANSWER = {"call", "status", "request", "at"}
"""Keys by which an observation is told to be an answer to a request."""
ENGLISH = ("sentence",)
"""Facts of records that are sentences in English; the facts beside them say the same."""
SHOWN_AT_ONCE = 90
"""Characters of a list or mapping that stand in the table; what is longer is folded."""
LONGEST = 6000
"""Characters of a folded value; signoff.json has the rest."""
MOST = (60, 25, 10, 3)
"""Subjects of one proof that are shown, fewer where the page would be too large; signoff.json has the others."""
SESSION = re.compile(
    r"^(?P<call>.*?)(?: from (?P<origin>\S+))?(?: for the (?P<time>\d+)\. time)?"
    r" with (?:(?P<none>no session)|(?P<kind>(?:(?! with ).)+?) session(?: of (?P<user>\S+))?)$",
    re.DOTALL,
)
STATUS = re.compile(r"\b\d{3}\b")
STATUS_OF = re.compile(r"(?P<status>\d{3}) of (?P<what>.+?)(?P<origin> to another origin)?")
LINE_ANSWERS = re.compile(r"(?P<where>.*?)LINE answers (?P<status>\d+)(?P<how>.*)", re.DOTALL)
YES, NO = Words(en="yes", ja="はい"), Words(en="no", ja="いいえ")
UNSET, EMPTY = Words(en="not set", ja="未設定"), Words(en="none", ja="なし")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """``text`` in the table, ``also`` below it; ``folded`` behind it, pretty-printed."""

    text: Words
    folded: Words = SILENCE
    also: tuple[str, ...] = ()
    """Further facts of the same answer: a header, a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLine:
    """One fact: ``call`` and ``at`` say by what it was read, and when."""

    subject: str = ""
    fact: Words
    found: Value
    expected: Words | None = None
    call: str = ""
    at: datetime
    holds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One subject of a proof. ``subject`` is empty where the proof has only one."""

    subject: Words
    finding: Finding
    lines: tuple[FactLine, ...]

    @property
    def read_at_once(self) -> bool:
        """Whether call and time are those of the first line throughout."""
        return len({(one.call, one.at) for one in self.lines}) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One test: its sentence, and everything that it looked at. ``more`` subjects are left out."""

    sentence: Words
    checked: tuple[Checked, ...]
    count: int

    @property
    def lines(self) -> int:
        return sum(len(one.lines) for one in self.checked)

    @property
    def more(self) -> int:
        return self.count - len(self.checked)


@cache
def _labels() -> Mapping[str, Any]:
    path = Path(__file__).with_name("facts.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def proofs_of(
    findings: Iterable[Finding], read_at: datetime, most: int = MOST[0]
) -> tuple[Proof, ...]:
    """Group findings by their test; what was seen is shown once per row."""
    by_test: dict[str, list[tuple[str, Finding]]] = {}
    for one in findings:
        test, _, looked_at = one.subject.removesuffix("]").partition("[")
        by_test.setdefault(test, []).append((looked_at, one))
    seen: set[str] = set()
    return tuple(_proof(test, found, read_at, seen, most) for test, found in by_test.items())


def _proof(
    test: str, found: Sequence[tuple[str, Finding]], read_at: datetime, seen: set[str], most: int
) -> Proof:
    red_first = sorted(found, key=lambda one: not one[1].outcome.red)
    return Proof(
        sentence=found[0][1].proof or Words.same(test.removeprefix("test_").replace("_", " ")),
        checked=tuple(
            Checked(
                subject=parameter(looked_at),
                finding=one,
                lines=tuple(_lines(one, read_at, seen)),
            )
            for looked_at, one in red_first[:most]
        ),
        count=len(found),
    )


def _lines(one: Finding, read_at: datetime, seen: set[str]) -> Iterator[FactLine]:
    """Yield comparisons where there are any, else what was observed; nothing twice."""
    call = ", ".join(one.calls[:2])
    fresh = [item for item in one.evidence if _first(item, seen)]
    if one.compared:
        yield from (_compared(item, call, read_at) for item in one.compared)
        fresh = [item for item in fresh if _answered_at(item)]
    for item in fresh:
        at = _answered_at(item)
        yield from [_answer(item, at)] if at else _observed(item, call, read_at)


def _answered_at(item: Mapping[str, Any]) -> datetime | None:
    """Return when the request was answered that an observation is about; None where it is about none."""
    try:
        return datetime.fromisoformat(item["at"]) if item.keys() >= OF_AN_ANSWER else None
    except (TypeError, ValueError):
        return None


def _first(item: Mapping[str, Any], seen: set[str]) -> bool:
    text = json.dumps(item, sort_keys=True, default=str)
    new = text not in seen
    seen.add(text)
    return new


def _compared(one: Comparison, call: str, read_at: datetime) -> FactLine:
    return FactLine(
        subject=one.resource,
        fact=one.fact,
        found=found_value(one.found),
        expected=one.expected,
        call=one.call or call,
        at=read_at,
        holds=one.holds,
    )


def _answer(item: Mapping[str, Any], at: datetime) -> FactLine:
    """Return a request and its answer as one line, with the headers and numbers that were judged."""
    said = " ".join(str(item[key]) for key in ("status", "error_code") if key in item)
    judged = {**item.get("headers", {}), **item.get("body", {})}
    expected = item.get("expected")
    return FactLine(
        fact=request(str(item["call"])),
        found=Value(
            text=Words.same(said),
            also=tuple(f"{key}: {_scalar(one)}" for key, one in judged.items()),
        ),
        expected=Words.same(expected) if expected else None,
        call=str(item["request"]),
        at=at,
        holds=str(item["status"]) in (STATUS.findall(str(expected)) or [str(item["status"])]),
    )


def _observed(item: Mapping[str, Any], call: str, read_at: datetime) -> Iterator[FactLine]:
    about = next((key for key in SUBJECTS if isinstance(item.get(key), str)), None)
    facts = [key for key in item if key not in {about, *ENGLISH}] or ([about] if about else [])
    for key in facts:
        yield FactLine(
            subject=item[about] if about and about != key else "",
            fact=label(key),
            found=value(item[key]),
            expected=_expected(key),
            call=call,
            at=read_at,
        )


def label(key: str) -> Words:
    """Return the name of a fact; AWS's and the environment's own names stay as they are."""
    found = _labels()["facts"].get(key)
    return Words(*found) if found else Words.same(key)


def _expected(key: str) -> Words | None:
    found = _labels()["expected"].get(key)
    return Words(*found) if found else None


def found_value(found: Any) -> Value:
    """Return what was held against a bound, a switch and a gap in the words of the bounds."""
    if found is None or isinstance(found, bool):
        return Value(text=Words(en=as_text(found), ja=as_text(found, "ja")))
    return value(found)


def value(found: Any) -> Value:
    """Return a value for the table, short, with all of it behind where it is longer."""
    match found:
        case None:
            return Value(text=UNSET)
        case bool():
            return Value(text=YES if found else NO)
        case str():
            return _text(found)
        case list() | tuple() | dict() if not found:
            return Value(text=EMPTY)
        case list() | tuple() | Mapping():
            return _many(found)
        case _:
            return Value(text=Words.same(f"{found:g}" if isinstance(found, float) else str(found)))


def _words(found: Any) -> bool:
    """Whether a value was Words before it was written as JSON."""
    return isinstance(found, Mapping) and found.keys() == {"en", "ja"}


def _text(found: str) -> Value:
    if isinstance(parsed := _parsed(found), dict | list):
        return _many(parsed)
    return Value(text=_told(_known(found, "values")))


def _told(text: Words) -> Words:
    return Words(en=text.en, ja=withheld_in_japanese(text.ja))


def _many(found: Any) -> Value:
    told = [found] if _words(found) else found
    if all(map(_words, told)):
        return Value(text=joined((Words(**one) for one in told), ", "))
    plain = _unescaped(found)
    flat = plain.values() if isinstance(plain, Mapping) else plain
    if not any(isinstance(one, dict | list) for one in flat):
        items = plain.items() if isinstance(plain, Mapping) else ((None, one) for one in plain)
        parts = [f"{key}: {_scalar(one)}" if key else _scalar(one) for key, one in items]
        if len(text := ", ".join(parts)) <= SHOWN_AT_ONCE:
            return Value(text=_told(Words.same(text)))
    return Value(text=_size(plain), folded=_told(Words.same(_pretty(plain))))


def _size(found: Any) -> Words:
    if isinstance(found, Mapping) and isinstance(statements := found.get("Statement"), list):
        count = len(statements)
        return Words(
            en=f"policy, {count} statement{'s'[: count != 1]}", ja=f"ポリシー（{count}文）"
        )
    count = len(found)
    return Words(en=f"{count} entr{'y' if count == 1 else 'ies'}", ja=f"{count}件")


def _scalar(found: Any) -> str:
    return found if isinstance(found, str) else json.dumps(found)


def _pretty(found: Any) -> str:
    text = json.dumps(_unescaped(found), ensure_ascii=False, indent=1)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _unescaped(found: Any) -> Any:
    """Parse JSON that stands in a text, such as a policy, so that it is escaped only once."""
    if isinstance(found, str):
        parsed = _parsed(found)
        return _unescaped(parsed) if isinstance(parsed, dict | list) else found
    if isinstance(found, Mapping):
        return {key: _unescaped(one) for key, one in found.items()}
    return [_unescaped(one) for one in found] if isinstance(found, list | tuple) else found


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text[:1] in {"{", "["} else None
    except ValueError:
        return None


def request(call: str) -> Words:
    """Return a request of smoke as its Call wrote it, and its session, in both languages."""
    found = SESSION.match(call)
    if found is None:
        return Words.same(call)
    how = [
        found["origin"] and f"{found['origin']}から",
        found["time"] and f"{found['time']}回目",
        "セッションなし" if found["none"] else f"{_known(found['kind'], 'sessions').ja}セッション",
        found["user"],
    ]
    return Words(en=call, ja=f"{found['call']}（{'、'.join(filter(None, how))}）")


def parameter(text: str) -> Words:
    """Return what one of several tests looked at: a name as it is, words in both languages."""
    if of := STATUS_OF.fullmatch(text):
        what, other = _known(of["what"], "parameters").ja, of["origin"]
        origin = "（別オリジンあて）" if other else ""
        return Words(en=text, ja=f"{what}の{of['status']}応答{origin}")
    if line := LINE_ANSWERS.fullmatch(text):
        how = _known(line["how"], "parameters").ja
        return Words(en=text, ja=f"{line['where']}LINEの応答{line['status']}{how}")
    head, between, rest = text.partition("-")
    if between and head in _labels()["parameters"]:
        return Words(en=f"{head}: {rest}", ja=f"{_labels()['parameters'][head]}: {rest}")
    parts = (_known(one, "parameters").ja for one in text.split(": "))
    return Words(en=text, ja=": ".join(parts))


def _known(text: str, table: str) -> Words:
    return Words(en=text, ja=_labels()[table].get(text, text))
