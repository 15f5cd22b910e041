"""ROLL: the way back is there before it is needed."""

from dataclasses import replace
from datetime import datetime

from aws import desired
from aws.bounds import at_least
from aws.words import Words
from checks.deployed import Deployed
from checks.releases import restorable_flaws
from checks.rollback_target import WayBack
from checks.table_shape import unrecoverable
from plan import Plan
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge
from signoff.judge.snapshot import Snapshot

RECORD = Words(en="record", ja="記録")
CONFIGURATION = Words(en="recorded configuration", ja="記録された設定")


@expectation("ROLL-06", ja="関数の戻し先が起動できる")
def test_function_would_run_after_a_rollback(
    function: desired.Function, snapshot: Snapshot[Plan], deployed: Deployed, judge: Judge
) -> None:
    way_back = WayBack(snapshot, deployed)
    back = way_back.version(function)
    judge.observe.note(function=function.name, **way_back.summary(back))

    judge(way_back.version_flaws(function, back))


@expectation("ROLL-07", ja="APIの戻し先が稼働中のものと同じルートを備え、認可を求める")
def test_api_would_serve_after_a_rollback(
    snapshot: Snapshot[Plan], deployed: Deployed, judge: Judge
) -> None:
    way_back = WayBack(snapshot, deployed)
    back = way_back.deployment()
    judge.observe.note(deployment=back and replace(back, document=None), called=back and back.calls)

    judge(way_back.deployment_flaws(back))


@expectation("ROLL-03", ja="テーブルを5分前の状態に復元できる")
def test_table_can_be_restored_to_five_minutes_ago(
    table: desired.Table, deployed: Deployed, now: datetime, judge: Judge
) -> None:
    backups = judge.observe(deployed.backups(table), "pitr", "earliest", "latest")

    judge.follow("DEP-04", unrecoverable(table, backups))
    judge(restorable_flaws(table, backups, now) if backups.pitr else ())


@expectation("ROLL-04", ja="以前のフロントエンド設定が記録されている")
def test_previous_front_end_configuration_is_recorded(deployed: Deployed, judge: Judge) -> None:
    record = deployed.record("front-end")
    judge.observe.note(at=record.created, caller=record.caller, configuration=record.body)

    compared = {CONFIGURATION: (len(record.body.get("config") or ()), at_least(1))}
    judge.compare(RECORD, record.kind, compared, decidable=False)
