"""Where and when the rally is, compared with the stamps: places, validity, number, and who holds them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any

from aws import desired
from aws.bounds import Bound, described, exactly, unset
from aws.contents import Contents, KeyScan
from aws.difference import Certainty, Difference, differences, if_any
from aws.kind.description import NAME
from aws.kinds.table import TABLE
from aws.section import Follows, NotTestable, Obstacle
from aws.words import SILENCE, Words, plain
from checks.deployed import cut_short
from checks.environment_limits import LARGEST_AREA_KM
from checks.other_environments import named_by
from lambdas.rally.domain.spots import Location, Position, distance_m
from plan.master_words import Item, text_of
from plan.masters import Validity, coordinates, flaw, malformed, stamp_id, validity
from signoff.environment import Environment, where
from signoff.environment.schema import Area

STAMP = Words(en="stamp", ja="スタンプ")
PICTURE = Words(en="picture", ja="画像")
PLACE = Words(en="place", ja="位置")
VALIDITY = Words(en="validity", ja="有効期間")
CLOSING = Words(en="stamps that end before the season", ja="期間より先に終わるスタンプ")
STAMPS = Words(en="number of stamps", ja="スタンプ数")
ITEMS = Words(en="items of people", ja="利用者の項目数")
ORPHANS = Words(en="stamps without a master", ja="マスターのないスタンプ")
FEW = 3
"""With two stamps far from each other, it is unknown which one is wrong."""
NOT_ZERO = described(en="a place, not the zero of an empty field", ja="未入力の0ではない位置")
EXACT = described(
    en="a place that is exact to its radius (the third decimal is about 100 m)",
    ja="半径に見合う桁数の位置（小数第3位は約100 m）",
)
FORMATS = re.compile(r"\.(?:hei[cf]|tiff?|psd|pdf|html?)$", re.IGNORECASE)
"""What cameras and designers hand over; phones other than Apple's do not show it."""
SHOWN = described(
    en="a picture for every phone (JPEG, PNG)", ja="すべての端末で表示できる形式（JPEG、PNG）"
)
DEGREE_M = 111_195
"""Metres of a degree of latitude."""
A_GUESS: Mapping[str, Any] = {"certainty": Certainty.GUESSED, "call": "dynamodb:Scan"}
NULL_ISLAND_DEG = 0.01
"""About a kilometre: a place that was never filled in is at 0, 0."""
MANIFEST = Words(en="the migration's manifest", ja="移行のマニフェスト")
NOTHING_MIGRATED = Words(
    en="the record: no data of people was migrated", ja="利用者のデータを移行した記録なし"
)
DECLARED = "cutover#production_declared"
"""The signature after which people are expected in the tables."""
COUNTER = "#"
"""Begins the sort key of a counter, which is no stamp."""


def misplaced(masters: Iterable[Item], area: Area | None) -> Iterator[Difference]:
    """Yield the stamps outside the area; without one, those at 0, 0 or on one of its two lines, or far from the others.

    Two spots at one place are reported, too: one is probably a copy whose place was never changed. So is a place that
    was probably rounded.
    """
    sound = (master for master in masters if not flaw(master))  # a malformed one is DATA-02's
    placed = [(entry, place) for entry in sound if (place := coordinates(entry))]
    around = area or _middle([place for _, place in placed])
    there = dict[tuple[float, float], str]()
    for item, place in placed:
        name, spot = stamp_id(item, "?"), item["Type"] == {"S": "GPS"}
        first = there.setdefault(place, name) if spot else name
        at = ", ".join(f"{degrees:g}" for degrees in place)
        bound = _bound_of(place, around)
        if bound is None and first != name:
            bound = described(
                en=f"a place of its own, not that of {first}", ja=f"{first}とは別の位置"
            )
        if bound:
            yield Difference(STAMP, name, PLACE, at, bound, decided_in=where("area"))
        elif spot and _rounded(place, item):
            yield Difference(STAMP, name, PLACE, at, EXACT, **A_GUESS)


def _rounded(place: tuple[float, float], item: Item) -> bool:
    """Whether both degrees have so few decimals that half a step of the last one leaves the radius."""
    radius_m = float(item["Location"]["M"]["radiusM"]["N"])
    return any(
        place == tuple(round(each, decimals) for each in place)
        and DEGREE_M / 10**decimals / 2 > radius_m
        for decimals in range(4)
    )


def _bound_of(place: tuple[float, float], around: Area | None) -> Bound | None:
    """Return the bound that a place breaks: not at 0, 0, or within the area; None if it breaks neither."""
    if 0 in place or all(abs(degrees) < NULL_ISLAND_DEG for degrees in place):
        return NOT_ZERO
    if around is None:
        return None
    centre = Position(around.lat, around.lon, None)
    km = distance_m(centre, Location(*place, 1.0)) / 1000
    if km <= around.km:
        return None
    at = f"{around.lat:g}, {around.lon:g}"
    return described(
        en=f"at most {around.km:g} km from {at} (it is {km:,.1f} km away)",
        ja=f"{at}から{around.km:g} km以内（現在{km:,.1f} km）",
    )


def _middle(places: Sequence[tuple[float, float]]) -> Area | None:
    """Return the largest area that may be decided, around the middle of three stamps or more."""
    if len(places) < FEW:
        return None
    lat, lon = (median(each) for each in zip(*places, strict=True))
    return Area(lat=lat, lon=lon, km=LARGEST_AREA_KM)


def miscounted(
    table: desired.Table, masters: Sequence[Item], environment: Environment, day: date
) -> Iterator[Difference]:
    """Yield the difference if there are more or fewer stamps than decided; a later season's do not count."""
    ends = environment.season.ends if environment.season else None
    spans = _spans(masters, ends or day)
    number = len(masters) - (len(spans.later) if ends else 0)
    if environment.stamps is not None:
        compared = {STAMPS: (number, exactly(environment.stamps))}
        yield from differences(TABLE.words, table.name, compared, decided_in=where("stamps"))


def expired(
    masters: Sequence[Item], environment: Environment, day: date
) -> tuple[Validity, tuple[Difference, ...]]:
    """Return how many stamps are valid on a day, and the stamps that have ended or end within the season."""
    spans = _spans(masters, day)
    ended = [_ended(id_, span, f"{day}") for id_, span in spans.ended.items()]
    if season := environment.season:
        now = [master for master in masters if stamp_id(master, "") in spans.valid]
        short = validity(now, season.ends).ended if season.ends > day else {}
        ended += [_ended(id_, span, f"{season.ends}", CLOSING) for id_, span in short.items()]
    return spans, tuple(ended)


def _spans(masters: Iterable[Item], day: date) -> Validity:
    """Return how many stamps are valid on a day; Follows from DATA-02 if a validity can't be read."""
    try:
        return validity(masters, day)
    except (TypeError, ValueError):
        raise Follows(
            "DATA-02",
            en="the validity of a stamp master can't be read",
            ja="有効期間を読み取れないスタンプマスターがある",
        ) from None


def pictures(masters: Iterable[Item], environment: Environment) -> Iterator[Difference]:
    """Yield the pictures at an address that names another environment, which deletes them when it likes, or a format that many phones do not show; a name is a guess."""
    for item in masters:
        whole = item.get("ImageUrl", {}).get("S", "")
        address = whole.partition("?")[0]
        bound = SHOWN if FORMATS.search(address) else None
        if other := named_by(whole, environment):
            bound = described(
                en=f"an address that does not name another environment ({other})",
                ja=f"別の環境の名前（{other}）を含まないこと",
            )
        if bound and not flaw(item):
            yield Difference(STAMP, stamp_id(item, "?"), PICTURE, address, bound, **A_GUESS)


def namesakes(masters: Iterable[Item]) -> Iterator[Difference]:
    """Yield the stamps that are called like an earlier one of their type, as a copy is whose name was never changed; it may be wanted."""
    first: dict[tuple[str, str], str] = {}
    for item in masters:
        name, kind = text_of(item.get("Name")), text_of(item.get("Type"))
        id_ = stamp_id(item, "?")
        other = first.setdefault((kind, plain(name)), id_)
        if other != id_ and not flaw(item):
            bound = described(
                en=f"a name of its own, not that of {other}", ja=f"{other}とは別の名前"
            )
            yield Difference(STAMP, id_, NAME, name, bound, **A_GUESS)


def flaws(masters: Iterable[Item]) -> tuple[Words, ...]:
    """Return what is wrong with each malformed master, after its id."""
    return tuple(
        Words(en=f"{id_}: {flaw.en}", ja=f"{id_}: {flaw.ja}")
        for id_, flaw in malformed(masters).items()
    )


def user_items(
    table: desired.Table, scan: KeyScan, manifest: Mapping[str, Any] | None
) -> tuple[Difference, ...]:
    """Return the difference between the real people's items and those that were migrated, if any."""
    if not scan.complete:
        raise cut_short(table.name, scan)
    decided_in = MANIFEST if manifest else NOTHING_MIGRATED
    compared = {ITEMS: (scan.real, exactly(manifest["count"] if manifest else 0))}
    return differences(
        TABLE.words, table.name, compared, call="dynamodb:Scan", decided_in=decided_in
    )


def mistyped(
    table: desired.Table, scan: KeyScan, planned: Mapping[str, str]
) -> tuple[Difference, ...]:
    """Return each attribute of people's items that has another type than the functions read."""
    compared = {
        Words(en=f"type of {name}", ja=f"{name}の型"): (types, exactly(planned[name]))
        for name, types in scan.mistyped.items()
    }
    if scan.unnamed and not compared:
        raise NotTestable(
            en=f"{scan.unnamed} items of {table.name} changed before DynamoDB said which of their attributes is of another type",
            ja=f"{table.name}の{scan.unnamed}項目は、どの属性の型が異なるかを調べる前に変更されました",
        )
    return differences(TABLE.words, table.name, compared, call="dynamodb:Scan", loosens=True)


def orphans(table: desired.Table, scan: KeyScan, masters: Iterable[Item]) -> tuple[Difference, ...]:
    """Return the difference if people hold stamps that no master describes."""
    described = {stamp_id(master, "") for master in masters}
    collected = (key for key in scan.range_keys if not key.startswith(COUNTER))
    unknown = tuple(sorted(set(collected) - described))
    return if_any(TABLE.words, table.name, ORPHANS, unknown, unset(), call="dynamodb:Scan")


def _ended(id_: str, span: str, day: str, together: Words = SILENCE) -> Difference:
    bound = described(en=f"valid through {day} in Japan", ja=f"日本時間の{day}まで有効")
    return Difference(STAMP, id_, VALIDITY, span, bound, together=together)


def whole(contents: Contents, table: str) -> tuple[Mapping[str, Any], ...]:
    """Return every item, or raise NotTestable where the scan was cut short."""
    if not contents.complete:
        raise NotTestable(
            en=f"table {table} has more items than one run reads",
            ja=f"テーブル{table}の項目が一回の実行で読み取る件数を超えています",
            obstacle=Obstacle.SIZE,
        )
    return contents.items
