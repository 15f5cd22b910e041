"""The records that a run leaves for the sign-off, and which verdicts may become one."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from aws.words import Words
from load.engine.admission import LoadRefused
from load.engine.plan import TokenBucket
from load.engine.verdict import FRESH_DAYS, LoadVerdict, sentence
from load.exhibit import exhibit
from load.plans import objectives_of, plans
from load.target import LOCUST_REPORT, ClientFactory
from signoff.environment import Environment, in_japan
from signoff.evidence import Records, StoreSettings, open_store
from signoff.evidence.record import kind_of
from signoff.evidence.store import SKEW
from signoff.judge.run import Exhibit
from signoff.judge.snapshot import Live

KIND = "load"
WINDOW = "window"
SERVING = frozenset({"release", "rollback", "drill"})
"""Kinds of the records of other code being served."""


def record(  # noqa: PLR0913 - a record names what it is of
    verdict: LoadVerdict,
    folder: Path,
    evidence: StoreSettings,
    root: Path,
    aws: ClientFactory,
    *,
    live: Live | None,
    counts: bool,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Append the time window of the run to the evidence store and, if it ``counts``, its verdict.

    The newest verdict counts, not the best. It rests on the parts of the release that were live
    before the run, which must be ``live`` still. Raises `LoadRefused` for a run that is not the newest.
    """
    about: Any = verdict.about
    store = open_store(evidence, client=aws, root=root)
    origin = {name: about.get(name) for name in ("release", "api")}
    origin |= {"caller": about.get("caller") or "unknown"}
    records, loaded = store.load(), window(verdict)
    if loaded not in [entry.body for entry in records.of(WINDOW)]:
        store.append(WINDOW, loaded, **origin)
    if counts:
        require_newer(verdict, records, now())
        days = about.get("fresh_days")
        same = live is not None and live.digests == about.get("parts")
        parts = live.parts if live and same else None
        store.append(KIND, body(verdict, _report(folder, root)), days=days, parts=parts, **origin)


def body(verdict: LoadVerdict, page: str) -> dict[str, Any]:
    """Give the body of the record: ``page`` is Locust's report, as a path from the project's root.

    A reader wants the record of the required plan whose ``window`` ended last, and looks at
    ``verdict``, at ``target_rate`` and, in production, at ``percentiles``: a smoke run has no
    percentile gate and never satisfies it. Release and expiry are the record's own.
    """
    data, limits = verdict.to_json(), verdict.conditions.objectives
    fields = (
        "plan",
        "verdict",
        "sentence",
        "reasons",
        "window",
        "percentiles",
        "checks",
        "cleanup",
    )
    return {
        **{name: data[name] for name in fields},
        "sentence": {"en": data["sentence"], "ja": sentence(verdict).ja},
        # By which limits the run itself counted, by their names in slo.toml.
        "validity": {
            "soundness.achieved": limits.soundness.achieved,
            "soundness.conflicts": limits.soundness.conflicts,
            "throttle.tolerance": limits.throttle_tolerance,
        },
        "schema": data["schema"],
        "run": verdict.about.get("run"),
        "host": verdict.about.get("host"),
        "target_rate": verdict.about.get("target_rate"),
        "mix": verdict.conditions.plan.steps[0].mix,
        "page": page,
        "digest": digest(verdict),
        "exhibit": TypeAdapter(Exhibit).dump_python(exhibit(verdict), mode="json"),
    }


def digest(verdict: LoadVerdict) -> str:
    return hashlib.sha256(json.dumps(verdict.to_json(), sort_keys=True).encode()).hexdigest()


def _report(folder: Path, root: Path) -> str:
    """Return the path of Locust's report from the project's root, absolute where it lies outside; empty without one."""
    report, home = folder.resolve() / LOCUST_REPORT, root.resolve()
    if not report.exists():
        return ""
    return (report.relative_to(home) if report.is_relative_to(home) else report).as_posix()


def window(verdict: LoadVerdict) -> dict[str, Any]:
    """Give the body of the record that explains an alarm: the load's own 409 and 429 can fire one."""
    begin, end = verdict.to_json()["window"]
    return {"what": "load", "begin": begin, "end": end}


def why_not_counted(verdict: LoadVerdict, environment: Environment) -> Words | None:
    """Say why no sign-off may count this run, regardless of its verdict; None if it may."""
    conditions, throttle = verdict.conditions, environment.throttle
    bucket, plan = TokenBucket(throttle.rate, throttle.burst), conditions.plan
    ours = plans(environment)
    if conditions.objectives != objectives_of(environment.application):
        return Words(
            "judged by other limits than the project's own",
            "このプロジェクトとは異なる基準で判定されています",
        )
    if ours.get(plan.name, plan) != plan or conditions.throttle != bucket:
        return Words(
            f"its {plan.name} is not the one that target_rate and throttle of today make",
            f"{plan.name}が現在のtarget_rateとthrottleによるものではありません",
        )
    if verdict.about.get("target_rate") != environment.target_rate:
        rate = verdict.about.get("target_rate")
        return Words(
            f"made for {rate} requests a second, and target_rate is {environment.target_rate}",
            f"毎秒{rate}リクエストの実行で、target_rateは{environment.target_rate}です",
        )
    if plan.awards and verdict.cleanup is None:
        return Words(
            "nothing proves that what it wrote is gone; run it again",
            "書き込んだデータの削除が確認されていません。再実行してください",
        )
    return None


def require_newer(verdict: LoadVerdict, records: Records, now: datetime) -> None:
    """Raise `LoadRefused` for a run that is not of these days or one release, recorded already, or older than a recorded one."""
    days = verdict.about.get("fresh_days", FRESH_DAYS)
    ended = in_japan(verdict.ended)
    when, when_ja = f"the run ended at {ended}", f"実行の終了は{ended}"
    if not -SKEW <= now - verdict.ended <= timedelta(days=days):
        raise LoadRefused(
            en=f"{when}, not within the last {days} days; run it again",
            ja=f"{when_ja}で、{days}日以内ではありません。再実行してください",
        )
    recorded = [*records.of(KIND)]
    run = verdict.about.get("run")
    if any(
        entry.body.get("digest") == digest(verdict) or (run and entry.body.get("run") == run)
        for entry in recorded
    ):
        raise LoadRefused(
            en=f"{when}, and is recorded already; only another run can say more",
            ja=f"{when_ja}。すでに記録済みです。新しい実行だけが追加できます",
        )
    for entry in records.entries:  # what was live before may be live again
        if entry.kind in SERVING and verdict.began <= entry.created <= verdict.ended:
            at, kind = in_japan(entry.created), kind_of(entry.kind)
            raise LoadRefused(
                en=f"a {kind} was recorded at {at}, during the run; run it again",
                ja=f"実行中の{at}に{kind.ja}が記録されています。再実行してください",
            )
    plan, end = verdict.conditions.plan.name, window(verdict)["end"]
    outdating = [record.body for record in recorded if record.body["plan"] == plan]
    if verdict.judgement.outcome != "invalid":
        # An invalid run says nothing about the target, so that it outdates no valid one.
        outdating = [body for body in outdating if body["verdict"] != "invalid"]
    ends = [body["window"][1] for body in outdating]
    if later := max((other for other in ends if other >= end), default=None):
        raise LoadRefused(
            en=f"{when}, and a {plan} that ended {later} is recorded; the newest counts",
            ja=f"{when_ja}。{later}に終わった{plan}が記録済みです。最新のものだけが有効です",
        )
