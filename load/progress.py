"""What the operator sees during a run: planned and achieved rates, and the time left."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from aws.visible import visible_line
from aws.words import Words

STEADY_S = 10
"""Without a terminal, seconds between two lines: a log is not a screen."""


class ProgressDisplay:
    """Shows progress in one line: on a terminal drawn anew each second, elsewhere printed every few seconds."""

    def __init__(self, console: Console | None = None, lang: str = "en") -> None:
        self._console = console or Console(file=sys.stderr, emoji=False)
        self.lang = lang
        self._live: Live | None = None
        self._told = -STEADY_S
        self._warned = False

    @contextmanager
    def open(self) -> Iterator["ProgressDisplay"]:
        if not self._console.is_terminal:
            yield self
            return
        with Live(console=self._console, refresh_per_second=4, transient=True) as self._live:
            yield self

    def say(self, sentence: Words) -> None:
        """Print what happens before and after the run."""
        self._console.print(Text(visible_line(sentence[self.lang]), style="dim"), soft_wrap=True)

    def show(self, now: Mapping[str, Any]) -> None:
        """Show one second of a run (see `load.engine.run_state.progress`); say once, at once, that this machine is too busy."""
        if (late := now["late_p99"] or 0) > now["late_limit"] and not self._warned:
            self._warned = True
            busy = Words(
                en=f"This machine is too busy to generate load (arrivals {late:g} ms late): free some CPU, or stop and add "
                f"--workers. A pass still counts; a fail would say nothing about the target.",
                ja=f"このマシンは高負荷のため、計画どおりに負荷を生成できません（到着の遅れ{late:g} ms）。CPUを空けるか、中止して"
                f"--workersを増やしてください。合格は有効ですが、不合格は対象の性能を判断する根拠になりません。",
            )
            self._console.print(busy[self.lang], style="red", soft_wrap=True)
        if self._live:
            self._live.update(Text(_line(now, self.lang)))
        elif now["elapsed"] - self._told >= STEADY_S:
            self._told = now["elapsed"]
            self._console.print(_line(now, self.lang), soft_wrap=True)


def _line(now: Mapping[str, Any], lang: str) -> str:
    left = max(0.0, now["seconds"] - now["elapsed"])
    made, planned = f"{now['made']:g}/s", f"{now['planned']:g}/s"
    p95, late = _ms(now["p95"]), _ms(now["late_p99"])
    line = Words(
        en=f"{now['step']}: {made} of {planned} planned, p95 {p95}, answered {now['answered']}, "
        f"failed {now['failed']}, 429 {now['throttled']}, 409 {now['conflict']}, late {late}, {left:.0f} s left",
        ja=f"{now['step']}: 計画{planned}に対し実績{made}、p95 {p95}、応答 {now['answered']}、失敗 {now['failed']}、"
        f"429 {now['throttled']}、409 {now['conflict']}、遅れ {late}、残り{left:.0f}秒",
    )
    return line[lang]


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:g} ms"
