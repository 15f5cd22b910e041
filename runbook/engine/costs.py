"""What new resources cost as long as they stand, approximately: printed where somebody approves them."""

import tomllib
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from aws.change.gate import Changes
from aws.words import Words, joined
from runbook.engine.change_lines import kind_of, resource_in

PRICES = Path(__file__).with_name("prices.toml")


def standing_costs(changes: Changes) -> Words | None:
    """Say what the resources that these changes create cost a month; None where none costs anything by standing there."""
    read = _read()
    created = {change.resource for change in changes if change.creates}
    of = Counter(kind for kind in map(kind_of, sorted(created)) if kind in read["monthly"])
    if not of:
        return None
    prices = {kind: Decimal(read["monthly"][kind]) for kind in of}
    total = sum(prices[kind] * many for kind, many in of.items())
    each = joined(
        (
            Words(
                en=f"{kind} {many} x ${prices[kind]}",
                ja=f"{resource_in(kind, 'ja')} {many} x {prices[kind]}ドル",
            )
            for kind, many in of.items()
        ),
        ", ",
    )
    return Words(
        en=f"standing costs: ${total:.2f} a month ({each.en}; approximate prices of {read['date']}); requests, logs and"
        " storage come on top",
        ja=f"固定費: 月{total:.2f}ドル（{each.ja}、{read['date']}時点の概算）。リクエスト、ログ、ストレージは別途",
    )


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(PRICES.read_text(encoding="utf-8"))
