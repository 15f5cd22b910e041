"""How much of today's quota is gone: what CloudWatch counted, and what it can't have counted yet."""

import fcntl
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from load.target import Aws, Target

LAG = timedelta(minutes=15)
"""CloudWatch shows a minute's requests some minutes later; until then only the ledger has them."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Runs against each host, one JSON line each; kept per operator, beside the reports."""

    path: Path
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def reserve(self, host: str, requests: int, plan: str) -> None:
        """Write down a price before the run: a run that dies has spent it all the same."""
        entry = {"at": self.now().isoformat(), "host": host, "requests": requests, "plan": plan}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(json.dumps(entry) + "\n")

    def spent(self, host: str, since: datetime) -> int:
        """Add up what was spent against a host since then."""
        if not self.path.exists():
            return 0
        entries = map(json.loads, self.path.read_text().splitlines())
        return sum(
            entry["requests"]
            for entry in entries
            if entry["host"] == host and datetime.fromisoformat(entry["at"]) >= since
        )


@dataclass(frozen=True, slots=True)
class Spent:
    """Requests gone today (UTC), and by whose word."""

    requests: int
    source: str


def spent_today(target: Target, ledger: Ledger, aws: Aws) -> Spent:
    """Take CloudWatch's `Count` and the ledger of the last minutes; else the whole day's ledger.

    Where CloudWatch counted a run, the ledger's line of it must not count again.
    """
    now = ledger.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if target.line is not None:
        return Spent(ledger.spent(target.host, midnight), "the ledger")
    try:
        counted = _counted(target, aws, midnight, now)
    except (ClientError, BotoCoreError) as error:
        return Spent(
            ledger.spent(target.host, midnight),
            f"the ledger alone (CloudWatch: {type(error).__name__})",
        )
    recent = ledger.spent(target.host, max(midnight, now - LAG))
    return Spent(counted + recent, "CloudWatch, and the ledger since")


def _counted(target: Target, aws: Aws, since: datetime, until: datetime) -> int:
    answer = aws("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway",
        MetricName="Count",
        Dimensions=[
            {"Name": "ApiName", "Value": target.api_name},
            {"Name": "Stage", "Value": target.stage},
        ],
        StartTime=since,
        EndTime=until + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )
    sums: list[float] = [point["Sum"] for point in answer["Datapoints"]]
    return round(sum(sums))
