"""What other runs proved of this very release: load, rollbacks, the ranking's counters."""

from datetime import datetime

from checks.deployed import Deployed
from checks.records import counting, judged_load, proven_at
from signoff.checklist import expectation
from signoff.environment import Environment
from signoff.observations import Observations


@expectation("PREP-02", ja="このリリースが必要な負荷試験に合格している")
def test_required_load_plan_passed_on_this_release(
    deployed: Deployed, environment: Environment, release: str, now: datetime, observe: Observations
) -> None:
    record = judged_load(deployed, environment, release=release, now=now)
    shown = ("plan", "verdict", "sentence", "target_rate", "percentiles", "page")
    observe.note(at=proven_at(record), **{name: record.body.get(name) for name in shown})

    assert record.body["verdict"] == "pass", record.body["sentence"]
    assert record.body["percentiles"] or not environment.production, (
        f"plan {environment.load_plan} has no percentile gate, so that it says nothing of speed"
    )


@expectation("ROLL-05", ja="このリリースでロールバックを訓練した")
def test_rollbacks_were_rehearsed_on_this_release(
    deployed: Deployed, environment: Environment, release: str, now: datetime, observe: Observations
) -> None:
    days = environment.fresh.rehearsal
    record = counting(deployed, "rehearsal", release=release, days=days, now=now)
    observe.note(at=record.created, caller=record.caller, seconds=record.body.get("seconds"))

    assert record.body["complete"], "not every way back was rehearsed"
    assert record.body["equal"], "the data was not as before"


@expectation("DATA-05", ja="ランキングの集計がスタンプと一致する")
def test_ranking_counters_agree_with_the_stamps(
    deployed: Deployed, environment: Environment, now: datetime, observe: Observations
) -> None:
    days = environment.fresh.rehearsal
    record = counting(deployed, "recount", release=None, days=days, now=now)
    observe.note(at=record.created, counters=record.body.get("counters"))

    assert record.body["agree"], f"{record.body['drifted']} counters differ from the stamps"
