"""How much of today's quota is used: what CloudWatch counted, and what it can't have counted yet."""

import fcntl
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from load.engine.plan import LoadPlan
from load.target import ClientFactory, LoadTarget

LAG = timedelta(minutes=15)
"""CloudWatch shows a minute's requests some minutes later; until then only the ledger knows them."""


@dataclass(frozen=True, slots=True)
class QuotaLedger:
    """The runs charged to each quota, one JSON line each; per operator, beside the reports."""

    path: Path
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def reserve(self, quota_owner: str, plan: LoadPlan, run: str, *, begun: bool) -> None:
        """Note a price before the run: a run that dies has spent it all the same.

        A run that is only prepared reserves its price too; once it has ``begun``, that line is replaced.
        """
        entry = {"at": self.now().isoformat(), "payer": quota_owner, "run": run, "begun": begun}
        entry |= {"plan": plan.name, "requests": plan.requests, "seconds": plan.seconds}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(json.dumps(entry) + "\n")

    def spent(self, quota_owner: str, since: datetime, *, apart_from: str = "") -> int:
        """Sum up the price of runs that ended after ``since``, without the prepared run ``apart_from``."""
        if not self.path.exists():
            return 0
        entries = [json.loads(line) for line in self.path.read_text().splitlines()]
        replaced = {entry.get("run") for entry in entries if entry.get("begun")} | {apart_from}
        return sum(
            entry["requests"]
            for entry in entries
            if entry.get("payer", entry.get("host")) == quota_owner
            and (entry.get("begun", True) or entry["run"] not in replaced)
            and _end(entry) >= since
        )


def quota_owner(target: LoadTarget) -> str:
    """Name the owner of the quota: a local stack by its host, an environment for all its addresses."""
    return target.name if target.line is None else target.host


@dataclass(frozen=True, slots=True)
class Spent:
    """Requests used today (UTC), and the source of that number."""

    requests: int
    source: str


def spent_today(
    target: LoadTarget, ledger: QuotaLedger, aws: ClientFactory, *, apart_from: str = ""
) -> Spent:
    """Add CloudWatch's `Count` and the ledger's latest runs; without CloudWatch, the whole day's ledger.

    A run that CloudWatch counted to its end must not be counted again from the ledger.
    ``apart_from`` is the prepared run that is checked now.
    """
    now, whose = ledger.now(), quota_owner(target)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = ledger.spent(whose, midnight, apart_from=apart_from)
    if target.line is not None:
        return Spent(today, "the ledger")
    try:
        counted = _counted(target, aws, midnight, now)
    except (ClientError, BotoCoreError) as error:
        return Spent(today, f"the ledger alone (CloudWatch: {type(error).__name__})")
    recent = ledger.spent(whose, max(midnight, now - LAG), apart_from=apart_from)
    return Spent(counted + recent, "CloudWatch, and the ledger since")


def _end(entry: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"]) + timedelta(seconds=entry.get("seconds", 0))


def _counted(target: LoadTarget, aws: ClientFactory, since: datetime, until: datetime) -> int:
    answer = aws("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway",
        MetricName="Count",
        Dimensions=[
            {"Name": "ApiName", "Value": f"{target.environment.prefix}-api"},
            {"Name": "Stage", "Value": target.environment.stage},
        ],
        StartTime=since,
        EndTime=until + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )
    sums: list[float] = [point["Sum"] for point in answer["Datapoints"]]
    return round(sum(sums))
