"""Moments as AWS answers them, brought to one clock."""

from datetime import UTC, datetime
from typing import overload


@overload
def utc(moment: datetime) -> datetime: ...
@overload
def utc(moment: None) -> None: ...
@overload
def utc(moment: datetime | None) -> datetime | None: ...
def utc(moment: datetime | None) -> datetime | None:
    """Return the moment in UTC: boto3 answers in the zone of whoever runs it."""
    return moment.astimezone(UTC) if moment else None
