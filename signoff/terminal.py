"""What the operator reads: a line of progress, the blocking rows in one line each, the verdict."""

import pytest
from _pytest.terminal import TerminalReporter

from signoff.remedy import remedy
from signoff.result import Provenance, Result
from signoff.verdict import RowVerdict, VerdictWord

COLOURS = {VerdictWord.GO: "green", VerdictWord.CONDITIONAL: "yellow"}


class Terminal:
    """Writes through pytest's own reporter, so that ``-q`` and redirection keep working."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._said = False
        self._last: list[tuple[str, dict[str, bool]]] = []

    @property
    def _reporter(self) -> TerminalReporter | None:
        return self._config.pluginmanager.get_plugin("terminalreporter")

    def progress(self, text: str) -> None:
        """Overwrite one line on a terminal; stay silent elsewhere, where it would be noise."""
        if self._reporter and self._reporter.isatty:
            self._reporter.rewrite(text, erase=True)
            self._said = True

    def progress_done(self) -> None:
        if self._reporter and self._said:
            self._reporter.rewrite("", erase=True)
            self._said = False

    def line(self, text: str, **markup: bool) -> None:
        """Keep a line for the very end, after all that pytest itself has to say."""
        self._last.append((text, markup))

    def close(self) -> None:
        """Say what was kept."""
        if reporter := self._reporter:
            for text, markup in self._last:
                reporter.write_line(text, **markup)
        self._last.clear()

    def no_verdict(self, environment: str, why: str) -> None:
        self.line("")
        self.line(f"NO VERDICT for {environment}: {why}", red=True, bold=True)

    def part(self, rows: tuple[RowVerdict, ...], of: int, provenance: Provenance) -> None:
        """Say what is red in a selection, where that was seen, and never GO."""
        red = [one for one in rows if one.outcome.red]
        self.line("")
        for one in red:
            self._red(one, provenance)
        seen = f" ({provenance.rehearsal})" if provenance.rehearsal else ""
        text = f"PART: {len(rows)} of {of} rows judged, {len(red)} red{seen}. A part is no verdict."
        self.line(text, bold=True, red=bool(red))

    def verdict(self, result: Result, lang: str, page: str) -> None:
        """Blocking rows first, the verdict and the path last."""
        self.line("")
        for problem in result.verdict.problems:
            self.line(f"RED  {problem}", red=True)
        for condition in result.verdict.conditions:
            self.line(f"CONDITION  {condition}", yellow=True)
        for one in result.blocking():
            self._red(one, result.provenance, lang, len(result.followers(one.row.id)))
        for made in result.verdict.decisions:
            self.line(f"DECIDED  {made.decision.sentence}", yellow=made.loosens)
        colour = COLOURS.get(result.verdict.decision, "red")
        self.line(result.headline, bold=True, **{colour: True})
        self.line(page)

    def _red(self, one: RowVerdict, run: Provenance, lang: str = "en", followers: int = 0) -> None:
        also = f" (+{followers} that follow)" if followers else ""
        self.line(f"RED  {one.row.id} {one.row.promise[lang]}: {one.reason}{also}", red=True)
        if todo := remedy(one, run)[lang]:
            self.line(f"     -> {todo}")
        decisions = [found.decision for found in one.findings if found.decision]
        if decisions:
            self.line("     or, if this is wanted, decide so in environments.toml:")
            for text in "\n\n".join(decisions).splitlines():
                self.line(f"        {text}".rstrip())
