"""What the operator reads: a line of progress, the blocking rows in one line each, the verdict."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic

import pytest
from _pytest.terminal import TerminalReporter

from aws.visible import visible_line
from aws.words import Words
from signoff.judge.outcome import RowVerdict
from signoff.judge.result import Provenance, Result
from signoff.judge.verdict import VerdictWord
from signoff.report.remedy import BY_HAND, remedy

COLOURS = {VerdictWord.GO: "green", VerdictWord.CONDITIONAL: "yellow"}
RED = Words(en="RED", ja="不合格")
CONDITION = Words(en="CONDITION", ja="条件")
UNOWNED = Words(
    en="Conditions without an owner and a day, to be named in one command for each person: {}",
    ja="担当者と期限のない条件があります。担当者ごとに次のコマンドで指定します: {}",
)
DECIDED = Words(en="DECIDED", ja="例外承認")
NO_VERDICT = Words(en="NO VERDICT for {}: {}", ja="{}の判定なし: {}")
SEEN = Words(en="seen until then:", ja="それまでに確認した不合格:")
AND_MORE = Words(en=" (and {} more)", ja="（ほか{}件）")
SILENT_S = 8.0
"""Where lines can't be overwritten, in a log of CI, progress is a line of its own after so long a silence."""
PRINTED = 3
"""Decisions printed for a row if the run left a page, which has the others."""
ON_THE_PAGE = Words(en="… {} more on the page", ja="… ほか{}件はページを参照")
FOLLOWING = Words(en=" (+{} that follow)", ja="（ほか{}件がこれに起因）")
PART = Words(
    en="PART: {rows} of {of} rows judged, {red} red{seen}. A part is no verdict.",
    ja="部分判定: {of}件中{rows}件を判定、不合格{red}件{seen}。部分判定はGOになりません。",
)
DECIDE = Words(
    en="or, if this is wanted, decide so in environments.toml:",
    ja="または、意図した設定の場合は次の行をenvironments.tomlに追記します:",
)


class Terminal:
    """Writes through pytest's own reporter, so that ``-q`` and redirection keep working."""

    def __init__(
        self, config: pytest.Config, lang: str = "en", now: Callable[[], float] = monotonic
    ) -> None:
        self._config = config
        self._lang = lang
        self._now = now
        self._printed_at = now()
        self._said = False
        self._last: list[tuple[str, dict[str, bool]]] = []

    @property
    def _reporter(self) -> TerminalReporter | None:
        return self._config.pluginmanager.get_plugin("terminalreporter")

    def progress(self, words: Words) -> None:
        """Overwrite one line on a terminal; elsewhere print one now and then, since more would be noise."""
        if not (reporter := self._reporter):
            return
        text = visible_line(words[self._lang])
        if reporter.isatty:
            reporter.rewrite(text, erase=True)
            self._said = True
        elif self._now() - self._printed_at >= SILENT_S:
            reporter.write_line(text)
            self._printed_at = self._now()

    def progress_done(self) -> None:
        if self._reporter and self._said:
            self._reporter.rewrite("", erase=True)
            self._said = False

    def line(self, text: str, **markup: bool) -> None:
        """Keep a line for the very end, after all output of pytest's own."""
        self._last.append((visible_line(text), markup))

    def close(self) -> None:
        """Print the lines that were kept."""
        if reporter := self._reporter:
            for text, markup in self._last:
                reporter.write_line(text, **markup)
            with suppress(BrokenPipeError):
                reporter.flush()
        self._last.clear()

    def no_verdict(
        self,
        environment: str,
        why: Words,
        red_rows: Sequence[tuple[RowVerdict, Provenance]] = (),
        remnants: Sequence[Words] = (),
    ) -> None:
        """Print the red rows that were seen until then, what was left behind, and why there is no verdict."""
        self.line("")
        if red_rows:
            self.line(SEEN[self._lang])
        for row, provenance in red_rows:
            self._red(row, provenance, most=PRINTED)
        for words in remnants:
            self.line(words[self._lang], yellow=True)
        self.line(NO_VERDICT.format(environment, why)[self._lang], red=True, bold=True)

    def part(self, rows: tuple[RowVerdict, ...], of: int, provenance: Provenance) -> None:
        """Print what is red in a selection and where it was judged; never GO."""
        red = [judged for judged in rows if judged.outcome.red]
        self.line("")
        for row in red:
            self._red(row, provenance)
        rehearsal = f" ({provenance.rehearsal[self._lang]})" if provenance.rehearsal else ""
        text = PART[self._lang].format(rows=len(rows), of=of, red=len(red), seen=rehearsal)
        self.line(text, bold=True, red=bool(red))

    def verdict(self, result: Result, page: str) -> None:
        """Print the blocking rows first, the verdict and the page's path last."""
        lang = self._lang
        self.line("")
        for problem in result.verdict.problems:
            self.line(f"{RED[lang]}  {problem[lang]}", red=True)
        for condition in result.verdict.conditions:
            self.line(f"{CONDITION[lang]}  {condition.words[lang]}", yellow=True)
        for row in result.blocking():
            followers = len(result.followers(row.row.id))
            self._red(row, result.provenance, followers=followers, most=PRINTED)
        for made in result.verdict.decisions:
            self.line(f"{DECIDED[lang]}  {made.decision.sentence[lang]}", yellow=made.loosens)
        if result.verdict.unowned:
            self.line(UNOWNED[lang].format(result.accepting), yellow=True)
        if result.demand:
            self.line(result.demand[lang])
        if derived := result.provenance.derived[lang]:
            self.line(derived)
        colour = COLOURS.get(result.verdict.decision, "red")
        self.line(result.headline[lang], bold=True, **{colour: True})
        self.line(page)

    def _red(
        self, row: RowVerdict, run: Provenance, *, followers: int = 0, most: int | None = None
    ) -> None:
        lang = self._lang
        also = AND_MORE[lang].format(row.untold) if row.untold else ""
        also += FOLLOWING[lang].format(followers) if followers else ""
        sentence = f"{row.row.id} {row.row.promise[lang]}: {row.brief[lang]}{also}"
        self.line(f"{RED[lang]}  {sentence}", red=True)
        todo = remedy(row, run)
        note = f"{todo.note[lang]} " if todo.note else ""
        if action := f"{note}{todo.command}".strip():
            self.line(f"     -> {action}")
        for instruction in todo.by_hand:
            self.line(f"     -> {BY_HAND[lang]}: {instruction[lang]}")
        self._decisions(row.decisions_to_paste, most)
        for words in dict.fromkeys(finding.undecidable for finding in row.findings):
            if words:
                self.line(f"     {words[lang]}")

    def _decisions(self, tables: tuple[str, ...], most: int | None) -> None:
        if not tables:
            return
        self.line(f"     {DECIDE[self._lang]}")
        for text in "\n\n".join(tables[:most]).splitlines():
            self.line(f"        {text}".rstrip())
        if more := len(tables) - len(tables[:most]):
            self.line(f"        {ON_THE_PAGE[self._lang].format(more)}")
