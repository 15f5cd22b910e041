"""Cleaning by hand: what a list of used pairs names is taken away, and the verdict beside it gets the proof."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from load.aftermath import FUNCTION_LIMIT_S
from load.artefacts import publish
from load.cleanup import Cleaner, used_users
from load.engine.gate import Refused
from load.engine.plan import AWARD
from load.engine.used import ANY
from load.engine.verdict import FILE_NAME, Verdict
from load.logins import USERS as LOGIN_USERS
from load.merge import read_parts
from load.sessions import PREFIX
from load.silence import line_heard
from load.target import Aws, Say, Target


def verdict_beside(used: Path, environment: str) -> Verdict | None:
    """Read the verdict of the run that left this list; `Refused` where it is of another environment."""
    file = used.parent / FILE_NAME
    if not file.exists():
        return None
    (verdict,) = read_parts([file])
    theirs = verdict.about.get("environment")
    if theirs != environment:
        raise Refused(f"{used} is of a run on {theirs}; clean it with --env {theirs}")
    return verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """Cleaning of one list; ``verdict`` is of the run that left it, where that is known."""

    used: Path
    verdict: Verdict | None
    target: Target
    aws: Aws
    say: Say
    pause: Callable[[float], None] = time.sleep

    def clean(self) -> Mapping[str, Any]:
        """Delete, read again, and prove it: {"users", "deleted", "left", "line_calls"}."""
        self._let_stragglers_end()
        tables = self.target.user_stamps, self.target.users
        cleaner = Cleaner(self.aws("dynamodb"), *tables, self.pause)
        # They exist on no LINE, so that nobody else made them: a fake of LINE lets anyone log in.
        logins = LOGIN_USERS if self.target.line else ()
        done = cleaner.clean_patiently(used_users(self.used), logins)
        proof = {**done, "line_calls": line_heard(self.target, PREFIX)}
        if self.verdict and self._names_all(self.verdict):
            publish(replace(self.verdict, cleanup=proof), self.used.parent)
        return proof

    def _let_stragglers_end(self) -> None:
        if self.verdict is None:
            return
        left = FUNCTION_LIMIT_S - (datetime.now(UTC) - self.verdict.ended).total_seconds()
        if left > 0:
            self.say(f"waiting {left:.0f} s for awards that may still be under way")
            self.pause(left)

    def _names_all(self, verdict: Verdict) -> bool:
        """Tell whether the list names every award that the verdict counted."""
        pairs = {tuple(json.loads(line)) for line in self.used.read_text().splitlines()}
        if any(stamp == ANY for _, stamp in pairs):
            return True
        awards = verdict.measurement.steps.total("issued", endpoint=AWARD)
        if len(pairs) < awards:
            said = f"{self.used} names {len(pairs)} of {awards} awards"
            self.say(f"{said}: of the others nothing is proven")
        return len(pairs) >= awards
