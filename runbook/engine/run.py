"""Runs a procedure: ``rehearse`` shows the changes, ``perform`` makes them, and a stopped run resumes."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NoReturn, TypeVar

from aws.change.gate import Change, Changes, Declined, Refused, destructive
from aws.words import Bilingual, Words, joined
from runbook.engine.change_lines import AppliedChanges
from runbook.engine.evidence import Signing
from runbook.engine.journal import Entry, Journal
from runbook.engine.rehearsal import RehearsedStep
from runbook.engine.screen import ConsoleScreen
from runbook.engine.step import Procedure, Step
from runbook.engine.step_context import StepContext
from signoff.environment import in_japan
from signoff.judge.errors import EXPECTED, sentence

PROOF_EVERY_S = 10
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RedRow:
    """Why a row is red: the sentence of its worst finding."""

    sentence: Words
    settles_s: float = 0
    """Seconds until the call that read it shows a change; see ``runbook.engine.propagation``."""
    root: str | None = None
    """The red row that it only follows from."""
    undone_by: str = ""
    """The command that removes the unplanned setting; empty if the row needs another repair."""
    aside: bool = False
    """Not red: it was not judged here, and the sentence says why."""
    unjudged: bool = False
    """Nothing was said of it; the sentence, the same for all rows, says why."""


Judge = Callable[[tuple[str, ...]], Mapping[str, RedRow]]
"""Rows -> those of them that are red, or set aside."""


class Stopped(Bilingual):
    """A step failed, was declined, or its rows are red."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of one procedure by one caller."""

    procedure: Procedure
    context: StepContext
    journal: Journal
    screen: ConsoleScreen
    who: str
    judge: Judge | None = None
    """None: nothing is judged, so nothing is said of rows."""
    signatures: Signing | None = None
    """Unlike an entry of the journal, they are bound to a release. None: no step needs one."""
    rights: str = ""
    """The command that prints the IAM policy that this procedure needs."""
    unattended: bool = False
    """Run without a person to ask: what only a person can do is left open, and never counted as done."""
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    applied: AppliedChanges = field(default_factory=AppliedChanges)
    _tried: dict[str, bool] = field(default_factory=dict)
    """Step that may wait -> whether the person has done it: asked once for all of them."""
    _aside: set[str] = field(default_factory=set)
    """Rows that were not judged here, told once."""

    def rehearse(self) -> Changes:
        """Show what each step would change, and change nothing; raise Stopped where one can't go on."""
        self.screen.opened(self.procedure, go=False, resumed=False)
        self._ready(replace(self.context, go=False))
        steps: list[RehearsedStep] = []
        try:
            for number, step in enumerate(self.procedure.steps, 1):
                steps.append(self._rehearsed(number, step))
        except BaseException:
            self.screen.rehearsed(steps, whole=False)
            raise
        self.screen.rehearsed(steps, whole=True)
        return tuple(change for rehearsed in steps for change in rehearsed.changes)

    def _rehearsed(self, number: int, step: Step) -> RehearsedStep:
        lines: list[str | Words] = []
        if step.action is None:
            return RehearsedStep(number, step, (), ())
        looking = replace(self.context, go=False, tell=lines.append)
        changes = self._attempt(step, step.action, looking, kept=False)
        return RehearsedStep(number, step, changes, tuple(lines))

    def perform(self) -> Changes:
        """Do every step that is not done; raise Stopped at the first that can't be, or if another run does them."""
        name, environment = self.procedure.name, self.context.environment.name
        with self.journal.held(name, environment) as alone:
            if not alone:
                raise Stopped(
                    en=f"another run of {name} for {environment} is under way on this machine; wait until it has"
                    " ended, then enter this again",
                    ja=f"{environment}の{name}は、このマシンの別の実行が処理中です。終了してから再実行してください",
                )
            return self._performed()

    def _performed(self) -> Changes:
        before = self.journal.unfinished(self.procedure.name, self.context.environment.name)
        self.screen.opened(self.procedure, go=True, resumed=bool(before))
        self._ready(replace(self.context, go=True))
        self._write("begin", detail={"resumed": bool(before)})
        made: list[Change] = []
        due: list[str] = []
        later: dict[str, str] = {}
        for number, step in enumerate(self.procedure.steps, 1):
            self.screen.step(number, step)
            made += self._do(step, before)
            due += self.procedure.due(number)
            later |= self._prove(self.procedure.due(number), step, due, changed=bool(made))
        open_ = tuple(row for row, root in later.items() if root in due)
        self._prove(open_, step, due, changed=bool(made))
        self._write("end", detail={"result": "done"})
        return tuple(made)

    def _ready(self, context: StepContext) -> None:
        """Stop before the first step where a later one would stop for what a person has to give."""
        try:
            if self.procedure.ready:
                self.procedure.ready(context)
        except (Refused, *EXPECTED) as error:
            why = self._explained(error)
            raise Stopped(
                en=f"before the first step: {why.en}", ja=f"最初のステップの前: {why.ja}"
            ) from None

    def _do(self, step: Step, before: Sequence[Entry]) -> Changes:
        if step.action is None:
            self._by_hand(step, before)
            return ()
        said: list[str | Words] = []

        def tell(line: str | Words) -> None:
            said.append(line)
            self.context.tell(line)

        looking = replace(self.context, go=False, rehearsed=False, tell=tell)
        changes = self._attempt(step, step.action, looking, kept=True)
        if not changes:
            self._note_as_planned(step, before, "done" if said else "held")
            return ()
        self.screen.changes(changes)
        made = self._attempt(
            step, step.action, self._going(step, self._agreed(step, changes)), kept=True
        )
        self.screen.outcome("done", step)
        self._write("done", step)
        return made

    def _by_hand(self, step: Step, before: Sequence[Entry]) -> None:
        if earlier := self._earlier(step, before):
            self.screen.outcome("held", step, earlier)
        elif step.is_done and self._attempt(step, step.is_done, self.context, kept=True):
            self._note_as_planned(step, before)
        elif step.may_wait and self.signatures and self.signatures.needless(step):
            self.screen.outcome("judged", step)
        elif self.unattended:
            self.screen.outcome("by hand", step)
            self._write("left", step)
        elif self._confirmed(step, before):
            self._sign(step)
            self.screen.outcome("confirmed", step)
            self._write("confirmed", step)
        elif step.may_wait:
            self.screen.outcome("left", step)
            self._write("left", step)
        else:
            self._stop("declined", step, Words(en="not confirmed", ja="完了が確認されていません"))

    def _confirmed(self, step: Step, before: Sequence[Entry]) -> bool:
        if not step.may_wait:
            return self.screen.confirmed(step)
        if step.name not in self._tried:
            waiting = {
                number: other
                for number, other in enumerate(self.procedure.steps, 1)
                if other.may_wait
                and not self._earlier(other, before)
                and not (self.signatures and self.signatures.needless(other))
            }
            tried = self.screen.tried(waiting)
            self._tried.update({other.name: number in tried for number, other in waiting.items()})
        return self._tried[step.name]

    def _earlier(self, step: Step, before: Sequence[Entry]) -> str:
        if self.signatures and self.signatures.proves(step):
            return self.signatures.standing(step)
        entry = _last(before, step, "confirmed")
        return _who_and_when(entry) if entry else ""

    def _sign(self, step: Step) -> None:
        try:
            if self.signatures and self.signatures.proves(step):
                self.signatures.sign(step)
        except (Refused, *EXPECTED) as error:
            self._stop("failed", step, self._explained(error))

    def _note_as_planned(self, step: Step, before: Sequence[Entry], event: str = "held") -> None:
        earlier = _last(before, step, "done", "held")
        self.screen.outcome(event, step, _who_and_when(earlier) if earlier else "")
        self._write("held", step)

    def _agreed(self, step: Step, changes: Changes) -> frozenset[str]:
        """Ask once for all destructive changes of a step. A change that it finds only later was not agreed to."""
        lost = destructive(changes)
        if lost and not self.screen.agreed(lost):
            self._stop(
                "declined",
                step,
                Words(
                    en="the destructive changes were not agreed to",
                    ja="元に戻せない変更が確認されませんでした",
                ),
            )
        return frozenset(map(repr, lost))

    def _going(self, step: Step, agreed: frozenset[str]) -> StepContext:
        def note(changes: Sequence[Change], whole: bool) -> None:
            self.applied.note(changes, whole)
            noted = [change.as_json() for change in changes]
            self._write("change" if whole else "broken", step, detail={"changes": noted})

        return replace(
            self.context,
            go=True,
            permit=lambda lost: agreed.issuperset(map(repr, lost)),
            note=note,
            explain=self._explained,
        )

    def _explained(self, error: BaseException) -> Words:
        return sentence(error, self.who, self.rights)

    def _attempt(
        self, step: Step, action: Callable[[StepContext], T], context: StepContext, *, kept: bool
    ) -> T:
        try:
            return action(context)
        except (Refused, *EXPECTED) as error:
            event = "declined" if isinstance(error, Declined) else "failed"
            self._stop(event, step, self._explained(error), kept=kept)

    def _prove(
        self, rows: tuple[str, ...], step: Step, due: Sequence[str], *, changed: bool
    ) -> dict[str, str]:
        """Stop if a row is red; return the rows that only follow from a row not yet ``due``, and that row.

        Another procedure removes unplanned settings: they are reported, and do not stop this one.
        """
        if not rows or self.judge is None:
            return {}
        self.context.watch(", ".join(rows))
        red, later, foreign = self._judged(rows), dict[str, str](), dict[str, str]()
        for row, red_row in [*red.items()]:
            if red_row.root and red_row.root not in due:
                later[row] = red.pop(row).root or ""
            elif self._is_foreign(red_row):
                foreign[row] = red.pop(row).undone_by
        for row, command in foreign.items():
            self.context.say(
                en=f"{row} stays red until a later procedure has run: {command}",
                ja=f"{row}は、後続の手順を実行するまで不合格です: {command}",
            )
        if changed and red:
            red = self._asked_again(red)
        if red:
            still = Words(en="{} is still red: {}", ja="{}がまだ不合格です: {}")
            reasons = (
                red_row.sentence if red_row.unjudged else still.format(row, red_row.sentence)
                for row, red_row in red.items()
            )
            why = joined(dict.fromkeys(reasons))
            applied = Words(en=f"applied, but {why.en}", ja=f"適用しましたが、{why.ja}")
            self._stop("red", step, applied, rows=tuple(red))
        if green := [row for row in rows if row not in {*later, *foreign, *self._aside}]:
            self.screen.outcome("green", step, ", ".join(green))
        for row, root in later.items():
            self.context.say(
                en=f"{row} follows from {root}, and is judged again once that is green",
                ja=f"{row}は{root}に起因するため、{root}の合格後に改めて判定します",
            )
        return later

    def _judged(self, rows: tuple[str, ...]) -> dict[str, RedRow]:
        """Return the rows that are red; tell of those that were not judged here, which are not green either."""
        red_rows = self.judge(rows) if self.judge else {}
        for row, red_row in red_rows.items():
            if red_row.aside and row not in self._aside:
                self._aside.add(row)
                why = red_row.sentence
                self.context.say(en=f"{row}: {why.en}", ja=f"{row}: {why.ja}")
        return {row: value for row, value in red_rows.items() if not value.aside}

    def _is_foreign(self, red_row: RedRow) -> bool:
        """Whether another procedure removes it; never where a person signs, who must not sign above a red row."""
        own = f"runbook {self.procedure.name} " in red_row.undone_by
        signs = self.signatures.proves if self.signatures else lambda _: False
        return bool(red_row.undone_by) and not own and not any(map(signs, self.procedure.steps))

    def _asked_again(self, red: Mapping[str, RedRow]) -> dict[str, RedRow]:
        """Judge red rows again while AWS may not show yet what was changed; return what is red at last."""
        still_red = dict(red)

        def green() -> bool:
            late = tuple(row for row, red_row in still_red.items() if red_row.settles_s)
            again = self._judged(late)
            for row in late:
                del still_red[row]
            still_red.update(again)
            return not any(red_row.settles_s for red_row in still_red.values())

        late = {row: red_row.settles_s for row, red_row in red.items() if red_row.settles_s}
        if late and len(late) == len(red):
            rows = ", ".join(late)
            awaited = Words(
                en=f"AWS shows what is asked for by {rows}: red so far, and asked again",
                ja=f"{rows}の確認対象がAWSの応答に現れること（まだ未達のため再確認します）",
            )
            self.context.sleep(PROOF_EVERY_S)
            with suppress(Refused):  # what is red then, is red
                self.context.wait(
                    green, until=awaited, every_s=PROOF_EVERY_S, within_s=max(late.values())
                )
        return still_red

    def _stop(
        self, event: str, step: Step, why: Words, *, kept: bool = True, rows: tuple[str, ...] = ()
    ) -> NoReturn:
        if kept:
            self.screen.outcome(event, step, why)
        if stands := self.applied.in_words():
            self.context.tell(stands)
        if kept:
            self._write(event, step, detail={"error": why.en, "rows": rows})
            self._write("end", detail={"result": event})
        raise Stopped(en=f"{_key(step)}: {why.en}", ja=f"{_key(step)}: {why.ja}")

    def _write(
        self, event: str, step: Step | None = None, detail: dict[str, Any] | None = None
    ) -> None:
        self.journal.write(
            who=self.who,
            environment=self.context.environment.name,
            procedure=self.procedure.name,
            run=self.id,
            what=event,
            step=_key(step) if step else "",
            detail=detail or {},
        )


def _key(step: Step) -> str:
    return f"{step.module.rpartition('.')[2]}.{step.name}"


def _last(entries: Sequence[Entry], step: Step, *events: str) -> Entry | None:
    matches = [entry for entry in entries if entry.step == _key(step) and entry.what in events]
    return matches[-1] if matches else None


def _who_and_when(entry: Entry) -> str:
    return f"{in_japan(datetime.fromisoformat(entry.at))} {entry.who}"
