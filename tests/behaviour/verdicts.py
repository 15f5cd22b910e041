"""What the judge makes of a snapshot, as lines: rows, outcomes, sentences, remedies, decisions."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from signoff.judge.checklist import Checklist
from signoff.judge.outcome import Finding
from signoff.judge.snapshot import Snapshot
from signoff.judge.verdict import RowVerdict
from signoff.report.remedy import all_of, remedy
from tests.behaviour.lines import Texts, fields_of, joined, remedy_text
from tests.defects import DEFECTS, SOUND
from tests.defects.changes import rebound, unread
from tests.foreign.judged import rows_of
from tests.healthy import healthy
from tests.judging import judge
from tests.provenance import PROVENANCE
from tests.watching import healthy_again, readers

CHECKLIST = Checklist.load()
REBOUND = rebound(healthy())
BREAKS = {**{str(defect): defect.breaks for defect in DEFECTS}, **SOUND}


def checklist_lines(texts: Texts) -> Iterator[str]:
    """Yield the words of each row, and each remedy that it prints where it has failed."""
    for row in CHECKLIST:
        remedies = {name: texts.key(text) for text, name in usual_remedies(row.id).items()}
        yield f"row {row.id} {row.severity} {row.phase} " + fields_of(
            unwaivable=row.unwaivable, **remedies
        )


def healthy_lines(texts: Texts) -> Iterator[str]:
    """Yield what each row compares on a healthy production, and by which calls it read that."""
    for row, verdict in rows_of(judge(healthy())).items():
        yield f"healthy {row} {verdict.outcome} " + fields_of(
            tests=len(verdict.findings),
            proof=joined(texts.words(found.proof) for found in verdict.findings),
        )
        for compared in (each for found in verdict.findings for each in found.compared):
            fact, expected = compared.fact, compared.expected
            yield f"compared {row} " + texts.key(
                f"{fact.en} ‖ {fact.ja} | {compared.call} | {expected.en} ‖ {expected.ja}"
                f" | {compared.decided_in.en} ‖ {compared.decided_in.ja}"
            )


@cache
def judged(case: str) -> tuple[Snapshot, tuple[Finding, ...]]:
    """Return a healthy production with this defect, or with this that is sound, and its findings: worked out once."""
    broken = REBOUND(BREAKS[case](healthy()))
    return broken, healthy_again()(broken)


def defect_lines(texts: Texts) -> Iterator[str]:
    """Yield what each defect turns red; what is unlike ours and right; what a refused section leaves unknown."""
    for defect in DEFECTS:
        yield from case_lines(f"defect {defect}", judged(str(defect))[1], texts)
    for name in SOUND:
        yield from case_lines(f"sound {name}", judged(name)[1], texts)
    for section in sorted(readers()):
        found = healthy_again()(unread(section)(healthy()))
        yield from case_lines(f"unread {section}", found, texts)


def case_lines(case: str, found: Iterable[Finding], texts: Texts) -> Iterator[str]:
    """Yield a line for each row that is not a plain pass, or that all are."""
    findings = tuple(found)
    spoken = {each.row for each in findings if each.outcome.red or each.decided}
    verdicts = rows_of(each for each in findings if each.row in spoken)
    yield from (f"{case} > {row} {_said(verdict, texts)}" for row, verdict in verdicts.items())
    if not spoken:
        yield f"{case} > green"


def _said(verdict: RowVerdict, texts: Texts) -> str:
    red = [found for found in verdict.findings if found.outcome.red]
    return f"{verdict.outcome} {verdict.severity} " + fields_of(
        says=joined(texts.words(found.words) for found in red),
        remedy=_remedy(verdict, texts),
        paste=joined(texts.key(_shortened(table)) for table in verdict.decisions_to_paste),
        undecidable=joined(texts.words(found.undecidable) for found in red if found.undecidable),
        obstacle=joined(found.obstacle.name for found in red if found.obstacle),
        action=joined(found.action for found in red),
        until=joined(found.until.isoformat() for found in red if found.until),
        decided=joined(
            texts.key(f"{each.decision.what} = {each.decision.value} loosens={each.loosens}")
            for each in verdict.decisions
        ),
    )


def _shortened(table: str) -> str:
    """Leave out of a decision what all of them have."""
    head, _, rest = table.partition("\n")
    what, _, blanks = rest.rpartition('\nby = "…"')
    usual = (head, blanks) == ("[[prod.decisions]]", '\nwhy = "…"')
    return what if usual else table


def _remedy(verdict: RowVerdict, texts: Texts) -> str:
    if not verdict.outcome.red:
        return ""
    printed = remedy_text(remedy(verdict, PROVENANCE))
    return usual_remedies(verdict.row.id).get(printed) or texts.key(printed)


def usual_remedies(row: str) -> Mapping[str, str]:
    """Return text -> name of each remedy of a row."""
    names = ("remedy", *(f"remedy:{name}" for name in CHECKLIST[row].remedies))
    printed = (remedy_text(each) for each in all_of(CHECKLIST[row], PROVENANCE))
    return dict(reversed([*zip(printed, names, strict=True)]))
