"""The objectives of each endpoint, from slo.toml, what makes a run valid, and whether each objective was met."""

import math
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter

from aws.words import SILENCE, Words
from load.engine.admission import LoadRefused, unreadable
from load.engine.confidence import Interval
from load.engine.plan import ENDPOINTS

STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)
"""A name that is misspelt is an error, not left out; so is a limit that is no number, by which nothing can be judged."""


@dataclass(frozen=True, slots=True)
class Objective:
    """Limits of one endpoint in each step; latency from the intended start in ms; ratios in parts of 1.

    ``errors`` is the most that may fail (429 and 409 are counted separately), ``achieved`` the least
    part of the planned and admitted requests that must be answered as the contract says.
    """

    __pydantic_config__ = STRICT
    p95_ms: float
    p99_ms: float
    errors: float
    achieved: float


@dataclass(frozen=True, slots=True)
class ValidityLimits:
    """Outside these limits the run is invalid: it says nothing about the target.

    ``achieved`` is the least part of the planned arrivals that must be made, ``lateness_p99_ms``
    the most that they may be late, ``conflicts`` the largest part of the awards of stamps that were
    there before.
    """

    __pydantic_config__ = STRICT
    achieved: float
    lateness_p99_ms: float
    conflicts: float


@dataclass(frozen=True, slots=True)
class Objectives:
    """``throttle_tolerance`` is the part by which the 429 ratio may differ from its prediction."""

    __pydantic_config__ = STRICT
    endpoints: Mapping[str, Objective]
    soundness: ValidityLimits
    throttle_tolerance: float


OBJECTIVES = TypeAdapter(Objectives)
OBJECTIVES_FILE = Path(__file__).parents[1] / "slo.toml"


def read_objectives(
    path: Path = OBJECTIVES_FILE, endpoints: Collection[str] = ENDPOINTS
) -> Objectives:
    """Return the objectives of every endpoint; `LoadRefused` if one is missing or misspelt."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        tolerance = data.pop("throttle")["tolerance"]
        objectives = OBJECTIVES.validate_python({**data, "throttle_tolerance": tolerance})
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = unreadable(error)
        raise LoadRefused(
            en=f"{path.name} can't be read ({reason}); compare it with the project's load/slo.toml",
            ja=f"{path.name}を読み取れません（{reason.ja}）。本プロジェクトのload/slo.tomlと比べてください",
        ) from None
    if missing := sorted(set(endpoints) - objectives.endpoints.keys()):
        raise LoadRefused(
            en=f'{path.name} has no [endpoints."{missing[0]}"]; add its limits',
            ja=f'{path.name}に[endpoints."{missing[0]}"]がありません。上限を追加してください',
        )
    return objectives


@dataclass(frozen=True, slots=True)
class ObjectiveResult:
    """One limit, met or not. ``limit`` is (least, most); ``unit`` is "ms" or "" (a ratio)."""

    step: str
    endpoint: str
    criterion: str
    seen: Interval
    limit: tuple[float, float]
    outcome: str
    unit: str = ""

    @property
    def sentence(self) -> Words:
        """The limit, and what was measured."""
        span, required = self.span, self.required
        return Words(
            f"step {self.step}, {self.endpoint}: {self.criterion} {span}, {required}",
            f"ステップ{self.step}、{self.endpoint}: {self.criterion} {span.ja}（{required.ja}であること）",
        )

    @property
    def required(self) -> Words:
        """What the limit asks for."""
        least, most = (self.text(seconds) for seconds in self.limit)
        if self.limit[0] == 0:
            return Words(f"at most {most}", f"{most}以下")
        if self.limit[1] < 1:
            return Words(f"{least} to {most}", f"{least}から{most}")
        return Words(f"at least {least}", f"{least}以上")

    @property
    def span(self) -> Words:
        """The value, and its interval if there is one."""
        value, interval = self.text(self.seen.value), self.interval
        beside = (f" (95 %: {interval})", f"（95 %: {interval.ja}）") if interval else ("", "")
        return Words(*(f"{value}{more}" for more in beside))

    @property
    def interval(self) -> Words:
        """Where the value lies at 95 %; empty where every request is known."""
        least, high = self.text(self.seen.low), self.seen.high
        if self.seen.low == high:
            return SILENCE
        if math.isinf(high):
            return Words(f"{least} and up, too few samples", f"{least}以上、標本不足")
        return Words(f"{least} to {self.text(high)}", f"{least}から{self.text(high)}")

    def text(self, number: float) -> str:
        return f"{number:g} ms" if self.unit else f"{number * 100:.3g} %"
