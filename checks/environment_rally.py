"""What the environment file has to say of the rally: its area, season, stamps and day, with which data are compared."""

from collections.abc import Iterator

from aws.bounds import Bound, at_most
from aws.words import Words
from checks.environment_addresses import KeyLimit
from signoff.environment import Environment

LARGEST_AREA_KM = 100
COMPARED = Words(en="stamps are compared with it", ja="スタンプをこれと照合する")


def of_the_rally(environment: Environment) -> Iterator[tuple[str, KeyLimit]]:
    """Without these, a wrong place, a missing stamp or one that ends too early goes unseen."""
    for key in ("area", "season", "stamps", "go_live"):
        if getattr(environment, key) is None:
            yield key, KeyLimit(decided(), COMPARED, guided=False)
    yield from _area(environment)


def decided() -> Bound:
    words = Words(en="given", ja="指定されていること")
    return Bound(code="given", value=None, holds=lambda found: found is not None, words=words)


def _area(environment: Environment) -> Iterator[tuple[str, KeyLimit]]:
    if environment.area:
        area = at_most(LARGEST_AREA_KM, " km")
        yield (
            "area.km",
            KeyLimit(
                area,
                Words(
                    en="a larger area would hide a wrong place",
                    ja="範囲が広すぎると誤った位置を見分けられない",
                ),
                guided=False,
            ),
        )
