"""What a run shows, in the terminal and on the sign-off page: the first questions about it, its table, and its charts."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from aws.words import LANGUAGES, Words
from load.charts import plots
from load.engine import confidence
from load.engine.judge import lateness
from load.engine.measurement import Measurement, bin_seconds
from load.engine.objectives import ObjectiveResult
from load.engine.verdict import LoadVerdict
from signoff.judge.run import Exhibit

KINDS = 3
"""How many kinds of failure are named; Locust's report lists all of them."""


def diagnosis(verdict: LoadVerdict) -> Iterator[Words]:
    """Yield sentences, the most important first; none for a pass."""
    judged = verdict.judgement
    outcome = judged.outcome
    if outcome == "pass":
        return
    yield from _failed(verdict.measurement)
    yield from _slow(verdict)
    if outcome == "fail" and any(check.outcome == "fail" for check in judged.checks):
        late = tuple(lateness(verdict.conditions, verdict.measurement))
        yield from late or _generator(verdict)
    if outcome == "invalid":
        yield Words(
            "This run says nothing about the target: fix the run first, then repeat it.",
            "この実行の結果は、対象の性能を判断する根拠になりません。実行側の問題を直してから、やり直してください。",
        )
    if outcome == "inconclusive":
        yield Words(
            "The sample is too small: repeat the run, or make the step longer.",
            "標本が足りません。実行を繰り返すか、ステップを長くしてください。",
        )


def _failed(measurement: Measurement) -> Iterator[Words]:
    kinds: Counter[str] = Counter()
    for (_, _, outcome, kind), count in measurement.steps.counts.items():
        if outcome == "failed":
            kinds[kind] += count
    if kinds:
        listed = ", ".join(f"{kind} ({count})" for kind, count in kinds.most_common(KINDS))
        issued, failed = measurement.steps.total("issued"), kinds.total()
        more = ", and others" if len(kinds) > KINDS else ""
        part = f"{failed / issued * 100:.3g} %"
        yield Words(
            f"{failed} of {issued} requests failed ({part}): {listed}{more}.",
            f"{issued}件のうち{failed}件のリクエストが失敗しました（{part}）: {listed}{'など' if more else ''}",
        )


def _slow(verdict: LoadVerdict) -> Iterator[Words]:
    """Say since when p95 is over the limit of every endpoint, or when it was worst."""
    plan, objectives = verdict.conditions.plan, verdict.conditions.objectives.endpoints
    if not plan.percentiles:
        return
    limit = max(objectives[name].p95_ms for step in plan.steps for name in plan.planned(step))
    tails = _tails(verdict)
    slow = [at for at, ms in tails if ms > limit]
    to_the_end = [at for at, _ in takewhile(lambda tail: tail[1] > limit, reversed(tails))]
    if to_the_end:
        since = to_the_end[-1]
        yield Words(
            f"From {since} s after the start to the end p95 was over {limit:g} ms.",
            f"開始{since}秒後から終了まで、p95が{limit:g} msを超えていました。",
        )
    elif slow:
        at, worst = max(tails, key=lambda tail: tail[1])
        part = len(slow) / len(tails) * 100
        yield Words(
            f"p95 was over {limit:g} ms in {part:.3g} % of the time, "
            f"at worst {worst:g} ms, {at} s after the start.",
            f"全体の{part:.3g} %の時間でp95が{limit:g} msを超えました（最大は開始{at}秒後の{worst:g} ms）。",
        )


def _tails(verdict: LoadVerdict) -> list[tuple[int, float]]:
    """Return p95 over time: (seconds after the start, ms) of each bin with answers."""
    width = bin_seconds(verdict.conditions.plan.seconds)
    return [(at * width, ms) for at, ms in verdict.measurement.bins.tails("latency", 0.95)]


def _generator(verdict: LoadVerdict) -> Iterator[Words]:
    late: Counter[float] = Counter()
    for number in range(len(verdict.conditions.plan.steps)):
        late.update(verdict.measurement.steps.by_detail(number, "", "lateness"))
    if lateness := confidence.percentile(late, 0.99):
        yield Words(
            f"The generator kept its pace (p99 of its arrivals {lateness.value:g} ms late): "
            "it is the target that did not.",
            f"負荷の生成は計画どおりでした（到着の遅れのp99は{lateness.value:g} ms）。原因は対象側にあります。",
        )


COLUMNS = ("step", "route", "criterion", "result", "measured", "interval", "limit")
Row = tuple[Words, ...]


def exhibit(verdict: LoadVerdict) -> Exhibit:
    """Return what the sign-off page shows of a run: what went wrong, the table of limits, and the charts."""
    drawn = [plots(verdict, lang) for lang in LANGUAGES]
    return Exhibit(
        sentences=tuple(sentences(verdict)),
        head=head(),
        rows=tuple(rows(verdict)),
        pictures=tuple(Words(*(plot[name] for plot in drawn)) for name in drawn[0]),
    )


def sentences(verdict: LoadVerdict) -> Iterator[Words]:
    """Say what went wrong, why an invalid run is invalid, what LINE got, and whether this plan counts for the row."""
    yield from diagnosis(verdict)
    if verdict.judgement.outcome == "invalid":
        yield from verdict.judgement.reasons
    if verdict.about.get("silence"):
        yield _line(str(verdict.about["silence"]), verdict.cleanup or {})
    required, plan = verdict.about.get("required_plan"), verdict.conditions.plan.name
    if required and required != plan:
        yield Words(
            en=f"The performance row asks for {required}, so this {plan} run does not count for it.",
            ja=f"性能の項目が求めるのは{required}のため、この{plan}の実行は対象になりません。",
        )


def head() -> Row:
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
        check.interval,
        check.required,
    )


@cache
def _words() -> Mapping[str, Words]:
    text = Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
    return {name: Words(**load) for name, load in tomllib.loads(text).items()}
