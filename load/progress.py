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
from load.engine.said import japanese

WARN_LATE_MS = 5.0
STEADY_S = 10
"""Without a terminal, seconds between two lines: a log is not a screen."""


class ProgressDisplay:
    """Shows progress on a terminal as a live table, elsewhere as a line every few seconds."""

    def __init__(self, console: Console | None = None, lang: str = "en") -> None:
        self._console = console or Console(file=sys.stderr)
        self._lang = lang
        self._live: Live | None = None
        self._told = -STEADY_S

    @contextmanager
    def open(self) -> Iterator["ProgressDisplay"]:
        """Show progress until the block ends."""
        if not self._console.is_terminal:
            yield self
            return
        with Live(console=self._console, refresh_per_second=4, transient=True) as self._live:
            yield self

    def say(self, sentence: str) -> None:
        """Print what happens before and after the run."""
        said = japanese(sentence) if self._lang == "ja" else sentence
        self._console.print(Text(visible_line(said), style="dim"), soft_wrap=True)

    def show(self, now: Mapping[str, Any]) -> None:
        """Show one second of a run (see `load.engine.run_state.progress`)."""
        if self._live:
            self._live.update(_table(now))
        elif now["elapsed"] - self._told >= STEADY_S:
            self._told = now["elapsed"]
            self._console.print(_line(now), soft_wrap=True)


def _line(now: Mapping[str, Any]) -> str:
    left = max(0.0, now["seconds"] - now["elapsed"])
    return (
        f"{now['step']}: {now['made']:g}/s of {now['planned']:g}/s planned, p95 {_ms(now['p95'])}, "
        f"failed {now['failed']}, 429 {now['throttled']}, late {_ms(now['late_p99'])}, {left:.0f} s left"
    )


def _table(now: Mapping[str, Any]) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    left = max(0.0, now["seconds"] - now["elapsed"])
    late = now["late_p99"] or 0
    cells = {
        "step": now["step"],
        "planned/s": f"{now['planned']:g}",
        "made/s": f"{now['made']:g}",
        "p95": _ms(now["p95"]),
        "answered": str(now["answered"]),
        "failed": Text(str(now["failed"]), style="red" if now["failed"] else ""),
        "429": str(now["throttled"]),
        "409": str(now["conflict"]),
        "late p99": Text(_ms(late), style="red" if late > WARN_LATE_MS else ""),
        "left": f"{left // 60:.0f}:{left % 60:02.0f}" if left else "last answers",
    }
    for name in cells:
        table.add_column(name, justify="left" if name == "step" else "right")
    table.add_row(*cells.values())
    return table


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:g} ms"
