"""Whether the run measured the target at all: every reason why it did not, in a sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aws.words import Words
from load.engine import confidence
from load.engine.measurement import Measurement
from load.engine.objectives import Objectives
from load.engine.plan import AWARD, LoadPlan, LoadStep, TokenBucket


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a run of ``workers`` processes is judged by."""

    plan: LoadPlan
    objectives: Objectives
    throttle: TokenBucket
    workers: int = 1


def invalid_reasons(conditions: Conditions, seen: Measurement) -> Iterator[Words]:
    """Yield every reason why the run is invalid; none where it is valid."""
    if seen.interrupted:
        yield seen.interrupted
    if not seen.steps.total("answered") + seen.steps.total("throttled"):
        yield Words(
            "nothing was answered, so nothing is known of the target",
            "応答が一つもなく、対象については何も分かりません",
        )
    yield from _absent(conditions, seen)
    for number, step in enumerate(conditions.plan.steps):
        yield from _losses(number, step, seen)
        if step.judged:
            yield from _shortfalls(conditions, number, step, seen)
    yield from _conflicts(conditions, seen)


def _absent(conditions: Conditions, seen: Measurement) -> Iterator[Words]:
    expected = conditions.workers
    if seen.workers != expected:
        yield Words(
            f"{seen.workers} of {expected} workers began",
            f"ワーカー{expected}台のうち{seen.workers}台しか開始していません",
        )
    if seen.lost:
        yield _of_workers("lost on the way", "途中で失われました", seen.lost)
    if seen.late:
        yield _of_workers("came after the start", "開始後に参加しました", seen.late)
    if seen.strangers:
        yield _of_workers(
            "was given another run file", "別の実行ファイルを使っています", seen.strangers
        )


def _of_workers(en: str, ja: str, workers: Sequence[str]) -> Words:
    listed = ", ".join(workers)
    return Words(f"{en}: worker {listed}", f"{ja}: ワーカー{listed}")


def _losses(number: int, step: LoadStep, seen: Measurement) -> Iterator[Words]:
    if dropped := seen.steps.total("dropped", place=number):
        yield Words(
            f"step {step.name}: {dropped} arrivals were dropped, with too many in flight",
            f"ステップ{step.name}: 処理中のリクエストが多すぎ、{dropped}件の到着を破棄しました",
        )
    if unpaired := seen.steps.total("unpaired", place=number):
        yield Words(
            f"step {step.name}: {unpaired} arrivals found no pair of user and spot left to award; "
            "put more users into the pool",
            f"ステップ{step.name}: {unpaired}件の到着に、付与できるユーザーとスポットの組が残っていません"
            "でした。ユーザー数を増やしてください",
        )
    for endpoint in seen.steps.endpoints(number):
        if unfinished := seen.unfinished(number, endpoint):
            yield Words(
                f"step {step.name}: {unfinished} requests to {endpoint} never finished",
                f"ステップ{step.name}: {endpoint}への{unfinished}件のリクエストが終わりませんでした",
            )


def lateness(conditions: Conditions, seen: Measurement) -> Iterator[Words]:
    """Say in which steps this machine was too busy.

    Latency counts from the intended start, so lateness can only worsen a result: it makes a fail say nothing
    about the target, and a pass no weaker.
    """
    for number, step in enumerate(conditions.plan.steps):
        if step.judged:
            yield from _lateness(conditions, number, step, seen)


def _lateness(
    conditions: Conditions, number: int, step: LoadStep, seen: Measurement
) -> Iterator[Words]:
    limit = conditions.objectives.soundness.lateness_p99_ms
    late = confidence.percentile(seen.steps.by_detail(number, "", "lateness"), 0.99)
    if late and late.value > limit:
        yield Words(
            f"step {step.name}: this machine is too busy to generate load (arrivals "
            f"{late.value:g} ms late, limit {limit:g} ms): free some CPU or add --workers",
            f"ステップ{step.name}: 負荷を生成するマシンが高負荷です（到着の遅れ{late.value:g} ms、上限"
            f"{limit:g} ms）。CPUを空けるか--workersを増やしてください",
        )


def _shortfalls(
    conditions: Conditions, number: int, step: LoadStep, seen: Measurement
) -> Iterator[Words]:
    limits = conditions.objectives.soundness
    made = seen.steps.total("arrivals", place=number)
    if made < limits.achieved * step.arrivals:
        yield Words(
            f"step {step.name}: {made} of {step.arrivals} planned arrivals were made, "
            f"under {limits.achieved:.0%}",
            f"ステップ{step.name}: 計画した到着{step.arrivals}件のうち{made}件しか生成できず、"
            f"{limits.achieved:.0%}に届きません",
        )


def _conflicts(conditions: Conditions, seen: Measurement) -> Iterator[Words]:
    limit = conditions.objectives.soundness.conflicts
    awards = seen.steps.total("issued", endpoint=AWARD)
    conflicts = seen.steps.total("conflict", endpoint=AWARD)
    if awards and confidence.ratio(conflicts, awards).low > limit:
        yield Words(
            f"{conflicts} of {awards} awards met a stamp that was there before (409), "
            f"over {limit:.0%}: they did not measure an award",
            f"付与{awards}件のうち{conflicts}件が既存のスタンプ（409）で、{limit:.0%}を超えています。"
            "これらは付与の測定になりません",
        )
