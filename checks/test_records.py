"""What other runs proved of this very release: load, rollbacks, the ranking's counters."""

from aws.bounds import exactly, within
from aws.release import Builds
from aws.words import Words
from checks.deployed import Deployed
from checks.records import RowRecords, load_flaws, loose_objectives, proven_at
from signoff.environment import Environment
from signoff.evidence import Records
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge

REHEARSAL = Words(en="rollback rehearsal of", ja="ロールバック訓練:")
FAILED = Words(en="ways back that failed", ja="失敗した戻し方")
STATE = Words(en="state afterwards", ja="実施後の状態")
AS_BEFORE = Words(en="as before", ja="実施前と同じ")
CHANGED = Words(en="changed", ja="変更あり")
UNFINISHED = Words(en="drills that did not end", ja="終わっていない訓練")
PROOF = Words(en="proof of the build for", ja="ビルドの検証:")
TESTS = Words(en="the functions' own tests", ja="関数自身のテスト")
EMBEDDED = Words(en="run on an embedded stack", ja="組み込みスタックでの判定")
UNTRIED = Words(en="functions of which it tried another build", ja="別のビルドを試した関数")
RANKING = Words(en="ranking of", ja="ランキング:")
DRIFTED = Words(en="counters that differ from the stamps", ja="スタンプと一致しない集計")


@expectation("PREP-02", ja="このリリースが必要な負荷試験に合格している")
def test_required_load_plan_passed_on_this_release(
    row_records: RowRecords, environment: Environment, judge: Judge
) -> None:
    record = row_records.load()
    shown = ("plan", "verdict", "sentence", "target_rate", "percentiles", "page")
    judge.observe.note(at=proven_at(record), **{name: record.body.get(name) for name in shown})

    judge(load_flaws(record, environment))
    judge(loose_objectives(record))


@expectation("PREP-10", ja="このコミットのビルドが自身のテストと組み込みスタックで検証済みである")
def test_build_of_this_commit_was_proven(
    deployed: Deployed, environment: Environment, builds: Builds, judge: Judge
) -> None:
    record = deployed.record("proof")
    judge.observe.note(at=record.created, caller=record.caller, **record.body)

    tried = record.body["functions"]
    untried = [
        name
        for name, function in builds.functions.items()
        if tried.get(name) != function.code_sha256
    ]
    compared = {
        TESTS: (record.body["tests"], exactly("passed")),
        EMBEDDED: (record.body["embedded"], exactly("GO")),
        UNTRIED: (sorted(untried), within(())),
    }
    judge.compare(PROOF, environment.name, compared, decidable=False)


@expectation("ROLL-05", ja="このリリースでロールバックを訓練した")
def test_rollbacks_were_rehearsed_on_this_release(
    row_records: RowRecords, records: Records, environment: Environment, judge: Judge
) -> None:
    record = row_records.counting("rehearsal", days=environment.fresh.rehearsal)
    judge.observe.note(at=record.created, caller=record.caller, seconds=record.body.get("seconds"))

    drills = (entry.body for entry in records.entries if entry.kind == "drill")
    states = {drill["part"]: drill["state"] for drill in drills}
    compared = {
        FAILED: (() if record.body["complete"] else (record.body.get("part", "…"),), within(())),
        STATE: (AS_BEFORE if record.body["equal"] else CHANGED, exactly(AS_BEFORE)),
        UNFINISHED: (sorted(part for part in states if states[part] == "begun"), within(())),
    }
    judge.compare(REHEARSAL, environment.name, compared, decidable=False)


@expectation("DATA-05", ja="ランキングの集計がスタンプと一致する")
def test_ranking_counters_agree_with_the_stamps(
    row_records: RowRecords, environment: Environment, judge: Judge
) -> None:
    record = row_records.recount()
    judge.observe.note(at=record.created, counters=record.body.get("counters"))

    compared = {DRIFTED: (0 if record.body["agree"] else record.body["drifted"] or 1, exactly(0))}
    judge.compare(RANKING, environment.name, compared, decidable=False)
