"""From findings to the word that the meeting reads: GO, CONDITIONAL, NO-GO, or no verdict."""

import enum
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from aws.words import Words
from signoff.environment.accountability import Acceptance, Decision, Waiver
from signoff.judge.checklist import Phase, Severity
from signoff.judge.observations import AppliedDecision
from signoff.judge.outcome import Outcome, RowVerdict, gravity
from signoff.judge.staleness import STALE_DAYS

WAIVER_DAYS = 30
"""A waiver may last at most this many days."""

NO_SUCH_ROW = Words(
    en="there is no such row in this phase; delete the waiver",
    ja="このフェーズにその項目はありません。免除を削除してください",
)
STOPS_CALLS = Words(
    en="calls fail by what is red there, which no person can waive; fix it",
    ja="不合格の内容により呼び出しが失敗するため、免除できません。修正してください",
)
KNOWN_FAULTS = "known_faults"
"""The key of the environment file that accepts a known fault, in place of a person's name."""


def wrong_with(waiver: Waiver, judged: Mapping[str, RowVerdict], today: date) -> Words | None:
    """Return what is wrong with a waiver, or None; an unneeded waiver is wrong, too."""
    row = judged.get(waiver.row)
    faults = _faults(waiver, row, today) if row else iter((NO_SUCH_ROW,))
    return next((of_waiver(waiver, words) for words in faults), None)


def wrong_with_acceptance(accepted: Acceptance, judged: Mapping[str, RowVerdict]) -> Words | None:
    """Return why no person can answer for a row instead of fixing it, or None."""
    row = judged.get(accepted.what)
    if row is None or not row.stops_calls:
        return None
    return Words(
        en=f"accepted {accepted.what}: {STOPS_CALLS.en}",
        ja=f"{accepted.what}の受け入れ: {STOPS_CALLS.ja}",
    )


def _faults(waiver: Waiver, judged: RowVerdict, today: date) -> Iterator[Words]:
    """Yield what is wrong with the waiver of a row that was judged."""
    outcome = judged.outcome
    if judged.row.unwaivable and (judged.certain or not outcome.red):
        yield Words(
            en="this row can't be waived; fix it", ja="この項目は免除できません。修正してください"
        )
    if judged.stops_calls:
        yield STOPS_CALLS
    yield from date_faults(waiver, today)
    if judged.unknown:
        yield Words(
            en="the row is unknown, and what is unknown can't be waived",
            ja="項目が確認不能です。分からないものは免除できません",
        )
    if not outcome.red:
        yield Words(
            en=f"the row is {outcome}; nothing needs this waiver, delete it",
            ja=f"項目は不合格ではありません（{outcome}）。この免除は不要なので削除してください",
        )
    yield from _faults_about_a_record(waiver, judged, today)


def date_faults(waiver: Waiver, today: date) -> Iterator[Words]:
    """Yield what is wrong with the days of a waiver, regardless of its row."""
    ends = waiver.until
    if ends < today:
        yield Words(
            en=f"expired on {ends}; fix the row or decide again",
            ja=f"{ends}に期限切れ。項目を修正するか、決め直してください",
        )
    if ends > today + timedelta(days=WAIVER_DAYS):
        yield Words(
            en=f"lasts until {ends}, more than {WAIVER_DAYS} days; shorten it",
            ja=f"期限が{ends}で、{WAIVER_DAYS}日を超えています。短くしてください",
        )


def _faults_about_a_record(waiver: Waiver, judged: RowVerdict, today: date) -> Iterator[Words]:
    """Yield what is wrong with the waiver of a stale record, or with one that names a release."""
    stale = sorted(
        {finding.stale for finding in judged.findings if finding.outcome.red and finding.stale}
    )
    ends, live = waiver.until, " or ".join(stale)
    if waiver.release is not None and not stale:
        yield Words(
            en="its record is not stale; take release out of the waiver",
            ja="記録は無効になっていません。免除からreleaseを取り除いてください",
        )
    if stale and ends > today + timedelta(days=STALE_DAYS):
        yield Words(
            en=f"its record is stale, which is waived for a day at most, not until {ends}",
            ja=f"記録が無効になった項目の免除は最長1日です（{ends}までは不可）",
        )
    if stale and waiver.release not in stale:
        yield Words(
            en=f'its record is stale, and the waiver is not for what is live; add release = "{live}"',
            ja=f'記録が無効になっており、この免除は稼働中の内容についてのものではありません。release = "{live}"としてください',
        )


def of_waiver(waiver: Waiver, words: Words) -> Words:
    return Words(en=f"waiver of {waiver.row}: {words.en}", ja=f"{waiver.row}の免除: {words.ja}")


class VerdictWord(enum.StrEnum):
    GO = "GO"
    CONDITIONAL = "CONDITIONAL"
    NO_GO = "NO-GO"
    NONE = "NO VERDICT"

    @property
    def words(self) -> Words:
        ja = {VerdictWord.CONDITIONAL: "条件付きGO", VerdictWord.NONE: "判定なし"}
        return Words(en=self.value, ja=ja.get(self, self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCondition:
    """Something about the run itself that makes it CONDITIONAL at best."""

    what: str
    """Its name, by which a person answers for it."""
    words: Words

    @classmethod
    def of(cls, what: str, *, en: str, ja: str) -> "RunCondition":
        return cls(what=what, words=Words(en=en, ja=ja))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``problems`` are sentences about the run or the file that forbid a GO even if all rows pass."""

    decision: VerdictWord
    rows: tuple[RowVerdict, ...]
    problems: tuple[Words, ...] = ()
    conditions: tuple[RunCondition, ...] = ()
    accepted: tuple[Acceptance, ...] = ()
    """Who answers for a condition, until a day that has not passed."""

    def having(self, *outcomes: Outcome) -> tuple[RowVerdict, ...]:
        return tuple(row for row in self.rows if row.outcome in outcomes)

    @property
    def decisions(self) -> tuple[AppliedDecision, ...]:
        """Decisions in force, each once: those that loosen a bound of the guide or of security first."""
        applied_once = dict.fromkeys(applied for row in self.rows for applied in row.decisions)
        return tuple(
            sorted(applied_once, key=lambda applied: (not applied.loosens, applied.decision.what))
        )

    def owner(self, condition: str) -> Acceptance | None:
        """Return who answers for a row, a decision or a condition of the run; None without an owner."""
        return next(
            (acceptance for acceptance in self.accepted if acceptance.what == condition), None
        )

    @property
    def unowned(self) -> tuple[str, ...]:
        """Return what makes it CONDITIONAL and has no owner or no day."""
        majors = [
            row.row.id
            for row in self.having(Outcome.FAIL, Outcome.NOT_TESTABLE)
            if row.severity is Severity.MAJOR
        ]
        endless = [
            applied.decision.what
            for applied in self.decisions
            if applied.loosens and not applied.decision.until
        ]
        of_the_run = [condition.what for condition in self.conditions]
        every = dict.fromkeys((*majors, *endless, *of_the_run))
        return tuple(name for name in every if self.owner(name) is None)

    @property
    def before_the_cut_over(self) -> VerdictWord:
        """What it would be without the rows that only the cut-over makes true."""
        rows = [row for row in self.rows if row.row.phase is Phase.BEFORE]
        return _weigh(rows, self.problems, self.conditions)

    @property
    def judged(self) -> int:
        """Rows that have a finding, passed or failed."""
        return len(self.rows) - len(self.having(Outcome.EXCLUDED, Outcome.NOT_HERE))


def decide(  # noqa: PLR0913 - keywords that a caller may leave out
    rows: Iterable[RowVerdict],
    waivers: Sequence[Waiver],
    *,
    today: date,
    problems: Sequence[Words],
    decisions: Sequence[Decision] = (),
    conditions: Sequence[RunCondition] = (),
    accepted: Sequence[Acceptance] = (),
    known_faults: Mapping[str, str] | None = None,
) -> Verdict:
    """Apply the waivers and weigh the rows. Every row of the phase must be among ``rows``.

    ``known_faults``: rows that may fail in this environment, with the reason.
    ``decisions`` are those of the environment file: one that answered nothing is wrong, as a waiver is.
    ``conditions`` make it CONDITIONAL at best; ``accepted`` says who answers for one, and makes nothing better.
    """
    judged = {judged_row.row.id: judged_row for judged_row in rows}
    wrong = [text for waiver in waivers if (text := wrong_with(waiver, judged, today))]
    wrong += [
        text for acceptance in accepted if (text := wrong_with_acceptance(acceptance, judged))
    ]
    wrong += _needless(decisions, judged.values(), today)
    for waiver in waivers:
        if not wrong_with(waiver, judged, today):
            judged[waiver.row] = _waived(judged[waiver.row], waiver)
    for id_, why in (known_faults or {}).items():
        row = judged.get(id_)
        if row and row.outcome.red and not row.unknown:  # what is unknown is no known fault
            judged[id_] = _waived(row, Waiver(row=id_, until=today, reason=why, by=KNOWN_FAULTS))
    settled = _followed(_followed(judged, _waived_with_its_roots), _as_grave_as_its_roots)
    verdicts = tuple(settled.values())
    troubles = (*problems, *wrong, *_rootless(verdicts))
    return Verdict(
        decision=_weigh(verdicts, troubles, conditions),
        rows=verdicts,
        problems=troubles,
        conditions=tuple(conditions),
        accepted=tuple(acceptance for acceptance in accepted if acceptance.until >= today),
    )


def _needless(
    decisions: Sequence[Decision], rows: Collection[RowVerdict], today: date
) -> Iterator[Words]:
    findings = [finding for row in rows for finding in row.findings]
    undecided = {subject: finding.row for finding in findings for subject in finding.tables_on}
    applied = {decision.decision for row in rows for decision in row.decisions}
    for made in decisions:
        if made.until is not None and made.until < today:
            yield Words(
                en=f"decision on {made.what}: expired on {made.until}; fix it or decide again",
                ja=f"{made.what}についての例外承認: {made.until}に期限切れ。修正するか、承認し直してください",
            )
        elif made not in applied and made.what in undecided:
            row = undecided[made.what]
            yield Words(
                en=f"decision on {made.what} (value {made.value}): {row} now finds something else; "
                f"if you intend that, replace the decision with the lines of {row}",
                ja=f"{made.what}についての例外承認（値: {made.value}）: {row}で確認した内容と一致しません。"
                f"意図した状態であれば、{row}に表示された行に置き換えてください",
            )
        elif made not in applied:
            yield Words(
                en=f"decision on {made.what}: nothing needs it (value {made.value}); delete it",
                ja=f"{made.what}についての例外承認（値: {made.value}）: 不要です。削除してください",
            )


def _weigh(
    rows: Sequence[RowVerdict], problems: Sequence[Words], conditions: Sequence[RunCondition]
) -> VerdictWord:
    if problems or any(judged_row.blocks for judged_row in rows):
        return VerdictWord.NO_GO
    if conditions or any(applied.loosens for row in rows for applied in row.decisions):
        return VerdictWord.CONDITIONAL
    if any(judged_row.outcome is Outcome.WAIVED for judged_row in rows):
        return VerdictWord.CONDITIONAL
    if any(judged_row.outcome.red and judged_row.severity is Severity.MAJOR for judged_row in rows):
        return VerdictWord.CONDITIONAL
    return VerdictWord.GO


def _rootless(rows: Sequence[RowVerdict]) -> Iterator[Words]:
    """Yield the rows that follow from a row that is not red: no row would then say what is wrong."""
    roots = {
        judged_row.row.id for judged_row in rows if judged_row.outcome.red or judged_row.waiver
    }
    for row in rows:
        if row.outcome is Outcome.FOLLOWS and row.root not in roots:
            yield Words(
                en=f"{row.row.id} follows from {row.root}, which is not red ({row.reason.en}): a fault of the checks, please report it",
                ja=f"{row.row.id}の原因とされる{row.root}が不合格ではありません（{row.reason.ja}）。チェックの不具合です。ご報告ください",
            )


def _waived(judged: RowVerdict, waiver: Waiver) -> RowVerdict:
    return replace(
        judged,
        outcome=Outcome.WAIVED,
        root=None,
        reason=Words(
            en=f"waived until {waiver.until} by {waiver.by}: {waiver.reason}",
            ja=f"{waiver.by}が{waiver.until}まで免除: {waiver.reason}",
        ),
        waiver=waiver,
    )


Step = Callable[[RowVerdict, Sequence[RowVerdict]], RowVerdict | None]
"""A row that only follows, and the roots of all that is red about it -> what becomes of it; None: it stays as it is."""


def _followed(judged: Mapping[str, RowVerdict], step: Step) -> dict[str, RowVerdict]:
    """Take a step with every row that only follows, one round for each link of a chain."""
    rows = dict(judged)

    def changed(row: RowVerdict) -> RowVerdict | None:
        roots = [finding.root or "" for finding in row.findings if finding.outcome.red]
        follows = row.outcome is Outcome.FOLLOWS and rows.keys() >= {*roots}
        return step(row, [rows[root] for root in roots]) if follows else None

    while changes := {id_: new for id_, row in rows.items() if (new := changed(row))}:
        rows |= changes
    return rows


def _as_grave_as_its_roots(row: RowVerdict, roots: Sequence[RowVerdict]) -> RowVerdict | None:
    """Let it block no more than its roots do."""
    lighter = row.blocks and all(root.outcome.red and not root.blocks for root in roots)
    return replace(row, severity=Severity.MAJOR) if lighter else None


def _waived_with_its_roots(row: RowVerdict, roots: Sequence[RowVerdict]) -> RowVerdict | None:
    """Waive it where waivers answer for all that is red about it: none covers a row graver than its own, or an unwaivable one."""
    own = gravity(row.row.severity)
    if row.row.unwaivable or not all(
        root.outcome is Outcome.WAIVED and gravity(root.row.severity) <= own for root in roots
    ):
        return None
    first = next(root for root in roots if root.row.id == row.root)
    return replace(
        row,
        outcome=Outcome.WAIVED,
        reason=Words(
            en=f"follows from {first.row.id}, {first.reason.en}",
            ja=f"{first.row.id}に起因（{first.reason.ja}）",
        ),
        waiver=first.waiver,
    )
