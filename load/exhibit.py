"""What a run shows, in the terminal and on the sign-off page: its diagnosis, its table, and its charts."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aws.words import LANGUAGES, SILENCE, Words
from load.charts import plots
from load.diagnosis import diagnosis
from load.engine.objectives import ObjectiveResult
from load.engine.verdict import LoadVerdict

COLUMNS = ("step", "route", "criterion", "result", "measured", "interval", "limit")
Row = tuple[Words, ...]


def exhibit(verdict: LoadVerdict) -> dict[str, Any]:
    """Return what the sign-off page shows of a run, as JSON with each text in both languages.

    ``sentences`` say what went wrong, ``head`` and ``rows`` are the table of limits, ``pictures``
    are charts as SVG.
    """
    drawn = {lang: plots(verdict, lang) for lang in LANGUAGES}
    return {
        "sentences": [_json(sentence) for sentence in sentences(verdict)],
        "head": [_json(name) for name in head()],
        "rows": [[_json(cell) for cell in row] for row in rows(verdict)],
        "pictures": [{lang: drawn[lang][name] for lang in LANGUAGES} for name in drawn["en"]],
    }


def sentences(verdict: LoadVerdict) -> Iterator[Words]:
    """Say what went wrong, why an invalid run is invalid, what LINE got, and whether this plan counts for the row."""
    yield from diagnosis(verdict)
    if verdict.judgement.outcome == "invalid":
        yield from verdict.judgement.reasons
    if "silence" in verdict.about:
        yield _line(str(verdict.about["silence"]), verdict.cleanup or {})
    required, plan = verdict.about.get("required_plan"), verdict.conditions.plan.name
    if required and required != plan:
        yield Words(
            en=f"The performance row asks for {required}, so this {plan} run does not count for it.",
            ja=f"性能の項目が求めるのは{required}のため、この{plan}の実行は対象になりません。",
        )


def head() -> Row:
    """Return the names of the table's columns."""
    return tuple(_words()[name] for name in COLUMNS)


def rows(verdict: LoadVerdict) -> list[Row]:
    """Return a row for each limit of each endpoint in each step: its cells in the order of `head`."""
    return [_row(check) for check in verdict.judgement.checks]


def _line(silence: str, cleanup: Mapping[str, Any]) -> Words:
    """Return the proof before the run, and what the fake of LINE got during it, if that was checked."""
    if calls := cleanup.get("line_calls"):
        return Words(
            en=f"LINE was called {calls} times for synthetic users, although {silence}.",
            ja=f"合成ユーザーについてLINEが{calls}回呼び出されました。",
        )
    if cleanup:
        return Words(
            en=f"LINE was never called: {silence}.",
            ja="LINEの呼び出しはありません（合成ユーザーはLINEに届かない）。",
        )
    return Words(en=f"LINE: {silence}.", ja="LINE: 合成ユーザーはLINEに届きません。")


def _row(check: ObjectiveResult) -> Row:
    words = _words()
    return (
        Words.same(check.step),
        Words.same(check.endpoint),
        words.get(check.criterion, Words.same(check.criterion)),
        words[check.outcome],
        Words.same(check.text(check.seen.value)),
        _interval(check),
        check.asked,
    )


def _interval(check: ObjectiveResult) -> Words:
    low, _, high = check.seen
    if low == high:
        return SILENCE
    least = check.text(low)
    if math.isfinite(high):
        return Words(en=f"{least} to {check.text(high)}", ja=f"{least}から{check.text(high)}")
    return Words(en=f"{least} and up (too few samples)", ja=f"{least}以上（標本不足）")


@cache
def _words() -> Mapping[str, Words]:
    text = Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
    return {name: Words(**load) for name, load in tomllib.loads(text).items()}


def _json(words: Words) -> dict[str, str]:
    return {lang: words[lang] for lang in LANGUAGES}
