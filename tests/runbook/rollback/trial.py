"""A rollback that goes wrong in the middle of it: what it says, what the journal knows, and that it goes on."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from runbook.engine import Journal, Procedure, Run, Stopped
from tests.runbook.desk import Desk
from tests.runbook.rollback.breaking import CUT, DENIED, EXPIRED, cut_off, denied, signed_out
from tests.runbook.rollback.operator import Operator
from tests.runbook.toy import WHO, Memory

Breaking = Callable[[Desk, str, int], AbstractContextManager[None]]
MODES: Mapping[str, tuple[Breaking, str]] = {
    "denied": (denied, DENIED),
    "signed out": (signed_out, EXPIRED),
    "answer lost": (cut_off, CUT),
}
Seen = Mapping[str, Any]
"""Resource, as the journal calls it -> what callers or operators have of it."""


@dataclass(frozen=True)
class Trial:
    """One procedure, run by one operator with a journal of its own; ``seen`` looks past the procedure."""

    operator: Operator
    procedure: ModuleType
    folder: Path
    seen: Callable[[], Seen]
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def journal(self) -> Journal:
        return Journal(self.folder / "journal.jsonl")

    def run(self) -> None:
        """Run it as the command line does, where nobody is there to be asked."""
        Run(
            procedure=Procedure.of(self.procedure),
            context=self.operator.context(**self.chosen),
            journal=self.journal,
            screen=Memory(),
            who=WHO,
            unattended=True,
        ).perform()

    def stop(self, mode: str, operation: str, number: int) -> None:
        """Run it into the n-th call of an operation, and hold message and journal to what is seen."""
        breaking, why = MODES[mode]
        before = self.seen()
        with (
            breaking(self.operator.desk, operation, number),
            pytest.raises(Stopped, match=re.escape(why)),
        ):
            self.run()
        now = self.seen()
        moved = {name for name in {*before, *now} if before.get(name) != now.get(name)}
        made, broken = self.told("change"), self.told("broken")
        assert made <= moved, f"told as made, and not so: {made - moved}"
        assert moved <= made | broken, f"made, and not told: {moved - made - broken}"
        assert self.results() == ["failed"]

    def told(self, what: str) -> set[str]:
        """Return the resources that the journal tells of; records of evidence are none."""
        entries = [one for one in self.journal if one.what == what]
        changes = [change for one in entries for change in one.detail["changes"]]
        return {one["resource"] for one in changes} - {"evidence"}

    def results(self) -> list[str]:
        return [one.detail["result"] for one in self.journal if one.what == "end"]
