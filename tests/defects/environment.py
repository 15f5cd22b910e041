"""Defects of the environment file: values beyond the guide's bounds, and decisions that are over."""

from dataclasses import replace
from datetime import date
from typing import Any

from signoff.environment.accountability import Decision
from signoff.environment.schema import FunctionSettings, Season
from signoff.judge.snapshot import Snapshot
from tests.defects.changes import Break, both, record
from tests.defects.defect import Defect
from tests.healthy.store import LOAD


def _file(**fields: Any) -> Break:
    """Change keys of the environment; what is deployed, and the plan, stay as they are."""

    def broken(snapshot: Snapshot) -> Snapshot:
        return replace(snapshot, environment=replace(snapshot.environment, **fields))

    return broken


def _within(table: str, **fields: Any) -> Break:
    """Change keys of one table of the environment."""

    def broken(snapshot: Snapshot) -> Snapshot:
        inner = replace(getattr(snapshot.environment, table), **fields)
        return _file(**{table: inner})(snapshot)

    return broken


def _beyond(id_: str, breaks: Break, *follows: str) -> Defect:
    return Defect(id=f"PREP-07:{id_}", breaks=breaks, follows=frozenset(follows))


OVER = Decision(
    what="environment prod: fresh.load",
    value="15",
    by="Hanako",
    why="the machine for load is rented by the month",
    until=date(2026, 11, 24),
)
"""Its last day was yesterday."""

DEFECTS: tuple[Defect, ...] = (
    _beyond("throttle-ten-times-the-guide", _within("throttle", rate=10_000)),
    _beyond("burst-beyond-the-guide", _within("throttle", burst=5000)),
    _beyond("quota-beyond-the-guide", _within("throttle", daily_quota=100_001)),
    _beyond(
        "alarm-over-seconds",
        _within("alarms", period_s=10, function_errors=1, api_4xx=1, api_5xx=1),
    ),
    _beyond("tagged-as-dev", _file(tags={"Environment": "Dev", "Project": "CC"})),
    _beyond("go-live-in-another-year", _file(go_live=date(2027, 12, 1))),
    _beyond(
        "season-over-before-the-go-live",
        _file(season=Season(begins=date(2026, 11, 1), ends=date(2026, 11, 30))),
    ),
    _beyond("origin-on-a-laptop", _file(origin="https://localhost:3000")),
    _beyond("front-end-in-an-office", _within("front_end", url="https://192.168.0.4")),
    _beyond(
        "configuration-of-another-page",
        _within("front_end", config_path="https://other.example.jp/config.js"),
    ),
    _beyond("liff-app-of-another-channel", _within("line", liff_id="2009999999-AbCdEfGh")),
    _beyond("quota-of-a-test", _within("throttle", daily_quota=1)),
    _beyond("alarm-that-never-fires", _within("alarms", function_errors=100_000)),
    _beyond("one-4xx-too-many", _within("alarms", api_4xx=11)),
    _beyond("5xx-too-many", _within("alarms", api_5xx=50)),
    _beyond("two-throttled-calls", _within("alarms", throttles=2)),
    _beyond("alarm-over-an-hour", _within("alarms", period_s=3600)),
    _beyond("five-errors-in-one-minute", _within("alarms", period_s=60)),
    _beyond("logs-for-a-week", _file(retention_days=7)),
    _beyond("no-recovery", _file(pitr=False)),
    _beyond("tables-can-be-deleted", _file(deletion_protection=False)),
    _beyond("timeout-of-the-console", _file(timeout_s=3)),
    _beyond("timeout-beyond-the-gateway", _file(timeout_s=900)),
    _beyond("memory-of-the-console", _file(memory_mb=128)),
    _beyond("memory-of-one-function", _file(functions={"award": FunctionSettings(memory_mb=128)})),
    _beyond("session-cached-for-an-hour", _file(authorizer_ttl_s=3600)),
    _beyond("accuracy-of-five-kilometres", _file(accuracy_cap_m=4900)),
    _beyond(
        "rate-of-nobody", both(_file(target_rate=1), record("load", body=LOAD | {"target_rate": 1}))
    ),
    _beyond("demand-of-a-day-in-half-a-minute", _within("demand", hours=0.01)),
    _beyond("calls-that-take-no-time", _file(seconds_per_call=0.0001)),
    _beyond("line-of-somebody-else", _within("line", endpoint="https://line.example.jp")),
    _beyond("front-end-without-tls", _within("front_end", url="http://rally.example.jp")),
    _beyond("load-run-of-last-year-counts", _within("fresh", load=365)),
    _beyond("signature-for-ever", _within("fresh", signature=3650)),
    Defect(id="PREP-08:over-since-yesterday", grade="info", breaks=_file(decisions=(OVER,))),
)
SOUND: dict[str, Break] = {
    "alarms that fire earlier": _within(
        "alarms", function_errors=1, api_4xx=2, api_5xx=2, period_s=60
    ),
    "logs for a year": _file(retention_days=365),
    "more memory, a shorter time-out": _file(memory_mb=1024, timeout_s=15),
    "more memory for one function": _file(
        functions={"award": FunctionSettings(memory_mb=512, timeout_s=20)}
    ),
    "sessions asked for each time": _file(authorizer_ttl_s=0),
    "a narrower circle": _file(accuracy_cap_m=20),
    "a rally of few visitors": _within("demand", visitors=1000),
    "younger evidence": _within("fresh", load=7, signature=3, rehearsal=7, dev_run=3),
    "value beyond a bound, decided": _file(
        accuracy_cap_m=150,
        decisions=(
            Decision(
                what="environment prod: accuracy_cap_m",
                value="150",
                by="Hanako",
                why="spots lie between high buildings",
            ),
        ),
    ),
    "other environment than production, which nobody judges": _file(
        production=False, accuracy_cap_m=4900
    ),
}
