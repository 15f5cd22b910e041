"""DATA: what was migrated is all there, well formed, and nobody's test data is."""

from datetime import date

import pytest

from checks import rally
from checks.deployed import Deployed
from checks.rally import whole
from plan import Plan
from plan.canonical import canonical_hash
from plan.masters import malformed
from signoff.checklist import expectation
from signoff.decisions import Decided
from signoff.environment import Environment
from signoff.observations import Observations


@expectation("DATA-01", ja="スタンプマスターがマニフェストと一致する")
def test_stamp_masters_equal_the_manifest(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    masters = whole(deployed.contents(plan.table("stampmasters")))
    manifest = deployed.record("manifest", table=plan.table("stampmasters").name).body
    there = {"count": len(masters), "hash": canonical_hash(masters)}
    observe.note(there=there, manifest=manifest)

    promised = {"count": manifest["count"], "hash": manifest["hash"]}
    assert there == promised, f"the table has {there}, the manifest {promised}"


@expectation("DATA-02", ja="すべてのスタンプマスターの形式が正しい")
def test_every_stamp_master_is_well_formed(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    masters = whole(deployed.contents(plan.table("stampmasters")))
    observe.note(stamps=[item.get("StampId") for item in masters])

    assert masters, "the table of stamp masters is empty"
    assert not malformed(masters), f"malformed: {malformed(masters)}"


@expectation("DATA-03", ja="公開日前や期間中に終わるスタンプがない")
def test_no_stamp_ends_before_the_go_live_or_within_the_season(
    deployed: Deployed,
    plan: Plan,
    environment: Environment,
    today: date,
    decided: Decided,
    observe: Observations,
) -> None:
    masters = whole(deployed.contents(plan.table("stampmasters")))
    day = rally.day_of_go_live(environment, today)
    spans, ended = rally.expired(masters, environment, day)
    observe.note(day=day, stamps=len(masters), later=spans.later, season=environment.season)

    decided(ended, observe)


@expectation("DATA-03", ja="公開日に有効なスタンプがある")
def test_some_stamp_is_valid_on_the_day_of_the_go_live(
    deployed: Deployed, plan: Plan, environment: Environment, today: date, observe: Observations
) -> None:
    masters = whole(deployed.contents(plan.table("stampmasters")))
    day = rally.day_of_go_live(environment, today)
    spans, _ = rally.expired(masters, environment, day)
    observe.note(day=day, valid=list(spans.valid), later=spans.later)

    assert spans.valid or not masters, f"no stamp is valid on {day} in Japan; later: {spans.later}"


@expectation("DATA-04", ja="テスト用の利用者が残っていない")
@pytest.mark.parametrize("key", ["users", "userstamps"])
def test_no_synthetic_user_is_left(
    key: str, deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    scan = observe(deployed.key_scan(plan.table(key)), "examined", "complete", "foreign")

    assert not scan.foreign, f"{plan.table(key)} holds {', '.join(scan.foreign[:5])}"


@expectation("DATA-06", ja="すべてのスタンプが開催地域内にある")
def test_every_stamp_lies_within_the_area_of_the_rally(
    deployed: Deployed,
    plan: Plan,
    environment: Environment,
    decided: Decided,
    observe: Observations,
) -> None:
    masters = whole(deployed.contents(plan.table("stampmasters")))
    observe.note(area=environment.area or "not decided", stamps=len(masters))

    decided(rally.misplaced(masters, environment.area), observe)


@expectation("DATA-06", ja="スタンプの数が決定どおりである")
def test_there_are_as_many_stamps_as_decided(
    deployed: Deployed,
    plan: Plan,
    environment: Environment,
    today: date,
    decided: Decided,
    observe: Observations,
) -> None:
    table = plan.table("stampmasters")
    masters, day = whole(deployed.contents(table)), rally.day_of_go_live(environment, today)
    observe.note(stamps=len(masters), decided=environment.stamps or "not decided")

    decided(rally.miscounted(table, masters, environment, day), observe)


@expectation("DATA-07", ja="公開前の利用者テーブルに移行分以外の項目がない")
@pytest.mark.parametrize("key", ["users", "userstamps"])
def test_nobody_is_in_the_tables_of_people_before_the_go_live(
    key: str,
    deployed: Deployed,
    plan: Plan,
    environment: Environment,
    decided: Decided,
    observe: Observations,
) -> None:
    table = plan.table(key)
    scan, manifest = deployed.key_scan(table), deployed.newest("manifest", table=table.name)
    judged = environment.production and not deployed.newest("signature", step=rally.DECLARED)
    observe.note(table=table.name, items=scan.real, synthetic=len(scan.foreign), judged=judged)

    found = rally.user_items(table, scan, manifest.body if manifest else None) if judged else ()
    decided(found, observe)


@expectation("DATA-08", ja="利用者のスタンプすべてにマスターがある")
def test_every_stamp_of_a_user_has_a_master(
    deployed: Deployed, plan: Plan, decided: Decided, observe: Observations
) -> None:
    table = plan.table("userstamps")
    masters = whole(deployed.contents(plan.table("stampmasters")))
    scan = observe(deployed.key_scan(table), "examined", "range_keys")

    decided(rally.orphans(table, scan, masters), observe)
