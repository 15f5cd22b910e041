"""Merges the verdicts of independent generators into the one verdict of the plan."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from load.engine.admission import LoadRefused
from load.engine.localized import Localized, unreadable
from load.engine.measurement import Measurement
from load.engine.verdict import PART_PREFIX, LoadVerdict

TOGETHER_S = 10
"""Machines that are started together begin within seconds, by clocks that differ a little."""


def read_parts(paths: Iterable[Path]) -> list[LoadVerdict]:
    """Read verdicts from ``verdict.json`` files, or from logs into which a generator wrote its own."""
    return [part for path in paths for part in _read(path)]


def _read(path: Path) -> list[LoadVerdict]:
    try:
        text = path.read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if PART_PREFIX in line]
        records = [line.partition(PART_PREFIX)[2] for line in lines] or [text]
        return [LoadVerdict.from_json(json.loads(record)) for record in records]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = unreadable(error)
        raise LoadRefused(
            f"{path} contains no load verdict ({reason}); pass verdict.json or a log",
            f"{path}に負荷判定がありません（{reason.ja}）。verdict.jsonまたはログを指定してください",
        ) from None


def merge(parts: list[LoadVerdict]) -> LoadVerdict:
    """Sum up the measurements and judge the whole. `LoadRefused` if they are not of one run.

    A single verdict is judged again as it is.
    """
    first, *others = parts
    if not others:
        return first
    names = [name for part in parts for name in _names(part)]
    if len(set(names)) < len(names):
        raise LoadRefused(
            "the same part is given twice; pass each part's file once",
            "同じ部分が二度指定されています。各部分のファイルを一度だけ指定してください",
        )
    _require_one_run(parts)
    seen = Measurement.from_json(first.measurement.to_json())
    for other in others:
        seen.add(other.measurement)
    seen.interrupted = seen.interrupted or _apart(parts)
    about = {name: value for name, value in first.about.items() if name != "part"}
    return replace(
        first,
        measurement=seen,
        about={**about, "merged": names},
        began=min(part.began for part in parts),
        ended=max(part.ended for part in parts),
        cleanup=None,
        used=tuple(pair for part in parts for pair in part.used),
    )


def _names(part: LoadVerdict) -> list[str]:
    """Name the parts in a verdict: one, or those that were merged before."""
    names: list[str] = part.about.get("merged") or [part.about.get("part", "")]
    return names


def _require_one_run(parts: list[LoadVerdict]) -> None:
    """Raise `LoadRefused` unless all parts have the same run id and conditions."""
    first, *others = parts
    if not first.about.get("run"):
        raise LoadRefused(
            "these have no run id; make the package again, and run it",
            "実行IDがありません。パッケージを作り直して実行してください",
        )
    for other in others:
        if _identity(other) != _identity(first):
            raise LoadRefused(
                f"these are parts of different runs ({_identity(first)}, {_identity(other)}); "
                "pass the parts of one",
                f"別々の実行の部分です（{_identity(first)}、{_identity(other)}）。一つの実行の部分を指定してください",
            )
        if other.conditions != first.conditions:
            raise LoadRefused(
                f"parts of run {first.about['run']} differ in plan, limits, throttle or number of "
                "generators; pass them as the generators wrote them",
                f"実行{first.about['run']}の各部分で計画、上限、スロットリング、ジェネレーター数が異なります。書き出されたまま指定してください",
            )


def _identity(part: LoadVerdict) -> str:
    about, plan = part.about, part.conditions.plan
    where = f"{plan.name} on {about.get('host')}, release {about.get('release')}"
    return f"run {about.get('run')}: {where}"


def _apart(parts: list[LoadVerdict]) -> Localized | None:
    """Say if the parts did not load the target at the same time: then none reached the plan's rate."""
    moments = [part.began for part in parts]
    apart_s = (max(moments) - min(moments)).total_seconds()
    if apart_s <= TOGETHER_S:
        return None
    return Localized(
        f"the parts began {apart_s:.0f} s apart (at most {TOGETHER_S} s), so they were not one load",
        f"各部分の開始が{apart_s:.0f}秒ずれており（最大{TOGETHER_S}秒）、一つの負荷になっていません",
    )
