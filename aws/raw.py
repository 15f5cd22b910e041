"""What AWS answers, before the module of its kind decodes it: behind this name alone a value may be anything."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, overload

Raw = Mapping[str, Any]


@overload
def utc(moment: datetime) -> datetime: ...
@overload
def utc(moment: None) -> None: ...
@overload
def utc(moment: datetime | None) -> datetime | None: ...
def utc(moment: datetime | None) -> datetime | None:
    """Return the moment in UTC: boto3 uses the time zone of the machine."""
    return moment.astimezone(UTC) if moment else None
