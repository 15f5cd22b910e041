"""After a run: what it wrote is taken away, and whether LINE was called is looked up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from botocore.exceptions import BotoCoreError, ClientError

from load.cleanup import Cleaner, used_users
from load.engine import used
from load.engine.measurement import Measurement
from load.engine.plan import AWARD
from load.engine.run_file import USED_FILE, Run
from load.engine.verdict import Verdict
from load.logins import USERS as LOGIN_USERS
from load.sessions import PREFIX
from load.silence import line_heard
from load.target import Aws, Say, Target

FUNCTION_LIMIT_S = 31
"""No function runs longer than 30 s (guide step 3-2)."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Of one run; ``folder`` holds the list of used pairs."""

    run: Run
    target: Target
    aws: Aws
    folder: Path
    say: Say
    pause: Callable[[float], None]

    def remove(self, verdict: Verdict | None) -> Mapping[str, Any] | None:
        """Take the traces away; None where nothing was written.

        Returns {"users", "deleted", "left", "line_calls"}. What can't be proven gone counts as left.
        """
        if not self.run.plan.awards and not self.run.pool.logins:
            return None
        self._let_stragglers_end(verdict)
        self.say("taking away what was written")
        visitors = self._visitors(verdict)
        try:
            done = self._cleaner().clean_patiently(visitors, self._logins())
            return {**done, "line_calls": line_heard(self.target, PREFIX)}
        except (ClientError, BotoCoreError, requests.RequestException) as error:
            self.say(
                f"what was written can't be proven gone ({error}); let this caller read and delete "
                f"items of {self.target.user_stamps}, then: python -m load clean --env "
                f"{self.target.name} {self.folder / USED_FILE}"
            )
            users = len(visitors) + len(self._logins())
            # Where no pair is known, there is still no proof that nothing was written.
            return {"users": users, "deleted": 0, "left": max(1, users), "line_calls": 0}

    def _visitors(self, verdict: Verdict | None) -> set[str]:
        """Name those who may have been awarded: all where a worker may have taken its list with it."""
        if verdict is None or not verdict.measurement.listed:
            used.note_all(self.folder, self.run.pool)
        return set(used_users(self.folder / USED_FILE))

    def _logins(self) -> tuple[str, ...]:
        return LOGIN_USERS if self.run.pool.logins else ()

    def _cleaner(self) -> Cleaner:
        client = self.aws("dynamodb")
        return Cleaner(client, self.target.user_stamps, self.target.users, self.pause)

    def _let_stragglers_end(self, verdict: Verdict | None) -> None:
        """Wait where an award had no answer: its function may still write, up to its time limit."""
        if verdict and not _may_be_under_way(verdict.measurement):
            return
        ended = verdict.ended if verdict else datetime.now(UTC)
        left = FUNCTION_LIMIT_S - (datetime.now(UTC) - ended).total_seconds()
        if left > 0:
            self.say(f"waiting {left:.0f} s for awards that may still be under way")
            self.pause(left)


def _may_be_under_way(seen: Measurement) -> bool:
    """Whether an award failed, never finished, or was sent by a worker that did not tell how it ended."""
    failed = seen.steps.total("failed", endpoint=AWARD)
    return bool(failed or seen.unfinished(None, AWARD) or seen.unheard)
