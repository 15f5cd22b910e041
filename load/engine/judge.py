"""From a measurement to pass, fail, invalid or inconclusive: pure, so that it can be repeated.

Invalid is a run that did not measure the target; every reason why is a sentence.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from aws.words import Words
from load.engine import confidence
from load.engine.confidence import Interval
from load.engine.measurement import OF_ANOTHER_USER, Measurement
from load.engine.objectives import Objective, ObjectiveResult, Objectives
from load.engine.plan import AWARD, LoadPlan, LoadStep, TokenBucket


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a run of ``workers`` processes is judged by."""

    plan: LoadPlan
    objectives: Objectives
    throttle: TokenBucket
    workers: int = 1


def invalid_reasons(conditions: Conditions, measurement: Measurement) -> Iterator[Words]:
    """Yield every reason why the run is invalid; none where it is valid."""
    if measurement.interrupted:
        yield measurement.interrupted
    if not measurement.steps.total("answered") + measurement.steps.total("throttled"):
        yield Words(
            "no request was answered as the contract says, so nothing is known of the target",
            "API仕様どおりの応答が一つもなく、対象の性能を判断できません",
        )
    yield from _absent(conditions, measurement)
    for number, step in enumerate(conditions.plan.steps):
        yield from _losses(conditions, number, step, measurement)
    yield from _conflicts(conditions, measurement)


def _absent(conditions: Conditions, measurement: Measurement) -> Iterator[Words]:
    expected = conditions.workers
    if measurement.workers != expected:
        yield Words(
            f"{measurement.workers} of {expected} workers began",
            f"ワーカー{expected}台のうち{measurement.workers}台しか開始していません",
        )
    if measurement.lost:
        yield _of_workers("lost on the way", "途中で失われました", measurement.lost)
    if measurement.late:
        yield _of_workers("came after the start", "開始後に参加しました", measurement.late)
    if measurement.strangers:
        yield _of_workers(
            "was given another run file", "別の実行ファイルを使っています", measurement.strangers
        )


def _of_workers(en: str, ja: str, workers: Sequence[str]) -> Words:
    listed = ", ".join(workers)
    return Words(f"{en}: worker {listed}", f"{ja}: ワーカー{listed}")


def _losses(
    conditions: Conditions, number: int, step: LoadStep, measurement: Measurement
) -> Iterator[Words]:
    if dropped := measurement.steps.total("dropped", place=number):
        yield Words(
            f"step {step.name}: {dropped} arrivals were dropped, with too many in flight",
            f"ステップ{step.name}: 処理中のリクエストが多すぎ、{dropped}件の到着を破棄しました",
        )
    if unpaired := measurement.steps.total("unpaired", place=number):
        yield Words(
            f"step {step.name}: {unpaired} arrivals found no pair of user and spot left to award; "
            "put more users into the pool",
            f"ステップ{step.name}: {unpaired}件の到着に、付与できるユーザーとスポットの組が残っていません"
            "でした。ユーザー数を増やしてください",
        )
    for endpoint in measurement.steps.endpoints(number):
        if unfinished := measurement.unfinished(number, endpoint):
            yield Words(
                f"step {step.name}: {unfinished} requests to {endpoint} never finished",
                f"ステップ{step.name}: {endpoint}への{unfinished}件のリクエストが終わりませんでした",
            )
    least = conditions.objectives.soundness.achieved
    made = measurement.steps.total("arrivals", place=number)
    if step.judged and made < least * step.arrivals:
        yield Words(
            f"step {step.name}: {made} of {step.arrivals} planned arrivals were made, under {least:.0%}",
            f"ステップ{step.name}: 計画した到着{step.arrivals}件のうち{made}件しか生成できず、{least:.0%}に届きません",
        )


def lateness(conditions: Conditions, measurement: Measurement) -> Iterator[Words]:
    """Say in which steps this machine was too busy.

    Latency counts from the intended start, so lateness can only worsen a result: it makes a fail say nothing
    about the target, and a pass no weaker.
    """
    limit = conditions.objectives.soundness.lateness_p99_ms
    for number, step in enumerate(conditions.plan.steps):
        late = confidence.percentile(measurement.steps.by_detail(number, "", "lateness"), 0.99)
        if step.judged and late and late.value > limit:
            yield Words(
                f"step {step.name}: this machine is too busy to generate load (arrivals "
                f"{late.value:g} ms late, limit {limit:g} ms): free some CPU or add --workers",
                f"ステップ{step.name}: 負荷を生成するマシンが高負荷です（到着の遅れ{late.value:g} ms、上限"
                f"{limit:g} ms）。CPUを空けるか--workersを増やしてください",
            )


def _conflicts(conditions: Conditions, measurement: Measurement) -> Iterator[Words]:
    limit = conditions.objectives.soundness.conflicts
    awards = measurement.steps.total("issued", endpoint=AWARD)
    conflicts = measurement.steps.total("conflict", endpoint=AWARD)
    if awards and confidence.ratio(conflicts, awards).low > limit:
        yield Words(
            f"{conflicts} of {awards} awards met a stamp that was there before (409), "
            f"over {limit:.0%}: they did not measure an award",
            f"付与{awards}件のうち{conflicts}件が既存のスタンプ（409）で、{limit:.0%}を超えています。"
            "これらは付与の測定になりません",
        )


THROTTLE_FLOOR = 0.005
"""A tolerance in parts of a tiny prediction would be finer than single arrivals."""


@dataclass(frozen=True, slots=True)
class EndpointInStep:
    """One endpoint in one step."""

    conditions: Conditions
    measurement: Measurement
    number: int
    step: LoadStep
    endpoint: str

    def latency(self) -> Iterator[ObjectiveResult]:
        histogram = self.measurement.steps.by_detail(self.number, self.endpoint, "latency")
        for name, part, limit in (
            ("p95", 0.95, self._objective.p95_ms),
            ("p99", 0.99, self._objective.p99_ms),
        ):
            tail = confidence.percentile(histogram, part) or Interval(0, 0, math.inf)
            outcome = _at_most(tail, limit) if self.conditions.plan.percentiles else "not judged"
            yield self._check(name, tail, (0, limit), outcome, "ms")

    def errors(self) -> ObjectiveResult:
        """Allow no error at all if the plan is too short for a ratio."""
        failed, answered = self._total("failed"), self._total("answered")
        ratio = confidence.ratio(failed, failed + answered)
        if not self.conditions.plan.percentiles:
            return self._exact("errors", ratio.value, (0, 0))
        limit = self._objective.errors
        return self._check("errors", ratio, (0, limit), _at_most(ratio, limit))

    def refusals(self, predicted: float) -> ObjectiveResult:
        """Expect no 429 if the bucket suffices, else the predicted ratio within its tolerance."""
        ratio = confidence.ratio(self._total("throttled"), self._total("issued"))
        if not predicted:
            return self._exact("429", ratio.value, (0, 0))
        reach = max(predicted * self.conditions.objectives.throttle_tolerance, THROTTLE_FLOOR)
        least, most = max(0.0, predicted - reach), predicted + reach
        outcome = "pass" if least <= ratio.value <= most else "inconclusive"
        if ratio.high < least or ratio.low > most:
            outcome = "fail"
        return self._check("429", ratio, (least, most), outcome)

    def achieved(self, admitted: float) -> ObjectiveResult:
        # A 409 of an award was admitted and answered; the validity limits say how many a run may have.
        met = self._total("conflict") if self.endpoint == AWARD else 0
        answered = self._total("answered") + met
        part = min(1.0, answered / admitted) if admitted else 1.0
        return self._exact("achieved", part, (self._objective.achieved, 1))

    def _exact(self, criterion: str, value: float, limit: tuple[float, float]) -> ObjectiveResult:
        """Judge a value of which every request is known: no interval."""
        outcome = "pass" if limit[0] <= value <= limit[1] else "fail"
        return self._check(criterion, Interval(value, value, value), limit, outcome)

    def _check(
        self,
        criterion: str,
        seen: Interval,
        limit: tuple[float, float],
        outcome: str,
        unit: str = "",
    ) -> ObjectiveResult:
        where = self.step.name, self.endpoint
        return ObjectiveResult(*where, criterion, seen, limit, outcome, unit)

    @property
    def _objective(self) -> Objective:
        return self.conditions.objectives.endpoints[self.endpoint]

    def _total(self, outcome: str) -> int:
        return self.measurement.steps.total(outcome, place=self.number, endpoint=self.endpoint)


def _at_most(interval: Interval, limit: float) -> str:
    """An interval below the limit passes, one above it fails; across it, the sample is too small."""
    if interval.high <= limit:
        return "pass"
    return "fail" if interval.low > limit else "inconclusive"


class ExitCode(IntEnum):
    PASS = 0
    FAIL = 1
    INVALID = 3
    REFUSED = 4
    INCONCLUSIVE = 5


@dataclass(frozen=True, slots=True)
class Judgement:
    """``outcome`` names a member of `ExitCode`, in lower case; ``reasons`` say why it is not a pass."""

    outcome: str
    reasons: tuple[Words, ...]
    checks: tuple[ObjectiveResult, ...]

    @property
    def exit(self) -> ExitCode:
        return ExitCode[self.outcome.upper()]


def judge(
    conditions: Conditions, measurement: Measurement, cleanup: Mapping[str, Any] | None = None
) -> Judgement:
    """Put invalid before failed before inconclusive: an invalid run says nothing else.

    A run that was stopped on a dead target, or was told of another user, has failed, though it did not measure everything. Lateness of this machine
    makes what is not a pass invalid, unless the run was stopped: it alone may be why.
    ``cleanup`` is what the run left behind, if that was checked: {"left": items, "stamps": those that
    were stored, "line_calls": calls to the fake of LINE that named one of its users}.
    """
    checks = tuple(_checks(conditions, measurement))
    answered = measurement.steps.total("answered", endpoint=AWARD)
    traces = tuple(_traces(cleanup or {}, answered))
    if certain := (*filter(None, [measurement.dead]), *_leaks(measurement)):
        return Judgement("fail", (*certain, *traces), checks)
    invalid = tuple(invalid_reasons(conditions, measurement))
    failed = tuple(check.sentence for check in checks if check.outcome == "fail")
    unsure = tuple(check.sentence for check in checks if check.outcome == "inconclusive")
    if (invalid or failed or unsure) and not measurement.interrupted:
        invalid = (*lateness(conditions, measurement), *invalid)
    failed += traces
    for outcome, reasons in (("invalid", invalid), ("fail", failed), ("inconclusive", unsure)):
        if reasons:
            return Judgement(outcome, reasons, checks)
    return Judgement("pass", (), checks)


def _leaks(measurement: Measurement) -> Iterator[Words]:
    """Count what users were told of another user; one answer is too many, however many errors are allowed."""
    if leaked := sum(row[-1] for row in measurement.steps.rows() if row[3] == OF_ANOTHER_USER):
        yield Words(
            f"{leaked} answers were about another user than the one who called",
            f"呼び出した本人ではない利用者についての応答が{leaked}件あります",
        )


def _traces(cleanup: Mapping[str, Any], answered: int) -> Iterator[Words]:
    if (stamps := cleanup.get("stamps", answered)) < answered:
        yield Words(
            f"{answered} awards were answered with success, and the table has {stamps} of their stamps",
            f"付与{answered}件に成功を返しましたが、テーブルにあるスタンプは{stamps}件です",
        )
    if left := cleanup.get("left"):
        yield Words(
            f"{left} items of the run are still in the table",
            f"実行が書き込んだ{left}件がテーブルに残っています",
        )
    if calls := cleanup.get("line_calls"):
        yield Words(
            f"LINE was called {calls} times for synthetic users",
            f"合成ユーザーについてLINEが{calls}回呼び出されました",
        )


def _checks(conditions: Conditions, measurement: Measurement) -> Iterator[ObjectiveResult]:
    predicted = conditions.throttle.predicted(conditions.plan)
    for number, step in enumerate(conditions.plan.steps):
        if not step.judged:
            continue
        for endpoint, planned in conditions.plan.planned(step).items():
            subject = EndpointInStep(conditions, measurement, number, step, endpoint)
            yield from subject.latency()
            yield subject.errors()
            yield subject.refusals(predicted[number, endpoint])
            yield subject.achieved(planned * (1 - predicted[number, endpoint]))
