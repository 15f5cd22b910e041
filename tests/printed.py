"""All that a row may print where it has failed, as the page would print it."""

from collections.abc import Iterator
from dataclasses import replace

from signoff.judge.checklist import Row
from signoff.judge.outcome import Finding, Outcome, row_verdict
from signoff.judge.result import Provenance
from signoff.report.remedy import Remedy, remedy


def all_of(row: Row, run: Provenance) -> Iterator[Remedy]:
    """Yield the usual remedy first."""
    failed = [Finding(row=row.id, outcome=Outcome.FAIL)]
    for repair in (row.repair, *row.remedies.values()):
        made = replace(row, remedy=repair.run, by_hand=repair.by_hand, in_code=repair.in_code)
        yield remedy(row_verdict(made, failed), run)
