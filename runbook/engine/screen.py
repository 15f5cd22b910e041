"""A run as a person sees it: the step's words, a diff, a spinner while AWS works, a question."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from aws.change.gate import Change, Changes
from aws.visible import visible, visible_line
from aws.words import Words, plain
from runbook.engine.change_lines import WIDTH, lines
from runbook.engine.rehearsal import RehearsedStep, new_in, totals
from runbook.engine.step import Procedure, Step, guide_step
from signoff.commands.help_page import broken

WORDS = {
    "rehearsal": Words(en="rehearsal: nothing is changed", ja="リハーサル: 何も変更しません"),
    "go": Words(en="running", ja="実行します"),
    "resumed": Words(en="resuming where the last run stopped", ja="前回止まったところから続けます"),
    "waiting": Words(en="waiting until", ja="待機中"),
    "done": Words(en="done", ja="完了"),
    "held": Words(en="already as planned, nothing to do", ja="計画どおりのため変更なし"),
    "judged": Words(
        en="nothing to sign: the newest run judged this or left it out",
        ja="署名は不要（最新の実行で判定済みまたは対象外）",
    ),
    "confirmed": Words(en="confirmed", ja="確認済み"),
    "by hand": Words(en="a person does this", ja="人が行う作業です"),
    "left": Words(en="left for later, not signed", ja="後回しにしました（署名なし）"),
    "failed": Words(en="failed", ja="失敗"),
    "declined": Words(en="declined", ja="中止"),
    "green": Words(en="green", ja="合格"),
    "red": Words(en="red", ja="不合格"),
    "nothing": Words(en="nothing to change", ja="変更はありません"),
    "lost": Words(
        en="This deletes or replaces what is there:", ja="現在の設定を削除または置き換えます:"
    ),
    "agree": Words(en="Continue? [y/N] ", ja="続けますか？ [y/N] "),
    "closing": Words(
        en="--yes does not agree to answering 503: only a person at a terminal does",
        ja="503を返す状態への変更は--yesでは確認を省略できません。ターミナルでの確認が必要です",
    ),
    "finished": Words(en="Is it done? [y/N] ", ja="終わりましたか？ [y/N] "),
    "tried": Words(
        en="Which of these have you done? [1,3-5; all; Enter for none] ",
        ja="実施したものはどれですか？ [1,3-5、すべてならall、なければEnter] ",
    ),
}
INDENT = 3
GOOD = frozenset({"done", "held", "judged", "confirmed", "by hand", "left", "green"})


@dataclass(slots=True)
class ConsoleScreen:
    """Writes to a terminal or a pipe. ``yes`` agrees beforehand to what destroys."""

    console: Console
    lang: str = "en"
    yes: bool = False
    full: bool = False
    """Show every value whole; where no terminal is, nothing is cut anyway."""
    _status: Status | None = None
    _waited: set[Words] = field(default_factory=set)

    def _print(self, text: str, **style: Any) -> None:
        self.console.print(visible(text), **style)

    def _prose(self, text: str, *, indent: int = 0, **style: Any) -> None:
        """Print sentences, broken where a line of a rehearsal ends."""
        for paragraph in visible(text).splitlines():
            begins = indent + len(paragraph) - len(paragraph.lstrip(" "))
            for line in broken(paragraph.strip(), self._room - begins):
                self._print(" " * begins + escape(line), highlight=False, soft_wrap=True, **style)

    @property
    def _columns(self) -> int | None:
        """Columns of a line that shows a change; None where it is shown whole, for a person who approves it elsewhere."""
        return WIDTH - INDENT if self.console.is_terminal and not self.full else None

    @property
    def _room(self) -> int:
        return min(WIDTH, self.console.width) if self.console.is_terminal else WIDTH

    def opened(self, procedure: Procedure, *, go: bool, resumed: bool) -> None:
        mode = WORDS["resumed" if resumed else "go" if go else "rehearsal"][self.lang]
        title = procedure.text.title[self.lang]
        self._prose(f"{procedure.name}: {title}", style="bold")
        self._prose(mode, style="bold")

    def step(self, number: int, step: Step) -> None:
        self._waited.clear()
        title = escape(step.text.title[self.lang])
        self._print(
            f"\n[bold]{number}. {title}[/] [dim]({guide_step(step.guide, self.lang)})[/]",
            soft_wrap=True,
        )

    def changes(self, changes: Changes) -> None:
        if not changes:
            self._print(f"   [green]{WORDS['nothing'][self.lang]}[/]")
        for line in lines(changes, self.lang, room=self._columns):
            self._print(f"{' ' * INDENT}{line}", highlight=False, soft_wrap=True)

    def rehearsed(self, steps: Sequence[RehearsedStep], *, whole: bool) -> None:
        """Print the totals, if the rehearsal reached its end, then each step."""
        for line in totals(steps) if whole else ():
            self._prose(line[self.lang])
        for number, step in enumerate(steps):
            self.step(step.number, step.step)
            for sentence in step.sentences:
                self.tell(sentence)
            if step.step.action is None:
                self.outcome("by hand", step.step)
            else:
                self._foreseen(step, steps[:number])

    def _foreseen(self, step: RehearsedStep, earlier: Sequence[RehearsedStep]) -> None:
        """Show what a step would change; what an earlier one does already is named by its number."""
        new, by = new_in(step, earlier)
        if new or not by:
            self.changes(new)
        if by:
            numbers = ", ".join(map(str, by))
            self.tell(
                Words(
                    en=f"what step {numbers} changes is looked at again here",
                    ja=f"ステップ{numbers}で変更する内容は、ここでも確認します",
                )
            )

    def outcome(self, event: str, step: Step, detail: str | Words = "") -> None:
        colour = "green" if event in GOOD else "red"
        text = detail if isinstance(detail, str) else detail[self.lang]
        word = WORDS[event][self.lang]
        whole = visible_line(f"{word}: {text}" if text else word)
        first, *rest = broken(whole, self._room - INDENT)
        begins = " " * INDENT
        self._print(
            f"{begins}[{colour}]{word}[/]{escape(first.removeprefix(word))}", soft_wrap=True
        )
        for line in rest:
            self._print(f"{begins}{escape(line)}", highlight=False, soft_wrap=True)
        if event == "by hand" and step.text.body[self.lang]:
            self._prose(step.text.body[self.lang], indent=INDENT, style="dim")

    def agreed(self, lost: Sequence[Change]) -> bool:
        self._print(f"   [red]{WORDS['lost'][self.lang]}[/]")
        self.changes(tuple(lost))
        closing = any(change.closes for change in lost)
        if self.yes and closing:
            self.tell(WORDS["closing"])
        return (self.yes and not closing) or self._confirms("agree")

    def confirmed(self, step: Step) -> bool:
        """Show the instruction where the title does not say all of it, and ask whether it was done."""
        if body := step.text.body[self.lang]:
            self._print(escape(body))
        return self._confirms("finished")

    def tried(self, steps: Mapping[int, Step]) -> Collection[int]:
        """Show the instructions of several steps, and ask once which of them were done, until that is understood."""
        for number, step in steps.items():
            title, body = step.text.title[self.lang], step.text.body[self.lang]
            self._prose(f"{number}. {title}", indent=INDENT)
            if body:
                self._prose(body, indent=2 * INDENT, style="dim")
        while (numbers := chosen(self.typed(WORDS["tried"]), steps)) is None:
            pass
        return numbers

    def tell(self, line: str | Words) -> None:
        """Break a sentence where a line ends; text to copy, or data, stays in one line."""
        if isinstance(line, str):
            self._print(f"{' ' * INDENT}{escape(line)}", highlight=False, soft_wrap=True)
        else:
            self._prose(line[self.lang], indent=INDENT)

    def waiting(self, awaited: Words) -> None:
        """Say once in a step what is waited for; the spinner says the rest."""
        if awaited not in self._waited:
            self._waited.add(awaited)
            line = f"{WORDS['waiting'][self.lang]}: {awaited[self.lang]}"
            self._print(f"   [dim]{escape(line)}[/]", highlight=False, soft_wrap=True)

    def watch(self, progress: str | Words) -> None:
        if self._status is not None:
            line = progress if isinstance(progress, str) else progress[self.lang]
            self._status.update(escape(visible_line(line)))

    @contextmanager
    def working(self) -> Iterator[None]:
        """Show a spinner, on a terminal only: a log file has no use for one."""
        with self.console.status("") as self._status:
            yield
        self._status = None

    def typed(self, question: Words, *, hidden: bool = False) -> str:
        """Return what a person types, "" where no person is there; ``hidden``: without an echo."""
        if self._status is not None:
            self._status.stop()  # a spinner would draw over the question
        try:
            return self.console.input(f"   {escape(question[self.lang])}", password=hidden).strip()
        except EOFError:
            return ""
        finally:
            if self._status is not None:
                self._status.start()

    def _confirms(self, question: str) -> bool:
        return plain(self.typed(WORDS[question])) in {"y", "yes"}


def chosen(answer: str, among: Collection[int]) -> Collection[int] | None:
    """Return the numbers that an answer names: ``1,3-5``, or ``all``; None if it means none of these."""
    if plain(answer) == "all":
        return among
    numbers: set[int] = set()
    for part in filter(None, re.split(r"[,、\s]+", plain(answer))):
        if not (ends := re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", part)):
            return None
        numbers.update(range(int(ends[1]), int(ends[2] or ends[1]) + 1))
    return numbers if numbers <= {*among} else None
