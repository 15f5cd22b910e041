"""The records that a GO rests on, as prerequisites: recorded, passed, and fresh."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aws.words import SILENCE, Words
from checks.records import measured, newest, passed, proven_at
from signoff.environment import Environment
from signoff.environment.calendar import in_japan
from signoff.evidence import Record, Records
from signoff.report.procedures import durations

OPERATOR = Words(en="operator", ja="運用担当者")
DEVELOPER = Words(en="developer", ja="開発者")
AS_LONG = Words(en="5 to 15 minutes", ja="5分から15分")
ABSENT = Words(en="absent", ja="なし")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One prerequisite. ``found`` says what is there, or why nothing counts."""

    what: Words
    present: bool
    who: Words
    time: Words
    how: str
    found: Words = SILENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A kind of record that a GO rests on."""

    kind: str
    what: Words
    who: Words
    time: Words
    how: str
    days: int | None = None
    body: Mapping[str, str] | None = None


def _kinds(environment: Environment) -> Iterator[_Kept]:
    """Yield the records of the environment's own store, in the order in which none makes another stale."""
    name, took = environment.name, durations()
    yield _Kept(
        kind="release",
        what=Words(en="release, recorded", ja="リリースの記録"),
        who=DEVELOPER,
        time=took["functions"],
        how=f"python -m runbook provision --env {name} --go, or record_release for a pipeline of your own",
    )
    if environment.our_code:
        yield _Kept(
            kind="proof",
            what=Words(en="proof of this commit's build", ja="このコミットのビルドの検証"),
            who=DEVELOPER,
            time=took["prove"],
            how=f"python -m runbook prove --env {name} --go",
        )
    yield _Kept(
        kind="manifest",
        what=Words(en="stamp masters, migrated", ja="スタンプマスターの移行"),
        who=OPERATOR,
        time=took["migrate_masters"],
        how=f"python -m runbook migrate_masters --env {name} --go",
        body={"table": environment.tables["stampmasters"]},
    )
    yield _Kept(
        kind="recount",
        what=Words(en="ranking, recounted", ja="ランキングの再集計"),
        who=OPERATOR,
        time=took["recount"],
        how=f"python -m runbook recount --env {name} --go",
        days=environment.fresh.rehearsal,
    )
    yield _Kept(
        kind="rehearsal",
        what=Words(en="rollbacks, rehearsed", ja="ロールバックの訓練"),
        who=OPERATOR,
        time=took["rehearse_rollbacks"],
        how=f"python -m runbook rehearse_rollbacks --env {name} --go",
        days=environment.fresh.rehearsal,
    )
    yield _Kept(
        kind="load",
        what=Words(
            en=f"load test ({environment.load_plan})", ja=f"負荷試験（{environment.load_plan}）"
        ),
        who=OPERATOR,
        time=took["load"],
        how=f"python -m load run --env {name} --plan {environment.load_plan}"
        + (" --unlock HOST" if environment.production else ""),
        days=environment.fresh.load,
        body={"plan": environment.load_plan},
    )


def records_needed(
    environment: Environment, own: Records, before: Records, now: datetime
) -> Iterator[Need]:
    """Yield the run of the environment before, and the records of the environment itself."""
    if environment.tried_before:
        run = _Kept(
            kind="run",
            what=Words(
                en=f"run against {environment.before}", ja=f"{environment.before}に対する実行"
            ),
            who=DEVELOPER,
            time=AS_LONG,
            how=f"pytest --env {environment.before}",
            days=environment.fresh.dev_run,
        )
        yield _of(run, before, now)
    for kept in _kinds(environment):
        yield _of(kept, measured(own), now)


def _of(kept: _Kept, records: Records, now: datetime) -> Need:
    record = newest(records, kept.kind, **(kept.body or {}))
    return Need(
        what=kept.what,
        present=record is not None and passed(record) and _fresh(record, kept.days, now),
        who=kept.who,
        time=kept.time,
        how=kept.how,
        found=_found(record, kept.days, now),
    )


def _fresh(record: Record, days: int | None, now: datetime) -> bool:
    return days is None or now - proven_at(record) <= timedelta(days=days)


def _found(record: Record | None, days: int | None, now: datetime) -> Words:
    if record is None:
        return ABSENT
    at = in_japan(proven_at(record))
    if not passed(record):
        return Words(en=f"failed at {at}", ja=f"不合格（{at}）")
    if not _fresh(record, days, now):
        return Words(
            en=f"of {at}, older than {days} days", ja=f"{at}のもので、{days}日を超えています"
        )
    return Words.same(at)
