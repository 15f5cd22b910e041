"""Take the remedy of a red row as it is printed, in this process, and judge again."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from aws.inventory import Inventory
from local.aws.saved import Saved
from runbook.__main__ import main
from signoff.evidence import Store
from signoff.snapshot import Snapshot
from tests.foreign.account import Account, with_evidence
from tests.foreign.changes.change import Change
from tests.foreign.judged import CHECKLIST, rows
from tests.healthy import PROD
from tests.runbook.desk import LINE_TOKEN

JOINED = re.compile(r" && |; ")
RUNBOOK = "python -m runbook "
OF_A_PERSON = frozenset(
    {
        *("PREP-02", "ROLL-05"),  # a new release is measured and rehearsed anew: a run of its own
        *("PREP-04", "PREP-05"),  # whose API or table it is, only a person knows
        *("DATA-01", "DATA-02", "DATA-03", "DATA-04"),  # dev, or a run's file
        *("DATA-06", "DATA-07", "DATA-08"),  # where a spot is, and who was there too early
        "MON-07",  # an alarm fires until its cause is gone
    }
)
"""Rows whose remedy needs more than this account, or is a decision."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who does what a red row says; ``state`` is the account as it was set up."""

    account: Account
    inventory: Inventory
    state: Saved
    folder: Path

    def red_after(self, change: Change) -> dict[str, str]:
        """Make the change, take the remedy of each row that fails by it, and return what is still red."""
        self.account.aws.restore(self.state)
        next(change.make(self.account.client))
        faulty = self.account.again(self.inventory, *change.reads)
        judged = rows(self._snapshot(faulty))
        for row in change.red:
            if row not in OF_A_PERSON and judged[row].outcome.red and not judged[row].root:
                self.take(row)
        judged = rows(self._snapshot(self.account.inventory()))
        red = {row: one.reason for row, one in judged.items() if one.outcome.red}
        return {row: red[row] for row in change.red if row in red and row not in OF_A_PERSON}

    def take(self, row: str) -> None:
        for command in remedies(row):
            assert command.startswith(RUNBOOK), f"{row}: {command} is for a person"
            self._run(command.removeprefix(RUNBOOK))
            self._read_mail()

    def _run(self, command: str) -> None:
        environments, token = self.folder / "environments.toml", self.folder / "token"
        text = PROD.read_text(encoding="utf-8")
        environments.write_text(text.replace("report/prod/evidence", str(self._evidence)))
        token.write_text(LINE_TOKEN)
        given = command.replace("FILE", str(token)).split()
        files = (f"--environments={environments}", f"--journal={self.folder / 'journal.jsonl'}")
        said = io.StringIO()
        code = main([*given, "--yes", "--no-judge", *files], Console(file=said, width=200))
        assert code == 0, f"{command} ended in {code}: {said.getvalue()[-2000:]}"

    def _read_mail(self) -> None:
        """Follow the link in each mail that SNS sent meanwhile."""
        sns = self.account.client("sns")
        for topic in sns.list_topics()["Topics"]:
            listed = sns.list_subscriptions_by_topic(TopicArn=topic["TopicArn"])["Subscriptions"]
            for one in listed:
                if one["SubscriptionArn"] == "PendingConfirmation":
                    self.account.confirm(topic["TopicArn"], one["Endpoint"])

    @property
    def _evidence(self) -> Path:
        return self.folder / "evidence"

    def _snapshot(self, inventory: Inventory) -> Snapshot:
        """Judge with the records that were there, and those that the procedures left since."""
        before = with_evidence(self.inventory)
        left = Store.in_folder(self._evidence, "prod", emulated=True).load().entries
        records = replace(before.records, entries=(*before.records.entries, *left))
        return replace(before, inventory=inventory, records=records)


def remedies(row: str) -> Iterator[str]:
    """Yield the commands of a row's remedy, as they are printed for production."""
    yield from JOINED.split(CHECKLIST[row].remedy.format(env="prod", plan="baseline", unlock=""))
