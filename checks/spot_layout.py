"""The spots as a person looks at them: where each is, how near to the next, and what changed since the manifest."""

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import inf
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from aws import desired
from aws.bounds import described, within
from aws.difference import Difference, fault, if_any
from aws.inventory import Sections
from aws.kinds.table import TABLE
from aws.section import lookup, readable
from aws.words import Words, joined
from checks.rally import MANIFEST, STAMP
from lambdas.rally.domain.spots import Location, Position, distance_m
from plan import Plan
from plan.canonical import outline
from plan.master_words import Item, text_of
from plan.masters import Spot, flaw, spots_in, stamp_id
from signoff.environment import Environment, where
from signoff.judge.run import Exhibit
from signoff.judge.snapshot import Snapshot

OVERLAPPING = Words(en="spots whose circles overlap", ja="範囲が重なるスポット")
S3_HOST = re.compile(
    r"s3(?:-accelerate|-fips)?(?:\.dualstack)?(?:[.-][a-z]{2}-[a-z]+-\d)?\.amazonaws\.com"
)
"""S3's hosts of the partition ``aws``; in another partition a bucket of the same name is another person's."""
HOSTS = Words(en="hosts of the pictures", ja="画像の配信元")
SHUT = Words(
    en=" (S3 shows phones no picture that is closed or under KMS)",
    ja="（S3は非公開やKMSのものを配信しない）",
)
CHANGED = Words(en="what differs from the manifest", ja="マニフェストとの相違")
GONE = Words(en="it is missing", ja="存在しない")
NEW = Words(en="it is not in the manifest", ja="マニフェストにない")
UNCHANGED = Words(en="unchanged", ja="変更なし")
NOT_LISTED = Words(en="no manifest lists it", ja="マニフェストの記載なし")
NONE = Words(en="–", ja="–")
APART = described(
    Words(en="no place at which two stamps can be collected", ja="同じ場所で2つ取得できないこと")
)
MASTERS = Words(en="stamp masters", ja="スタンプマスター")
HEAD = (
    Words(en="Stamp", ja="スタンプ"),
    Words(en="Name", ja="名前"),
    Words(en="Place", ja="位置"),
    Words(en="Radius", ja="半径"),
    Words(en="Nearest", ja="最寄りのスポット"),
    Words(en="Map", ja="地図"),
    Words(en="Picture", ja="画像"),
    Words(en="Since the manifest", ja="マニフェスト以降"),
)
ASKED = Words(
    en="Compare each place with the map, each picture with its name, and both with the plan of the rally: no machine knows that two are swapped.",
    ja="各スポットの位置を地図と、画像を名前と見比べ、ラリーの計画に照らして確認する。スポットや画像の入れ違いは機械では分からない。",
)


def spots(masters: Iterable[Item]) -> tuple[Spot, ...]:
    """Return the spots among the masters; malformed ones are another row's."""
    return spots_in(master for master in masters if not flaw(master))


def _metres(spot: Spot, other: Spot) -> float:
    here, there = Position(spot.lat, spot.lon, None), Location(other.lat, other.lon, other.radius_m)
    return distance_m(here, there)


def _least_m(spot: Spot, other: Spot) -> float:
    """Return what two spots are apart by their latitudes alone: of thousands, most pairs need no more."""
    return abs(spot.lat - other.lat) * 111_000


def overlapping(table: desired.Table, masters: Iterable[Item]) -> tuple[Difference, ...]:
    """Return the pairs of spots at which one place gives two stamps; two at the very same place are another row's."""
    pairs = (
        (stamp, other, metres)
        for stamp, other in combinations(spots(masters), 2)
        if _least_m(stamp, other) < (reach_m := stamp.radius_m + other.radius_m)
        and 0 < (metres := _metres(stamp, other)) < reach_m
    )
    pairs_in_words = [
        Words(
            en=f"{stamp.stamp_id} and {other.stamp_id} ({metres:.0f} m apart, radii {stamp.radius_m:g} m and {other.radius_m:g} m)",
            ja=f"{stamp.stamp_id}と{other.stamp_id}（距離{metres:.0f} m、半径{stamp.radius_m:g} mと{other.radius_m:g} m）",
        )
        for stamp, other, metres in pairs
    ]
    return if_any(TABLE.words, table.name, OVERLAPPING, pairs_in_words, APART, call="dynamodb:Scan")


def foreign_hosts(
    table: desired.Table, masters: Iterable[Item], environment: Environment, sections: Sections
) -> tuple[Difference, ...]:
    """Return the hosts of pictures that are neither the front end's, nor the bucket's where S3 answers phones: the person who runs one can replace the picture."""
    front_end = environment.front_end
    addresses = (environment.origin, front_end.url if front_end else "")
    own = {urlsplit(address).hostname or "" for address in addresses} - {""}
    pictures = (master.get("ImageUrl", {}).get("S", "") for master in masters if not flaw(master))
    # A browser takes a backslash for a slash.
    split = (urlsplit(picture.replace("\\", "/")) for picture in pictures)
    urls = {url for url in split if url.hostname}
    servers = {_server(url) for url in urls}
    odd = {server for server in servers if not _is_own(server, own, environment, sections)}
    about = {"call": "dynamodb:Scan", "decided_in": where("front_end", "bucket", "origin")}
    bound = described(joined((within(sorted(own)).words, SHUT), ""))
    return if_any(TABLE.words, table.name, HOSTS, sorted(odd), bound, **about)


def _server(url: SplitResult) -> str:
    """Return who serves an address: its host, and at one of S3's own the bucket that its first folder names."""
    host = url.hostname or ""
    # A browser takes ".." out of a path before it asks.
    folder, _, file = posixpath.normpath(unquote(url.path)).removeprefix("/").partition("/")
    return f"{host}/{folder}" if file and S3_HOST.fullmatch(host) else host


def _is_own(server: str, own: Iterable[str], here: Environment, sections: Sections) -> bool:
    """Whether it is the front end's host, below it, or the bucket, where S3 shows it to phones: any person can own a host that only looks so."""
    (host, _, folder), name = server.partition("/"), here.bucket
    below = any(host == top or host.endswith(f".{top}") for top in own)
    by_host = host.startswith(f"{name}.") and S3_HOST.fullmatch(host.removeprefix(f"{name}."))
    bucket = lookup(sections.buckets, name) if name and (by_host or folder == name) else None
    shown = bucket and not bucket.public_access_blocked and bucket.encryption == "AES256"
    return below or bool(shown)


def unlike(masters: Sequence[Item], manifest: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return each stamp that differs from the manifest, by its attributes; nothing if the manifest lists no items."""
    return tuple(
        fault(STAMP, id_, CHANGED, change, MANIFEST, call="dynamodb:Scan")
        for id_, change in _changes(masters, manifest).items()
    )


def _changes(masters: Sequence[Item], manifest: Mapping[str, Any]) -> Mapping[str, Words]:
    """Return stamp -> what changed since the manifest; stamps that did not are left out."""
    migrated, there = manifest.get("items"), outline(masters, "StampId")
    if migrated is None:
        return {}
    changes: dict[str, Words] = {}
    for id_ in sorted(migrated.keys() | there.keys()):
        was, now = migrated.get(id_), there.get(id_)
        if was is None or now is None:
            changes[id_] = NEW if was is None else GONE
        elif odd := sorted(
            name for name in was.keys() | now.keys() if was.get(name) != now.get(name)
        ):
            changes[id_] = Words.same(", ".join(odd))
    return changes


def masters_table(snapshot: Snapshot[Plan]) -> Mapping[str, Exhibit]:
    """Return the table of the masters that a person signs."""
    key = snapshot.environment.application.masters
    if key is None:
        return {}
    name = snapshot.environment.tables[key]
    if (contents := readable(snapshot.inventory.sections.contents).get(name)) is None:
        return {}
    record = snapshot.records.newest("manifest", table=name)
    manifest = record.body if record else {}
    changes = _changes(contents.items, manifest)
    usual = UNCHANGED if "items" in manifest else NOT_LISTED
    placed = {spot.stamp_id: spot for spot in spots(contents.items)}
    rows = tuple(
        (*_cells(item, placed), changes.get(stamp_id(item, ""), usual)) for item in contents.items
    )
    gone = tuple(
        (Words.same(id_), *(NONE,) * 6, change) for id_, change in changes.items() if change is GONE
    )
    return {"DATA-09": Exhibit(title=MASTERS, sentences=(ASKED,), head=HEAD, rows=(*rows, *gone))}


def _cells(item: Item, placed: Mapping[str, Spot]) -> tuple[Words, ...]:
    """Return id, name, place, radius, the nearest spot, and links to a map and to the picture."""
    id_ = stamp_id(item, "?")
    heading = Words.same(id_), Words.same(item.get("Name", {}).get("S", ""))
    spot, address = placed.get(id_), text_of(item.get("ImageUrl")).partition("?")[0]
    picture = Words.same(address) if address else NONE
    if spot is None:
        return (*heading, *(NONE,) * 4, picture)
    at = f"{spot.lat}, {spot.lon}"
    url = f"https://www.google.com/maps/search/?api=1&query={spot.lat},{spot.lon}"
    return (
        *heading,
        Words.same(at),
        Words.same(f"{spot.radius_m:g} m"),
        _nearest(spot, placed.values()),
        Words.same(url),
        picture,
    )


def _nearest(spot: Spot, others: Iterable[Spot]) -> Words:
    nearest = (inf, "")
    for other in sorted(others, key=lambda other: _least_m(spot, other)):
        if _least_m(spot, other) > nearest[0]:
            break
        if other is not spot:
            nearest = min(nearest, (_metres(spot, other), other.stamp_id))
    return Words.same(f"{nearest[1]}: {nearest[0]:.0f} m") if nearest[1] else NONE
