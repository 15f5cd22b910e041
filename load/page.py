"""The page of a run: one file, no network, readable on paper and on a phone."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from aws.words import LANGUAGES, SILENCE, Words
from load.diagnosis import diagnosis, grouped_reasons
from load.engine import confidence
from load.engine.answers import NOT_CHECKED
from load.engine.localized import japanese
from load.engine.objectives import ObjectiveResult
from load.engine.verdict import LoadVerdict, sentence
from load.plans import PURPOSES
from load.plots import plots
from signoff.environment.calendar import in_japan
from signoff.report.page import say

PAGE = "index.html"
TARGET, UNKNOWN = Words(en="the target", ja="対象"), Words(en="unknown", ja="不明")
BAR_LIMIT = 100 / 1.5
"""Where the limit is in a bar, in percent: half as much again still fits."""


def render(verdict: LoadVerdict, *, locust: bool, lang: str = "en") -> str:
    """Return the page, which shows ``lang`` first; ``locust`` tells whether Locust's report lies beside it."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    templates.filters |= {"say": say}
    return templates.get_template("page.html.j2").render(
        record=verdict.to_json(),
        lang=lang,
        w=_words(),
        verdict=_words()[verdict.judgement.outcome],
        where=verdict.about.get("environment") or TARGET,
        sentence=rendered(sentence(verdict)),
        facts=list(_facts(verdict)),
        diagnosis=[rendered(one) for one in diagnosis(verdict)],
        reasons={one: grouped_reasons(verdict.judgement.reasons, one) for one in LANGUAGES},
        rows=_grouped(verdict.judgement.checks),
        plots={lang: plots(verdict, lang) for lang in LANGUAGES},
        generator=list(_generator(verdict)),
        failures=list(_failures(verdict)),
        locust=locust,
    )


@cache
def _words() -> Mapping[str, Words]:
    text = Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
    return {name: Words(**one) for name, one in tomllib.loads(text).items()}


def rendered(sentence: str) -> Words:
    """Return a sentence of the generator in both languages; its package has no type for that."""
    return Words(en=str(sentence), ja=japanese(sentence))


def _facts(verdict: LoadVerdict) -> Iterator[tuple[Words, Words]]:
    about, plan, seen, w = verdict.about, verdict.conditions.plan, verdict.measurement, _words()
    yield w["target"], Words.same(about["host"]) if "host" in about else UNKNOWN
    release = about.get("release")
    yield w["release"], Words.same(release) if release else w["no_release"]
    purpose = PURPOSES.get(plan.purpose, plan.purpose)
    yield w["plan"], Words(f"{plan.name}: {plan.purpose}", f"{plan.name}: {purpose}")
    if "required_plan" in about:
        yield w["signoff"], _counts(str(about["required_plan"]), plan.name)
    if about.get("local"):
        yield w["local"], w["one_machine"]
    began, ended = in_japan(verdict.began), in_japan(verdict.ended)
    yield w["time"], Words(en=f"{began} to {ended}", ja=f"{began}から{ended}")
    yield w["caller"], Words.same(about.get("caller") or "-")
    unchecked = seen.contract == NOT_CHECKED
    yield w["contract"], w["unchecked"] if unchecked else _checked(seen.contract)
    yield w["generator"], _workers_seen(verdict)
    if "price" in about:
        price, quota, before = about["price"], about["daily_quota"], about["spent_before"]
        yield (
            w["price"],
            Words(
                en=f"{price} of {quota} requests a day, {before} before ({about['spent_source']})",
                ja=f"1日{quota}リクエストのうち{price}（実行前の使用は{before}）",
            ),
        )
    if "silence" in about:
        yield Words.same("LINE"), _line(str(about["silence"]), verdict.cleanup or {})
    if cleanup := verdict.cleanup:
        yield w["cleaned"], _cleaned(cleanup)
    if about.get("endpoint"):
        yield w["endpoint"], Words.same(about["endpoint"])


def _cleaned(cleanup: Mapping[str, Any]) -> Words:
    deleted, users, left = cleanup["deleted"], cleanup["users"], cleanup["left"]
    return Words(
        en=f"{deleted} items of {users} users; {f'{left} ARE LEFT' if left else 'nothing is left'}",
        ja=f"{users}ユーザーの{deleted}件を削除。{f'{left}件が残っています' if left else '残りはありません'}",
    )


def _checked(by: str) -> Words:
    return Words(en=by, ja=f"{by.removeprefix('checked by ')}で検証")


def _counts(required: str, plan: str) -> Words:
    if plan == required:
        return Words(
            en=f"the performance row asks for a green {required} of the live release",
            ja=f"性能の項目は、稼働中のリリースについて{required}の合格を求めます",
        )
    return Words(
        en=f"the performance row asks for {required}, so this run does not count for it",
        ja=f"性能の項目が求めるのは{required}のため、この実行は対象になりません",
    )


def _line(silence: str, cleanup: Mapping[str, Any]) -> Words:
    """Return the proof before the run, and what the fake of LINE got during it, if that was checked."""
    if calls := cleanup.get("line_calls"):
        return Words(
            en=f"CALLED {calls} TIMES for synthetic users, although {silence}",
            ja=f"合成ユーザーについて{calls}回呼び出されました",
        )
    if cleanup:
        return Words(
            en=f"never called: {silence}", ja="呼び出しなし（合成ユーザーはLINEに届かない）"
        )
    return Words(en=silence, ja="合成ユーザーはLINEに届かない")


def _workers_seen(verdict: LoadVerdict) -> Words:
    conditions, seen = verdict.conditions, verdict.measurement
    expected, cpu = conditions.workers * conditions.parts, f"{seen.cpu_percent:.0f} %"
    return Words(
        en=f"{seen.workers} of {expected} workers, busiest at {cpu} of a core",
        ja=f"ワーカー{expected}台のうち{seen.workers}台、最大CPU使用率は1コアの{cpu}",
    )


def _grouped(
    checks: tuple[ObjectiveResult, ...],
) -> list[tuple[tuple[str, str], list[dict[str, Any]]]]:
    groups = groupby(checks, key=lambda check: (check.step, check.endpoint))
    return [(key, [_row(check) for check in group]) for key, group in groups]


def _row(check: ObjectiveResult) -> dict[str, Any]:
    return {
        "criterion": _words().get(check.criterion, Words.same(check.criterion)),
        "seen": check.text(check.seen.value),
        "interval": _interval(check),
        "limit": rendered(check.asked),
        "outcome": _words()[check.outcome],
        "style": check.outcome.split(" ")[0],
        "bar": _bar(check) if check.unit else None,
    }


def _interval(check: ObjectiveResult) -> Words:
    low, _, high = check.seen
    if low == high:
        return SILENCE
    least = check.text(low)
    if math.isfinite(high):
        return Words(en=f"{least} to {check.text(high)}", ja=f"{least}から{check.text(high)}")
    return Words(en=f"{least} and up (too few samples)", ja=f"{least}以上（標本不足）")


def _bar(check: ObjectiveResult) -> tuple[int, int]:
    """Place the interval in a bar with the limit at a fixed place: (left, width) in %."""
    most = check.limit[1]
    low = min(100.0, check.seen.low / most * BAR_LIMIT)
    high = 100.0 if math.isinf(check.seen.high) else min(100.0, check.seen.high / most * BAR_LIMIT)
    return round(low), round(high - low)


def _generator(verdict: LoadVerdict) -> Iterator[tuple[Any, ...]]:
    steps = verdict.measurement.steps
    for number, step in enumerate(verdict.conditions.plan.steps):
        lateness = steps.by_detail(number, "", "lateness")
        tails = (confidence.percentile(lateness, part) for part in (0.95, 0.99))
        unfinished = sum(
            verdict.measurement.unfinished(number, endpoint) for endpoint in steps.endpoints(number)
        )
        yield (
            Words.same(step.name)
            if step.judged
            else Words(en=f"{step.name} (not judged)", ja=f"{step.name}（判定対象外）"),
            step.arrivals,
            steps.total("arrivals", place=number),
            steps.total("dropped", place=number),
            steps.total("unpaired", place=number),
            unfinished,
            *(f"{tail.value:g} ms" if tail else "-" for tail in tails),
        )


def _failures(verdict: LoadVerdict) -> Iterator[tuple[Any, ...]]:
    steps = verdict.measurement.steps
    for number, step in enumerate(verdict.conditions.plan.steps):
        for endpoint in steps.endpoints(number):
            for kind, count in sorted(steps.by_detail(number, endpoint, "failed").items()):
                yield step.name, endpoint, kind, count
            for what, kind in (("throttled", "HTTP 429"), ("conflict", "HTTP 409")):
                if count := steps.total(what, place=number, endpoint=endpoint):
                    yield step.name, endpoint, kind, count
