"""DATA: what was migrated is all there and well formed, and no test data is."""

from collections.abc import Sequence
from datetime import date

import pytest

from aws.bounds import at_least, exactly, within
from aws.inventory import Sections
from aws.kinds.table import TABLE
from aws.words import Words
from checks import rally
from checks.deployed import Deployed
from checks.rally import whole
from checks.spot_layout import foreign_hosts, overlapping, spots, unlike
from plan import Plan
from plan.canonical import canonical_hash
from plan.master_words import Item
from signoff.environment import Environment, where
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge

COUNT = Words(en="number of stamp masters", ja="スタンプマスターの件数")
HASH = Words(en="hash of the stamp masters", ja="スタンプマスターのハッシュ")
MALFORMED = Words(en="malformed stamp masters", ja="形式の正しくないスタンプマスター")
VALID = Words(
    en="stamps that are valid on the day of the go-live (JST)",
    ja="稼働開始日（日本時間）に有効なスタンプ",
)
OTHER_IDS = Words(en="users with an id that is not one of LINE's", ja="LINEのIDでないユーザー")
OF_ITEMS = {"call": "dynamodb:Scan", "decidable": False}


@pytest.fixture
def masters(deployed: Deployed, plan: Plan) -> Sequence[Item]:
    table = plan.table("stampmasters")
    return whole(deployed.contents(table), table.name)


@expectation("DATA-01", ja="スタンプマスターがマニフェストと一致する")
def test_stamp_masters_equal_the_manifest(
    masters: Sequence[Item], deployed: Deployed, plan: Plan, judge: Judge
) -> None:
    table = plan.table("stampmasters")
    manifest = deployed.record("manifest", table=table.name).body
    count, whole_hash = len(masters), canonical_hash(masters)
    judge.observe.note(there={"count": count, "hash": whole_hash}, manifest=manifest)

    judge(unlike(masters, manifest))
    compared = {
        COUNT: (count, exactly(manifest["count"])),
        HASH: (whole_hash, exactly(manifest["hash"])),
    }
    judge.compare(TABLE.words, table.name, compared, **OF_ITEMS, decided_in=rally.MANIFEST)


@expectation("DATA-02", ja="すべてのスタンプマスターの形式が正しい")
def test_every_stamp_master_is_well_formed(
    masters: Sequence[Item], plan: Plan, environment: Environment, judge: Judge
) -> None:
    judge.observe.note(stamps=[item.get("StampId") for item in masters])

    compared = {COUNT: (len(masters), at_least(1)), MALFORMED: (rally.flaws(masters), within(()))}
    of_own_code = environment.own_code and bool(masters)  # what that can read is its team's to say
    about = {**OF_ITEMS, "decidable": of_own_code, "loosens": True}
    judge.compare(TABLE.words, plan.table("stampmasters").name, compared, **about)


@expectation("DATA-02", ja="スタンプの画像が別の環境にない")
def test_no_picture_is_at_another_environment(
    masters: Sequence[Item], plan: Plan, environment: Environment, sections: Sections, judge: Judge
) -> None:
    judge.observe.note(pictures=sum("ImageUrl" in master for master in masters))

    hosts = foreign_hosts(plan.table("stampmasters"), masters, environment, sections)
    judge((*hosts, *rally.pictures(masters, environment)))


@expectation("DATA-02", ja="同じ名前のスタンプがない")
def test_no_two_stamps_have_one_name(masters: Sequence[Item], judge: Judge) -> None:
    judge.observe.note(names=[item.get("Name") for item in masters])

    judge(rally.namesakes(masters))


@expectation("DATA-03", ja="稼働開始日より前や期間中に終わるスタンプがない")
def test_no_stamp_ends_before_the_go_live_or_within_the_season(
    masters: Sequence[Item], environment: Environment, today: date, judge: Judge
) -> None:
    day = environment.day_of_go_live(today)
    spans, ended = rally.expired(masters, environment, day)
    judge.observe.note(day=day, stamps=len(masters), later=spans.later, season=environment.season)

    judge(ended)


@expectation("DATA-03", ja="稼働開始日に有効なスタンプがある")
def test_some_stamp_is_valid_on_the_day_of_the_go_live(
    masters: Sequence[Item], plan: Plan, environment: Environment, today: date, judge: Judge
) -> None:
    day = environment.day_of_go_live(today)
    spans, _ = rally.expired(masters, environment, day)
    judge.observe.note(day=day, valid=list(spans.valid), later=spans.later)

    about = {**OF_ITEMS, "decided_in": where("go_live")}
    compared = {VALID: (len(spans.valid), at_least(1))} if masters else {}
    judge.compare(TABLE.words, plan.table("stampmasters").name, compared, **about)


@expectation("DATA-04", ja="合成ユーザーが残っていない")
@pytest.mark.parametrize("key", ["users", "userstamps"])
def test_no_synthetic_user_is_left(key: str, deployed: Deployed, plan: Plan, judge: Judge) -> None:
    scan = judge.observe(deployed.key_scan(plan.table(key)), "examined", "complete", "foreign")

    compared = {OTHER_IDS: (scan.foreign[:5], within(()))}
    judge.compare(TABLE.words, plan.table(key).name, compared, **OF_ITEMS)


@expectation("DATA-06", ja="すべてのスタンプが開催範囲内にある")
def test_every_stamp_lies_within_the_area_of_the_rally(
    masters: Sequence[Item], environment: Environment, judge: Judge
) -> None:
    judge.observe.note(area=environment.area or "not decided", stamps=len(masters))

    judge(rally.misplaced(masters, environment.area))


@expectation("DATA-06", ja="スタンプの数が決定どおりである")
def test_there_are_as_many_stamps_as_decided(
    masters: Sequence[Item], plan: Plan, environment: Environment, today: date, judge: Judge
) -> None:
    day = environment.day_of_go_live(today)
    judge.observe.note(stamps=len(masters), decided=environment.stamps or "not decided")

    judge(rally.miscounted(plan.table("stampmasters"), masters, environment, day))


@expectation("DATA-10", ja="スポットの範囲が重ならない")
def test_no_two_spots_overlap(
    masters: Sequence[Item], plan: Plan, environment: Environment, judge: Judge
) -> None:
    judge.observe.note(spots=len(spots(masters)), judged=environment.production)

    judge(overlapping(plan.table("stampmasters"), masters) if environment.production else ())


@expectation("DATA-07", ja="稼働開始前の利用者テーブルに移行分以外の項目がない")
@pytest.mark.parametrize("key", ["users", "userstamps"])
def test_tables_of_people_hold_only_migrated_items_before_the_go_live(
    key: str, deployed: Deployed, plan: Plan, environment: Environment, judge: Judge
) -> None:
    table = plan.table(key)
    scan, manifest = deployed.key_scan(table), deployed.newest("manifest", table=table.name)
    judged = environment.production and not deployed.newest("signature", step=rally.DECLARED)
    judge.observe.note(
        table=table.name, items=scan.real, synthetic=len(scan.foreign), judged=judged
    )

    differing = rally.user_items(table, scan, manifest.body if manifest else None) if judged else ()
    judge(differing)


@expectation("DATA-11", ja="利用者の項目が関数の読み取る型である")
def test_items_of_people_have_the_types_that_functions_read(
    typed_table: str, deployed: Deployed, plan: Plan, environment: Environment, judge: Judge
) -> None:
    table, planned = plan.table(typed_table), environment.application.tables[typed_table].types
    scan = judge.observe(deployed.scanned(table), "sampled", "examined", "mistyped")
    judge.observe.note(table=table.name, planned=planned)

    judge(rally.mistyped(table, scan, planned))


@expectation("DATA-08", ja="利用者のスタンプすべてにマスターがある")
def test_every_stamp_of_a_user_has_a_master(
    masters: Sequence[Item], deployed: Deployed, plan: Plan, judge: Judge
) -> None:
    table = plan.table("userstamps")
    scan = judge.observe(deployed.key_scan(table), "examined", "range_keys")

    judge(rally.orphans(table, scan, masters))
