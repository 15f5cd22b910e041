"""One objective of a plan, met or not, and how it is said."""

import math
from dataclasses import dataclass

from load.engine.confidence import Interval
from load.engine.said import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveResult:
    """One limit, met or not. ``unit`` is "ms" or "" (a ratio); ``limit`` is (least, most)."""

    step: str
    endpoint: str
    criterion: str
    unit: str
    seen: Interval
    limit: tuple[float, float]
    outcome: str

    def __str__(self) -> str:
        return self.said

    @property
    def said(self) -> Said:
        """The limit, and what was measured."""
        span, asked = self.span, self.asked
        return Said(
            f"step {self.step}, {self.endpoint}: {self.criterion} {span}, {asked}",
            f"ステップ{self.step}、{self.endpoint}: {self.criterion} {span.ja}（{asked.ja}であること）",
        )

    @property
    def asked(self) -> Said:
        """What the limit asks for."""
        least, most = (self.text(one) for one in self.limit)
        if self.limit[0] == 0:
            return Said(f"at most {most}", f"{most}以下")
        if self.limit[1] < 1:
            return Said(f"{least} to {most}", f"{least}から{most}")
        return Said(f"at least {least}", f"{least}以上")

    @property
    def span(self) -> Said:
        """The value, and its interval if there is one."""
        low, value = self.text(self.seen.low), self.text(self.seen.value)
        if self.seen.low == self.seen.high:
            return Said(value, value)
        if math.isinf(self.seen.high):
            return Said(
                f"{value} (95 %: {low} to more than the sample can show)",
                f"{value}（95 %: {low}以上、上限は標本不足で不明）",
            )
        high = self.text(self.seen.high)
        return Said(f"{value} (95 %: {low} to {high})", f"{value}（95 %: {low}から{high}）")

    def text(self, number: float) -> str:
        return f"{number:g} ms" if self.unit else f"{number * 100:.3g} %"
