"""``python -m runbook fix``: the red rows of the newest report, in the order in which their procedures work.

It shows each remedy as the report prints it, asks before it runs one, and judges its rows again, along with the rows
that followed from them: those that are red by themselves come next. For an engineer on call who has seven red rows
and a page open.
"""

import shlex
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from aws.words import Words
from runbook.catalogue import procedures
from runbook.engine import Entry, Refused
from runbook.judge import Checks, attended, variables
from signoff.environment import ENVIRONMENTS, in_japan
from signoff.judge.checklist import Checklist, Severity
from signoff.judge.exit_codes import Exit
from signoff.judge.outcome import RowVerdict
from signoff.judge.result import Provenance, Result
from signoff.report.remedy import BY_HAND, Remedy, as_typed, remedy

WORDS: Mapping[str, Words] = {
    "none": Words(
        en="There is no report of {env} yet: run pytest {chosen} first",
        ja="{env}のレポートがありません。先にpytest {chosen}を実行してください",
    ),
    "of": Words(
        en="red rows: {red}, in fixes: {groups}; the report is of {at}",
        ja="不合格{red}件、対処{groups}件（{at}のレポート）",
    ),
    "since": Words(
        en="{procedures} ran after that report, so each row is judged again before you are asked",
        ja="このレポートの後に{procedures}が実行されたため、確認の前に各項目を再判定します",
    ),
    "green": Words(
        en="The newest report has no red row. It is of {at}; judge again if something has changed since: pytest {chosen}",
        ja="最新のレポート（{at}）に不合格の項目はありません。その後に変更がある場合は、再度判定してください: pytest {chosen}",
    ),
    "follow": Words(
        en="   rows that follow from these: {number}", ja="   これらに起因する項目{number}件"
    ),
    "changes": Words(en="changes the environment", ja="環境を変更します"),
    "reads": Words(en="this command changes nothing", ja="このコマンドは何も変更しません"),
    "takes": Words(en="takes {time}", ja="所要時間: {time}"),
    "by_hand": BY_HAND,
    "ask": Words(
        en="Run it? [y]es, [r]ehearse, [s]kip, [q]uit: ",
        ja="実行しますか。[y]はい、[r]リハーサル、[s]スキップ、[q]終了: ",
    ),
    "ask_hand": Words(
        en="Done? [y]es, [s]kip, [q]uit: ", ja="完了しましたか。[y]はい、[s]スキップ、[q]終了: "
    ),
    "judging": Words(en="judging {rows} again", ja="{rows}を再判定しています"),
    "now_green": Words(en="green", ja="合格"),
    "failed": Words(
        en="the command stopped with exit code {code}; what it did so far remains, and the same command resumes there",
        ja="コマンドは終了コード{code}で停止しました。実施済みの変更は残り、再実行すると続きから始まります",
    ),
    "interrupted": Words(
        en="interrupted; what was done remains, and the same command resumes",
        ja="中断しました。実施済みの変更は残り、同じコマンドで再開できます",
    ),
    "skipped": Words(en="left as it is: {rows}", ja="変更せずに残しました: {rows}"),
    "next": Words(
        en="{rows} followed from these, and are red by themselves now",
        ja="{rows}は上の項目に起因していましたが、単独でも不合格です",
    ),
    "left": Words(
        en="{green} of {red} rows are green now. Judge everything: pytest {chosen}",
        ja="{red}件中{green}件が合格になりました。全体の判定: pytest {chosen}",
    ),
    "red": Words(en="still red: {rows}", ja="不合格のまま: {rows}"),
    "unattended": Words(
        en="There is no terminal to ask at: run the commands above yourself, or this at a terminal.",
        ja="確認する相手がいません。上のコマンドを自分で実行するか、ターミナルで実行してください。",
    ),
}
HARM = frozenset(
    {"secrets", "permissions", "tables", "functions", "api", "domain", "data", "smoke", "security"}
)
"""Sections whose blockers stop callers, lose data or leak; as those do that no team may sign for."""
TO_THE_RECORD = "roll_forward"
"""It releases nothing: it goes back in seconds to what was judged, which may mend all that came with the change."""
Ask = Callable[[str], str]
Run = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows that one remedy is for."""

    fix: Remedy
    rows: tuple[RowVerdict, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(row.row.id for row in self.rows)


def ran_since(report: Result, journal: Iterable[Entry]) -> tuple[str, ...]:
    """Return the procedures that have run in the environment since it was read for a report."""
    run = report.provenance
    return tuple(
        dict.fromkeys(
            entry.procedure
            for entry in journal
            if entry.environment == run.environment
            and datetime.fromisoformat(entry.at) > run.read_at
        )
    )


def groups(result: Result) -> tuple[Group, ...]:
    """Return the red rows by remedy, the gravest harm first, within it why smoke calls fail, then as the procedures work; the unknown last."""
    roots = {row.root for row in result.verdict.rows if row.row.section == "smoke"}
    by_harm = _grouped(result.blocking(), result.provenance)
    return tuple(sorted(by_harm, key=lambda each: (*_place(each)[:-1], roots.isdisjoint(each.ids))))


def _grouped(rows: Iterable[RowVerdict], run: Provenance) -> tuple[Group, ...]:
    by_fix: dict[Remedy, list[RowVerdict]] = {}
    for row in rows:
        by_fix.setdefault(remedy(row, run), []).append(row)
    groups = (Group(fix=fix, rows=tuple(rows)) for fix, rows in by_fix.items())
    return tuple(sorted(groups, key=_place))


def _place(group: Group) -> tuple[bool, int, bool, bool, int]:
    order = list(procedures())
    places = [order.index(procedure) for procedure in group.fix.procedures if procedure in order]
    unknown = any(row.unknown for row in group.rows)
    grave = min(list(Severity).index(row.severity) for row in group.rows)
    harms = any(row.row.unwaivable or row.row.section in HARM for row in group.rows)
    releases = TO_THE_RECORD not in group.fix.procedures
    return unknown, grave, not harms, releases, min(places, default=len(order))


@dataclass(slots=True, kw_only=True)
class RepairSession:
    """One walk through the groups. ``ask`` is None where no person is there."""

    result: Result
    console: Console
    lang: str
    checks: Checks
    run: Run
    ask: Ask | None
    ran_since: tuple[str, ...] = ()
    """Procedures that have run since the report: what it calls red may be green."""
    _red: dict[str, bool] = field(default_factory=dict)
    """Each row that was reached -> whether it is still red."""
    _changed_by: set[Remedy] = field(default_factory=set)
    """The remedies that have changed the environment since the report."""

    def walk(self) -> int:
        """Show, ask, run, judge; return whether nothing forbids a GO now, as an exit code.

        What is wrong with the run or the file of environments, such as a stale waiver, no command removes.
        """
        red, run = groups(self.result), self.result.provenance
        chosen, at = run.chosen + run.own_rows, in_japan(run.read_at)
        problems = self.result.verdict.problems
        for problem in problems:
            self._print(escape(f"{WORDS['by_hand'][self.lang]}: {problem[self.lang]}"))
        if not red:
            self._say(WORDS["green"], at=at, chosen=chosen)
            return Exit.NO if problems else Exit.DONE
        self._say(WORDS["of"], red=sum(len(member.rows) for member in red), groups=len(red), at=at)
        if self.ran_since:
            self._say(WORDS["since"], procedures=", ".join(self.ran_since))
        interrupted = self._through(red)
        still_red = [row for row, still in self._red.items() if still]
        if still_red and self.ask is None:
            self._say(WORDS["unattended"])
        green = len(self._red) - len(still_red)
        self._say(WORDS["left"], green=green, red=len(self._red), chosen=chosen)
        if still_red:
            self._say(WORDS["red"], rows=", ".join(still_red))
        if interrupted:
            self._say(WORDS["interrupted"])
            return Exit.INTERRUPTED
        return Exit.NO if still_red or problems else Exit.DONE

    def _through(self, red: Sequence[Group]) -> bool:
        """Walk through the groups, and through those that come to light; say whether it was broken off."""
        waiting = deque(red)
        self._red |= dict.fromkeys((row for member in red for row in member.ids), True)
        try:
            for number in count(1):
                if not waiting:
                    return False
                group = waiting.popleft()
                if (self.ran_since and number <= len(red)) or self._may_have_healed(group):
                    waiting += self._judged(group)
                    if not any(self._red[row] for row in group.ids):
                        continue
                self._show(number, group)
                answer = self._answer(group)
                if answer == "q":
                    return False
                waiting += self._done(group, answer)
        except KeyboardInterrupt:
            self.console.print()
        return True

    def _may_have_healed(self, group: Group) -> bool:
        """Whether a repair since was the same, went back to the record, or may have fixed what this group only looks at."""
        commands, looks = {*group.fix.commands}, not group.fix.changes
        done = {command for fix in self._changed_by for command in fix.commands}
        back = any(TO_THE_RECORD in fix.procedures for fix in self._changed_by)
        return bool(done and commands) and (looks or back or commands <= done)

    def _show(self, number: int, group: Group) -> None:
        self.console.print()
        for row in group.rows:
            self._print(f"[bold]{number}. {row.row.id}[/] {escape(row.row.promise[self.lang])}")
            self._print(f"   [red]{escape(row.brief[self.lang])}[/]")
        if follow := sum(len(self.result.followers(id_)) for id_ in group.ids):
            self._say(WORDS["follow"], number=follow)
        for line in self._remedy_lines(group.fix):
            self._print(f"   {escape(line)}")

    def _remedy_lines(self, fix: Remedy) -> Iterator[str]:
        if fix.note:
            yield fix.note[self.lang]
        if fix.command:
            yield f"$ {fix.command}"
            yield WORDS["changes" if fix.changes else "reads"][self.lang]
        for _, time in fix.takes:
            yield WORDS["takes"][self.lang].format(time=time[self.lang])
        yield from (f"{WORDS['by_hand'][self.lang]}: {words[self.lang]}" for words in fix.by_hand)

    def _answer(self, group: Group) -> str:
        if self.ask is None:
            return "s"
        question = WORDS["ask" if group.fix.command else "ask_hand"][self.lang]
        return self.ask(question).strip().lower()[:1] or "s"

    def _done(self, group: Group, answer: str) -> tuple[Group, ...]:
        """Do what was answered; return the groups of what only followed, and is red by itself now."""
        fix = group.fix
        if answer == "r" and fix.rehearsal:
            self._run(fix.rehearsal)
            answer = self._answer(group)
        if answer != "y":
            if self.ask:
                self._say(WORDS["skipped"], rows=", ".join(group.ids))
            return ()
        if code := self._run(fix.commands):
            self._say(WORDS["failed"], code=code)
        self._changed_by |= {fix} if fix.changes else set()
        return self._judged(group)

    def _judged(self, group: Group) -> tuple[Group, ...]:
        self._say(WORDS["judging"], rows=", ".join(group.ids))
        followers = [
            follower.row.id for row in group.ids for follower in self.result.followers(row)
        ]
        rows = tuple(dict.fromkeys((*group.ids, *followers)))
        checklist, checks = Checklist.load(), self.checks
        if own := self.result.provenance.checks:
            checklist = checklist.with_own(Path(own))
            checks = replace(checks, options=[*checks.options, f"--checks={own}"])
        verdicts = checks.verdicts(rows, checklist)
        for row in group.ids:
            self._red[row] = row in verdicts
            mark = (
                f"[red]{escape(verdicts[row].brief[self.lang])}[/]"
                if row in verdicts
                else f"[green]{WORDS['now_green'][self.lang]}[/]"
            )
            self._print(f"   {row}: {mark}")
        new = [value for id_, value in verdicts.items() if not (value.root or id_ in self._red)]
        if new:
            self._say(WORDS["next"], rows=", ".join(verdict.row.id for verdict in new))
            self._red |= {verdict.row.id: True for verdict in new}
        return _grouped(new, self.result.provenance)

    def _run(self, commands: tuple[str, ...]) -> int:
        """Run the commands as printed until one fails; return its exit code."""
        for command in commands:
            if code := self.run(_arguments(command)):
                if code in {Exit.INTERRUPTED, -signal.SIGTERM, -signal.SIGHUP}:
                    raise KeyboardInterrupt
                return code
        return 0

    def _say(self, words: Words, **values: object) -> None:
        self._print(escape(as_typed(words[self.lang].format(**values))))

    def _print(self, markup: str) -> None:
        self.console.print(markup, soft_wrap=True, highlight=False)


def _arguments(command: str) -> Sequence[str]:
    """Return the arguments of a printed command, with this interpreter for ``python`` and ``pytest``."""
    program, *rest = shlex.split(command)
    if program == "python":
        return [sys.executable, *rest]
    if program in {"pytest", "signoff"}:
        return [sys.executable, "-m", program, *rest]
    raise Refused(
        en=f"{command} is not a command of this project: run it by hand",
        ja=f"{command}は本プロジェクトのコマンドではありません。手動で実行してください",
    )


def at_a_terminal(
    root: Path, *, kept: bool = False, lang: str = "en", environments: Path = ENVIRONMENTS
) -> Run:
    """Return what runs a command in ``root``, where a person sees it and answers it; ``kept`` as in ``judge``.

    It speaks the language of the walk, regardless of the locale, and reads the walk's file of environments: another
    one holds other decisions.

    An interruption is the command's: it ends what it has begun, and says where it resumes. It is not killed meanwhile.
    """
    options = [f"--lang={lang}"]
    if own := environments != ENVIRONMENTS:
        options.append(f"--environments={environments.resolve()}")

    def run(arguments: Sequence[str]) -> int:
        command = [*(_without_its_file(arguments) if own else arguments), *options]
        begin = partial(subprocess.Popen, command, cwd=root, env=variables(kept=kept))
        # The terminal sends SIGINT to both.
        return attended(begin, lambda number: 0 if number == signal.SIGINT else number)

    return run


def _without_its_file(arguments: Sequence[str]) -> Iterator[str]:
    """Leave out the file of environments that is printed as the run was given it, perhaps relative to another folder."""
    remaining = iter(arguments)
    for argument in remaining:
        if argument != "--environments":
            yield argument
        else:
            next(remaining)


def typed(question: str) -> str:
    """Ask at the terminal; to close it is to quit."""
    try:
        return input(question)
    except EOFError:
        return "q"
