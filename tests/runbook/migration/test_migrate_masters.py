"""A migration: what it shows, what it writes, what it refuses, and what it leaves as proof."""

import json

import pytest

from plan.canonical import canonical_hash
from plan.masters import malformed
from runbook.engine import Stopped
from runbook.procedures import masters, migrate_masters
from tests.runbook.migration.two_tables import (
    SOURCE,
    TARGET,
    create,
    everything,
    place,
    put,
    spot,
)
from tests.runbook.toy import Memory


def test_all_items_arrive_and_the_manifest_says_so(rally):
    rally.run(migrate_masters).perform()

    arrived = everything(rally.prod, TARGET)
    assert len(arrived) == 60
    assert malformed(arrived) == {}
    (manifest,) = rally.manifests
    assert manifest["count"] == 60
    assert manifest["hash"] == canonical_hash(arrived)
    assert manifest["hash"] == canonical_hash(everything(rally.dev, SOURCE))
    assert manifest["table"] == TARGET
    assert (manifest["source"]["environment"], manifest["source"]["table"]) == ("dev", SOURCE)


def test_a_rehearsal_shows_the_first_items_before_and_after_and_changes_nothing(rally):
    changes = rally.run(migrate_masters).rehearse()

    assert rally.desk.changing_calls() == []
    assert rally.manifests == []
    assert not (rally.folder / "journal.jsonl").exists()
    assert [
        (change.field.en, change.before, change.after)
        for change in changes
        if change.field.en == "items"
    ] == [("items", "0 of 60", "60 of 60")]
    shown = [json.loads(line[2:]) for line in rally.told if line.startswith(("- ", "+ "))]
    assert len(shown) == 6
    assert "60 items can be migrated, 6 of them with keys respelled" in rally.told


def test_old_spellings_are_shown_in_todays(rally):
    for number in range(60):
        rally.dev.delete_item(TableName=SOURCE, Key={"StampId": {"S": f"SPOT-{number:05}"}})
    location = {"lng": {"N": "139.650"}, "latitude": {"N": "035.5"}, "radius": {"N": "15"}}
    put(rally.dev, SOURCE, [spot(1, Location={"M": location}, Extra={"L": [{"N": "1E+1"}]})])
    rally.run(migrate_masters).rehearse()

    after = json.loads(next(line for line in rally.told if line.startswith("+ "))[2:])
    assert after == spot(1, Location={"M": place("035.5", "139.650")}, Extra={"L": [{"N": "1E+1"}]})


def test_a_second_run_finds_nothing_to_do(rally):
    rally.run(migrate_masters).perform()
    writes = rally.calls("BatchWriteItem")

    assert rally.run(migrate_masters).perform() == ()
    assert rally.calls("BatchWriteItem") == writes
    assert len(rally.manifests) == 1


def test_what_changed_at_the_source_is_carried_over_after_asking_and_the_old_is_kept(rally):
    rally.run(migrate_masters).perform()
    put(rally.dev, SOURCE, [spot(3, Name={"S": "renamed"}), spot(60)])
    rally.run(migrate_masters).perform()

    assert canonical_hash(everything(rally.prod, TARGET)) == (
        canonical_hash(everything(rally.dev, SOURCE))
    )
    assert rally.screen.asked == [f"table {TARGET}"]
    assert [manifest["count"] for manifest in rally.manifests] == [60, 61]
    (kept,) = rally.folder.rglob("replaced-*.json")
    assert json.loads(kept.read_text()) == [spot(3)]


def test_what_differs_is_not_replaced_unasked(rally):
    put(rally.prod, TARGET, [spot(3, Name={"S": "of prod"})])
    with pytest.raises(Stopped, match="not agreed to"):
        rally.run(migrate_masters, Memory(agrees=False)).perform()

    assert everything(rally.prod, TARGET) == [spot(3, Name={"S": "of prod"})]


def test_what_was_agreed_to_is_what_is_replaced(rally):
    """Somebody changes the item in the target between the question and the deed."""
    put(rally.prod, TARGET, [spot(3, Name={"S": "of prod"})])

    class Interfering(Memory):
        def agreed(self, lost):
            put(rally.prod, TARGET, [spot(3, Name={"S": "changed meanwhile"})])
            return super().agreed(lost)

    with pytest.raises(Stopped, match="not agreed to, so not done"):
        rally.run(migrate_masters, Interfering()).perform()

    assert everything(rally.prod, TARGET) == [spot(3, Name={"S": "changed meanwhile"})]


def test_an_old_spelling_in_the_target_is_mended_though_it_means_the_same(rally):
    rally.run(migrate_masters).perform()
    location = {"lat": {"N": "35.55548"}, "lng": {"N": "139.65428"}, "radius": {"N": "15"}}
    put(rally.prod, TARGET, [spot(5, Location={"M": location})])
    rally.run(migrate_masters).perform()

    assert malformed(everything(rally.prod, TARGET)) == {}


BAD = {
    "a latitude that cannot be": (
        {"Location": {"M": place(lat="95")}},
        "lat is 95, not within -90 and 90",
    ),
    "a longitude that is text": (
        {"Location": {"M": {**place(), "lon": {"S": "139"}}}},
        "lon is '139', not a number",
    ),
    "a spelling nobody knows": (
        {"Location": {"M": {"Lat": {"N": "1"}, "long": {"N": "1"}, "radiusM": {"N": "9"}}}},
        "Location has Lat, long, radiusM; it needs exactly lat, lon, radiusM",
    ),
    "two spellings of one thing": (
        {"Location": {"M": {**place(), "latitude": {"N": "1"}}}},
        "Location has lat, latitude, lon, radiusM; it needs exactly lat, lon, radiusM",
    ),
    "a type nobody knows": ({"Type": {"S": "QR"}}, "Type is 'QR', not GPS / IMAGE"),
    "no location": ({"Location": {"NULL": True}}, "Location has nothing"),
    "an end before the beginning": (
        {"ValidFrom": {"S": "2026-12-01"}, "ValidTo": {"S": "2026-11-01"}},
        "ValidTo is before ValidFrom",
    ),
    "a date nobody can read": ({"ValidTo": {"S": "soon"}}, "can't be read"),
}


@pytest.mark.parametrize(("wrong", "reason"), BAD.values(), ids=BAD)
def test_one_bad_item_stops_the_run_before_anything_is_written(rally, wrong, reason):
    put(rally.dev, SOURCE, [spot(7, **wrong)])
    with pytest.raises(Stopped, match=r"1 of 60 items can't be migrated, so none was written"):
        rally.run(migrate_masters).perform()

    assert everything(rally.prod, TARGET) == []
    (bad,) = json.loads((rally.folder / "migration" / TARGET / "bad-items.json").read_text())
    assert bad["item"] == "SPOT-00007"
    assert reason in bad["reason"]


def test_ids_that_people_take_for_one_stop_the_run_before_anything_is_written(rally):
    put(rally.dev, SOURCE, [spot(7, StampId={"S": "spot-00007"})])
    with pytest.raises(Stopped, match=r"1 of 61 items .*: people take it for .*00007"):
        rally.run(migrate_masters).perform()

    assert everything(rally.prod, TARGET) == []


def test_a_mended_source_goes_after_all(rally):
    put(rally.dev, SOURCE, [spot(7, Type={"S": "QR"})])
    with pytest.raises(Stopped):
        rally.run(migrate_masters).perform()
    put(rally.dev, SOURCE, [spot(7)])
    rally.run(migrate_masters).perform()

    assert len(everything(rally.prod, TARGET)) == 60


def test_what_is_only_in_the_target_keeps_the_manifest_from_being_left(rally):
    put(rally.prod, TARGET, [spot(999)])
    with pytest.raises(Stopped, match=r"does not equal .*only in the target: SPOT-00999"):
        rally.run(migrate_masters).perform()

    assert rally.manifests == []
    found = json.loads((rally.folder / "migration" / TARGET / "differences.json").read_text())
    assert found == {"missing": [], "other": [], "extra": [["SPOT-00999"]]}


def test_of_many_keys_some_are_named_and_the_rest_counted_in_both_languages(rally):
    put(rally.prod, TARGET, [spot(number) for number in range(991, 998)])
    with pytest.raises(Stopped) as stopped:
        rally.run(migrate_masters).perform()

    assert "SPOT-00995 and 2 more" in stopped.value.words.en
    assert "SPOT-00995ほか2件" in stopped.value.words.ja


def test_a_source_that_changes_meanwhile_is_told_and_the_next_run_carries_it_over(rally):
    once = [spot(60)]

    def meddle(request):
        if request.operation == "BatchWriteItem" and once:
            put(rally.dev, SOURCE, [once.pop()])

    rally.desk.aws.faults.append(meddle)
    with pytest.raises(Stopped, match=r"does not equal .*not migrated: SPOT-00060"):
        rally.run(migrate_masters).perform()
    assert rally.manifests == []
    rally.run(migrate_masters).perform()

    assert [manifest["count"] for manifest in rally.manifests] == [61]


def test_an_empty_source_is_refused(rally):
    for number in range(60):
        rally.dev.delete_item(TableName=SOURCE, Key={"StampId": {"S": f"SPOT-{number:05}"}})
    with pytest.raises(Stopped, match="holds no items: see whether it is the right one"):
        rally.run(migrate_masters).perform()


def test_without_a_source_table_it_says_where_it_looked_and_what_loads_spots_instead(rally):
    rally.dev.delete_table(TableName=SOURCE)
    with pytest.raises(
        Stopped,
        match=r"table StampMasters of dev \(\d+, us-east-1\) does not exist: run"
        r" `python -m runbook masters --env prod --go`, which loads the spots of this project, or",
    ):
        rally.run(migrate_masters).perform()


def test_a_source_that_was_named_and_is_not_there_is_for_its_owner_to_see_to(rally):
    rally.dev.delete_table(TableName=SOURCE)
    with pytest.raises(Stopped, match="does not exist: name its environment with --from, or"):
        rally.run(migrate_masters, **{"from": "dev"}).perform()


def test_without_a_target_table_it_can_be_rehearsed_but_not_done(rally):
    rally.prod.delete_table(TableName=TARGET)
    rally.run(migrate_masters).rehearse()
    with pytest.raises(
        Stopped, match="does not exist: run `python -m runbook tables --env prod --go` first"
    ):
        rally.run(migrate_masters).perform()


@pytest.mark.parametrize("keys", [("stampId",), ("StampId", "Type")])
def test_a_target_of_another_key_is_told_before_anything_is_written(rally, keys):
    rally.prod.delete_table(TableName=TARGET)
    create(rally.prod, TARGET, *keys)
    there = [{"stampId": {"S": "x"}, "StampId": {"S": "x"}, "Type": {"S": "GPS"}}]
    put(rally.prod, TARGET, there)

    with pytest.raises(Stopped, match=rf"has the key {keys[0]} \(S\).*, not StampId \(S\), and"):
        rally.run(migrate_masters).perform()
    assert everything(rally.prod, TARGET) == there


def test_an_environment_is_not_carried_over_to_itself(rally):
    with pytest.raises(Stopped, match="items of prod can't be migrated from prod"):
        rally.run(migrate_masters, **{"from": "prod"}).perform()


def test_what_was_migrated_is_not_filled_up_with_the_projects_own_spots(rally):
    rally.run(migrate_masters).perform()

    assert rally.run(masters).perform() == ()
    assert len(everything(rally.prod, TARGET)) == 60
    assert len(rally.manifests) == 1
