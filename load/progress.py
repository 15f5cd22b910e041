"""What the operator sees during a run: planned and achieved rates, and the time left."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from aws.visible import visible_line
from aws.words import Words

LAST = Words(en="last answers", ja="最後の応答待ち")
STEADY_S = 10
"""Without a terminal, seconds between two lines: a log is not a screen."""


class ProgressDisplay:
    """Shows progress on a terminal as a live table, elsewhere as a line every few seconds."""

    def __init__(self, console: Console | None = None, lang: str = "en") -> None:
        self._console = console or Console(file=sys.stderr)
        self.lang = lang
        self._live: Live | None = None
        self._told = -STEADY_S
        self._warned = False

    @contextmanager
    def open(self) -> Iterator["ProgressDisplay"]:
        """Show progress until the block ends."""
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
            self._console.print(_too_busy(late)[self.lang], style="red", soft_wrap=True)
        if self._live:
            self._live.update(_table(now, self.lang))
        elif now["elapsed"] - self._told >= STEADY_S:
            self._told = now["elapsed"]
            self._console.print(_line(now, self.lang), soft_wrap=True)


def _too_busy(late: float) -> Words:
    return Words(
        en=f"This machine is too busy to generate load (arrivals {late:g} ms late): free some CPU, or stop and add "
        f"--workers. A pass still counts; a fail would say nothing about the target.",
        ja=f"このマシンは高負荷のため、計画どおりに負荷を生成できません（到着の遅れ{late:g} ms）。CPUを空けるか、中止して"
        f"--workersを増やしてください。合格は有効ですが、不合格は対象の性能を判断する根拠になりません。",
    )


def _line(now: Mapping[str, Any], lang: str) -> str:
    left = max(0.0, now["seconds"] - now["elapsed"])
    made, planned = f"{now['made']:g}/s", f"{now['planned']:g}/s"
    p95, late = _ms(now["p95"]), _ms(now["late_p99"])
    said = Words(
        en=f"{now['step']}: {made} of {planned} planned, p95 {p95}, failed {now['failed']}, "
        f"429 {now['throttled']}, late {late}, {left:.0f} s left",
        ja=f"{now['step']}: 計画{planned}に対し実績{made}、p95 {p95}、失敗 {now['failed']}、"
        f"429 {now['throttled']}、遅れ {late}、残り{left:.0f}秒",
    )
    return said[lang]


def _table(now: Mapping[str, Any], lang: str) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    left = max(0.0, now["seconds"] - now["elapsed"])
    late = now["late_p99"] or 0
    cells = {
        Words("step", "ステップ"): now["step"],
        Words("planned/s", "計画/秒"): f"{now['planned']:g}",
        Words("made/s", "実績/秒"): f"{now['made']:g}",
        Words.same("p95"): _ms(now["p95"]),
        Words("answered", "応答"): str(now["answered"]),
        Words("failed", "失敗"): Text(str(now["failed"]), style="red" if now["failed"] else ""),
        Words.same("429"): str(now["throttled"]),
        Words.same("409"): str(now["conflict"]),
        Words("late p99", "遅れp99"): Text(
            _ms(late), style="red" if late > now["late_limit"] else ""
        ),
        Words("left", "残り"): f"{left // 60:.0f}:{left % 60:02.0f}" if left else LAST[lang],
    }
    for number, name in enumerate(cells):
        table.add_column(name[lang], justify="right" if number else "left")
    table.add_row(*cells.values())
    return table


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:g} ms"
