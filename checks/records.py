"""Records that only count while they are fresh, and while what they rest on is live."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from aws.bounds import Bound, at_least, at_most
from aws.difference import Difference, Differences, fault
from aws.section import Missing
from aws.words import Words, joined
from checks.deployed import Deployed
from plan import Plan
from signoff.environment import Environment, in_japan
from signoff.evidence import Record, Records, kind_of
from signoff.evidence.parts import Part
from signoff.evidence.store import SKEW
from signoff.judge.checklist import Row
from signoff.judge.run import Exhibit
from signoff.judge.snapshot import Snapshot
from signoff.judge.staleness import Stale, require_unchanged

LOAD = Words(en="load plan", ja="負荷計画")
VERDICT = Words(en="verdict", ja="判定")
PERCENTILES = Words(en="percentile objectives", ja="パーセンタイルの目標")
OBJECTIVE = Words(en="load objective", ja="負荷試験の目標値")
LOOSEST: Mapping[str, Bound] = {
    "p95": at_most(1000, " ms"),
    "p99": at_most(2000, " ms"),
    "errors": at_most(0.01),
    "achieved": at_least(0.95),
}
"""Loosest objectives with which a pass counts as evidence; load/slo.toml may be stricter."""
LOOSEST_RUN: Mapping[str, Bound] = {
    "soundness.achieved": at_least(0.95),
    "soundness.conflicts": at_most(0.05),
    "throttle.tolerance": at_most(0.2),
}
"""Loosest limits of a valid run. The generator's lateness has none here: it can only worsen what is measured."""


def proven_at(record: Record) -> datetime:
    """Return when what was recorded ended, since an old run can be recorded again at any time."""
    window = record.body.get("window")
    return datetime.fromisoformat(window[1]) if window else record.created


def newest(records: Records, kind: str, **body: Any) -> Record | None:
    """Return the record of what ended last, of equals the newest record; None if there is none."""
    return max(records.of(kind, **body), key=proven_at, default=None)


def passed(record: Record) -> bool:
    """Whether what was recorded passed; what a signature or a release says can't fail."""
    match record.kind:
        case "load":
            return bool(record.body["verdict"] == "pass")
        case "rehearsal":
            return bool(record.body["complete"] and record.body["equal"])
        case "proof":
            return bool(record.body["tests"] == "passed" and record.body["embedded"] == "GO")
        case "recount":
            return bool(record.body["agree"])
    return True


def measured(records: Records, environment: Environment) -> Records:
    """Leave out invalid load runs and, once a run passed at the asked rate, failures above it: they say nothing of it."""
    plan, target = environment.load_plan, environment.target_rate
    loads = [*records.of("load")]
    enough = any(passed(e) and e.body.get("plan") == plan and _rate(e) >= target for e in loads)
    silent = [
        entry
        for entry in loads
        if entry.body.get("verdict") == "invalid"
        or (enough and not passed(entry) and _rate(entry) > target)
    ]
    return replace(records, entries=tuple(e for e in records.entries if e not in silent))


def _rate(load: Record) -> float:
    return load.body.get("target_rate") or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRecords:
    """The records on which one row rests: they count while they are recent, and while what they rest on is live."""

    snapshot: Snapshot[Plan]
    deployed: Deployed
    row: Row

    def counting(self, kind: str, *, days: int, **body: Any) -> Record:
        """Return the newest such record; Missing where it is absent, too old, or stale.

        One that failed counts, however old or stale it is, until a newer one of its kind passes.
        """
        # First, since it raises if there is no record or the store can't be trusted.
        recorded_last = self.deployed.record(kind, **body)
        record = newest(self.deployed.records, kind, **body) or recorded_last
        if not passed(record):
            return record
        at = proven_at(record)
        when = Words(
            en=f"the newest {kind_of(kind).en} record is of {in_japan(at)}",
            ja=f"最新の{kind_of(kind).ja}の記録は{in_japan(at)}のもの",
        )
        if not -SKEW <= self.snapshot.now - at <= timedelta(days=days):
            raise Missing(
                en=f"{when.en}, not within the last {days} days",
                ja=f"{when.ja}で、{days}日以内ではありません",
            )
        self.require_live(record, when)
        return record

    def load(self) -> Record:
        """Return the newest verdict on the load that this environment must carry, or raise Missing."""
        environment, records = self.snapshot.environment, self.deployed.records
        plan, target = environment.load_plan, environment.target_rate
        measuring = replace(self.deployed, records=measured(records, environment))
        try:
            record = replace(self, deployed=measuring).counting(
                "load", days=environment.fresh.load, plan=plan
            )
        except Missing as missing:
            invalid = newest(records, "load", plan=plan, verdict="invalid")
            if invalid is None or isinstance(missing, Stale):
                raise
            why = sentence_of(invalid)
            invalid_run = Words(
                en=f"an invalid run says nothing about the target: {why.en}",
                ja=f"無効な実行は対象の性能を判断する根拠になりません: {why.ja}",
            )
            raise Missing(joined((missing.words, invalid_run))) from None
        if passed(record) and (rate := _rate(record)) < target:
            raise Missing(
                en=f"the newest load verdict is for {rate} requests a second, but target_rate is {target}",
                ja=f"最新の負荷判定は毎秒{rate}リクエストのもので、target_rateは{target}です",
            )
        made, mix = record.body.get("mix", {}), environment.application.demand.mix
        other = [route for route in {**made, **mix} if made.get(route) != mix.get(route)]
        if passed(record) and other:
            listed = ", ".join(sorted(other))
            raise Missing(
                en=f"the newest load verdict does not name the shares of {listed} that app.toml has (demand.shares)",
                ja=f"最新の負荷判定に記録された割合が、app.tomlのdemand.sharesと一致しません（{listed}）",
            )
        return record

    def recount(self) -> Record:
        """Return the newest recount, or raise Missing, also where users' stamps were migrated since."""
        record = self.counting("recount", days=self.snapshot.environment.fresh.rehearsal)
        moved = self.deployed.newest("manifest", table=self.snapshot.plan.table("userstamps").name)
        if moved and moved.created > record.created:
            raise Missing(
                en=f"users' stamps were migrated on {in_japan(moved.created)}, and not recounted since",
                ja=f"{in_japan(moved.created)}に利用者のスタンプが移行され、その後再集計されていません",
            )
        return record

    def require_live(self, record: Record, record_words: Words) -> None:
        """Raise Stale where what the record rests on has changed; ``record_words`` names it.

        Follows if something that the record rests on does not exist, which its own row reports.
        """
        if Part.CODE in self.row.rests_on:
            for function in self.snapshot.plan.functions:
                self.deployed.function(function)
        if Part.API in self.row.rests_on:
            self.deployed.served()
        api = self.snapshot.api
        if record.api is not None and record.api != api:
            raise Missing(
                en=f"{record_words.en} and of API {record.api}, but {api} is live",
                ja=f"{record_words.ja}で、API {record.api}についてのものです（稼働中は{api}）",
            )
        require_unchanged(self.snapshot, record, self.row, record_words=record_words)


def load_flaws(record: Record, environment: Environment) -> Iterator[Difference]:
    """Yield what is wrong with a load verdict, so that it is no ground to go live."""
    kind, name, verdict = LOAD, environment.load_plan, record.body["verdict"]
    if not passed(record):
        expected, said = Words.same("pass"), sentence_of(record)
        yield fault(kind, name, VERDICT, verdict, expected, sentence=said)
    elif environment.production and not record.body["percentiles"]:
        gate = Words(en="at least one", ja="一つ以上あること")
        yield fault(kind, name, PERCENTILES, None, gate)


def loose_objectives(load: Record) -> Differences:
    """Return the objectives of a run by which a slow or failing API would pass, or less load than planned."""
    of_run, plan = load.body.get("validity", {}), load.body["plan"]
    limits: dict[tuple[str, str], tuple[float | None, Bound]] = {
        (plan, name): (of_run.get(name), bound) for name, bound in LOOSEST_RUN.items()
    }
    for check in load.body["checks"]:
        if bound := LOOSEST.get(criterion := check["criterion"]):
            least, most = check["limit"]
            limit = least if criterion == "achieved" else most
            limits[check["endpoint"], criterion] = (limit, bound)
    about: dict[str, Any] = {"decided_in": "load/slo.toml", "loosens": True}
    return Differences.among(
        Difference(OBJECTIVE, name, Words.same(criterion), limit, bound, **about)
        for (name, criterion), (limit, bound) in limits.items()
    )


def sentence_of(load: Record) -> Words:
    """Return what a load verdict says; older records have English only."""
    sentence = load.body["sentence"]
    return (
        Words(**sentence)
        if isinstance(sentence, Mapping)
        else Words(en=sentence, ja=f"負荷判定の記録: {sentence}")
    )


def exhibits(snapshot: Snapshot[Plan]) -> Mapping[str, Exhibit]:
    """Return row id -> what the page shows of the load run that the row judges."""
    runs = measured(snapshot.records, snapshot.environment)
    record = newest(runs, "load", plan=snapshot.environment.load_plan)
    shown = record.body.get("exhibit") if record else None
    return {"PREP-02": TypeAdapter(Exhibit).validate_python(shown)} if shown else {}
