"""Take the remedy of a red row as it is printed, in this process, and judge again."""

import io
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from aws.inventory import Inventory
from runbook.__main__ import main
from signoff.judge.checklist import Checklist
from signoff.judge.outcome import Finding, Outcome, RowVerdict
from signoff.judge.snapshot import Snapshot
from signoff.report.remedy import Remedy, remedy
from tests.folder_store import store_in
from tests.foreign.account import Account, with_evidence
from tests.foreign.changes.change import Change
from tests.foreign.judged import rows
from tests.healthy import PROD
from tests.judging import judge
from tests.moto_state import MotoState, restore
from tests.provenance import PROD_RUN
from tests.runbook.desk import LINE_TOKEN

RUNBOOK = "python -m runbook "
RELEASE, RECORDED = {"DEP-15", "DEP-17", "DEP-28"}, "record_release --env prod --by Examiner --go"
"""Rows whose remedy rests on the recorded release, and how whoever set the account up by hand records it."""
RUNS = frozenset({"PREP-02", "ROLL-05"})
"""Rows whose remedy is a run of its own: a new release is measured and rehearsed anew."""
COMMANDS_OF_PEOPLE = ("pytest ", "python -m load ")
"""What a remedy names beside the runbook: it judges or measures anew, and changes nothing by itself."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who does what a red row says; ``state`` is the account as it was set up."""

    account: Account
    inventory: Inventory
    state: MotoState
    folder: Path

    def red_after(self, change: Change) -> dict[str, str]:
        """Make the change, take the remedy of each row that fails by it, and return what is still red.

        What a remedy leaves to a person, its person does: the change is taken back.
        """
        restore(self.account.aws, self.state)
        if RELEASE & change.red.keys():
            self._run(
                RECORDED, by_hand=False
            )  # a repair of the API leaves the functions as recorded
        steps = change.make(self.account.client)
        next(steps)
        faulty = (
            self.account.again(self.inventory, *change.reads)
            if change.reads
            else self.account.inventory()
        )
        judged = rows(self._snapshot(faulty), change.red)
        # What was not read prints no repair: on a busy machine an answer may come too late.
        unread = [one.reason.en for one in judged.values() if one.outcome is Outcome.NOT_TESTABLE]
        assert Outcome.NOT_TESTABLE in change.red.values() or not unread, unread
        todo = {
            row: remedy(judged[row], PROD_RUN)
            for row in change.red
            if row not in RUNS and judged[row].outcome.red and not judged[row].root
        }
        for row, value in todo.items():
            assert value, f"{row} prints no remedy"
            self.take(row, value)
        red = self._red(change)
        if red and any(one.by_hand for row, one in todo.items() if row in red):
            next(steps, None)
            red = self._red(change)
        return red

    def _red(self, change: Change) -> dict[str, str]:
        wanted = change.red.keys() - RUNS
        now = self.account.looked_at() if change.reads else self.account.inventory()
        judged = rows(self._snapshot(now), wanted)
        return {row: value.reason.en for row, value in judged.items() if value.outcome.red}

    def take(self, row: str, todo: Remedy) -> None:
        for command in todo.commands:
            if command.startswith(COMMANDS_OF_PEOPLE):
                continue
            assert command.startswith(RUNBOOK), f"{row}: {command} is for a person"
            self._run(command.removeprefix(RUNBOOK), by_hand=bool(todo.by_hand))
            self._read_mail()

    def make(self, *changes: Change) -> Mapping[str, RowVerdict]:
        """Make all of these changes, and judge every row that one of them turns."""
        restore(self.account.aws, self.state)
        for change in changes:
            next(change.make(self.account.client))
        asked = [row for change in changes for row in change.red]
        return rows(self._snapshot(self.account.looked_at()), asked)

    def verdicts(self, asked: Collection[str], _: Checklist) -> Mapping[str, RowVerdict]:
        """Judge in this process what ``runbook fix`` would have judged in another one."""
        judged = rows(self._snapshot(self.account.looked_at()), asked)
        return {row: finding for row, finding in judged.items() if finding.outcome.red}

    def findings(self, asked: tuple[str, ...]) -> tuple[Finding, ...]:
        """Judge in this process what the runbook's own process would judge."""
        found = judge(self._snapshot(self.account.looked_at()), asked)
        return tuple(finding for finding in found if finding.outcome.red)

    def _run(self, command: str, *, by_hand: bool) -> None:
        code, said = self.run(shlex.split(command))
        assert code == 0 or by_hand, f"{command} ended in {code}: {said[-2000:]}"

    def run(self, arguments: Sequence[str]) -> tuple[int, str]:
        """Run a procedure in this process; return its exit code and what it said."""
        environments, token = self.folder / "environments.toml", self.folder / "token"
        text = PROD.read_text(encoding="utf-8")
        environments.write_text(text.replace("report/prod/evidence", str(self.evidence)))
        token.write_text(LINE_TOKEN)
        given = [str(token) if argument == "FILE" else argument for argument in arguments]
        files = (f"--environments={environments}", f"--journal={self.folder / 'journal.jsonl'}")
        said = io.StringIO()
        console = Console(file=said, width=200)
        code = main(
            [*given, "--yes", "--no-judge", *files], console=console, findings=self.findings
        )
        return code, said.getvalue()

    def _read_mail(self) -> None:
        """Follow the link in each mail that SNS sent meanwhile."""
        sns = self.account.client("sns")
        for topic in sns.list_topics()["Topics"]:
            listed = sns.list_subscriptions_by_topic(TopicArn=topic["TopicArn"])["Subscriptions"]
            for entry in listed:
                if entry["SubscriptionArn"] == "PendingConfirmation":
                    self.account.confirm(topic["TopicArn"], entry["Endpoint"])

    @property
    def evidence(self) -> Path:
        return self.folder / "evidence"

    def _snapshot(self, inventory: Inventory) -> Snapshot:
        """Judge with the records that were there, and those that the procedures left since."""
        before = with_evidence(self.inventory)
        left = store_in(self.evidence, "prod", emulated=True).load().entries
        records = replace(before.records, entries=(*before.records.entries, *left))
        return replace(before, inventory=inventory, records=records)
