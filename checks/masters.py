"""Every stamp master of a table, or nothing to judge by; the rules for them are plan/masters.py."""

from collections.abc import Mapping
from typing import Any

from aws.section import NotTestable
from aws.table import Contents


def whole(contents: Contents) -> tuple[Mapping[str, Any], ...]:
    """Return every item, or raise NotTestable where the scan was cut short."""
    if not contents.complete:
        raise NotTestable("the table holds more items than are read in one run")
    return contents.items
