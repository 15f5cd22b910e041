"""What a run loads: an environment, its own addresses, what is live there, how much of today's quota is used, and where it leaves its files."""

import fcntl
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from aws.words import Words
from load.engine.admission import LoadRefused, unreadable
from load.engine.plan import LoadPlan, TokenBucket
from plan.naming import Naming, domain_url, stage_url
from signoff.environment import Environment
from signoff.judge.snapshot import Live

ClientFactory = Callable[[str], Any]
"""Returns the boto3 client of a service, by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTarget:
    """``host`` is the stage's URL. ``line`` is the URL of a fake of LINE, None if LINE is real."""

    environment: Environment
    host: str
    allowed_hosts: tuple[str, ...]
    api: str | None = None
    """Id of the API of an environment on AWS, which a record of the run is about."""
    line: str | None = None
    live: Live | None = None
    """What is live, None if that is unknown."""
    caller: str | None = None

    @property
    def name(self) -> str:
        return self.environment.name

    @property
    def throttle(self) -> TokenBucket:
        return TokenBucket(self.environment.throttle.rate, self.environment.throttle.burst)

    @property
    def written(self) -> Mapping[str, tuple[str, ...]]:
        """Tables in which a run may leave items under its users' ids -> the attributes of their keys."""
        app, names = self.environment.application, self.environment.tables
        tables = ["userstamps"] if app.masters else app.tables
        keys = {names[table]: app.tables[table].key for table in tables}
        return {name: tuple(key) for name, key in keys.items() if "S" in [*key.values()][:1]}


def changed(about: Mapping[str, Any], live: Live | None) -> Words | None:
    """Say what of the release that a run is about is not live any more; None if all of it is."""
    then, now = about.get("release"), live and live.release
    if then != now:
        return Words(
            f"it is of release {then}, and {now} is live",
            f"リリース{then}の実行ですが、稼働中は{now}です",
        )
    parts, digests = about.get("parts", {}), live.digests if live else {}
    listed = ", ".join(
        entry for entry in {**parts, **digests} if parts.get(entry) != digests.get(entry)
    )
    return Words(f"{listed} changed since", f"{listed}が変わりました") if listed else None


def addresses(environment: Environment, aws: ClientFactory, host: str | None) -> dict[str, Any]:
    """Return host, allowed_hosts and api of an environment: its custom domain, else its address at API Gateway.

    Only these two are allowed, in full: another path or port is another API, and its verdict would
    pass for this one's. ``host`` chooses between them. Raises `LoadRefused` if the environment has no
    such API.
    """
    name = Naming(environment).name_of("api")
    pages = aws("apigateway").get_paginator("get_rest_apis").paginate()
    apis = [api["id"] for page in pages for api in page["items"] if api["name"] == name]
    own = [*filter(None, [domain_url(environment)]), *(stage_url(environment, api) for api in apis)]
    if not own:
        raise LoadRefused(
            en=f"{environment.name} has no API {name} in {environment.region}; "
            "deploy it, or check account and Region",
            ja=f"{environment.name}の{environment.region}にAPI {name}がありません。デプロイするか、アカウントとリージョンを確認してください",
        )
    host_url = (host or own[0]).rstrip("/")
    if host_url not in own:
        raise LoadRefused(
            en=f"{host_url} is not {environment.name}'s; it is at {' and '.join(own)}",
            ja=f"{host_url}は{environment.name}のものではありません（アドレスは{', '.join(own)}）",
        )
    allowed = tuple(address.split("/")[2] for address in own)
    return {"host": host_url, "allowed_hosts": allowed, "api": apis[0] if apis else None}


LOCUST_REPORT = "locust.html"


@dataclass(frozen=True, slots=True)
class ReportFolders:
    """The load's folders of one environment."""

    root: Path
    environment: str

    @property
    def home(self) -> Path:
        return self.root / "report" / self.environment / "load"

    @property
    def ledger(self) -> Path:
        return self.home / "ledger.jsonl"

    def new(self, plan: str) -> Path:
        """Name the folder of a run; its first writer creates it."""
        return self.home / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{plan}"

    def link(self, folder: Path) -> None:
        """Point ``latest`` at this run; a reader finds the old link or the new one."""
        draft = self.home / "latest.part"
        draft.unlink(missing_ok=True)
        draft.symlink_to(folder.name)
        draft.replace(self.home / "latest")


LAG = timedelta(minutes=15)
"""CloudWatch shows a minute's requests some minutes later; until then only the ledger knows them."""


@dataclass(frozen=True, slots=True)
class QuotaLedger:
    """The runs charged to each quota, one JSON line each; per operator, beside the reports."""

    path: Path
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def reserve(self, quota_owner: str, plan: LoadPlan) -> None:
        """Note a price before the run: a run that dies has spent it all the same."""
        price = {"requests": plan.requests, "seconds": plan.seconds}
        entry = {"at": self.now().isoformat(), "payer": quota_owner, "plan": plan.name, **price}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(json.dumps(entry) + "\n")

    def spent(self, quota_owner: str, since: datetime) -> int:
        """Sum up the price of runs that ended after ``since``."""
        if not self.path.exists():
            return 0
        try:
            entries = [json.loads(line) for line in self.path.read_text().splitlines()]
            return sum(
                entry["requests"]
                for entry in entries
                if entry.get("payer") == quota_owner and _end(entry) >= since
            )
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            reason = unreadable(error)
            raise LoadRefused(
                en=f"{self.path} has a line that can't be read ({reason}), so today's price is unknown: delete that line",
                ja=f"{self.path}に読み取れない行があり（{reason.ja}）、本日の消費量が分かりません。その行を削除してください",
            ) from None


def quota_owner(target: LoadTarget) -> str:
    """Name the owner of the quota: a local stack by its host, an environment for all its addresses."""
    return target.name if target.line is None else target.host


@dataclass(frozen=True, slots=True)
class Spent:
    """Requests used today (UTC), and the source of that number."""

    requests: int
    source: str


def spent_today(target: LoadTarget, ledger: QuotaLedger, aws: ClientFactory) -> Spent:
    """Add CloudWatch's `Count` and the ledger's latest runs; without CloudWatch, the whole day's ledger.

    A run that CloudWatch counted to its end must not be counted again from the ledger.
    """
    now, whose = ledger.now(), quota_owner(target)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = ledger.spent(whose, midnight)
    if target.line is not None:
        return Spent(today, "the ledger")
    try:
        counted = _counted(target, aws, midnight, now)
    except (ClientError, BotoCoreError) as error:
        return Spent(today, f"the ledger alone (CloudWatch: {type(error).__name__})")
    recent = ledger.spent(whose, max(midnight, now - LAG))
    return Spent(counted + recent, "CloudWatch, and the ledger since")


def _end(entry: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"]) + timedelta(seconds=entry.get("seconds", 0))


def _counted(target: LoadTarget, aws: ClientFactory, since: datetime, until: datetime) -> int:
    answer = aws("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway",
        MetricName="Count",
        Dimensions=[
            {"Name": "ApiName", "Value": Naming(target.environment).name_of("api")},
            {"Name": "Stage", "Value": target.environment.stage},
        ],
        StartTime=since,
        EndTime=until + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )
    sums: list[float] = [point["Sum"] for point in answer["Datapoints"]]
    return round(sum(sums))
