"""What a person has to see of the stamp masters: which stamp differs in what, and where each of them is."""

from dataclasses import replace

import pytest

from aws.contents import Contents
from checks.spot_layout import masters_table
from lambdas.rally.domain.spots import distance_m
from plan.canonical import outline
from tests.defects.changes import edited, record
from tests.defects.rest import MASTERS
from tests.healthy import healthy
from tests.judging import judge

WHOLE = healthy().inventory.sections.contents[MASTERS].items
LISTED = record(
    "manifest",
    body={**healthy().records.newest("manifest").body, "items": outline(WHOLE, "StampId")},
)


def with_masters(items):
    """Return the healthy snapshot with these masters, and a manifest that lists the ones of before."""
    changed = edited("contents", MASTERS, lambda _: Contents(items=tuple(items), complete=True))
    return changed(LISTED(healthy()))


def test_table_whose_scan_was_cut_is_named():
    cut = edited("contents", MASTERS, lambda contents: replace(contents, complete=False))

    [finding] = judge(cut(healthy()), ["DATA-01"])
    assert finding.words.en.endswith(f"table {MASTERS} has more items than one run reads")


def located(lat, lon, radius="10"):
    return {"M": {"lat": {"N": lat}, "lon": {"N": lon}, "radiusM": {"N": radius}}}


def swapped():
    first, second, *others = WHOLE
    return [
        {**first, "Location": second["Location"]},
        {**second, "Location": first["Location"]},
        *others,
    ]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (swapped(), ["FOUNTAIN-001: what differs from the manifest: found Location", "GATE-001: what differs"]),
        (WHOLE[1:], ["FOUNTAIN-001: what differs from the manifest: found it is missing"]),
        ((*WHOLE, {**WHOLE[0], "StampId": {"S": "NEW-001"}}), ["NEW-001: what differs from the manifest: found it is not in the manifest"]),
        (({**WHOLE[0], "Name": {"S": "Other"}, "Type": {"S": "IMAGE"}}, *WHOLE[1:]), ["found Name, Type"]),
        (({**WHOLE[0], "StampId": {"N": "5"}}, *WHOLE[1:]), ["5: what differs from the manifest: found it is not in the manifest"]),
    ],
    ids=["two are swapped", "one is missing", "one is new", "two attributes changed", "one has a number for an id"],
)  # fmt: skip
def test_stamp_and_attribute_that_differ_are_named(items, expected):
    told = " ".join(
        finding.words.en
        for finding in judge(with_masters(items), ["DATA-01"])
        if finding.outcome.red
    )

    assert all(part in told for part in expected), told
    assert masters_table(with_masters(items))


def test_masters_as_the_manifest_lists_them_are_green():
    assert not [finding for finding in judge(LISTED(healthy()), ["DATA-01"]) if finding.outcome.red]


@pytest.mark.parametrize(
    ("attributes", "asks"),
    [
        ({"Name": {"S": "ＦＯＵＮＴＡＩＮ"}}, {"DATA-02"}),
        ({"Name": {"S": "Fountain"}, "Type": {"S": "IMAGE"}}, set()),
        ({"Location": located("35.56", "139.65")}, {"DATA-06"}),
        ({"Location": located("35.56", "139.65"), "Type": {"S": "IMAGE"}}, set()),
        ({"Location": located("35.553", "139.65")}, {"DATA-06"}),
        ({"Location": located("35.553", "139.6501")}, set()),
        ({"Location": located("35.553", "139.65", radius="60")}, set()),
    ],
    ids=[
        *("one name in two widths", "a poster of a spot", "a spot cut", "a poster cut"),
        *("a spot cut to 100 m", "a latitude that ends in 0", "a spot wider than its last decimal"),
    ],
)
def test_what_was_probably_copied_or_cut_is_asked_about(attributes, asks):
    judged = judge(with_masters([*WHOLE[:-1], WHOLE[-1] | attributes]), ["DATA-02", "DATA-06"])

    assert {finding.row for finding in judged if finding.outcome.red} == asks


def test_table_shows_each_stamp_with_its_place_and_what_changed():
    first, *others = swapped()
    first["ImageUrl"] = {"S": "https://cdn.example.jp/fountain.png?v=2"}
    table = masters_table(with_masters([first, *others]))["DATA-09"]
    rows = {row[0].en: [cell.en for cell in row[1:]] for row in table.rows}

    assert rows["FOUNTAIN-001"] == [
        "Fountain",
        "35.55607, 139.65377",
        "10 m",
        "LIBRARY-001: 43 m",
        "https://www.google.com/maps/search/?api=1&query=35.55607,139.65377",
        "https://cdn.example.jp/fountain.png",
        "ImageUrl, Location",
    ]
    assert rows["LAB-001"][-1] == "unchanged"


def test_of_many_spots_the_distances_of_few_pairs_are_computed(monkeypatch):
    computed = []

    def noting(*places):
        computed.append(places)
        return distance_m(*places)

    monkeypatch.setattr("checks.spot_layout.distance_m", noting)
    row = [
        {
            **WHOLE[0],
            "StampId": {"S": f"S-{n:03}"},
            "Location": located(f"{35 + n / 100:.2f}", "139.6"),
        }
        for n in range(200)
    ]
    snapshot = with_masters(row)
    (table,) = masters_table(snapshot).values()
    judge(snapshot, ["DATA-10"])

    assert table.rows[100][4].en == "S-099: 1112 m"
    assert len(computed) < 10 * len(row)


def test_rally_that_closes_in_the_evening_of_its_last_day_is_one_decision():
    def asked(ends):
        items = [item | {"ValidTo": {"S": f"2026-12-31T{ends}"}} for item in WHOLE]
        return [
            tables for each in judge(with_masters(items), ["DATA-03"]) for tables in each.tables
        ]

    (table,) = asked("18:00")

    assert "stamps that end before the season" in table
    assert table.count("T18:00") == len(WHOLE)
    assert asked("23:59") == []


def test_stamp_that_is_gone_has_a_line_in_the_table():
    table = masters_table(with_masters(WHOLE[1:]))["DATA-09"]

    assert [cell.en for cell in table.rows[-1]] == ["FOUNTAIN-001", *["–"] * 6, "it is missing"]


def test_table_is_left_out_if_the_masters_were_not_read():
    unread = replace(healthy().inventory.sections, contents={})
    inventory = replace(healthy().inventory, sections=unread)

    assert masters_table(replace(healthy(), inventory=inventory)) == {}
