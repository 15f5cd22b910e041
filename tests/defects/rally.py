"""Defects of the rally's data: when stamps are valid, where they lie, and who is there too early."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from signoff.environment.schema import Area, Season
from signoff.judge.checklist import Severity
from signoff.judge.outcome import Outcome
from signoff.judge.snapshot import Snapshot
from tests.defects.changes import both, every
from tests.defects.defect import Break, Defect
from tests.defects.rest import first, located, manifested, scan, stamps
from tests.defects.shortfalls import of_own_code

NIGHT_IN_JAPAN = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
"""0:00 of November 26 in Japan, where the servers' clocks say November 25."""


def _every(**attributes: Any) -> Any:
    return lambda items: tuple({**item, **attributes} for item in items)


def _file(**fields: Any) -> Break:
    def broken(snapshot: Snapshot) -> Snapshot:
        return replace(snapshot, environment=replace(snapshot.environment, **fields))

    return broken


def _at(now: datetime) -> Break:
    """Judge at another moment, on the day of the go-live; backups go on."""

    def later(snapshot: Snapshot) -> Snapshot:
        fields: dict[str, Any] = {"go_live": TODAY}
        snapshot = every("backups", lambda one: replace(one, latest=now))(snapshot)
        return replace(snapshot, now=now, environment=replace(snapshot.environment, **fields))

    return later


def _rally(id_: str, *breaks: Break, **more: Any) -> Defect:
    return Defect(id=id_, breaks=manifested(both(*breaks)), **more)


def _copied(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Copy the first stamp and forget to move it."""
    return (*items, {**items[0], "StampId": {"S": "COPY-001"}})


AREA, SEASON = (
    Area(lat=35.5555, lon=139.6540, km=1),
    Season(begins=date(2026, 12, 1), ends=date(2026, 12, 31)),
)
TODAY = date(2026, 11, 25)
LAST_DAY = Season(begins=date(2026, 11, 20), ends=TODAY)
ORPHAN = {"examined": 1, "real": 1, "range_keys": ("FOUNTAIN-001", "GONE-001")}
MIGRATED = {"table": "Users-prod", "count": 3, "hash": "of three"}


def _migrated(snapshot: Snapshot) -> Snapshot:
    (masters,) = (entry for entry in snapshot.records.entries if entry.kind == "manifest")
    users = replace(masters, body=MIGRATED)
    return replace(
        snapshot, records=replace(snapshot.records, entries=(users, *snapshot.records.entries))
    )


def _declared(snapshot: Snapshot) -> Snapshot:
    """Let somebody sign that production runs."""
    one = snapshot.records.entries[0]
    body = {"step": "cutover#production_declared", "by": "Hanako"}
    signed = replace(one, kind="signature", body=body)
    return replace(
        snapshot, records=replace(snapshot.records, entries=(*snapshot.records.entries, signed))
    )


DEFECTS: tuple[Defect, ...] = (
    _rally("DATA-03:all-begin-later", stamps(_every(ValidFrom={"S": "2026-12-02"}))),
    _rally(
        "DATA-03:ended-at-midnight-in-japan",
        stamps(first(ValidTo={"S": "2026-11-25"})),
        _at(NIGHT_IN_JAPAN),
        leaves_a_go=True,
    ),
    _rally(
        "DATA-03:ends-within-the-season",
        stamps(first(ValidTo={"S": "2026-12-10"})),
        _file(season=SEASON),
        leaves_a_go=True,
    ),
    _rally(
        "DATA-03:go-live-was-postponed",
        stamps(first(ValidTo={"S": "2026-11-24"})),
        _file(go_live=date(2026, 11, 20)),
        leaves_a_go=True,
    ),
    _rally("DATA-06:at-zero-zero", stamps(located(lat="0", lon="0")), leaves_a_go=True),
    _rally("DATA-06:longitude-not-filled-in", stamps(located(lon="0.0")), leaves_a_go=True),
    _rally(
        "DATA-06:beside-zero-zero", stamps(located(lat="0.00001", lon="-0.002")), leaves_a_go=True
    ),
    _rally(
        "DATA-06:far-from-all-others", stamps(located(lat="38.26", lon="140.87")), leaves_a_go=True
    ),
    _rally(
        "DATA-06:twice-at-one-place", stamps(_copied), also=frozenset({"DATA-02"}), leaves_a_go=True
    ),
    _rally(
        "DATA-06:cut-to-two-digits",
        stamps(located(lat="35.56", lon="139.66")),
        at_most=Severity.MAJOR,
        leaves_a_go=True,
    ),
    _rally(
        "DATA-02:called-like-another-stamp",
        stamps(lambda items: (items[0], {**items[1], "Name": items[0]["Name"]}, *items[2:])),
        at_most=Severity.MAJOR,
        leaves_a_go=True,
    ),
    _rally(
        "DATA-02:opens-on-a-date-in-digits",
        stamps(first(ValidFrom={"N": "20261201"})),
        follows=frozenset({"DATA-03", "DATA-06"}),
    ),
    _rally(
        "DATA-02:picture-as-the-camera-left-it",
        stamps(first(ImageUrl={"S": "/images/IMG_0042.HEIC"})),
        at_most=Severity.MAJOR,
        leaves_a_go=True,
    ),
    _rally("DATA-02:picture-is-a-number", stamps(first(ImageUrl={"N": "5"}))),
    _rally("DATA-02:picture-without-a-host", stamps(first(ImageUrl={"S": "https:/gate.png"}))),
    _rally("DATA-02:name-of-blanks", stamps(first(Name={"S": "  "}))),
    _rally(
        "DATA-02:name-of-blanks-that-code-of-our-own-reads",
        of_own_code,
        stamps(first(Name={"S": "  "})),
    ),
    _rally("DATA-02:id-of-a-counter", stamps(first(StampId={"S": "#W2026-W49"}))),
    *(
        _rally(
            f"DATA-02:picture-at-{what}", stamps(first(ImageUrl={"S": address})), leaves_a_go=True
        )
        for what, address in (
            ("the-host-of-a-stranger", "https://pictures.example.com/gate.png"),
            (
                "a-host-that-begins-as-the-bucket-s",
                "https://stamp-rally-prod-images.s3evil.example.com/gate.png",
            ),
            (
                "a-domain-that-looks-like-s3",
                "https://stamp-rally-prod-images.s3.evil.com/gate.png",
            ),
            (
                "s3-where-the-bucket-blocks-public-access",
                "https://stamp-rally-prod-images.s3.ap-northeast-1.amazonaws.com/gate.png",
            ),
            (
                "the-bucket-of-a-stranger",
                "https://s3.ap-northeast-1.amazonaws.com/pictures/gate.png",
            ),
            (
                "the-bucket-of-dev",
                "https://stamp-rally-dev-images.s3.ap-northeast-1.amazonaws.com/gate.png",
            ),
            (
                "the-bucket-without-an-environment",
                "https://s3.ap-northeast-1.amazonaws.com/stamp-rally-images/gate.png",
            ),
        )
    ),
    *(
        _rally(
            f"DATA-02:picture-at-{what}",
            stamps(first(ImageUrl={"S": address})),
            at_most=Severity.MAJOR,
            leaves_a_go=True,
        )
        for what, address in (
            ("the-cdn-of-staging", "https://img-stg.rally.example.jp/gate.png"),
            ("a-folder-of-dev", "/dev/gate.png"),
        )
    ),
    _rally("DATA-02:id-with-a-line-break", stamps(first(StampId={"S": "GATE\n001"}))),
    _rally("DATA-02:id-too-long-to-be-awarded", stamps(first(StampId={"S": "A" * 129}))),
    _rally(
        "DATA-06:two-kilometres-away",
        stamps(located(lat="35.5735")),
        _file(area=AREA),
        leaves_a_go=True,
    ),
    _rally(
        "DATA-06:in-osaka-where-no-area-is-decided",
        stamps(located(lat="34.69", lon="135.50")),
        _file(area=None),
        also=frozenset({"PREP-07"}),
        leaves_a_go=True,
    ),
    _rally(
        "DATA-06:in-osaka",
        stamps(located(lat="34.69", lon="135.50")),
        _file(area=AREA),
        leaves_a_go=True,
    ),
    _rally("DATA-10:wide-circle", stamps(located(radiusM="40")), grade="major", leaves_a_go=True),
    Defect(id="DATA-06:one-too-few", breaks=_file(stamps=6), leaves_a_go=True),
    Defect(id="DATA-06:one-too-many", breaks=_file(stamps=4, season=SEASON), leaves_a_go=True),
    Defect(
        id="DATA-07:somebody-logged-in",
        breaks=scan("Users-prod", examined=1, real=1),
        leaves_a_go=True,
    ),
    Defect(
        id="DATA-07:somebody-collects",
        breaks=scan("UserStamps-prod", examined=9, real=9),
        leaves_a_go=True,
    ),
    Defect(
        id="DATA-07:one-more-than-migrated",
        breaks=both(_migrated, scan("Users-prod", examined=4, real=4)),
        leaves_a_go=True,
    ),
    Defect(id="DATA-07:migrated-and-gone", breaks=_migrated, leaves_a_go=True),
    Defect(
        id="DATA-08:stamp-without-a-master",
        grade="major",
        breaks=both(_declared, scan("UserStamps-prod", **ORPHAN)),
        leaves_a_go=True,
    ),
    Defect(
        id="DATA-11:time-migrated-as-text",
        grade="major",
        breaks=scan("UserStamps-prod", sampled=40, mistyped={"CollectedAt": "S"}),
    ),
    Defect(
        id="DATA-11:name-of-several-types",
        breaks=scan("Users-prod", sampled=1000, mistyped={"DisplayName": "NULL, M"}),
    ),
    Defect(
        id="DATA-11:expiry-migrated-as-text",
        breaks=scan("UserStamps-prod", sampled=40, mistyped={"TTL": "S"}),
    ),
    Defect(
        id="DATA-11:changed-before-it-was-named",
        breaks=scan("UserStamps-prod", sampled=40, unnamed=2),
        outcome=Outcome.NOT_TESTABLE,
    ),
)
COUNTED = {"examined": 2, "real": 2, "range_keys": ("#W2026-W49", "HALL-014")}
LATER = stamps(first(ValidFrom={"S": "2027-04-01"}))
SOUND: Mapping[str, Break] = {
    "stamp of a later season, where no season is decided": manifested(
        both(LATER, _file(season=None, stamps=None, production=False))
    ),
    "stamps of a later season do not count": manifested(
        both(LATER, _file(stamps=4, season=SEASON))
    ),
    "stamps within area and season, as many as decided": _file(area=AREA, season=SEASON, stamps=5),
    "stamp that began in 2000, in seconds": manifested(stamps(first(ValidFrom={"N": "946684800"}))),
    "stamp that begins at ten o'clock": manifested(
        stamps(first(ValidFrom={"S": "2026-12-01T10:00:00+09:00"}))
    ),
    "stamps that end with the season": manifested(
        both(stamps(_every(ValidTo={"S": "2026-12-31"})), _file(season=SEASON))
    ),
    "last minute of the last day in Japan": manifested(
        both(stamps(_every(ValidTo={"S": "2026-11-25"})), _file(go_live=TODAY, season=LAST_DAY))
    ),
    "people after the go-live, and their counters": both(
        _declared, scan("Users-prod", examined=2, real=2), scan("UserStamps-prod", **COUNTED)
    ),
    "people as migrated": both(_migrated, scan("Users-prod", examined=3, real=3)),
    "people of a test environment": both(
        _file(production=False), scan("Users-prod", examined=2, real=2)
    ),
}
