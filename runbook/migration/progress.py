"""How far a long piece of work is, in one line: a bar, the rate, the time that is left."""

import threading
from collections.abc import Callable, Sized
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

from aws.words import Words

T = TypeVar("T", bound=Sized)
WIDTH = 20


@dataclass(slots=True, kw_only=True)
class Progress:
    """Counts items, from any thread, and shows each new line by ``watch``."""

    what: Words
    watch: Callable[[str | Words], None]
    total: int | None = None
    now: Callable[[], float] = monotonic
    done: int = 0
    _began: float = 0.0
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._began = self.now()

    def counted(self, items: T) -> T:
        """Count some items that are done, and hand them on."""
        with self._counting:
            self.done += len(items)
            self.watch(self.line())
        return items

    def line(self) -> Words:
        rate = self.rate()
        if self.total is None:
            return Words(
                en=f"{self.what.en}: {self.done:,} items, {rate:,.0f}/s",
                ja=f"{self.what.ja}: {self.done:,}件、毎秒{rate:,.0f}件",
            )
        filled = WIDTH * self.done // max(self.total, 1)
        bar = "━" * filled + "┄" * (WIDTH - filled)
        left = _span((self.total - self.done) / rate) if rate else Words.same("?")
        return Words(
            en=f"{self.what.en} {bar} {self.done:,} of {self.total:,}, {rate:,.0f}/s, {left.en} left",
            ja=f"{self.what.ja} {bar} {self.done:,}/{self.total:,}件、毎秒{rate:,.0f}件、残り{left.ja}",
        )

    def rate(self) -> float:
        """Return items a second since the beginning of this run."""
        passed = self.now() - self._began
        return self.done / passed if passed > 0 else 0.0


def reading(source: str) -> Words:
    return Words(en=f"reading {source}", ja=f"{source}を読み取り中")


def _span(seconds: float) -> Words:
    minutes, rest = divmod(round(seconds), 60)
    if minutes:
        return Words(en=f"{minutes} min {rest:02} s", ja=f"{minutes}分{rest:02}秒")
    return Words(en=f"{rest} s", ja=f"{rest}秒")
